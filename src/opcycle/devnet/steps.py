"""A step that a dispute is about, as the challenger's machine has it, for people to look at."""

from opcycle.challenger.traces import Trace
from opcycle.monitor.disputed_step import DisputedStep
from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, dispute_of
from opcycle.protocol.mips64 import MachineState
from opcycle.protocol.preimages import LocalWord, PreimageRead

NEVER = 1 << 62
"""A step after the end of any program."""


def steps_of(trace: Trace, dispute: Dispute) -> int:
    """How many steps the program makes. Raises TemporaryError while it makes them."""
    return MachineState.decode(trace.proof(dispute, NEVER).state).step


def step_that_settles(trace: Trace, game: DisputeGame, claim: Claim) -> tuple[Dispute, int]:
    """The step by which a claim at the greatest depth could be countered: the one that leads to its state or,
    if its state is right, the one that goes on from there. Raises TemporaryError.

    Where the next state is wrong, or is right and the claim was made to deny it, that counters the claim.
    """
    dispute, step = dispute_of(game, claim, claim.position), game.step_of(claim.position)
    is_right = trace.state(dispute, step) == claim.value
    return dispute, step + is_right


def look_at(trace: Trace, dispute: Dispute, instant: int) -> DisputedStep:
    """Raises TemporaryError while the machine does not know it, MalformedProofError if it is no MIPS64."""
    step, following = trace.proof(dispute, instant), trace.proof(dispute, instant + 1)
    return DisputedStep.decode(
        instant,
        (step.state, step.proof),
        (following.state, following.proof),
        read=step.read,
        preimage=_local_word(dispute, step.read),
    )


def _local_word(dispute: Dispute, read: PreimageRead | None) -> bytes:
    """Length ‖ data of a word that the dispute has; nothing for what is no such word."""
    if not isinstance(read, LocalWord):
        return b""
    agreed = b"" if dispute.agreed is None else dispute.agreed[1]
    words = {
        1: dispute.l1_head,
        2: agreed,
        3: dispute.disputed[1],
        4: dispute.disputed_block.to_bytes(8, "big"),
    }
    word = words.get(read.ident, b"")
    return len(word).to_bytes(8, "big") + word if word else b""
