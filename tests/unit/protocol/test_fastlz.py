"""FastLZ sizes: those of a second implementation, and every edge of the format (op-geth's: `test_fees`)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.fastlz import compressed_length

from opcycle.protocol.fastlz import compressed_size

repetitive = st.lists(st.sampled_from((bytes(40), b"abc", b"abcdefghij" * 9, b"\x01", bytes(range(64)))))


def noise(size, seed=1):
    """Bytes in which no three stand twice, as far as a test looks."""
    return random.Random(seed).randbytes(size)


@given(st.binary(max_size=400) | repetitive.map(b"".join))
def test_compressed_size__any_data__is_that_of_the_other_implementation(data):
    assert compressed_size(data) == compressed_length(data)


@pytest.mark.parametrize(
    ("count", "size"), [(0, 0), (1, 2), (31, 32), (32, 33), (33, 35), (64, 66), (65, 68)]
)
def test_compressed_size__literals__one_byte_more_for_32(count, size):
    assert compressed_size(noise(count)) == size


def test_compressed_size__match_that_begins_15_bytes_before_the_end__counts_and_one_later_does_not():
    start = noise(20)
    literals, match, rest = 21, 3, 6
    assert compressed_size(start + start[:15]) == literals + match + rest
    assert compressed_size(start + start[:14]) == 33 + 3


@pytest.mark.parametrize(("distance", "is_match"), [(8191, True), (8192, False)])
def test_compressed_size__repetition_8191_bytes_back__is_a_match_and_one_more_is_none(distance, is_match):
    start, other, tail = (noise(12, seed) for seed in (2, 3, 4))
    between = bytes(distance - len(start))
    repeated = compressed_size(start + between + start + tail)
    assert (repeated < compressed_size(start + between + other + tail)) is is_match


@pytest.mark.parametrize(
    ("covered", "size"), [(3, 2), (8, 2), (9, 3), (264, 3), (265, 5), (270, 5), (271, 6), (527, 8)]
)
def test_compressed_size__match__two_bytes_or_three_for_every_262(covered, size):
    literals_before, literals_after = 3, 42
    zeros = bytes(2 + covered)
    assert compressed_size(zeros + noise(40)) == literals_before + size + literals_after
