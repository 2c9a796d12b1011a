"""An L2 reduced to what settlement sees of it: withdrawals, the storage trie that records them, output roots.

Nothing here comes from `opcycle`: the trie is the `trie` package's, the formulas are the specs'.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import rlp
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from trie import HexaryTrie

WithdrawalTuple = tuple[int, bytes, bytes, int, int, bytes]
"""nonce, sender, target, value, gas limit, data."""


@lru_cache(1000)
def withdrawal_hash(withdrawal: WithdrawalTuple) -> bytes:
    types = ["uint256", "address", "address", "uint256", "uint256", "bytes"]
    return keccak(encode(types, list(withdrawal)))


def trie_key(withdrawal: WithdrawalTuple) -> bytes:
    """The message passer's mapping at slot 0, in a trie keyed by hashes of slots."""
    return keccak(keccak(withdrawal_hash(withdrawal) + bytes(32)))


@dataclass(frozen=True, slots=True)
class Claim:
    """What an output root commits to: its preimage, and the withdrawals in the storage trie."""

    version: bytes
    state_root: bytes
    storage_root: bytes
    block_hash: bytes
    members: frozenset[bytes] = field(repr=False)

    @property
    def preimage(self) -> tuple[bytes, bytes, bytes, bytes]:
        return (self.version, self.state_root, self.storage_root, self.block_hash)

    @property
    def root(self) -> bytes:
        return keccak(b"".join(self.preimage))


class Shows(Enum):
    """What a proof's nodes show: the withdrawal; a branch without a child where it would be; nothing."""

    WITHDRAWAL = auto()
    EMPTY_BRANCH = auto()
    NOTHING = auto()


class MessagePasser:
    """Records withdrawals. Every trie that ever was can still be proven from."""

    def __init__(self) -> None:
        self._nodes: dict[bytes, bytes] = {}
        self._root: bytes = HexaryTrie(self._nodes).root_hash
        self._members: frozenset[bytes] = frozenset()
        self._claims = 0

    def record(self, withdrawal: WithdrawalTuple) -> None:
        self._root = self._with(withdrawal)
        self._members |= {withdrawal_hash(withdrawal)}

    def claim(self, *forged: WithdrawalTuple) -> Claim:
        """An output as of now; with `forged` withdrawals, one of an L2 that never was."""
        root, members = self._root, self._members
        for withdrawal in forged:
            root, members = self._with(withdrawal, root), members | {withdrawal_hash(withdrawal)}
        self._claims += 1
        return Claim(
            version=bytes(32),
            state_root=keccak(text=f"state {self._claims}"),
            storage_root=root,
            block_hash=keccak(text=f"block {self._claims}"),
            members=members,
        )

    def proof(self, withdrawal: WithdrawalTuple, claim: Claim) -> list[bytes]:
        """What `eth_getProof` gives: nodes from the root on, without those that their parents contain."""
        nodes: list[Any] = HexaryTrie(self._nodes, claim.storage_root).get_proof(trie_key(withdrawal))
        encoded = [bytes(rlp.encode(node)) for node in nodes if node]
        return encoded[:1] + [node for node in encoded[1:] if len(node) >= 32]

    def shows(self, withdrawal: WithdrawalTuple, claim: Claim) -> Shows:
        """What an unspoilt proof shows."""
        if withdrawal_hash(withdrawal) in claim.members:
            return Shows.WITHDRAWAL
        nodes: list[Any] = HexaryTrie(self._nodes, claim.storage_root).get_proof(trie_key(withdrawal))
        met = [node for node in nodes if node]
        return Shows.EMPTY_BRANCH if met and len(met[-1]) == 17 else Shows.NOTHING

    def _with(self, withdrawal: WithdrawalTuple, root: bytes | None = None) -> bytes:
        trie = HexaryTrie(self._nodes, self._root if root is None else root)
        trie[trie_key(withdrawal)] = rlp.encode(1)
        return bytes(trie.root_hash)
