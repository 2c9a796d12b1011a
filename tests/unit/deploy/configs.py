"""A valid configuration, and accounts, for tests to vary."""

from dataclasses import replace
from typing import Any

from eth_utils.crypto import keccak

from opcycle.deploy.config import DeployConfig, OracleConfig, Settlement
from opcycle.deploy.local import local_config
from opcycle.engine.predeploy_state import L1Side
from opcycle.l1.signer import KeySigner
from opcycle.protocol.types import Address

DEPLOYER_KEY = keccak(text="a deployer that only these tests know")
DEPLOYER = KeySigner(DEPLOYER_KEY).address


def account(name: str) -> Address:
    """An address that nobody has the key of."""
    return keccak(text=name)[12:]


L1 = L1Side(
    chain_id=900,
    messenger=account("L1's messenger"),
    standard_bridge=account("L1's bridge"),
    erc721_bridge=account("L1's ERC-721 bridge"),
)
"""Of an L2 that is tested without one."""

OTHERS = {
    "proxy_admin": account("L1's proxy admin"),
    "l1_cross_domain_messenger": L1.messenger,
    "l1_standard_bridge": L1.standard_bridge,
    "l1_erc721_bridge": L1.erc721_bridge,
    "optimism_mintable_erc20_factory": account("L1's token factory"),
}
"""Fields of `Addresses` that a test does not look at."""

GAMES = {"settlement": Settlement.GAMES}
"""Changes that make `valid_config` one of dispute games."""


def valid_config(**changes: Any) -> DeployConfig:
    """A configuration without problems; `changes` replace fields."""
    config = local_config(
        owner=DEPLOYER,
        guardian=account("guardian"),
        batcher=account("batcher"),
        proposer=account("proposer"),
        challenger=account("challenger"),
        unsafe_block_signer=account("unsafe block signer"),
        block_time=2,
        settlement=Settlement.ORACLE,
        oracle=OracleConfig(submission_interval=20, finalization_period=3600),
        balances={account("user"): 10**18},
    )
    return replace(config, **changes)
