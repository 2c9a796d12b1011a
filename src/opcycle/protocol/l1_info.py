"""L1 attributes: the first transaction of every L2 block, which tells L2 about its L1 origin.

All forms of the call to `L1Block`; integers big-endian.

    bedrock 015d8eb9, 260 B, ABI words:  number time basefee hash sequence batcher overhead scalar
    ecotone 440a5e20, 164 B, packed:     base_fee_scalar4 blob_base_fee_scalar4 sequence8 time8 number8
                                         basefee32 blob_base_fee32 hash32 batcher32
    isthmus 098999be, 176 B: ecotone ++  operator_fee_scalar4 operator_fee_constant8
    jovian  3db6be2b, 178 B: isthmus ++  da_footprint_gas_scalar2

Source: OP Stack specs, "L1 Attributes Deposited Transaction" and the Ecotone, Isthmus, Jovian changes.
"""

from dataclasses import dataclass
from enum import Enum

from opcycle.protocol.deposits import DepositTransaction, l1_info_source
from opcycle.protocol.predeploys import DEPOSITOR_ACCOUNT, L1_BLOCK
from opcycle.protocol.rollup import Fork, RollupConfig, SystemConfig
from opcycle.protocol.types import Address, Hash, L1Header

L1_INFO_GAS = 1_000_000
"""Gas of the L1-attributes deposit from Regolith."""

L1_INFO_GAS_BEFORE_REGOLITH = 150_000_000
"""Gas of the L1-attributes deposit before Regolith, when a system transaction took none from the block."""

DEFAULT_DA_FOOTPRINT_GAS_SCALAR = 400
"""What 0 in the system config means, from Jovian."""


class L1InfoError(ValueError):
    """The calldata is of no known form."""


