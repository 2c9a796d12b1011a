"""When a singular batch is the next L2 block: the rules, in the order in which they are asked.

A rule looks at one batch and either says nothing or decides. The batch is valid if no rule decides.
Source: OP Stack specs, "Batch Queue" with the changes of Fjord, Holocene and Isthmus; op-node
`derive/batch_stage.go`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from opcycle.derivation.chain_spec import max_sequencer_drift
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L1Block, L1BlockRef, L1Header, L2BlockRef

SET_CODE_TX_TYPE = 4


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule decided, and the values that made it."""

    decision: Decision
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A batch and what the rules compare it with.

    `l1_blocks` are those known from the current epoch on, consecutive; `inclusion` is the L1 block that
    completed the batch's channel.
    """

    config: RollupConfig
    batch: SingularBatch
    safe_head: L2BlockRef
    l1_blocks: Sequence[L1Block]
    inclusion: L1BlockRef

    @property
    def next_timestamp(self) -> int:
        return self.safe_head.timestamp + self.config.block_time

    @property
    def is_holocene(self) -> bool:
        return self.config.is_active(Fork.HOLOCENE, self.inclusion.timestamp)

    @property
    def epoch(self) -> L1Header:
        """The current epoch: the safe head's, or the next once it has been filled with forced batches."""
        return self.l1_blocks[0].header

    @property
    def origin_block(self) -> L1Block:
        """The L1 block that the batch names by number. Only for rules behind `next_origin_unknown`."""
        return self.l1_blocks[self.batch.epoch.number - self.epoch.number]

    @property
    def origin(self) -> L1Header:
        return self.origin_block.header


Rule: TypeAlias = Callable[[Candidate], Ruling | None]


def no_l1_blocks(candidate: Candidate) -> Ruling | None:
    if not candidate.l1_blocks:
        return Ruling(Decision.UNDECIDED, Reason.NO_L1_BLOCKS)
    return None


def future_timestamp(candidate: Candidate) -> Ruling | None:
    """Before Holocene it may wait for its turn."""
    if candidate.batch.timestamp > candidate.next_timestamp:
        decision = Decision.DROP if candidate.is_holocene else Decision.FUTURE
        detail = f"{candidate.batch.timestamp}, the next is {candidate.next_timestamp}"
        return Ruling(decision, Reason.FUTURE_TIMESTAMP, detail)
    return None


def past_timestamp(candidate: Candidate) -> Ruling | None:
    """From Holocene it does no harm to its channel; before, channels take no harm from any batch."""
    if candidate.batch.timestamp < candidate.next_timestamp:
        decision = Decision.PAST if candidate.is_holocene else Decision.DROP
        detail = f"{candidate.batch.timestamp}, the next is {candidate.next_timestamp}"
        return Ruling(decision, Reason.PAST_TIMESTAMP, detail)
    return None


def parent_mismatch(candidate: Candidate) -> Ruling | None:
    parent, head = candidate.batch.parent_hash, candidate.safe_head
    if parent != head.hash:
        return _drop(Reason.PARENT_MISMATCH, f"0x{parent.hex()}, the safe head is 0x{head.hash.hex()}")
    return None


def window_expired(candidate: Candidate) -> Ruling | None:
    last_chance = candidate.batch.epoch.number + candidate.config.seq_window_size
    if last_chance < candidate.inclusion.number:
        return _drop(
            Reason.WINDOW_EXPIRED, f"in L1 block {candidate.inclusion.number}, due by block {last_chance}"
        )
    return None


def epoch_too_old(candidate: Candidate) -> Ruling | None:
    if candidate.batch.epoch.number < candidate.epoch.number:
        return _drop(Reason.EPOCH_TOO_OLD, _epochs(candidate))
    return None


def epoch_too_new(candidate: Candidate) -> Ruling | None:
    if candidate.batch.epoch.number > candidate.epoch.number + 1:
        return _drop(Reason.EPOCH_TOO_NEW, _epochs(candidate))
    return None


