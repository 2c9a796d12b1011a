"""`opcycle challenger`: what it plays follows from how the rollup settles.

The options for dispute games have op-challenger's names where it has them.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import click

from opcycle.agent import Agent
from opcycle.challenger.games import GamesOptions
from opcycle.challenger.traces import CANNON, GAME_TYPES, TRACES, Trace
from opcycle.cli.agents.common import deployment_option, l1_option, load, node_option
from opcycle.cli.machine_at import MachineAt, machine_options
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
        default="",
        help="Play games of these types, commas between, others are left alone. Not given: of all types that "
        f"the factory makes, of {', '.join(GAME_TYPES)}.",
    ),
    machine_options,
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

    Plays every dispute game honestly, settles it and collects the bonds, and challenges large preimages that
    are wrong; or, where the rollup settles by an output oracle, deletes from it, and the options for games
    mean nothing.

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
    l1_beacon: str | None,
    metrics_port: int | None,
    **games: Any,
) -> None:
    """The challenger that `signer` sends for."""
    found = load(deployment, l1)
    assembly = Assembly(found, l1=l1, l2="", node=node, node_l2=l2_eth_rpc, l1_beacon=l1_beacon)
    if (
        assembly.deployment.addresses.settlement is Settlement.ORACLE
        and games["game_factory_address"] is None
    ):
        run_until_stopped([assembly.challenger(signer)], metrics_port)
    elif l2_eth_rpc is None:
        raise UserError("to play dispute games, the challenger needs --l2-eth-rpc URL, the node's engine")
    else:
        with _games_challenger(assembly, signer, **games) as agent:
            run_until_stopped([agent], metrics_port)


@contextmanager
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
    **machine: Any,
) -> Iterator[Agent]:
    settings = GamesOptions(
        bond_budget=None if bond_budget is None else wei(bond_budget),
        window=seconds(game_window),
        claimants=tuple(_addresses(additional_bond_claimants)),
        is_selective=selective_claim_resolution,
        allowlist=frozenset(_addresses(game_allowlist)),
    )
    factory = None if game_factory_address is None else address(game_factory_address)
    types = _types(game_types) or assembly.game_types(factory)
    with ExitStack() as stack:
        traces: dict[int, Trace] = {number: TRACES[number] for number in types if number in TRACES}
        if CANNON in types:
            trace = MachineAt(**machine).trace(assembly, factory=factory)
            traces[CANNON] = stack.enter_context(closing(trace))
        yield assembly.games_challenger(signer, settings, traces=traces, factory=factory)


def _types(names: str) -> list[int]:
    """Raises UserError for one that cannot be played."""
    unknown = [name for name in _items(names) if name not in GAME_TYPES]
    if unknown:
        raise UserError(f"{unknown[0]!r} is no type of game that can be played; say {', '.join(GAME_TYPES)}")
    return [GAME_TYPES[name] for name in _items(names)]


def _addresses(text: str) -> Sequence[Address]:
    return [address(item) for item in _items(text)]


def _items(text: str) -> Sequence[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
