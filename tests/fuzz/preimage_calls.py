"""People who propose, challenge and squeeze large preimages, rightly or wrongly, from a seed.

What they do next depends on an `OracleModel`: much of it goes on from where a proposal is, and some of it is
spoiled in one of the ways that somebody might hope for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.fuzz.preimage_model import BOND, MOST, Name, OracleModel, Proposed
from tests.fuzz.sponge import (
    BLOCK,
    EMPTY,
    Lanes,
    Leaf,
    absorbed,
    commitment,
    leaves_of,
    proof_of,
    states_of,
)

PEOPLE = tuple(bytes([number]) * 20 for number in (0xA1, 0xB2, 0xC3))
SPOILED = 0.35
"""How much of everything is."""


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction; `told` is the same to the model."""

    sender: bytes
    function: str
    args: tuple[Any, ...]
    told: Callable[[OracleModel, int, int], None]
    """By model, block number and time."""
    value: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody proposes: leaves as claimed, and states, which hash to what they claim but for a single
    slip. `first` is the first wrong leaf, if there is one."""

    data: bytes
    leaves: tuple[Leaf, ...]
    states: tuple[Lanes, ...]
    first: int | None


def plan(random: Random, size: int) -> Plan:
    """The truth about some bytes, a lie that goes on, or a single wrong state."""
    data = random.randbytes(size)
    states = states_of(data)
    leaves = leaves_of(data, states)
    kind = random.choice(("truth", "truth", "lie", "slip"))
    first = random.randrange(len(leaves))
    if kind == "slip":
        leaves[first] = replace(leaves[first], state_commitment=random.randbytes(32))
    if kind == "lie":
        lanes = states[first - 1] if first else EMPTY
        lanes = (lanes[0] ^ 1 << random.randrange(64), *lanes[1:])
        for index in range(first, len(leaves)):
            lanes = absorbed(lanes, leaves[index].input)
            states[index] = lanes
            leaves[index] = replace(leaves[index], state_commitment=commitment(lanes))
    return Plan(data, tuple(leaves), tuple(states), None if kind == "truth" else first)


class People:
    """All of them, with their plans. `next` is what one of them does now."""

    def __init__(self, random: Random, model: OracleModel, *, across_inputs: bool = True):
        self.random = random
        self.model = model
        self.across_inputs = across_inputs
        self.plans: dict[Name, Plan] = {}
        self.nothing = plan(random, 2 * BLOCK)

    def next(self, now: int) -> Call | Wait:
        deeds = (
            *(self.begin,) * 2,
            *(self.add,) * 4,
            *(self.challenge,) * 2,
            *(self.squeeze,) * 2,
            *(self.first,) * 2,
        )
        if self.random.random() < 0.15:
            return self.wait(now)
        return self.random.choice(deeds)()

    def wait(self, now: int) -> Wait:
        """Often to the second from which on something counts, or to the one before."""
        ends = [
            proposed.completed + self.model.period - now
            for proposed in self.model.proposals.values()
            if proposed.completed and proposed.bond
        ]
        ends = [end for end in ends if end > 0]
        if ends and self.random.random() < 0.8:
            return Wait(self.random.choice(ends) + self.random.randrange(2))
        return Wait(self.random.randrange(1, self.model.period))

    def begin(self) -> Call:
        name = self._name()
        size = self.random.randrange(self.model.minimum, 7 * BLOCK)
        if name in self.plans:
            size = len(self.plans[name].data)
        offset, value = self.random.randrange(size + 8), BOND + self.random.choice((0, 0, 1, BOND))
        match self.random.randrange(8) if self._is_spoiled() else None:
            case 0:
                value = BOND - 1
            case 1:
                offset = size + 8 + self.random.randrange(3)
            case 2:
                size = offset = self.random.randrange(self.model.minimum)
            case 3:
                size = MOST + self.random.randrange(3)
        if name not in self.plans and self.model.minimum <= size < 8 * BLOCK:
            self.plans[name] = plan(self.random, size)

        def told(model: OracleModel, _block: int, _now: int) -> None:
            model.init(name, offset, size, value)

        return Call(name[0], "initLPP", (name[1], offset, size), told, value)

    def add(self) -> Call:
        name = self._name()
        proposed, planned = self.model.proposals.get(name), self._plan(name)
        start = len(proposed.leaves) if proposed else 0
        end = min(self.random.randrange(start, start + 5), len(planned.leaves))
        is_end = end == len(planned.leaves)
        if proposed and not self.across_inputs:
            end, is_end = self._whole(proposed, planned, start, end)
        data = planned.data[start * BLOCK : None if is_end else end * BLOCK]
        states = tuple(leaf.state_commitment for leaf in planned.leaves[start:end])
        match self.random.randrange(6) if self._is_spoiled() else None:
            case 0:
                start += self.random.choice((-1, 1)) if start else 1
            case 1:
                states = states[:-1] if states and self.random.random() < 0.5 else (*states, bytes(32))
            case 2:
                data = data[:-1] if data and self.random.random() < 0.5 else data + b"\0"
            case 3:
                is_end = not is_end
            case 4:
                data, states = data + bytes(5 * BLOCK), states + (bytes(32),) * 5
        at = self.random.choice(PEOPLE) if self._is_spoiled() else name[0]
        who = (at, name[1])

        def told(model: OracleModel, block: int, now: int) -> None:
            model.add(who, start, data, states, is_end, at=block, now=now)

        return Call(at, "addLeavesLPP", (name[1], start, data, states, is_end), told)

    def challenge(self) -> Call:
        name = self._name()
        caller = self.random.choice(PEOPLE)
        planned, count = self._plan(name), self._count(name)
        post = self.random.randrange(1, max(2, count))
        if planned.first and not self._is_spoiled():
            post = planned.first
        lanes, *pair = self._pair(planned, count, post)

        def told(model: OracleModel, _block: int, _now: int) -> None:
            model.challenge(caller, name, lanes, *pair)

        return Call(caller, "challengeLPP", _pair_args(name, lanes, *pair), told)

    def first(self) -> Call:
        name = self._name()
        caller = self.random.choice(PEOPLE)
        planned, count = self._plan(name), self._count(name)
        index = 1 if self._is_spoiled() else 0
        leaf, proof = self._leaf(planned, count, index)

        def told(model: OracleModel, _block: int, _now: int) -> None:
            model.challenge_first(caller, name, leaf, proof)

        return Call(caller, "challengeFirstLPP", (*name, leaf.abi, proof), told)

    def squeeze(self) -> Call:
        name = self._name()
        planned, count = self._plan(name), max(2, self._count(name))
        post = self.random.randrange(1, count) if self._is_spoiled() else count - 1
        lanes, *pair = self._pair(planned, count, post)

        def told(model: OracleModel, _block: int, now: int) -> None:
            model.squeeze(name, lanes, *pair, now=now)

        return Call(self.random.choice(PEOPLE), "squeezeLPP", _pair_args(name, lanes, *pair), told)

    def _whole(self, proposed: Proposed, planned: Plan, start: int, end: int) -> tuple[int, bool]:
        """An end of an input that does not lie in the part, nor right behind it."""
        first, last = proposed.offset - 8, proposed.offset + 24
        while end < len(planned.leaves) and first < end * BLOCK <= last and start * BLOCK <= last:
            end += 1
        return end, end == len(planned.leaves)

    def _name(self) -> Name:
        """Mostly of a proposal that there is."""
        if self.model.proposals and self.random.random() < 0.8:
            return self.random.choice(list(self.model.proposals))
        return (self.random.choice(PEOPLE[:2]), self.random.randrange(4))

    def _plan(self, name: Name) -> Plan:
        return self.plans.get(name, self.nothing)

    def _count(self, name: Name) -> int:
        proposed = self.model.proposals.get(name)
        return len(proposed.leaves) if proposed else 0

    def _is_spoiled(self) -> bool:
        return self.random.random() < SPOILED

    def _pair(self, planned: Plan, count: int, post: int) -> tuple[Any, ...]:
        pre, lanes = post - 1, planned.states[post - 1]
        if self.random.random() < SPOILED / 2:
            pre = self.random.randrange(max(1, count))
            lanes = planned.states[pre]
        if self.random.random() < SPOILED / 4:
            lanes = (*lanes[:24], lanes[24] ^ 1)
        return (lanes, *self._leaf(planned, count, pre), *self._leaf(planned, count, post))

    def _leaf(self, planned: Plan, count: int, index: int) -> tuple[Leaf, tuple[bytes, ...]]:
        leaf = planned.leaves[min(index, len(planned.leaves) - 1)]
        proof = proof_of(list(planned.leaves[:count]), leaf.index)
        match self.random.randrange(5) if self.random.random() < SPOILED / 4 else None:
            case 0:
                leaf = replace(leaf, input=self.random.randbytes(BLOCK))
            case 1:
                leaf = replace(leaf, input=leaf.input[:-1])
            case 2:
                leaf = replace(leaf, state_commitment=self.random.randbytes(32))
            case 3:
                proof = proof[1:]
            case 4:
                height = self.random.randrange(len(proof))
                proof = (*proof[:height], self.random.randbytes(32), *proof[height + 1 :])
        return leaf, proof


def _pair_args(
    name: Name,
    lanes: Lanes,
    pre: Leaf,
    pre_proof: tuple[bytes, ...],
    post: Leaf,
    post_proof: tuple[bytes, ...],
) -> tuple[Any, ...]:
    return (*name, (lanes,), pre.abi, pre_proof, post.abi, post_proof)
