"""An L2 block as its consensus encoding has it: `rlp([header, [transaction, …], uncles, withdrawals])`.

Header fields by position: 0 parent, 1 uncles, 2 coinbase, 3 state root, 4 transactions root, 5 receipts root,
6 bloom, 7 difficulty, 8 number, 9 gas limit, 10 gas used, 11 time, 12 extra data, 13 mix hash, 14 nonce,
15 base fee, 16 withdrawals root (from Isthmus the message passer's storage root), 17 blob gas used,
18 excess blob gas, 19 parent beacon root, 20 requests hash.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from opcycle.keccak import keccak
from opcycle.protocol import rlp_items
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE, DepositTransaction
from opcycle.protocol.l1_info import L1Info
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.payload import ExecutionPayload
from opcycle.protocol.rlp_items import RlpError
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.system_config import system_config_from_l2
from opcycle.protocol.types import BlockId, Hash, L2BlockRef

HEADER_FIELDS = BEDROCK_FIELDS, CANYON_FIELDS, ECOTONE_FIELDS, ISTHMUS_FIELDS = 16, 17, 20, 21
"""How many fields a header has from each of these forks on."""


class BlockError(ValueError):
    """The bytes are no L2 block."""


@dataclass(frozen=True)
class L2Block:
    """A block, its reference (with the L1 origin its first transaction names) and its raw transactions.

    `withdrawals_root` is the message passer's storage root; before Isthmus the header lacks it: None.
    `system_config` is the config as of this block, from which the next block's attributes start.
    """

    ref: L2BlockRef
    state_root: Hash
    withdrawals_root: Hash | None
    gas_limit: int
    extra_data: bytes
    base_fee: int
    transactions: tuple[bytes, ...]
    system_config: SystemConfig

    @cached_property
    def user_transactions(self) -> tuple[bytes, ...]:
        """What a batch carries: every transaction that is not a deposit."""
        return tuple(tx for tx in self.transactions if tx[0] != DEPOSIT_TX_TYPE)

    @property
    def output(self) -> OutputRootProof:
        """The preimage of the block's output root; from Isthmus the header holds all of it.

        Raises BlockError before: a part is in the state only.
        """
        if self.withdrawals_root is None:
            raise BlockError(
                f"the header of L2 block {self.ref}, before Isthmus, has only a part of its output"
            )
        return OutputRootProof(
            version=bytes(32),
            state_root=self.state_root,
            message_passer_storage_root=self.withdrawals_root,
            latest_block_hash=self.ref.hash,
        )


def decode_l2_block(raw: bytes, config: RollupConfig) -> L2Block:
    """The block of a consensus encoding (`debug_getRawBlock`). Raises BlockError."""
    try:
        block_hash, header, txs = block_parts(raw)
    except RlpError as error:
        raise BlockError(str(error)) from error
    if len(header) not in HEADER_FIELDS:
        raise BlockError(f"no L2 block has {len(header)} header fields")
    number = int.from_bytes(header[8], "big")
    gas_limit = int.from_bytes(header[9], "big")
    if number == config.genesis_l2.number:
        origin, sequence_number, system_config = config.genesis_l1, 0, config.genesis_system_config
    else:
        origin, sequence_number, system_config = _l1_view(txs, gas_limit=gas_limit, extra_data=header[12])
    return L2Block(
        ref=L2BlockRef(
            hash=block_hash,
            number=number,
            parent_hash=header[0],
            timestamp=int.from_bytes(header[11], "big"),
            l1_origin=origin,
            sequence_number=sequence_number,
        ),
        state_root=header[3],
        withdrawals_root=header[16] if len(header) == ISTHMUS_FIELDS else None,
        gas_limit=gas_limit,
        extra_data=header[12],
        base_fee=int.from_bytes(header[15], "big"),
        transactions=txs,
        system_config=system_config,
    )


def block_parts(raw: bytes) -> tuple[Hash, list[bytes], tuple[bytes, ...]]:
    """Hash, header fields and raw transactions of an encoded block. Raises RlpError."""
    body = rlp_items.list_content(raw)
    _, start, stop = rlp_items.read_item(body, 0, len(body))
    header, block_hash = rlp_items.strings(body[start:stop]), keccak(body[:stop])
    _, start, stop = rlp_items.read_item(body, stop, len(body))
    return block_hash, header, tuple(_transactions(body[start:stop]))


def _transactions(content: bytes) -> Iterator[bytes]:
    """A typed transaction is a string there; a legacy one is a list, as it stands."""
    start = 0
    while start < len(content):
        is_list, inner, stop = rlp_items.read_item(content, start, len(content))
        yield content[start if is_list else inner : stop]
        start = stop


def l2_block_of_payload(payload: ExecutionPayload) -> L2Block:
    """The block that an engine has built, any but the genesis. Raises BlockError or L1InfoError."""
    origin, sequence_number, system_config = _l1_view(
        payload.transactions, gas_limit=payload.gas_limit, extra_data=payload.extra_data
    )
    return L2Block(
        ref=L2BlockRef(
            hash=payload.block_hash,
            number=payload.number,
            parent_hash=payload.parent_hash,
            timestamp=payload.timestamp,
            l1_origin=origin,
            sequence_number=sequence_number,
        ),
        state_root=payload.state_root,
        withdrawals_root=payload.withdrawals_root,
        gas_limit=payload.gas_limit,
        extra_data=payload.extra_data,
        base_fee=payload.base_fee,
        transactions=payload.transactions,
        system_config=system_config,
    )


def _l1_view(
    transactions: tuple[bytes, ...], *, gas_limit: int, extra_data: bytes
) -> tuple[BlockId, int, SystemConfig]:
    """L1 origin, sequence number and system config, as the block's L1-attributes deposit states them."""
    info = l1_info_of(transactions)
    system_config = system_config_from_l2(info, gas_limit=gas_limit, extra_data=extra_data)
    return BlockId(info.hash, info.number), info.sequence_number, system_config


def l1_info_of(transactions: tuple[bytes, ...]) -> L1Info:
    """The L1 attributes that a block's first transaction states. Raises BlockError or L1InfoError."""
    if not transactions:
        raise BlockError("an L2 block after genesis starts with its L1-attributes deposit; this one is empty")
    return L1Info.decode(DepositTransaction.decode(transactions[0]).data)
