"""What a transaction pays beyond its L2 gas: the L1 fee for its data and the operator fee.

All formulas round down, on whole numbers; fees in wei. `gas` is 4 per zero byte and 16 per other byte.

    bedrock   (gas + overhead) * base_fee * scalar / 1e6
    ecotone   gas * (16 * base_fee * base_fee_scalar + blob_base_fee * blob_base_fee_scalar) / 16e6
    fjord     size * (16 * base_fee * base_fee_scalar + blob_base_fee * blob_base_fee_scalar) / 1e12
              size = max(100e6, 836_500 * fastlz - 42_585_600): millionths of a byte

Source: OP Stack specs, "L1-Cost fees" (Bedrock, Ecotone, Fjord), "Operator Fee" (Isthmus, Jovian) and "DA
Footprint Block Limit" (Jovian); op-geth `core/types/rollup_cost.go`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from opcycle.protocol.deposits import DEPOSIT_TX_TYPE
from opcycle.protocol.fastlz import compressed_size
from opcycle.protocol.l1_info import L1Info, L1InfoForm, l1_info_form
from opcycle.protocol.rollup import Fork, RollupConfig

_ZERO_BYTE_GAS, _BYTE_GAS = 4, 16
_SIGNATURE_SIZE = 68
"""Bytes that stood for the signature before Regolith, when what was measured had one already."""

_MILLION = 10**6
_INTERCEPT, _FASTLZ_COEFFICIENT = -42_585_600, 836_500
_MIN_SIZE = 100 * _MILLION


@dataclass(frozen=True, slots=True)
class DataSize:
    """What the fee formulas count of a transaction: its zero bytes, its others, and its FastLZ size."""

    zeros: int
    others: int
    fastlz: int

    @classmethod
    def of(cls, transaction: bytes) -> "DataSize":
        """`transaction` is signed and encoded as in a block."""
        zeros = transaction.count(0)
        return cls(zeros, len(transaction) - zeros, compressed_size(transaction))

    @property
    def gas(self) -> int:
        return _ZERO_BYTE_GAS * self.zeros + _BYTE_GAS * self.others

    @property
    def estimate(self) -> int:
        """Millionths of a byte that the transaction is taken to need in a channel, from Fjord."""
        return max(_MIN_SIZE, _FASTLZ_COEFFICIENT * self.fastlz + _INTERCEPT)


def l1_fee(config: RollupConfig, info: L1Info, transaction: bytes, *, l2_timestamp: int) -> int:
    """The L1 fee of `transaction` in the L2 block at `l2_timestamp` that begins with `info`; 0 of a deposit.

    Ecotone's first block, whose L1 attributes have the Bedrock form still, has the Bedrock formula.
    """
    if _is_deposit(transaction):
        return 0
    size = DataSize.of(transaction)
    if l1_info_form(config, l2_timestamp) is L1InfoForm.BEDROCK:
        return bedrock_l1_fee(info, size, is_regolith=config.is_active(Fork.REGOLITH, l2_timestamp))
    if config.is_active(Fork.FJORD, l2_timestamp):
        return fjord_l1_fee(info, size)
    return ecotone_l1_fee(info, size)


def bedrock_l1_fee(info: L1Info, size: DataSize, *, is_regolith: bool) -> int:
    gas = size.gas if is_regolith else size.gas + _SIGNATURE_SIZE * _BYTE_GAS
    overhead, scalar = int.from_bytes(info.overhead, "big"), int.from_bytes(info.scalar, "big")
    return (gas + overhead) * info.base_fee * scalar // _MILLION


def ecotone_l1_fee(info: L1Info, size: DataSize) -> int:
    return size.gas * _scaled_price(info) // (16 * _MILLION)


def fjord_l1_fee(info: L1Info, size: DataSize) -> int:
    return size.estimate * _scaled_price(info) // 10**12


def operator_fee(config: RollupConfig, info: L1Info, gas: int, *, l2_timestamp: int) -> int:
    """The operator fee for `gas` units of L2 gas, from Isthmus; 0 in its first block. Deposits pay none.

    isthmus   gas * operator_fee_scalar / 1e6 + operator_fee_constant
    jovian    gas * operator_fee_scalar * 100 + operator_fee_constant
    """
    if config.is_active(Fork.JOVIAN, l2_timestamp):
        return gas * info.operator_fee_scalar * 100 + info.operator_fee_constant
    return gas * info.operator_fee_scalar // _MILLION + info.operator_fee_constant


def da_footprint(info: L1Info, transactions: Iterable[bytes]) -> int:
    """`blobGasUsed` of a Jovian block with `transactions`, which may not exceed the gas limit.

    Whole estimated bytes of each transaction that is no deposit, times the scalar; 0 in Jovian's first block.
    """
    sizes = (DataSize.of(tx).estimate // _MILLION for tx in transactions if not _is_deposit(tx))
    return sum(sizes) * info.da_footprint_gas_scalar


def _scaled_price(info: L1Info) -> int:
    calldata = _BYTE_GAS * info.base_fee * info.base_fee_scalar
    return calldata + info.blob_base_fee * info.blob_base_fee_scalar


def _is_deposit(transaction: bytes) -> bool:
    return transaction[:1] == bytes([DEPOSIT_TX_TYPE])
