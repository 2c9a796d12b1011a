"""Sixth stage: batches in, the one that is the next L2 block out; an empty one where none came in time.

When the sequence window of an epoch has passed, derivation makes the missing blocks itself, so that nobody
can stop the chain or keep deposits out. Source: OP Stack specs, "Batch Queue" and "Holocene: Batch Queue";
op-node `derive/batch_stage.go`.
"""

from collections import deque
from dataclasses import dataclass, replace

from opcycle.derivation.batch_rules import Candidate, check_batch
from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.channel_reader import ChannelReader, IncludedBatch
from opcycle.derivation.verdicts import BatchId, Decision, Reason, Verdict, VerdictLog
from opcycle.errors import ResetError
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block, L2BlockRef


@dataclass(frozen=True, slots=True)
class NextBatch:
    """The content of the next L2 block and the L1 block of its epoch (header and logs)."""

    identity: BatchId
    batch: SingularBatch
    epoch: L1Block


class BatchStage:
    """Keeps the L1 blocks from the current epoch to the one being read; `flush` drops what was read ahead."""

    def __init__(self, config: RollupConfig, prev: ChannelReader, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._l1_blocks: deque[L1Block] = deque()
        self._latest: L1Block | None = None
        self._undecided: IncludedBatch | None = None

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._prev.open_channel

    def next(self, safe_head: L2BlockRef) -> NextBatch | None:
        """The batch of the L2 block after `safe_head`; None when that takes another L1 block.

        Raises ResetError if `safe_head` belongs to another L1 chain than the blocks being read, or to an
        epoch that is behind them.
        """
        self._follow(safe_head)
        if self.origin.header.number <= safe_head.l1_origin.number:
            self._drain()
            return None
        while (included := self._pull()) is not None:
            candidate = Candidate(
                self._config, included.batch, safe_head, self._l1_blocks, included.inclusion
            )
            ruling = check_batch(candidate)
            inclusion = included.inclusion.id
            self._verdicts.add(
                Verdict(included.identity, ruling.decision, ruling.reason, ruling.detail, inclusion)
            )
            if ruling.decision is Decision.ACCEPT:
                return NextBatch(included.identity, included.batch, candidate.origin_block)
            if ruling.decision is Decision.DROP:
                self.flush()
            if ruling.decision is Decision.UNDECIDED:
                self._undecided = included
                return None
        return self._forced_empty(safe_head)

    def flush(self) -> None:
        self._undecided = None
        self._prev.flush()

    def _follow(self, safe_head: L2BlockRef) -> None:
        """Take in the L1 block being read; forget those before the safe head's epoch."""
        if self.origin is not self._latest:
            self._latest = self.origin
            self._l1_blocks.append(replace(self.origin, transactions=(), blobs={}))
        epoch = safe_head.l1_origin
        while self._l1_blocks and self._l1_blocks[0].header.number < epoch.number:
            self._l1_blocks.popleft()
        if not self._l1_blocks:
            return
        first = self._l1_blocks[0].header
        if first.id != epoch and first.number != epoch.number + 1:
            raise ResetError(
                f"the safe head {safe_head} has the L1 origin {epoch}, derivation is at {first.id}"
            )

    def _pull(self) -> IncludedBatch | None:
        if (held := self._undecided) is not None:
            self._undecided = None
            return held
        return self._prev.next()

    def _drain(self) -> None:
        """What L1 holds up to the safe head's own origin came too early to be about a later block."""
        while (included := self._prev.next()) is not None:
            self._verdicts.add(
                Verdict(
                    included.identity, Decision.PAST, Reason.ORIGIN_BEFORE_SAFE, "", included.inclusion.id
                )
            )

    def _forced_empty(self, safe_head: L2BlockRef) -> NextBatch | None:
        """An empty batch once the window of the current epoch has passed, or a step to the next epoch.

        An epoch has at least one block; it has more while the next L1 block would be later than they are.
        """
        epoch, timestamp = self._l1_blocks[0], safe_head.timestamp + self._config.block_time
        is_expired = epoch.header.number + self._config.seq_window_size <= self.origin.header.number
        if not is_expired or len(self._l1_blocks) < 2:
            return None
        is_first = epoch.header.number == safe_head.l1_origin.number + 1
        if not is_first and timestamp >= self._l1_blocks[1].header.timestamp:
            self._l1_blocks.popleft()
            return None
        identity = BatchId(None, 0, timestamp)
        self._verdicts.accept(identity, self.origin.header.id, Reason.FORCED_EMPTY, f"epoch {epoch.ref}")
        return NextBatch(identity, SingularBatch(safe_head.hash, epoch.header.id, timestamp, ()), epoch)
