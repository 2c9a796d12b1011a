"""The engine under a sequencer or a node: an op-geth of its own, or one that is named."""

from contextlib import ExitStack
from pathlib import Path

import click

from opcycle.cli.agents.common import DIRECTORY, deployment_option
from opcycle.cli.options import PORT, options
from opcycle.cli.running import metrics_option
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.l2_engine import L2Engine
from opcycle.engine.geth import AttachedEngine
from opcycle.errors import UserError

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


def engine_of(
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
