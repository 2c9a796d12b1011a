"""What people type or point to, to what programs mean. Each raises UserError for anything else."""

import re
from pathlib import Path

import orjson

from opcycle.errors import UserError
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum

DECIMALS = 18
"""Of ETH: one is 10^18 wei."""

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""Seconds."""


def wei(amount: str) -> int:
    """Of an amount of ETH such as `1.5`; exact, whatever the number of digits."""
    return units(amount, DECIMALS, of="ETH", unit="wei")


def units(amount: str, decimals: int, *, of: str = "the token", unit: str = "of its units") -> int:
    """Smallest units of an amount of a token, of which one has 10^decimals; exact."""
    match = re.fullmatch(r"([0-9]{1,80})(?:\.([0-9]+))?", amount)
    if match is None:
        raise UserError(f"{amount!r} is no amount of {of}; say 1.5, for example")
    fraction = match[2] or ""
    found = int(match[1] + fraction[:decimals].ljust(decimals, "0"))
    if found == 0 or len(fraction) > decimals or found >= 1 << 256:
        raise UserError(
            f"{amount!r} is no amount of {of}: it must be positive, with at most {decimals} decimals, "
            f"and below 2^256 {unit}"
        )
    return found


def gwei(price: str) -> int:
    """Wei of a price in gwei such as `1.5`; exact, and it may be 0."""
    match = re.fullmatch(r"([0-9]{1,30})(?:\.([0-9]{1,9}))?", price)
    if match is None:
        raise UserError(f"{price!r} is no price in gwei; say 1.5, for example, with at most 9 decimals")
    return int(match[1] + (match[2] or "").ljust(9, "0"))


def seconds(duration: str) -> int:
    """Of a duration such as `90s`, `30m`, `12h`, `7d` or `2w`."""
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", duration)
    if match is None:
        raise UserError(f"{duration!r} is no duration; say 90s, 30m, 12h, 7d or 2w")
    return int(match[1]) * UNITS[match[2]]


def block_range(text: str) -> range:
    """Of two block numbers such as `100-199`, both included."""
    match = re.fullmatch("([0-9]{1,18})-([0-9]{1,18})", text)
    if match is None or int(match[1]) > int(match[2]):
        raise UserError(f"{text!r} is no range of blocks; write it as 19426580-19426640")
    return range(int(match[1]), int(match[2]) + 1)


def address(text: str) -> Address:
    """Of 0x and 40 hex digits; where upper and lower case are mixed, they must be the EIP-55 checksum."""
    found = _hex(text, 20, "address")
    is_mixed = text[2:] not in (text[2:].lower(), text[2:].upper())
    if is_mixed and text != checksum(found):
        raise UserError(f"{text!r} is mistyped: its upper and lower case do not fit its digits (EIP-55)")
    return found


def transaction_hash(text: str) -> Hash:
    """Of 0x and 64 hex digits."""
    return _hex(text, 32, "transaction hash")


def absolute_prestate(text: str) -> Hash:
    """Of 0x and 64 hex digits."""
    return _hex(text, 32, "absolute prestate")


def rollup_config(file: Path) -> RollupConfig:
    """Of a `rollup.json`."""
    try:
        return RollupConfig.from_json(orjson.loads(file.read_bytes()))
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f"{file} is not a rollup.json: {error!r}") from error


def _hex(text: str, size: int, what: str) -> bytes:
    if re.fullmatch(rf"0x[0-9a-fA-F]{{{2 * size}}}", text) is None:
        raise UserError(f"{text!r} is no {what}: it must be 0x and {2 * size} hex digits")
    return bytes.fromhex(text[2:])
