"""Proofs from real tries, read node by node as Optimism's MerkleTrie.sol does.

Keys that share long prefixes make small nodes, which their parents embed.
"""

import rlp
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from opcycle.bridge.proof import with_embedded_nodes

VALUE = b"\x01"

few = settings(max_examples=40, deadline=None)
"""A trie of py-trie takes milliseconds."""


def trie_of(keys: list[bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key in keys:
        trie[key] = VALUE
    return trie


def eth_get_proof(trie: HexaryTrie, key: bytes) -> list[bytes]:
    """As a node answers: the root, and each node below it that is referenced by its hash."""
    root, *below = (rlp.encode(node) for node in trie.get_proof(key))
    return [root, *(node for node in below if len(node) >= 32)]


def proven_value(root_hash: bytes, key: bytes, proof: tuple[bytes, ...]) -> bytes:
    """What the proof says of `key`. Every node must be an element of its own; ValueError if one is not."""
    expected, nibbles = root_hash, key.hex()
    for position, node in enumerate(proof):
        name = keccak(node) if len(node) >= 32 or position == 0 else node
        if name != expected:
            raise ValueError(f"node {position} is not the one that its parent names")
        items = rlp.decode(node)
        if len(items) == 17:
            child, nibbles = items[int(nibbles[0], 16)], nibbles[1:]
        else:
            flag, path = int(items[0].hex()[0], 16), items[0].hex()
            path = path[1:] if flag & 1 else path[2:]
            if not nibbles.startswith(path):
                raise ValueError(f"node {position} leads elsewhere")
            child, nibbles = items[1], nibbles[len(path) :]
            if flag & 2:
                if nibbles or position != len(proof) - 1:
                    raise ValueError(f"leaf {position} is not the end of key and proof")
                return child
        expected = rlp.encode(child) if isinstance(child, list) else child
    raise ValueError("the proof ends too early")


def is_proven(trie: HexaryTrie, key: bytes, proof: tuple[bytes, ...]) -> bool:
    try:
        return proven_value(trie.root_hash, key, proof) == VALUE
    except ValueError:
        return False


@st.composite
def related_keys(draw) -> list[bytes]:
    """Distinct 32-byte keys; each shares some number of nibbles with an earlier one."""
    keys = [draw(st.binary(min_size=32, max_size=32))]
    for _ in range(draw(st.integers(0, 12))):
        shared = draw(st.integers(0, 63))
        tail = draw(st.binary(min_size=32, max_size=32)).hex()
        key = bytes.fromhex(draw(st.sampled_from(keys)).hex()[:shared] + tail[shared:])
        if key not in keys:
            keys.append(key)
    return keys


@few
@given(related_keys())
def test_any_trie__every_key_is_proven_node_by_node(keys: list[bytes]) -> None:
    trie = trie_of(keys)
    for key in keys:
        assert is_proven(trie, key, with_embedded_nodes(eth_get_proof(trie, key), key))


@few
@given(related_keys())
def test_any_trie__nothing_but_embedded_nodes_is_added(keys: list[bytes]) -> None:
    trie = trie_of(keys)
    for key in keys:
        got = eth_get_proof(trie, key)
        proof = with_embedded_nodes(got, key)
        assert proof[: len(got)] == tuple(got)
        assert all(len(node) < 32 for node in proof[len(got) :])


@few
@given(related_keys())
def test_any_trie__a_key_that_is_not_there_is_never_proven(keys: list[bytes]) -> None:
    *others, absent = keys
    trie = trie_of(others)
    if others:
        assert not is_proven(trie, absent, with_embedded_nodes(eth_get_proof(trie, absent), absent))


def test_embedded_leaf__without_it_the_proof_ends_too_early() -> None:
    prefix = b"\x00" * 30
    keys = [prefix + b"\x11\x22", prefix + b"\x31\x22", prefix + b"\x32\x22"]
    trie = trie_of(keys)
    got = tuple(eth_get_proof(trie, keys[0]))
    assert not is_proven(trie, keys[0], got)
    assert is_proven(trie, keys[0], with_embedded_nodes(got, keys[0]))


def test_last_nibble_differs__leaf_has_no_path_left_and_is_added() -> None:
    keys = [bytes(31) + b"\x01", bytes(31) + b"\x02"]
    trie = trie_of(keys)
    proof = with_embedded_nodes(eth_get_proof(trie, keys[0]), keys[0])
    assert proof[-1] == b"\xc2\x20\x01"
    assert is_proven(trie, keys[0], proof)
