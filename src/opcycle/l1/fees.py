"""What a transaction must pay: EIP-1559 prices, and the gas that calldata alone costs (EIP-7623)."""

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

FEE_HISTORY_BLOCKS = 5
"""How many blocks the tip is taken from."""


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas: the most in all, and the part of it for the block's builder."""

    max_fee: int
    max_priority_fee: int


def suggest_fees(rpc: RpcClient, *, min_tip: int) -> Fees:
    """A tip that recent blocks took, at least `min_tip`, and twice the base fee as the cap."""
    blocks = to_quantity(FEE_HISTORY_BLOCKS)
    history = rpc.call("eth_feeHistory", blocks, "latest", [50])
    rewards = [from_quantity(reward[0]) for reward in history.get("reward") or () if reward]
    tip = max(min_tip, median_low(rewards) if rewards else 0)
    return Fees(max_fee=2 * from_quantity(history["baseFeePerGas"][-1]) + tip, max_priority_fee=tip)


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
