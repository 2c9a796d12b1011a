"""The real machine in a play: cannon's recorded runs are the truth, and most of the lies.

What the contract answers is told without running anything: a step from a state that is in some run leads to
the next state of that run, if it reads what the run read there; to what no run has otherwise. Before that, it
asks for its witness: see `witnesses.py`.
"""

from tests.fuzz.disputes.deploy import Deployment, Parameters
from tests.fuzz.disputes.machines import LOCAL, Machine, Part, Read, Shown
from tests.fuzz.disputes.truth import Words, with_status
from tests.fuzz.disputes.witnesses import Needs, check_proof, check_state
from tests.fuzz.mips64.fields import INVALID, VALID, status_of
from tests.fuzz.mips64.recorded import Run, recorded
from tests.fuzz.mips64.world import FIRST, GARBAGE, l1_number, world_of
from tests.fuzz.mips64.world import Words as Dispute

from opcycle.keccak import keccak

NOWHERE = b""
"""The hash of a state that no run has."""

FIELDS = (31, 63, 71, 79, 80, 88, 96, 97, 98, 106, 114, 115, 147, 179, 187)
"""The last byte of each field of a state."""

SHAPES = ("shorter", "longer", "bad exit flag")
"""What is no state, though it has a hash."""

Place = tuple[Run, int]
"""A run, and after how many of its steps."""


class Mips64(Machine):
    """`MIPS64.sol`."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self._runs = recorded()
        self._world = world_of(self.l2)
        self._registered: set[Run] = set()
        self._places: dict[bytes, list[Place]] = {}
        """Of each state, in the runs that somebody knows of."""
        self._states: dict[bytes, tuple[bytes, Place]] = {}
        """By hash without status: a state, and where the witness of a step from it is found."""
        self._register(self._runs.all[0])

    @staticmethod
    def prestate_hash() -> bytes:
        return recorded().prestate.hash

    @staticmethod
    def teach(deployment: Deployment) -> None:
        """It knows nothing of L2."""

    def l1_number(self, number: int, safe: int) -> int:
        """One after the head: only few heads are in the runs."""
        enough = (known for known in self._world.heads.values() if FIRST + known >= safe)
        return l1_number(min(enough, default=max(self._world.heads.values()))) + 1

    def see(self, deployment: Deployment, head: bytes, safe: int) -> int:
        return self.safe_of.setdefault(head, FIRST + self._world.heads[head])

    def garbage(self, salt: int) -> bytes:
        return GARBAGE[salt % len(GARBAGE)]

    # --- what is said of states ---

    def knows(self, words: Words) -> bool:
        return _dispute(words) in self._runs.true

    def true(self, words: Words, instant: int) -> bytes:
        run = self._runs.true[_dispute(words)]
        self._register(run)
        return run.after(instant + 1).hash

    def false(self, kind: str, words: Words, instant: int, salt: int) -> bytes:
        truth = self._runs.true.get(_dispute(words))
        if kind == "foreign" or truth is None:
            others = list(self._runs.true.values())
            return self._told("foreign", others[(7 * salt + instant) % len(others)], instant + 1)
        if kind == "near":
            return self._told(kind, truth, max(0, min(instant + salt - 1, self._runs.longest)))
        if kind == "stubborn":
            liars = self._runs.liars(truth)
            liar = liars[(salt + words.disputed[0]) % len(liars)]  # in each dispute begin with another
            if instant + 1 == self._runs.longest and liar.exit_code == truth.exit_code:
                opposite = INVALID if truth.exit_code == VALID else VALID
                return self._no_state(with_status(truth.after(instant + 1).hash, opposite))
            return self._told(liar.lie or "output root", liar, instant + 1)
        told = truth.after(instant + 1)
        if kind == "changed":
            changed = flipped(told.state, FIELDS[(instant + salt) % len(FIELDS)])
            return self._remember(kind, changed, (truth, instant + 1))
        if kind == "misshapen":
            shape = SHAPES[salt % len(SHAPES)]
            return self._remember(shape, _misshapen(told.state, shape), (truth, instant + 1))
        if kind == "wrong status":
            return self._no_state(with_status(told.hash, (told.hash[0] + 1 + salt) % 5), kind)
        return self._no_state(with_status(self.garbage(salt), told.hash[0]))

    def _no_state(self, hash_: bytes, kind: str = "no state") -> bytes:
        self.kinds.setdefault(hash_, kind)
        return hash_

    def _told(self, kind: str, run: Run, steps: int) -> bytes:
        """By somebody who has this run for the truth."""
        self._register(run)
        hash_ = run.after(steps).hash
        self.kinds.setdefault(hash_, kind)
        return hash_

    def _remember(self, kind: str, state: bytes, place: Place) -> bytes:
        """A state of no run, and where it is from."""
        hash_ = with_status(keccak(state), status_of(state))
        self._states.setdefault(hash_[1:], (state, place))
        self.kinds.setdefault(hash_, kind)
        return hash_

    def _register(self, run: Run) -> None:
        """From now on somebody knows all of its states."""
        if run in self._registered:
            return
        self._registered.add(run)
        for steps in range(len(run.steps) + 1):
            found = run.after(steps)
            self._states.setdefault(found.hash[1:], (found.state, (run, steps)))
            self._places.setdefault(found.state, []).append((run, steps))

    # --- steps ---

    def shown(self, hash_: bytes) -> Shown | None:
        if hash_[1:] not in self._states:
            return None
        state, (run, steps) = self._states[hash_[1:]]
        found = run.after(steps)
        parts = [Part(found.key, found.offset, self._data(run, found.key))] if run.step(steps).reads else []
        return Shown(state, run.proof(steps), tuple(parts), hash_)

    def _data(self, run: Run, key: bytes) -> bytes:
        return b"" if key[0] == LOCAL else self._world.preimages(run.words)[key]

    def step(self, shown: Shown, read: Read) -> bytes:
        state, proof = shown.state, shown.proof
        check_state(state, proof)
        if state[98]:
            return with_status(keccak(state), status_of(state))  # it stands still
        _, (run, steps) = self._states[shown.of[1:]]
        step = run.step(steps)
        data = check_proof(state, proof, Needs(step.touches, step.reads is not None), read)
        for run, steps in self._places.get(state, ()):
            is_lie = run.changed == steps + 1
            if steps < len(run.steps) and not is_lie and (run.step(steps).reads or b"") == data[:8]:
                return run.after(steps + 1).hash
        return NOWHERE


def _dispute(words: Words) -> Dispute:
    return words.l1_head, words.agreed, words.disputed, words.number


def flipped(data: bytes, at: int) -> bytes:
    """With another byte, if it has as many."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if at < len(data) else data


def _misshapen(state: bytes, how: str) -> bytes:
    if how == "bad exit flag":
        return state[:98] + b"\2" + state[99:]
    return state[:-1] if how == "shorter" else state + bytes(12)
