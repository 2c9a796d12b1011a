"""The verifier and batches in blobs: it waits for one, passes over junk, and needs a beacon node."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    GENESIS,
    batches_on,
    block,
    chain,
    epoch_by_time,
    payload_of,
    transaction,
)
from tests.unit.node.world import World

from opcycle.derivation.verdicts import Decision, Reason
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.blobs import encode_blob

BLOB_HASH, JUNK_HASH = b"\x01" * 32, b"\x02" * 32
BATCHES, TIP = batches_on(GENESIS, 6, epoch_of=epoch_by_time)
BLOB = encode_blob(payload_of(BATCHES))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Six L1 blocks; six L2 blocks are posted as a blob in block 3, which comes after one of junk."""
    blob_transaction = transaction(b"", kind=3, blob_hashes=(JUNK_HASH, BLOB_HASH))
    blocks = chain(6)
    blocks[3] = block(3, [blob_transaction])
    world = World(tmp_path, blocks)
    assert world.beacon is not None
    world.beacon.stored = {BLOB_HASH: BLOB, JUNK_HASH: bytes([0x3F]) * 131_072}
    return world


def test_step__batches_in_a_blob__become_safe_and_junk_beside_them_is_a_verdict(world: World) -> None:
    world.start()
    world.settle()
    assert world.engine.block("latest").ref == TIP
    dropped = [v for v in world.verdicts.newest(100) if v.decision is Decision.DROP]
    assert [(v.reason, v.inclusion.number) for v in dropped] == [(Reason.MALFORMED_BLOB, 3)]
    assert "blob 0" in dropped[0].identity


def test_step__blob_not_there_yet__waits_where_it_is_until_it_is(world: World) -> None:
    assert world.beacon is not None
    node = world.start()
    del world.beacon.stored[BLOB_HASH]
    for _ in range(3):
        with pytest.raises(TemporaryError, match="no blob"):
            world.settle()
    assert "no blob" in node.waiting.text
    assert world.engine.block("latest").ref == GENESIS
    world.beacon.stored[BLOB_HASH] = BLOB
    world.settle()
    assert world.engine.block("latest").ref == TIP


def test_step__blob_not_there_and_l1_replaces_its_block__goes_on_with_the_new_one(world: World) -> None:
    assert world.beacon is not None
    world.start()
    world.beacon.stored.clear()
    with pytest.raises(TemporaryError, match="no blob"):
        world.settle()
    payload = payload_of(BATCHES)
    world.l1.chain[3:] = [
        block(3, [payload], branch="b", parent_branch=""),
        *(block(n, branch="b") for n in (4, 5)),
    ]
    world.settle()
    assert world.engine.block("latest").ref == TIP


def test_step__no_beacon_node__stops_only_at_a_blob(world: World) -> None:
    world.beacon = None
    world.start()
    with pytest.raises(UserError, match="--beacon URL"):
        world.settle()
    world.l1.chain = [replace(item, transactions=()) for item in world.l1.chain]
    world.start(database="other.db")
    world.settle()
