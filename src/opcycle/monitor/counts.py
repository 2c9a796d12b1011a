"""What op-dispute-mon counts, by the values of its labels. Pure.

Source: op-dispute-mon 1.18, `mon/*.go` and `metrics/metrics.go`. Where labels are fixed, all counts are
there, be they 0. Differences: L1's time is the clock; games that no node can judge are counted wherever no
judgement is needed; a refunded game owes everybody their own bonds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.bonds import due_of, owed_by_weth, withdrawal_matches
from opcycle.monitor.judge import Verdict
from opcycle.monitor.snapshot import Answer, Snapshot, WatchedGame
from opcycle.protocol.dispute_game import DisputeGame, GameStatus
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum

Labels: TypeAlias = tuple[str, ...]

GAME_TYPES = {
    0: "cannon",
    1: "permissioned",
    2: "asterisc",
    3: "asterisc-kona",
    5: "super-permissioned",
    6: "op-succinct",
    7: "super-asterisc-kona",
    8: "cannon-kona",
    9: "super-cannon-kona",
    10: "zk",
    254: "fast",
    255: "alphabet",
    1337: "kailua",
}
"""op-challenger 1.18, `game/types/game_type.go`."""

_CLAIM_LABELS = list(
    product(
        ("resolved", "unresolved"),
        ("expired", "not_expired"),
        ("first_half", "second_half"),
        ("resolvable", "unresolvable"),
    )
)
_RESOLUTION_LABELS = list(
    product(("complete", "resolvable", "in_progress"), ("max_duration", "before_max_duration"))
)
_CREDIT_LABELS = list(product(("below", "expected", "above"), ("withdrawable", "non_withdrawable")))


def game_type_name(number: int) -> str:
    """As op-challenger calls it."""
    return GAME_TYPES.get(number, f"<invalid: {number}>")


@dataclass(frozen=True, slots=True)
class Counts:
    """Each maps the values of a metric's labels, in their order, to its value; amounts are in wei.

    `agreement`: by status, completion, correctness, agreement. `latest`: L1 time of the newest game, by
    agreement. `latest_valid_block`: the highest L2 block of a right game. `claims`: by whether settled, clock
    over, half of the game's time, can be settled. `actors`, `actor_bonds`: by account and state.
    `mixed_availability`, `mixed_safety`, `different_roots`: games that nodes contradict each other about.
    """

    types: Mapping[Labels, int]
    agreement: Mapping[Labels, int]
    latest: Mapping[Labels, int]
    latest_valid_block: int
    ignored: int
    failed: int
    resolution: Mapping[Labels, int]
    claims: Mapping[Labels, int]
    credit: Mapping[Labels, int]
    required: Mapping[Labels, int]
    available: Mapping[Labels, int]
    withdrawals: Mapping[Labels, int]
    actors: Mapping[Labels, int]
    actor_bonds: Mapping[Labels, int]
    actor_withdrawable: Mapping[Labels, int]
    block_challenges: Mapping[Labels, int]
    nodes_with_errors: int
    node_errors: int
    node_out_of_sync: int
    mixed_availability: int
    mixed_safety: int
    different_roots: int


def count(snapshot: Snapshot, verdicts: Sequence[Verdict]) -> Counts:
    """`verdicts` are those of the snapshot's games."""
    games, now = snapshot.games, snapshot.l1.timestamp
    judged = [verdict for verdict in verdicts if verdict.agreement.agrees is not None]
    required, available = _collateral(snapshot)
    answers = [[opinion.answer for opinion in seen.opinions] for seen in games]
    return Counts(
        types=Counter((game_type_name(seen.listed.game_type),) for seen in games),
        agreement=_agreement(judged),
        latest=_latest(judged),
        latest_valid_block=max((v.seen.game.claimed_block for v in judged if v.agreement.agrees), default=0),
        ignored=snapshot.ignored,
        failed=len(snapshot.unread) + sum(v.is_unjudged for v in verdicts),
        resolution=_zero(_RESOLUTION_LABELS) | Counter(_resolution(seen.game, now) for seen in games),
        claims=_zero(_CLAIM_LABELS) | Counter(label for seen in games for label in _claims(seen.game, now)),
        credit=_zero(_CREDIT_LABELS) | Counter(label for seen in games for label in _credits(seen, now)),
        required=required,
        available=available,
        withdrawals=_withdrawals(games),
        actors=_actors(snapshot, bonds=False),
        actor_bonds=_actors(snapshot, bonds=True),
        actor_withdrawable=_withdrawable(snapshot),
        block_challenges=_block_challenges(judged),
        nodes_with_errors=len({at for row in answers for at, a in enumerate(row) if a is Answer.ERROR}),
        node_errors=sum(a is Answer.ERROR for row in answers for a in row),
        node_out_of_sync=sum(a is Answer.BEHIND for row in answers for a in row),
        mixed_availability=sum(v.agreement.availability_differs for v in verdicts),
        mixed_safety=sum(v.agreement.safety_differs for v in verdicts),
        different_roots=sum(v.agreement.roots_differ for v in verdicts),
    )


def _zero(labels: Sequence[Labels]) -> dict[Labels, int]:
    return dict.fromkeys(labels, 0)


def _agree(agrees: bool | None) -> str:
    return "agree" if agrees else "disagree"


def _agreement_labels(*, agrees: bool, defended: bool, complete: bool) -> Labels:
    side = "defender" if defended else "challenger"
    return (
        f"{_agree(agrees)}_{side}_{'wins' if complete else 'ahead'}",
        "complete" if complete else "in_progress",
        "correct" if agrees == defended else "incorrect",
        _agree(agrees),
    )


