"""A machine that lies: right up to one step, and from there on wrong in a way that holds together.

What a liar says of that step can be a whole state of the machine that only differs where it lies, so that
both sides' registers can be laid side by side. Of later steps it has hashes only. Their status is what the
liar needs: in the end the machine says the opposite of what it really does.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeAlias

from opcycle.challenger.traces import StepProof, Trace
from opcycle.keccak import keccak
from opcycle.monitor.disputed_step import Moment
from opcycle.monitor.instruction import disassemble
from opcycle.protocol.dispute_game import Dispute, VMStatus
from opcycle.protocol.mips64 import MachineState, Witness
from opcycle.protocol.types import Hash

Lie: TypeAlias = Callable[[StepProof, StepProof], Moment]
"""From a step and the one after it: the state between them, wrongly."""


class LyingTrace:
    """Agrees with `trace` before step `since` of a dispute. `lie`: about the state after that step; without
    one it is of the same kind as later ones."""

    def __init__(self, trace: Trace, *, since: Callable[[Dispute], int], lie: Lie | None = None):
        self._trace = trace
        self.since = since
        self._lie = lie

    @property
    def absolute_prestate(self) -> Hash:
        return self._trace.absolute_prestate

    def state(self, dispute: Dispute, instant: int) -> Hash:
        since = self.since(dispute)
        if instant < since:
            return self._trace.state(dispute, instant)
        if instant == since and self._lie is not None:
            return self.moment(dispute).state.hash
        real = self._trace.state(dispute, instant)
        return bytes([_pretended(VMStatus(real[0]))]) + keccak(b"another state" + real)[1:]

    def proof(self, dispute: Dispute, instant: int) -> StepProof:
        """The real one: nobody can prove a lie."""
        return self._trace.proof(dispute, instant)

    def keep(self, l1_heads: Collection[Hash]) -> None:
        self._trace.keep(l1_heads)

    def moment(self, dispute: Dispute) -> Moment:
        """What is said of the machine after step `since`. Raises ValueError if it was made without a lie."""
        if self._lie is None:
            raise ValueError("only a hash is claimed of that state")
        since = self.since(dispute)
        return self._lie(self.proof(dispute, since), self.proof(dispute, since + 1))


def _pretended(real: VMStatus) -> VMStatus:
    if real is VMStatus.UNFINISHED:
        return real
    return VMStatus.INVALID if real is VMStatus.VALID else VMStatus.VALID


def register(name: str, change: Callable[[int], int]) -> Lie:
    """A general register of the thread that runs next has not its value but what `change` makes of it."""

    def lie(step: StepProof, following: StepProof) -> Moment:
        state, witness = MachineState.decode(following.state), Witness.decode(following.proof)
        thread = witness.thread.with_register(name, change(witness.thread.register(name)))
        return Moment(_with_threads(state, thread.on(witness.other_threads)), thread)

    return lie


def memory(value: int) -> Lie:
    """The word of memory that the step loads or stores is another one then. Raises ValueError if it does
    neither."""

    def lie(step: StepProof, following: StepProof) -> Moment:
        witness, after = Witness.decode(step.proof), MachineState.decode(following.state)
        address = disassemble(witness.word, witness.thread.pc).operand_address(witness.thread)
        if address is None:
            raise ValueError("the step works with no word of memory")
        root = witness.operand.with_word(address, value).root(address)
        return Moment(replace(after, memory_root=root), Witness.decode(following.proof).thread, value)

    return lie


def preimage_offset(offset: int) -> Lie:
    """The machine goes on in another place of a preimage."""

    def lie(step: StepProof, following: StepProof) -> Moment:
        state = replace(MachineState.decode(following.state), preimage_offset=offset)
        return Moment(state, Witness.decode(following.proof).thread)

    return lie


def exit_code(code: int) -> Lie:
    """The program ends with this step, as it does, but otherwise."""

    def lie(step: StepProof, following: StepProof) -> Moment:
        return Moment(replace(MachineState.decode(following.state), exited=True, exit_code=code))

    return lie


def _with_threads(state: MachineState, threads: Hash) -> MachineState:
    if state.traverses_right:
        return replace(state, right_threads=threads)
    return replace(state, left_threads=threads)
