"""Last stage: a batch and its parent's system config in, the payload attributes of the L2 block out.

`prepare_attributes` is what a sequencer starts from too: everything of a block that L1 dictates.
Source: OP Stack specs, "Deriving Payload Attributes"; op-node `derive/attributes.go`.
"""

from dataclasses import dataclass, field, replace

from opcycle.derivation.batch_mux import BatchMux
from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.config_updates import after_block
from opcycle.derivation.epochs import NextBatch
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.derivation.verdicts import BatchId, Reason, VerdictLog
from opcycle.errors import CriticalError, ResetError
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE, deposits_from_logs
from opcycle.protocol.l1_chain import L1ChainConfig
from opcycle.protocol.l1_info import l1_info_deposit
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.payload import PayloadAttributes
from opcycle.protocol.predeploys import SEQUENCER_FEE_VAULT
from opcycle.protocol.rollup import Fork, RollupConfig, SystemConfig
from opcycle.protocol.types import ZERO_HASH, BlockId, L1Block, L1BlockRef, L2BlockRef
from opcycle.protocol.upgrades import upgrade_transactions


@dataclass(frozen=True, slots=True)
class DerivedAttributes:
    """The next safe block: what to build on `parent`, the L1 block and the batch that it was derived from.

    Equal ones make the same block, whatever the batch.
    """

    attributes: PayloadAttributes
    parent: L2BlockRef
    l1_origin: BlockId
    sequence_number: int
    derived_from: L1BlockRef
    batch: BatchId = field(compare=False)


class AttributesStage:
    """Turns batches into attributes. `flush` drops what was read ahead."""

    def __init__(self, config: RollupConfig, l1_chain: L1ChainConfig, prev: BatchMux, verdicts: VerdictLog):
        self._config = config
        self._l1_chain = l1_chain
        self._prev = prev
        self._verdicts = verdicts
        self._last: DerivedAttributes | None = None

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._prev.open_channel

    def push_l2(self, block: L2Block) -> None:
        """Give the block that the last answer asked for."""
        self._prev.push_l2(block)

    def next(
        self, safe_head: L2BlockRef, safe_system_config: SystemConfig
    ) -> DerivedAttributes | NeedL2Block | None:
        """The attributes of the block after `safe_head`; None when that takes another L1 block.

        Asked again about the same `safe_head`, it answers the same.
        """
        if self._last is not None and self._last.parent == safe_head:
            return self._last
        found = self._prev.next(safe_head)
        if not isinstance(found, NextBatch):
            return found
        template = prepare_attributes(
            self._config, self._l1_chain, safe_head, safe_system_config, epoch=found.epoch
        )
        forced = template.transactions or ()
        origin = found.epoch.header.id
        derived = DerivedAttributes(
            attributes=replace(template, transactions=forced + found.batch.transactions),
            parent=safe_head,
            l1_origin=origin,
            sequence_number=sequence_number(safe_head, origin),
            derived_from=self.origin.ref,
            batch=found.identity,
        )
        self._last = derived
        return derived

    def without_batch(self, invalid: DerivedAttributes) -> DerivedAttributes | None:
        """What to build instead, after the engine has rejected the block of the last attributes.

        From Holocene on the same with their deposits only; the rest of the channel is dropped. Before, None:
        only the batch is dropped (of a span batch also what follows), and `next` has another one. Raises
        CriticalError if deposits were all it had, and ValueError if `invalid` is not what `next` returned
        last.
        """
        if self._last is None or self._last != invalid:
            raise ValueError("only the attributes that were derived last can be invalid")
        transactions = invalid.attributes.transactions or ()
        deposits = tuple(tx for tx in transactions if tx[0] == DEPOSIT_TX_TYPE)
        if deposits == transactions:
            raise CriticalError(
                f"the engine rejects the block after {invalid.parent}, which has only deposits; "
                "engine and rollup config do not fit together"
            )
        self._prev.flush()
        detail, l1_block = f"{len(transactions) - len(deposits)} transactions", self.origin.header
        if not self._config.is_active(Fork.HOLOCENE, l1_block.timestamp):
            self._verdicts.drop(invalid.batch, l1_block.id, Reason.INVALID_BEFORE_HOLOCENE, detail)
            self._last = None
            return None
        self._verdicts.drop(invalid.batch, l1_block.id, Reason.INVALID_PAYLOAD, detail)
        self._last = replace(invalid, attributes=replace(invalid.attributes, transactions=deposits))
        return self._last


