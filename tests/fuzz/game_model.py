"""What a dispute game must do, told again: plain Python that shares nothing with contracts or solver.

Places in the tree are (depth, index) here, and what a claim is about is the last of the instants below it.
Each action returns nothing, or raises Refusal before it changes anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fuzz.tally import Refusal

FOREVER = 1 << 32
"""More seconds than any game lasts."""

Place = tuple[int, int]
"""Depth, and index from the left."""

Holds = Callable[[bytes | None, bytes], bool]
"""Whether the machine's step from a state (None: its first) leads to another."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Depths in levels, times in seconds, `bond` in wei by depth."""

    max_depth: int
    split_depth: int
    clock: int
    extension: int
    preimage_period: int
    bond: Callable[[int], int]


def number(place: Place) -> int:
    """How the contracts write a place: 2^depth + index."""
    return (1 << place[0]) + place[1]


@dataclass(slots=True)
class MadeClaim:
    """`parent`: -1 for the root claim. `used`: seconds of its side's clock when it was made, at `at`.

    `looked`: at how many of its answers settling has looked, or None before the first look.
    """

    parent: int
    by: bytes
    value: bytes
    place: Place
    bond: int
    used: int
    at: int
    countered_by: bytes | None = None
    settled: bool = False
    looked: int | None = None
    children: list[int] = field(default_factory=list)


