"""The contracts of a devnet: deployed at its first start, found again at every other."""

import time
from collections.abc import Callable

from opcycle.deploy.config import DeployConfig, OracleConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.local import local_config
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.polling import BlockPoller
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.l1_genesis import local_anchor
from opcycle.errors import UserError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex, to_quantity

L2_BALANCE = 10**22
"""Wei of each test account on L2, from the genesis: ten thousand ETH."""


def load_or_deploy(
    config: DevnetConfig,
    l1_url: str,
    *,
    next_block: Callable[[], object] | None,
    progress: Callable[[str], None],
) -> Deployment:
    """`next_block` makes an L1 block; None: L1 makes them itself.

    Raises UserError for an L1 that is not the deployment's, TemporaryError for one that does not answer.
    """
    chain_id = ask_chain_id(l1_url)
    if config.is_deployed:
        found = Deployment.load(config.deployment)
        require_its_l1(found, l1_url)
        return found
    rpc = RpcClient(l1_url)
    signer = KeySigner(ACCOUNTS["deployer"].key)
    return deploy(
        deploy_config(config),
        rpc=rpc,
        transactions=TransactionManager(rpc, signer, chain_id=chain_id),
        directory=config.deployment,
        next_block=next_block or BlockPoller(rpc, time.sleep),
        progress=progress,
    )


def local_plan(config: DevnetConfig) -> Plan:
    """Of a devnet that begins its local L1 at the fixed time: what it will deploy, without running it."""
    return make_plan(
        deploy_config(config),
        l1_chain_id=LOCAL_L1_CHAIN_ID,
        deployer=ACCOUNTS["deployer"].address,
        anchor=local_anchor(),
    )


def require_its_l1(deployment: Deployment, l1_url: str) -> None:
    """Raises UserError unless the L1 at `l1_url` has the contracts, TemporaryError if it does not answer."""
    rollup, directory = deployment.rollup, deployment.directory
    actual = ask_chain_id(l1_url)
    if actual != rollup.l1_chain_id:
        raise UserError(
            f"{l1_url} serves chain {actual}, the rollup in {directory} settles on chain {rollup.l1_chain_id}"
        )
    anchor = rollup.genesis_l1
    header, code = RpcClient(l1_url).batch(
        [
            ("eth_getBlockByNumber", [to_quantity(anchor.number), False]),
            ("eth_getCode", [to_hex(rollup.l1_system_config), "latest"]),
        ]
    )
    if header is None or header["hash"] != to_hex(anchor.hash) or code == "0x":
        raise UserError(
            f"the L1 at {l1_url} is not the one of the rollup in {directory}: it has no block {anchor} or no "
            "contracts after it; if it began anew, so must the rollup, in another directory"
        )


def deploy_config(config: DevnetConfig) -> DeployConfig:
    """What a devnet's rollup is to be."""
    return local_config(
        owner=ACCOUNTS["deployer"].address,
        guardian=ACCOUNTS["guardian"].address,
        batcher=ACCOUNTS["batcher"].address,
        proposer=ACCOUNTS["proposer"].address,
        challenger=ACCOUNTS["challenger"].address,
        unsafe_block_signer=ACCOUNTS["unsafe block signer"].address,
        block_time=config.block_time,
        settlement=config.settlement,
        games=config.games,
        oracle=OracleConfig(config.submission_interval, config.finalization_period),
        balances={account.address: L2_BALANCE for account in ACCOUNTS.values()},
        alt_da=config.alt_da,
        batch_inbox=config.batch_inbox,
    )
