"""What a rollup is to be: everything that is chosen before its first block and its contracts exist.

The YAML form has one key per field, sections for the nested classes: `deploy/local.yaml` shows all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from opcycle.challenger.traces import AlphabetTrace
from opcycle.deploy.validation import problems
from opcycle.deploy.yaml_form import read_form
from opcycle.engine.predeploy_state import FeeVaultConfig
from opcycle.errors import UserError
from opcycle.protocol.alt_da import AltDAConfig
from opcycle.protocol.rollup import FeeCurve, Fork, SystemConfig
from opcycle.protocol.types import Address, Hash


class Settlement(StrEnum):
    """How L1 comes to believe an output root.

    With `games` anyone may claim one in a dispute game and anyone may dispute it. With `oracle` one proposer
    writes them down and one challenger may delete them.
    """

    GAMES = "games"
    ORACLE = "oracle"


class VM(StrEnum):
    """The machine that computes an output root, and one step of which settles a dispute.

    `mips64` runs op-program, which derives the chain from L1. `alphabet` proves nothing: who knows how wins
    for a wrong output root and against a right one. It is quick, and for tests.
    """

    MIPS64 = "mips64"
    ALPHABET = "alphabet"


GAME_TYPE = {VM.MIPS64: 0, VM.ALPHABET: 255}
"""The type of the games about each: op-challenger's `cannon` and `alphabet`."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Who may do what on L1. Batcher, proposer and challenger send transactions, each from its own account.

    `owner` may change the system config, the kinds of games, and upgrade the contracts; `guardian` may pause
    withdrawals and refuse games. Games are open to everyone, `proposer` and `challenger` then only names.
    """

    owner: Address
    guardian: Address
    batcher: Address
    proposer: Address
    challenger: Address
    unsafe_block_signer: Address


@dataclass(frozen=True, slots=True)
class L2Fees:
    """What an L2 transaction pays; the owner can change all of it later.

    The two scalars weigh L1's prices, in millionths. EIP-1559 parameters of 0 and 0 mean the fee curve.
    The operator fee in wei is `gas * scalar / 1e6 + constant` in Isthmus, `gas * scalar * 100 + constant` in
    Jovian. `min_base_fee` in wei and `da_footprint_gas_scalar` in gas per byte (0: 400) need Jovian.
    """

    basefee_scalar: int = 1368
    blobbasefee_scalar: int = 810_949
    eip1559_denominator: int = 0
    eip1559_elasticity: int = 0
    operator_fee_scalar: int = 0
    operator_fee_constant: int = 0
    min_base_fee: int = 0
    da_footprint_gas_scalar: int = 0


@dataclass(frozen=True, slots=True)
class ResourceConfig:
    """The market for the L2 gas that deposits buy; fields as in `ResourceMetering.sol`, prices in wei."""

    max_resource_limit: int = 20_000_000
    elasticity_multiplier: int = 10
    base_fee_max_change_denominator: int = 8
    minimum_base_fee: int = 1_000_000_000
    system_tx_max_gas: int = 1_000_000
    maximum_base_fee: int = 2**128 - 1


@dataclass(frozen=True, slots=True)
class GamesConfig:
    """Of settlement by dispute games. Times in seconds, `init_bond`, of a root claim, in wei.

    A game reaches `2**split_depth` L2 blocks beyond its anchor, and `2**(max_game_depth - split_depth - 1)`
    steps of the machine `vm` that computes one of them. The clock of a side runs `max_clock_duration`, and
    never ends earlier than `clock_extension` after an answer. A withdrawal waits `proof_maturity_delay` after
    its proof and `finality_delay` after its game; a bond waits for the latter and then for `weth_delay`.
    A preimage of `preimage_min_proposal_size` bytes or more takes `preimage_challenge_period` to load.
    `absolute_prestate` is of mips64: None for that of the program which is built here for the chain, else of
    one that was built elsewhere. The defaults are those of OP Mainnet.
    """

    vm: VM = VM.MIPS64
    absolute_prestate: Hash | None = field(default=None, metadata={"size": 32})
    max_game_depth: int = 73
    split_depth: int = 30
    clock_extension: int = 10_800
    max_clock_duration: int = 302_400
    proof_maturity_delay: int = 604_800
    finality_delay: int = 302_400
    weth_delay: int = 302_400
    preimage_challenge_period: int = 86_400
    preimage_min_proposal_size: int = 126_000
    init_bond: int = 8 * 10**16

    @property
    def game_type(self) -> int:
        """Of the games that settle the rollup."""
        return GAME_TYPE[self.vm]

    @property
    def prestate(self) -> Hash:
        """The claim of the machine's first state: status "unfinished", then 31 bytes of the state's hash.

        Raises ValueError while the program is still to be built.
        """
        if self.vm is VM.ALPHABET:
            return AlphabetTrace.absolute_prestate
        if self.absolute_prestate is None:
            raise ValueError("the absolute prestate is not known before the chain's program is built")
        return self.absolute_prestate

    @property
    def needs_program(self) -> bool:
        """Whether the prestate is that of a program which is still to be built."""
        return self.vm is VM.MIPS64 and self.absolute_prestate is None


@dataclass(frozen=True, slots=True)
class OracleConfig:
    """Of settlement by an output oracle: an output every `submission_interval` L2 blocks, which can be
    challenged for `finalization_period` seconds."""

    submission_interval: int = 1800
    finalization_period: int = 604_800


@dataclass(frozen=True, slots=True)
class DeployConfig:
    """Times and periods in seconds, windows and timeouts in L1 blocks.

    `name` names the deployment and is part of its addresses. `l1_chain_id` None: whatever L1 it is sent to.
    `balances`, in wei, are given in the L2 genesis without a deposit: for local chains only.
    From Fjord on `max_sequencer_drift` is 1800 and from Granite on `channel_timeout` is 50, whatever is
    written here; op-node wants both fields nevertheless.
    `batch_inbox` None: a BatchInbox contract is deployed; else an address without code, as most OP Stack
    chains have: op-batcher posts blobs to no other. `alt_da` None: all batches are on Ethereum.
    """

    name: str
    l2_chain_id: int
    block_time: int
    roles: Roles
    fee_vault: FeeVaultConfig
    settlement: Settlement = Settlement.GAMES
    games: GamesConfig = field(default_factory=GamesConfig)
    oracle: OracleConfig = field(default_factory=OracleConfig)
    l1_chain_id: int | None = None
    newest_fork: Fork = Fork.JOVIAN
    gas_limit: int = 60_000_000
    seq_window_size: int = 3600
    max_sequencer_drift: int = 1800
    channel_timeout: int = 300
    fees: L2Fees = field(default_factory=L2Fees)
    fee_curve: FeeCurve = field(default_factory=FeeCurve)
    resource_config: ResourceConfig = field(default_factory=ResourceConfig)
    batch_inbox: Address | None = None
    balances: Mapping[Address, int] = field(default_factory=dict)
    alt_da: AltDAConfig | None = None

    @classmethod
    def load(cls, path: Path) -> "DeployConfig":
        """Reads YAML. Raises UserError that names every problem of the file at once."""
        config, found = read_form(cls, path)
        require_none([*found, *problems(config)], where=str(path))
        return config

    def require_valid(self) -> None:
        """Raises UserError that names every problem at once."""
        require_none(problems(self), where=f"the configuration of {self.name}")

    @property
    def system_config(self) -> SystemConfig:
        """What derivation starts from; the events of the deployment itself then change nothing in it."""
        fees = self.fees
        return SystemConfig(
            batcher_address=self.roles.batcher,
            scalar=b"\x01" + bytes(23) + _u32(fees.blobbasefee_scalar) + _u32(fees.basefee_scalar),
            gas_limit=self.gas_limit,
            eip_1559_params=_u32(fees.eip1559_denominator) + _u32(fees.eip1559_elasticity),
            operator_fee_params=bytes(20)
            + _u32(fees.operator_fee_scalar)
            + fees.operator_fee_constant.to_bytes(8, "big"),
            min_base_fee=fees.min_base_fee,
            da_footprint_gas_scalar=fees.da_footprint_gas_scalar,
        )


def require_none(found: list[str], *, where: str) -> None:
    """Raises UserError with every sentence of `found`."""
    if len(found) == 1:
        raise UserError(f"{where}: {found[0]}")
    if found:
        raise UserError(f"{where} has {len(found)} problems:\n- " + "\n- ".join(found))


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "big")
