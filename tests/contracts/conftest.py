"""A whole deployment on anvil, by our own deployer with an Ape account; contracts and roles as fixtures."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contracts.snapshots import restored

from opcycle.cli.ape_signer import ApeSigner
from opcycle.deploy.config import DeployConfig, OracleConfig, Settlement
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.local import local_config
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex

INTERVAL, BLOCK_TIME, PERIOD = 5, 2, 604_800


@pytest.fixture(scope="session")
def rpc(chain: Any) -> RpcClient:
    """The chain as our own code sees it. From here on each block is one second after its parent.

    anvil's own clock is the machine's: on a busy one, an edge of a second would be missed.
    """
    chain.provider.make_request("anvil_setBlockTimestampInterval", [1])
    return RpcClient(chain.provider.http_uri)


@pytest.fixture(scope="session")
def owner(accounts: Any) -> Any:
    return accounts[0]


@pytest.fixture(scope="session")
def guardian(accounts: Any) -> Any:
    return accounts[1]


@pytest.fixture(scope="session")
def batcher(accounts: Any) -> Any:
    return accounts[2]


@pytest.fixture(scope="session")
def proposer(accounts: Any) -> Any:
    return accounts[3]


@pytest.fixture(scope="session")
def challenger(accounts: Any) -> Any:
    return accounts[4]


@pytest.fixture(scope="session")
def user(accounts: Any) -> Any:
    """Somebody without a role."""
    return accounts[6]


@pytest.fixture(scope="session")
def friend(accounts: Any) -> Any:
    """Somebody else without a role."""
    return accounts[7]


@pytest.fixture(scope="session")
def config(accounts: Any) -> DeployConfig:
    addresses = [from_hex(account.address) for account in accounts[:6]]
    owner, guardian, batcher, proposer, challenger, signer = addresses
    return local_config(
        owner=owner,
        guardian=guardian,
        batcher=batcher,
        proposer=proposer,
        challenger=challenger,
        unsafe_block_signer=signer,
        block_time=BLOCK_TIME,
        settlement=Settlement.ORACLE,
        oracle=OracleConfig(INTERVAL, PERIOD),
        balances={},
    )


@pytest.fixture(scope="session")
def deployment(
    chain: Any, rpc: RpcClient, owner: Any, config: DeployConfig, tmp_path_factory: pytest.TempPathFactory
) -> Deployment:
    return deploy(
        config,
        rpc=rpc,
        transactions=TransactionManager(rpc, ApeSigner(owner), chain_id=chain.provider.chain_id),
        directory=tmp_path_factory.mktemp("deployment"),
        next_block=chain.mine,
        progress=lambda _: None,
    )


@pytest.fixture(scope="session")
def portal(project: Any, deployment: Deployment) -> Any:
    return project.OptimismPortal.at(to_hex(deployment.addresses.optimism_portal))


@pytest.fixture(scope="session")
def oracle(project: Any, deployment: Deployment) -> Any:
    return project.L2OutputOracle.at(to_hex(deployment.addresses.l2_output_oracle))


@pytest.fixture(scope="session")
def system_config(project: Any, deployment: Deployment) -> Any:
    return project.SystemConfig.at(to_hex(deployment.addresses.system_config))


@pytest.fixture(scope="session")
def superchain_config(project: Any, deployment: Deployment) -> Any:
    return project.SuperchainConfig.at(to_hex(deployment.addresses.superchain_config))


@pytest.fixture(scope="session")
def batch_inbox(project: Any, deployment: Deployment) -> Any:
    return project.BatchInbox.at(to_hex(deployment.addresses.batch_inbox))


@pytest.fixture(autouse=True)
def _restore(chain: Any, deployment: Deployment) -> Iterator[None]:
    with restored(chain):
        yield


@pytest.fixture
def propose(chain: Any, oracle: Any, proposer: Any) -> Callable[[bytes], int]:
    """Proposes a root for the L2 block that is due, as soon as it may be; returns the output's index."""

    def propose_root(root: bytes) -> int:
        number, index = oracle.nextBlockNumber(), oracle.nextOutputIndex()
        due = oracle.computeL2Timestamp(number)
        if chain.blocks.head.timestamp < due:
            chain.pending_timestamp = due + 1
        head = chain.blocks.head
        oracle.proposeL2Output(root, number, head.hash, head.number, sender=proposer)
        return int(index)

    return propose_root
