"""What a plan says that every contract on L1 must be and answer: the one list that a deployment's last step
and `opcycle inspect` go by. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from opcycle.artifacts import artifact
from opcycle.deploy.config import VM, GamesConfig
from opcycle.deploy.creation import Creation, Setup
from opcycle.deploy.initial import chain_addresses, resource_config_tuple
from opcycle.deploy.inspection.findings import Severity
from opcycle.deploy.plan import MACHINE, STATE_VERSION, Plan
from opcycle.l1.contract import encode_call
from opcycle.protocol import predeploys
from opcycle.protocol.types import ZERO_ADDRESS, Address

KNOWN_GAME_TYPES = (*range(11), 42, 254, 255, 1337)
"""Those that any OP Stack chain is known to use; a factory cannot be asked for all that it makes."""


class Kind(Enum):
    """What it means that a contract answers otherwise: how bad that is, and what to do."""

    ROLE = (
        Severity.ERROR,
        "somebody else has this power: take the role back, or correct the configuration if it was given away",
    )
    WIRING = (
        Severity.ERROR,
        "the contracts do not belong together: use this chain no further until its owner has upgraded them",
    )
    FIXED = (
        Severity.ERROR,
        "only another implementation changes this: upgrade to the right one, or correct the configuration",
    )
    GAMES = (
        Severity.ERROR,
        "withdrawals rely on it: its owner or the guardian must set it back, or correct the configuration",
    )
    SETTING = (
        Severity.WARNING,
        "the owner may change this at any time: set it back, or write the new value into the configuration",
    )
    PAUSE = (
        Severity.WARNING,
        "the guardian has stopped withdrawals: ask why; `SuperchainConfig.unpause` or time ends a pause",
    )
    EXTRA = (
        Severity.WARNING,
        "nothing relies on it while it is not the respected type; add it to the configuration, or remove it",
    )
    PROGRESS = (Severity.NOTE, "nothing: this is what becomes of a chain in use")

    def __init__(self, severity: Severity, advice: str):
        self.severity, self.advice = severity, advice


@dataclass(frozen=True, slots=True)
class Value:
    """What `getter`, with `arguments` if it takes any, must return."""

    kind: Kind
    getter: str
    wanted: Any
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Proxied:
    """A proxy's admin, who owns that and so may upgrade it, and the call that has set it up."""

    admin: Address
    owner: Address
    initialize: bytes


@dataclass(frozen=True, slots=True)
class Expected:
    """A contract on L1. `address` is its proxy's if it has one; `logic` creates the code that runs."""

    name: str
    address: Address
    logic: Creation
    proxied: Proxied | None
    values: tuple[Value, ...] = ()


def expected_contracts(plan: Plan) -> list[Expected]:
    """Of a complete deployment. What contracts only pass on from others (`OptimismPortal2.guardian`) is not
    asked of them: the code that passes it on is known, and one thing that is wrong is told once."""
    values = _common(plan) | (_games(plan) if plan.has_games else _oracle(plan))
    proxied = {setup.name: _proxied(plan, setup) for setup in plan.setups}
    return [
        Expected(
            name,
            (plan.proxies.get(name) or logic).address,
            logic,
            proxied.get(name),
            tuple(values.get(name, ())),
        )
        for name, logic in plan.logic.items()
    ]


def _proxied(plan: Plan, setup: Setup) -> Proxied:
    call = encode_call(artifact(setup.name).abi, "initialize", *setup.arguments)
    return Proxied(plan.addresses.proxy_admin, plan.config.roles.owner, call)


def _roles(**wanted: Any) -> list[Value]:
    return [Value(Kind.ROLE, getter, value) for getter, value in wanted.items()]


def _wiring(**wanted: Any) -> list[Value]:
    return [Value(Kind.WIRING, getter, value) for getter, value in wanted.items()]


def _fixed(**wanted: Any) -> list[Value]:
    return [Value(Kind.FIXED, getter, value) for getter, value in wanted.items()]


def _settings(**wanted: Any) -> list[Value]:
    return [Value(Kind.SETTING, getter, value) for getter, value in wanted.items()]


def _common(plan: Plan) -> dict[str, list[Value]]:
    return {
        "ProxyAdmin": _roles(owner=plan.config.roles.owner),
        "SuperchainConfig": _roles(guardian=plan.config.roles.guardian),
        "SystemConfig": _system_config(plan),
        **_bridges(plan),
    }


def _bridges(plan: Plan) -> dict[str, list[Value]]:
    """Their other ends are predeploys."""
    at = plan.addresses
    system_config, messenger = at.system_config, at.l1_cross_domain_messenger
    return {
        "L1CrossDomainMessenger": _wiring(
            systemConfig=system_config,
            portal=at.optimism_portal,
            otherMessenger=predeploys.L2_CROSS_DOMAIN_MESSENGER,
        ),
        "L1StandardBridge": _wiring(
            systemConfig=system_config, messenger=messenger, otherBridge=predeploys.L2_STANDARD_BRIDGE
        ),
        "L1ERC721Bridge": _wiring(
            systemConfig=system_config, messenger=messenger, otherBridge=predeploys.L2_ERC721_BRIDGE
        ),
        "OptimismMintableERC20Factory": _wiring(bridge=at.l1_standard_bridge),
    }


