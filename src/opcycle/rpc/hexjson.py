"""Hex and JSON, the notation of Ethereum RPCs, to and from bytes and ints."""

from opcycle.keccak import keccak


def to_hex(data: bytes) -> str:
    """`0x`-prefixed lower-case hex."""
    return "0x" + data.hex()


def to_quantity(value: int) -> str:
    """`0x`-prefixed hex without leading zeros, as `eth_` methods want numbers."""
    return hex(value)


def from_hex(text: str) -> bytes:
    """Bytes of `0x…`. Raises ValueError if it is not even-length hex with the prefix."""
    if not text.startswith("0x"):
        raise ValueError(f"expected 0x-prefixed hex, got {text[:40]!r}")
    return bytes.fromhex(text[2:])


def from_quantity(text: str) -> int:
    """Int of a `0x…` quantity."""
    return int(text, 16)


def checksum(address: bytes) -> str:
    """EIP-55 form of an address, for people: capitals where the hash of the digits has 8 or more."""
    digits = address.hex()
    mask = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if at >= "8" else digit for digit, at in zip(digits, mask, strict=False)
    )
