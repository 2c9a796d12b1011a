"""Settlement by a fault proof: a wrong root is argued down to one instruction of op-program, run on L1.

What the liar lies about is how the program ends. Go's last three instructions are always these, whatever it
has computed:

    lw      a0, 8(sp)           the exit code: 0 if the output root in dispute is right, 1 if it is wrong
    daddiu  v0, zero, 5205      the number of exit_group
    syscall

The liar says that the first of them has loaded the other one.
"""

from opcycle.challenger.traces import Trace
from opcycle.devnet.demo.games_acts import CHALLENGER, GamesActs
from opcycle.devnet.demo.lying_trace import LyingTrace, register
from opcycle.devnet.demo.stage import Stage, check
from opcycle.devnet.demo.view import Evidence
from opcycle.devnet.steps import look_at, step_that_settles, steps_of
from opcycle.engine.fault_proof_program import find_program
from opcycle.engine.symbols import function_at
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.monitor.step_drawing import draw_step
from opcycle.protocol.dispute_game import Dispute, local_context
from opcycle.rpc.hexjson import to_hex

BEFORE_THE_END = 3
"""The instruction that loads the exit code is so many steps from the end."""


class ProofActs(GamesActs):
    """The same stages about the real program, and one more about the instruction in dispute."""

    def stages(self) -> list[Stage]:
        propose, challenge, *rest = super().stages()
        shown = Stage("step", "the instruction in dispute, as both sides have it and L1 runs it", self._step)
        return [propose, challenge, shown, *rest]

    def _machine(self) -> Trace:
        return self._scene.devnet.cannon()

    def _plot(self) -> LyingTrace:
        return other_end(self._real)

    def _step(self) -> Evidence:
        game, last = self._wrong, self._wrong.claims[-1]
        dispute, instant = step_that_settles(self._real, game, last)
        lied = self._scene.compute("the lie", lambda: self._lie.moment(dispute))
        step = self._scene.compute("the step", lambda: look_at(self._real, dispute, instant)).claiming(lied)
        assert step.after.thread is not None
        claimed, real = game.claim_of_step(last, instant), step.after.state.hash
        is_denied = claimed.claimant == CHALLENGER.address and claimed.value == real
        check(
            "the liar claims what it shows, or denies what is right",
            holds=is_denied or claimed.value == lied.state.hash,
        )
        program = find_program(game.parameters.absolute_prestate)
        symbol = function_at(program.symbols, step.thread.pc)
        lines = list(draw_step(step, symbol=symbol))
        self._scene.view.draw(lines, lines)
        proof = self._real.proof(dispute, instant)
        contract = FaultDisputeGame(self._scene.devnet.l1.rpc, game.address)
        decided = contract.run_step(proof.state, proof.proof, local_context(dispute), block="latest")
        check("MIPS64 on L1 comes to the challenger's state", holds=decided == real)
        code = step.after.thread.register("a0")
        check("the program finds the root in dispute wrong", holds=code == 1)
        return {
            "step": f"{instant:,} of {steps_of(self._real, dispute):,}",
            "instruction": f"{step.instruction.text} at {step.thread.pc:#x}, in {symbol}",
            "the liar says": "a0 is 0: the program exits with 0, the liar's output root is right",
            "L1 says": "a0 is 1: the program exits with 1, the liar's output root is wrong",
            "state after it": to_hex(decided),
        }


def other_end(trace: Trace) -> LyingTrace:
    """That the program ends otherwise: with 0 instead of 1, or the other way round."""

    def since(dispute: Dispute) -> int:
        return exit_code_loaded(trace, dispute)

    return LyingTrace(trace, since=since, lie=register("a0", lambda code: code ^ 1))


def exit_code_loaded(trace: Trace, dispute: Dispute) -> int:
    """The step in which the program loads its exit code. Raises TemporaryError while it runs."""
    return steps_of(trace, dispute) - BEFORE_THE_END
