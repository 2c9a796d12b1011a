"""The first stage: one chain of L1 blocks, one system config."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    BATCHER,
    CONFIG,
    GENESIS_CONFIG,
    OTHER_BATCHER,
    STRANGER,
    block,
    config_update,
    new_batcher,
    new_gas_limit,
)

from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.errors import ResetError
from opcycle.protocol.rollup import Fork


@pytest.fixture
def traversal():
    return L1Traversal(CONFIG, block(5), GENESIS_CONFIG)


def test_next__fresh__gives_the_origin_once(traversal):
    assert traversal.next() == block(5)
    assert traversal.next() is None


def test_advance__nothing_pushed__stays(traversal):
    assert not traversal.advance()
    assert (traversal.origin, traversal.next_number) == (block(5), 6)


def test_advance__blocks_pushed_ahead__walks_them_in_order(traversal):
    for number in (6, 7):
        traversal.push(block(number))
    assert traversal.next_number == 8
    seen = []
    while traversal.advance():
        seen.append(traversal.next())
    assert seen == [block(6), block(7)]


@pytest.mark.parametrize(
    "stranger",
    [
        block(6, branch="b"),
        block(7),
        block(5),
        block(6, branch="b", parent_branch="c"),
        replace(block(6), header=replace(block(6).header, number=7)),
    ],
    ids=["other parent", "gap", "same again", "other branch", "child with a wrong number"],
)
def test_push__not_the_child_of_the_tip__resets(traversal, stranger):
    with pytest.raises(ResetError, match="does not follow"):
        traversal.push(stranger)
    traversal.push(block(6))


def test_push__reorg_behind_a_pushed_block__resets(traversal):
    traversal.push(block(6))
    with pytest.raises(ResetError):
        traversal.push(block(7, branch="b"))
    traversal.push(block(7, branch="b", parent_branch=""))


def test_system_config__update_in_a_block__holds_from_that_block(traversal):
    traversal.push(block(6))
    traversal.push(block(7, logs=[new_batcher(OTHER_BATCHER), new_gas_limit(1_000_000, index=1)]))
    traversal.advance()
    assert traversal.system_config == GENESIS_CONFIG
    traversal.advance()
    assert traversal.system_config.batcher_address == OTHER_BATCHER
    assert traversal.system_config.gas_limit == 1_000_000


@pytest.mark.parametrize(("later", "counts"), [(0, False), (1, True)])
def test_system_config__fee_scalars_of_no_version__count_before_ecotone(later, counts):
    ecotone = {Fork.ECOTONE: block(1).header.timestamp + later}
    found = L1Traversal(replace(CONFIG, fork_times=CONFIG.fork_times | ecotone), block(0), GENESIS_CONFIG)
    overhead, scalar = b"\x05" * 32, b"\x06" * 32
    found.push(block(1, logs=[config_update(1, overhead + scalar)]))
    found.advance()
    updated = replace(GENESIS_CONFIG, overhead=overhead, scalar=scalar)
    assert found.system_config == (updated if counts else GENESIS_CONFIG)


def test_system_config__update_of_the_first_block__is_the_callers(traversal):
    first = block(5, logs=[new_batcher(OTHER_BATCHER)])
    assert L1Traversal(CONFIG, first, GENESIS_CONFIG).system_config.batcher_address == BATCHER


@pytest.mark.parametrize(
    "log",
    [config_update(0, b"short"), config_update(99, bytes(32)), config_update(0, bytes(32), address=STRANGER)],
    ids=["malformed", "unknown kind", "another contract"],
)
def test_system_config__no_valid_update__is_unchanged(traversal, log):
    traversal.push(block(6, logs=[log]))
    traversal.advance()
    assert traversal.system_config == GENESIS_CONFIG
