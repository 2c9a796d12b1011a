"""What a payload says of itself, and the hash that names a blob."""

from hashlib import sha256

from opcycle.protocol.payload import Blob, ExecutionPayload
from opcycle.protocol.types import BlockId

PAYLOAD = ExecutionPayload(
    parent_hash=b"\x01" * 32,
    fee_recipient=b"\x02" * 20,
    state_root=b"\x03" * 32,
    receipts_root=b"\x04" * 32,
    logs_bloom=bytes(256),
    prev_randao=b"\x05" * 32,
    number=6,
    gas_limit=7,
    gas_used=8,
    timestamp=9,
    extra_data=b"",
    base_fee=10,
    block_hash=b"\x0b" * 32,
    transactions=(),
    blob_gas_used=0,
    excess_blob_gas=0,
)


def test_id__payload__hash_and_number_of_the_block():
    assert PAYLOAD.id == BlockId(b"\x0b" * 32, 6)


def test_versioned_hash__commitment__is_its_sha256_behind_the_version():
    infinity = bytes.fromhex("c0" + "00" * 47)
    blob = Blob(infinity, bytes(131_072))
    # EIP-4844: the commitment to an empty blob
    assert blob.versioned_hash.hex() == "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014"
    assert blob.versioned_hash == b"\x01" + sha256(infinity).digest()[1:]
