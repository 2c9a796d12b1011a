"""What drives a batcher from outside, and what it does to the sequencer: its RPC, and throttling."""

from contextlib import ExitStack

import click

from opcycle.batcher.admin import BatcherSwitch, batcher_app
from opcycle.batcher.throttling import Curve, ThrottleOptions
from opcycle.cli.options import PORT, options
from opcycle.cli.running import run_until_stopped
from opcycle.devnet.assembly import Assembly
from opcycle.errors import UserError
from opcycle.rpc.server import Server

_DEFAULT = ThrottleOptions()

control_options = options(
    click.option("--rpc-port", type=PORT, help="Serve the batcher's own RPC on this port."),
    click.option(
        "--rpc-enable-admin", is_flag=True, help="Serve admin_startBatcher and so on to whoever reaches it."
    ),
    click.option("--stopped", is_flag=True, help="Post nothing before admin_startBatcher."),
    click.option(
        "--throttle-lower-threshold",
        type=int,
        default=_DEFAULT.lower_threshold,
        show_default=True,
        help="Bytes that are not safe yet from which on L2 blocks may have less data; 0: never.",
    ),
    click.option(
        "--throttle-upper-threshold",
        type=int,
        default=_DEFAULT.upper_threshold,
        show_default=True,
        help="Bytes from which on they may have the least.",
    ),
    click.option(
        "--throttle-controller",
        type=click.Choice([item.value for item in Curve]),
        default=_DEFAULT.curve.value,
        show_default=True,
        help="How the limits fall in between.",
    ),
)


def run_controlled(
    assembly: Assembly,
    batcher: BatcherSwitch,
    throttle: ThrottleOptions,
    *,
    rpc_port: int | None,
    with_admin: bool,
    metrics_port: int | None,
) -> None:
    """Until Ctrl-C or an error. Raises UserError for a busy port, or if nothing could start the batcher."""
    if with_admin and rpc_port is None:
        raise UserError("--rpc-enable-admin needs --rpc-port beside it")
    if not batcher.is_running and not with_admin:
        raise UserError("nobody could start a --stopped batcher: give --rpc-port and --rpc-enable-admin")
    throttler = assembly.throttler(throttle) if throttle.lower_threshold else None
    with ExitStack() as stack:
        if rpc_port is not None:
            server = Server(batcher_app(batcher, throttler, with_admin=with_admin), rpc_port)
            server.start()
            stack.callback(server.stop)
            click.echo(f"batcher RPC: {server.url}", err=True)
        run_until_stopped([batcher, *([throttler] if throttler is not None else [])], metrics_port)
