"""Which form batch data has, by the public vectors."""

import pytest
import rlp
from eth_account import Account
from eth_utils.crypto import keccak
from tests.unit.derivation.l1_builder import GENESIS, batches_on, frames_of, payload_of, span_of
from tests.vectors.read import binary, unhex, vector

from opcycle.derivation.containers import Form, UnknownFormError, form_of, payload_in, signed_calldata
from opcycle.protocol.alt_da import Commitment, CommitmentType
from opcycle.protocol.channels import Compression, compress
from opcycle.protocol.frames import Frame, encode_batcher_payload

BATCHES, _ = batches_on(GENESIS, 3)
PAYLOAD = payload_of(BATCHES)
FRAMES = b"".join(frame.encode() for frame in frames_of(BATCHES, frame_size=100))


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("channels/op_goerli_singular.bin", Form.TX),
        ("span/op_mainnet_117369690.calldata.bin", Form.TX),
        ("span/op_mainnet_121382930.channel.bin", Form.CHANNEL),
        ("span/op_sepolia_8366435.blob.bin", Form.BLOB),
        ("channels/brotli_10.bin", Form.CHANNEL),
        ("channels/zlib.bin", Form.CHANNEL),
    ],
)
def test_form_of__public_data__is_recognised(file, form):
    assert form_of(binary(file)) is form


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (FRAMES, Form.FRAMES),
        (BATCHES[0].encode(), Form.BATCH),
        (span_of(BATCHES).encode(), Form.BATCH),
        (compress(rlp.encode(span_of(BATCHES).encode()), Compression.BROTLI), Form.CHANNEL),
        (Commitment.keccak_of(FRAMES).payload, Form.TX),
    ],
)
def test_form_of__built_data__is_recognised(data, form):
    assert form_of(data) is form


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"no batch data", b"\x01" * 50, b"\xc0", b"\x01\0" + b"\xaa" * 33, b"\x01\x01\xff"]
)
def test_form_of__anything_else__is_said_to_be_none(data):
    with pytest.raises(UnknownFormError):
        form_of(data)


@pytest.mark.parametrize(
    "fields",
    [
        {"gasPrice": 1},
        {"gasPrice": 1, "accessList": [], "type": 1, "chainId": 1},
        {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1, "type": 2, "chainId": 1},
    ],
)
def test_signed_calldata__each_type__is_the_field_that_the_transaction_was_signed_with(fields):
    transaction = {"to": b"\xff" * 20, "nonce": 0, "value": 0, "gas": 21_000, "data": PAYLOAD, **fields}
    signed = bytes(Account.sign_transaction(transaction, b"\x01" * 32).raw_transaction)
    assert signed_calldata(signed) == PAYLOAD
    assert form_of(signed) is Form.TX
    assert payload_in(signed, Form.TX) == (PAYLOAD, "")
    assert signed_calldata(signed[:-1]) is None


def test_payload_in__commitment__is_a_payload_whatever_its_chain_may_say_of_it():
    commitment = Commitment(CommitmentType.GENERIC, b"\xff")
    assert payload_in(commitment.payload, Form.TX) == (commitment.payload, "")
    assert payload_in(b"\x02", Form.TX)[1] != ""


def test_payload_in__frames__have_the_version_byte_before_them_once():
    assert payload_in(FRAMES, Form.FRAMES) == (b"\0" + FRAMES, "")
    assert payload_in(b"\0" + FRAMES, Form.FRAMES) == (b"\0" + FRAMES, "")


def test_payload_in__channel_id_that_begins_with_zero__is_not_the_version_byte():
    frame = Frame(bytes(16), 0, b"data", is_last=True)
    assert payload_in(frame.encode(), Form.FRAMES) == (encode_batcher_payload([frame]), "")


def test_payload_in__no_blob__says_so():
    payload, problem = payload_in(b"short", Form.BLOB)
    assert (payload, problem) == (b"", "a blob has 131072 bytes, not 5")


def test_signed_calldata__batcher_transaction_of_op_mainnet__is_what_its_batcher_signed():
    case = vector("channels.json")["signed"]
    calldata = binary(case["file"])
    signed = unhex(case["before"]) + calldata + unhex(case["after"])
    assert keccak(signed) == unhex(case["hash"])
    assert Account.recover_transaction(signed).lower() == case["sender"]
    assert (form_of(signed), signed_calldata(signed)) == (Form.TX, calldata)
    assert payload_in(signed, Form.TX) == (calldata, "")
