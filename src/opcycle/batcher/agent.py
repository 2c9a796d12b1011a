"""The batcher: posts every L2 block to L1, in order, once.

One step looks at L1 (what was mined), at the node (how far L1 has been derived) and at L2 (new blocks),
closes the channels that are due and sends their frames, until L1 has enough to mine. Nothing is kept on disk:
a start waits until all that was ever sent is mined and derived, and goes on from the safe head. So does a
`reset`, whatever its reason: L2 replaced blocks that were posted, L1 lost them, derivation dropped them.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.batcher.channel import Channel, PendingBlock, build_channel
from opcycle.batcher.counts import Counts
from opcycle.batcher.decide import FULL, CloseChannel, SendFrames, Snapshot, Wait, decide
from opcycle.batcher.options import BatcherOptions
from opcycle.batcher.posted import PostedChannel, Situation, why_start_over
from opcycle.batcher.settling import L1Source, Settling
from opcycle.batcher.sizing import Sizing
from opcycle.da import BatchPublisher
from opcycle.derivation.chain_spec import channel_timeout
from opcycle.errors import OpcycleError, ResetError, TemporaryError, UserError
from opcycle.l1.receipts import Receipt
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef, L2BlockRef
from opcycle.rpc.hexjson import checksum

READ_AT_ONCE = 100
"""L2 blocks asked for in one request, at most; fewer after a server could not answer."""

KEPT = 256
"""Channels remembered after they became safe, or were given up."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def sync_status(self) -> SyncStatus: ...


class L2Source(Protocol):
    """The sequencer's chain; `opcycle.engine.l2.L2Client` is one."""

    def blocks(self, first: int, last: int) -> list[L2Block]: ...

    def hash_of(self, number: int) -> Hash | None: ...

    def number(self, label: str = "latest") -> int | None: ...


class SystemConfig(Protocol):
    """Who may post; `opcycle.l1.system_config.SystemConfigContract` is one."""

    def batcher_address(self, *, block: int | str | bytes) -> Address: ...


class Transactions(Protocol):
    """The batcher's account on L1; `opcycle.l1.transactions.TransactionManager` is one."""

    @property
    def address(self) -> Address: ...

    @property
    def resubmissions(self) -> tuple[str, ...]: ...

    def in_flight(self) -> int: ...

    def next_nonce(self) -> int: ...

    def receipt(self, transaction: Hash) -> Receipt | None: ...


