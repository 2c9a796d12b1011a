"""The contracts of a devnet: deployed at its first start, found again at every other."""

from collections.abc import Callable

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.local import local_config
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_quantity

L2_BALANCE = 10**22
"""Wei of each test account on L2, from the genesis: ten thousand ETH."""


def load_or_deploy(
    config: DevnetConfig, l1_url: str, *, next_block: Callable[[], None], progress: Callable[[str], None]
) -> Deployment:
    """Raises UserError for an L1 that does not answer, or one that is not the deployment's."""
    rpc = RpcClient(l1_url)
    try:
        chain_id = from_quantity(rpc.call("eth_chainId"))
    except TemporaryError as error:
        raise UserError(str(error)) from error
    directory = config.directory / "deployment"
    if (directory / "addresses.json").exists():
        found = Deployment.load(directory)
        if found.rollup.l1_chain_id != chain_id:
            raise UserError(
                f"{l1_url} serves chain {chain_id}, the devnet in {config.directory} settles on chain "
                f"{found.rollup.l1_chain_id}; use another --data directory"
            )
        return found
    signer = KeySigner(ACCOUNTS["deployer"].key)
    return deploy(
        _deploy_config(config),
        rpc=rpc,
        transactions=TransactionManager(rpc, signer, chain_id=chain_id),
        directory=directory,
        next_block=next_block,
        progress=progress,
    )


def _deploy_config(config: DevnetConfig) -> DeployConfig:
    return local_config(
        owner=ACCOUNTS["deployer"].address,
        guardian=ACCOUNTS["guardian"].address,
        batcher=ACCOUNTS["batcher"].address,
        proposer=ACCOUNTS["proposer"].address,
        challenger=ACCOUNTS["challenger"].address,
        unsafe_block_signer=ACCOUNTS["unsafe block signer"].address,
        block_time=config.block_time,
        submission_interval=config.submission_interval,
        finalization_period=config.finalization_period,
        balances={account.address: L2_BALANCE for account in ACCOUNTS.values()},
    )