def sequence_number(parent: L2BlockRef, l1_origin: BlockId) -> int:
    """Position of the block after `parent` within its epoch."""
    return parent.sequence_number + 1 if l1_origin.number == parent.l1_origin.number else 0


def prepare_attributes(
    config: RollupConfig,
    l1_chain: L1ChainConfig,
    parent: L2BlockRef,
    parent_system_config: SystemConfig,
    *,
    epoch: L1Block,
) -> PayloadAttributes:
    """The attributes of a block on `parent` with L1 origin `epoch`, with no transactions but deposits.

    The first block of an epoch takes the epoch's user deposits and system config updates; the others take
    the parent's system config as it is. The first block of a fork has the fork's upgrade transactions, too.
    Raises ResetError if `epoch` is neither the parent's epoch nor the next one of the same L1 chain, or later
    than the block.
    """
    header, timestamp = epoch.header, parent.timestamp + config.block_time
    _check_origin(parent, epoch, timestamp)
    system_config = parent_system_config
    user_deposits: tuple[bytes, ...] = ()
    if header.number != parent.l1_origin.number:
        system_config = after_block(config, parent_system_config, epoch)
        user_deposits = _user_deposits(config, epoch)
    l1_info = l1_info_deposit(
        config,
        system_config,
        header,
        sequence_number=sequence_number(parent, header.id),
        l2_timestamp=timestamp,
        blob_base_fee=l1_chain.blob_base_fee(header),
    )
    upgrades = (deposit.encode() for deposit in upgrade_transactions(config, timestamp))
    beacon_root = header.parent_beacon_root or ZERO_HASH
    return PayloadAttributes(
        timestamp=timestamp,
        prev_randao=header.mix_hash,
        fee_recipient=SEQUENCER_FEE_VAULT,
        has_withdrawals=config.is_active(Fork.CANYON, timestamp),
        parent_beacon_root=beacon_root if config.is_active(Fork.ECOTONE, timestamp) else None,
        transactions=(l1_info.encode(), *user_deposits, *upgrades),
        no_tx_pool=True,
        gas_limit=system_config.gas_limit,
        eip_1559_params=system_config.eip_1559_params if config.is_active(Fork.HOLOCENE, timestamp) else None,
        min_base_fee=system_config.min_base_fee if config.is_active(Fork.JOVIAN, timestamp) else None,
    )


def _user_deposits(config: RollupConfig, epoch: L1Block) -> tuple[bytes, ...]:
    deposits, bad = deposits_from_logs(epoch.logs, portal=config.deposit_contract, l1_hash=epoch.header.hash)
    if bad:
        raise CriticalError(
            f"L1 block {epoch.ref}: the deposit contract 0x{config.deposit_contract.hex()} emitted an event "
            f"that is no deposit (log {bad[0].log.index}: {bad[0].detail}); deposits may never be skipped"
        )
    return tuple(deposit.encode() for deposit in deposits)


def _check_origin(parent: L2BlockRef, epoch: L1Block, timestamp: int) -> None:
    origin, header = parent.l1_origin, epoch.header
    is_same = header.id == origin
    is_next = header.number == origin.number + 1 and header.parent_hash == origin.hash
    if not is_same and not is_next:
        raise ResetError(f"no block on {parent} (L1 origin {origin}) can have the L1 origin {epoch.ref}")
    if timestamp < header.timestamp:
        raise ResetError(
            f"a block on {parent} at {timestamp} would precede its L1 origin at {header.timestamp}"
        )
