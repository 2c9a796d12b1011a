"""`opcycle games`: the dispute games of a factory, and how each stands."""

from collections.abc import Iterator, Sequence

import click
import orjson

from opcycle.cli.games_at import GamesAt, games_options
from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.counts import game_type_name
from opcycle.monitor.json_form import unread_to_json, verdict_to_json
from opcycle.monitor.judge import Verdict, judge
from opcycle.monitor.news import opinion
from opcycle.monitor.snapshot import Snapshot, UnreadGame
from opcycle.monitor.table import aligned
from opcycle.monitor.words import SIDES, duration, eth
from opcycle.protocol.dispute_game import GameStatus
from opcycle.rpc.hexjson import checksum

_TITLES = (
    "game",
    "type",
    "address",
    "made",
    "L2 block",
    "root claim",
    "claims",
    "ETH",
    "how it stands",
    "next",
)


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Games at most.")
@click.option("--before", type=click.IntRange(1), help="Only games below this number: the next page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array; amounts in wei, times in seconds.")
@games_options
def games(*, games: GamesAt, limit: int, before: int | None, as_json: bool) -> None:
    """Dispute games, newest first: what each claims, whether that is right, and who wins if nobody moves.

    \b
    opcycle games
    opcycle games --limit 50 --before 120
    opcycle games --factory 0x… --l1 URL --node URL
    """
    lookout = games.lookout()
    l1 = lookout.head()
    listed = lookout.page(l1, before=before, count=limit)
    seen = lookout.look(l1, listed)
    verdicts = judge(seen).verdicts
    if as_json:
        rows = [verdict_to_json(verdict) for verdict in verdicts] + [unread_to_json(u) for u in seen.unread]
        rows.sort(key=lambda row: row["index"], reverse=True)
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for line in table(seen, verdicts):
        click.echo(line)
    if not listed:
        click.echo("there are no games yet" if before is None else f"there are no games below {before}")
    elif listed[-1].index > 0:
        click.echo(f"older ones: opcycle games --before {listed[-1].index}")


def table(seen: Snapshot, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A line for each game, as of the snapshot's L1 block."""
    now = seen.l1.timestamp
    rows = {v.seen.listed.index: _cells(v, now) for v in verdicts}
    rows |= {unread.listed.index: _unread_cells(unread, now) for unread in seen.unread}
    if rows:
        yield from aligned(_TITLES, [rows[index] for index in sorted(rows, reverse=True)])


def _cells(verdict: Verdict, now: int) -> tuple[str, ...]:
    seen, game = verdict.seen, verdict.seen.game
    return (
        str(seen.listed.index),
        game_type_name(seen.listed.game_type),
        checksum(game.address),
        f"{duration(now - game.created_at)} ago",
        str(game.claimed_block),
        opinion(verdict) if seen.opinions else "-",
        str(len(game.claims)),
        eth(sum(claim.bond for claim in game.claims)),
        _standing(verdict),
        _next(verdict, now),
    )


def _standing(verdict: Verdict) -> str:
    is_open = verdict.seen.game.status is GameStatus.IN_PROGRESS
    side = SIDES[verdict.forecast.status].removeprefix("the ")
    marks = [
        name
        for name, holds in (
            ("blacklisted", verdict.seen.judgement.is_blacklisted),
            ("retired", verdict.seen.judgement.is_retired),
            ("not respected", not verdict.seen.judgement.is_respected),
        )
        if holds
    ]
    return ", ".join([f"{side} {'ahead' if is_open else 'have won'}", *marks])


def _next(verdict: Verdict, now: int) -> str:
    """What comes next if nobody moves, and when."""
    accounts = verdict.seen.accounts
    if verdict.seen.game.status is GameStatus.IN_PROGRESS:
        return _due("decided", verdict.forecast.decidable_at - now)
    if accounts.mode is BondMode.UNDECIDED:
        return _due("closed", accounts.resolved_at + accounts.finality_delay + 1 - now)
    if accounts.is_paid_out:
        return "over"
    return "bonds to their winners" if accounts.mode is BondMode.NORMAL else "bonds refunded"


def _due(what: str, left: int) -> str:
    return f"{what} in {duration(left)}" if left > 0 else f"can be {what}"


def _unread_cells(unread: UnreadGame, now: int) -> tuple[str, ...]:
    listed = unread.listed
    return (
        str(listed.index),
        game_type_name(listed.game_type),
        checksum(listed.address),
        f"{duration(now - listed.created_at)} ago",
        *["-"] * 4,
        f"cannot be read: {unread.why}",
        "-",
    )
