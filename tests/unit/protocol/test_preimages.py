"""Keys of preimages, told again by hand."""

from hashlib import sha256

from Crypto.Hash import keccak as pycryptodome

from opcycle.protocol.preimages import (
    BlobElement,
    Hashed,
    HashKind,
    LocalWord,
    PrecompileResult,
    local_key,
    oracle_key,
)

GAME, CONTEXT = b"\x6a" * 20, b"\xc0" * 32


def hashed(data: bytes) -> bytes:
    return pycryptodome.new(digest_bits=256, data=data).digest()


def test_local_word__its_number_and_in_the_oracle_that_of_one_dispute_of_one_game() -> None:
    read = LocalWord(4, 8)
    assert read.key == b"\x01" + bytes(30) + b"\x04"
    expected = b"\x01" + hashed(read.key + bytes(12) + GAME + CONTEXT)[1:]
    assert oracle_key(read, CONTEXT, GAME) == local_key(4, CONTEXT, GAME) == expected
    assert oracle_key(read, CONTEXT, b"\x6b" * 20) != expected
    assert oracle_key(read, b"\xc1" * 32, GAME) != expected


def test_hashed__by_its_hash_everywhere() -> None:
    read = Hashed(HashKind.KECCAK256, b"data", 0)
    assert read.key == b"\x02" + hashed(b"data")[1:] == oracle_key(read, CONTEXT, GAME)
    assert Hashed(HashKind.SHA256, b"data", 0).key == b"\x04" + sha256(b"data").digest()[1:]


def test_blob_element__by_commitment_and_point_not_by_its_value() -> None:
    commitment, z = b"\xa1" * 48, b"\x2a" * 32
    read = BlobElement(z, b"\x01" * 32, commitment, b"\xb2" * 48, 0)
    assert read.key == b"\x05" + hashed(commitment + z)[1:]
    assert BlobElement(z, b"\x02" * 32, commitment, b"\xb3" * 48, 8).key == read.key


def test_precompile_result__by_address_gas_and_input() -> None:
    address = bytes(19) + b"\x06"
    read = PrecompileResult(address, 150, b"input", 8)
    assert read.key == b"\x06" + hashed(address + (150).to_bytes(8, "big") + b"input")[1:]
    assert PrecompileResult(address, 151, b"input", 8).key != read.key
