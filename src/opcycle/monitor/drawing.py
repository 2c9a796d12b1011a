"""A dispute game as lines of text: its tree of claims, how each stands, and how it ends if nobody moves.

    claim    answers    depth  about     value        by          ETH       how it stands
    ● 0      -          0      block 64  0x66666666…  liar        0.08      countered by 1
    ├─● 3    attacks 0  1      block 32  0x01020202…  griefer     0.095612  countered by 4
    │ ● 4    attacks 3  2      block 16  0x2eb248df…  challenger  0.11427   stands; the challengers have 3 d
    ● 1      attacks 0  1      block 32  0xb708dc76…  challenger  0.095612  stands; the defenders have 3 d

Whoever answers with the largest tree below it goes on in the same column; other answers branch off. So a lone
line of claims is never indented, and however bushy a tree is, there are at most log2(claims) columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from opcycle.monitor.forecast import Fate, Forecast, answers_of, forecast
from opcycle.monitor.table import aligned
from opcycle.monitor.words import SIDES, claim_count, duration, eth, moment, short, who
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameStatus, dispute_of
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum

Names: TypeAlias = Mapping[Address, str]
"""What accounts are called; others are shown by their addresses."""

MOST_ROWS = 100
"""Lines that a tree should take, unless all of it is wanted; more, rather than hide what counts."""

LONE = 16
"""A line of so many claims, with no other answer to any, is shown by its two ends."""

END = 5
"""Claims shown of each end."""

_DETAILS = ((8, 3), (4, 2), (2, 1), (1, 1))
"""Answers that branch off from a claim, and branches off branches: from the most to the least."""

_TITLES = ("claim", "answers", "depth", "about", "value", "by", "ETH", "how it stands")

_Row: TypeAlias = tuple[str, ...] | str
"""The cells of a claim; or, of those that are left out, a remark."""


def draw(game: DisputeGame, *, now: int, names: Names | None = None, whole: bool = False) -> list[str]:
    """A game at `now` (L1 time, seconds). `whole`: leave out nothing."""
    tree = _Tree(game, now, names or {})
    return [tree.headline(), *aligned(_TITLES, tree.rows(whole=whole)), *tree.outlook()]


def changes(
    before: DisputeGame | None, game: DisputeGame, *, now: int, names: Names | None = None
) -> list[str]:
    """What is new in a game since it was seen last, a line for each thing: for where nothing is redrawn."""
    tree = _Tree(game, now, names or {})
    old = () if before is None else before.claims
    lines = [tree.sentence(claim) for claim in game.claims[len(old) :]]
    for claim, was in zip(game.claims, old, strict=False):
        is_new = was.countered_by is None and claim.countered_by is not None
        if is_new and claim.index not in game.resolved:
            lines.append(f"{tree.called(claim.countered_by)} counters claim {claim.index} by a step")
    settled = sorted(game.resolved - (frozenset() if before is None else before.resolved), reverse=True)
    lines += [f"claim {index} is settled: {tree.stand(game.claims[index])}" for index in settled]
    was_open = before is None or before.status is GameStatus.IN_PROGRESS
    if was_open and game.status is not GameStatus.IN_PROGRESS:
        lines.append(f"decided: {SIDES[game.status]} win")
    return lines


def about(game: DisputeGame, claim: Claim) -> str:
    """The L2 block or, below the split depth, the step of the machine that a claim is about."""
    if claim.position.depth <= game.parameters.split_depth:
        return f"block {game.block_of(claim.position)}"
    dispute = dispute_of(game, claim, claim.position)
    return f"block {dispute.disputed_block}, step {game.step_of(claim.position):,}"


class _Tree:
    """One look at a game, with what is needed to draw any part of it."""

    def __init__(self, game: DisputeGame, now: int, names: Names):
        self._game = game
        self._now = now
        self._names = names
        self._forecast: Forecast = forecast(game)
        self._answers = answers_of(game)
        self._sizes = [1] * len(game.claims)
        for claim in reversed(game.claims):
            if claim.parent is not None:
                self._sizes[claim.parent] += self._sizes[claim.index]

    # --- words ---

    def headline(self) -> str:
        game = self._game
        bonds = sum(claim.bond for claim in game.claims)
        return (
            f"{checksum(game.address)}: L2 block {game.claimed_block}, from block {game.starting_block} on: "
            f"{claim_count(len(game.claims))}, {eth(bonds)} ETH in bonds, "
            f"{duration(self._now - game.created_at)} old"
        )

    def outlook(self) -> Iterator[str]:
        """How it ends, and who could still change that."""
        game, seen = self._game, self._forecast
        if game.status is not GameStatus.IN_PROGRESS:
            yield f"decided: {SIDES[game.status]} win"
            return
        winner = SIDES[seen.status]
        left = seen.decidable_at - self._now
        when = (
            f"in {duration(left)} ({moment(seen.decidable_at)})" if left > 0 else "as soon as it is settled"
        )
        yield f"if nobody moves: {winner} win, {when}"
        loser = next(side for status, side in SIDES.items() if status is not seen.status)
        if seen.last_chance is None:
            yield f"no move can change that: the root claim is of another block than {game.claimed_block}"
        elif seen.last_chance <= self._now:
            yield f"{loser} have no time left to change that"
        else:
            yield f"{loser} have {duration(seen.last_chance - self._now)} left to change that"

    def sentence(self, claim: Claim) -> str:
        """A claim in one line of its own."""
        verb = "claims" if claim.parent is None else f"{_verb(self._game, claim)}s claim {claim.parent} with"
        place = f"{about(self._game, claim)}, depth {claim.position.depth}"
        by, value = self.called(claim.claimant), short(claim.value)
        return f"{claim.index}: {by} {verb} {value} ({place}, {eth(claim.bond)} ETH)"

    def called(self, account: Address | None) -> str:
        return "nobody" if account is None else who(account, self._names)

    def stand(self, claim: Claim) -> str:
        """How a claim stands, and whose clock runs against it."""
        fate = self._forecast.fates[claim.index]
        is_settled = claim.index in self._game.resolved
        if not fate.stands:
            return f"{'lost to' if is_settled else 'countered by'} {self._counter(claim, fate)}"
        if is_settled:
            return "stood"
        left = fate.answerable_until - self._now
        return f"stands; {_opponent(claim)} have {duration(left)}" if left > 0 else "stands; time is up"

    def _counter(self, claim: Claim, fate: Fate) -> str:
        if fate.answer is not None:
            return str(fate.answer)
        how = "a proof of its block number" if claim.parent is None else "a step"
        return f"{how}, by {self.called(fate.countered_by)}"

    def _cells(self, claim: Claim, rail: str) -> _Row:
        return (
            f"{rail}● {claim.index}",
            "-" if claim.parent is None else f"{_verb(self._game, claim)}s {claim.parent}",
            str(claim.position.depth),
            about(self._game, claim),
            short(claim.value),
            self.called(claim.claimant),
            eth(claim.bond),
            self.stand(claim),
        )

    # --- the tree ---

    def rows(self, *, whole: bool) -> list[_Row]:
        """As detailed as it may be."""
        if whole:
            most = len(self._game.claims)
            return list(self._line(self._game.root, "", "", (most, most), lone=most))
        found: list[_Row] = []
        for details in _DETAILS:
            found = list(self._line(self._game.root, "", "", details, lone=LONE))
            if len(found) <= MOST_ROWS:
                break
        return found

    def _line(
        self, first: Claim, first_rail: str, rail: str, details: tuple[int, int], *, lone: int
    ) -> Iterator[_Row]:
        """A claim, its main answer, the main answer to that and so on, with what branches off."""
        most, levels = details
        line = self._main_line(first)
        left_out = _left_out(line, [len(self._answers[claim.index]) for claim in line], lone)
        for at, claim in enumerate(line):
            if at in left_out:
                if at - 1 not in left_out:
                    last = next(n for n in range(at, len(line)) if n + 1 not in left_out)
                    ends = f"{claim.index} to {line[last].index}"
                    yield f"{rail}⋮ {claim_count(last - at + 1)}, {ends}, each answering the one before"
                continue
            yield self._cells(claim, first_rail if at == 0 else rail)
            aside = [a for a in self._answers[claim.index] if at + 1 < len(line) and a is not line[at + 1]]
            shown = self._shown(aside, most if levels else 0)
            for branch in shown:
                yield from self._line(branch, f"{rail}├─", f"{rail}│ ", (most, levels - 1), lone=lone)
            if len(shown) < len(aside):
                yield f"{rail}├─ {self._summary([a for a in aside if a not in shown])}"

    def _main_line(self, claim: Claim) -> list[Claim]:
        line = [claim]
        while answers := self._answers[line[-1].index]:
            line.append(min(answers, key=self._weight))
        return line

    def _shown(self, claims: Sequence[Claim], most: int) -> list[Claim]:
        """Of answers to a claim: the one that counters it, and the weightiest others."""
        fates = self._forecast.fates

        def rank(claim: Claim) -> tuple[bool, tuple[int, bool, int, int]]:
            counters = claim.parent is not None and fates[claim.parent].answer == claim.index
            return not counters, self._weight(claim)

        return sorted(sorted(claims, key=rank)[:most], key=lambda claim: claim.index)

    def _weight(self, claim: Claim) -> tuple[int, bool, int, int]:
        """Least for the largest tree; of equals, for one that stands, further left, made first."""
        stands = self._forecast.fates[claim.index].stands
        return -self._sizes[claim.index], not stands, claim.position, claim.index

    def _summary(self, claims: Sequence[Claim]) -> str:
        """Of answers that are not shown."""
        total = sum(self._sizes[claim.index] for claim in claims)
        below = f" with {claim_count(total - len(claims))} below" if total > len(claims) else ""
        by = list(dict.fromkeys(self.called(claim.claimant) for claim in claims))
        names = ", ".join(by[:3]) + (f" and {len(by) - 3} others" if len(by) > 3 else "")
        standing = sum(self._forecast.fates[claim.index].stands for claim in claims)
        bonds = eth(sum(claim.bond for claim in claims))
        answers = "answer" if len(claims) == 1 else "answers"
        return f"{len(claims):,} more {answers}{below}, by {names}: {bonds} ETH, {standing:,} of them stand"


def _left_out(line: Sequence[Claim], answers: Sequence[int], lone: int) -> set[int]:
    """Places in a line of claims that need not be shown: the middles of long stretches without branches."""
    found: set[int] = set()
    start = 0
    for at in range(len(line) + 1):
        if at < len(line) and answers[at] <= 1:
            continue
        if at - start > lone:
            found |= set(range(start + END, at - END))
        start = at + 1
    return found


def _verb(game: DisputeGame, claim: Claim) -> str:
    parent = game.parent(claim)
    is_attack = parent is not None and claim.position == parent.position.move(is_attack=True)
    return "attack" if is_attack else "defend"


def _opponent(claim: Claim) -> str:
    """Whoever would answer a claim."""
    return SIDES[GameStatus.DEFENDER_WINS if claim.position.depth % 2 else GameStatus.CHALLENGER_WINS]
