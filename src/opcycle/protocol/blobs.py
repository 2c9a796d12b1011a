"""Blobs as batch data: 4096 field elements of 32 bytes that carry up to 130,044 bytes of payload.

A field element has 31 bytes of data behind a first byte of which 6 bits are usable. A round is four elements
a, b, c, d: their data, with the 24 bits of their first bytes A, B, C, D between as three bytes x, y, z.

    round   = a[31] x b[31] y c[31] z d[31]
    x, y, z = B[5:4] A[5:0], D[3:0] B[3:0], D[5:4] C[5:0]                       (bits, high to low)
    blob    = round ++ round ++ …;   of these bytes: version 0, length u24, payload, zeros

Source: OP Stack specs, "Ecotone: Blob Encoding"; op-node `eth/blob.go`.
"""

BLOB_SIZE = 4096 * 32
"""Bytes of a blob."""

MAX_BLOB_PAYLOAD = 127 * 1024 - 4
"""Bytes of payload that a blob can carry."""

_ROUND = 4 * 32
_ROUND_PAYLOAD = 127
_ENCODING_VERSION = 0


class BlobError(ValueError):
    """The blob encodes no payload; it is ignored, the transaction's other blobs are not."""


def encode_blob(payload: bytes) -> bytes:
    """The one blob whose payload it is. Raises ValueError for more than MAX_BLOB_PAYLOAD bytes."""
    if len(payload) > MAX_BLOB_PAYLOAD:
        raise ValueError(f"{len(payload)} bytes do not fit into a blob, at most {MAX_BLOB_PAYLOAD} do")
    data = bytes([_ENCODING_VERSION]) + len(payload).to_bytes(3, "big") + payload
    rounds = range(0, len(data), _ROUND_PAYLOAD)
    blob = b"".join(_encode_round(data[start : start + _ROUND_PAYLOAD]) for start in rounds)
    return blob.ljust(BLOB_SIZE, b"\0")


def decode_blob(blob: bytes) -> bytes:
    """The payload of a blob (131,072 bytes). Raises BlobError."""
    if len(blob) != BLOB_SIZE:
        raise ValueError(f"a blob has {BLOB_SIZE} bytes, not {len(blob)}")
    if blob[1] != _ENCODING_VERSION:
        raise BlobError(f"blob encoding version {blob[1]}")
    length = int.from_bytes(blob[2:5], "big")
    if length > MAX_BLOB_PAYLOAD:
        raise BlobError(f"length {length}, at most {MAX_BLOB_PAYLOAD} fit")
    rounds = -(-(length + 4) // _ROUND_PAYLOAD)
    used = rounds * _ROUND
    # The first byte of all is exempt: op-node masks its two high bits where it rejects the others.
    if any(first & 0xC0 for first in blob[32:used:32]):
        raise BlobError("a field element has one of its two high bits set")
    data = b"".join(_decode_round(blob[start : start + _ROUND]) for start in range(0, used, _ROUND))
    if any(data[4 + length :]) or any(blob[used:]):
        raise BlobError(f"data after the payload of {length} bytes")
    return data[4 : 4 + length]


def _encode_round(data: bytes) -> bytes:
    data = data.ljust(_ROUND_PAYLOAD, b"\0")
    x, y, z = data[31], data[63], data[95]
    return b"".join(
        (
            bytes([x & 0x3F]),
            data[:31],
            bytes([(x & 0xC0) >> 2 | y & 0x0F]),
            data[32:63],
            bytes([z & 0x3F]),
            data[64:95],
            bytes([(z & 0xC0) >> 2 | y >> 4]),
            data[96:],
        )
    )


def _decode_round(elements: bytes) -> bytes:
    a, b, c, d = elements[0], elements[32], elements[64], elements[96]
    x = (a & 0x3F) | (b & 0x30) << 2
    y = (b & 0x0F) | (d & 0x0F) << 4
    z = (c & 0x3F) | (d & 0x30) << 2
    return b"".join(
        (
            elements[1:32],
            bytes([x]),
            elements[33:64],
            bytes([y]),
            elements[65:96],
            bytes([z]),
            elements[97:128],
        )
    )
