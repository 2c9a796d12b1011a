"""When an output is proposed: each rule at its edge."""

from dataclasses import replace

import pytest
from tests.unit.proposer.settlement import Node, Oracle

from opcycle.proposer.decide import MAX_L1_AGE, Propose, Snapshot, Wait, decide

NUMBER = 10


def snapshot(*, safe: int = NUMBER, finalized: int = NUMBER, late_by: int = 1, age: int = 0) -> Snapshot:
    oracle = Oracle()
    node = Node(oracle)
    node.safe, node.finalized = safe, finalized
    for _ in range(age):
        oracle.mine()
    return Snapshot(
        l1=oracle.head.ref,
        number=NUMBER,
        due=oracle.head.timestamp - late_by,
        status=node.sync_status(),
        output_root=node.root(NUMBER),
        reads_this_l1=True,
    )


def proposes(given: Snapshot, *, allow_non_finalized: bool = False) -> bool:
    [action] = decide(given, allow_non_finalized=allow_non_finalized)
    return isinstance(action, Propose)


def reason(given: Snapshot) -> str:
    [action] = decide(given, allow_non_finalized=False)
    assert isinstance(action, Wait)
    return action.reason


def test_due_and_finalized__proposes_the_nodes_root_for_the_l1_block_it_has_read() -> None:
    given = snapshot(age=3)
    assert given.status.current_l1.number == 0
    [action] = decide(given, allow_non_finalized=False)
    assert action == Propose(given.output_root, NUMBER, given.status.current_l1.id)


@pytest.mark.parametrize(
    ("safe", "finalized", "allow_non_finalized", "expected"),
    [
        (NUMBER, NUMBER, False, True),
        (NUMBER, NUMBER - 1, False, False),
        (NUMBER, NUMBER - 1, True, True),
        (NUMBER - 1, NUMBER - 1, True, False),
    ],
)
def test_head__must_reach_the_block(
    safe: int, finalized: int, allow_non_finalized: bool, expected: bool
) -> None:
    given = snapshot(safe=safe, finalized=finalized)
    assert proposes(given, allow_non_finalized=allow_non_finalized) == expected


def test_head_too_low__says_which_head_is_waited_for() -> None:
    assert reason(snapshot(finalized=NUMBER - 1)).startswith("the node's finalized L2 head to reach block 10")


def test_root_unknown__waits() -> None:
    assert not proposes(replace(snapshot(), output_root=None))


@pytest.mark.parametrize(("late_by", "expected"), [(1, True), (0, False), (-1, False)])
def test_l1_time__must_be_later_than_the_l2_blocks(late_by: int, expected: bool) -> None:
    assert proposes(snapshot(late_by=late_by)) == expected


@pytest.mark.parametrize(("age", "expected"), [(MAX_L1_AGE, True), (MAX_L1_AGE + 1, False)])
def test_l1_block_that_the_node_has_read__must_be_one_that_the_oracle_can_look_up(
    age: int, expected: bool
) -> None:
    assert proposes(snapshot(age=age)) == expected


def test_l1_without_the_block_that_the_node_has_read__waits() -> None:
    assert reason(replace(snapshot(), reads_this_l1=False)).startswith("the node to read this L1; it is at")
