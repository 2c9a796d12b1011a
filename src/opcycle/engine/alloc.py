"""Accounts of a genesis state: their code, their storage, and the roots over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rlp
from trie import HexaryTrie

from opcycle.keccak import keccak
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import to_hex, to_quantity

IMPLEMENTATION_SLOT = (int.from_bytes(keccak(b"eip1967.proxy.implementation"), "big") - 1).to_bytes(32, "big")
ADMIN_SLOT = (int.from_bytes(keccak(b"eip1967.proxy.admin"), "big") - 1).to_bytes(32, "big")

_INITIALIZABLE = int.from_bytes(keccak(b"openzeppelin.storage.Initializable"), "big")
INITIALIZED_SLOT = keccak((_INITIALIZABLE - 1).to_bytes(32, "big"))[:31] + b"\0"
"""Of OpenZeppelin's `Initializable`. ERC-7201: `keccak(keccak(id) - 1)` with its last byte cleared."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the genesis state. `balance` in wei; storage maps 32-byte slots to non-zero words."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: Mapping[Hash, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """RLP as the state trie holds it."""
        fields = [self.nonce, self.balance, storage_root(self.storage), keccak(self.code)]
        return bytes(rlp.encode(fields))

    def to_json(self) -> dict[str, Any]:
        """As geth's `alloc` wants it."""
        body: dict[str, Any] = {"balance": to_quantity(self.balance)}
        if self.nonce:
            body["nonce"] = to_quantity(self.nonce)
        if self.code:
            body["code"] = to_hex(self.code)
        if self.storage:
            body["storage"] = {to_hex(slot): to_hex(word) for slot, word in self.storage.items()}
        return body


def storage_root(storage: Mapping[Hash, bytes]) -> Hash:
    """Root of a storage trie; words are stored without leading zeros."""
    return trie_root({slot: bytes(rlp.encode(word.lstrip(b"\0"))) for slot, word in storage.items()})


def trie_root(leaves: Mapping[bytes, bytes]) -> Hash:
    """Root of a secure Merkle-Patricia trie: keys are hashed."""
    trie = HexaryTrie({})
    for key, value in leaves.items():
        trie[keccak(key)] = value
    return bytes(trie.root_hash)
