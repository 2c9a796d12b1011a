"""`opcycle watch`: an eye on every dispute game, with op-dispute-mon's metrics."""

import click
import orjson

from opcycle.cli import parse
from opcycle.cli.games import table
from opcycle.cli.games_at import GamesAt, games_options
from opcycle.cli.running import metrics_option, run_until_stopped
from opcycle.errors import UserError
from opcycle.monitor.agent import Monitor, MonitorOptions, Published
from opcycle.monitor.json_form import alert_to_json, unread_to_json, verdict_to_json
from opcycle.monitor.judge import Limits
from opcycle.monitor.news import sentence
from opcycle.rpc.hexjson import to_hex

ALERTS_ARE_UP = 2
"""Exit status of `--once` if something is wrong; 1 is for errors."""


@click.command()
@click.option("--once", is_flag=True, help="Look once and say all; exit status 2 if something is wrong.")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON object.")
@click.option("--honest", multiple=True, help="An account that should never lose a bond; may be repeated.")
@click.option("--ignore", multiple=True, help="A game not to look at; may be repeated.")
@click.option(
    "--window", default="28d", show_default=True, help="How long a game is looked at, after its making."
)
@click.option("--unresolved-after", default="1h", show_default=True, help="How late a game may be decided.")
@click.option(
    "--anchor-age", help="How old the anchor may be; twice the time of an undisputed game, if not given."
)
@metrics_option
@games_options
def watch(
    *,
    games: GamesAt,
    once: bool,
    as_json: bool,
    honest: tuple[str, ...],
    ignore: tuple[str, ...],
    window: str,
    unresolved_after: str,
    anchor_age: str | None,
    metrics_port: int | None,
) -> None:
    """Forecast every dispute game, compare it with our own nodes, and say what has changed and what is wrong.

    Sends nothing and needs no key. Its metrics are op-dispute-mon's.

    \b
    opcycle watch
    opcycle watch --once --json
    opcycle watch --factory 0x… --l1 URL --node URL --honest 0x… --metrics-port 7300
    """
    if as_json and not once:
        raise UserError("--json is for --once; without it, give --metrics-port to programs")
    options = MonitorOptions(
        honest=frozenset(map(parse.address, honest)),
        ignored=frozenset(map(parse.address, ignore)),
        window=parse.seconds(window),
        limits=Limits(
            unresolved_after=parse.seconds(unresolved_after),
            anchor_age=None if anchor_age is None else parse.seconds(anchor_age),
        ),
    )
    lookout = games.lookout()
    monitor = Monitor(lookout, options)
    if not once:
        run_until_stopped([monitor], metrics_port)
        return
    seen = monitor.look(lookout.head())
    _tell(seen, as_json=as_json)
    if seen.judgements.alerts:
        click.get_current_context().exit(ALERTS_ARE_UP)


def _tell(published: Published, *, as_json: bool) -> None:
    seen, judgements = published.snapshot, published.judgements
    if as_json:
        body = {
            "l1": {"number": seen.l1.number, "hash": to_hex(seen.l1.hash), "timestamp": seen.l1.timestamp},
            "games": [verdict_to_json(verdict) for verdict in judgements.verdicts],
            "unread": [unread_to_json(unread) for unread in seen.unread],
            "ignored": seen.ignored,
            "alerts": [alert_to_json(alert) for alert in judgements.alerts],
        }
        click.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
        return
    for line in table(seen, judgements.verdicts):
        click.echo(line)
    for alert in judgements.alerts:
        click.echo(click.style(f"ALERT {sentence(alert)}", fg="red"))
    if not judgements.alerts:
        click.echo(f"{len(judgements.verdicts)} games as of L1 block {seen.l1}: nothing is wrong")
