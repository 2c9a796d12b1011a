"""The machines that a play can be about: what is true of each, how one lies about it, what it answers.

`outputs` is `OutputMachine.sol`, which knows the truth in its first step. `mips64` is the real one: see
`mips64.py`. Which of them a play has is told by its size (`rig.SIZES`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz.disputes.deploy import OWNER, Deployment, Parameters
from tests.fuzz.disputes.game import local_key
from tests.fuzz.disputes.truth import INVALID, PRESTATE, PRESTATE_HASH, VALID, Words, l2_of, with_status
from tests.fuzz.disputes.truth import Machine as OutputMachine

LOCAL, KECCAK256, SHA256 = 1, 2, 4
"""First bytes of keys of preimages."""

Read = Callable[[bytes, int], bytes]
"""What the oracle answers for a key, as the machine asks, and an offset in length ‖ data: 32 bytes at most.
Raises Refusal where nothing is loaded."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of a preimage: what a step reads. `data` is all of it, but of a local word: the game has those."""

    key: bytes
    offset: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a step is shown, and what it reads. `of`: the hash that was asked for."""

    state: bytes
    proof: bytes = b""
    parts: tuple[Part, ...] = ()
    of: bytes = b""


class Machine(ABC):
    """One a play: it knows what somebody has said of its states, and of nobody else's.

    `safe_of`: the last L2 block that each L1 head makes safe. `kinds`: of lies that were told, by the
    hash that was claimed.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.l2 = l2_of(parameters)
        self.safe_of: dict[bytes, int] = {}
        self.kinds: dict[bytes, str] = {}

    @staticmethod
    @abstractmethod
    def prestate_hash() -> bytes:
        """Of the state before the first step."""

    @staticmethod
    @abstractmethod
    def teach(deployment: Deployment) -> None:
        """Tell a new contract what it has to know."""

    def l1_number(self, number: int, safe: int) -> int:
        """Of an L1 block after which L2 is safe up to a block; `number` if that can be any."""
        return number

    @abstractmethod
    def see(self, deployment: Deployment, head: bytes, safe: int) -> int:
        """An L1 head, which makes L2 safe up to a block; returns the last that it does."""

    @abstractmethod
    def garbage(self, salt: int) -> bytes:
        """What is no block's output root."""

    def knows(self, words: Words) -> bool:
        """Whether anybody can tell what is true of a computation."""
        return True

    @abstractmethod
    def true(self, words: Words, instant: int) -> bytes:
        """The hash of the state after a step, which everybody knows from now on."""

    @abstractmethod
    def false(self, kind: str, words: Words, instant: int, salt: int) -> bytes:
        """What a liar says in its place."""

    @abstractmethod
    def shown(self, hash_: bytes) -> Shown | None:
        """For the step from a state, if anybody knows it."""

    @abstractmethod
    def step(self, shown: Shown, read: Read) -> bytes:
        """What the contract answers: the hash of the state after one more step. Raises Refusal."""


class Outputs(Machine):
    """`OutputMachine.sol`."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self._machine = OutputMachine(self.l2, parameters.steps)
        self._states = {PRESTATE_HASH[1:]: PRESTATE}

    @staticmethod
    def prestate_hash() -> bytes:
        return PRESTATE_HASH

    @staticmethod
    def teach(deployment: Deployment) -> None:
        for block in l2_of(deployment.parameters).blocks:
            deployment.machine.send(OWNER, "teach", block.number, block.root)

    def see(self, deployment: Deployment, head: bytes, safe: int) -> int:
        if head not in self.safe_of:
            self.safe_of[head] = safe
            deployment.machine.send(OWNER, "setSafe", head, safe)
        return self.safe_of[head]

    def garbage(self, salt: int) -> bytes:
        return bytes([salt]) * 32

    def true(self, words: Words, instant: int) -> bytes:
        return self._known(self._machine.preimage(words, self.safe_of[words.l1_head], instant))

    def false(self, kind: str, words: Words, instant: int, salt: int) -> bytes:
        verdict = self._machine.verdict(words, self.safe_of[words.l1_head])
        if kind == "near":
            return self._known(self._machine.state(words, verdict, max(0, instant + salt - 2)))
        if kind == "stubborn":  # as sure of the opposite, in each state, as the truth is
            return self._known(self._machine.state(words, VALID if verdict else INVALID, instant))
        hash_ = self._machine.hash(self._machine.preimage(words, self.safe_of[words.l1_head], instant))
        if kind == "wrong status":
            return with_status(hash_, (hash_[0] + 1 + salt) % 5)
        return with_status(self.garbage(salt), hash_[0])

    def shown(self, hash_: bytes) -> Shown | None:
        state = self._states.get(hash_[1:])
        if state is None:
            return None
        reads = range(1, 6) if state == PRESTATE else ()
        return Shown(state, parts=tuple(Part(local_key(ident), 8) for ident in reads))

    def step(self, shown: Shown, read: Read) -> bytes:
        data = [b""] * 5
        if shown.state == PRESTATE:
            data = [read(local_key(ident), 8) for ident in range(1, 6)]
        numbers = (int.from_bytes(word, "big") for word in data[3:])
        words = Words(data[0], data[1], data[2], *numbers)
        return self._machine.step(shown.state, words, self.safe_of.get(data[0], 0))

    def _known(self, state: bytes) -> bytes:
        hash_ = self._machine.hash(state)
        self._states[hash_[1:]] = state
        return hash_
