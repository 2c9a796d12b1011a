"""Which outputs are deleted: each rule at its edge."""

import pytest
from tests.unit.proposer.settlement import INTERVAL, PERIOD, WRONG, Node, Oracle

from opcycle.challenger.decide import MARGIN, Delete, Snapshot, Wait, decide, seconds_left
from opcycle.l1.oracle import OutputProposal

NODE = Node(Oracle())
L1 = Oracle().head.ref


def output(index: int, root: bytes | None = None, *, left: int = PERIOD) -> OutputProposal:
    """`left`: seconds until it is final."""
    number = (index + 1) * INTERVAL
    return OutputProposal(index, root or NODE.root(number), L1.timestamp + left - PERIOD, number)


def snapshot(*outputs: OutputProposal, known: int) -> Snapshot:
    """The node has the roots up to L2 block `known`."""
    roots = {number: NODE.root(number) for number in range(INTERVAL, known + 1, INTERVAL)}
    return Snapshot(L1, PERIOD, outputs, roots, NODE.sync_status().safe_l2)


def decision(given: Snapshot) -> Delete | Wait:
    [action] = decide(given)
    return action


def test_no_outputs__waits_for_one() -> None:
    assert decision(snapshot(known=0)) == Wait("the next output")


def test_right_outputs__stand() -> None:
    assert decision(snapshot(output(0), output(1), known=20)) == Wait("the next output")


def test_wrong_output__deleted() -> None:
    wrong = output(1, WRONG)
    assert decision(snapshot(output(0), wrong, output(2), known=30)) == Delete(wrong, NODE.root(20))


def test_several_wrong_outputs__deleted_from_the_first_on() -> None:
    first = output(1, WRONG)
    assert decision(snapshot(output(0), first, output(2, WRONG), known=30)) == Delete(first, NODE.root(20))


@pytest.mark.parametrize(("known", "expected"), [(10, Wait), (20, Delete)])
def test_block_not_derived_yet__no_guess(known: int, expected: type) -> None:
    assert isinstance(decision(snapshot(output(0), output(1, WRONG), known=known)), expected)


def test_block_not_derived_yet__says_which() -> None:
    action = decision(snapshot(output(0), output(1), known=10))
    assert isinstance(action, Wait)
    assert action.reason.startswith("the node to derive L2 block 20 of output 1")


def test_root_of_another_block__is_no_excuse() -> None:
    shifted = output(1, NODE.root(10))
    assert decision(snapshot(output(0), shifted, known=20)) == Delete(shifted, NODE.root(20))


@pytest.mark.parametrize(("left", "deleted"), [(MARGIN + 2, [0]), (MARGIN + 1, [0, 1])])
def test_first_wrong_output_soon_final__the_next_has_a_deletion_of_its_own(
    left: int, deleted: list[int]
) -> None:
    given = snapshot(output(0, WRONG, left=left), output(1, WRONG), output(2, WRONG), known=30)
    assert [action.output.index for action in decide(given) if isinstance(action, Delete)] == deleted


def test_wrong_outputs_soon_final__right_ones_and_unknown_ones_have_none() -> None:
    given = snapshot(output(0, WRONG, left=9), output(1, left=9), output(2, WRONG, left=9), known=20)
    assert decision(given) == Delete(given.outputs[0], NODE.root(10))


@pytest.mark.parametrize(("until_final", "expected"), [(2, 1), (1, 0), (0, -1)])
def test_seconds_left__last_moment_is_before_it_is_final(until_final: int, expected: int) -> None:
    """The contract refuses from `timestamp + period` on; the next block is a second later at least."""
    assert seconds_left(output(0, left=until_final), period=PERIOD, l1=L1) == expected
