"""`opcycle challenger`: what it plays follows from how the rollup settles.

The options for dispute games have op-challenger's names where it has them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from opcycle.agent import Agent
from opcycle.challenger.games import GamesOptions
from opcycle.challenger.traces import GAME_TYPES, TRACES
from opcycle.cli.agents.common import deployment_option, l1_option, load, node_option
from opcycle.cli.options import options
from opcycle.cli.parse import address, seconds, wei
from opcycle.cli.running import metrics_option, run_until_stopped
from opcycle.cli.where import key_signer
from opcycle.deploy.config import Settlement
from opcycle.devnet.assembly import Assembly
from opcycle.errors import UserError
from opcycle.l1.signer import Signer
from opcycle.protocol.types import Address

challenger_options = options(
    deployment_option,
    metrics_option,
    node_option,
    click.option("--l2-eth-rpc", help="The L2 RPC URL of the node's engine; needed for dispute games."),
    click.option("--game-factory-address", help="Another factory than the deployment's."),
    click.option(
        "--game-types",
        "--trace-type",
        default=",".join(GAME_TYPES),
        show_default=True,
        help="Play games of these types, others are left alone.",
    ),
    click.option("--game-allowlist", default="", help="Play only these games; addresses, commas between."),
    click.option(
        "--game-window", default="28d", show_default=True, help="How long after its creation a game matters."
    ),
    click.option(
        "--selective-claim-resolution",
        is_flag=True,
        help="Settle only claims whose bonds go to us or to other claimants.",
    ),
    click.option(
        "--additional-bond-claimants", default="", help="Collect the bonds of these, too; commas between."
    ),
    click.option("--bond-budget", help="ETH in bonds that may be at stake at once; no limit, if not given."),
)


@click.command()
@challenger_options
@l1_option
def challenger(**chosen: Any) -> None:
    """Counter wrong output roots. The key is taken from $OPCYCLE_PRIVATE_KEY.

    Plays every dispute game honestly, settles it and collects the bonds; or, where the rollup settles by an
    output oracle, deletes from it, and the options for games mean nothing.

    \b
    opcycle challenger --deployment deployments/mine --l1 $L1_RPC_URL --node URL --l2-eth-rpc URL
    """
    run_challenger(key_signer(default=None), **chosen)


def run_challenger(
    signer: Signer,
    *,
    deployment: Path,
    l1: str,
    node: str,
    l2_eth_rpc: str | None,
    metrics_port: int | None,
    **games: Any,
) -> None:
    """The challenger that `signer` sends for."""
    assembly = Assembly(load(deployment, l1), l1=l1, l2="", node=node, node_l2=l2_eth_rpc)
    agent: Agent
    if (
        assembly.deployment.addresses.settlement is Settlement.ORACLE
        and games["game_factory_address"] is None
    ):
        agent = assembly.challenger(signer)
    elif l2_eth_rpc is None:
        raise UserError("to play dispute games, the challenger needs --l2-eth-rpc URL, the node's engine")
    else:
        agent = _games_challenger(assembly, signer, **games)
    run_until_stopped([agent], metrics_port)


def _games_challenger(
    assembly: Assembly,
    signer: Signer,
    *,
    game_factory_address: str | None,
    game_types: str,
    game_allowlist: str,
    game_window: str,
    selective_claim_resolution: bool,
    additional_bond_claimants: str,
    bond_budget: str | None,
) -> Agent:
    settings = GamesOptions(
        bond_budget=None if bond_budget is None else wei(bond_budget),
        window=seconds(game_window),
        claimants=tuple(_addresses(additional_bond_claimants)),
        is_selective=selective_claim_resolution,
        allowlist=frozenset(_addresses(game_allowlist)),
    )
    unknown = [name for name in _items(game_types) if name not in GAME_TYPES]
    if unknown:
        raise UserError(f"{unknown[0]!r} is no type of game that can be played; say {', '.join(GAME_TYPES)}")
    traces = {GAME_TYPES[name]: TRACES[GAME_TYPES[name]] for name in _items(game_types)}
    factory = None if game_factory_address is None else address(game_factory_address)
    return assembly.games_challenger(signer, settings, traces=traces, factory=factory)


def _addresses(text: str) -> Sequence[Address]:
    return [address(item) for item in _items(text)]


def _items(text: str) -> Sequence[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
