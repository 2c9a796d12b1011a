"""The notation of RPCs."""

from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from opcycle.rpc.hexjson import checksum


@given(st.binary(min_size=20, max_size=20))
def test_checksum__any_address__has_the_capitals_of_eip_55(address):
    assert checksum(address) == to_checksum_address(address)
