"""Which contracts a deployment creates, where each will be, and with what it is initialized. Pure.

All addresses are known before anything is sent, and a second run finds what the first one made. Everything
belongs to the deployer until it is set up, afterwards to the owner.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from opcycle.deploy.config import VM, DeployConfig, GamesConfig, L2Fees, Settlement
from opcycle.deploy.creation import Creation, Creator, Setting, Setup
from opcycle.deploy.deployment import Addresses
from opcycle.deploy.initial import initial_arguments
from opcycle.engine.fault_proof_program import ChainFiles
from opcycle.engine.genesis import Genesis, L2GenesisConfig, build_l2_genesis
from opcycle.engine.predeploy_state import L1Side
from opcycle.keccak import keccak
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, Hash, L1BlockRef

MACHINE = {VM.MIPS64: "MIPS64", VM.ALPHABET: "AlphabetVM"}
"""The contract of each machine."""

STATE_VERSION = 8
"""Of MIPS64: the version of the machine that runs the program."""

_PROXIED = (
    "SuperchainConfig",
    "SystemConfig",
    "L1CrossDomainMessenger",
    "L1StandardBridge",
    "L1ERC721Bridge",
    "OptimismMintableERC20Factory",
)
_PROXIED_IN = {
    Settlement.ORACLE: ("L2OutputOracle", "OptimismPortal"),
    Settlement.GAMES: ("DisputeGameFactory", "AnchorStateRegistry", "DelayedWETH", "OptimismPortal2"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """`logic` and `proxies` by contract name; the former has what stands for itself, too."""

    config: DeployConfig
    deployer: Address
    anchor: L1BlockRef
    genesis: Genesis
    logic: Mapping[str, Creation]
    proxies: Mapping[str, Creation]
    addresses: Addresses

    @property
    def has_games(self) -> bool:
        return self.config.settlement is Settlement.GAMES

    @property
    def chain_files(self) -> ChainFiles:
        """What the fault-proof program must know of the chain."""
        return ChainFiles(self.rollup, self.genesis.config.chain_config)

    @property
    def rollup(self) -> RollupConfig:
        """What `rollup.json` says once the plan is carried out."""
        config, addresses = self.config, self.addresses
        return RollupConfig(
            genesis_l1=self.anchor.id,
            genesis_l2=self.genesis.id,
            genesis_time=self.anchor.timestamp,
            genesis_system_config=config.system_config,
            block_time=config.block_time,
            l1_chain_id=self.genesis.config.l1.chain_id,
            l2_chain_id=config.l2_chain_id,
            batch_inbox=addresses.batch_inbox,
            deposit_contract=addresses.optimism_portal,
            l1_system_config=addresses.system_config,
            max_sequencer_drift=config.max_sequencer_drift,
            seq_window_size=config.seq_window_size,
            channel_timeout=config.channel_timeout,
            fork_times=dict.fromkeys(self.genesis.config.forks, 0),
            fee_curve=config.fee_curve,
            alt_da=config.alt_da,
        )

    def with_prestate(self, absolute_prestate: Hash) -> "Plan":
        """The same with games about that program. Nothing else changes: neither an address nor the genesis
        depends on it, as the program contains both."""
        games = replace(self.config.games, absolute_prestate=absolute_prestate)
        return replace(self, config=replace(self.config, games=games))

    @property
    def needs_program(self) -> bool:
        """Whether the chain's fault-proof program must be built before the games can be set up."""
        return self.has_games and self.config.games.needs_program

    @property
    def portal(self) -> str:
        return "OptimismPortal2" if self.has_games else "OptimismPortal"

    @property
    def setups(self) -> list[Setup]:
        """Of all proxies. The portal's asks the system config, all others are independent of each other."""
        arguments = initial_arguments(
            self.config, deployer=self.deployer, anchor=self.anchor, genesis=self.genesis, at=self.addresses
        )
        return [
            Setup(name, self.addresses.proxy_admin, proxy.address, self.logic[name].address, arguments[name])
            for name, proxy in self.proxies.items()
        ]

    @property
    def settings(self) -> list[Setting]:
        """What differs from the zeros that initialized contracts hold."""
        fees = _fee_settings(self.config.fees)
        return [*fees, *self.game_settings] if self.has_games else fees

    @property
    def game_settings(self) -> list[Setting]:
        """What makes the factory make games. With mips64 the plan must be `with_prestate`."""
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
            self.config.games.prestate
            + self.logic[MACHINE[self.config.games.vm]].address
            + self.proxies["AnchorStateRegistry"].address
            + self.proxies["DelayedWETH"].address
            + self.config.l2_chain_id.to_bytes(32, "big")
        )

    @property
    def hand_over(self) -> list[tuple[str, Address]]:
        """What is the deployer's in the end, and must be the owner's: contract names and addresses."""
        owned = ["SystemConfig", "DisputeGameFactory"] if self.has_games else ["SystemConfig"]
        return [
            *((name, self.proxies[name].address) for name in owned),
            ("ProxyAdmin", self.addresses.proxy_admin),
        ]


