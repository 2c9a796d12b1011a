"""Finding out what is true about a game: the node's output roots, and the machine's states."""

from typing import Protocol

from opcycle.challenger.solver import Action, Ask, Knowledge, Question, RootOf, decide
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
) -> tuple[list[Action], str]:
    """What an honest player does in a game, and why it cannot say more yet ("" if it can say all).

    Never a guess: where node or trace have no answer, everything after that question is left for later.
    """
    answers: dict[Question, Hash] = {}
    while True:
        actions = decide(game, Knowledge(safe_block, answers))
        if not actions or not isinstance(asked := actions[-1], Ask):
            return actions, ""
        try:
            answers[asked.question] = _answer(asked.question, outputs, trace)
        except TemporaryError as error:
            return actions[:-1], str(error)


def _answer(question: Question, outputs: Outputs, trace: Trace) -> Hash:
    if isinstance(question, RootOf):
        return outputs.output_at_block(question.block).output_root
    return trace.state(question.dispute, question.instant)
