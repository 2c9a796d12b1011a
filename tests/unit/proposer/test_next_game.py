"""When a game is made, and about which block: each rule at its edge."""

from dataclasses import replace

import pytest
from tests.unit.proposer.settlement import Node, Oracle

from opcycle.l1.anchor_state_registry import Anchor
from opcycle.l1.dispute_games import GameKind
from opcycle.proposer.decide import Wait
from opcycle.proposer.next_game import Create, GameOptions, Snapshot, Terms, decide, target

TYPE, INTERVAL, BOND, REACH = 255, 100, 8, 64
ANCHOR, NUMBER = 3, 10
OPTIONS = GameOptions(TYPE, INTERVAL)
KIND = GameKind(logic=b"\x01" * 20, bond=BOND, reach=REACH, registry=b"\x02" * 20, chain_id=901)
TERMS = Terms(KIND, TYPE, Anchor(b"\xaa" * 32, ANCHOR))
TWIN = b"\x07" * 20


def node_at(*, safe: int = NUMBER, finalized: int = NUMBER) -> Node:
    node = Node(Oracle())
    node.safe, node.finalized = safe, finalized
    return node


def snapshot(node: Node | None = None, *, about: int = NUMBER, **changes: object) -> Snapshot:
    """The node has finalized `NUMBER`, no game was ever made."""
    node = node or node_at()
    given = Snapshot(
        l1=node.current_l1,
        terms=TERMS,
        proposed_at=None,
        status=node.sync_status(),
        reads_this_l1=True,
        output=node.output_at_block(about),
        twin=None,
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def reason(given: Snapshot, options: GameOptions = OPTIONS) -> str:
    [action] = decide(given, options)
    assert isinstance(action, Wait)
    return action.reason


def test_first_game__at_once_about_the_finalized_head_for_the_bond_of_its_type() -> None:
    node = node_at(safe=NUMBER + 5)
    assert decide(snapshot(node), OPTIONS) == [Create(node.root(NUMBER), NUMBER, BOND)]


def test_allow_non_finalized__about_the_safe_head() -> None:
    node = node_at(safe=NUMBER, finalized=0)
    options = replace(OPTIONS, allow_non_finalized=True)
    assert decide(snapshot(node), options) == [Create(node.root(NUMBER), NUMBER, BOND)]
    assert "finalized L2 head to pass block 3" in reason(snapshot(node))


@pytest.mark.parametrize(("ago", "due"), [(0, False), (INTERVAL, False), (INTERVAL + 1, True)])
def test_own_last_game__the_next_one_is_due_when_the_interval_has_passed(ago: int, due: bool) -> None:
    given = snapshot()
    [action] = decide(replace(given, proposed_at=given.l1.timestamp - ago), OPTIONS)
    assert isinstance(action, Create) == due


def test_not_due__says_when() -> None:
    given = snapshot()
    text = f"L1 time to pass {given.l1.timestamp + INTERVAL}, when the next game is due"
    assert reason(replace(given, proposed_at=given.l1.timestamp)) == text


def test_no_games_of_the_type__waits_for_the_factory() -> None:
    assert reason(snapshot(terms=None)) == "the factory to make games of type 255"


def test_withdrawals_rely_on_another_type__no_bond_for_a_game_that_does_not_count() -> None:
    assert "they rely on type 0" in reason(snapshot(terms=replace(TERMS, respected_type=0)))


@pytest.mark.parametrize(("anchor", "proposes"), [(NUMBER - 1, True), (NUMBER, False), (NUMBER + 1, False)])
def test_anchor__a_game_must_be_about_a_later_block(anchor: int, proposes: bool) -> None:
    given = snapshot(terms=replace(TERMS, anchor=Anchor(b"\xaa" * 32, anchor)))
    [action] = decide(given, OPTIONS)
    assert isinstance(action, Create) == proposes


@pytest.mark.parametrize(
    ("head", "expected"),
    [(ANCHOR + REACH - 1, ANCHOR + REACH - 1), (ANCHOR + REACH, ANCHOR + REACH), (500, ANCHOR + REACH)],
)
def test_split_depth__a_game_is_about_no_block_that_its_claims_cannot_tell_apart(
    head: int, expected: int
) -> None:
    node = node_at(safe=head, finalized=head)
    assert target(node.sync_status(), TERMS, allow_non_finalized=False) == expected
    assert decide(snapshot(node, about=expected), OPTIONS) == [Create(node.root(expected), expected, BOND)]


def test_node_on_another_l1__waits() -> None:
    assert reason(snapshot(reads_this_l1=False, output=None)).startswith("the node to read this L1; it is at")


@pytest.mark.parametrize("about", [NUMBER - 1, NUMBER + 1])
def test_node_answers_about_another_block__waits(about: int) -> None:
    given = snapshot(node_at(safe=NUMBER + 1), about=about)
    assert reason(given) == "the node to say the same of L2 block 10 twice"


def test_node_changed_its_chain_between_two_answers__waits() -> None:
    other = Node(Oracle(), fork="b")
    other.safe = NUMBER
    given = replace(snapshot(), output=other.output_at_block(NUMBER))
    assert reason(given) == "the node to say the same of L2 block 10 twice"


def test_a_game_says_the_same_already__waits_for_a_later_block() -> None:
    assert reason(snapshot(twin=TWIN)).startswith("an L2 block after 10, about which game 0x0707")


def test_a_game_says_the_same_at_the_end_of_its_reach__waits_for_the_anchor() -> None:
    node = node_at(safe=500, finalized=500)
    assert reason(snapshot(node, about=ANCHOR + REACH, twin=TWIN)).startswith(
        "the anchor to move: game 0x0707"
    )
