"""A whole deployment on anvil, by our own deployer, seen through Ape."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contracts.snapshots import restored

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.local import local_config
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.client import RpcClient

INTERVAL, BLOCK_TIME, PERIOD = 5, 2, 604_800

ROLES = ("owner", "guardian", "batcher", "proposer", "challenger", "unsafe_block_signer", "user", "friend")
"""Ape's test accounts, in order; they are those of the devnet."""


@pytest.fixture(scope="session")
def config() -> DeployConfig:
    return local_config(
        owner=ACCOUNTS["deployer"].address,
        guardian=ACCOUNTS["guardian"].address,
        batcher=ACCOUNTS["batcher"].address,
        proposer=ACCOUNTS["proposer"].address,
        challenger=ACCOUNTS["challenger"].address,
        unsafe_block_signer=ACCOUNTS["unsafe block signer"].address,
        block_time=BLOCK_TIME,
        submission_interval=INTERVAL,
        finalization_period=PERIOD,
        balances={},
    )


@pytest.fixture(scope="session")
def deployment(chain: Any, config: DeployConfig, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    rpc = RpcClient(chain.provider.http_uri)
    return deploy(
        config,
        rpc=rpc,
        transactions=TransactionManager(
            rpc, KeySigner(ACCOUNTS["deployer"].key), chain_id=chain.provider.chain_id
        ),
        directory=tmp_path_factory.mktemp("deployment"),
        next_block=lambda: chain.mine(),
        progress=lambda _: None,
    )


@pytest.fixture(scope="session")
def who(accounts: Any) -> dict[str, Any]:
    """Accounts by role."""
    return dict(zip(ROLES, accounts, strict=False))


@pytest.fixture(scope="session")
def portal(project: Any, deployment: Deployment) -> Any:
    return project.OptimismPortal.at("0x" + deployment.addresses.optimism_portal.hex())


@pytest.fixture(scope="session")
def oracle(project: Any, deployment: Deployment) -> Any:
    return project.L2OutputOracle.at("0x" + deployment.addresses.l2_output_oracle.hex())


@pytest.fixture(scope="session")
def system_config(project: Any, deployment: Deployment) -> Any:
    return project.SystemConfig.at("0x" + deployment.addresses.system_config.hex())


@pytest.fixture(scope="session")
def superchain_config(project: Any, deployment: Deployment) -> Any:
    return project.SuperchainConfig.at("0x" + deployment.addresses.superchain_config.hex())


@pytest.fixture(autouse=True)
def _restore(chain: Any, deployment: Deployment) -> Iterator[None]:
    with restored(chain):
        yield


@pytest.fixture
def propose(chain: Any, oracle: Any, who: dict[str, Any]) -> Callable[[bytes], int]:
    """Proposes a root for the L2 block that is due, once it can exist; returns the output's index."""

    def propose_root(root: bytes) -> int:
        number, index = oracle.nextBlockNumber(), oracle.nextOutputIndex()
        due = oracle.computeL2Timestamp(number)
        if chain.blocks.head.timestamp <= due:
            chain.mine(timestamp=due + 1)
        head = chain.blocks.head
        oracle.proposeL2Output(root, number, head.hash, head.number, sender=who["proposer"])
        return int(index)

    return propose_root
