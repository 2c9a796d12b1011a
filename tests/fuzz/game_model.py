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


@dataclass(slots=True)
class MadeClaim:
    """`parent`: -1 for the root claim. `used`: seconds of its side's clock when it was made, at `at`."""

    parent: int
    by: bytes
    value: bytes
    place: Place
    bond: int
    used: int
    at: int
    countered_by: bytes | None = None
    settled: bool = False
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

    def move(self, by: bytes, index: int, value: bytes, *, attack: bool, bond: int, now: int) -> None:
        """Answer a claim."""
        rules = self.rules
        self._require_open()
        parent = self.claims[index]
        place = self.child(parent.place, attack=attack)
        if (index == 0 or place[0] == rules.split_depth + 2) and not attack:
            raise Refusal("CannotDefendRoot")
        if index == 0 and self.wrong_block_shown_by is not None:
            raise Refusal("BlockNumberChallenged")
        if place[0] > rules.max_depth:
            raise Refusal("TooDeep")
        if place[0] == rules.split_depth + 1:
            self._check_status(index, value, attack)
        if bond != rules.bond(place[0]):
            raise Refusal("IncorrectBond")
        used = self.used(index, now)
        if used == rules.clock:
            raise Refusal("ClockExpired")
        if any((self.claims[c].value, self.claims[c].place) == (value, place) for c in parent.children):
            raise Refusal("ClaimExists")
        least_left = rules.extension
        if place[0] == rules.max_depth - 1:
            least_left += rules.preimage_period
        elif place[0] == rules.split_depth - 1:
            least_left += rules.extension
        parent.children.append(len(self.claims))
        self.claims.append(MadeClaim(index, by, value, place, bond, min(used, rules.clock - least_left), now))
        self.paid[by] = self.paid.get(by, 0) + bond

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
            raise Refusal("BadStatus")

    def step(self, by: bytes, index: int, *, attack: bool, holds: Holds) -> None:
        """Counter a claim at the bottom."""
        self._require_open()
        claim = self.claims[index]
        if claim.place[0] != self.rules.max_depth:
            raise Refusal("NotAtMaxDepth")
        if claim.countered_by is not None:
            raise Refusal("AlreadyCountered")
        if claim.settled:
            raise Refusal("AlreadyResolved")
        pre, post = self.neighbours(index, attack=attack)
        right = holds(None if pre < 0 else self.claims[pre].value, self.claims[post].value)
        same_side = (claim.place[0] - self.claims[post].place[0]) % 2 == 0
        if right == same_side:
            raise Refusal("ClaimIsRight")
        claim.countered_by = by

    def neighbours(self, index: int, *, attack: bool) -> tuple[int, int]:
        """The claims of the states before and after a step at a claim; -1: the machine's first state."""
        depth, top = self.rules.max_depth, self.rules.split_depth
        instant = self.claims[index].place[1]
        if not attack:
            return index, self.about(index, instant + 1, depth, below=top)
        first_of_tree = instant % (1 << (depth - top - 1)) == 0
        return (-1 if first_of_tree else self.about(index, instant - 1, depth, below=top)), index

    def show_wrong_block(self, by: bytes) -> None:
        """The root claim is another block's output root."""
        self._require_open()
        if self.wrong_block_shown_by is not None:
            raise Refusal("BlockNumberChallenged")
        if self.claims[0].settled:
            raise Refusal("AlreadyResolved")
        self.wrong_block_shown_by = by

    # --- settling ---

    def resolve_claim(self, index: int, now: int) -> None:
        """Settle a claim: the leftmost answer that stands counters it."""
        self._require_open()
        claim = self.claims[index]
        if self.used(index, now) < self.rules.clock:
            raise Refusal("ClockRunning")
        if claim.settled:
            raise Refusal("AlreadyResolved")
        for child in claim.children:
            if not self.claims[child].settled:
                raise Refusal("UnresolvedBelow")
        standing = [self.claims[c] for c in claim.children if self.claims[c].countered_by is None]
        if index == 0 and self.wrong_block_shown_by is not None:
            claim.countered_by = self.wrong_block_shown_by
        elif claim.children or index == 0:
            claim.countered_by = min(standing, key=lambda c: c.place[1]).by if standing else None
        winner = claim.by if claim.countered_by is None else claim.countered_by
        self.credit[winner] = self.credit.get(winner, 0) + claim.bond
        claim.settled = True

    def resolve(self, now: int) -> int:
        """Decide: 1 the challenger wins, 2 the defender."""
        self._require_open()
        if not self.claims[0].settled:
            raise Refusal("UnresolvedBelow")
        self.status = 2 if self.claims[0].countered_by is None else 1
        self.resolved_at = now
        return self.status

    def _require_open(self) -> None:
        if self.status:
            raise Refusal("NotInProgress")
