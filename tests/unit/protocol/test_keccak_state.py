"""Keccak's inner state, against hash functions that share nothing with it and op-challenger's vectors."""

from base64 import b64decode

import pytest
from Crypto.Hash import keccak as pycryptodome
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.protocol.keccak_state import BLOCK_SIZE, EMPTY, absorb, commitment, padded, permute, squeeze

VECTORS = vector("keccak/commitments.json")


def blocks_of(data: bytes) -> list[bytes]:
    return [data[start : start + BLOCK_SIZE] for start in range(0, len(data), BLOCK_SIZE)]


def digest(data: bytes) -> bytes:
    state = EMPTY
    for block in blocks_of(padded(data)):
        state = absorb(state, block)
    return squeeze(state)


@pytest.mark.parametrize("size", [0, 1, 135, 136, 137, 271, 272, 273, 1000])
def test_squeeze__all_blocks_absorbed__the_hash(size: int) -> None:
    data = bytes(index * 7 % 256 for index in range(size))
    assert digest(data) == pycryptodome.new(digest_bits=256, data=data).digest()


@given(st.binary(max_size=600))
def test_squeeze__any_data__the_hash(data: bytes) -> None:
    assert digest(data) == pycryptodome.new(digest_bits=256, data=data).digest()


def test_squeeze__a_block_too_few__another_hash() -> None:
    data = bytes(BLOCK_SIZE)
    assert squeeze(absorb(EMPTY, data)) != pycryptodome.new(digest_bits=256, data=data).digest()


def test_permute__of_zeros__as_in_the_specification() -> None:
    """The first lanes of the Keccak team's `KeccakF-1600-IntermediateValues.txt`."""
    assert permute(EMPTY)[:3] == (0xF1258F7940E1DDE7, 0x84D5CCF933C0478A, 0xD598261EA65AA9EE)


@pytest.mark.parametrize(
    ("size", "padding"),
    [
        (0, b"\x01" + bytes(134) + b"\x80"),
        (134, b"\x01\x80"),
        (135, b"\x81"),
        (136, b"\x01" + bytes(134) + b"\x80"),
    ],
)
def test_padded__first_and_last_bit_of_what_is_added_are_set(size: int, padding: bytes) -> None:
    assert padded(b"\xff" * size) == b"\xff" * size + padding


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: f"{len(case['commitments']) - 1} leaves")
def test_commitment__as_op_challenger_has_it(case) -> None:
    data = padded(b64decode(case["input"] or ""))
    state, found = EMPTY, [commitment(EMPTY)]
    for block in blocks_of(data):
        state = absorb(state, block)
        found.append(commitment(state))
    assert found == [unhex(text) for text in case["commitments"]]
