"""`opcycle demo`."""

import sys
from pathlib import Path

import click

from opcycle.cli.options import local_games, mode_option, vm_option
from opcycle.deploy.config import VM, Settlement
from opcycle.devnet.config import discard
from opcycle.devnet.demo.stage import tell
from opcycle.devnet.demo.story import Story, demo_config
from opcycle.devnet.demo.view import JsonView, LiveView, PlainView, View
from opcycle.devnet.ports import Ports, free_ports


@click.command()
@mode_option
@vm_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object per stage, for programs.")
@click.option("--auto-ports", is_flag=True, help="Take any free ports instead of the fixed ones.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".opcycle/demo"),
    show_default=True,
    help="Where chains and logs are kept until the next demo.",
)
def demo(*, mode: str, vm: str, as_json: bool, auto_ports: bool, data: Path) -> None:
    """Follow one user's transactions through all six stages, each claim checked on the chains.

    With dispute games a liar claims another output root and is refuted, claim by claim, down to a step: with
    --vm mips64 one of op-program, the real fault-proof program, shown as an instruction with the registers
    that both sides claim. That takes some minutes. Exits 0 only if every stage was checked.

    \b
    opcycle demo
    opcycle demo --vm mips64
    opcycle demo --mode oracle
    opcycle demo --json --auto-ports
    """
    settlement = Settlement(mode)
    local_games(vm, settlement)  # refuses what does not go together
    discard(data)
    ports = free_ports() if auto_ports else Ports()
    config = demo_config(data.resolve(), settlement=settlement, ports=ports, vm=VM(vm))
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