def _agreement(judged: Sequence[Verdict]) -> dict[Labels, int]:
    all_labels = [
        _agreement_labels(agrees=agrees, defended=defended, complete=complete)
        for agrees, defended, complete in product((True, False), repeat=3)
    ]
    return _zero(all_labels) | Counter(
        _agreement_labels(
            agrees=bool(verdict.agreement.agrees),
            defended=verdict.forecast.status is GameStatus.DEFENDER_WINS,
            complete=verdict.seen.game.status is not GameStatus.IN_PROGRESS,
        )
        for verdict in judged
    )


def _latest(judged: Sequence[Verdict]) -> dict[Labels, int]:
    found = _zero([("agree",), ("disagree",)])
    for verdict in judged:
        label = (_agree(verdict.agreement.agrees),)
        found[label] = max(found[label], verdict.seen.game.created_at)
    return found


def _resolution(game: DisputeGame, now: int) -> Labels:
    if game.status is not GameStatus.IN_PROGRESS:
        state = "complete"
    else:
        state = "resolvable" if len(game.resolved) == len(game.claims) else "in_progress"
    is_over = now - game.created_at >= 2 * game.parameters.max_clock
    return state, "max_duration" if is_over else "before_max_duration"


def _claims(game: DisputeGame, now: int) -> Iterator[Labels]:
    """A claim can be settled once no claim below it, nor itself, can be answered."""
    half = "first_half" if now - game.created_at <= game.parameters.max_clock else "second_half"
    has_open_below = [False] * len(game.claims)
    for claim in reversed(game.claims):
        is_over = game.clock(claim, now) >= game.parameters.max_clock
        is_open = not is_over or has_open_below[claim.index]
        if claim.parent is not None:
            has_open_below[claim.parent] |= is_open
        yield (
            "resolved" if claim.index in game.resolved else "unresolved",
            "expired" if is_over else "not_expired",
            half,
            "unresolvable" if is_open else "resolvable",
        )


def _credits(seen: WatchedGame, now: int) -> Iterator[Labels]:
    """Of each account that gets something as it stands, and of any whose credit is not what it should be."""
    game, accounts = seen.game, seen.accounts
    is_over = now - game.created_at >= game.parameters.max_clock + accounts.payout_delay
    recipients = _recipients(seen)
    for person, due in due_of(seen).items():
        found = accounts.credits.get(person, 0)
        if person not in recipients and found == due == 0:
            continue
        relation = "above" if found > due else "below" if found < due else "expected"
        yield relation, "withdrawable" if is_over else "non_withdrawable"


def _recipients(seen: WatchedGame) -> set[Address]:
    game = seen.game
    found = {c.claimant if c.countered_by is None else c.countered_by for c in game.claims}
    return found | ({game.block_number_challenger} if game.block_number_challenger is not None else set())


def _collateral(snapshot: Snapshot) -> tuple[dict[Labels, int], dict[Labels, int]]:
    """Both with the label that does not apply at 0."""
    required: dict[Labels, int] = {}
    available: dict[Labels, int] = {}
    for weth, owed in owed_by_weth(snapshot.games).items():
        there = snapshot.collateral[weth]
        for label, holds in (("sufficient", owed <= there), ("insufficient", owed > there)):
            required[checksum(weth), label] = owed if holds else 0
            available[checksum(weth), label] = there if holds else 0
    return required, available


def _withdrawals(games: Sequence[WatchedGame]) -> dict[Labels, int]:
    found: dict[Labels, int] = {}
    for seen in games:
        weth = checksum(seen.accounts.weth)
        found.setdefault((weth, "matching"), 0)
        found.setdefault((weth, "divergent"), 0)
        for person in _recipients(seen):
            if not withdrawal_matches(seen, person):
                found[weth, "divergent"] += 1
            elif seen.accounts.mode is not BondMode.UNDECIDED:
                found[weth, "matching"] += 1
    return found


def _actors(snapshot: Snapshot, *, bonds: bool) -> dict[Labels, int]:
    """Claims of honest accounts by what became of them, or the bonds of these claims and those won."""
    states = ("pending", "lost", "won") if bonds else ("pending", "invalid", "valid")
    found = _zero([(checksum(actor), state) for actor in snapshot.honest for state in states])
    for seen in snapshot.games:
        for claim in seen.game.claims:
            is_lost = claim.countered_by is not None
            if claim.index not in seen.game.resolved:
                state, winner = "pending", None
            else:
                state, winner = ("lost" if bonds else "invalid") if is_lost else "valid", claim.countered_by
            if (checksum(claim.claimant), state) in found:
                found[checksum(claim.claimant), state] += claim.bond if bonds else 1
            if bonds and winner in snapshot.honest:
                found[checksum(winner), "won"] += claim.bond
    return found


def _withdrawable(snapshot: Snapshot) -> dict[Labels, int]:
    """Wei that honest accounts could ask for now: credits to unlock, and what is unlocked for long enough."""
    found = _zero([(checksum(actor),) for actor in snapshot.honest])
    for seen in snapshot.games:
        accounts = seen.accounts
        for actor in snapshot.honest & accounts.withdrawals.keys():
            withdrawal, credit = accounts.withdrawals[actor], accounts.credits[actor]
            if withdrawal.amount == 0 and accounts.mode is not BondMode.UNDECIDED:
                found[checksum(actor),] += credit
            elif withdrawal.amount and withdrawal.unlocked_at + accounts.payout_delay < snapshot.l1.timestamp:
                found[checksum(actor),] += withdrawal.amount
    return found


def _block_challenges(judged: Sequence[Verdict]) -> dict[Labels, int]:
    return _zero([("agree",), ("disagree",)]) | Counter(
        (_agree(v.agreement.agrees),) for v in judged if v.seen.game.block_number_challenged
    )