class Batcher:
    """`publisher` sends from the account of `transactions`; only one batcher may use it.

    `channels`: the last ones posted, oldest first, as of the last step; for any thread to read.
    """

    name = "batcher"

    def __init__(
        self,
        config: RollupConfig,
        *,
        l2: L2Source,
        node: RollupNode,
        l1: L1Source,
        system_config: SystemConfig,
        transactions: Transactions,
        publisher: BatchPublisher,
        options: BatcherOptions,
    ):
        self._config = config
        self._l2 = l2
        self._node = node
        self._l1 = l1
        self._system_config = system_config
        self._transactions = transactions
        self._publisher = publisher
        self._options = options
        self._sizing = Sizing(config, options)
        self._read_at_once = READ_AT_ONCE
        self._past: deque[PostedChannel] = deque(maxlen=KEPT)
        self._posted: list[PostedChannel] = []
        self.channels: tuple[PostedChannel, ...] = ()
        self.counts = Counts()
        self._flush = threading.Event()
        self._flush_to = 0
        self.reset()

    def reset(self) -> None:
        """Start over from the safe head, once nothing that was sent can still change it."""
        self.counts.given_up += len(self._posted)
        self._past.extend(channel for channel in self._posted if channel.transactions)
        self._posted = []
        self._unsent: list[bytes] = []
        self._pending: list[PendingBlock] = []
        self._pending_size = 0
        self._cursor: L2BlockRef | None = None
        self._settling = Settling(self._l1)
        self._seen: tuple[BlockId, SyncStatus] | None = None

    def flush(self) -> None:
        """Post all L2 blocks that there are at the next step, however young they are; from any thread."""
        self._flush.set()

    def step(self) -> Outcome:
        """Read what is new, and post what is due.

        Raises ResetError if L2 has replaced blocks that were read, or what was posted did not become safe as
        it should; UserError if the key is not the batcher's.
        """
        try:
            return self._step()
        finally:
            self.channels = (*self._past, *self._posted)
            self.counts.pending_blocks = len(self._pending)
            self.counts.pending_bytes = self._pending_size

    def _step(self) -> Outcome:
        in_flight = self._transactions.in_flight()  # L1's head, read next, has all that this calls mined
        self.counts.in_flight = in_flight
        said = self._transactions.resubmissions
        l1_head = self._l1.header("latest").ref
        status = self._node.sync_status()
        cursor = self._cursor or self._start(in_flight, l1_head, status)
        if cursor is None:
            return Outcome(False, said, "what was sent before to be mined and derived")
        l2_head = self._l2_head(cursor)
        if self._flush.is_set():
            self._flush.clear()
            self._flush_to = l2_head
        self._follow(in_flight, l1_head, status)
        outcome = self._post(in_flight, l1_head, l2_head)
        return replace(outcome, did=(*said, *outcome.did))

    def _start(self, in_flight: int, l1_head: L1BlockRef, status: SyncStatus) -> L2BlockRef | None:
        """The safe head, if it can be relied on by now."""
        if self._transactions.next_nonce() > 0 and not self._settling.has_settled(
            in_flight=in_flight, l1_head=l1_head.id, current_l1=status.current_l1.id
        ):
            return None
        if disagreement := self._disagreement(status.safe_l2):
            raise TemporaryError(disagreement)
        self._check_account(l1_head)
        self._base = status.safe_l2.id
        self._cursor = status.safe_l2
        return status.safe_l2

    def _check_account(self, l1_head: L1BlockRef) -> None:
        batcher = self._system_config.batcher_address(block=l1_head.hash)
        if self._transactions.address != batcher:
            raise UserError(
                f"the key is that of {checksum(self._transactions.address)}, the batcher is "
                f"{checksum(batcher)}; derivation would ignore whatever this key posts"
            )

    def _disagreement(self, safe_head: L2BlockRef) -> str | None:
        """What the sequencer has instead of the safe head, if it does not have it."""
        found = self._l2.hash_of(safe_head.number)
        if found == safe_head.hash:
            return None
        instead = "no block" if found is None else f"block 0x{found.hex()[:8]}"
        return f"the node's safe head is {safe_head}; the sequencer's L2 has {instead} at that height"

    def _l2_head(self, cursor: L2BlockRef) -> int:
        """The number of L2's newest block, if it is a descendant of the last one that was read."""
        found = self._l2.hash_of(cursor.number)
        if found is None:
            raise TemporaryError(f"L2 has lost block {cursor}, which was read already; is it starting?")
        if found != cursor.hash:
            raise ResetError(f"L2 has replaced block {cursor}, which was read already")
        return max(cursor.number, self._l2.number() or 0)

    def _follow(self, in_flight: int, l1_head: L1BlockRef, status: SyncStatus) -> None:
        """Learn what was mined and what became safe, whenever L1 or the node has anything new."""
        if self._seen == (l1_head.id, status):
            return
        self._posted = [self._located(channel) for channel in self._posted]
        if disagreement := self._disagreement(status.safe_l2):
            raise ResetError(disagreement)
        safe_number = status.safe_l2.number
        # One whose last send broke off may be safe before that is settled: it stays until it is.
        while self._posted and self._posted[0].is_sent and self._posted[0].last.number <= safe_number:
            self._base = self._posted[0].last
            channel = self._posted.pop(0)
            self._past.append(channel)
            self.counts.add_safe(map(self._transactions.receipt, channel.transactions))
        situation = Situation(
            posted=self._posted,
            base=self._base,
            safe_head=safe_number,
            current_l1=status.current_l1.number,
            l1_head=l1_head.number,
            in_flight=in_flight,
            timeout=channel_timeout(self._config, l1_head.timestamp),
        )
        if reason := why_start_over(situation):
            raise ResetError(f"{reason}; posting from the safe head again")
        self._seen = (l1_head.id, status)

    def _located(self, channel: PostedChannel) -> PostedChannel:
        """With the L1 blocks of its ends. Asked anew each time: L1 may have replaced them."""
        return channel.located([self._transactions.receipt(item) for item in channel.transactions])

    def _post(self, in_flight: int, l1_head: L1BlockRef, l2_head: int) -> Outcome:
        """Do what is due until there is something to wait for.

        An error after a frame was sent is left to the next step, which meets it again: what was sent is told.
        """
        sent: list[PostedChannel] = []
        waiting_for = ""
        while not waiting_for:
            try:
                self._read(l1_head.number, l2_head)
                snapshot = Snapshot(
                    pending=self._pending,
                    is_full=self._is_full,
                    unsent=len(self._unsent),
                    in_flight=in_flight + len(sent),
                    l1_number=l1_head.number,
                    flush_to=self._flush_to,
                )
                for action in decide(self._config, self._options, snapshot):
                    match action:
                        case SendFrames():
                            sent.append(self._send_frames())
                        case CloseChannel(reason):
                            self._close(reason, l1_head, l2_head)
                        case Wait(reason):
                            waiting_for = reason
            except OpcycleError as error:
                if not sent:
                    raise
                waiting_for = str(error)
        did = {channel.id: str(channel) for channel in sent}  # a channel's last word has all its frames
        return Outcome(progress=bool(did), did=tuple(did.values()), waiting_for=waiting_for)

    def _read(self, l1_number: int, l2_head: int) -> None:
        """Take in L2 blocks until they fill a channel. Raises ResetError if one does not follow the last."""
        cursor = self._cursor
        while cursor is not None and cursor.number < l2_head and not self._is_full:
            for block in self._blocks(cursor.number + 1, l2_head):
                if block.ref.parent_hash != cursor.hash:
                    raise ResetError(f"L2 block {block.ref} does not follow {cursor}, which was read already")
                pending = PendingBlock.of(block, l1_number=l1_number)
                self._pending.append(pending)
                self._pending_size += len(pending.batch)
                cursor = self._cursor = block.ref

    @property
    def _is_full(self) -> bool:
        return self._sizing.is_full(self._pending_size)

    def _blocks(self, first: int, l2_head: int) -> list[L2Block]:
        """The next blocks, as many as the server has shown to manage in one answer."""
        try:
            blocks = self._l2.blocks(first, min(l2_head, first + self._read_at_once - 1))
        except TemporaryError:
            self._read_at_once = max(1, self._read_at_once // 2)
            raise
        self._read_at_once = min(READ_AT_ONCE, 2 * self._read_at_once)
        return blocks

    def _close(self, reason: str, l1_head: L1BlockRef, l2_head: int) -> None:
        """Make a channel of the first blocks that fit. None if they turn out not to fill it and should."""
        count = self._sizing.fitting(self._pending)
        if reason == FULL and not self._is_full:
            return

        def build(blocks: Sequence[PendingBlock]) -> Channel:
            """In haste if as many again have to wait for it."""
            in_haste = l2_head - blocks[-1].ref.number >= len(blocks)
            return build_channel(self._config, blocks, l1_head.hash, self._options, in_haste=in_haste)

        channel, count = self._sizing.channel_of(self._pending[:count], build)
        input_bytes = sum(len(block.batch) for block in self._pending[:count])
        self.counts.add(channel, reason, input_bytes=input_bytes)
        del self._pending[:count]
        self._pending_size = sum(len(block.batch) for block in self._pending)
        self._posted.append(PostedChannel.of(channel, reason))
        self._unsent.extend(channel.payloads)

    def _send_frames(self) -> PostedChannel:
        """Whatever is raised here, the same frames go out first next time."""
        published = self._publisher.publish(self._unsent[: self._options.blobs_per_transaction])
        del self._unsent[: published.count]
        self.counts.sent += 1
        self._posted[-1] = self._posted[-1].with_transaction(published.transaction, frames=published.count)
        return self._posted[-1]
