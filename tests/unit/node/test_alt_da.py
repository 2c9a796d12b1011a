"""The verifier on a chain with alt-DA: it waits for data, follows challenges, and is final later."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.da_builder import (
    CHALLENGE_WINDOW,
    GENERIC,
    KECCAK,
    RESOLVE_WINDOW,
    batch_data,
    challenged,
)
from tests.unit.derivation.l1_builder import GENESIS, block, chain
from tests.unit.node.world import World

from opcycle.da.client import DAServerDownError
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.alt_da import Commitment

DATA, TIP = batch_data()
MORE, TIP_OF_MORE = batch_data(TIP)
FIRST, SECOND = Commitment.keccak_of(DATA), Commitment.keccak_of(MORE)
POSTED, POSTED_MORE = 2, 3
LENGTH = 16


class FakeDA:
    """A DA server."""

    def __init__(self) -> None:
        self.stored = {FIRST: DATA, SECOND: MORE}
        self.is_down = False
        self.reads: list[Commitment] = []

    def get(self, commitment: Commitment) -> bytes | None:
        self.reads.append(commitment)
        if self.is_down:
            raise DAServerDownError("the DA server is down")
        return self.stored.get(commitment)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three L2 blocks behind each of two commitments, in L1 blocks 2 and 3."""
    blocks = chain(LENGTH, {POSTED: [FIRST.payload], POSTED_MORE: [SECOND.payload]})
    world = World(tmp_path, blocks)
    world.da = FakeDA()
    return world


def test_step__commitments__their_batches_become_safe(world: World) -> None:
    world.start(config=KECCAK)
    world.settle()
    assert world.engine.block("latest").ref == TIP_OF_MORE
    accepted = [v.detail for v in world.verdicts.newest(100) if "behind" in v.detail]
    assert sorted(accepted) == sorted(f"1 frames behind {commitment}" for commitment in (FIRST, SECOND))


def test_step__server_down__keeps_what_it_has_and_waits_until_it_answers(world: World) -> None:
    node = world.start(config=KECCAK)
    assert world.da is not None
    world.l1.chain, rest = world.l1.chain[: POSTED + 1], world.l1.chain[POSTED + 1 :]
    world.settle()
    world.da.is_down = True
    world.l1.chain += rest
    reads = len(world.l1.reads)
    for _ in range(3):
        with pytest.raises(TemporaryError, match="the DA server is down"):
            world.settle()
    assert node.waiting.text == "the DA server is down"
    assert node.status.safe_l2 == TIP
    blocks_read = [read for read in world.l1.reads[reads:] if read.startswith("blocks")]
    assert blocks_read == [f"blocks {POSTED + 1} to {LENGTH - 1}"]  # no restart, nothing read twice
    world.da.is_down = False
    world.settle()
    assert node.status.safe_l2 == TIP_OF_MORE


def test_step__server_down_and_l1_replaces_the_commitment__goes_on_with_the_new_l1(world: World) -> None:
    world.start(config=KECCAK)
    assert world.da is not None
    world.da.is_down = True
    with pytest.raises(TemporaryError, match="down"):
        world.settle()
    world.l1.chain[POSTED:] = [
        block(POSTED, [DATA], branch="b", parent_branch=""),
        *(block(n, branch="b") for n in range(POSTED + 1, LENGTH)),
    ]
    assert any(did.startswith("reset: L1 has replaced block 2") for did in world.settle())
    assert world.engine.block("latest").ref == TIP


def test_step__data_not_there_yet__is_waited_for(world: World) -> None:
    node = world.start(config=KECCAK)
    assert world.da is not None
    del world.da.stored[SECOND]
    world.l1.chain, rest = world.l1.chain[: POSTED_MORE + 1], world.l1.chain[POSTED_MORE + 1 :]
    world.settle()
    assert node.waiting.text.startswith(f"the data of {SECOND}, which the DA server does not have")
    assert node.status.safe_l2 == TIP
    world.da.stored[SECOND] = MORE
    world.l1.chain += rest
    world.settle()
    assert node.status.safe_l2 == TIP_OF_MORE


def test_step__no_da_server_known__stops_only_at_a_commitment(world: World) -> None:
    world.da = None
    world.start(config=KECCAK)
    with pytest.raises(UserError, match="--da-server URL"):
        world.settle()
    assert world.engine.block("latest").ref == GENESIS


def test_step__challenge_expires__goes_back_and_derives_without_the_data(world: World) -> None:
    at = POSTED_MORE + 1
    world.l1.chain = challenged(world.l1.chain, SECOND, POSTED_MORE, at=at)
    node = world.start(config=KECCAK)
    did = world.settle()
    assert [line for line in did if "nobody has published it in time" in line]
    assert node.status.safe_l2 == TIP
    assert world.safe_db.at(LENGTH) is not None
    assert world.safe_db.at(LENGTH).safe_head == TIP.id


def test_restart__while_a_challenge_runs__the_challenge_is_not_forgotten(world: World) -> None:
    at = POSTED_MORE + 1
    full = challenged(world.l1.chain, SECOND, POSTED_MORE, at=at)
    world.l1.chain = full[: at + RESOLVE_WINDOW]
    node = world.start(config=KECCAK)
    world.settle()
    assert node.status.safe_l2 == TIP_OF_MORE
    node = world.start(config=KECCAK)
    world.settle()
    world.l1.chain = full
    world.settle()
    assert node.status.safe_l2 == TIP


@pytest.mark.parametrize("config", [KECCAK, replace(GENERIC, alt_da=GENERIC.alt_da)])
def test_step__l1_finalizes__l2_is_final_a_challenge_window_later(world: World, config) -> None:
    if config is not KECCAK:
        world.l1.chain = chain(LENGTH, {POSTED: [DATA], POSTED_MORE: [MORE]})
    node = world.start(config=config)
    world.l1.finalized = POSTED + CHALLENGE_WINDOW - 1
    world.settle()
    assert node.status.finalized_l2 == GENESIS
    world.l1.finalized = POSTED + CHALLENGE_WINDOW
    world.settle()
    assert node.status.finalized_l2 == TIP
    world.l1.finalized = POSTED_MORE + CHALLENGE_WINDOW
    world.settle()
    assert node.status.finalized_l2 == TIP_OF_MORE


def test_step__l1_finalizes_during_a_challenge__nothing_of_it_is_final_until_it_is_over(world: World) -> None:
    at = POSTED_MORE + CHALLENGE_WINDOW
    world.l1.chain = challenged(world.l1.chain, SECOND, POSTED_MORE, at=at)[: at + RESOLVE_WINDOW]
    node = world.start(config=KECCAK)
    world.l1.finalized = at + RESOLVE_WINDOW - 1
    world.settle()
    assert (node.status.safe_l2, node.status.finalized_l2) == (TIP_OF_MORE, TIP)