def _system_config(plan: Plan) -> list[Value]:
    config, fees, system, at = plan.config, plan.config.fees, plan.config.system_config, plan.addresses
    roles, chain = config.roles, chain_addresses(at)
    return [
        Value(Kind.PAUSE, "paused", False),
        *_roles(
            owner=roles.owner,
            batcherHash=roles.batcher.rjust(32, b"\0"),
            unsafeBlockSigner=roles.unsafe_block_signer,
        ),
        *_wiring(
            batchInbox=at.batch_inbox,
            superchainConfig=at.superchain_config,
            l2ChainId=config.l2_chain_id,
            **dict(zip(_CHAIN_GETTERS, chain, strict=True)),
        ),
        *_settings(
            overhead=int.from_bytes(system.overhead, "big"),
            scalar=int.from_bytes(system.scalar, "big"),
            gasLimit=config.gas_limit,
            resourceConfig=resource_config_tuple(config),
            eip1559Denominator=fees.eip1559_denominator,
            eip1559Elasticity=fees.eip1559_elasticity,
            operatorFeeScalar=fees.operator_fee_scalar,
            operatorFeeConstant=fees.operator_fee_constant,
            minBaseFee=fees.min_base_fee,
            daFootprintGasScalar=fees.da_footprint_gas_scalar,
        ),
    ]


_CHAIN_GETTERS = (
    "l1CrossDomainMessenger",
    "l1ERC721Bridge",
    "l1StandardBridge",
    "optimismPortal",
    "optimismMintableERC20Factory",
    "delayedWETH",
    "lastUsedOPCM",
)
"""Of `SystemConfig`, in the order of `ISystemConfig.Addresses`."""


def _oracle(plan: Plan) -> dict[str, list[Value]]:
    config, at = plan.config, plan.addresses
    return {
        "L2OutputOracle": [
            *_roles(proposer=config.roles.proposer, challenger=config.roles.challenger),
            *_fixed(
                submissionInterval=config.oracle.submission_interval,
                l2BlockTime=config.block_time,
                startingBlockNumber=0,
                startingTimestamp=plan.anchor.timestamp,
                finalizationPeriodSeconds=config.oracle.finalization_period,
            ),
        ],
        "OptimismPortal": [
            *_wiring(
                l2Oracle=at.l2_output_oracle,
                systemConfig=at.system_config,
                superchainConfig=at.superchain_config,
            ),
        ],
    }


def _games(plan: Plan) -> dict[str, list[Value]]:
    config, games, at, output = plan.config, plan.config.games, plan.addresses, plan.genesis.output
    return {
        "DisputeGameFactory": [
            *_roles(owner=config.roles.owner),
            *_game_kinds(plan),
            *(
                Value(Kind.EXTRA, "gameImpls", ZERO_ADDRESS, (kind,))
                for kind in KNOWN_GAME_TYPES
                if kind != games.game_type
            ),
        ],
        "AnchorStateRegistry": [
            *_wiring(systemConfig=at.system_config, disputeGameFactory=at.dispute_game_factory),
            *_fixed(
                getStartingAnchorRoot=(output.root, 0),
                disputeGameFinalityDelaySeconds=games.finality_delay,
            ),
            Value(Kind.GAMES, "respectedGameType", games.game_type),
            Value(Kind.PROGRESS, "anchorGame", ZERO_ADDRESS),
        ],
        "DelayedWETH": [
            *_wiring(systemConfig=at.system_config),
            *_fixed(delay=games.weth_delay),
        ],
        "PreimageOracle": _fixed(
            minProposalSize=games.preimage_min_proposal_size, challengePeriod=games.preimage_challenge_period
        ),
        MACHINE[games.vm]: [*_wiring(oracle=at.preimage_oracle), *_machine(games)],
        "FaultDisputeGame": _fixed(
            maxGameDepth=games.max_game_depth,
            splitDepth=games.split_depth,
            clockExtension=games.clock_extension,
            maxClockDuration=games.max_clock_duration,
        ),
        "OptimismPortal2": [
            *_wiring(
                systemConfig=at.system_config,
                anchorStateRegistry=at.anchor_state_registry,
            ),
            *_fixed(proofMaturityDelaySeconds=games.proof_maturity_delay),
        ],
    }


def _machine(games: GamesConfig) -> list[Value]:
    """What the machine itself says of what it runs; a game says which program."""
    if games.vm is VM.MIPS64:
        return _fixed(stateVersion=STATE_VERSION)
    return _fixed(ABSOLUTE_PRESTATE=games.prestate)


def _game_kinds(plan: Plan) -> Iterator[Value]:
    """What makes the factory make games; a wrong implementation or machine decides them wrongly."""
    for setting in plan.game_settings:
        for getter, *arguments, wanted in setting.shown:
            kind = Kind.SETTING if getter == "initBonds" else Kind.GAMES
            yield Value(kind, getter, wanted, tuple(arguments))
