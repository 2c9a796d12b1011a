"""The one step of the machine that a dispute comes down to: the states around it, and what is claimed."""

from dataclasses import dataclass, replace
from typing import Self

from opcycle.monitor.instruction import SYSCALL, Instruction, disassemble, overwrite
from opcycle.protocol.mips64 import MachineState, MalformedProofError, Thread, Witness
from opcycle.protocol.preimages import Hashed, PreimageRead
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class Moment:
    """The machine between two steps, as far as it is known.

    `thread` runs next; None when none does any more. `word`: the aligned word of memory that the step works
    with.
    """

    state: MachineState
    thread: Thread | None = None
    word: int | None = None


@dataclass(frozen=True, slots=True)
class DisputedStep:
    """`claimed`: the state that is claimed to follow, or only its hash, if anything is known of it.

    `thread` takes the step. `address`: of the word of memory that it loads, stores, or reads a preimage to.
    """

    instant: int
    instruction: Instruction
    thread: Thread
    before: Moment
    after: Moment
    address: int | None = None
    read: PreimageRead | None = None
    claimed: Moment | Hash | None = None

    @classmethod
    def decode(
        cls,
        instant: int,
        step: tuple[bytes, bytes],
        following: tuple[bytes, bytes],
        *,
        read: PreimageRead | None = None,
        preimage: bytes = b"",
    ) -> Self:
        """From the states and proofs of a step and of the one after it, whose proof is empty if none follows.

        `preimage`: length ‖ data of what it reads, if known: memory then has some of it. Raises
        MalformedProofError.
        """
        state, witness = MachineState.decode(step[0]), Witness.decode(step[1])
        if not witness.fits(state):
            raise MalformedProofError("the proof is of another state")
        thread = witness.thread
        instruction = disassemble(witness.word, thread.pc)
        address = instruction.operand_address(thread) if read is None else thread.register("a1")
        before = Moment(state, thread)
        after = Moment(
            MachineState.decode(following[0]), Witness.decode(following[1]).thread if following[1] else None
        )
        if address is not None and witness.operand.root(address) == state.memory_root:
            before = replace(before, word=witness.operand.word(address))
            part = b"" if read is None else (preimage or _preimage(read))[read.offset :]
            after = replace(after, word=_word_after(instruction, witness, after, address, part))
        return cls(instant, instruction, thread, before, after, address, read)

    def claiming(self, claimed: Moment | Hash) -> Self:
        """With what is claimed; if of memory nothing else is, then of its word neither."""
        if isinstance(claimed, Moment) and claimed.state.memory_root == self.after.state.memory_root:
            claimed = replace(claimed, word=self.after.word)
        return replace(self, claimed=claimed)

    @property
    def is_system_call(self) -> bool:
        return self.instruction.word == SYSCALL


def _preimage(read: PreimageRead) -> bytes:
    """As far as the read itself says what is read."""
    return len(read.data).to_bytes(8, "big") + read.data if isinstance(read, Hashed) else b""


def _word_after(
    instruction: Instruction, witness: Witness, after: Moment, address: int, part: bytes
) -> int | None:
    """The word at `address` after a step, if it is what the new memory root says."""
    word = witness.operand.word(address)
    if part and after.thread is not None:
        word = overwrite(word, address, part[: after.thread.register("v0")])
    else:
        word = instruction.store(witness.thread, word)
    is_so = witness.operand.with_word(address, word).root(address) == after.state.memory_root
    return word if is_so else None
