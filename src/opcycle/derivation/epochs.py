"""The L1 blocks that the next L2 block can have as its epoch, and the empty batches where none came in time.

When the sequence window of an epoch has passed, derivation makes the missing blocks itself, so that nobody
can stop the chain or keep deposits out. The same before and after Holocene.
Source: OP Stack specs, "Batch Queue"; op-node `derive/base_batch_stage.go`.
"""

from collections import deque
from dataclasses import dataclass, replace

from opcycle.derivation.verdicts import BatchId, Reason, VerdictLog
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


class Epochs:
    """`blocks` go from the current epoch, the safe head's or the next, to the L1 block being read."""

    def __init__(self, config: RollupConfig, verdicts: VerdictLog):
        self.blocks: deque[L1Block] = deque()
        self._config = config
        self._verdicts = verdicts
        self._latest: L1Block | None = None

    def follow(self, origin: L1Block, safe_head: L2BlockRef) -> None:
        """Take in `origin`, the L1 block being read; forget those before the safe head's epoch.

        Raises ResetError if the safe head belongs to another L1 chain, or to an epoch that is behind.
        """
        if origin is not self._latest:
            self._latest = origin
            self.blocks.append(replace(origin, transactions=(), blobs={}))
        epoch = safe_head.l1_origin
        while self.blocks and self.blocks[0].header.number < epoch.number:
            self.blocks.popleft()
        if not self.blocks:
            return
        first = self.blocks[0].header
        if first.id != epoch and first.number != epoch.number + 1:
            raise ResetError(
                f"the safe head {safe_head} has the L1 origin {epoch}, derivation is at {first.id}"
            )

    def forced_empty(self, safe_head: L2BlockRef, *, is_drained: bool) -> NextBatch | None:
        """An empty batch once the window of the current epoch has passed, or a step to the next epoch.

        In the window's last L1 block all batches come first: `is_drained` says that there are no more.
        An epoch has at least one block; it has more while the next L1 block would be later than they are.
        """
        if len(self.blocks) < 2:
            return None
        epoch, timestamp = self.blocks[0], safe_head.timestamp + self._config.block_time
        origin = self.blocks[-1].header
        beyond = origin.number - epoch.header.number - self._config.seq_window_size
        if beyond < 0 or (beyond == 0 and not is_drained):
            return None
        is_first = epoch.header.number == safe_head.l1_origin.number + 1
        if not is_first and timestamp >= self.blocks[1].header.timestamp:
            self.blocks.popleft()
            return None
        identity = BatchId(None, 0, timestamp)
        self._verdicts.accept(identity, origin.id, Reason.FORCED_EMPTY, f"epoch {epoch.ref}")
        return NextBatch(identity, SingularBatch(safe_head.hash, epoch.header.id, timestamp, ()), epoch)
