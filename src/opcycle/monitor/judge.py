"""What is wrong about dispute games, in words: from a snapshot to verdicts and alerts. Pure.

Source: op-dispute-mon 1.18, `mon/*.go`, for whatever it warns of in its log; a wrong result that is near, and
an anchor that is wrong or stays behind, are our own. What it counts is in `opcycle.monitor.counts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.agreement import Agreement, agreement
from opcycle.monitor.bonds import due_of, owed_by_weth, required_of, withdrawal_matches
from opcycle.monitor.forecast import Forecast, forecast
from opcycle.monitor.snapshot import Snapshot, UnreadGame, WatchedAnchor, WatchedGame
from opcycle.monitor.words import SIDES, claim_count, duration, eth
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, to_hex


class AlertKind(StrEnum):
    """What may be wrong."""

    WRONG_ROOT_AHEAD = "wrong_root_ahead"
    RIGHT_ROOT_BEHIND = "right_root_behind"
    WRONG_RESULT_NEAR = "wrong_result_near"
    WRONG_RESULT = "wrong_result"
    RIGHT_BLOCK_CHALLENGED = "right_block_challenged"
    UNRESOLVED = "unresolved"
    RESOLVED_EARLY = "resolved_early"
    CREDIT_MISMATCH = "credit_mismatch"
    WITHDRAWAL_MISMATCH = "withdrawal_mismatch"
    COLLATERAL_SHORT = "collateral_short"
    BOND_LOST = "bond_lost"
    BLACKLISTED = "blacklisted"
    RETIRED = "retired"
    UNREAD = "unread"
    UNJUDGED = "unjudged"
    NODES_DIFFER = "nodes_differ"
    ANCHOR_WRONG = "anchor_wrong"
    ANCHOR_BEHIND = "anchor_behind"


@dataclass(frozen=True, slots=True)
class Alert:
    """`subject`: the game's address or, of collateral, DelayedWETH's; None for the anchor's."""

    kind: AlertKind
    subject: Address | None
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds. `unresolved_after`: beyond the end of all clocks. `unjudged_after`: after a game was
    made, as nodes have to read L1 first. `anchor_age`: of the anchor's L2 block; None: twice the time that a
    game which nobody disputes takes to become the anchor."""

    unresolved_after: int = 3600
    unjudged_after: int = 600
    anchor_age: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of a game."""

    seen: WatchedGame
    agreement: Agreement
    forecast: Forecast
    alerts: Sequence[Alert]

    @property
    def is_unjudged(self) -> bool:
        """Whether nodes were asked about it, and none can tell."""
        return bool(self.seen.opinions) and self.agreement.agrees is None


@dataclass(frozen=True, slots=True)
class Judgements:
    """What is thought of all games; `alerts` has those of the verdicts, too."""

    verdicts: Sequence[Verdict]
    alerts: Sequence[Alert]


def judge(snapshot: Snapshot, limits: Limits | None = None) -> Judgements:
    """The games in the order of the snapshot."""
    limits = limits or Limits()
    verdicts = [_verdict(seen, snapshot, limits) for seen in snapshot.games]
    alerts = [alert for verdict in verdicts for alert in verdict.alerts]
    alerts += [_unread(unread) for unread in snapshot.unread]
    alerts += _collateral(snapshot)
    if snapshot.anchor is not None:
        alerts += _anchor(snapshot.anchor, snapshot, limits)
    return Judgements(verdicts, alerts)


def _verdict(seen: WatchedGame, snapshot: Snapshot, limits: Limits) -> Verdict:
    agreed, outlook, now = (
        agreement(seen.game.root.value, seen.opinions),
        forecast(seen.game),
        snapshot.l1.timestamp,
    )
    alerts = [
        Alert(kind, seen.game.address, text)
        for found in (
            _result(seen, agreed, outlook, now),
            _times(seen, outlook, now, limits),
            _bonds(seen, now),
            _honest(seen, snapshot.honest),
            _registry(seen),
            _nodes(seen, agreed, now, limits),
        )
        for kind, text in found
    ]
    return Verdict(seen, agreed, outlook, alerts)


_Found = Iterator[tuple[AlertKind, str]]


def _result(seen: WatchedGame, agreed: Agreement, outlook: Forecast, now: int) -> _Found:
    if agreed.agrees is None:
        return
    game, should = seen.game, GameStatus.DEFENDER_WINS if agreed.agrees else GameStatus.CHALLENGER_WINS
    root = (
        f"the root claim of L2 block {game.claimed_block} is {'right' if agreed.agrees else _wrong(agreed)}"
    )
    if agreed.agrees and game.block_number_challenged:
        yield AlertKind.RIGHT_BLOCK_CHALLENGED, f"{root}, yet its block number was shown to be another"
    if outlook.status is should:
        return
    winner = SIDES[outlook.status]
    if game.status is not GameStatus.IN_PROGRESS:
        yield AlertKind.WRONG_RESULT, f"{root}, yet {winner} have won; {_weight(seen)}"
        return
    kind = AlertKind.RIGHT_ROOT_BEHIND if agreed.agrees else AlertKind.WRONG_ROOT_AHEAD
    yield kind, f"{root}, yet {winner} win if nobody moves"
    left = -1 if outlook.last_chance is None else outlook.last_chance - now
    if left <= game.parameters.max_clock // 4:
        chance = f"in {duration(left)} nobody can change that" if left > 0 else "nobody can change that"
        yield AlertKind.WRONG_RESULT_NEAR, f"{root}, yet {winner} win, and {chance}; {_weight(seen)}"


