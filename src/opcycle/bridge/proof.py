"""Storage proofs as the contracts of the OP Stack take them.

A trie node of less than 32 bytes is embedded in its parent instead of referenced by its hash. `eth_getProof`
leaves such nodes out, since the parent has them; Optimism's MerkleTrie.sol wants each node as an element of
its own (OpenZeppelin's TrieProof takes both). A withdrawal's leaf is one if another key shares eight nibbles.

Source: Ethereum yellow paper, appendix D; viem, `maybeAddProofNode`.
"""

from collections.abc import Sequence
from typing import Any

import rlp

from opcycle.protocol.types import Hash

BRANCH_ITEMS = 17
"""Sixteen children and a value; leaves and extensions have two items."""


def with_embedded_nodes(nodes: Sequence[bytes], key: Hash) -> tuple[bytes, ...]:
    """A proof, and at its end the nodes that its last node embeds on the way to `key`, a slot's hash."""
    nibbles = key.hex()
    proof = list(nodes)
    child: Any = None
    for node in nodes:
        child, nibbles = _follow(rlp.decode(node), nibbles)
    while isinstance(child, list):
        proof.append(rlp.encode(child))
        child, nibbles = _follow(child, nibbles)
    return tuple(proof)


def _follow(node: list[Any], nibbles: str) -> tuple[Any, str]:
    """What `node` has on the path `nibbles` (a hash, an embedded node, a value), and the rest of the path."""
    if len(node) == BRANCH_ITEMS:
        return node[int(nibbles[0], 16)], nibbles[1:]
    path = node[0].hex()
    prefix = 1 if int(path[0], 16) & 1 else 2
    return node[1], nibbles[len(path) - prefix :]
