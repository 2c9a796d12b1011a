"""Leaves and their tree, against op-challenger's vectors; calldata as Solidity reads it."""

from base64 import b64decode
from types import SimpleNamespace

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.keccak import keccak
from opcycle.protocol.keccak_state import BLOCK_SIZE, padded
from opcycle.protocol.large_preimages import (
    TREE_DEPTH,
    LargePreimage,
    LeafTree,
    LeavesAdded,
    proposal_uuid,
)

COMMITMENTS = vector("keccak/commitments.json")
PROOFS = vector("keccak/proofs.json")
TYPES = ("uint256", "uint256", "bytes", "bytes32[]", "bool")


def tree_of(count: int) -> LeafTree:
    return LeafTree([SimpleNamespace(hash=bytes([0xFF, index % 256]) + bytes(30)) for index in range(count)])


def root_from(leaf: bytes, index: int, proof: list[bytes]) -> bytes:
    """As the contract computes it."""
    for height, sibling in enumerate(proof):
        is_right = index >> height & 1
        leaf = keccak(sibling + leaf if is_right else leaf + sibling)
    return leaf


# --- leaves ---


@pytest.mark.parametrize("case", COMMITMENTS, ids=lambda case: f"{len(case['commitments']) - 1} leaves")
def test_leaves__as_op_challenger_has_them(case) -> None:
    found = LargePreimage(b64decode(case["input"] or ""))
    assert [leaf.commitment for leaf in found.leaves] == [unhex(text) for text in case["commitments"][1:]]
    assert found.last.after.block == b64decode(case["poststateLeaf"])
    before = b64decode(case["prestateLeaf"])
    assert (found.last.before is None) == (len(found.leaves) == 1)
    assert before == (bytes(BLOCK_SIZE) if found.last.before is None else found.last.before.block)


@pytest.mark.parametrize("size", [0, 135, 136, 1000])
def test_leaves__their_blocks_are_the_padded_preimage(size: int) -> None:
    data = b"\xaa" * size
    leaves = LargePreimage(data).leaves
    assert b"".join(leaf.block for leaf in leaves) == padded(data)
    assert [leaf.index for leaf in leaves] == [*range(size // BLOCK_SIZE + 1)]


# --- the tree ---


@pytest.mark.parametrize("case", PROOFS, ids=lambda case: case["name"])
def test_tree__as_op_challenger_has_it(case) -> None:
    tree = tree_of(case["leafCount"])
    assert tree.root == unhex(case["rootHash"])
    if case["proofs"]:
        assert tree.proof(case["index"]) == [unhex(text) for text in case["proofs"]]


@given(st.integers(1, 70), st.data())
def test_proof__any_leaf__leads_to_the_root_from_its_place_only(count: int, data: st.DataObject) -> None:
    tree = tree_of(count)
    index = data.draw(st.integers(0, count - 1))
    leaf, proof = tree.leaves[index].hash, tree.proof(index)
    assert len(proof) == TREE_DEPTH
    assert root_from(leaf, index, proof) == tree.root
    assert root_from(leaf, index ^ 1, proof) != tree.root


def test_root_of__fewer_leaves__of_what_was_added_so_far() -> None:
    preimage = LargePreimage(b"\x01" * 1000)
    assert preimage.root_of(3) == LeafTree(preimage.leaves[:3]).root
    assert preimage.root_of(len(preimage.leaves)) == preimage.root


# --- chunks ---


@given(
    st.integers(0, 1500),
    st.integers(2, 7),
    st.integers(0, 12),
    st.integers(0, 2**16),
    st.integers(0, 2**256 - 1),
)
def test_chunks__together_all_leaves_from_the_start_and_the_part_is_in_one(
    size: int, most: int, start: int, offset: int, uuid: int
) -> None:
    data = bytes(index % 251 for index in range(size))
    preimage = LargePreimage(data)
    start %= len(preimage.leaves)
    offset %= size + 8
    chunks = preimage.chunks(offset=offset, uuid=uuid, start=start, size=most)
    assert [leaf for chunk in chunks for leaf in chunk.leaves()] == preimage.leaves[start:]
    assert [chunk.is_last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(0 < len(chunk.commitments) <= most for chunk in chunks)
    for chunk in chunks[:-1]:
        first = offset - 8 - BLOCK_SIZE * chunk.start
        assert not 0 <= first < len(chunk.data) <= first + 32, "the oracle refuses a part of a part"


@pytest.mark.parametrize(
    ("offset", "first_chunk"),
    [(0, 3), (7, 3), (8, 3), (383, 3), (384, 2), (415, 2), (416, 3), (1007, 3)],
    ids=["length", "length", "begin", "32 and one byte", "32 bytes", "last byte", "next chunk", "end"],
)
def test_chunks__part_that_reaches_the_end_of_a_chunk__in_the_next(offset: int, first_chunk: int) -> None:
    """3 leaves end at offset 416 = 8 + 3 x 136. Optimism's oracle refuses a part whose last byte a chunk
    ends with, unless it is the last chunk."""
    chunks = LargePreimage(bytes(1000)).chunks(offset=offset, uuid=0, start=0, size=3)
    assert len(chunks[0].commitments) == first_chunk


# --- calldata ---


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


@given(st.binary(max_size=300), st.lists(st.binary(min_size=32, max_size=32), max_size=4), st.booleans())
def test_of_calldata__canonical__what_was_encoded(data: bytes, hashes: list[bytes], is_last: bool) -> None:
    calldata = encode(TYPES, (7, 3, data, hashes, is_last))
    assert LeavesAdded.of_calldata(calldata) == LeavesAdded(7, 3, data, tuple(hashes), is_last)


@pytest.mark.parametrize(
    "calldata",
    [
        words(7, 3, 160, 224, 1, 4) + b"dataXXXX" + bytes(24) + words(1, 9),
        words(7, 3, 224, 160, 1, 1, 9, 4) + b"data",
        words(7, 3, 320, 160, 1, 1, 9) + bytes(96) + words(4) + b"data" + b"more",
    ],
    ids=["dirty padding", "no padding", "holes and a tail"],
)
def test_of_calldata__what_decoders_refuse_and_solidity_takes__is_read(calldata: bytes) -> None:
    assert LeavesAdded.of_calldata(calldata) == LeavesAdded(7, 3, b"data", (words(9),), True)


def test_of_calldata__overlapping_arrays__read_twice() -> None:
    calldata = words(7, 3, 160, 160, 0, 2, 8, 9)
    assert LeavesAdded.of_calldata(calldata) == LeavesAdded(7, 3, words(8)[:2], (words(8), words(9)), False)


@pytest.mark.parametrize(
    "calldata",
    [words(7, 3, 160, 192, 1)[:-1], words(7, 3, 2**255, 160, 1, 0), words(7, 3, 160, 192, 1, 1, 2**251)],
    ids=["cut off", "beyond the end", "too many"],
)
def test_of_calldata__what_solidity_refuses__is_not_read(calldata: bytes) -> None:
    with pytest.raises(ValueError, match="bytes at"):
        LeavesAdded.of_calldata(calldata)


# --- names ---


def test_proposal_uuid__as_op_challenger_computes_it() -> None:
    """Its `NewUUID`: preimage ‖ little-endian offset ‖ sender."""
    assert proposal_uuid(b"abc", 0x01020304, b"\x11" * 20) == int.from_bytes(
        keccak(b"abc\x04\x03\x02\x01" + b"\x11" * 20), "big"
    )
