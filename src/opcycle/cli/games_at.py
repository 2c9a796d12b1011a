"""Where the commands about dispute games find them: a devnet, a deployment, or a factory's address."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from opcycle.cli import parse
from opcycle.cli.options import options
from opcycle.cli.where import DEFAULT_DATA, Endpoints
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.assembly import Assembly
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import UserError
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.l1.reader import L1Reader
from opcycle.monitor.lookout import Lookout
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient

DIRECTORY = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, slots=True)
class GamesAt:
    """A factory on an L1, and rollup nodes that know what is right. `names`: of accounts, on a devnet.

    `assembly`: of the chain that the games are about, if that is known; a devnet's knows where everything is.
    `cannon`: where a devnet keeps the runs of a machine about MIPS64.
    """

    l1: RpcClient
    factory: Address
    nodes: tuple[str, ...] = ()
    config: RollupConfig | None = None
    names: Mapping[Address, str] | None = None
    assembly: Assembly | None = None
    cannon: Path | None = None

    def lookout(self) -> Lookout:
        return Lookout(
            l1=L1Reader(self.l1),
            factory=DisputeGameFactory(self.l1, self.factory),
            game_at=self.game,
            nodes=[RollupClient(url) for url in self.nodes],
            config=self.config,
        )

    def game(self, address: Address) -> FaultDisputeGame:
        return FaultDisputeGame(self.l1, address)


def games_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say where games are; the command gets `games`."""

    @where_options
    @functools.wraps(command)
    def with_games(*args: Any, where: Callable[[], GamesAt], **rest: Any) -> Any:
        return command(*args, games=where(), **rest)

    return with_games


def where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the same options; the command gets `where`, which finds games once they are asked for."""

    @options(
        click.option(
            "--data",
            type=DIRECTORY,
            default=DEFAULT_DATA,
            envvar="OPCYCLE_DATA",
            show_default=True,
            help="A running devnet's directory.",
        ),
        click.option("--deployment", type=DIRECTORY, help="A deployment's directory, for no devnet."),
        click.option("--factory", help="A DisputeGameFactory's address, for any other chain."),
        click.option("--l1", help="L1 RPC URL."),
        click.option(
            "--node",
            "nodes",
            multiple=True,
            help="A rollup node's RPC URL, to know what is right; give several to compare them.",
        ),
    )
    @functools.wraps(command)
    def with_where(
        *args: Any,
        data: Path,
        deployment: Path | None,
        factory: str | None,
        l1: str | None,
        nodes: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        where = functools.partial(find_games, data, deployment, factory, l1, nodes)
        return command(*args, where=where, **rest)

    return with_where


def find_games(
    data: Path, deployment: Path | None, factory: str | None, l1: str | None, nodes: tuple[str, ...]
) -> GamesAt:
    """Raises UserError where it is not said, or said twice."""
    if factory is not None:
        if deployment is not None:
            raise UserError("give either --factory or --deployment: both name a factory")
        return GamesAt(RpcClient(_required(l1, "--factory")), parse.address(factory), nodes)
    if deployment is not None:
        found, l1 = Deployment.load(deployment), _required(l1, "--deployment")
        assembly = Assembly(found, l1=l1, l2="", node=nodes[0] if nodes else "")
        return GamesAt(RpcClient(l1), _factory_of(found), nodes, config=found.rollup, assembly=assembly)
    known = Endpoints.read(data)
    found = Deployment.load(Path(known.deployment))
    l1, nodes = l1 or known.l1, nodes or (known.node,)
    return GamesAt(
        RpcClient(l1),
        _factory_of(found),
        nodes,
        config=found.rollup,
        names={account.address: role for role, account in ACCOUNTS.items()},
        assembly=Assembly(
            found, l1=l1, l2=known.l2, node=nodes[0], node_l2=known.node_l2, l1_beacon=known.l1_beacon
        ),
        cannon=Path(known.cannon),
    )


def _required(l1: str | None, beside: str) -> str:
    if l1 is None:
        raise UserError(f"{beside} needs --l1 beside it")
    return l1


def _factory_of(deployment: Deployment) -> Address:
    found = deployment.addresses.dispute_game_factory
    if found is None:
        raise UserError(
            f"the rollup in {deployment.directory} is settled by an output oracle and has no dispute games; "
            "deploy one with settlement by games"
        )
    return found
