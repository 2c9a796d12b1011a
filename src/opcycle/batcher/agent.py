"""The batcher: posts every L2 block to L1, in order, once.

One step looks at the node (how far L1 has been derived), at L1 (what was mined) and at L2 (new blocks),
closes channels that are due and sends their frames. Nothing is kept on disk; after a restart it waits until
everything that an earlier run may have sent is mined and derived, then goes on from the safe head.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.batcher.channel import Channel, PendingBlock, build_channel
from opcycle.batcher.decide import PostChannel, Snapshot, decide
from opcycle.batcher.options import BatcherOptions
from opcycle.da import BatchPublisher
from opcycle.errors import ResetError, TemporaryError, UserError
from opcycle.l1.receipts import Receipt
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, BlockId, Hash, L1Header, L2BlockRef
from opcycle.rpc.hexjson import checksum

BLOCKS_PER_READ = 500
"""L2 blocks asked for in one request."""

MAX_PENDING = 5_000
"""L2 blocks held in memory before they are in a channel."""

KEPT = 256
"""Channels remembered after they became safe."""

SETTLING = 2
"""L1 blocks that a node must have read beyond a channel before its absence from the safe chain means that it
was dropped: a batch may wait for the L1 block after its epoch."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def sync_status(self) -> SyncStatus: ...


class L2Source(Protocol):
    """The sequencer's chain; `opcycle.engine.l2.L2Client` is one."""

    def block(self, label: int | bytes | str) -> L2Block: ...

    def blocks(self, first: int, last: int) -> list[L2Block]: ...

    def hash_of(self, number: int) -> Hash | None: ...

    def number(self, label: str = "latest") -> int | None: ...


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


class Transactions(Protocol):
    """The batcher's account on L1; `opcycle.l1.transactions.TransactionManager` is one."""

    @property
    def address(self) -> Address: ...

    def in_flight(self) -> int: ...

    def next_nonce(self) -> int: ...

    def receipt(self, transaction: Hash) -> Receipt | None: ...


@dataclass(frozen=True, slots=True)
class PostedChannel:
    """A channel on its way: the `transactions` sent so far, and the L1 block of the last frame once mined."""

    channel: Channel
    transactions: tuple[Hash, ...] = ()
    included: BlockId | None = None

    @property
    def unsent(self) -> tuple[bytes, ...]:
        return self.channel.payloads[len(self.transactions) :]


