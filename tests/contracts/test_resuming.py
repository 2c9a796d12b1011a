"""A deployment that dies halfway on anvil, and the run after it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opcycle.cli.ape_signer import ApeSigner
from opcycle.deploy.config import DeployConfig, Settlement
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.plan import make_plan
from opcycle.deploy.state import Start
from opcycle.errors import UserError
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.client import RpcClient, RpcUnreachableError

TRANSACTIONS = 26
"""In oracle mode: ten contracts, eight proxies, and the set-up of each."""

GAMES_TRANSACTIONS = 37
"""With games: 15 contracts, ten proxies, the set-up of each, and two settings of the factory."""


class CutLine(RpcClient):
    """Fails for good when it is to send one transaction too many; what was sent before is on the chain."""

    def __init__(self, url: str, *, after: int):
        super().__init__(url)
        self.left = after

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_sendRawTransaction":
            if self.left == 0:
                raise RpcUnreachableError(self.url, "cut")
            self.left -= 1
        return super().call(method, *params)


def run(chain: Any, rpc: RpcClient, account: Any, config: DeployConfig, directory: Path) -> Deployment:
    """A deployment by a new process."""
    return deploy(
        config,
        rpc=rpc,
        transactions=TransactionManager(rpc, ApeSigner(account), chain_id=chain.provider.chain_id),
        directory=directory,
        next_block=chain.mine,
        progress=lambda _: None,
    )


@pytest.mark.parametrize("cut", [0, 14, 25, 30, 35, GAMES_TRANSACTIONS + 1])
def test_the_next_run_of_a_deployment_with_games_sends_only_the_rest(
    chain: Any, rpc: RpcClient, user: Any, config: DeployConfig, tmp_path: Path, cut: int
) -> None:
    config = replace(config, settlement=Settlement.GAMES)
    before = user.nonce
    with pytest.raises(RpcUnreachableError):
        run(chain, CutLine(rpc.url, after=cut), user, config, tmp_path)
    chain.mine(5)
    deployment = run(chain, rpc, user, config, tmp_path)
    assert Deployment.load(tmp_path) == deployment
    # system config, factory and the proxies' admin are handed over
    assert user.nonce == before + GAMES_TRANSACTIONS + 3


@pytest.mark.parametrize("cut", [0, 1, 18, 22, TRANSACTIONS - 1])
def test_the_next_run_sends_only_the_rest_and_comes_to_the_same_addresses(
    chain: Any, rpc: RpcClient, user: Any, config: DeployConfig, tmp_path: Path, cut: int
) -> None:
    before = user.nonce
    with pytest.raises(RpcUnreachableError):
        run(chain, CutLine(rpc.url, after=cut), user, config, tmp_path)
    assert user.nonce == before + cut
    with pytest.raises(UserError, match="it goes on where it stopped"):
        Deployment.load(tmp_path)

    chain.mine(5)
    started = Start.read(tmp_path)
    assert started is not None
    deployment = run(chain, rpc, user, config, tmp_path)
    planned = make_plan(
        config,
        l1_chain_id=chain.provider.chain_id,
        deployer=ApeSigner(user).address,
        anchor=started.anchor,
    )
    assert deployment.addresses == planned.addresses
    assert deployment.rollup.genesis_l1 == started.anchor.id
    # system config and the proxies' admin are handed over to the owner
    assert user.nonce == before + TRANSACTIONS + 2


def test_a_run_after_the_last_changes_nothing(
    chain: Any, rpc: RpcClient, user: Any, config: DeployConfig, tmp_path: Path
) -> None:
    first = run(chain, rpc, user, config, tmp_path)
    nonce = user.nonce
    assert run(chain, rpc, user, config, tmp_path) == first == Deployment.load(tmp_path)
    assert user.nonce == nonce
