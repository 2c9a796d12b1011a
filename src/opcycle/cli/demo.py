"""`opcycle demo`."""

import sys
from pathlib import Path

import click

from opcycle.deploy.config import Settlement
from opcycle.devnet.config import DevnetConfig, discard
from opcycle.devnet.demo.stage import tell
from opcycle.devnet.demo.story import Story
from opcycle.devnet.demo.view import JsonView, LiveView, PlainView, View
from opcycle.devnet.ports import Ports, free_ports

SUBMISSION_INTERVAL = 5
"""L2 blocks between two output roots, so that nobody waits long for one."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per stage, for programs.")
@click.option("--auto-ports", is_flag=True, help="Take any free ports instead of the fixed ones.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".opcycle/demo"),
    show_default=True,
    help="Where chains and logs are kept until the next demo.",
)
def demo(*, as_json: bool, auto_ports: bool, data: Path) -> None:
    """Follow one user's transactions through all six stages, each claim checked on the chains.

    Exits 0 only if every stage was checked.

    \b
    opcycle demo
    opcycle demo --json --auto-ports
    """
    discard(data)
    config = DevnetConfig(
        data.resolve(),
        settlement=Settlement.ORACLE,
        submission_interval=SUBMISSION_INTERVAL,
        ports=free_ports() if auto_ports else Ports(),
    )
    view = _view(as_json=as_json)
    with Story(config, view) as story:
        is_all_checked = tell(story.stages(), view)
    if not is_all_checked:
        click.echo(f"the logs are in {data / 'logs'}", err=True)
        sys.exit(1)


def _view(*, as_json: bool) -> View:
    if as_json:
        return JsonView()
    return LiveView() if sys.stdout.isatty() else PlainView()
