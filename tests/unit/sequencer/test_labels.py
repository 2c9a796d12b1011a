"""The safe and finalized heads that the sequencer passes on from a node."""

from dataclasses import dataclass, field

import pytest
from tests.unit.derivation.l1_builder import GENESIS, child

from opcycle.errors import TemporaryError
from opcycle.protocol.payload import ForkchoiceState
from opcycle.protocol.sync_status import UNKNOWN_L1, SyncStatus
from opcycle.protocol.types import ZERO_HASH, Hash, L2BlockRef
from opcycle.sequencer.labels import Labels

CHAIN = [GENESIS]
for _ in range(5):
    CHAIN.append(child(CHAIN[-1], GENESIS.l1_origin))
HEAD = CHAIN[4]
OTHER = child(CHAIN[2], GENESIS.l1_origin, [b"\x02"])


@dataclass
class Node:
    safe: L2BlockRef
    finalized: L2BlockRef
    is_down: bool = False

    def sync_status(self) -> SyncStatus:
        if self.is_down:
            raise TemporaryError("down")
        return SyncStatus(
            current_l1=UNKNOWN_L1,
            head_l1=UNKNOWN_L1,
            safe_l1=UNKNOWN_L1,
            finalized_l1=UNKNOWN_L1,
            unsafe_l2=self.safe,
            safe_l2=self.safe,
            finalized_l2=self.finalized,
        )


@dataclass
class Chain:
    asked: list[int] = field(default_factory=list)

    def hash_of(self, number: int) -> Hash | None:
        self.asked.append(number)
        return CHAIN[number].hash if number < len(CHAIN) else None


def refreshed(node: Node | None) -> ForkchoiceState:
    labels = Labels(node, Chain())
    labels.refresh(HEAD)
    return labels.forkchoice(HEAD.hash)


def test_forkchoice__before_the_first_answer__zero_hashes_leave_the_engine_alone() -> None:
    assert Labels(Node(CHAIN[3], CHAIN[1]), Chain()).forkchoice(HEAD.hash) == ForkchoiceState(
        HEAD.hash, ZERO_HASH, ZERO_HASH
    )


def test_refresh__node_is_on_our_chain__its_heads_are_told() -> None:
    assert refreshed(Node(CHAIN[3], CHAIN[1])) == ForkchoiceState(HEAD.hash, CHAIN[3].hash, CHAIN[1].hash)
    assert refreshed(Node(HEAD, HEAD)) == ForkchoiceState(HEAD.hash, HEAD.hash, HEAD.hash)


def test_refresh__no_node__nothing_is_told() -> None:
    assert refreshed(None) == ForkchoiceState(HEAD.hash, ZERO_HASH, ZERO_HASH)


@pytest.mark.parametrize("safe", [OTHER, CHAIN[5]], ids=["another block", "after our head"])
def test_refresh__safe_head_is_not_part_of_our_chain__only_what_is(safe: L2BlockRef) -> None:
    assert refreshed(Node(safe, CHAIN[1])) == ForkchoiceState(HEAD.hash, ZERO_HASH, CHAIN[1].hash)


def test_refresh__node_leaves_our_chain_or_goes_away__the_last_good_heads_stay() -> None:
    node = Node(CHAIN[3], CHAIN[1])
    labels = Labels(node, Chain())
    labels.refresh(HEAD)
    node.safe = OTHER
    labels.refresh(HEAD)
    node.safe, node.is_down = HEAD, True
    labels.refresh(HEAD)
    assert labels.forkchoice(HEAD.hash) == ForkchoiceState(HEAD.hash, CHAIN[3].hash, CHAIN[1].hash)
    node.is_down = False
    labels.refresh(HEAD)
    assert labels.forkchoice(HEAD.hash).safe == HEAD.hash


def test_refresh__same_heads_again__the_chain_is_not_asked_again() -> None:
    chain = Chain()
    labels = Labels(Node(CHAIN[3], CHAIN[1]), chain)
    labels.refresh(HEAD)
    labels.refresh(HEAD)
    assert chain.asked == [3, 1]


def test_clear__after_a_reset__nothing_is_told() -> None:
    labels = Labels(Node(CHAIN[3], CHAIN[1]), Chain())
    labels.refresh(HEAD)
    labels.clear()
    assert labels.forkchoice(HEAD.hash) == ForkchoiceState(HEAD.hash, ZERO_HASH, ZERO_HASH)


@pytest.mark.parametrize(
    ("safe", "overruled_by"), [(CHAIN[3], None), (HEAD, None), (OTHER, OTHER), (CHAIN[5], CHAIN[5])]
)
def test_refresh__stated_safe_head__overrules_us_where_it_is_not_ours(
    safe: L2BlockRef, overruled_by: L2BlockRef | None
) -> None:
    labels = Labels(Node(safe, CHAIN[1]), Chain())
    labels.refresh(HEAD)
    assert labels.overruled_by == overruled_by


def test_refresh__node_goes_away__overrules_nobody() -> None:
    node = Node(OTHER, CHAIN[1])
    labels = Labels(node, Chain())
    labels.refresh(HEAD)
    node.is_down = True
    labels.refresh(HEAD)
    assert labels.overruled_by is None
