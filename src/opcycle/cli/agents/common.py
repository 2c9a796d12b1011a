"""What the commands of several agents share: options that name a chain, and the check that it is there."""

from contextlib import suppress
from pathlib import Path

import click

from opcycle.deploy.deployment import Deployment
from opcycle.devnet.deploying import require_its_l1
from opcycle.errors import TemporaryError, UserError
from opcycle.rpc.chain_id import ask_chain_id

DIRECTORY = click.Path(path_type=Path, file_okay=False)

deployment_option = click.option(
    "--deployment", type=DIRECTORY, required=True, help="Where `deploy` wrote rollup.json and addresses.json."
)
l1_option = click.option("--l1", required=True, help="L1 RPC URL.")
node_option = click.option("--node", required=True, help="A rollup node's RPC URL (ours, or op-node).")
da_server_option = click.option(
    "--da-server", help="A DA server's URL; needed where batches are on one (alt-DA)."
)


def load(directory: Path, l1: str) -> Deployment:
    """The deployment, once its L1 has answered. Raises UserError for another L1."""
    found = Deployment.load(directory)
    require_its_l1(found, l1)
    return found


def require_l2(deployment: Deployment, url: str) -> None:
    """Raises UserError for another chain. One that does not answer yet is the agent's business."""
    with suppress(TemporaryError):
        actual, wanted = ask_chain_id(url), deployment.rollup.l2_chain_id
        if actual != wanted:
            raise UserError(f"{url} serves chain {actual}, the L2 of this deployment is chain {wanted}")
