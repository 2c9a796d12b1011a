"""Preimages: what a fault-proof machine reads by key, 32 bytes or less at a time.

The machine reads from length u64 big-endian ‖ data. The first byte of a key says of which kind it is:

    1 local       ident, 31 bytes: a word that has a meaning in one dispute only
    2 keccak256   the hash of the data
    4 sha256      the hash of the data
    5 blob        keccak256(commitment 48 ‖ z 32): the data is y, 32 bytes, one element of a blob
    6 precompile  keccak256(address 20 ‖ gas u64 ‖ input): the data is a status byte ‖ what it returned

(Hashes without their first byte.) Source: OP Stack specs, "Fault Proof", pre-image key types.
"""

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import TypeAlias

from opcycle.keccak import keccak
from opcycle.protocol.types import Address, Hash

LOCAL, KECCAK256, SHA256, BLOB, PRECOMPILE = 1, 2, 4, 5, 6

DISPUTED_BLOCK_NUMBER = 4
"""The local word that says which L2 block is computed."""


class HashKind(Enum):
    """A hash function that names preimages; the value is the first byte of its keys."""

    KECCAK256 = KECCAK256
    SHA256 = SHA256


@dataclass(frozen=True, slots=True)
class LocalWord:
    """A word of the dispute: 1 the L1 head, 2 the agreed root, 3 the disputed one, 4 its L2 block number, all
    of 32 bytes but the last and 5, the L2's chain id, which are u64."""

    ident: int
    offset: int

    @property
    def key(self) -> Hash:
        """As the machine asks for it: the oracle has it by `local_key`."""
        return bytes([LOCAL]) + self.ident.to_bytes(31, "big")


@dataclass(frozen=True, slots=True)
class Hashed:
    """`data`, named by its hash."""

    kind: HashKind
    data: bytes
    offset: int

    @property
    def key(self) -> Hash:
        digest = keccak(self.data) if self.kind is HashKind.KECCAK256 else sha256(self.data).digest()
        return _of_kind(self.kind.value, digest)


@dataclass(frozen=True, slots=True)
class BlobElement:
    """A blob's polynomial is `y` at `z` (32 bytes each, big-endian), as `proof` (48 bytes) shows to whoever
    knows the `commitment` (48 bytes) to it."""

    z: bytes
    y: bytes
    commitment: bytes
    proof: bytes
    offset: int

    @property
    def key(self) -> Hash:
        return _of_kind(BLOB, keccak(self.commitment + self.z))


@dataclass(frozen=True, slots=True)
class PrecompileResult:
    """What the precompiled contract at `address` answers to `input`, if it gets at least `gas`."""

    address: Address
    gas: int
    input: bytes
    offset: int

    @property
    def key(self) -> Hash:
        return _of_kind(PRECOMPILE, keccak(self.address + self.gas.to_bytes(8, "big") + self.input))


PreimageRead: TypeAlias = LocalWord | Hashed | BlobElement | PrecompileResult
"""The part of a preimage that one step reads: `key` as the machine asks, and `offset` in length ‖ data."""


def oracle_key(read: PreimageRead, context: Hash, game: Address) -> Hash:
    """The key by which the oracle has what a machine reads in one dispute (see `local_key`) of one game."""
    return local_key(read.ident, context, game) if isinstance(read, LocalWord) else read.key


def local_key(ident: int, context: Hash, game: Address) -> Hash:
    """The key of a local word in one dispute of one game, whose address is left-padded to 32 bytes here."""
    word = LocalWord(ident, 0).key
    return _of_kind(LOCAL, keccak(word + game.rjust(32, b"\0") + context))


def _of_kind(kind: int, digest: Hash) -> Hash:
    return bytes([kind]) + digest[1:]
