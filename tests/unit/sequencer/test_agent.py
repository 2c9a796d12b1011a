"""The sequencer's step between a made-up L1 and a made-up engine."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    GENESIS_TIME,
    L1_CHAIN,
    L2_BLOCK_TIME,
    block,
    chain,
    deposit_log,
)
from tests.unit.node.fakes import FakeEngine, FakeL1, l2_block
from tests.unit.sequencer.test_labels import Node

from opcycle.engine.journal import PayloadJournal
from opcycle.errors import CriticalError, ResetError, TemporaryError, UserError
from opcycle.protocol.types import BlockId
from opcycle.sequencer.agent import BLOCKS_PER_STEP, Sequencer

WIDE = replace(CONFIG, seq_window_size=3600)


@dataclass
class Clock:
    time: int = GENESIS_TIME

    def now(self) -> int:
        return self.time


class World:
    """A sequencer at genesis; L1 has ten blocks, 12 seconds apart."""

    def __init__(self, directory: Path):
        self._directory = directory
        self.l1 = FakeL1(chain(10))
        self.engine = FakeEngine()
        self.clock = Clock()
        self.pauses: list[float] = []
        self.start()

    def start(
        self,
        *,
        node: Node | None = None,
        node_l2: FakeEngine | None = None,
        config=WIDE,
        l1_confirmations: int = 0,
    ) -> Sequencer:
        """Make it, and again: as after a restart."""
        self.sequencer = Sequencer(
            config,
            L1_CHAIN,
            l1=self.l1,
            engine=self.engine,
            l2=self.engine,
            journal=PayloadJournal(self._directory / "payloads.jsonl"),
            clock=self.clock,
            pause=self.pauses.append,
            l1_confirmations=l1_confirmations,
            node=node,
            node_l2=node_l2,
        )
        return self.sequencer

    def run_until(self, l2_number: int) -> None:
        """Let chain time come to that block, and make everything that is due."""
        self.clock.time = CONFIG.timestamp_of(l2_number)
        while self.sequencer.step().progress:
            pass

    def origins(self) -> list[int]:
        return [block.ref.l1_origin.number for block in self.engine.canonical]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- when and how many --------------------------------------------------------------------------------


def test_step__before_the_first_block_is_due__idle(world: World) -> None:
    world.clock.time += L2_BLOCK_TIME - 1
    outcome = world.sequencer.step()
    assert (outcome.progress, outcome.did) == (False, ())
    assert outcome.waiting_for.startswith(f"chain time {GENESIS_TIME + L2_BLOCK_TIME} for L2 block 1")
    assert world.engine.calls == []


def test_step__block_is_due__made_once(world: World) -> None:
    world.clock.time += L2_BLOCK_TIME
    outcome = world.sequencer.step()
    head = world.engine.block("latest").ref
    assert outcome.progress
    assert outcome.did == (f"L2 block {head}: 0 transactions, L1 origin {GENESIS.l1_origin}",)
    assert (head.number, head.timestamp) == (1, world.clock.time)
    assert not world.sequencer.step().progress
    assert world.engine.number() == 1


def test_step__one_block__four_engine_calls(world: World) -> None:
    world.clock.time += L2_BLOCK_TIME
    world.sequencer.step()
    assert world.engine.calls == ["forkchoice with attributes", "get payload", "new payload", "forkchoice"]


def test_step__far_behind__so_many_blocks_a_step_with_three_engine_calls_each(world: World) -> None:
    world.clock.time = CONFIG.timestamp_of(BLOCKS_PER_STEP + 8)
    outcome = world.sequencer.step()
    assert world.engine.number() == BLOCKS_PER_STEP
    assert len(world.engine.calls) == 3 * BLOCKS_PER_STEP + 1
    assert outcome.did[0].startswith("L2 blocks 1:")
    assert world.sequencer.step().waiting_for.startswith("chain time")
    assert world.engine.number() == BLOCKS_PER_STEP + 8


def test_step__catching_up__l1_is_read_once_and_l2_heads_never(world: World) -> None:
    world.sequencer.step()
    world.l1.reads.clear()
    world.engine.reads.clear()
    world.clock.time = CONFIG.timestamp_of(BLOCKS_PER_STEP)
    world.sequencer.step()
    assert world.l1.reads == ["header 'latest'", "blocks 0 to 9"]
    assert world.engine.reads == []


# --- L1 origins ---------------------------------------------------------------------------------------


def test_step__l1_goes_on__origins_are_adopted_as_soon_as_they_are_not_later(world: World) -> None:
    world.run_until(13)
    assert world.origins() == [0] * 6 + [1] * 6 + [2] * 2


def test_step__confirmations__origins_are_adopted_that_much_later(world: World) -> None:
    world.start(l1_confirmations=9)
    world.run_until(13)
    assert world.origins() == [0] * 14
    world.l1.chain = chain(11)
    world.run_until(14)
    assert world.origins()[-1] == 1


def test_step__deposits_on_l1__in_the_first_block_of_their_epoch(world: World) -> None:
    world.l1.chain[1] = block(1, logs=[deposit_log(mint=5)])
    world.run_until(8)
    assert [len(block.transactions) for block in world.engine.canonical] == [0, 1, 1, 1, 1, 1, 2, 1, 1]


def test_step__l1_stands_still__stops_at_the_drift_and_goes_on_with_l1(world: World) -> None:
    world.l1.chain = chain(1)
    last = 1800 // L2_BLOCK_TIME
    world.run_until(last + 5)
    assert world.engine.number() == last
    assert world.sequencer.step().waiting_for.startswith("L1 block 1: L2 is as far ahead of L1")
    world.l1.chain = chain(2)
    world.run_until(last + 5)
    assert world.engine.number() == last + 5
    assert world.origins()[-5:] == [1] * 5


# --- the pool -----------------------------------------------------------------------------------------


def test_step__transactions_in_the_pool__the_engine_gets_time_and_takes_them(world: World) -> None:
    world.engine.pool = [b"\x02first", b"\x02second"]
    world.clock.time += L2_BLOCK_TIME
    outcome = world.sequencer.step()
    assert world.engine.block("latest").user_transactions == (b"\x02first", b"\x02second")
    assert "2 transactions" in outcome.did[0]
    assert world.pauses == [pytest.approx(0.0504)]


def test_step__empty_pool__no_time_is_lost(world: World) -> None:
    world.run_until(3)
    assert world.pauses == []


# --- safe and finalized heads -------------------------------------------------------------------------


def test_step__node_knows_safe_heads__the_engine_is_told(world: World) -> None:
    world.run_until(4)
    node = Node(world.engine.block(3).ref, world.engine.block(1).ref)
    world.start(node=node)
    world.run_until(5)
    assert (world.engine.number("safe"), world.engine.number("finalized")) == (3, 1)


def test_start__empty_engine_of_a_chain_with_safe_blocks__user_error(world: World) -> None:
    safe = replace(world.engine.block(0).ref, number=1, hash=b"\x01" * 32)
    world.start(node=Node(safe, world.engine.block(0).ref))
    with pytest.raises(UserError, match="it would build a second chain"):
        world.run_until(1)
    assert world.engine.number() == 0


def test_start__empty_engine_of_a_chain_without_safe_blocks__begins_it(world: World) -> None:
    genesis = world.engine.block(0).ref
    world.start(node=Node(genesis, genesis))
    world.run_until(1)
    assert world.engine.number() == 1


# --- restarts and faults ------------------------------------------------------------------------------


def test_restart__engine_kept_everything__goes_on(world: World) -> None:
    world.run_until(5)
    hashes = world.engine.hashes
    world.start()
    world.run_until(6)
    assert world.engine.hashes[:-1] == hashes
    assert world.engine.number() == 6


def test_restart__engine_lost_blocks__the_journal_gives_them_back(world: World) -> None:
    world.run_until(4)
    world.engine.pool = [b"\x02a user's"]
    world.run_until(5)
    hashes = world.engine.hashes
    world.engine.lose(3)
    world.start()
    world.run_until(6)
    assert world.engine.hashes[:-1] == hashes
    assert world.engine.block(5).user_transactions == (b"\x02a user's",)


def test_reset__next_step__asks_engine_and_l1_again(world: World) -> None:
    world.run_until(2)
    world.sequencer.reset()
    world.l1.reads.clear()
    world.engine.reads.clear()
    world.run_until(3)
    assert "block 'latest'" in world.engine.reads
    assert "blocks 0 to 9" in world.l1.reads


def test_step__engine_killed_in_the_middle__same_blocks_after_its_return(world: World) -> None:
    def killed(name: str) -> None:
        if len(world.engine.calls) == 10:
            world.engine.calls.append("killed")
            world.engine.lose(1)
            raise TemporaryError("killed")

    world.engine.before_call = killed
    world.engine.pool = [b"\x02a user's"]
    with pytest.raises(TemporaryError):
        world.run_until(8)
    world.run_until(8)
    assert world.engine.number() == 8
    assert world.engine.block(1).user_transactions == (b"\x02a user's",)


@pytest.mark.parametrize("refusal", ["poison", "rejects_heads"])
def test_step__engine_rejects_a_block_of_ours__stops(world: World, refusal: str) -> None:
    world.engine.pool = [b"\x02bad"]
    world.engine.poison = {b"\x02bad"} if refusal == "poison" else set()
    world.engine.rejects_heads = refusal == "rejects_heads"
    with pytest.raises(CriticalError, match="rejects a block of the sequencer's own"):
        world.run_until(1)


def test_step__l1_is_away__no_block_until_it_is_back(world: World) -> None:
    world.run_until(2)
    world.l1.is_down = True
    with pytest.raises(TemporaryError):
        world.run_until(3)
    world.l1.is_down = False
    world.run_until(3)
    assert world.engine.number() == 3


# --- L1 reorgs ----------------------------------------------------------------------------------------


def other_branch(fork: int, length: int):
    return chain(fork) + [
        block(n, branch="b", parent_branch="" if n == fork else "b") for n in range(fork, length)
    ]


def test_step__l1_replaced_the_heads_origin__resets_and_builds_on_the_last_block_that_stands(
    world: World,
) -> None:
    world.run_until(20)
    old = world.engine.hashes
    assert world.origins()[-1] == 3
    world.l1.chain = other_branch(2, 11)
    with pytest.raises(ResetError, match="L1 reorganised"):
        world.run_until(21)
    world.sequencer.reset()
    world.run_until(21)
    assert world.engine.hashes[:12] == old[:12]
    assert not set(old[12:]) & set(world.engine.hashes)
    origins = [found.ref.l1_origin for found in world.engine.canonical]
    assert origins[12:] == [world.l1.chain[n // 6].header.id for n in range(12, 22)]


def test_step__l1_replaced_later_blocks_only__nothing_is_undone(world: World) -> None:
    world.run_until(20)
    old = world.engine.hashes
    world.l1.chain = other_branch(4, 11)
    world.run_until(24)
    assert world.engine.hashes[:21] == old
    assert world.engine.block("latest").ref.l1_origin == block(4, branch="b").header.id


def test_restart__l1_reorged_meanwhile__leaves_the_old_branch(world: World) -> None:
    world.run_until(20)
    old = world.engine.hashes
    world.l1.chain = other_branch(2, 11)
    world.start()
    world.run_until(21)
    assert world.engine.hashes[:12] == old[:12]
    assert world.engine.number() == 21
    assert world.engine.block(12).ref.l1_origin == block(2, branch="b").header.id


def test_restart__killed_just_after_it_left_the_old_branch__goes_on_with_the_new_one(world: World) -> None:
    world.run_until(20)
    world.l1.chain = other_branch(2, 11)

    def killed(name: str) -> None:
        if name == "forkchoice":
            raise TemporaryError("killed")

    world.start()
    world.engine.before_call = killed
    with pytest.raises(TemporaryError):
        world.run_until(13)
    # chain time says 13, but the engine's head is still number 20 of the old branch
    world.engine.before_call = lambda name: None
    world.start()
    world.run_until(21)
    assert world.engine.number() == 21
    assert world.engine.block(12).ref.l1_origin == block(2, branch="b").header.id


def test_step__l1_undid_what_is_finalized__stops(world: World) -> None:
    world.run_until(20)
    world.engine.labels["finalized"] = world.engine.block(13).ref.hash
    world.l1.chain = other_branch(2, 11)
    world.start()
    with pytest.raises(CriticalError, match="finalized L2 block 13 rests"):
        world.run_until(21)


def test_step__l1_behind_the_heads_origin__waits_and_undoes_nothing(world: World) -> None:
    world.run_until(20)
    old = world.engine.hashes
    world.l1.chain = chain(2)
    world.start()
    with pytest.raises(TemporaryError, match="no block 3"):
        world.run_until(21)
    world.l1.chain = chain(10)
    world.run_until(21)
    assert world.engine.hashes[:-1] == old


# --- of another chain ---------------------------------------------------------------------------------


def test_step__engine_of_another_chain__user_error(world: World) -> None:
    world.engine = FakeEngine(l2_block(replace(GENESIS, hash=b"\x66" * 32)))
    world.start()
    with pytest.raises(UserError, match="starts from block 0x6666"):
        world.run_until(1)


def test_step__l1_of_another_chain__user_error(world: World) -> None:
    world.start(config=replace(WIDE, genesis_l1=BlockId(b"\x66" * 32, 0)))
    with pytest.raises(UserError, match="this L1 has no block 0:0x66666666"):
        world.run_until(1)
