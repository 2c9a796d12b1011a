"""What tests may give where an address is wanted."""

from typing import Any

import pytest
from eth_account import Account

from opcycle.errors import UserError
from opcycle.testing.addresses import to_address

ACCOUNT = Account.from_key(b"\x01" * 32)
BYTES = bytes.fromhex(ACCOUNT.address[2:])


@pytest.mark.parametrize(
    "who",
    [ACCOUNT, ACCOUNT.address, ACCOUNT.address.lower(), "0x" + BYTES.hex().upper(), BYTES.hex(), BYTES],
)
def test_all_ways_to_name_an_account_are_one(who: Any) -> None:
    assert to_address(who) == BYTES


@pytest.mark.parametrize("who", ["0x1234", "user", "", b"\x01" * 19, b"\x01" * 21, "0x" + "zz" * 20, 5, None])
def test_anything_else_is_refused(who: Any) -> None:
    with pytest.raises(UserError, match=r"is no address; give an account, a contract, 0x and 40 digits"):
        to_address(who)


def test_a_typing_error_is_told_by_the_checksum() -> None:
    letter = next(i for i, digit in enumerate(ACCOUNT.address) if i > 1 and digit.isalpha())
    wrong = ACCOUNT.address[:letter] + ACCOUNT.address[letter].swapcase() + ACCOUNT.address[letter + 1 :]
    with pytest.raises(UserError, match="has a wrong checksum"):
        to_address(wrong)
