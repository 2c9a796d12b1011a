"""What a transaction must pay: EIP-1559 and EIP-4844 prices, and the gas that data alone costs (EIP-7623).

What one must pay to replace another is go-ethereum's rule, `core/txpool`: each of its fees must be higher
by a share that depends on the pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_quantity, to_quantity

TRANSACTION_GAS = 21_000
"""Gas of a transaction before data and execution."""

TOKEN_GAS = 4
"""Intrinsic gas per calldata token; a zero byte is one token, another byte four."""

TOKEN_FLOOR_GAS = 10
"""Least gas per calldata token, whatever is executed (EIP-7623)."""

MAX_TRANSACTION_GAS = 1 << 24
"""The most gas one transaction may have from Osaka (EIP-7825): 16,777,216."""

GAS_PER_BLOB = 1 << 17
"""Blob gas of one blob (EIP-4844), however full: 131,072."""

FEE_HISTORY_BLOCKS = 5
"""How many blocks the tip is taken from."""


REPLACEMENT_PERCENT = 110
"""What a replacement's fees must be of the first ones."""

BLOB_REPLACEMENT_PERCENT = 200
"""The same for a transaction with blobs."""


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas: the most in all, the part of it for the block's builder, and the most per blob gas."""

    max_fee: int
    max_priority_fee: int
    max_blob_fee: int

    def cost(self, gas: int, blob_gas: int) -> int:
        """The most that a transaction pays, in wei."""
        return gas * self.max_fee + blob_gas * self.max_blob_fee

    def raised(self, percent: int) -> "Fees":
        """Each at `percent` of what it is, rounded up, and higher than it is."""
        fees = (self.max_fee, self.max_priority_fee, self.max_blob_fee)
        return Fees(*(max(fee + 1, -(-fee * percent // 100)) for fee in fees))

    def outbidding(self) -> "Fees":
        """Against a transaction of which nothing is known but that it is in the way.

        Twice these, with a tip of the old cap: one that prices have outgrown cannot tip as much.
        """
        return Fees(2 * self.max_fee, max(2 * self.max_priority_fee, self.max_fee), 2 * self.max_blob_fee)

    def at_least(self, other: "Fees") -> "Fees":
        """Of each the higher one."""
        return Fees(
            max(self.max_fee, other.max_fee),
            max(self.max_priority_fee, other.max_priority_fee),
            max(self.max_blob_fee, other.max_blob_fee),
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """Wei per gas in the next block: base fee, a tip that suffices, and wei per blob gas."""

    base_fee: int
    tip: int
    blob_base_fee: int

    @property
    def suggested(self) -> Fees:
        """Caps of twice these; they hold for six full blocks in a row."""
        return Fees(2 * self.base_fee + self.tip, self.tip, 2 * self.blob_base_fee)

    def exceed(self, fees: Fees, *, has_blobs: bool) -> bool:
        """Whether a transaction with these fees cannot be in the next block."""
        return fees.max_fee < self.base_fee or (has_blobs and fees.max_blob_fee < self.blob_base_fee)


def read_prices(rpc: RpcClient, *, min_tip: int) -> Prices:
    """With a tip that recent blocks took, at least `min_tip`. A chain without blobs prices them at 1 wei."""
    blocks = to_quantity(FEE_HISTORY_BLOCKS)
    history = rpc.call("eth_feeHistory", blocks, "latest", [50])
    rewards = [from_quantity(reward[0]) for reward in history.get("reward") or () if reward]
    blob_fees = history.get("baseFeePerBlobGas") or ("0x1",)
    return Prices(
        base_fee=from_quantity(history["baseFeePerGas"][-1]),
        tip=max(min_tip, median_low(rewards) if rewards else 0),
        blob_base_fee=max(1, from_quantity(blob_fees[-1])),
    )


def calldata_cost(data: bytes, prices: Prices) -> int:
    """Wei for a call that carries `data` and executes next to nothing: it pays the floor."""
    return floor_data_gas(data) * (prices.base_fee + prices.tip)


def blob_cost(prices: Prices, *, blobs: int = 1) -> int:
    """Wei for a transaction with that many blobs, however full, that executes next to nothing."""
    return TRANSACTION_GAS * (prices.base_fee + prices.tip) + GAS_PER_BLOB * blobs * prices.blob_base_fee


def blobs_are_cheaper(payloads: Sequence[bytes], prices: Prices) -> bool:
    """Whether these, each of which fits into a blob, cost less in one transaction than as a call each."""
    calls = sum(calldata_cost(payload, prices) for payload in payloads)
    return blob_cost(prices, blobs=len(payloads)) < calls


def calldata_tokens(data: bytes) -> int:
    """EIP-7623 tokens of calldata."""
    zeros = data.count(0)
    return zeros + 4 * (len(data) - zeros)


def intrinsic_gas(data: bytes) -> int:
    """Gas used before execution starts, for a call."""
    return TRANSACTION_GAS + TOKEN_GAS * calldata_tokens(data)


def floor_data_gas(data: bytes) -> int:
    """The least gas that a transaction with this calldata must have and pays (op-geth `FloorDataGas`)."""
    return TRANSACTION_GAS + TOKEN_FLOOR_GAS * calldata_tokens(data)
