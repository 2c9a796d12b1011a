"""Reading a byte string from front to back, with every length checked before anything is taken.

    uvarint = groups of 7 bits, the lowest first; the top bit of a byte says that another follows

The numbers are Go's (`encoding/binary`), which op-node reads with: at most ten bytes and 64 bits, and leading
zero groups are allowed. Source: OP Stack specs, "Span Batch Format".
"""

MAX_UVARINT_SIZE = 10


class ByteReaderError(ValueError):
    """The bytes end too early, or a number in them has more than 64 bits."""


class ByteReader:
    """`data` and the `offset` of what comes next in it."""

    def __init__(self, data: bytes, offset: int = 0):
        self.data = data
        self.offset = offset

    @property
    def left(self) -> int:
        """Bytes that have not been read."""
        return len(self.data) - self.offset

    def take(self, size: int) -> bytes:
        """The next `size` bytes. Raises ByteReaderError if there are fewer."""
        if size > self.left:
            raise ByteReaderError(f"{size} bytes wanted, {self.left} left")
        self.offset += size
        return self.data[self.offset - size : self.offset]

    def uvarint(self) -> int:
        """The next number. Raises ByteReaderError."""
        number = 0
        for index in range(MAX_UVARINT_SIZE):
            if not self.left:
                raise ByteReaderError("the end within a number")
            byte = self.data[self.offset]
            self.offset += 1
            number |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                if number >= 1 << 64:
                    break
                return number
        raise ByteReaderError("a number of more than 64 bits")

    def uvarints(self, count: int) -> tuple[int, ...]:
        """The next `count` numbers. Raises ByteReaderError."""
        if count > self.left:
            raise ByteReaderError(f"{count} numbers wanted, {self.left} bytes left")
        plain = self.data[self.offset : self.offset + count]
        if plain.isascii():  # one byte each: millions of them, if hostile, in no time
            self.offset += count
            return tuple(plain)
        return tuple(self.uvarint() for _ in range(count))


def encode_uvarint(number: int) -> bytes:
    """The shortest encoding of a number of at most 64 bits."""
    if not 0 <= number < 1 << 64:
        raise ValueError(f"{number} is no unsigned number of 64 bits")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
