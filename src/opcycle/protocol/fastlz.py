"""FastLZ, level 1: how many bytes it makes, which is what Fjord's L1 fee is about. Nobody needs the bytes.

    literals   one byte before up to 32 of them
    match      2 bytes for 3 to 8 bytes that stood before, 3 bytes for 9 to 264

The result is consensus: where a match is looked for and where it ends follow op-geth to the byte.
Source: OP Stack specs, "Fjord L1-Cost fees"; op-geth `FlzCompressLen`, Solady's `LibZip.flzCompress`.
"""

_HASHES = 8192
_HASH_FACTOR, _HASH_SHIFT = 2_654_435_769, 19
_MAX_DISTANCE = 8191
_UNREAD_TAIL, _UNMATCHED_TAIL = 13, 4
"""Bytes at the end where no match begins, and those that belong to none."""


def compressed_size(data: bytes) -> int:
    """Bytes of `data` compressed."""
    latest = [0] * _HASHES
    size = literals = 0
    position = 2
    while position < len(data) - _UNREAD_TAIL - 1:
        word = data[position : position + 3]
        slot = _slot(word)
        earlier, latest[slot] = latest[slot], position
        if position - earlier > _MAX_DISTANCE or data[earlier : earlier + 3] != word:
            position += 1
            continue
        length = _match_length(data, earlier + 3, position + 3)
        size += _literals_size(position - literals) + _match_size(length)
        position += length
        latest[_slot(data[position : position + 3])] = position
        latest[_slot(data[position + 1 : position + 4])] = position + 1
        position += 2
        literals = position
    return size + _literals_size(len(data) - literals)


def _slot(word: bytes) -> int:
    return (_HASH_FACTOR * int.from_bytes(word, "little") >> _HASH_SHIFT) % _HASHES


def _match_length(data: bytes, earlier: int, position: int) -> int:
    """How far the two places agree; the byte in which they differ, if any, is counted."""
    limit = len(data) - _UNMATCHED_TAIL - position
    for length in range(limit):
        if data[earlier + length] != data[position + length]:
            return length + 1
    return limit


def _literals_size(count: int) -> int:
    full, rest = divmod(count, 32)
    return 33 * full + (rest + 1 if rest else 0)


def _match_size(length: int) -> int:
    full, rest = divmod(length - 1, 262)
    return 3 * full + (3 if rest >= 6 else 2)
