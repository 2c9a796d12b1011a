"""`opcycle sequencer`."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from opcycle.cli.agents.common import l1_option, load, require_l2
from opcycle.cli.agents.engine import engine_of, engine_options
from opcycle.cli.options import options
from opcycle.cli.running import run_until_stopped
from opcycle.devnet.assembly import Assembly
from opcycle.devnet.clock import L1Clock
from opcycle.l1.reader import L1Reader
from opcycle.rpc.client import RpcClient

sequencer_options = options(
    engine_options,
    click.option("--node", default="", help="A rollup node's RPC URL, for safe and finalized heads."),
    click.option(
        "--node-l2",
        help="The L2 RPC URL of that node's engine: where L1 overrules us, we go on from its chain.",
    ),
)


@click.command()
@sequencer_options
@l1_option
def sequencer(**chosen: Any) -> None:
    """Make L2 blocks. Users send to the engine's public RPC.

    \b
    opcycle sequencer --deployment deployments/mine --l1 $L1_RPC_URL --data sequencer-data
    """
    run_sequencer(**chosen)


def run_sequencer(
    *,
    deployment: Path,
    l1: str,
    data: Path,
    node: str,
    node_l2: str | None,
    l1_confirmations: int,
    metrics_port: int | None,
    **engine: Any,
) -> None:
    """The sequencer and its engine."""
    found = load(deployment, l1)
    if node_l2 is not None:
        require_l2(found, node_l2)
    reader = L1Reader(RpcClient(l1))
    with ExitStack() as stack:
        l2 = engine_of("sequencer-engine", found, data, stack=stack, **engine)
        agent = Assembly(found, l1=l1, l2=l2.source.http_url, node=node, node_l2=node_l2).sequencer(
            l2,
            journal=data / "payloads.jsonl",
            clock=L1Clock(lambda: reader.header("latest").timestamp),
            pause=time.sleep,
            l1_confirmations=l1_confirmations,
        )
        l2.start()
        click.echo(f"L2 RPC for users: {l2.source.http_url}", err=True)
        run_until_stopped([l2, agent], metrics_port)
