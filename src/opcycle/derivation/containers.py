"""The forms in which batch data lies about in files, and which of them some bytes are.

    signed transaction | calldata | blob → payload → frames → channel → batches

No form says its own name, so each is recognised by what decodes as it, the most telling first. Sources as in
`opcycle.protocol.frames`, `channels`, `batches` and `blobs`.
"""

from enum import StrEnum
from itertools import islice

from opcycle.derivation.calldata import APPEND_BATCH_SELECTOR, calldata_payload
from opcycle.derivation.verdicts import Reason
from opcycle.protocol import rlp_items
from opcycle.protocol.batches import BadBatch, decode_batch, iter_batches
from opcycle.protocol.blobs import BLOB_SIZE, BlobError, decode_blob
from opcycle.protocol.channels import (
    BROTLI_VERSION,
    MAX_RLP_BYTES_PER_CHANNEL_FJORD,
    ChannelError,
    decompress,
)
from opcycle.protocol.frames import DERIVATION_VERSION_0, Frame, FrameError
from opcycle.protocol.rlp_items import RlpError

_DATA_FIELD = {0: (9, 5), 1: (11, 6), 2: (12, 7)}
"""Fields of a signed transaction and the index of its calldata among them, by EIP-2718 type."""


KECCAK_COMMITMENT = b"\x01\x00"
"""How calldata with an alt-DA commitment of 32 bytes begins. Generic commitments have no such mark."""


class Form(StrEnum):
    """What a file with batch data is."""

    TX = "tx"
    BLOB = "blob"
    FRAMES = "frames"
    CHANNEL = "channel"
    BATCH = "batch"


class UnknownFormError(ValueError):
    """The bytes are batch data in no form."""


def form_of(data: bytes) -> Form:
    """The form that `data` has. Raises UnknownFormError."""
    if len(data) == BLOB_SIZE and _is_blob(data):
        return Form.BLOB
    if data[:4] == APPEND_BATCH_SELECTOR or signed_calldata(data) is not None:
        return Form.TX
    if data[:1] == bytes([DERIVATION_VERSION_0]) and _is_frame(data, 1):
        return Form.TX
    if _is_frame(data, 0):
        return Form.FRAMES
    if _is_channel(data):
        return Form.CHANNEL
    if len(data) == len(KECCAK_COMMITMENT) + 32 and data.startswith(KECCAK_COMMITMENT):
        return Form.TX  # too short for the span batch that it would begin as well
    if not isinstance(decode_batch(data), BadBatch):
        return Form.BATCH
    raise UnknownFormError(
        f"{len(data)} bytes that begin with 0x{data[:8].hex()} are neither a batcher transaction nor a blob, "
        "frames, a channel or a batch"
    )


def payload_in(data: bytes, form: Form) -> tuple[bytes, str]:
    """The batcher payload, version byte first, in TX, BLOB or FRAMES, and what is wrong with it, if anything.

    Frames in a file may stand without the version byte.
    """
    if form is Form.BLOB:
        try:
            return decode_blob(data), ""
        except ValueError as error:
            return b"", str(error)
    if form is Form.FRAMES:
        has_version = data[:1] == bytes([DERIVATION_VERSION_0]) and _is_frame(data, 1)
        return data if has_version else bytes([DERIVATION_VERSION_0]) + data, ""
    calldata = signed_calldata(data)
    payload, problem = calldata_payload(data if calldata is None else calldata)
    if problem is not None and problem[0] is Reason.ALT_DA_COMMITMENT:
        return payload, ""  # whether the chain uses them is not known here
    return payload, "" if problem is None else f"{problem[0]} {problem[1]}".strip()


def signed_calldata(data: bytes) -> bytes | None:
    """The calldata of a signed transaction without blobs, None if `data` is none."""
    kind = data[0] if data[:1] in (b"\x01", b"\x02") else 0
    count, index = _DATA_FIELD[kind]
    try:
        content = rlp_items.list_content(data[1:] if kind else data)
        fields = list(islice(rlp_items.items(content, 0, len(content)), count + 1))
    except RlpError:
        return None
    return fields[index][1] if len(fields) == count and not fields[index][0] else None


def _is_blob(data: bytes) -> bool:
    try:
        return bool(decode_blob(data))
    except BlobError:
        return False


def _is_frame(data: bytes, offset: int) -> bool:
    try:
        Frame.decode(data, offset)
    except FrameError:
        return False
    return True


def _is_channel(data: bytes) -> bool:
    """Brotli's version byte is a span batch's type byte as well: what is decompressed decides."""
    try:
        content = decompress(data, limit=MAX_RLP_BYTES_PER_CHANNEL_FJORD, allow_brotli=True)
    except ChannelError:
        return False
    if data[:1] != BROTLI_VERSION:
        return bool(content)
    first = next(iter_batches(content), None)
    return first is not None and not isinstance(first, BadBatch)
