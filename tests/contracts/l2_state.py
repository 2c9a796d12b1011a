"""An L2 block as L1 sees it through an output root: a message passer's storage trie, real, and three hashes.

Built with the `trie` library and nothing of ours, so that contracts and this agree only if both are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import rlp
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from trie import HexaryTrie

WithdrawalTuple = tuple[int, str, str, int, int, bytes]
"""nonce, sender, target, value, gas limit, data: the argument of the portal's functions."""


def withdrawal_hash(withdrawal: WithdrawalTuple) -> bytes:
    return keccak(encode(["uint256", "address", "address", "uint256", "uint256", "bytes"], withdrawal))


@dataclass(frozen=True)
class L2State:
    """A block that has initiated `withdrawals`, beside a few that are nobody's."""

    withdrawals: Sequence[WithdrawalTuple]

    @property
    def output_parts(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Version, state root, storage root and block hash."""
        return bytes(32), keccak(text="state root"), bytes(self._trie().root_hash), keccak(text="block hash")

    @property
    def output_root(self) -> bytes:
        return keccak(b"".join(self.output_parts))

    def proof(self, withdrawal: WithdrawalTuple) -> list[bytes]:
        """From the storage root to the leaf."""
        nodes = self._trie().get_proof(self._key(withdrawal_hash(withdrawal)))
        return [bytes(rlp.encode(node)) for node in nodes]

    def ends_in_nothing(self, absent: WithdrawalTuple, proof: Sequence[bytes]) -> bool:
        """Whether a proof of something else leads `absent` to an empty place of a branch, not to a node.

        OpenZeppelin's library then gives up in its own words instead of saying that the proof is wrong.
        """
        path = self._key(withdrawal_hash(absent)).hex()
        for nibble, node, following in zip(path, proof, (*proof[1:], b""), strict=False):
            child = rlp.decode(node)[int(nibble, 16)]
            if child != keccak(following):
                return bool(child == b"")
        raise ValueError("the proof shows the withdrawal")

    def _trie(self) -> HexaryTrie:
        trie = HexaryTrie({})
        others = [keccak(text=f"somebody else's withdrawal {number}") for number in range(20)]
        for item in (*others, *map(withdrawal_hash, self.withdrawals)):
            trie[self._key(item)] = rlp.encode(1)
        return trie

    @staticmethod
    def _key(item: bytes) -> bytes:
        """The slot of `sentMessages[item]`, hashed as a secure trie does."""
        return keccak(keccak(item + bytes(32)))
