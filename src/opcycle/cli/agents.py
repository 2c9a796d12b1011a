"""`opcycle sequencer`, `batcher`, `node`, `proposer`, `challenger`: one agent each, until Ctrl-C.

`ape run sequencer` and so on are the same commands with the L1 and the account that ape names.
"""

import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import click

from opcycle.batcher.admin import BatcherSwitch
from opcycle.batcher.options import BatcherOptions, BatchType, DataAvailability
from opcycle.batcher.throttling import Curve, ThrottleOptions
from opcycle.cli.batcher_control import control_options, run_controlled
from opcycle.cli.options import PORT, options
from opcycle.cli.running import metrics_option, run_until_stopped
from opcycle.cli.where import key_signer
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.assembly import Assembly
from opcycle.devnet.clock import L1Clock
from opcycle.devnet.deploying import require_its_l1
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.verifier import Verifier
from opcycle.engine.geth import AttachedEngine
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import Signer
from opcycle.protocol.channels import Compression
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient

DIRECTORY = click.Path(path_type=Path, file_okay=False)

deployment_option = click.option(
    "--deployment", type=DIRECTORY, required=True, help="Where `deploy` wrote rollup.json and addresses.json."
)
l1_option = click.option("--l1", required=True, help="L1 RPC URL.")
node_option = click.option("--node", required=True, help="A rollup node's RPC URL (ours, or op-node).")
data_availability_option = click.option(
    "--data-availability",
    type=click.Choice([item.value for item in DataAvailability]),
    default=DataAvailability.CALLDATA.value,
    show_default=True,
    help="How batches are posted; auto: each as what costs less at the moment; alt-da: on a DA server.",
)
da_server_option = click.option(
    "--da-server", help="A DA server's URL; needed where batches are on one (alt-DA)."
)
failover_option = click.option(
    "--failover",
    type=click.Choice([item.value for item in DataAvailability if item is not DataAvailability.ALT_DA]),
    default=DataAvailability.CALLDATA.value,
    show_default=True,
    help="With alt-da: how batches are posted while the DA server is down.",
)
engine_options = options(
    deployment_option,
    metrics_option,
    click.option("--data", type=DIRECTORY, required=True, help="Where databases and secrets are kept."),
    click.option("--l2-port", type=PORT, default=9545, show_default=True, help="op-geth's public RPC."),
    click.option("--engine-port", type=PORT, default=9551, show_default=True, help="op-geth's Engine API."),
    click.option("--engine-url", help="Attach this Engine API (say, op-reth's) and start no op-geth."),
    click.option("--engine-l2-url", help="The attached engine's public RPC."),
    click.option("--jwt-secret", type=click.Path(path_type=Path), help="The attached engine's secret file."),
    click.option(
        "--l1-confirmations",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="L1 blocks to stay behind its head.",
    ),
)

# Each agent's options but for L1 and key, which `ape run` has from Ape.
sequencer_options = options(
    engine_options,
    click.option("--node", default="", help="A rollup node's RPC URL, for safe and finalized heads."),
    click.option(
        "--node-l2",
        help="The L2 RPC URL of that node's engine: where L1 overrules us, we go on from its chain.",
    ),
)
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
proposer_options = options(
    deployment_option,
    metrics_option,
    node_option,
    click.option("--allow-non-finalized", is_flag=True, help="Propose safe blocks too."),
)
challenger_options = options(deployment_option, metrics_option, node_option)


@click.command()
@sequencer_options
@l1_option
def sequencer(**chosen: Any) -> None:
    """Make L2 blocks. Users send to the engine's public RPC.

    \b
    opcycle sequencer --deployment deployments/mine --l1 $L1_RPC_URL --data sequencer-data
    """
    run_sequencer(**chosen)


@click.command()
@node_options
@l1_option
def node(**chosen: Any) -> None:
    """Derive L2 from L1 alone and serve op-node's RPC.

    \b
    opcycle node --deployment deployments/mine --l1 $L1_RPC_URL --data node-data
    """
    run_node(**chosen)