def next_origin_unknown(candidate: Candidate) -> Ruling | None:
    if candidate.batch.epoch.number > candidate.epoch.number and len(candidate.l1_blocks) < 2:
        return Ruling(Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN, _epochs(candidate))
    return None


def epoch_hash_mismatch(candidate: Candidate) -> Ruling | None:
    if candidate.batch.epoch.hash != candidate.origin.hash:
        return _drop(Reason.EPOCH_HASH_MISMATCH, f"{candidate.batch.epoch}, here {candidate.origin.id}")
    return None


def before_origin_time(candidate: Candidate) -> Ruling | None:
    if candidate.batch.timestamp < candidate.origin.timestamp:
        return _drop(Reason.BEFORE_ORIGIN_TIME, f"{candidate.batch.timestamp} < {candidate.origin.timestamp}")
    return None


def activation_block_not_empty(candidate: Candidate) -> Ruling | None:
    batch = candidate.batch
    if batch.transactions and candidate.config.activates_at(Fork.JOVIAN, batch.timestamp):
        return _drop(Reason.ACTIVATION_BLOCK_NOT_EMPTY, f"{Fork.JOVIAN}, {len(batch.transactions)}")
    return None


def drift_exceeded(candidate: Candidate) -> Ruling | None:
    if candidate.batch.transactions and _beyond_drift(candidate):
        return _drop(Reason.DRIFT_EXCEEDED, _drift(candidate))
    return None


def origin_not_adopted(candidate: Candidate) -> Ruling | None:
    """An empty batch may exceed the drift only while the next L1 block is later than the batch."""
    stays = candidate.batch.epoch.number == candidate.epoch.number
    if candidate.batch.transactions or not stays or not _beyond_drift(candidate):
        return None
    if len(candidate.l1_blocks) < 2:
        return Ruling(Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN, _drift(candidate))
    if candidate.batch.timestamp >= candidate.l1_blocks[1].header.timestamp:
        return _drop(Reason.ORIGIN_NOT_ADOPTED, _drift(candidate))
    return None


def forbidden_transaction(candidate: Candidate) -> Ruling | None:
    allows_set_code = candidate.config.is_active(Fork.ISTHMUS, candidate.batch.timestamp)
    for index, tx in enumerate(candidate.batch.transactions):
        if not tx:
            return _drop(Reason.EMPTY_TRANSACTION, f"transaction {index}")
        if tx[0] == DEPOSIT_TX_TYPE:
            return _drop(Reason.DEPOSIT_IN_BATCH, f"transaction {index}")
        if tx[0] == SET_CODE_TX_TYPE and not allows_set_code:
            return _drop(Reason.SET_CODE_BEFORE_ISTHMUS, f"transaction {index}")
    return None


RULES: tuple[Rule, ...] = (
    no_l1_blocks,
    future_timestamp,
    past_timestamp,
    parent_mismatch,
    window_expired,
    epoch_too_old,
    epoch_too_new,
    next_origin_unknown,
    epoch_hash_mismatch,
    before_origin_time,
    activation_block_not_empty,
    drift_exceeded,
    origin_not_adopted,
    forbidden_transaction,
)


def check_batch(candidate: Candidate) -> Ruling:
    """The ruling of the first rule that decides; ACCEPT if none does."""
    for rule in RULES:
        ruling = rule(candidate)
        if ruling is not None:
            return ruling
    return Ruling(Decision.ACCEPT, Reason.VALID)


def _drop(reason: Reason, detail: str) -> Ruling:
    return Ruling(Decision.DROP, reason, detail)


def _epochs(candidate: Candidate) -> str:
    return f"epoch {candidate.batch.epoch.number}, the current one is {candidate.epoch.number}"


def _beyond_drift(candidate: Candidate) -> bool:
    origin_time = candidate.origin.timestamp
    return candidate.batch.timestamp > origin_time + max_sequencer_drift(candidate.config, origin_time)


def _drift(candidate: Candidate) -> str:
    return f"{candidate.batch.timestamp - candidate.origin.timestamp} s ahead of its L1 origin"
