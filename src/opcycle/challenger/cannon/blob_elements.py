"""Proving one element of a blob from op-program's store, where each of its 4096 elements is on its own.

The elements are the values of a polynomial at the 4096th roots of unity, in bit-reversed order. Source:
EIP-4844, `polynomial-commitments.md` of the consensus specs; op-program v1.18.1, `host/prefetcher`.
"""

from functools import cache

from opcycle.challenger.cannon.store import PreimageStore
from opcycle.errors import TemporaryError
from opcycle.keccak import keccak
from opcycle.l1.blobs import committed, prove_element
from opcycle.protocol.preimages import BLOB

ELEMENTS = 4096
_MODULUS = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""Of the field of BLS12-381's scalars; 7 generates its multiplicative group."""
_GENERATOR = 7


@cache
def points() -> tuple[bytes, ...]:
    """Where a blob's elements are the polynomial's values, 32 bytes big-endian each, in the blob's order."""
    root = pow(_GENERATOR, (_MODULUS - 1) // ELEMENTS, _MODULUS)
    bits = ELEMENTS.bit_length() - 1
    order = (int(f"{index:0{bits}b}"[::-1], 2) for index in range(ELEMENTS))
    return tuple(pow(root, exponent, _MODULUS).to_bytes(32, "big") for exponent in order)


def prove(commitment: bytes, z: bytes, store: PreimageStore) -> bytes:
    """The KZG proof (48 bytes) of the element at `z`. Raises TemporaryError if the store lacks the blob."""
    keys = (bytes([BLOB]) + keccak(commitment + point)[1:] for point in points())
    data = b"".join(store.get(key) for key in keys)
    try:
        blob = committed(data)
    except ValueError as error:
        raise TemporaryError(f"op-program has kept no good blob: {error}") from error
    if blob.commitment != commitment:
        raise TemporaryError(f"op-program has kept another blob than 0x{commitment.hex()}")
    return prove_element(blob, z)
