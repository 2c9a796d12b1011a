"""What liars change in a run of `decide.s`. Each lie is told once; cannon goes on from there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.fuzz.mips64.fields import INVALID, PANIC, VALID, Fields, running
from tests.fuzz.mips64.world import FIRST, GARBAGE, Words, World

History = Sequence[Fields]
"""The states of a true run, from the one before its first step on."""

DISPUTED, DONE = 0x2080, "0x20b8"
"""Where the program keeps the disputed root, and what it sets once that is read."""

LAST_INSTANT = 511


@dataclass(frozen=True, slots=True)
class Lie:
    """`fields` are others after `changed` steps; or, if that is None, the host serves `preimages`."""

    kind: str
    changed: int | None
    fields: Mapping[str, int] = field(default_factory=dict)
    preimages: Mapping[bytes, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """All that a lie may depend on."""

    random: Random
    world: World
    words: Words
    history: History

    @property
    def end(self) -> int:
        """Steps of the run."""
        return len(self.history) - 1

    @property
    def other_code(self) -> int:
        """An exit code that says the opposite."""
        return INVALID if self.history[-1].get("exit_code", 0) == VALID else VALID

    @property
    def wanted(self) -> bytes:
        """A disputed root about which the opposite is true."""
        return self.world.right_root(self.words) if self.other_code == VALID else GARBAGE[0]

    def some_step(self, first: int = 1, last: int | None = None) -> int:
        return self.random.randint(first, last or self.end - 1)


def memory(told: Told) -> Lie:
    """Another disputed root, once it is read."""
    read = next(number for number, fields in enumerate(told.history) if fields.get(DONE))
    words = (told.wanted[at : at + 8] for at in range(0, 32, 8))
    fields = {f"0x{DISPUTED + 8 * n:x}": int.from_bytes(word, "big") for n, word in enumerate(words)}
    return Lie("memory", told.some_step(read, told.end - 30), fields)


def register(told: Told) -> Lie:
    """The exit code is another, before it is used."""
    return Lie("register", told.end - 2, {f"{running(told.history[told.end - 2])} r4": told.other_code})


def preimage(told: Told) -> Lie:
    """The host says that the disputed root is right, or that another is."""
    right = told.world.right_root(told.words)
    roots = [*told.world.true]
    roots[roots.index(right)] = told.words[2] if told.other_code == VALID else told.wanted
    return Lie("preimage", None, preimages={told.world.roots_key: b"".join(roots)})


def exit_early(told: Told) -> Lie:
    return Lie("early exit", told.some_step(), {"exited": 1, "exit_code": told.other_code})


def exit_code(told: Told) -> Lie:
    """After the exit, when the state stands still."""
    at = told.some_step(told.end, min(told.end + 60, LAST_INSTANT))
    return Lie("exit code", at, {"exit_code": told.other_code})


def past_the_exit(told: Told) -> Lie:
    """A state that does not stand still."""
    at = told.some_step(told.end + 1, LAST_INSTANT)
    after = told.history[-1]
    fields = told.random.choice(
        [{"step": after["step"] + 1}, {"exited": 0}, {"steps_since_switch": after["steps_since_switch"] + 1}]
    )
    return Lie("past the exit", at, fields)


def asked(told: Told) -> Lie:
    """Another preimage is read, or another part of it."""
    at = told.some_step()
    before = told.history[at]
    offset = {"preimage_offset": before.get("preimage_offset", 0) + 8}
    return Lie(
        "asked", at, told.random.choice([offset, {"preimage_key 3": before.get("preimage_key 3", 0) ^ 1}])
    )


def threads(told: Told) -> Lie:
    """A thread has another name or another LO, or the next one will have another name."""
    at = told.some_step()
    before = told.history[at]
    runs = running(before)
    return Lie(
        "threads",
        at,
        told.random.choice(
            [
                {f"{runs} thread_id": before.get(f"{runs} thread_id", 0) + 1},
                {f"{runs} lo": 1},
                {"next_thread_id": before["next_thread_id"] + 1},
            ]
        ),
    )


def any_register(told: Told) -> Lie:
    at = told.some_step()
    name = f"{running(told.history[at])} r{told.random.choice([8, 9, 16, 18, 19, 20, 30])}"
    return Lie("any register", at, {name: told.history[at].get(name, 0) ^ 1 << told.random.randrange(64)})


def bookkeeping(told: Told) -> Lie:
    at = told.some_step()
    before = told.history[at]
    changes = [{"heap": before["heap"] + 4096}, {"ll_status": 1, "ll_address": 0x2000}, {"step": at + 1}]
    return Lie("bookkeeping", at, told.random.choice(changes))


TURNING: Sequence[Callable[[Told], Lie]] = (memory, register, preimage, exit_early, exit_code)
"""Lies after which a run ends with another verdict."""

OTHERS: Sequence[Callable[[Told], Lie]] = (past_the_exit, asked, threads, any_register, bookkeeping)


def lies(number: int, world: World, words: Words, history: History) -> Iterator[Lie]:
    """All about a dispute in which the root is right, or the one that liars have for the right one; about
    another two, of which one turns it, each in its turn. `number`: the dispute's."""
    told = Told(Random(number), world, words, history)
    makers: Iterable[Callable[[Told], Lie]] = (TURNING[number % len(TURNING)], OTHERS[number % len(OTHERS)])
    if words[2] in (world.right_root(words), world.forged[words[3] - FIRST]):
        makers = (*TURNING, *OTHERS)
    is_panic = history[-1].get("exit_code", 0) == PANIC
    for make in makers:
        yield (register if is_panic and make in (memory, preimage) else make)(told)
