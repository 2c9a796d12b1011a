"""The hash under everything, beside another implementation of it."""

from eth_utils.crypto import keccak as reference
from hypothesis import given
from hypothesis import strategies as st

from opcycle.keccak import keccak


@given(st.binary(max_size=300))
def test_keccak__any_bytes__as_eth_utils_hashes_them(data):
    assert keccak(data) == reference(data)