def make_plan(config: DeployConfig, *, l1_chain_id: int, deployer: Address, anchor: L1BlockRef) -> Plan:
    """The plan of a deployment that starts at block `anchor` of that L1 and is sent by `deployer`."""
    create = Creator(keccak(config.name.encode() + anchor.hash))
    logic = {item.name: item for item in _logic(config, deployer, create)}
    admin = logic["ProxyAdmin"].address
    names = (*_PROXIED, *_PROXIED_IN[config.settlement])
    proxies = {name: create.proxy(name, admin=admin) for name in names}
    addresses = _addresses(config, logic, proxies)
    genesis = _genesis(config, anchor, _l1_side(l1_chain_id, addresses))
    return Plan(config, deployer, anchor, genesis, logic, proxies, addresses)


def _addresses(
    config: DeployConfig, logic: Mapping[str, Creation], proxies: Mapping[str, Creation]
) -> Addresses:
    has_games = config.settlement is Settlement.GAMES
    common = {
        "batch_inbox": config.batch_inbox or logic["BatchInbox"].address,
        "optimism_portal": proxies["OptimismPortal2" if has_games else "OptimismPortal"].address,
        "system_config": proxies["SystemConfig"].address,
        "superchain_config": proxies["SuperchainConfig"].address,
        "proxy_admin": logic["ProxyAdmin"].address,
        "l1_cross_domain_messenger": proxies["L1CrossDomainMessenger"].address,
        "l1_standard_bridge": proxies["L1StandardBridge"].address,
        "l1_erc721_bridge": proxies["L1ERC721Bridge"].address,
        "optimism_mintable_erc20_factory": proxies["OptimismMintableERC20Factory"].address,
    }
    if not has_games:
        return Addresses(**common, l2_output_oracle=proxies["L2OutputOracle"].address)
    return Addresses(
        **common,
        dispute_game_factory=proxies["DisputeGameFactory"].address,
        anchor_state_registry=proxies["AnchorStateRegistry"].address,
        delayed_weth=proxies["DelayedWETH"].address,
        preimage_oracle=logic["PreimageOracle"].address,
    )


def _l1_side(chain_id: int, at: Addresses) -> L1Side:
    return L1Side(chain_id, at.l1_cross_domain_messenger, at.l1_standard_bridge, at.l1_erc721_bridge)


def _genesis(config: DeployConfig, anchor: L1BlockRef, l1: L1Side) -> Genesis:
    return build_l2_genesis(
        L2GenesisConfig(
            chain_id=config.l2_chain_id,
            timestamp=anchor.timestamp,
            gas_limit=config.gas_limit,
            proxy_admin_owner=config.roles.owner,
            l1=l1,
            fee_vault=config.fee_vault,
            min_base_fee=config.fees.min_base_fee,
            newest_fork=config.newest_fork,
            fee_curve=config.fee_curve,
            balances=config.balances,
        )
    )


def _logic(config: DeployConfig, deployer: Address, create: Creator) -> Iterator[Creation]:
    """What stands for itself, and what proxies run."""
    yield create.logic("ProxyAdmin", ["address"], [deployer])
    if config.batch_inbox is None:
        yield create.logic("BatchInbox")
    yield from _plain(create, _PROXIED)
    if config.settlement is Settlement.GAMES:
        yield from _games_logic(config.games, create)
    else:
        yield from _plain(create, _PROXIED_IN[Settlement.ORACLE])


def _plain(create: Creator, names: Iterable[str]) -> Iterator[Creation]:
    """Those whose constructors take nothing."""
    return (create.logic(name) for name in names)


def _games_logic(games: GamesConfig, create: Creator) -> Iterator[Creation]:
    sizes = (games.preimage_min_proposal_size, games.preimage_challenge_period)
    preimages = create.logic("PreimageOracle", ["uint256", "uint256"], sizes)
    yield preimages
    if games.vm is VM.MIPS64:
        yield create.logic("MIPS64", ["address", "uint256"], (preimages.address, STATE_VERSION))
    else:
        yield create.logic("AlphabetVM", ["bytes32", "address"], (games.prestate, preimages.address))
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
