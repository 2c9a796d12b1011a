"""Bitlists of span batches: one big-endian number, bit 0 the lowest, with zeros in front to fill a byte.

    bitlist of n = ceil(n / 8) bytes; bit i = (number >> i) & 1

So bit 0 is in the last byte. Source: OP Stack specs, "Span Batch Format" ("standard bitlist").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Bitlist:
    """`length` bits. Indexing takes constant time, however many there are."""

    data: bytes
    length: int

    def __post_init__(self) -> None:
        if len(self.data) != byte_length(self.length):
            raise ValueError(f"{len(self.data)} bytes are no bitlist of {self.length} bits")
        if self.number.bit_length() > self.length:
            raise ValueError(f"bit {self.number.bit_length() - 1} is set in a bitlist of {self.length} bits")

    @classmethod
    def of(cls, bits: Iterable[bool]) -> "Bitlist":
        """The bitlist with these bits, the first being bit 0."""
        digits = "".join("1" if bit else "0" for bit in bits)
        number = int(digits[::-1] or "0", 2)
        return cls(number.to_bytes(byte_length(len(digits)), "big"), len(digits))

    @cached_property
    def number(self) -> int:
        return int.from_bytes(self.data, "big")

    @property
    def count(self) -> int:
        """How many bits are set."""
        return self.number.bit_count()

    def count_above(self, index: int) -> int:
        """How many bits beyond bit `index` are set."""
        return (self.number >> (index + 1)).bit_count()

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> bool:
        if not 0 <= index < self.length:
            raise IndexError(f"bit {index} of {self.length}")
        return bool(self.data[-1 - index // 8] >> index % 8 & 1)


def byte_length(bits: int) -> int:
    """Bytes that a bitlist of so many bits takes."""
    return (bits + 7) // 8
