"""Factory and registry as proposers and withdrawals read them, against the contracts themselves."""

import pytest
from eth_utils.crypto import keccak
from tests.fuzz.disputes.deploy import (
    CANNON,
    L2_CHAIN_ID,
    OTHER_CANNON,
    PERMISSIONED,
    PERMITTED,
    init_bond,
)
from tests.unit.l1.games_on_evm import HEAD, PARAMETERS, PROPOSER, STRANGER, GamesL1

from opcycle.l1.anchor_state_registry import Anchor, Judgement
from opcycle.l1.dispute_games import GAMES_PER_READ, GameKind, ProposedGame

MANY = 2 * GAMES_PER_READ + 7


@pytest.fixture
def l1() -> GamesL1:
    return GamesL1()


def root(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_kind__what_the_factory_makes_of_a_type(l1) -> None:
    found = l1.contracts
    for kind in (CANNON, OTHER_CANNON, PERMISSIONED):
        logic = found.factory.read("gameImpls", kind)
        assert l1.factory.kind(kind, block=HEAD) == GameKind(
            logic=bytes.fromhex(logic[2:]) if isinstance(logic, str) else logic,
            bond=init_bond(kind),
            reach=2**PARAMETERS.split_depth,
            registry=found.registry.address,
            chain_id=L2_CHAIN_ID,
            proposer=PERMITTED[0] if kind == PERMISSIONED else None,
        )
    assert l1.factory.kind(7, block=HEAD) is None


def test_absolute_prestate__of_a_type_that_the_factory_makes(l1) -> None:
    for kind in (CANNON, OTHER_CANNON, PERMISSIONED):
        assert (
            l1.factory.absolute_prestate(kind, block=HEAD) == l1.contracts.factory.read("gameArgs", kind)[:32]
        )
    assert l1.factory.absolute_prestate(7, block=HEAD) is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("DisputeGameFactory_IncorrectBond(uint256,uint256)", "DisputeGameFactory_IncorrectBond(1, 2)"),
        ("FaultDisputeGame_BadBlockNumber(uint256,uint256)", "FaultDisputeGame_BadBlockNumber(1, 2)"),
    ],
)
def test_create__refused_by_factory_or_game__says_why(l1, error: str, words: str) -> None:
    request = l1.factory.create(CANNON, root(1), 120, bond=init_bond(CANNON))
    data = keccak(text=error)[:4] + (1).to_bytes(32, "big") + (2).to_bytes(32, "big")
    assert request.errors.explain(data) == words


def test_find__by_what_it_claims_and_nothing_else(l1) -> None:
    game = l1.propose(120, root(1))
    assert l1.factory.find(CANNON, root(1), 120, block=HEAD) == game
    for kind, value, block in ((OTHER_CANNON, 1, 120), (CANNON, 2, 120), (CANNON, 1, 121)):
        assert l1.factory.find(kind, root(value), block, block=HEAD) is None


def test_latest_games__of_one_type_newest_first(l1) -> None:
    assert l1.factory.latest_games(CANNON, until=0, block=HEAD) == []
    first = l1.propose(120, root(1))
    l1.propose(121, root(2), kind=OTHER_CANNON)
    l1.wait(5)
    last = l1.propose(119, root(3))
    found = l1.factory.latest_games(CANNON, until=3, block=HEAD)
    assert found == [
        ProposedGame(2, last, l1.now, root(3), 119),
        ProposedGame(0, first, l1.now - 5, root(1), 120),
    ]
    assert [game.index for game in l1.factory.latest_games(CANNON, until=2, block=HEAD)] == [0]
    assert l1.factory.latest_games(PERMISSIONED, until=3, block=HEAD) == []


def test_latest_games__page_by_page_to_the_first_of_all(l1) -> None:
    for number in range(MANY):
        l1.propose(101 + number, root(number))
    pages, until = [], MANY
    while page := l1.factory.latest_games(CANNON, until=until, block=HEAD):
        pages.append(len(page))
        assert [game.index for game in page] == list(range(until - 1, until - 1 - len(page), -1))
        until = page[-1].index
    assert pages == [GAMES_PER_READ, GAMES_PER_READ, 7]


@pytest.mark.parametrize(("since", "is_found"), [(-1, True), (0, True), (1, False)])
def test_last_proposed__at_or_after_a_moment(l1, since: int, is_found: bool) -> None:
    made_at = l1.now
    l1.propose(120, root(1))
    l1.wait(50)
    found = l1.factory.last_proposed(CANNON, PROPOSER, since=made_at + since, block=HEAD)
    assert found == (made_at if is_found else None)


def test_last_proposed__own_games_of_the_type_only_and_the_last_of_them(l1) -> None:
    assert l1.factory.last_proposed(CANNON, PROPOSER, since=0, block=HEAD) is None
    l1.propose(120, root(1), by=STRANGER)
    l1.propose(121, root(2), kind=OTHER_CANNON)
    assert l1.factory.last_proposed(CANNON, PROPOSER, since=0, block=HEAD) is None
    l1.propose(122, root(3))
    l1.wait(5)
    l1.propose(123, root(4))
    l1.wait(5)
    l1.propose(124, root(5), by=STRANGER)
    assert l1.factory.last_proposed(CANNON, PROPOSER, since=0, block=HEAD) == l1.now - 5


@pytest.mark.parametrize("recent", [True, False])
def test_last_proposed__under_a_flood_of_others_games(l1, recent: bool) -> None:
    """Found behind it, however long it is; not looked for before the moment in question."""
    made_at = l1.now
    l1.propose(120, root(1))
    l1.wait(5)
    for number in range(MANY):
        l1.propose(200 + number, root(number), by=STRANGER)
    before = l1.rpc.requests
    since = made_at if recent else made_at + 1
    found = l1.factory.last_proposed(CANNON, PROPOSER, since=since, block=HEAD)
    assert found == (made_at if recent else None)
    assert l1.rpc.requests - before <= 1 + 2 * 3, "one request a page of games, one for their creators"


def test_registry__anchor_delay_and_respected_type(l1) -> None:
    assert l1.registry.anchor(block=HEAD) == Anchor(b"\xaa" * 32, PARAMETERS.anchor_block)
    assert l1.registry.finality_delay(block=HEAD) == PARAMETERS.finality_delay
    assert l1.registry.respected_type(block=HEAD) == CANNON
    assert not l1.registry.is_paused(block=HEAD)


def test_judge__each_game_for_itself(l1) -> None:
    retired = l1.propose(120, root(1))
    l1.guard("updateRetirementTimestamp")
    l1.wait(1)
    good, bad = l1.propose(121, root(2)), l1.propose(122, root(3))
    other = l1.propose(123, root(4), kind=OTHER_CANNON)
    l1.guard("blacklistDisputeGame", bad)
    fine = Judgement(is_registered=True, is_respected=True, is_blacklisted=False, is_retired=False)
    found = l1.registry.judge([retired, good, bad, other], block=HEAD)
    assert found[1] == fine
    assert [judgement.counts for judgement in found] == [False, True, False, False]
    assert [judgement.is_proper for judgement in found] == [False, True, False, True]
    assert (found[0].is_retired, found[2].is_blacklisted, found[3].is_respected) == (True, True, False)
    assert l1.registry.judge([], block=HEAD) == []
