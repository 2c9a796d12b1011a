"""A whole deployment on a fork of L1, as the real account without its key: what it sends, costs and makes.

It is the very code of a deployment that runs, against another RPC. Prices are L1's of now; on the fork they
fall from block to block. Addresses depend on the L1 block where the rollup begins: if a deployment was
started, they are its own, else those of one that starts now.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.costs import Ledger, Quote, read_quote
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.fork import UnsignedAccount, fork_of
from opcycle.deploy.state import STATE_FILE, Start
from opcycle.errors import UserError
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.dispute_game import VMStatus
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient

STAND_IN: Hash = bytes([VMStatus.UNFINISHED]) + b"\xff" * 31


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of it: `paid` at L1's prices of now, `quote` with the gas that was used.

    `is_started`: it went on with what is already on L1 or begun there, so addresses stay as they are.
    """

    deployment: Deployment
    is_started: bool
    paid: Ledger
    quote: Quote


def dry_run(
    config: DeployConfig,
    *,
    l1: str,
    account: Address,
    directory: Path,
    confirmations: int,
    keep: Path | None,
    progress: Callable[[str], None],
) -> DryRun:
    """Deploy on a fork of the L1 at this URL. Nothing is written to `directory`; `keep` gets the files.

    Raises as `deploy`, and UserError if `keep` has something else in it.
    """
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise UserError(f"{keep} is not empty; keep the files of a dry run in a directory of their own")
    chain_id, ledger = ask_chain_id(l1), Ledger()
    with TemporaryDirectory() as folder:
        files = keep or Path(folder)
        start = Start.read(directory)
        if start is not None:
            files.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(directory / STATE_FILE, files / STATE_FILE)
        progress(f"forking the L1 at {l1}")
        with fork_of(l1, account) as fork:
            fork.make_rich()
            deployment = deploy(
                without_program(config, start),
                rpc=fork,
                transactions=TransactionManager(fork, UnsignedAccount(account), chain_id=chain_id),
                directory=files,
                next_block=fork.next_block,
                progress=progress,
                ledger=ledger,
                confirmations=confirmations,
            )
    quote = read_quote(RpcClient(l1), [], account=account, chain_id=chain_id)
    quote = replace(quote, transactions=len(ledger.payments), gas=ledger.gas)
    return DryRun(deployment, start is not None, ledger.at(quote.prices), quote)


def without_program(config: DeployConfig, start: Start | None) -> DeployConfig:
    """A stand-in for the absolute prestate of a program that would have to be built. It costs as much gas."""
    if not config.games.needs_program or (start is not None and start.prestate is not None):
        return config
    return replace(config, games=replace(config.games, absolute_prestate=STAND_IN))
