"""What people type, exactly understood or refused."""

import pytest

from opcycle.cli.parse import absolute_prestate, address, block_range, seconds, transaction_hash, units, wei
from opcycle.errors import UserError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 10**18),
        ("1.5", 15 * 10**17),
        ("0.4", 4 * 10**17),
        ("0.000000000000000001", 1),
        ("007", 7 * 10**18),
        ("12345678901234567890.123456789012345678", 12345678901234567890123456789012345678),
        (f"{(1 << 256) // 10**18}", (1 << 256) // 10**18 * 10**18),
    ],
)
def test_an_amount_is_exact_to_the_last_wei(text: str, expected: int) -> None:
    assert wei(text) == expected


@pytest.mark.parametrize(
    "text", ["", "one", "-1", "+1", "1,5", "1.", ".5", "1e3", "0x1", "١", "NaN", "9" * 5000]
)
def test_what_is_no_decimal_number_is_no_amount(text: str) -> None:
    with pytest.raises(UserError, match=r"is no amount of ETH; say 1\.5"):
        wei(text)


@pytest.mark.parametrize(
    "text", ["0", "0.0", "0.0000000000000000001", "1.0000000000000000001", f"{(1 << 256) // 10**18 + 1}"]
)
def test_nothing_less_than_a_wei_and_more_than_a_word_are_no_amounts(text: str) -> None:
    with pytest.raises(UserError, match="it must be positive, with at most 18 decimals"):
        wei(text)


@pytest.mark.parametrize(
    ("text", "decimals", "expected"), [("1.5", 6, 1_500_000), ("7", 0, 7), ("0.01", 2, 1)]
)
def test_an_amount_of_a_token_has_its_decimals(text: str, decimals: int, expected: int) -> None:
    assert units(text, decimals) == expected


@pytest.mark.parametrize(("text", "decimals"), [("1.0000001", 6), ("1.5", 0), ("0.001", 2)])
def test_more_decimals_than_the_token_has_are_no_amount(text: str, decimals: int) -> None:
    with pytest.raises(
        UserError, match=f"no amount of the token: it must be positive, with at most {decimals} "
    ):
        units(text, decimals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0s", 0), ("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: int) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "7D", "-7d", "1.5h", "7dd", "7d\n", "1234567890s"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(UserError, match="is no duration; say 90s, 30m, 12h, 7d or 2w"):
        seconds(text)


CHECKSUMMED = "0x976EA74026E726554dB657fA54763abd0C3a0aa9"


@pytest.mark.parametrize(
    "text",
    [CHECKSUMMED, CHECKSUMMED.lower(), "0x" + CHECKSUMMED[2:].upper()],
    ids=["mixed", "lower", "upper"],
)
def test_an_address_may_be_written_in_three_ways(text: str) -> None:
    assert address(text).hex() == CHECKSUMMED[2:].lower()


@pytest.mark.parametrize(
    "text", ["", "0x", CHECKSUMMED[2:], CHECKSUMMED[:-1], CHECKSUMMED + "0", "0x" + "g" * 40]
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(UserError, match="is no address: it must be 0x and 40 hex digits"):
        address(text)


@pytest.mark.parametrize(
    "text",
    [CHECKSUMMED.replace("976E", "976e"), CHECKSUMMED.replace("0aa9", "0aa8")],
    ids=["one letter's case", "one digit"],
)
def test_an_address_whose_checksum_is_wrong_is_mistyped(text: str) -> None:
    with pytest.raises(UserError, match="is mistyped"):
        address(text)


def test_a_transaction_hash_is_32_bytes() -> None:
    assert transaction_hash("0x" + "aB" * 32) == b"\xab" * 32


@pytest.mark.parametrize("text", ["", "0x", "ab" * 32, "0x" + "ab" * 31, "0x" + "ab" * 33, "0x" + "xy" * 32])
def test_anything_else_is_no_transaction_hash(text: str) -> None:
    with pytest.raises(UserError, match="is no transaction hash: it must be 0x and 64 hex digits"):
        transaction_hash(text)


def test_an_absolute_prestate_is_32_bytes() -> None:
    assert absolute_prestate("0x03" + "aB" * 31) == b"\x03" + b"\xab" * 31
    with pytest.raises(UserError, match="is no absolute prestate: it must be 0x and 64 hex digits"):
        absolute_prestate("0x03" + "ab" * 30)


@pytest.mark.parametrize(("text", "expected"), [("5-9", range(5, 10)), ("7-7", range(7, 8))])
def test_a_range_of_blocks_includes_both_ends(text: str, expected: range) -> None:
    assert block_range(text) == expected


@pytest.mark.parametrize("text", ["", "5", "9-5", "5..9", "-5", "a-b", "0x5-0x9"])
def test_what_names_no_two_blocks_in_order_is_no_range(text: str) -> None:
    with pytest.raises(UserError, match="is no range of blocks; write it as"):
        block_range(text)
