"""What may be wrong with a deployment's configuration: one sentence each, all found at once.

The limits are those of the contracts (`SystemConfig.sol`, `L2OutputOracle.sol`, `GameBase.sol`,
`FaultDisputeGame.sol`), of op-node's own check of `rollup.json`, and of the widths of fields on the wire.
"""

import re
from collections.abc import Iterator
from itertools import chain, combinations
from typing import TYPE_CHECKING

from opcycle.protocol.dispute_game import VMStatus
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import ZERO_ADDRESS

if TYPE_CHECKING:
    from opcycle.deploy.config import DeployConfig

MAX_GAS_LIMIT = 500_000_000
"""`SystemConfig.maximumGasLimit()`."""

DEEPEST, LEAST_SPLIT_DEPTH = 125, 2
"""Of a game: `GameBase.sol`."""

LEAST_STEPS_DEPTH = 30
"""Of a game about op-program: the block of a chain without users takes half of 2^30 steps."""

ETHEREUM = 1
TEST_MACHINE_PROBLEM = (
    "games.vm is alphabet, a machine that proves nothing: who knows how wins for a wrong output root and "
    "against a right one; on Ethereum (chain id 1) settle with mips64, or with oracle"
)

LOCAL_L1_CHAIN_IDS = frozenset({LOCAL_L1_CHAIN_ID, 1337, 31337})
"""Our own L1, geth --dev, anvil and hardhat: chains whose ether is worth nothing."""

_U8, _U16, _U32, _U64, _U128, _U256 = (2**bits - 1 for bits in (8, 16, 32, 64, 128, 256))
_MAX_CHAIN_ID = 2**53 - 1
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
Limit = tuple[str, int, int, int]
"""A value by name, the value, the least and the most that it may be."""

_SENDERS = ("batcher", "proposer", "challenger")


def problems(config: "DeployConfig") -> list[str]:
    """A sentence per value that is out of range or contradicts another; empty when all is well."""
    return [
        *_names(config),
        *_ranges(config),
        *_roles(config),
        *_gas(config),
        *_forks(config),
        *_balances(config),
        *_alt_da(config),
        *_games(config),
    ]


def balances_problem(l1_chain_id: int) -> str:
    """Why a chain that settles on that L1 may not begin with balances."""
    return (
        f"balances creates ether that no deposit backs, which only a local L1 allows (chain id "
        f"{', '.join(map(str, sorted(LOCAL_L1_CHAIN_IDS)))}), and this one has chain id {l1_chain_id}"
    )


def _alt_da(config: "DeployConfig") -> Iterator[str]:
    if config.alt_da is not None and config.alt_da.problem:
        yield f"alt_da: {config.alt_da.problem}"


def _games(config: "DeployConfig") -> Iterator[str]:
    games = config.games
    if config.settlement == "games" and config.l1_chain_id == ETHEREUM and games.vm == "alphabet":
        yield TEST_MACHINE_PROBLEM
    if games.split_depth + 1 >= games.max_game_depth:
        yield (
            f"games.split_depth {games.split_depth} must be at least 2 less than max_game_depth "
            f"{games.max_game_depth}, to leave the machine a step"
        )
    if games.vm == "mips64":
        yield from _program(config)
    elif games.absolute_prestate is not None:
        yield "games.absolute_prestate is of mips64; the first state of alphabet is always the same"
    for what, longest in (
        ("twice clock_extension", 2 * games.clock_extension),
        (
            "clock_extension + preimage_challenge_period",
            games.clock_extension + games.preimage_challenge_period,
        ),
    ):
        if longest > games.max_clock_duration:
            yield (
                f"games.max_clock_duration {games.max_clock_duration} is less than {what}, {longest}, which "
                "a side may need for one answer"
            )


