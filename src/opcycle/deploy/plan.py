"""Which contracts a deployment creates, where each will be, and with what it is initialized. Pure.

All addresses are known before anything is sent, and a second run finds what the first one made. The portal
and the system config name each other, so the portal's place is reserved first; with dispute games, the
escrow of the bonds likewise. What the deployer still has to set up or to change belongs to it until then,
afterwards to the owner.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opcycle.deploy.config import DeployConfig, GamesConfig, L2Fees, Settlement
from opcycle.deploy.creation import Creation, Creator, Setting, Setup, proxy_admin_of
from opcycle.deploy.deployment import Addresses
from opcycle.engine.genesis import Genesis, L2GenesisConfig, build_l2_genesis
from opcycle.keccak import keccak
from opcycle.protocol.types import ZERO_ADDRESS, Address, L1BlockRef

RESERVED = {Settlement.ORACLE: ("OptimismPortal",), Settlement.GAMES: ("OptimismPortal2", "DelayedWETH")}
"""Contracts whose proxies are set up after the system config, which names them; the portal first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`logic` and `proxies` by contract name; the former first, since a proxy calls its logic at once."""

    config: DeployConfig
    deployer: Address
    anchor: L1BlockRef
    genesis: Genesis
    logic: Mapping[str, Creation]
    proxies: Mapping[str, Creation]

    @property
    def portal(self) -> str:
        return RESERVED[self.config.settlement][0]

    @property
    def has_games(self) -> bool:
        return self.config.settlement is Settlement.GAMES

    @property
    def addresses(self) -> Addresses:
        common = {
            "batch_inbox": self.config.batch_inbox or self.logic["BatchInbox"].address,
            "optimism_portal": self.proxies[self.portal].address,
            "system_config": self.proxies["SystemConfig"].address,
            "superchain_config": self.proxies["SuperchainConfig"].address,
        }
        if not self.has_games:
            return Addresses(**common, l2_output_oracle=self.proxies["L2OutputOracle"].address)
        return Addresses(
            **common,
            dispute_game_factory=self.proxies["DisputeGameFactory"].address,
            anchor_state_registry=self.proxies["AnchorStateRegistry"].address,
            delayed_weth=self.proxies["DelayedWETH"].address,
            preimage_oracle=self.logic["PreimageOracle"].address,
        )

    @property
    def setups(self) -> list[Setup]:
        """Of the reserved proxies."""
        system_config = self.proxies["SystemConfig"].address
        if not self.has_games:
            superchain_config = self.proxies["SuperchainConfig"].address
            oracle = self.proxies["L2OutputOracle"].address
            return [self._setup(self.portal, oracle, system_config, superchain_config)]
        registry = self.proxies["AnchorStateRegistry"].address
        return [
            self._setup(self.portal, system_config, registry),
            self._setup("DelayedWETH", system_config),
        ]

    def _setup(self, name: str, *arguments: Any) -> Setup:
        return Setup(name, self.proxies[name].address, self.logic[name].address, arguments)

    @property
    def settings(self) -> list[Setting]:
        """What differs from the zeros that initialized contracts hold."""
        fees = _fee_settings(self.config.fees)
        return [*fees, *self.game_settings] if self.has_games else fees

    @property
    def game_settings(self) -> list[Setting]:
        """What makes the factory make games."""
        games = self.config.games
        kind, logic = games.game_type, self.logic["FaultDisputeGame"].address
        arguments = self._game_arguments()
        return [
            Setting(
                "DisputeGameFactory",
                "setImplementation",
                (kind, logic, arguments),
                (("gameImpls", kind, logic), ("gameArgs", kind, arguments)),
            ),
            Setting(
                "DisputeGameFactory",
                "setInitBond",
                (kind, games.init_bond),
                (("initBonds", kind, games.init_bond),),
            ),
        ]

    def _game_arguments(self) -> bytes:
        """For every game: absolute prestate 32 ‖ vm 20 ‖ anchor registry 20 ‖ weth 20 ‖ L2 chain id 32."""
        return (
            self.config.games.absolute_prestate
            + self.logic["AlphabetVM"].address
            + self.proxies["AnchorStateRegistry"].address
            + self.proxies["DelayedWETH"].address
            + self.config.l2_chain_id.to_bytes(32, "big")
        )

    @property
    def hand_over(self) -> list[tuple[str, Address]]:
        """What is the deployer's in the end, and must be the owner's: contract names and addresses."""
        reserved = [("ProxyAdmin", proxy_admin_of(setup.proxy)) for setup in self.setups]
        owned = ["SystemConfig", "DisputeGameFactory"] if self.has_games else ["SystemConfig"]
        return [*((name, self.proxies[name].address) for name in owned), *reserved]


def make_plan(config: DeployConfig, *, deployer: Address, anchor: L1BlockRef) -> Plan:
    """The plan of a deployment that starts at L1 block `anchor` and is sent by `deployer`."""
    create = Creator(keccak(config.name.encode() + anchor.hash))
    genesis = _genesis(config, anchor)
    logic = {item.name: item for item in _logic(config, create)}
    owner, names = config.roles.owner, RESERVED[config.settlement]
    reserved = {name: create.reserved(name, logic["Reserved"], owner=deployer) for name in names}
    superchain = create.proxy(logic["SuperchainConfig"], config.roles.guardian, owner=owner)
    system_config = create.proxy(
        logic["SystemConfig"],
        *_system_parameters(config, deployer),
        config.batch_inbox or logic["BatchInbox"].address,
        _system_addresses([creation.address for creation in reserved.values()]),
        config.l2_chain_id,
        superchain.address,
        owner=owner,
    )
    proxies = {**reserved, "SuperchainConfig": superchain, "SystemConfig": system_config}
    if config.settlement is Settlement.ORACLE:
        oracle = create.proxy(logic["L2OutputOracle"], *_oracle_parameters(config, anchor), owner=owner)
        return Plan(config, deployer, anchor, genesis, logic, {**proxies, "L2OutputOracle": oracle})
    factory = create.proxy(logic["DisputeGameFactory"], deployer, owner=owner)
    registry = create.proxy(
        logic["AnchorStateRegistry"],
        system_config.address,
        factory.address,
        (genesis.output.root, genesis.id.number),
        config.games.game_type,
        owner=owner,
    )
    proxies |= {"DisputeGameFactory": factory, "AnchorStateRegistry": registry}
    return Plan(config, deployer, anchor, genesis, logic, proxies)


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


def _genesis(config: DeployConfig, anchor: L1BlockRef) -> Genesis:
    """Nothing in it depends on an address on L1, so those may depend on it."""
    return build_l2_genesis(
        L2GenesisConfig(
            chain_id=config.l2_chain_id,
            timestamp=anchor.timestamp,
            gas_limit=config.gas_limit,
            proxy_admin_owner=config.roles.owner,
            fee_vault=config.fee_vault,
            min_base_fee=config.fees.min_base_fee,
            newest_fork=config.newest_fork,
            fee_curve=config.fee_curve,
            balances=config.balances,
        )
    )


def _logic(config: DeployConfig, create: Creator) -> Iterator[Creation]:
    """What stands for itself, and what proxies run."""
    yield create.logic("Reserved")
    if config.batch_inbox is None:
        yield create.logic("BatchInbox")
    yield create.logic("SuperchainConfig")
    yield create.logic("SystemConfig")
    if config.settlement is Settlement.GAMES:
        yield from _games_logic(config.games, create)
    else:
        yield create.logic("L2OutputOracle")
        yield create.logic("OptimismPortal")


def _games_logic(games: GamesConfig, create: Creator) -> Iterator[Creation]:
    sizes = (games.preimage_min_proposal_size, games.preimage_challenge_period)
    preimages = create.logic("PreimageOracle", ["uint256", "uint256"], sizes)
    yield preimages
    yield create.logic("AlphabetVM", ["bytes32", "address"], (games.absolute_prestate, preimages.address))
    depths = (games.max_game_depth, games.split_depth)
    parameters = (*depths, games.clock_extension, games.max_clock_duration)
    yield create.logic("FaultDisputeGame", ["(uint256,uint256,uint64,uint64)"], (parameters,))
    yield create.logic("DisputeGameFactory")
    yield create.logic("AnchorStateRegistry", ["uint256"], (games.finality_delay,))
    yield create.logic("DelayedWETH", ["uint256"], (games.weth_delay,))
    yield create.logic("OptimismPortal2", ["uint256"], (games.proof_maturity_delay,))


def _fee_settings(fees: L2Fees) -> list[Setting]:
    found = [
        (
            "setEIP1559Params",
            {"eip1559Denominator": fees.eip1559_denominator, "eip1559Elasticity": fees.eip1559_elasticity},
        ),
        (
            "setOperatorFeeScalars",
            {
                "operatorFeeScalar": fees.operator_fee_scalar,
                "operatorFeeConstant": fees.operator_fee_constant,
            },
        ),
        ("setMinBaseFee", {"minBaseFee": fees.min_base_fee}),
        ("setDAFootprintGasScalar", {"daFootprintGasScalar": fees.da_footprint_gas_scalar}),
    ]
    return [
        Setting("SystemConfig", setter, tuple(values.values()), tuple(values.items()))
        for setter, values in found
        if any(values.values())
    ]


def _system_addresses(reserved: Sequence[Address]) -> tuple[Address, ...]:
    """`ISystemConfig.Addresses`: of its seven contracts only the fourth and the sixth may exist so far."""
    portal, *weth = reserved
    return (*(ZERO_ADDRESS,) * 3, portal, ZERO_ADDRESS, *(weth or (ZERO_ADDRESS,)), ZERO_ADDRESS)


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
        config.oracle.submission_interval,
        config.block_time,
        0,
        anchor.timestamp,
        config.roles.proposer,
        config.roles.challenger,
        config.oracle.finalization_period,
    )
