"""Proofs as `eth_getProof` gives them become proofs that a contract takes node by node."""

from pathlib import Path

import orjson
import pytest
import rlp
from eth_utils.crypto import keccak

from opcycle.bridge.proof import with_embedded_nodes

VECTORS = Path(__file__).parents[2] / "invariants" / "vectors" / "embedded_leaf_proofs.json"
"""viem's cases; forge has OpenZeppelin's TrieProof judge the same file."""

CASES = [case for case in orjson.loads(VECTORS.read_bytes())["cases"] if len(case["key"]) == 66]
"""Those of storage slots; a short key can end in a branch, a hash cannot."""

KEY = bytes.fromhex("f291631c" + "5a" * 28)
NEIGHBOUR = bytes.fromhex("f291631c" + "6b" * 28)


def test_viems_cases__are_there() -> None:
    assert CASES


def from_hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def leaf(nibbles: str) -> list[bytes]:
    """With value 1, as every withdrawal has it."""
    prefix = "3" if len(nibbles) % 2 else "20"
    return [bytes.fromhex(prefix + nibbles), b"\x01"]


def branch(**children) -> list:
    return [children.get(f"at_{nibble:x}", b"") for nibble in range(16)] + [b""]


def under_extension(nibbles: str, child: list) -> tuple[bytes, ...]:
    """An extension of an even number of nibbles, and its child."""
    node = rlp.encode(child)
    return rlp.encode([bytes.fromhex("00" + nibbles), keccak(node)]), node


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_viems_case__same_proof(case) -> None:
    nodes = [from_hex(node) for node in case["proof"]]
    embedded = from_hex(case["embedded_leaf"])
    expected = (*nodes, embedded) if embedded else tuple(nodes)
    assert with_embedded_nodes(nodes, from_hex(case["key"])) == expected


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_proof_that_is_complete__unchanged(case) -> None:
    complete = with_embedded_nodes([from_hex(node) for node in case["proof"]], from_hex(case["key"]))
    assert with_embedded_nodes(complete, from_hex(case["key"])) == complete


def test_two_keys_that_share_eight_nibbles__each_gets_its_own_leaf() -> None:
    mine, other = leaf(KEY.hex()[9:]), leaf(NEIGHBOUR.hex()[9:])
    assert len(rlp.encode(mine)) < 32
    nodes = under_extension(KEY.hex()[:8], branch(at_5=mine, at_6=other))
    assert with_embedded_nodes(nodes, KEY) == (*nodes, rlp.encode(mine))
    assert with_embedded_nodes(nodes, NEIGHBOUR) == (*nodes, rlp.encode(other))


def test_extension_of_an_odd_number_of_nibbles__leaf_is_found_behind_it() -> None:
    mine = leaf(KEY.hex()[10:])
    node = rlp.encode(branch(at_a=mine, at_b=mine))
    nodes = (rlp.encode([bytes.fromhex("1" + KEY.hex()[:9]), keccak(node)]), node)
    assert with_embedded_nodes(nodes, KEY) == (*nodes, rlp.encode(mine))


def test_two_keys_that_share_six_nibbles__leaf_is_referenced_by_its_hash() -> None:
    node = rlp.encode(leaf(KEY.hex()[7:]))
    assert len(node) >= 32
    nodes = (*under_extension(KEY.hex()[:6], branch(at_1=keccak(node), at_2=b"\x11" * 32)), node)
    assert with_embedded_nodes(nodes, KEY) == nodes


def test_key_that_is_not_in_the_trie__nothing_is_added() -> None:
    nodes = under_extension(KEY.hex()[:8], branch(at_6=leaf(NEIGHBOUR.hex()[9:]), at_7=b"\x11" * 32))
    assert with_embedded_nodes(nodes, KEY) == nodes


def test_embedded_branch_with_an_embedded_leaf__both_are_added() -> None:
    inner = branch(at_a=leaf(KEY.hex()[62:]), at_b=leaf("00"))
    assert len(rlp.encode(inner)) < 32
    nodes = under_extension(KEY.hex()[:60], branch(at_5=inner))
    leaf_node = rlp.encode(leaf(KEY.hex()[62:]))
    assert with_embedded_nodes(nodes, KEY) == (*nodes, rlp.encode(inner), leaf_node)


def test_only_withdrawal_there_is__its_leaf_is_the_root() -> None:
    nodes = (rlp.encode(leaf(KEY.hex())),)
    assert with_embedded_nodes(nodes, KEY) == nodes


def test_empty_trie__empty_proof() -> None:
    assert with_embedded_nodes((), KEY) == ()