def _wrong(agreed: Agreement) -> str:
    return "wrong" if agreed.expected is None else f"wrong, {to_hex(agreed.expected)} is right"


def _weight(seen: WatchedGame) -> str:
    return "withdrawals rely on it" if seen.judgement.counts else "no withdrawal relies on it"


def _times(seen: WatchedGame, outlook: Forecast, now: int, limits: Limits) -> _Found:
    game = seen.game
    late = now - outlook.decidable_at
    if game.status is GameStatus.IN_PROGRESS and late > limits.unresolved_after:
        left = len(game.claims) - len(game.resolved)
        verb = "is" if left == 1 else "are"
        what = f"{claim_count(left)} {verb} not settled" if left else "everything is settled"
        yield AlertKind.UNRESOLVED, f"{what}, and nobody has decided it since {duration(late)}"
    if game.resolved and now < game.created_at + game.parameters.max_clock:
        early = f"{claim_count(len(game.resolved))} settled before either clock can have run out"
        yield AlertKind.RESOLVED_EARLY, early


def _bonds(seen: WatchedGame, now: int) -> _Found:
    accounts = seen.accounts
    payable_from = seen.game.created_at + seen.game.parameters.max_clock + accounts.payout_delay
    may_be_paid = accounts.mode is not BondMode.UNDECIDED and now >= payable_from
    for person, due in due_of(seen).items():
        found = accounts.credits.get(person, 0)
        if found != due and not (may_be_paid and found == 0):
            text = f"{checksum(person)} may have {eth(found)} ETH, {eth(due)} ETH are due"
            yield AlertKind.CREDIT_MISMATCH, text
    for person, withdrawal in accounts.withdrawals.items():
        if not withdrawal_matches(seen, person):
            amounts = f"{eth(withdrawal.amount)} ETH, of {eth(accounts.credits.get(person, 0))} ETH of credit"
            yield AlertKind.WITHDRAWAL_MISMATCH, f"unlocked for {checksum(person)}: {amounts}"
    if accounts.escrow < required_of(seen):
        text = f"owes {eth(required_of(seen))} ETH and has {eth(accounts.escrow)} ETH in DelayedWETH"
        yield AlertKind.COLLATERAL_SHORT, text


def _honest(seen: WatchedGame, honest: frozenset[Address]) -> _Found:
    if seen.accounts.mode is BondMode.REFUND:
        return
    lost = [
        claim
        for claim in seen.game.claims
        if claim.claimant in honest and claim.countered_by is not None and claim.index in seen.game.resolved
    ]
    if lost:
        numbers = ", ".join(str(claim.index) for claim in lost)
        bonds = eth(sum(claim.bond for claim in lost))
        yield AlertKind.BOND_LOST, f"honest claims were settled as wrong: {numbers}, {bonds} ETH lost"


def _registry(seen: WatchedGame) -> _Found:
    judgement = seen.judgement
    if judgement.is_blacklisted:
        yield AlertKind.BLACKLISTED, "the guardian has declared it invalid"
    if judgement.is_retired and seen.accounts.mode is BondMode.UNDECIDED:
        yield (
            AlertKind.RETIRED,
            "the guardian has declared all games of its time invalid; bonds will be refunded",
        )


def _nodes(seen: WatchedGame, agreed: Agreement, now: int, limits: Limits) -> _Found:
    is_old = now - seen.game.created_at > limits.unjudged_after
    if seen.opinions and agreed.agrees is None and is_old:
        yield AlertKind.UNJUDGED, f"no node can tell the output root of L2 block {seen.game.claimed_block}"
    if agreed.nodes_differ:
        yield AlertKind.NODES_DIFFER, f"our nodes do not agree about L2 block {seen.game.claimed_block}"


def _unread(unread: UnreadGame) -> Alert:
    return Alert(AlertKind.UNREAD, unread.listed.address, f"cannot be read: {unread.why}")


def _collateral(snapshot: Snapshot) -> Iterator[Alert]:
    for weth, owed in owed_by_weth(snapshot.games).items():
        there = snapshot.collateral[weth]
        if owed > there:
            text = f"DelayedWETH owes {eth(owed)} ETH and has {eth(there)} ETH"
            yield Alert(AlertKind.COLLATERAL_SHORT, weth, text)


def _anchor(seen: WatchedAnchor, snapshot: Snapshot, limits: Limits) -> Iterator[Alert]:
    block = seen.anchor.l2_block
    agreed = agreement(seen.anchor.root, seen.opinions)
    if agreed.agrees is False:
        text = f"the anchor claims {to_hex(seen.anchor.root)} of L2 block {block}, it is {_wrong(agreed)}"
        yield Alert(AlertKind.ANCHOR_WRONG, None, text)
    longest = limits.anchor_age
    if longest is None:
        usual = (g.game.parameters.max_clock + g.accounts.finality_delay for g in snapshot.games)
        longest = 2 * max(usual, default=0)
    age = 0 if seen.made_at is None else snapshot.l1.timestamp - seen.made_at
    if longest and age > longest:
        text = f"the anchor is L2 block {block}, {duration(age)} old; no newer game has become the anchor"
        yield Alert(AlertKind.ANCHOR_BEHIND, None, text)
