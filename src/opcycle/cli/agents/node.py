"""`opcycle node`."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from opcycle.cli.agents.common import da_server_option, l1_option, load, require_l2
from opcycle.cli.agents.engine import engine_of, engine_options
from opcycle.cli.options import PORT, options
from opcycle.cli.running import run_until_stopped
from opcycle.devnet.verifier import Verifier

node_options = options(
    engine_options,
    click.option("--beacon", help="A beacon node's URL; needed once the batcher posts blobs."),
    da_server_option,
    click.option(
        "--rpc-port", type=PORT, default=7545, show_default=True, help="Where the node's own RPC listens."
    ),
    click.option(
        "--unsafe-source", help="A sequencer's L2 RPC URL; its blocks are taken before they are on L1."
    ),
    click.option(
        "--rpc-enable-admin", is_flag=True, help="Serve admin_postUnsafePayload to whoever reaches the RPC."
    ),
)


@click.command()
@node_options
@l1_option
def node(**chosen: Any) -> None:
    """Derive L2 from L1 alone and serve op-node's RPC.

    \b
    opcycle node --deployment deployments/mine --l1 $L1_RPC_URL --data node-data
    """
    run_node(**chosen)


def run_node(
    *,
    deployment: Path,
    l1: str,
    beacon: str | None,
    da_server: str | None,
    data: Path,
    rpc_port: int,
    unsafe_source: str | None,
    rpc_enable_admin: bool,
    l1_confirmations: int,
    metrics_port: int | None,
    **engine: Any,
) -> None:
    """The verifier, its engine and its RPC."""
    found = load(deployment, l1)
    if unsafe_source is not None:
        require_l2(found, unsafe_source)
    with ExitStack() as stack:
        l2 = engine_of("node-engine", found, data, stack=stack, **engine)
        verifier = Verifier(
            found,
            l2,
            l1_url=l1,
            beacon_url=beacon,
            database=data / "node.db",
            rpc_port=rpc_port,
            l1_confirmations=l1_confirmations,
            da_url=da_server,
            unsafe_source=unsafe_source,
            with_admin=rpc_enable_admin,
        )
        stack.callback(verifier.stop)
        verifier.start()
        click.echo(f"rollup node RPC: {verifier.url}", err=True)
        run_until_stopped([l2, verifier.node], metrics_port)
