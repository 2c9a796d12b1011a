"""From what cannon says that a step reads to what the oracle on L1 must be told.

Of keys that are the hash of something else (blob elements, precompiles), that something is in op-program's
store, as the keccak256 preimage. Source: op-program v1.18.1, `host/prefetcher`.
"""

from opcycle.challenger.cannon.blob_elements import prove
from opcycle.challenger.cannon.records import OracleRead
from opcycle.challenger.cannon.store import PreimageStore
from opcycle.errors import TemporaryError
from opcycle.protocol.preimages import (
    BLOB,
    KECCAK256,
    LOCAL,
    PRECOMPILE,
    SHA256,
    BlobElement,
    Hashed,
    HashKind,
    LocalWord,
    PrecompileResult,
    PreimageRead,
)

_LENGTH, _COMMITMENT, _ADDRESS, _GAS = 8, 48, 20, 8
"""Bytes of the parts."""


def preimage_read(read: OracleRead, store: PreimageStore) -> PreimageRead:
    """Raises TemporaryError for what cannot be shown on L1, or not by what is in the store."""
    found = _of_kind(read, store)
    if found.key != read.key:
        raise TemporaryError(f"op-program has kept the wrong preimage of 0x{read.key.hex()}")
    return found


def _of_kind(read: OracleRead, store: PreimageStore) -> PreimageRead:
    data, named = read.value[_LENGTH:], bytes([KECCAK256]) + read.key[1:]
    match read.key[0]:
        case kind if kind == LOCAL:
            return LocalWord(int.from_bytes(read.key[1:], "big"), read.offset)
        case kind if kind in (KECCAK256, SHA256):
            return Hashed(HashKind(kind), data, read.offset)
        case kind if kind == BLOB:
            commitment, z = _split(store.get(named), _COMMITMENT)
            return BlobElement(z, data, commitment, prove(commitment, z, store), read.offset)
        case kind if kind == PRECOMPILE:
            address, rest = _split(store.get(named), _ADDRESS)
            gas, given = _split(rest, _GAS)
            return PrecompileResult(address, int.from_bytes(gas, "big"), given, read.offset)
        case kind:
            raise TemporaryError(f"the step reads a preimage of kind {kind}, which L1 knows nothing of")


def _split(data: bytes, at: int) -> tuple[bytes, bytes]:
    return data[:at], data[at:]
