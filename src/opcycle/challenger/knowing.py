"""Finding out what is true about a game: the node's output roots, and the machine's states."""

from collections.abc import Sequence
from typing import Protocol

from opcycle.challenger.solver import ChallengeBlockNumber, Move, Question, RootOf, Solver, Step
from opcycle.challenger.traces import Trace
from opcycle.errors import TemporaryError
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.types import Hash


class Outputs(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def output_at_block(self, number: int) -> OutputAtBlock: ...


def actions_of(
    game: DisputeGame, *, safe_block: int, outputs: Outputs, trace: Trace
) -> tuple[Sequence[Move | Step | ChallengeBlockNumber], str]:
    """What an honest player does in a game, and why it cannot say more yet ("" if it can say all).

    Never a guess: where node or trace have no answer, everything after that question is left for later.
    """
    solver = Solver(game, safe_block)
    inquiry = solver.run()
    try:
        question = next(inquiry)
        while True:
            question = inquiry.send(_answer(question, outputs, trace))
    except StopIteration:
        return solver.actions, ""
    except TemporaryError as error:
        return solver.actions, str(error)


def _answer(question: Question, outputs: Outputs, trace: Trace) -> Hash:
    if isinstance(question, RootOf):
        return outputs.output_at_block(question.block).output_root
    return trace.state(question.dispute, question.instant)
