"""A span batch that repeats safe blocks: the node has them, even the one that was made in the same step."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import GENESIS, batches_on, chain, epoch_by_time, payload_of, span_of
from tests.unit.node.world import World
from tests.unit.protocol.span_samples import legacy

from opcycle.derivation.verdicts import Reason

BATCHES, TIP = batches_on(
    GENESIS, 14, epoch_of=epoch_by_time, transactions=lambda number: (legacy(nonce=number),)
)


def l1_with(second, *, at):
    """Blocks 1 to 8 are posted in L1 block 4, and the batches `second` in block `at`."""
    payloads = {4: [payload_of([span_of(BATCHES[:8])])]}
    payload = payload_of([span_of(second)], channel_id=b"other channel id")
    return chain(9, {**payloads, at: [*payloads.get(at, ()), payload]})


@pytest.mark.parametrize("at", [4, 6])
@pytest.mark.parametrize("first", [0, 4, 7])
def test_step__repeated_blocks_are_the_safe_ones__adds_what_follows(tmp_path, first, at):
    world = World(tmp_path, l1_with(BATCHES[first:], at=at))
    world.start()
    world.settle()
    assert world.node.status.safe_l2 == TIP


@pytest.mark.parametrize("at", [4, 6])
@pytest.mark.parametrize("index", [4, 7])
def test_step__a_repeated_block_differs__adds_nothing(tmp_path, index, at):
    changed = [replace(batch, transactions=()) if n == index else batch for n, batch in enumerate(BATCHES)]
    world = World(tmp_path, l1_with(changed[4:], at=at))
    world.start()
    world.settle()
    assert world.node.status.safe_l2.number == 8
    assert Reason.OVERLAP_TRANSACTIONS in [verdict.reason for verdict in world.verdicts.newest(20)]
