"""`opcycle batcher`."""

from pathlib import Path
from typing import Any

import click

from opcycle.batcher.admin import BatcherSwitch
from opcycle.batcher.options import BatcherOptions, BatchType, DataAvailability
from opcycle.batcher.throttling import Curve, ThrottleOptions
from opcycle.cli.agents.common import (
    da_server_option,
    deployment_option,
    l1_option,
    load,
    node_option,
    require_l2,
)
from opcycle.cli.batcher_control import control_options, run_controlled
from opcycle.cli.options import options
from opcycle.cli.running import metrics_option
from opcycle.cli.where import key_signer
from opcycle.devnet.assembly import Assembly
from opcycle.l1.signer import Signer
from opcycle.protocol.channels import Compression

data_availability_option = click.option(
    "--data-availability",
    type=click.Choice([item.value for item in DataAvailability]),
    default=DataAvailability.CALLDATA.value,
    show_default=True,
    help="How batches are posted; auto: each as what costs less at the moment; alt-da: on a DA server.",
)
failover_option = click.option(
    "--failover",
    type=click.Choice([item.value for item in DataAvailability if item is not DataAvailability.ALT_DA]),
    default=DataAvailability.CALLDATA.value,
    show_default=True,
    help="With alt-da: how batches are posted while the DA server is down.",
)
batcher_options = options(
    deployment_option,
    metrics_option,
    click.option("--l2", required=True, help="The sequencer's L2 RPC URL."),
    node_option,
    data_availability_option,
    da_server_option,
    failover_option,
    click.option(
        "--batch-type",
        type=click.Choice([item.value for item in BatchType]),
        default=BatchType.AUTO.value,
        show_default=True,
        help="Of a channel's batches; auto: whichever are smaller.",
    ),
    click.option("--compression", type=click.Choice([item.value for item in Compression]), default="brotli"),
    click.option(
        "--max-channel-duration",
        type=int,
        default=1,
        show_default=True,
        help="L1 blocks after which a channel is closed, full or not.",
    ),
    click.option(
        "--target-frames",
        type=int,
        default=6,
        show_default=True,
        help="How many frames make a channel full; each fills a blob, or a transaction of calldata.",
    ),
    click.option(
        "--blobs-per-transaction",
        type=int,
        default=6,
        show_default=True,
        help="How many frames may share a transaction as blobs.",
    ),
    click.option(
        "--resubmit-after",
        type=int,
        default=4,
        show_default=True,
        help="L1 blocks after which a transaction that is not mined is sent again for more.",
    ),
    click.option(
        "--fee-limit",
        type=int,
        default=5,
        show_default=True,
        help="The most to offer then, in multiples of what L1 asks at the moment.",
    ),
    control_options,
)


@click.command()
@batcher_options
@l1_option
def batcher(**chosen: Any) -> None:
    """Post L2 blocks to L1. The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle batcher --deployment deployments/mine --l1 $L1_RPC_URL --l2 URL --node URL
    """
    run_batcher(key_signer(default=None), **chosen)


def run_batcher(
    signer: Signer,
    *,
    deployment: Path,
    l1: str,
    l2: str,
    node: str,
    data_availability: str,
    da_server: str | None,
    failover: str,
    batch_type: str,
    compression: str,
    metrics_port: int | None,
    rpc_port: int | None,
    rpc_enable_admin: bool,
    stopped: bool,
    throttle_lower_threshold: int,
    throttle_upper_threshold: int,
    throttle_controller: str,
    **numbers: int,
) -> None:
    """The batcher that `signer` sends for; `numbers` are those of BatcherOptions."""
    settings = BatcherOptions(
        data_availability=DataAvailability(data_availability),
        failover=DataAvailability(failover),
        batch_type=BatchType(batch_type),
        compression=Compression(compression),
        **numbers,
    )
    throttle = ThrottleOptions(
        curve=Curve(throttle_controller),
        lower_threshold=throttle_lower_threshold,
        upper_threshold=throttle_upper_threshold,
    )
    found = load(deployment, l1)
    require_l2(found, l2)
    assembly = Assembly(found, l1=l1, l2=l2, node=node, da_server=da_server)
    run_controlled(
        assembly,
        BatcherSwitch(assembly.batcher(signer, settings), is_running=not stopped),
        throttle,
        rpc_port=rpc_port,
        with_admin=rpc_enable_admin,
        metrics_port=metrics_port,
    )
