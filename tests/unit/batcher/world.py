"""A world small enough to read for a batcher to live in: L1 with a pool, L2, and a node that really derives.

L1 blocks are those of the derivation tests' builder; the node is the real pipeline over them. Everything can
go wrong on demand: sends that break off, kills between two frames, lost pools, L1 reorgs, replaced L2 blocks.
"""

from dataclasses import dataclass, field, replace
from hashlib import shake_128
from types import SimpleNamespace

from tests.unit.derivation import l1_builder
from tests.unit.derivation.l1_builder import (
    BATCHER,
    CONFIG,
    GENESIS,
    GENESIS_CONFIG,
    INBOX,
    L1_BLOCK_TIME,
    L2_BLOCK_TIME,
    Engine,
    child,
    transaction,
)

from opcycle.batcher.agent import Batcher
from opcycle.batcher.options import BatcherOptions
from opcycle.da import Published
from opcycle.da.calldata import CalldataPublisher
from opcycle.devnet.stepping import Stepping
from opcycle.errors import TemporaryError
from opcycle.protocol.frames import parse_frames
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.sync_status import UNKNOWN_L1, SyncStatus

WIDE = replace(CONFIG, seq_window_size=3600)
FEE = 21_000 * 10**9
"""Wei that each of the batcher's transactions costs."""

CONFIRMATIONS = 5
"""L1 blocks that follow one before it becomes an L1 origin; an L1 reorg of fewer blocks leaves L2 alone."""


class Killed(Exception):  # noqa: N818 (not an error of ours: what kill -9 does)
    """The batcher's process is gone."""


class FakeL1:
    """Blocks, and the pool of one account. `mine` takes transactions in the order of their nonces, at most
    `takes` into a block; `asked` counts questions about headers and receipts."""

    def __init__(self):
        self.blocks = [l1_builder.block(0)]
        self.pool = []
        self.forks = 0
        self.takes = 100
        self.asked = 0

    @property
    def height(self):
        return len(self.blocks) - 1

    @property
    def mined(self):
        return [tx for block in self.blocks for tx in block.transactions]

    def mine(self, count=1):
        for _ in range(count):
            transactions, self.pool = self.pool[: self.takes], self.pool[self.takes :]
            parent = self.blocks[-1]
            fork = f"/{self.forks}" if self.forks else ""
            made = l1_builder.block(len(self.blocks), transactions, branch=fork)
            self.blocks.append(replace(made, header=replace(made.header, parent_hash=parent.header.hash)))

    def reorg(self, depth, *, loses_transactions=False):
        """Replace the last blocks; the new ones are empty, what was in the old ones waits again."""
        back = [tx for block in self.blocks[-depth:] for tx in block.transactions]
        del self.blocks[-depth:]
        self.forks += 1
        waiting = [] if loses_transactions else [*back, *self.pool]
        self.pool = []
        self.mine(depth)
        self.pool = waiting

    def lose_pool(self):
        self.pool = []

    def header(self, label):
        self.asked += 1
        if label == "latest":
            return self.blocks[-1].header
        if label > self.height:
            raise TemporaryError(f"L1 has no block {label} (yet)")
        return self.blocks[label].header


class FakeAccount:
    """The batcher's account as one process sees it; promises what `TransactionManager` does.

    `cut`: "before" or "after" breaks the next send off, before or after L1 has it. `kill_after`: sends after
    which the process is killed, in the middle of its step.
    """

    address = BATCHER
    resubmissions = ()

    def __init__(self, l1):
        self.l1 = l1
        self.cut = ""
        self.kill_after = None
        self._doubtful = None

    def next_nonce(self):
        return len(self.l1.mined) + len(self.l1.pool)

    def in_flight(self):
        return len(self.l1.pool)

    def receipt(self, tx_hash):
        self.l1.asked += 1
        for block in self.l1.blocks:
            if any(tx.hash == tx_hash for tx in block.transactions):
                return SimpleNamespace(transaction=tx_hash, block=block.header.id, fee=FEE)
        return None

    def send_call(self, *, to, data, what):
        assert to == INBOX
        doubtful, self._doubtful = self._doubtful, None
        if doubtful is not None and doubtful.data == data and doubtful in (*self.l1.pool, *self.l1.mined):
            return doubtful.hash
        tx = transaction(data, name=f"nonce {self.next_nonce()}")
        if self.cut == "before":
            self._break_off()
        self.l1.pool.append(tx)
        if self.cut == "after":
            self._doubtful = tx
            self._break_off()
        if self.kill_after is not None:
            self.kill_after -= 1
            if self.kill_after <= 0:
                raise Killed
        return tx.hash

    def _break_off(self):
        self.cut = ""
        raise TemporaryError("the connection broke off")