class Batcher:
    """`publisher` must send from the account of `transactions`; one batcher per account."""

    name = "batcher"

    def __init__(
        self,
        config: RollupConfig,
        *,
        l2: L2Source,
        node: RollupNode,
        l1: L1Source,
        transactions: Transactions,
        publisher: BatchPublisher,
        options: BatcherOptions,
    ):
        self._config = config
        self._l2 = l2
        self._node = node
        self._l1 = l1
        self._transactions = transactions
        self._publisher = publisher
        self._options = options
        self._safe: deque[PostedChannel] = deque(maxlen=KEPT)
        self.reset()

    @property
    def channels(self) -> tuple[PostedChannel, ...]:
        """The last channels, oldest first."""
        return (*self._safe, *self._posted)

    def reset(self) -> None:
        """Start over from the safe head, once nothing that was sent can still change it."""
        self._cursor: L2BlockRef | None = None
        self._quiet_since: int | None = None
        self._pending: list[PendingBlock] = []
        self._waiting_since = 0
        self._posted: list[PostedChannel] = []

    def step(self) -> Outcome:
        """Read what is new, and post what is due.

        Raises ResetError if L2 has replaced blocks, or derivation has not accepted what was posted; UserError
        if the key is not the batcher's.
        """
        status = self._node.sync_status()
        l1_head = self._l1.header("latest").id
        cursor = self._cursor or self._start(status, l1_head.number)
        if cursor is None:
            return Outcome.idle("what was sent before to be mined and derived")
        in_flight = self._transactions.in_flight()
        self._follow(status)
        did = self._send_rest()
        self._read(cursor, l1_head.number)
        while True:
            unsent = sum(len(posted.unsent) for posted in self._posted)
            snapshot = Snapshot(self._pending, l1_head.number, self._waiting_since, in_flight + unsent)
            action = decide(self._config, self._options, snapshot)
            if not isinstance(action, PostChannel):
                return Outcome(progress=bool(did), did=tuple(did), waiting_for=action)
            channel = build_channel(self._pending[: action.count], l1_head.hash, self._options)
            del self._pending[: action.count]
            self._waiting_since = l1_head.number
            self._posted.append(PostedChannel(channel))
            did += self._send_rest()
            in_flight += len(channel.frames)

    def _start(self, status: SyncStatus, l1_number: int) -> L2BlockRef | None:
        """The safe head, if whatever this account has sent is part of it by now.

        That is so when nothing is in flight, and the node has read the L1 block that was the head then.
        """
        if self._transactions.next_nonce() > 0:
            if self._transactions.in_flight() > 0:
                self._quiet_since = None
                return None
            self._quiet_since = l1_number if self._quiet_since is None else self._quiet_since
            if status.current_l1.number <= self._quiet_since:
                return None
        if self._l2.hash_of(status.safe_l2.number) != status.safe_l2.hash:
            raise TemporaryError(f"the sequencer's L2 does not have the node's safe head {status.safe_l2}")
        self._check_account(status.safe_l2)
        self._cursor = status.safe_l2
        self._waiting_since = l1_number
        return status.safe_l2

    def _check_account(self, safe_head: L2BlockRef) -> None:
        batcher = self._l2.block(safe_head.hash).system_config.batcher_address
        if self._transactions.address != batcher:
            raise UserError(
                f"the key is that of {checksum(self._transactions.address)}, the batcher is "
                f"{checksum(batcher)}; derivation would ignore whatever this key posts"
            )

    def _read(self, cursor: L2BlockRef, l1_number: int) -> None:
        """Take in new L2 blocks. Raises ResetError if one does not follow the last."""
        head = self._l2.number() or 0
        if self._l2.hash_of(cursor.number) not in (cursor.hash, None):
            raise ResetError(f"L2 has replaced block {cursor}, which was read already")
        while cursor.number < head and len(self._pending) < MAX_PENDING:
            last = min(head, cursor.number + BLOCKS_PER_READ)
            for block in self._l2.blocks(cursor.number + 1, last):
                if block.ref.parent_hash != cursor.hash:
                    raise ResetError(f"L2 block {block.ref} does not follow {cursor}, which was read already")
                if not self._pending:
                    self._waiting_since = l1_number
                self._pending.append(PendingBlock.of(block))
                cursor = self._cursor = block.ref

    def _follow(self, status: SyncStatus) -> None:
        """Learn what was mined and what became safe. Raises ResetError if a channel was dropped."""
        while self._posted and status.safe_l2.number >= self._posted[0].channel.last.number:
            first = self._posted.pop(0)
            self._safe.append(replace(first, included=self._inclusion(first)))
        for index, posted in enumerate(self._posted):
            included = self._inclusion(posted)
            self._posted[index] = replace(posted, included=included)
            if included is not None and status.current_l1.number > included.number + SETTLING:
                raise ResetError(
                    f"{posted.channel} was mined in L1 block {included}, the node has read up to "
                    f"{status.current_l1}, and the safe head is {status.safe_l2}: posting again from there"
                )

    def _inclusion(self, posted: PostedChannel) -> BlockId | None:
        """The L1 block of the last frame. Asked again each time: L1 may have replaced it."""
        if posted.unsent:
            return None
        receipt = self._transactions.receipt(posted.transactions[-1])
        return None if receipt is None else receipt.block

    def _send_rest(self) -> list[str]:
        """Send every frame that is due, in order; what fails to go out goes first next time."""
        did: list[str] = []
        for index, posted in enumerate(self._posted):
            if not posted.unsent:
                continue
            for payload in posted.unsent:
                sent = (*self._posted[index].transactions, self._publisher.publish(payload))
                self._posted[index] = replace(self._posted[index], transactions=sent)
            did.append(_summary(self._posted[index]))
        return did


def _summary(posted: PostedChannel) -> str:
    channel = posted.channel
    hashes = [f"0x{transaction.hex()[:8]}" for transaction in posted.transactions]
    return f"{channel}: {channel.size} bytes in {len(channel.frames)} frames, {', '.join(hashes)}"
