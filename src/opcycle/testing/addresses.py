"""Everything that has an address, as tests name it."""

from typing import Protocol, TypeAlias

from opcycle.errors import UserError
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum


class HasAddress(Protocol):
    """An account of eth_account, or a contract."""

    @property
    def address(self) -> str: ...


Addressed: TypeAlias = HasAddress | str | bytes
"""An account, a contract, `0x…` in any case, or 20 bytes."""


def to_address(who: Addressed) -> Address:
    """20 bytes. Raises UserError for something else."""
    if isinstance(who, str):
        try:
            found = bytes.fromhex(who.removeprefix("0x"))
        except ValueError:
            found = b""
    elif isinstance(who, bytes):
        found = who
    else:
        found = bytes.fromhex(getattr(who, "address", "").removeprefix("0x"))
    if len(found) != 20:
        raise UserError(f"{who!r} is no address; give an account, a contract, 0x and 40 digits, or 20 bytes")
    if isinstance(who, str) and not _may_be_checksum(who, found):
        raise UserError(f"{who} has a wrong checksum; is there a typing error in it?")
    return found


def _may_be_checksum(text: str, address: Address) -> bool:
    digits = text.removeprefix("0x")
    return digits in (digits.lower(), digits.upper(), checksum(address)[2:])