def _program(config: "DeployConfig") -> Iterator[str]:
    games = config.games
    steps = games.max_game_depth - games.split_depth - 1
    if 0 < steps < LEAST_STEPS_DEPTH:
        yield (
            f"games.max_game_depth {games.max_game_depth} leaves mips64 2^{steps} steps below split_depth "
            f"{games.split_depth}; a block takes 2^{LEAST_STEPS_DEPTH} or more, so make it at least "
            f"{games.split_depth + 1 + LEAST_STEPS_DEPTH}"
        )
    if games.absolute_prestate is not None and games.absolute_prestate[0] != VMStatus.UNFINISHED:
        yield (
            f"games.absolute_prestate is 0x{games.absolute_prestate.hex()}; that of a machine that is to run "
            f"begins with 0x{VMStatus.UNFINISHED:02x}"
        )
    if config.settlement == "games" and config.alt_da is not None:
        yield (
            "alt_da is set and games.vm is mips64: op-program reads batches from Ethereum only, so it would "
            "find every output root wrong; use games.vm alphabet, or no alt_da"
        )


def _names(config: "DeployConfig") -> Iterator[str]:
    if not _NAME.fullmatch(config.name):
        yield (
            f"name is {config.name!r}; it must be 1 to 40 lower-case letters, digits and hyphens, "
            "because it names a directory"
        )
    if config.l2_chain_id == config.l1_chain_id:
        yield f"l1_chain_id and l2_chain_id are both {config.l2_chain_id}; a rollup needs an id of its own"


def _ranges(config: "DeployConfig") -> Iterator[str]:
    for name, value, least, most in chain(
        _chain_limits(config), _game_limits(config), _fee_limits(config), _market_limits(config)
    ):
        if not least <= value <= most:
            yield f"{name} is {value}; it must be {least} to {most}"


def _chain_limits(config: "DeployConfig") -> Iterator[Limit]:
    if config.l1_chain_id is not None:
        yield "l1_chain_id", config.l1_chain_id, 1, _MAX_CHAIN_ID
    yield "l2_chain_id", config.l2_chain_id, 1, _MAX_CHAIN_ID
    yield "block_time", config.block_time, 1, 60
    yield "oracle.submission_interval", config.oracle.submission_interval, 1, _U64
    yield "oracle.finalization_period", config.oracle.finalization_period, 1, _U64
    yield "seq_window_size", config.seq_window_size, 2, _U32
    yield "max_sequencer_drift", config.max_sequencer_drift, 1, _U32
    yield "channel_timeout", config.channel_timeout, 1, _U32


def _game_limits(config: "DeployConfig") -> Iterator[Limit]:
    games, section = config.games, "games"
    yield f"{section}.max_game_depth", games.max_game_depth, LEAST_SPLIT_DEPTH + 2, DEEPEST
    yield f"{section}.split_depth", games.split_depth, LEAST_SPLIT_DEPTH, DEEPEST - 2
    yield f"{section}.clock_extension", games.clock_extension, 0, _U64
    yield f"{section}.max_clock_duration", games.max_clock_duration, 1, _U64
    yield f"{section}.proof_maturity_delay", games.proof_maturity_delay, 1, _U64
    yield f"{section}.finality_delay", games.finality_delay, 1, _U64
    yield f"{section}.weth_delay", games.weth_delay, 1, _U64
    yield f"{section}.preimage_challenge_period", games.preimage_challenge_period, 1, _U64
    yield f"{section}.preimage_min_proposal_size", games.preimage_min_proposal_size, 1, _U64
    yield f"{section}.init_bond", games.init_bond, 0, _U128


def _fee_limits(config: "DeployConfig") -> Iterator[Limit]:
    fees, curve, vault = config.fees, config.fee_curve, config.fee_vault
    yield "fee_vault.minimum", vault.minimum, 0, _U256
    yield "fee_vault.network (0 for L1, 1 for L2)", vault.network, 0, 1
    yield "fees.basefee_scalar", fees.basefee_scalar, 0, _U32
    yield "fees.blobbasefee_scalar", fees.blobbasefee_scalar, 0, _U32
    yield "fees.eip1559_denominator", fees.eip1559_denominator, 0, _U32
    yield "fees.eip1559_elasticity", fees.eip1559_elasticity, 0, _U32
    yield "fees.operator_fee_scalar", fees.operator_fee_scalar, 0, _U32
    yield "fees.operator_fee_constant", fees.operator_fee_constant, 0, _U64
    yield "fees.min_base_fee", fees.min_base_fee, 0, _U64
    yield "fees.da_footprint_gas_scalar", fees.da_footprint_gas_scalar, 0, _U16
    yield "fee_curve.elasticity", curve.elasticity, 1, _U32
    yield "fee_curve.denominator", curve.denominator, 1, _U32
    yield "fee_curve.denominator_canyon", curve.denominator_canyon, 1, _U32


