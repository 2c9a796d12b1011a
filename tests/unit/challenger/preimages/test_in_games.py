"""The games challenger beside large preimages, on the contracts themselves."""

import pytest
from tests.fuzz.disputes.deploy import CANNON, OWNER, account
from tests.unit.challenger.evm_place import HONEST, LIAR, PARAMETERS, WEALTH, EvmPlace
from tests.unit.challenger.preimages.oracle_place import BOND

from opcycle.challenger.due import Kind

ANCHOR = PARAMETERS.anchor_block
LIE = b"\x66" * 32


@pytest.fixture
def place() -> EvmPlace:
    return EvmPlace()


def test_wrong_large_preimage__challenged_before_there_is_any_game(place) -> None:
    proposal = place.propose_preimage(lies=[900])
    (did,) = place.rest()
    assert f"challenged {proposal()}: its leaf 900 is wrong" in did
    assert proposal().is_countered
    assert place.chain.balance(HONEST) == WEALTH + BOND
    counts = place.challenger.counts
    assert (counts.sent[Kind.PREIMAGE_CHALLENGE], counts.collected) == (1, BOND)


def test_wrong_large_preimage__in_a_turn_with_a_game_both_are_played(place) -> None:
    place.propose_preimage(lies=[0])
    place.propose(LIE, ANCHOR + 4)
    did = place.challenger.step().did
    assert [line.split(":")[0] for line in did] == [
        f"challenged large preimage 0 of 0x{LIAR.hex()}",
        "game 0",
    ]


def test_own_proposal__its_bond_is_at_stake_until_it_is_back(place) -> None:
    place.propose_preimage(by=HONEST)
    place.rest()
    assert place.challenger.counts.at_stake == BOND
    place.propose(LIE, ANCHOR + 4)
    poor = place.new_challenger(bond_budget=BOND)
    assert "bonds to come back" in poor.step().waiting_for
    place.mine(PARAMETERS.preimage_period + 1)
    assert len(poor.step().did) == 1, "its part is loaded"
    assert "attacked claim 0" in poor.step().did[0]


def test_right_large_preimage__counted_and_left_alone(place) -> None:
    proposal = place.propose_preimage()
    assert place.rest() == []
    assert not proposal().is_over
    assert (place.challenger.counts.proposals, place.challenger.counts.examined) == (1, 1)


def test_oracle_that_does_not_answer__the_games_are_played_all_the_same(place) -> None:
    """The factory's owner has named an account without code as the machine of new games."""
    game = place.propose(LIE, ANCHOR + 4)
    arguments = bytearray(place.contracts.game_arguments())
    arguments[32:52] = account("nobody")
    setter = "setImplementation(uint32,address,bytes)"
    place.contracts.factory.send(OWNER, setter, CANNON, place.contracts.logic, bytes(arguments))
    outcome = place.challenger.step()
    assert "attacked claim 0" in outcome.did[0]
    assert "the proposals of preimages: nothing answers oracle()" in outcome.waiting_for
    place.rest()
    assert place.challenger.step() is place.challenger.step(), "only L1 can change that"
    assert len(place.look(game).claims) == 2