class L1InfoForm(Enum):
    """A form of the call: its selector and whole length in bytes."""

    BEDROCK = (bytes.fromhex("015d8eb9"), 4 + 8 * 32)
    ECOTONE = (bytes.fromhex("440a5e20"), 164)
    ISTHMUS = (bytes.fromhex("098999be"), 176)
    JOVIAN = (bytes.fromhex("3db6be2b"), 178)

    @property
    def selector(self) -> bytes:
        return self.value[0]

    @property
    def size(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class L1Info:
    """What an L2 block knows about L1. Fees in wei; scalars as the fee formulas use them.

    `overhead` and `scalar` exist in the Bedrock form only; fields that a form lacks are 0.
    """

    number: int
    timestamp: int
    base_fee: int
    hash: Hash
    sequence_number: int
    batcher_address: Address
    base_fee_scalar: int = 0
    blob_base_fee_scalar: int = 0
    blob_base_fee: int = 0
    operator_fee_scalar: int = 0
    operator_fee_constant: int = 0
    da_footprint_gas_scalar: int = 0
    overhead: bytes = bytes(32)
    scalar: bytes = bytes(32)

    def encode(self, form: L1InfoForm) -> bytes:
        """Calldata for `L1Block`."""
        if form is L1InfoForm.BEDROCK:
            return self._encode_bedrock()
        packed = (
            form.selector
            + _uint(self.base_fee_scalar, 4)
            + _uint(self.blob_base_fee_scalar, 4)
            + _uint(self.sequence_number, 8)
            + _uint(self.timestamp, 8)
            + _uint(self.number, 8)
            + _uint(self.base_fee, 32)
            + _uint(self.blob_base_fee, 32)
            + self.hash
            + self.batcher_address.rjust(32, b"\0")
        )
        if form is not L1InfoForm.ECOTONE:
            packed += _uint(self.operator_fee_scalar, 4) + _uint(self.operator_fee_constant, 8)
        if form is L1InfoForm.JOVIAN:
            packed += _uint(self.da_footprint_gas_scalar, 2)
        return packed

    @classmethod
    def decode(cls, data: bytes) -> "L1Info":
        """Raises L1InfoError unless selector and length are those of one form and its padding is zero."""
        for form in L1InfoForm:
            if data[:4] == form.selector and len(data) == form.size:
                if form is L1InfoForm.BEDROCK:
                    return cls._decode_bedrock(data)
                return cls._decode_packed(data)
        raise L1InfoError(f"no L1-attributes call: selector 0x{data[:4].hex()}, {len(data)} bytes")

    def _encode_bedrock(self) -> bytes:
        words = [
            _uint(self.number, 32),
            _uint(self.timestamp, 32),
            _uint(self.base_fee, 32),
            self.hash,
            _uint(self.sequence_number, 32),
            self.batcher_address.rjust(32, b"\0"),
            self.overhead,
            self.scalar,
        ]
        return L1InfoForm.BEDROCK.selector + b"".join(words)

    @classmethod
    def _decode_bedrock(cls, data: bytes) -> "L1Info":
        words = [data[i : i + 32] for i in range(4, len(data), 32)]
        return cls(
            number=int.from_bytes(_unpadded(words[0], 8), "big"),
            timestamp=int.from_bytes(_unpadded(words[1], 8), "big"),
            base_fee=int.from_bytes(words[2], "big"),
            hash=words[3],
            sequence_number=int.from_bytes(_unpadded(words[4], 8), "big"),
            batcher_address=_unpadded(words[5], 20),
            overhead=words[6],
            scalar=words[7],
        )

    @classmethod
    def _decode_packed(cls, data: bytes) -> "L1Info":
        def number(start: int, end: int) -> int:
            return int.from_bytes(data[start:end], "big")

        return cls(
            base_fee_scalar=number(4, 8),
            blob_base_fee_scalar=number(8, 12),
            sequence_number=number(12, 20),
            timestamp=number(20, 28),
            number=number(28, 36),
            base_fee=number(36, 68),
            blob_base_fee=number(68, 100),
            hash=data[100:132],
            batcher_address=_unpadded(data[132:164], 20),
            operator_fee_scalar=number(164, 168),
            operator_fee_constant=number(168, 176),
            da_footprint_gas_scalar=number(176, 178),
        )


def l1_info_form(config: RollupConfig, l2_timestamp: int) -> L1InfoForm:
    """The form that the L2 block at `l2_timestamp` carries; a fork's first block has the form before."""

    def in_use(fork: Fork) -> bool:
        return config.is_active(fork, l2_timestamp) and not config.activates_at(fork, l2_timestamp)

    if in_use(Fork.JOVIAN):
        return L1InfoForm.JOVIAN
    if in_use(Fork.ISTHMUS):
        return L1InfoForm.ISTHMUS
    if in_use(Fork.ECOTONE):
        return L1InfoForm.ECOTONE
    return L1InfoForm.BEDROCK


def l1_info_deposit(
    config: RollupConfig,
    system_config: SystemConfig,
    header: L1Header,
    *,
    sequence_number: int,
    l2_timestamp: int,
    blob_base_fee: int,
) -> DepositTransaction:
    """The first transaction of the L2 block at `l2_timestamp` whose L1 origin is `header`."""
    is_regolith = config.is_active(Fork.REGOLITH, l2_timestamp)
    scalar = system_config.scalar
    is_versioned = scalar[0] == 1
    info = L1Info(
        number=header.number,
        timestamp=header.timestamp,
        base_fee=header.base_fee,
        hash=header.hash,
        sequence_number=sequence_number,
        batcher_address=system_config.batcher_address,
        base_fee_scalar=int.from_bytes(scalar[28:32], "big"),
        blob_base_fee_scalar=int.from_bytes(scalar[24:28], "big") if is_versioned else 0,
        blob_base_fee=blob_base_fee,
        operator_fee_scalar=int.from_bytes(system_config.operator_fee_params[20:24], "big"),
        operator_fee_constant=int.from_bytes(system_config.operator_fee_params[24:32], "big"),
        da_footprint_gas_scalar=system_config.da_footprint_gas_scalar or DEFAULT_DA_FOOTPRINT_GAS_SCALAR,
        overhead=system_config.overhead,
        scalar=scalar,
    )
    return DepositTransaction(
        source_hash=l1_info_source(header.hash, sequence_number),
        sender=DEPOSITOR_ACCOUNT,
        to=L1_BLOCK,
        mint=0,
        value=0,
        gas=L1_INFO_GAS if is_regolith else L1_INFO_GAS_BEFORE_REGOLITH,
        is_system=not is_regolith,
        data=info.encode(l1_info_form(config, l2_timestamp)),
    )


def _uint(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _unpadded(word: bytes, size: int) -> bytes:
    if any(word[:-size]):
        raise L1InfoError(f"0x{word.hex()} has more than {size} bytes")
    return word[-size:]
