"""The L1 contracts as `opcycle deploy` makes them, in an EVM of this process. Deployed once, then rewound."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.evm import Chain, Contract
from tests.unit.deploy.configs import DEPLOYER_KEY, account, valid_config
from tests.unit.deploy.evm_l1 import EvmL1

from opcycle.deploy.config import DeployConfig, OracleConfig, ResourceConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager

MARKET = ResourceConfig(
    max_resource_limit=1_000_000,
    elasticity_multiplier=10,
    base_fee_max_change_denominator=8,
    minimum_base_fee=10**9,
    system_tx_max_gas=1_000_000,
    maximum_base_fee=12 * 10**9,
)
"""Small enough that a few deposits reach the limit, and few blocks the highest price."""

PERIOD = 600
INTERVAL = 20
RICH = 10**24


class System:
    """The contracts, and accounts with ether. `first_block` and `first_time` come after the deployment."""

    def __init__(self) -> None:
        self.config = valid_config(resource_config=MARKET, oracle=OracleConfig(INTERVAL, PERIOD))
        l1 = EvmL1()
        with TemporaryDirectory() as directory:
            self.deployment = _deploy(l1, self.config, Path(directory))
        self.first_block, self.first_time = l1.blocks[-1].number + 1, l1.blocks[-1].timestamp + 12
        self.chain = Chain(l1.evm)
        addresses = self.deployment.addresses
        self.portal = Contract(self.chain, "OptimismPortal", addresses.optimism_portal)
        self.oracle = Contract(self.chain, "L2OutputOracle", addresses.l2_output_oracle)
        self.superchain = Contract(self.chain, "SuperchainConfig", addresses.superchain_config)
        self.system_config = Contract(self.chain, "SystemConfig", addresses.system_config)
        self.alice, self.bob = account("alice"), account("bob")
        self.chain.set_balance(self.alice, RICH)
        self.chain.set_balance(self.bob, RICH)


def _deploy(l1: EvmL1, config: DeployConfig, directory: Path) -> Deployment:
    return deploy(
        config,
        rpc=l1,
        transactions=TransactionManager(l1, KeySigner(DEPLOYER_KEY), chain_id=l1.chain_id),
        directory=directory,
        next_block=l1.mine,
        progress=lambda _: None,
    )


@cache
def system() -> System:
    """The one system of this process; each example takes a snapshot of its EVM and rewinds."""
    return System()
