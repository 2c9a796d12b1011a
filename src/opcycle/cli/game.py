"""`opcycle game`: one dispute game, drawn."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress

import click
import orjson

from opcycle.cli import parse
from opcycle.cli.following import Look, Redrawn, Show, Told, follow
from opcycle.cli.games_at import GamesAt, games_options
from opcycle.cli.running import POLL
from opcycle.errors import CriticalError, UserError
from opcycle.l1.dispute_games import FaultDisputeGame, ListedGame
from opcycle.l1.game_accounts import BondMode
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.monitor.drawing import draw
from opcycle.monitor.json_form import claim_to_json, verdict_to_json
from opcycle.monitor.judge import Verdict, judge
from opcycle.monitor.lookout import Lookout
from opcycle.monitor.news import opinion
from opcycle.monitor.words import duration, eth, moment, who
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Address, L1BlockRef
from opcycle.rpc.hexjson import to_hex


@click.command()
@click.argument("name", metavar="GAME")
@click.option("--all", "whole", is_flag=True, help="Every claim, however many there are.")
@click.option("--follow", "is_followed", is_flag=True, help="Until the last bond is paid.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in wei, times in seconds.")
@games_options
def game(*, name: str, games: GamesAt, whole: bool, is_followed: bool, as_json: bool) -> None:
    """The claims of GAME as a tree, whose clocks run, what is at stake, and how it ends if nobody moves.

    GAME is an address, or the number that `opcycle games` shows.

    \b
    opcycle game 3
    opcycle game 0x5d4c… --all
    opcycle game 3 --follow
    """
    if is_followed and as_json:
        raise UserError("--json shows a game once, --follow shows it again and again: give one of them")
    lookout, names = games.lookout(), games.names or {}
    listed = find(name, games, lookout, lookout.head())

    def look() -> tuple[Verdict, int]:
        l1 = lookout.head()
        return _verdict_on(listed, lookout, l1), l1.timestamp

    def text(verdict: Verdict, now: int) -> str:
        return "\n".join(lines(verdict, now=now, names=names, whole=whole))

    if is_followed:
        _follow(look, text, names)
        return
    verdict, now = look()
    click.echo(
        orjson.dumps(_json(verdict), option=orjson.OPT_INDENT_2).decode() if as_json else text(verdict, now)
    )


def _verdict_on(listed: ListedGame, lookout: Lookout, l1: L1BlockRef) -> Verdict:
    seen = lookout.look(l1, [listed])
    if seen.unread:
        raise UserError(f"this game cannot be read: {seen.unread[0].why}")
    (verdict,) = judge(seen).verdicts
    return verdict


def _follow(look: Look, text: Callable[[Verdict, int], str], names: Mapping[Address, str]) -> None:
    """Until Ctrl-C, at the latest."""
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        show: Show = stack.enter_context(Redrawn(text)) if sys.stdout.isatty() else Told(names)
        follow(look, show, pause=lambda: time.sleep(POLL))


def lines(verdict: Verdict, *, now: int, names: Mapping[Address, str], whole: bool = False) -> Iterator[str]:
    """The tree, and after it what it does not show: whether the root claim is right, and the money."""
    seen = verdict.seen
    yield from draw(seen.game, now=now, names=names, whole=whole)
    if seen.opinions:
        expected = verdict.agreement.expected
        is_told = verdict.agreement.agrees is False and expected is not None
        right = f"; {to_hex(expected)} is right" if is_told and expected is not None else ""
        yield f"root claim: {opinion(verdict)}{right}"
    yield from _money(verdict, now, names)
    for alert in verdict.alerts:
        yield click.style(f"ALERT {alert.kind}: {alert.text}", fg="red")


def _money(verdict: Verdict, now: int, names: Mapping[Address, str]) -> Iterator[str]:
    accounts, is_open = verdict.seen.accounts, verdict.seen.game.status is GameStatus.IN_PROGRESS
    if accounts.mode is BondMode.UNDECIDED:
        verb = "would get" if is_open else "gets"
        for account, wei in sorted(verdict.forecast.payouts.items(), key=lambda item: -item[1]):
            yield f"{who(account, names)} {verb} {eth(wei)} ETH"
        if not is_open:
            closes = accounts.resolved_at + accounts.finality_delay + 1
            yield f"bonds can be claimed {_when(closes, now)}"
        return
    yield f"closed: bonds go to those who {'won' if accounts.mode is BondMode.NORMAL else 'paid'} them"
    for account, credit in accounts.credits.items():
        unlocked = accounts.withdrawals[account]
        if credit and unlocked.amount:
            paid = _when(unlocked.unlocked_at + accounts.payout_delay, now)
            yield f"{who(account, names)}: {eth(credit)} ETH, can be paid {paid}"
        elif credit:
            yield f"{who(account, names)}: {eth(credit)} ETH, not asked for yet"
    if accounts.is_paid_out:
        yield "all bonds are paid out"


def _when(at: int, now: int) -> str:
    return f"in {duration(at - now)} ({moment(at)})" if at > now else "now"


def _json(verdict: Verdict) -> dict[str, object]:
    seen = verdict.seen.game
    pairs = zip(seen.claims, verdict.forecast.fates, strict=True)
    return verdict_to_json(verdict) | {"tree": [claim_to_json(seen, claim, fate) for claim, fate in pairs]}


def find(name: str, games: GamesAt, lookout: Lookout, l1: L1BlockRef) -> ListedGame:
    """A game as the factory lists it. Raises UserError if it does not."""
    if name.isdecimal():
        page = lookout.page(l1, before=int(name) + 1, count=1)
        if not page or page[0].index != int(name):
            raise UserError(f"there is no game {name}; `opcycle games` lists them")
        return page[0]
    address = parse.address(name)
    for listed in lookout.listed(l1, since=_created_at(games.game(address), l1)):
        if listed.address == address:
            return listed
    raise UserError(f"{name} is no game of this factory; `opcycle games` lists them")


def _created_at(game: FaultDisputeGame, l1: L1BlockRef) -> int:
    """Its L1 time, so that only games since then have to be looked through; now, if it is no game."""
    try:
        created_at: int = game.contract.read("createdAt", block=l1.hash)
    except (TransactionRevertedError, CriticalError):
        return l1.timestamp + 1
    return created_at
