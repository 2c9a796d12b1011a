"""Which contracts a deployment creates, where each will be, and with what it is initialized. Pure.

Every address follows from the CREATE2 deployer, a salt and the creation code, so all of them are known before
anything is sent, and a second run finds what the first one made. A proxy is initialized by its own
constructor. The portal cannot be: it and the system config name each other, and no creation code contains a
hash of itself. Its proxy is reserved first and set up in one call of its admin. That admin and the system
config belong to the deployer until everything is set, then to the owner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_abi.abi import encode

from opcycle.artifacts import artifact
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployment import Addresses
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.keccak import keccak
from opcycle.l1.contract import encode_call
from opcycle.l1.reverts import AbiEntry, RevertDecoder
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import ZERO_ADDRESS, Address, Hash, L1BlockRef

LOGIC = ("Reserved", "BatchInbox", "SuperchainConfig", "L2OutputOracle", "SystemConfig", "OptimismPortal")
"""Contracts without a constructor's arguments: the inbox, and what proxies run."""


@dataclass(frozen=True, slots=True)
class Creation:
    """A contract to create. `abi` declares the errors with which its initialization may revert."""

    name: str
    salt: Hash
    initcode: bytes
    abi: Sequence[AbiEntry] = field(repr=False)

    @property
    def address(self) -> Address:
        return create2_address(CREATE2_DEPLOYER, self.salt, self.initcode)

    @property
    def request(self) -> TransactionRequest:
        """The call of the CREATE2 deployer: salt and creation code."""
        return TransactionRequest(
            to=CREATE2_DEPLOYER,
            data=self.salt + self.initcode,
            what=f"the creation of {self.name}",
            errors=RevertDecoder(self.abi),
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter that no initializer takes: its setter, and the getters that show its parts."""

    setter: str
    getters: tuple[str, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`logic` and `proxies` by contract name; the former first, since a proxy calls its logic at once."""

    config: DeployConfig
    deployer: Address
    anchor: L1BlockRef
    logic: Mapping[str, Creation]
    proxies: Mapping[str, Creation]

    @property
    def addresses(self) -> Addresses:
        return Addresses(
            batch_inbox=self.config.batch_inbox or self.logic["BatchInbox"].address,
            l2_output_oracle=self.proxies["L2OutputOracle"].address,
            optimism_portal=self.proxies["OptimismPortal"].address,
            system_config=self.proxies["SystemConfig"].address,
            superchain_config=self.proxies["SuperchainConfig"].address,
        )

    @property
    def portal_setup(self) -> TransactionRequest:
        """The portal's logic and its initialization, at once."""
        portal, addresses = artifact("OptimismPortal"), self.addresses
        initialize = encode_call(
            portal.abi,
            "initialize",
            addresses.l2_output_oracle,
            addresses.system_config,
            addresses.superchain_config,
        )
        admin = artifact("ProxyAdmin")
        return TransactionRequest(
            to=proxy_admin_of(addresses.optimism_portal),
            data=encode_call(
                admin.abi,
                "upgradeAndCall",
                addresses.optimism_portal,
                self.logic["OptimismPortal"].address,
                initialize,
            ),
            what="the set-up of OptimismPortal",
            errors=RevertDecoder([*portal.abi, *admin.abi]),
        )

    @property
    def settings(self) -> list[Setting]:
        """What differs from the zeros that an initialized system config holds."""
        fees = self.config.fees
        found = [
            Setting(
                "setEIP1559Params",
                ("eip1559Denominator", "eip1559Elasticity"),
                (fees.eip1559_denominator, fees.eip1559_elasticity),
            ),
            Setting(
                "setOperatorFeeScalars",
                ("operatorFeeScalar", "operatorFeeConstant"),
                (fees.operator_fee_scalar, fees.operator_fee_constant),
            ),
            Setting("setMinBaseFee", ("minBaseFee",), (fees.min_base_fee,)),
            Setting("setDAFootprintGasScalar", ("daFootprintGasScalar",), (fees.da_footprint_gas_scalar,)),
        ]
        return [setting for setting in found if any(setting.values)]


def make_plan(config: DeployConfig, *, deployer: Address, anchor: L1BlockRef) -> Plan:
    """The plan of a deployment that starts at L1 block `anchor` and is sent by `deployer`."""
    salt = keccak(config.name.encode() + anchor.hash)
    names = [name for name in LOGIC if name != "BatchInbox" or config.batch_inbox is None]
    logic = {name: Creation(name, salt, artifact(name).bytecode, ()) for name in names}
    owner = config.roles.owner

    def proxy(name: str, *arguments: Any) -> Creation:
        abi = artifact(name).abi
        initcode = _proxy_initcode(logic[name].address, owner, encode_call(abi, "initialize", *arguments))
        return Creation(f"the proxy of {name}", salt, initcode, abi)

    reserved = _proxy_initcode(logic["Reserved"].address, deployer, b"")
    portal = Creation("the proxy of OptimismPortal", salt, reserved, ())
    superchain = proxy("SuperchainConfig", config.roles.guardian)
    system_config = proxy(
        "SystemConfig",
        *_system_parameters(config, deployer),
        config.batch_inbox or logic["BatchInbox"].address,
        _system_addresses(portal.address),
        config.l2_chain_id,
        superchain.address,
    )
    proxies = {
        "SuperchainConfig": superchain,
        "L2OutputOracle": proxy("L2OutputOracle", *_oracle_parameters(config, anchor)),
        "SystemConfig": system_config,
        "OptimismPortal": portal,
    }
    return Plan(config, deployer, anchor, logic, proxies)


def create2_address(creator: Address, salt: Hash, initcode: bytes) -> Address:
    """EIP-1014: the last 20 bytes of `keccak(0xff ++ creator ++ salt ++ keccak(initcode))`."""
    return keccak(b"\xff" + creator + salt + keccak(initcode))[12:]


def proxy_admin_of(proxy: Address) -> Address:
    """The admin that a proxy makes in its constructor: its first CREATE (nonce 1, EIP-161)."""
    return keccak(rlp.encode([proxy, 1]))[12:]


def resource_config_tuple(config: DeployConfig) -> tuple[int, ...]:
    """`ResourceMetering.ResourceConfig`, in its order."""
    market = config.resource_config
    return (
        market.max_resource_limit,
        market.elasticity_multiplier,
        market.base_fee_max_change_denominator,
        market.minimum_base_fee,
        market.system_tx_max_gas,
        market.maximum_base_fee,
    )


def _proxy_initcode(logic: Address, owner: Address, data: bytes) -> bytes:
    return artifact("Proxy").bytecode + encode(["address", "address", "bytes"], [logic, owner, data])


def _system_addresses(portal: Address) -> tuple[Address, ...]:
    """`ISystemConfig.Addresses`: of its seven contracts only the fourth, the portal, exists so far."""
    return (ZERO_ADDRESS,) * 3 + (portal,) + (ZERO_ADDRESS,) * 3


def _system_parameters(config: DeployConfig, owner: Address) -> tuple[Any, ...]:
    """The first seven arguments of `SystemConfig.initialize`."""
    return (
        owner,
        config.fees.basefee_scalar,
        config.fees.blobbasefee_scalar,
        config.roles.batcher.rjust(32, b"\0"),
        config.gas_limit,
        config.roles.unsafe_block_signer,
        resource_config_tuple(config),
    )


def _oracle_parameters(config: DeployConfig, anchor: L1BlockRef) -> tuple[Any, ...]:
    """The arguments of `L2OutputOracle.initialize`; outputs are counted from the L2 genesis."""
    return (
        config.submission_interval,
        config.block_time,
        0,
        anchor.timestamp,
        config.roles.proposer,
        config.roles.challenger,
        config.finalization_period,
    )
