"""The demo's liar against the honest solver: wherever the lie begins, the dispute ends at that very step."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from opcycle.challenger.knowing import actions_of
from opcycle.challenger.solver import Move, Step
from opcycle.challenger.traces import AlphabetTrace
from opcycle.devnet.demo.liar import Liar
from opcycle.devnet.demo.lying_trace import LyingTrace
from opcycle.devnet.steps import step_that_settles
from opcycle.keccak import keccak
from opcycle.monitor.drawing import about
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import ROOT
from opcycle.protocol.types import Address, Hash

LIAR, CHALLENGER = b"\xaa" * 20, b"\xbb" * 20
CLAIMED = 30
PARAMETERS = GameParameters(
    max_depth=14, split_depth=10, max_clock=1000, clock_extension=10, absolute_prestate=bytes(32)
)


def real_root(block: int) -> Hash:
    return keccak(b"the real output of block %d" % block)


class Outputs:
    """A node's."""

    def output_at_block(self, number: int) -> SimpleNamespace:
        return SimpleNamespace(output_root=real_root(number))


def liar_of(since: int, since_step: int) -> Liar:
    return Liar(real_root, LyingTrace(AlphabetTrace(), since=lambda _: since_step), since=since)


def opened(root: Hash, *, by: Address = LIAR, max_depth: int = PARAMETERS.max_depth) -> DisputeGame:
    claim = Claim(0, None, by, None, 1, root, ROOT, 0, 0)
    parameters = replace(PARAMETERS, max_depth=max_depth)
    return DisputeGame(
        bytes(20), parameters, GameStatus.IN_PROGRESS, 0, 0, CLAIMED, b"\x01" * 32, None, [claim]
    )


def moved(game: DisputeGame, claim: Claim, by: Address, value: Hash, *, is_attack: bool) -> DisputeGame:
    position = claim.position.move(is_attack=is_attack)
    new = Claim(len(game.claims), claim.index, by, None, 1, value, position, 0, 0)
    return replace(game, claims=[*game.claims, new])


def duel(liar: Liar) -> tuple[DisputeGame, Step]:
    """Played to the challenger's step."""
    game, step = played(opened(liar.root(CLAIMED)), liar)
    assert step is not None
    return game, step


def played(game: DisputeGame, liar: Liar) -> tuple[DisputeGame, Step | None]:
    """To the greatest depth; what the challenger then does if the last word was the liar's."""
    while True:
        actions, missing = actions_of(game, safe_block=CLAIMED, outputs=Outputs(), trace=AlphabetTrace())
        assert missing == ""
        for action in actions:
            if isinstance(action, Step):
                return game, action
            assert isinstance(action, Move)
            game = moved(game, action.claim, CHALLENGER, action.value, is_attack=action.is_attack)
        last = game.claims[-1]
        if last.position.depth == game.parameters.max_depth:
            return game, None
        answer = liar.answer(game, last)
        game = moved(game, last, LIAR, answer.value, is_attack=answer.is_attack)


@pytest.mark.parametrize("since", [1, 2, 15, 16, 29, 30])
@pytest.mark.parametrize("since_step", range(8))
def test_a_dispute_ends_at_the_first_step_of_the_first_block_that_is_a_lie(
    since: int, since_step: int
) -> None:
    game, step = duel(liar_of(since, since_step))
    assert [claim.position.depth for claim in game.claims] == list(range(PARAMETERS.max_depth + 1))
    assert step.claim is game.claims[-1]
    assert step.claim.claimant == LIAR
    assert step.dispute.disputed_block == since
    assert about(game, step.claim).startswith(f"block {since}, step ")
    assert step.instant == since_step
    assert step_that_settles(AlphabetTrace(), game, step.claim) == (step.dispute, step.instant)


@pytest.mark.parametrize("block", range(1, CLAIMED + 1))
def test_a_disputable_lie__the_root_in_dispute_is_the_liars_own(block: int) -> None:
    """AlphabetVM can say of it nothing else than that it is wrong."""
    since = Liar.disputable(block, starting_block=0)
    assert since in (block, block - 1)
    game, _ = duel(liar_of(since, 4))
    root_of_trace = game.claims[PARAMETERS.split_depth + 1]
    leaf = game.claims[PARAMETERS.split_depth]
    assert root_of_trace.position == leaf.position.move(is_attack=True)
    assert leaf.claimant == LIAR


@pytest.mark.parametrize("since", [2, 10, 30])
def test_another_lie__the_root_in_dispute_is_the_challengers_and_no_alphabet_can_prove_it(
    since: int,
) -> None:
    game, step = duel(liar_of(since, 4))
    leaf, root_of_trace = game.claims[PARAMETERS.split_depth : PARAMETERS.split_depth + 2]
    assert root_of_trace.position == leaf.position.move(is_attack=False)
    position, _ = step.dispute.disputed
    (disputed,) = [claim for claim in game.claims if claim.position == position]
    assert disputed.claimant == CHALLENGER


@pytest.mark.parametrize("since", [1, 2, 30])
@pytest.mark.parametrize("since_step", range(16))
def test_at_an_odd_depth_the_last_word_is_the_challengers_and_the_liars_step_is_that_of_the_lie(
    since: int, since_step: int
) -> None:
    liar = liar_of(since, since_step)
    game, step = played(opened(liar.root(CLAIMED), max_depth=15), liar)
    assert step is None
    last = game.claims[-1]
    assert (last.position.depth, last.claimant) == (15, CHALLENGER)
    assert liar.step(game, last).instant == since_step


@pytest.mark.parametrize("since", [1, 2, 29, 30])
@pytest.mark.parametrize("since_step", range(16))
def test_an_attack_on_a_right_root_ends_at_the_first_step_that_is_a_lie(since: int, since_step: int) -> None:
    root = real_root(CLAIMED)
    _, step = played(opened(root, by=CHALLENGER, max_depth=15), liar_of(since, since_step))
    assert step is not None
    assert (step.claim.claimant, step.instant, step.dispute.disputed_block) == (LIAR, since_step, since)


def test_the_liar_agrees_with_every_block_before_the_lie() -> None:
    liar = liar_of(16, 4)
    assert [liar.root(block) == real_root(block) for block in (1, 15, 16, 30)] == [True, True, False, False]


def test_a_liar_whose_lie_begins_after_the_claimed_block_claims_the_truth() -> None:
    game = opened(liar_of(CLAIMED + 1, 4).root(CLAIMED))
    actions, _ = actions_of(game, safe_block=CLAIMED, outputs=Outputs(), trace=AlphabetTrace())
    assert actions == []