def _market_limits(config: "DeployConfig") -> Iterator[Limit]:
    market, section = config.resource_config, "resource_config"
    yield f"{section}.max_resource_limit", market.max_resource_limit, 1, _U32
    yield f"{section}.elasticity_multiplier", market.elasticity_multiplier, 1, _U8
    yield f"{section}.base_fee_max_change_denominator", market.base_fee_max_change_denominator, 2, _U8
    yield f"{section}.minimum_base_fee", market.minimum_base_fee, 0, _U32
    yield f"{section}.system_tx_max_gas", market.system_tx_max_gas, 0, _U32
    yield f"{section}.maximum_base_fee", market.maximum_base_fee, 0, _U128


def _roles(config: "DeployConfig") -> Iterator[str]:
    roles = config.roles
    named = {f"roles.{name}": getattr(roles, name) for name in roles.__slots__}
    named["fee_vault.recipient"] = config.fee_vault.recipient
    for name, address in named.items():
        if address == ZERO_ADDRESS:
            yield f"{name} is the zero address; it must be an account that somebody holds"
    if config.batch_inbox is not None and config.batch_inbox in (ZERO_ADDRESS, *named.values()):
        yield f"batch_inbox is 0x{config.batch_inbox.hex()}; it must be an address that is nobody's account"
    for one, other in combinations(_SENDERS, 2):
        if getattr(roles, one) == getattr(roles, other) != ZERO_ADDRESS:
            yield (
                f"roles.{one} and roles.{other} are the same account; two programs that send from one "
                "account take each other's nonces, so give each its own"
            )


def _gas(config: "DeployConfig") -> Iterator[str]:
    market, fees = config.resource_config, config.fees
    least = market.max_resource_limit + market.system_tx_max_gas
    if not least <= config.gas_limit <= MAX_GAS_LIMIT:
        yield (
            f"gas_limit is {config.gas_limit}; it must be {least} (max_resource_limit + system_tx_max_gas "
            f"of resource_config) to {MAX_GAS_LIMIT}"
        )
    if market.elasticity_multiplier > 0 and market.max_resource_limit % market.elasticity_multiplier:
        yield (
            f"resource_config.max_resource_limit {market.max_resource_limit} is no multiple of "
            f"elasticity_multiplier {market.elasticity_multiplier}, and the target is their quotient"
        )
    if market.minimum_base_fee > market.maximum_base_fee:
        yield (
            f"resource_config.minimum_base_fee {market.minimum_base_fee} is above "
            f"maximum_base_fee {market.maximum_base_fee}"
        )
    if (fees.eip1559_denominator == 0) != (fees.eip1559_elasticity == 0):
        yield (
            f"fees.eip1559_denominator is {fees.eip1559_denominator} and fees.eip1559_elasticity is "
            f"{fees.eip1559_elasticity}; set both, or neither to use the fee curve"
        )


def _forks(config: "DeployConfig") -> Iterator[str]:
    if config.newest_fork not in (Fork.ISTHMUS, Fork.JOVIAN):
        yield f"newest_fork is {config.newest_fork}; a new chain starts with isthmus or jovian"
    if config.newest_fork is Fork.JOVIAN:
        return
    for name in ("min_base_fee", "da_footprint_gas_scalar"):
        if value := getattr(config.fees, name):
            yield f"fees.{name} is {value}, but it exists only from jovian on and newest_fork is older"


def _balances(config: "DeployConfig") -> Iterator[str]:
    if config.balances and config.l1_chain_id is not None and config.l1_chain_id not in LOCAL_L1_CHAIN_IDS:
        yield balances_problem(config.l1_chain_id)
    for address, wei in config.balances.items():
        if not 0 <= wei <= _U256:
            yield f"balances.0x{address.hex()} is {wei}; it must be 0 to {_U256}"
