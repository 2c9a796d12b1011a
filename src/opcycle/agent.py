"""What an agent is: it reads one snapshot of the chains, decides purely, and sends.

The public face is `step() -> Outcome`. An agent never sleeps, never loops and never reads a wall
clock: the runner (`opcycle.devnet.runner`, or a test) decides when the next step is due, and chain
time is the only clock. Shape: op-e2e's single-step actions, Cartesi Dave's reader/strategy/sender.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did.

    `progress` is True when the step changed something (a block was built, a transaction sent), so
    that another step may have more to do at once. `did` says it in words for logs and the demo;
    `waiting_for` says what must happen first when nothing was done.
    """

    progress: bool
    did: tuple[str, ...] = ()
    waiting_for: str = ""

    @classmethod
    def idle(cls, waiting_for: str) -> "Outcome":
        """Nothing to do until `waiting_for` comes true."""
        return cls(progress=False, waiting_for=waiting_for)

    @classmethod
    def done(cls, *did: str) -> "Outcome":
        """Something was done; `did` names each thing."""
        return cls(progress=True, did=did)


class Agent(Protocol):
    """One of the five: sequencer, batcher, node, proposer, challenger."""

    name: str

    def step(self) -> Outcome:
        """Do one unit of work. Raises TemporaryError, ResetError or CriticalError (see `errors`)."""
        ...

    def reset(self) -> None:
        """Forget everything held in memory; the next step starts from chain state."""
        ...
