"""`opcycle proposer`: what it proposes follows from how the rollup settles.

The options for dispute games have op-proposer's names.
"""

from pathlib import Path
from typing import Any

import click

from opcycle.agent import Agent
from opcycle.cli.agents.common import deployment_option, l1_option, load, node_option
from opcycle.cli.options import options
from opcycle.cli.parse import address, seconds
from opcycle.cli.running import metrics_option, run_until_stopped
from opcycle.cli.where import key_signer
from opcycle.deploy.config import Settlement
from opcycle.devnet.assembly import Assembly
from opcycle.errors import UserError
from opcycle.l1.signer import Signer
from opcycle.proposer.next_game import GameOptions

proposer_options = options(
    deployment_option,
    metrics_option,
    node_option,
    click.option(
        "--allow-non-finalized",
        is_flag=True,
        help="Propose safe blocks too. An L1 reorg can make them wrong, which costs a game's bond.",
    ),
    click.option("--poll-interval", default="1s", show_default=True, help="How often to look for work."),
    click.option("--game-factory-address", help="Another factory than the deployment's."),
    click.option(
        "--game-type",
        type=click.IntRange(0, 2**32 - 1),
        help="The type of game to make; the one that withdrawals rely on, if not given.",
    ),
    click.option(
        "--proposal-interval", default="1h", show_default=True, help="From one dispute game to the next."
    ),
)


@click.command()
@proposer_options
@l1_option
def proposer(**chosen: Any) -> None:
    """Propose output roots. The key is taken from $OPCYCLE_PRIVATE_KEY.

    Makes dispute games at an interval; or, where the rollup settles by an output oracle, proposes to it when
    it expects so, and the options for games mean nothing.

    \b
    opcycle proposer --deployment deployments/mine --l1 $L1_RPC_URL --node URL
    """
    run_proposer(key_signer(default=None), **chosen)


def run_proposer(
    signer: Signer,
    *,
    deployment: Path,
    l1: str,
    node: str,
    allow_non_finalized: bool,
    poll_interval: str,
    metrics_port: int | None,
    **games: Any,
) -> None:
    """The proposer that `signer` sends for."""
    poll = seconds(poll_interval)
    if poll == 0:
        raise UserError("a --poll-interval of 0s would ask L1 without a break; say 1s or more")
    assembly = Assembly(load(deployment, l1), l1=l1, l2="", node=node)
    is_oracle = assembly.deployment.addresses.settlement is Settlement.ORACLE
    agent: Agent
    if is_oracle and games["game_factory_address"] is None:
        agent = assembly.proposer(signer, allow_non_finalized=allow_non_finalized)
    else:
        agent = _games_proposer(assembly, signer, allow_non_finalized=allow_non_finalized, **games)
    run_until_stopped([agent], metrics_port, poll=poll)


def _games_proposer(
    assembly: Assembly,
    signer: Signer,
    *,
    allow_non_finalized: bool,
    game_factory_address: str | None,
    game_type: int | None,
    proposal_interval: str,
) -> Agent:
    if game_type is None:
        game_type = assembly.registry().respected_type(block="latest")
    settings = GameOptions(game_type, seconds(proposal_interval), allow_non_finalized)
    factory = None if game_factory_address is None else address(game_factory_address)
    return assembly.games_proposer(signer, settings, factory=factory)
