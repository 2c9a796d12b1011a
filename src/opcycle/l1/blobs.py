"""Blobs as L1 transactions carry them: KZG commitments, cell proofs, and the form that goes over the network.

c-kzg does the mathematics, with Ethereum's trusted setup, which eth-account ships. Reading that takes two
seconds, once per process and only where there are blobs; a commitment then 50 ms, a blob's proofs 300 ms.
Source: EIP-4844, EIP-7594 (cell proofs and their wrapper version, required from Osaka on).
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Any

import ckzg
import rlp

from opcycle.protocol.payload import Blob

BLOB_TRANSACTION = 3
"""The transaction type, also the first byte of a signed one."""

_WRAPPER_VERSION = b"\x01"
_SETUP = ("typed_transactions", "blob_transactions", "kzg_trusted_setup.txt")
_PRECOMPUTE = 0
"""c-kzg's trade of memory for faster proofs: none; its 96 MiB would save 0.1 s a blob."""

KEPT_PROOFS = 64
"""Blobs whose proofs are remembered: a transaction is sent again for more, or because a server lost it."""


def committed(data: bytes) -> Blob:
    """A blob's 131,072 bytes with the commitment that follows from them.

    Raises ValueError for another size, or an element of 32 bytes that is not below the field's modulus.
    """
    try:
        commitment = ckzg.blob_to_kzg_commitment(data, trusted_setup())
    except RuntimeError as error:
        raise ValueError("an element of the blob is not below the field's modulus") from error
    return Blob(bytes(commitment), data)


def prove_element(blob: Blob, z: bytes) -> bytes:
    """The KZG proof (48 bytes) of what a blob's polynomial is at `z` (32 bytes, big-endian)."""
    proof, _ = ckzg.compute_kzg_proof(blob.data, z, trusted_setup())
    return bytes(proof)


def with_sidecar(signed: bytes, blobs: Sequence[Blob]) -> bytes:
    """What `eth_sendRawTransaction` takes of a signed blob transaction; its hash stays that of `signed`.

    type 3 ++ rlp([transaction, wrapper version 1, blobs, commitments, 128 cell proofs of each blob])
    """
    proofs = [proof for blob in blobs for proof in _cell_proofs(blob)]
    wrapped = [
        rlp.decode(signed[1:]),
        _WRAPPER_VERSION,
        [blob.data for blob in blobs],
        [blob.commitment for blob in blobs],
        proofs,
    ]
    return bytes(signed[:1] + rlp.encode(wrapped))


@lru_cache(KEPT_PROOFS)
def _cell_proofs(blob: Blob) -> list[bytes]:
    _, proofs = ckzg.compute_cells_and_kzg_proofs(blob.data, trusted_setup())
    return [bytes(proof) for proof in proofs]


@cache
def trusted_setup() -> Any:
    """Ethereum's, for c-kzg."""
    with as_file(files("eth_account").joinpath(*_SETUP)) as file:
        return ckzg.load_trusted_setup(str(file), _PRECOMPUTE)