class FakeL2:
    """The sequencer's chain. `limit`: the most blocks that one answer can hold."""

    def __init__(self, l1):
        self.l1 = l1
        self.chain = [_l2_block(GENESIS)]
        self.limit = 1000
        self.asked = []

    @property
    def head(self):
        return self.chain[-1].ref

    def extend(self, sizes):
        """One block for each size of its only transaction (0: no transaction), as far as L1's time allows."""
        for size in sizes:
            number = len(self.chain)
            epoch = number * L2_BLOCK_TIME // L1_BLOCK_TIME
            if epoch > self.l1.height:
                return
            origin = self.l1.blocks[max(0, epoch - CONFIRMATIONS)].header.id
            content = (b"\x02" + _noise(number, size - 1),) if size else ()
            self.chain.append(_l2_block(child(self.head, origin, content), content))

    def replace_after(self, number, count=1):
        """Another chain after block `number`: `count` blocks with a transaction that tells them apart."""
        del self.chain[number + 1 :]
        for _ in range(count):
            content = (b"\x02another chain",)
            self.chain.append(_l2_block(child(self.head, self.head.l1_origin, content), content))

    def blocks(self, first, last):
        self.asked.append((first, last))
        if last - first + 1 > self.limit:
            raise TemporaryError("response too large")
        assert last < len(self.chain), "the batcher asks only for blocks that there are"
        return self.chain[first : last + 1]

    def hash_of(self, number):
        return self.chain[number].ref.hash if number < len(self.chain) else None

    def number(self, label="latest"):
        return self.head.number


class FakeNode:
    """Derives L1 as far as `read` says: the block that it is reading, everything before it being done."""

    def __init__(self, l1, config=WIDE):
        self.l1 = l1
        self.config = config
        self.read = 0
        self.safe_head = None
        self._engine = None

    def catch_up(self):
        self.read = self.l1.height

    def sync_status(self):
        self.read = min(self.read, self.l1.height)
        engine = self._derived()
        return SyncStatus(
            current_l1=engine.pipeline.origin,
            head_l1=self.l1.blocks[-1].ref,
            safe_l1=UNKNOWN_L1,
            finalized_l1=UNKNOWN_L1,
            unsafe_l2=self.safe_head or engine.safe_head,
            safe_l2=self.safe_head or engine.safe_head,
            finalized_l2=GENESIS,
        )

    def reasons(self):
        """Why derivation has dropped or ignored anything, so far."""
        return self._engine.reasons()

    def _derived(self):
        wanted = self.l1.blocks[: self.read + 1]
        engine = self._engine
        if engine is None or engine.blocks != wanted[: len(engine.blocks)]:
            engine = self._engine = Engine(wanted, config=self.config)
        engine.blocks = wanted
        return engine.run()


class JoiningPublisher:
    """All payloads in one transaction, as blobs would be; here their frames follow each other in its data."""

    def __init__(self, account):
        self.account = account

    def publish(self, payloads):
        data = payloads[0] + b"".join(payload[1:] for payload in payloads[1:])
        return Published(self.account.send_call(to=INBOX, data=data, what="batch"), len(payloads))


@dataclass
class World:
    """Everything outside the batcher, and the batcher that lives now. `joins`: frames share transactions."""

    options: BatcherOptions = field(default_factory=BatcherOptions)
    batcher_address: bytes = BATCHER
    config: object = WIDE
    joins: bool = False

    def __post_init__(self):
        self.l1 = FakeL1()
        self.l2 = FakeL2(self.l1)
        self.node = FakeNode(self.l1, self.config)
        self.restart()

    def restart(self):
        """A new process: nothing is left of the old one."""
        self.account = FakeAccount(self.l1)
        self.batcher = Batcher(
            self.config,
            l2=self.l2,
            node=self.node,
            l1=self.l1,
            system_config=SimpleNamespace(batcher_address=lambda block: self.batcher_address),
            transactions=self.account,
            publisher=JoiningPublisher(self.account)
            if self.joins
            else CalldataPublisher(self.account, INBOX),
            options=self.options,
        )

    def step(self):
        """One step as a runner makes it, errors sorted; after a kill, a new process."""
        try:
            Stepping(self.batcher).once()
        except Killed:
            self.restart()

    def l1_block(self):
        """L1 mines, the node follows, the batcher steps until it rests."""
        self.l1.mine()
        self.node.catch_up()
        for _ in range(3):
            self.step()

    def settle(self, blocks=30):
        """Let L1 go on until every L2 block is safe; whether that came to pass."""
        for _ in range(blocks):
            if self.node.sync_status().safe_l2 == self.l2.head:
                return True
            self.l1_block()
        return False

    @property
    def payloads(self):
        """All that ever reached a block of the canonical L1, in order."""
        return [tx.data for tx in self.l1.mined]


def new_world(*, joins=False, **options):
    """20 L1 blocks, an L2 that has just begun, a batcher that has not stepped yet."""
    world = World(BatcherOptions(**options), joins=joins)
    world.l1.mine(20)
    world.node.catch_up()
    return world


def frames_on_l1(world):
    return [frame for payload in world.payloads for frame in parse_frames(payload)]


def assert_derived_without_waste(world):
    """Everything is safe, and derivation has used all that was posted."""
    assert world.settle()
    assert world.node.reasons() == []


def read(world, *sizes):
    """L2 makes blocks, and the batcher has seen them: their channel is due with the next L1 block."""
    world.l2.extend(sizes)
    world.step()


def post(world, *sizes):
    """L2 makes blocks, and their channel is sent."""
    read(world, *sizes)
    world.l1.mine()
    outcome = world.batcher.step()
    assert outcome.progress
    return outcome


def _l2_block(ref, user_transactions=()):
    return L2Block(
        ref=ref,
        state_root=bytes(32),
        withdrawals_root=bytes(32),
        gas_limit=0,
        extra_data=b"",
        base_fee=0,
        transactions=(b"\x7edeposit", *user_transactions),
        system_config=GENESIS_CONFIG,
    )


def _noise(seed, size):
    """Bytes that no compression makes smaller."""
    return shake_128(seed.to_bytes(8, "big")).digest(size)
