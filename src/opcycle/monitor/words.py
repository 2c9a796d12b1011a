"""Amounts, durations and accounts of dispute games, as people read them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, to_hex

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))

SIDES = {GameStatus.CHALLENGER_WINS: "the challengers", GameStatus.DEFENDER_WINS: "the defenders"}
"""By the end that they play for: claims at even depths are the defenders', at odd depths the challengers'."""


def eth(wei: int) -> str:
    """With five digits that count; of large amounts, with all before the point."""
    if wei >= 10**22:
        return f"{wei // 10**18:,}"
    return f"{Decimal(f'{Decimal(wei) / 10**18:.5g}').normalize():f}"


def duration(seconds: int) -> str:
    """In its two largest units: `3 d 12 h`, `40 s`."""
    parts = []
    left = max(0, seconds)
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def moment(timestamp: int) -> str:
    """An L1 time, in UTC."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC"


def who(account: Address, names: Mapping[Address, str]) -> str:
    """A given name, or the beginning of the address."""
    return names.get(account) or checksum(account)[:8] + "…"


def short(value: bytes) -> str:
    """The beginning of a hash."""
    return to_hex(value)[:10] + "…"


def claim_count(count: int) -> str:
    """So many claims."""
    return f"{count:,} claim" + "s" * (count != 1)