@click.command()
@batcher_options
@l1_option
def batcher(**chosen: Any) -> None:
    """Post L2 blocks to L1. The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle batcher --deployment deployments/mine --l1 $L1_RPC_URL --l2 URL --node URL
    """
    run_batcher(key_signer(default=None), **chosen)


@click.command()
@proposer_options
@l1_option
def proposer(**chosen: Any) -> None:
    """Propose output roots. The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle proposer --deployment deployments/mine --l1 $L1_RPC_URL --node URL
    """
    run_proposer(key_signer(default=None), **chosen)


@click.command()
@challenger_options
@l1_option
def challenger(**chosen: Any) -> None:
    """Delete wrong output roots. The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle challenger --deployment deployments/mine --l1 $L1_RPC_URL --node URL
    """
    run_challenger(key_signer(default=None), **chosen)


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
    found = _load(deployment, l1)
    if node_l2 is not None:
        _require_l2(found, node_l2)
    reader = L1Reader(RpcClient(l1))
    with ExitStack() as stack:
        l2 = _engine("sequencer-engine", found, data, stack=stack, **engine)
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
    found = _load(deployment, l1)
    if unsafe_source is not None:
        _require_l2(found, unsafe_source)
    with ExitStack() as stack:
        l2 = _engine("node-engine", found, data, stack=stack, **engine)
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
    found = _load(deployment, l1)
    _require_l2(found, l2)
    assembly = Assembly(found, l1=l1, l2=l2, node=node, da_server=da_server)
    run_controlled(
        assembly,
        BatcherSwitch(assembly.batcher(signer, settings), is_running=not stopped),
        throttle,
        rpc_port=rpc_port,
        with_admin=rpc_enable_admin,
        metrics_port=metrics_port,
    )


def run_proposer(
    signer: Signer,
    *,
    deployment: Path,
    l1: str,
    node: str,
    allow_non_finalized: bool,
    metrics_port: int | None,
) -> None:
    """The proposer that `signer` sends for."""
    assembly = Assembly(_load(deployment, l1), l1=l1, l2="", node=node)
    run_until_stopped([assembly.proposer(signer, allow_non_finalized=allow_non_finalized)], metrics_port)


def run_challenger(signer: Signer, *, deployment: Path, l1: str, node: str, metrics_port: int | None) -> None:
    """The challenger that `signer` sends for."""
    assembly = Assembly(_load(deployment, l1), l1=l1, l2="", node=node)
    run_until_stopped([assembly.challenger(signer)], metrics_port)


def _load(directory: Path, l1: str) -> Deployment:
    """The deployment, once its L1 has answered. Raises UserError for another L1."""
    found = Deployment.load(directory)
    require_its_l1(found, l1)
    return found


def _require_l2(deployment: Deployment, url: str) -> None:
    """Raises UserError for another chain. One that does not answer yet is the agent's business."""
    with suppress(TemporaryError):
        actual, wanted = ask_chain_id(url), deployment.rollup.l2_chain_id
        if actual != wanted:
            raise UserError(f"{url} serves chain {actual}, the L2 of this deployment is chain {wanted}")


def _engine(
    name: str,
    deployment: Deployment,
    data: Path,
    *,
    stack: ExitStack,
    l2_port: int,
    engine_port: int,
    engine_url: str | None,
    engine_l2_url: str | None,
    jwt_secret: Path | None,
) -> L2Engine:
    """An op-geth of our own, or the one that is named."""
    if engine_url is None and (engine_l2_url is not None or jwt_secret is not None):
        raise UserError("--engine-l2-url and --jwt-secret belong to --engine-url, which is not given")
    if engine_url is None:
        engine = L2Engine.child(name, deployment, data / "geth", http_port=l2_port, auth_port=engine_port)
    elif engine_l2_url is None or jwt_secret is None:
        raise UserError("--engine-url needs --engine-l2-url and --jwt-secret beside it")
    else:
        attached = AttachedEngine.from_jwt_file(
            http_url=engine_l2_url, engine_url=engine_url, jwt_file=jwt_secret
        )
        engine = L2Engine(name, deployment, attached)
    stack.callback(engine.stop)
    return engine