class GameModel:
    """One game. Of the machine it only knows where the claims are found that a step is between."""

    def __init__(self, rules: Rules, *, creator: bytes, root: bytes, now: int):
        self.rules = rules
        self.claims = [MadeClaim(-1, creator, root, (0, 0), rules.bond(0), 0, now)]
        self.status = 0
        self.resolved_at = 0
        self.credit: dict[bytes, int] = {}
        self.paid: dict[bytes, int] = {creator: rules.bond(0)}
        self.wrong_block_shown_by: bytes | None = None

    # --- places ---

    def child(self, place: Place, *, attack: bool) -> Place:
        """Left of the place, or left of its right neighbour."""
        depth, index = place
        return depth + 1, 2 * index if attack else 2 * (index + 1)

    def last_instant(self, place: Place, depth: int) -> int:
        """The last of the instants, at a depth, that are below a place."""
        return (place[1] + 1) * (1 << (depth - place[0])) - 1

    def about(self, index: int, instant: int, depth: int, *, below: int = -1) -> int:
        """The claim that a line of claims has about an instant, going up from one; -1 if nobody made one."""
        while index >= 0 and self.claims[index].place[0] > below:
            if self.last_instant(self.claims[index].place, depth) == instant:
                return self._highest(index, instant, depth, below)
            index = self.claims[index].parent
        return -1

    def _highest(self, index: int, instant: int, depth: int, below: int) -> int:
        """Of the claims about one instant, the first that was made."""
        found = index
        while (index := self.claims[index].parent) >= 0 and self.claims[index].place[0] > below:
            if self.last_instant(self.claims[index].place, depth) == instant:
                found = index
        return found

    # --- clocks ---

    def used(self, index: int, now: int) -> int:
        """Seconds used so far by whoever would answer a claim."""
        claim = self.claims[index]
        before = self.claims[claim.parent].used if claim.parent >= 0 else 0
        return min(before + now - claim.at, self.rules.clock)

    # --- arguing ---

    def move(
        self,
        by: bytes,
        index: int,
        value: bytes,
        *,
        attack: bool,
        bond: int,
        now: int,
        disputed: bytes | None = None,
    ) -> None:
        """Answer a claim. `disputed`: what the mover takes it to say, if that may be wrong."""
        rules = self.rules
        self._require_open()
        parent = self._claim(index)
        if disputed is not None and disputed != parent.value:
            raise Refusal("FaultDisputeGame_OtherClaim", (disputed, parent.value))
        place = self.child(parent.place, attack=attack)
        if (index == 0 or place[0] == rules.split_depth + 2) and not attack:
            raise Refusal("FaultDisputeGame_CannotDefendRoot", (number(parent.place),))
        if index == 0 and self.wrong_block_shown_by is not None:
            raise Refusal("FaultDisputeGame_BlockNumberChallenged", ())
        if place[0] > rules.max_depth:
            raise Refusal("FaultDisputeGame_TooDeep", (place[0], rules.max_depth))
        if place[0] == rules.split_depth + 1:
            self._check_status(index, value, attack)
        if bond != rules.bond(place[0]):
            raise Refusal("FaultDisputeGame_IncorrectBond", (bond, rules.bond(place[0])))
        used = self.used(index, now)
        if used == rules.clock:
            raise Refusal("FaultDisputeGame_ClockExpired", (index,))
        if any((self.claims[c].value, self.claims[c].place) == (value, place) for c in parent.children):
            raise Refusal("FaultDisputeGame_ClaimExists", (value, number(place), index))
        used = min(used, rules.clock - self.least_left(place[0]))
        parent.children.append(len(self.claims))
        self.claims.append(MadeClaim(index, by, value, place, bond, used, now))
        self.paid[by] = self.paid.get(by, 0) + bond

    def least_left(self, depth: int) -> int:
        """Seconds that a side has left, at least, once it has moved to a depth."""
        rules = self.rules
        if depth == rules.max_depth - 1:
            return rules.extension + rules.preimage_period
        return 2 * rules.extension if depth == rules.split_depth - 1 else rules.extension

    def _check_status(self, index: int, value: bytes, attack: bool) -> None:
        """Who says that an output root is wrong must say that the machine fails; who says that it is right,
        that it does not. Claims at even depths are on the root claim's side, at odd depths not."""
        rules = self.rules
        leaf = self.claims[index]
        disputed = index
        if not attack:
            disputed = self.about(index, leaf.place[1] + 1, rules.split_depth)
        mover = (leaf.place[0] + 1) % 2
        says_wrong = self.claims[disputed].place[0] % 2 != mover
        if says_wrong != (value[0] in (1, 2)) or (not says_wrong and value[0] != 0):
            raise Refusal("FaultDisputeGame_BadStatus", (value, value[0]))

    def step(self, by: bytes, index: int, *, attack: bool, holds: Holds) -> None:
        """Counter a claim at the bottom."""
        self._require_open()
        claim = self._claim(index)
        if claim.place[0] != self.rules.max_depth:
            raise Refusal("FaultDisputeGame_NotAtMaxDepth", (number(claim.place),))
        if claim.countered_by is not None:
            raise Refusal("FaultDisputeGame_AlreadyCountered", (index, claim.countered_by))
        if claim.settled:
            raise Refusal("FaultDisputeGame_AlreadyResolved", (index,))
        pre, post = self.neighbours(index, attack=attack)
        right = holds(None if pre < 0 else self.claims[pre].value, self.claims[post].value)
        same_side = (claim.place[0] - self.claims[post].place[0]) % 2 == 0
        if right == same_side:
            raise Refusal("FaultDisputeGame_ClaimIsRight", (index, self.claims[post].value))
        claim.countered_by = by

    def neighbours(self, index: int, *, attack: bool) -> tuple[int, int]:
        """The claims of the states before and after a step at a claim; -1: the machine's first state."""
        depth, top = self.rules.max_depth, self.rules.split_depth
        instant = self.claims[index].place[1]
        if not attack:
            return index, self.about(index, instant + 1, depth, below=top)
        first_of_tree = instant % (1 << (depth - top - 1)) == 0
        return (-1 if first_of_tree else self.about(index, instant - 1, depth, below=top)), index

    def show_wrong_block(self, by: bytes, check: Callable[[], None] = lambda: None) -> None:
        """The root claim is another block's output root; `check` refuses what does not show it."""
        self._require_open()
        if self.wrong_block_shown_by is not None:
            raise Refusal("FaultDisputeGame_BlockNumberChallenged", ())
        if self.claims[0].settled:
            raise Refusal("FaultDisputeGame_AlreadyResolved", (0,))
        check()
        self.wrong_block_shown_by = by

    # --- settling ---

    def resolve_claim(self, index: int, now: int, count: int = 0) -> None:
        """Settle a claim: the leftmost answer that stands counters it. Looks at `count` more answers, but
        at all of them for 0 at the first look."""
        self._require_open()
        claim = self._claim(index)
        if self.used(index, now) < self.rules.clock:
            raise Refusal("FaultDisputeGame_ClockRunning", (index, self.used(index, now)))
        if claim.settled:
            raise Refusal("FaultDisputeGame_AlreadyResolved", (index,))
        if claim.children or index == 0:
            looked = claim.looked or 0
            more = len(claim.children) if claim.looked is None and count == 0 else count
            for child in claim.children[looked : looked + more]:
                if not self.claims[child].settled:
                    raise Refusal("FaultDisputeGame_UnresolvedBelow", (child,))
            claim.looked = min(looked + more, len(claim.children))
            if claim.looked < len(claim.children):
                return
            best = self.best_answer(index)
            claim.countered_by = None if best is None else best.by
            if index == 0 and self.wrong_block_shown_by is not None:
                claim.countered_by = self.wrong_block_shown_by
        winner = claim.by if claim.countered_by is None else claim.countered_by
        self.credit[winner] = self.credit.get(winner, 0) + claim.bond
        claim.settled = True

    def best_answer(self, index: int) -> MadeClaim | None:
        """Of the answers looked at, the leftmost that stands; of those at one place, the first."""
        claim = self.claims[index]
        standing = [self.claims[c] for c in claim.children[: claim.looked or 0]]
        standing = [child for child in standing if child.countered_by is None]
        return min(standing, key=lambda child: child.place[1]) if standing else None

    def resolve(self, now: int) -> int:
        """Decide: 1 the challenger wins, 2 the defender."""
        self._require_open()
        if not self.claims[0].settled:
            raise Refusal("FaultDisputeGame_UnresolvedBelow", (0,))
        self.status = 2 if self.claims[0].countered_by is None else 1
        self.resolved_at = now
        return self.status

    def _claim(self, index: int) -> MadeClaim:
        if index >= len(self.claims):
            raise Refusal("Panic", (0x32,))
        return self.claims[index]

    def _require_open(self) -> None:
        if self.status:
            raise Refusal("FaultDisputeGame_NotInProgress", ())
