"""`opcycle devnet` and `opcycle travel`: a chain of one's own, and jumping ahead in its time."""

import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import click

from opcycle.batcher.admin import batcher_app
from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.batcher.throttling import ThrottleOptions
from opcycle.cli.agents.batcher import data_availability_option, failover_option
from opcycle.cli.options import local_games, mode_option, vm_option
from opcycle.cli.parse import address, seconds
from opcycle.cli.screen import show_devnet
from opcycle.cli.where import DEFAULT_DATA, Endpoints
from opcycle.deploy.config import Settlement
from opcycle.deploy.polling import BlockPoller
from opcycle.devnet.config import DevnetConfig, discard, local_alt_da
from opcycle.devnet.control import ControlClient, control_app
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import Ports, free_ports
from opcycle.metrics.app import metrics_app
from opcycle.protocol.alt_da import CommitmentType
from opcycle.rpc.client import RpcClient
from opcycle.rpc.server import serve

BLOCKS_AFTER_TRAVEL = 3
"""The jump, and two for what agents do then: a game that has run out must be decided before the next jump."""


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Keep the chain there and go on with it. Without: a new chain in {DEFAULT_DATA} each time.",
)
@click.option("--auto-ports", is_flag=True, help="Take any free ports instead of the fixed ones.")
@click.option("--block-time", type=int, default=1, show_default=True, help="Seconds between L2 blocks.")
@click.option("--l1-block-time", type=int, default=2, show_default=True, help="Seconds between L1 blocks.")
@mode_option
@vm_option
@click.option(
    "--submission-interval",
    type=int,
    default=30,
    show_default=True,
    help="L2 blocks from one claimed output root to the next.",
)
@click.option(
    "--finalization-period",
    type=int,
    default=604_800,
    show_default=True,
    help="In oracle mode, seconds that a withdrawal's output root can be challenged.",
)
@click.option("--wall-clock", is_flag=True, help="Start at today's date, for wallets that mind it.")
@click.option("--l1", "l1_url", help="Use this L1 (say, an anvil) instead of a local one of our own.")
@click.option(
    "--node-follows-sequencer",
    is_flag=True,
    help="The node knows the sequencer's blocks before they are on L1; the real op-batcher asks it for them.",
)
@click.option(
    "--batch-inbox",
    help="An address without code for the batches instead of a contract; op-batcher's blobs need it.",
)
@data_availability_option
@failover_option
@click.option(
    "--commitments",
    type=click.Choice([item.value for item in CommitmentType]),
    default=CommitmentType.GENERIC.value,
    show_default=True,
    help="With alt-da: what stands on L1 for the data on the DA server.",
)
def devnet(
    *,
    data: Path | None,
    auto_ports: bool,
    mode: str,
    vm: str,
    wall_clock: bool,
    l1_url: str | None,
    node_follows_sequencer: bool,
    batch_inbox: str | None,
    data_availability: str,
    failover: str,
    commitments: str,
    **times: Any,
) -> None:
    """Run a local L1 and an L2 with all agents, until Ctrl-C.

    \b
    opcycle devnet
    opcycle devnet --data my-chain --auto-ports
    opcycle devnet --mode oracle
    opcycle devnet --vm mips64
    opcycle devnet --data-availability alt-da
    opcycle travel 7d
    """
    if data is None:
        data = DEFAULT_DATA
        discard(data)
    way, settlement = DataAvailability(data_availability), Settlement(mode)
    config = DevnetConfig(
        data.resolve(),
        settlement=settlement,
        games=local_games(vm, settlement),
        is_wall_clock=wall_clock,
        l1_url=l1_url,
        node_follows_sequencer=node_follows_sequencer,
        batch_inbox=None if batch_inbox is None else address(batch_inbox),
        batcher=BatcherOptions(data_availability=way, failover=DataAvailability(failover)),
        throttle=ThrottleOptions(),
        alt_da=local_alt_da(CommitmentType(commitments)) if way is DataAvailability.ALT_DA else None,
        ports=free_ports() if auto_ports else Ports(),
        **times,
    )
    with suppress(KeyboardInterrupt), Devnet.live(config, progress=_say) as running:
        _run(running)
    click.echo("stopped; the chain and its logs are in " + str(data))


def _run(running: Devnet) -> None:
    ports = running.config.ports
    apps = {
        ports.control: control_app(running),
        ports.metrics: metrics_app(lambda: running.pace.steppings),
        ports.batcher_rpc: batcher_app(running.crew.batcher, running.crew.throttler, with_admin=True),
    }
    endpoints = Endpoints.of(running)
    with ExitStack() as stack:
        for port, app in apps.items():
            stack.callback(serve(app, port).stop)
        running.until("a first L2 block", lambda: running.l2.block("latest").ref.number > 0, seconds=60)
        endpoints.write(running.config.directory)
        show_devnet(running)
        running.wait()


@click.command()
@click.argument("duration")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_DATA,
    envvar="OPCYCLE_DATA",
    show_default=True,
    help="The devnet's directory.",
)
@click.option("--with-l2", is_flag=True, help="L2 too: it then makes every missing block, some 200 a second.")
def travel(duration: str, *, data: Path, with_l2: bool) -> None:
    """Jump ahead in a running devnet's time by DURATION, such as 90s, 30m, 12h or 7d.

    L1 makes one block that much later, and two more in which the agents do what has become due. L2 stays at
    its own time: deposits made after the jump wait until L2 has caught up, and users' transactions stop after
    30 minutes unless it does.

    \b
    opcycle travel 7d
    opcycle travel 10m --with-l2
    """
    ahead, endpoints = seconds(duration), Endpoints.read(data)
    next_l1_block = BlockPoller(RpcClient(endpoints.l1), time.sleep)
    ControlClient(endpoints.control).travel(ahead, with_l2=with_l2)
    for _ in range(BLOCKS_AFTER_TRAVEL):
        next_l1_block()
    click.echo(f"L1{' and L2' if with_l2 else ''} went {duration} ahead")


def _say(text: str) -> None:
    click.echo(f"… {text}", err=True)
