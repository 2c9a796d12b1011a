"""How long FastLZ (level 1) makes data: what the L1 data fee since Fjord is about.

Only lengths, as op-geth counts them (`FlzCompressLen`). Nothing is shared with the contract, nor `opcycle`.

    literals  a control byte and 1 to 32 bytes
    match     2 bytes for up to 8 repeated bytes, 3 for up to 264
"""

_LONGEST = 262
_FARTHEST = 8_191
_TAIL = 13
"""Bytes at the end that are never looked up."""


def compressed_length(data: bytes) -> int:
    """Bytes that level 1 makes of `data`."""
    seen: dict[int, int] = {}
    limit = len(data) - _TAIL
    total, done, position = 0, 0, 2
    while position < limit:
        key = _key(data, position)
        earlier = seen.get(key, 0)
        seen[key] = position
        is_repeated = data[earlier : earlier + 3] == data[position : position + 3]
        if not is_repeated or position - earlier > _FARTHEST:
            position += 1
            continue
        if position + 1 >= limit:
            break
        repeated = _repeated(data, earlier + 3, position + 3, limit + 9)
        total += _literals(position - done) + _match(repeated)
        position += repeated
        for _ in range(2):
            seen[_key(data, position)] = position
            position += 1
        done = position
    return total + _literals(len(data) - done)


def _key(data: bytes, position: int) -> int:
    sequence = int.from_bytes(data[position : position + 3], "little")
    return (2_654_435_769 * sequence % 2**32 >> 19) & 0x1FFF


def _repeated(data: bytes, earlier: int, position: int, end: int) -> int:
    """Bytes that match, the one that ends the match included."""
    for count in range(end - position):
        if data[earlier + count] != data[position + count]:
            return count + 1
    return max(0, end - position)


def _literals(count: int) -> int:
    whole, rest = divmod(count, 32)
    return 33 * whole + (rest + 1 if rest else 0)


def _match(count: int) -> int:
    long, rest = divmod(count - 1, _LONGEST)
    return 3 * long + (3 if rest >= 6 else 2)
