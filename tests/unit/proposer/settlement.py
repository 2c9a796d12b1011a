"""L1 with an output oracle, accounts on it and a rollup node beside it, in memory.

The oracle keeps the rules of L2OutputOracle.sol; every L1 block remembers its outputs, so that blocks can be
taken back. An L2 block's root depends on its number and on the node's `fork` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.errors import TemporaryError
from opcycle.l1.oracle import OutputProposal
from opcycle.l1.receipts import Receipt
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import ZERO_HASH, BlockId, L1Header, L2BlockRef

INTERVAL = 10
L2_BLOCK_TIME = 2
L1_BLOCK_TIME = 12
PERIOD = 600
START = 1_000
"""L1 time at L1 block 0, and the time of L2 block 0."""

WRONG = keccak(text="a root of nothing")

PROPOSER, CHALLENGER, STRANGER = b"\x01" * 20, b"\x02" * 20, b"\x03" * 20


@dataclass(frozen=True)
class ProposeCall:
    root: bytes
    number: int
    l1_block: BlockId


@dataclass(frozen=True)
class DeleteCall:
    index: int


@dataclass(frozen=True)
class Block:
    """An L1 block, the outputs at its end, and what its transactions did."""

    header: L1Header
    outputs: tuple[OutputProposal, ...] = ()
    results: tuple[tuple[bytes, bool], ...] = ()


def l1_header(number: int, timestamp: int, parent: bytes, branch: str = "") -> L1Header:
    return L1Header(
        hash=keccak(text=f"L1 {number} {branch}"),
        number=number,
        parent_hash=parent,
        timestamp=timestamp,
        base_fee=7,
        mix_hash=ZERO_HASH,
        parent_beacon_root=ZERO_HASH,
        excess_blob_gas=0,
    )


class Oracle:
    """L1, its pool and the contract; it plays `L1Reader` and `L2OutputOracle`."""

    def __init__(self):
        self.blocks = [Block(l1_header(0, START, ZERO_HASH))]
        self.pool = []
        self.sent = []
        self.deleted = []
        self.reads = []

    @property
    def head(self):
        return self.blocks[-1].header

    @property
    def standing(self):
        return self.blocks[-1].outputs

    def mine(self, seconds: int = L1_BLOCK_TIME, *, branch: str = "") -> L1Header:
        """A block with everything from the pool."""
        before = self.blocks[-1]
        header = l1_header(
            before.header.number + 1, before.header.timestamp + seconds, before.header.hash, branch
        )
        outputs, results = before.outputs, []
        for name, sender, call in self.pool:
            after = self._execute(outputs, sender, call, header)
            results.append((name, after is not None))
            outputs = outputs if after is None else after
        self.pool = []
        self.blocks.append(Block(header, outputs, tuple(results)))
        return header

    def reorg(self, depth: int, *, branch: str) -> None:
        """Replace the last `depth` blocks by empty ones; their transactions are gone."""
        times = [block.header.timestamp for block in self.blocks[-depth:]]
        del self.blocks[-depth:]
        self.pool = []
        for time in times:
            self.mine(time - self.head.timestamp, branch=branch)

    def propose_now(self, root: bytes) -> None:
        """The proposer's key in any hands, on any L1 branch, in a block that is late enough."""
        number = self.next_block_number(block=self.head.hash)
        due = self.l2_timestamp(number, block=self.head.hash)
        self.pool.append((b"by hand", PROPOSER, ProposeCall(root, number, BlockId(ZERO_HASH, 0))))
        self.mine(max(L1_BLOCK_TIME, due + 1 - self.head.timestamp))

    def _execute(self, outputs, sender, call, header):
        """The outputs afterwards; None if it reverts."""
        match call:
            case ProposeCall(root, number, l1_block):
                known = {block.header.id for block in self.blocks[-256:]} | {BlockId(ZERO_HASH, 0)}
                is_due = START + number * L2_BLOCK_TIME < header.timestamp
                if sender != PROPOSER or number != _next(outputs) or not is_due or l1_block not in known:
                    return None
                return (*outputs, OutputProposal(len(outputs), root, header.timestamp, number))
            case DeleteCall(index):
                if sender != CHALLENGER or index >= len(outputs):
                    return None
                if header.timestamp >= outputs[index].timestamp + PERIOD:
                    return None
                self.deleted.append(outputs[index])
                return outputs[:index]

    # L1Reader

    def header(self, label: int | str | bytes) -> L1Header:
        if label == "latest":
            return self.head
        if not 0 <= label < len(self.blocks):
            raise TemporaryError(f"L1 has no block {label} (yet)")
        return self.blocks[label].header

    # L2OutputOracle

    def proposer(self, *, block: bytes) -> bytes:
        return PROPOSER

    def challenger(self, *, block: bytes) -> bytes:
        return CHALLENGER

    def finalization_period(self, *, block: bytes) -> int:
        return PERIOD

    def next_block_number(self, *, block: bytes) -> int:
        return _next(self._at(block).outputs)

    def next_output_index(self, *, block: bytes) -> int:
        return len(self._at(block).outputs)

    def l2_timestamp(self, l2_block_number: int, *, block: bytes) -> int:
        return START + l2_block_number * L2_BLOCK_TIME

    def outputs(self, indices: Sequence[int], *, block: bytes) -> list[OutputProposal]:
        self.reads.append(indices)
        return [self._at(block).outputs[index] for index in indices]

    def propose(self, output_root: bytes, l2_block_number: int, *, l1_block: BlockId) -> ProposeCall:
        return ProposeCall(output_root, l2_block_number, l1_block)

    def delete_from(self, index: int) -> DeleteCall:
        return DeleteCall(index)

    def _at(self, block_hash: bytes) -> Block:
        return next(block for block in self.blocks if block.header.hash == block_hash)


class Account:
    """What a `TransactionManager` is to an agent. A new one finds the same pool, as after a restart."""

    def __init__(self, oracle: Oracle, address: bytes):
        self.oracle = oracle
        self.address = address

    def in_flight(self) -> int:
        return sum(sender == self.address for _, sender, _ in self.oracle.pool)

    def send(self, request) -> bytes:
        name = keccak(text=f"transaction {len(self.oracle.sent)}")
        self.oracle.sent.append(request)
        self.oracle.pool.append((name, self.address, request))
        return name

    def receipt(self, transaction: bytes) -> Receipt | None:
        for block in self.oracle.blocks:
            for name, succeeded in block.results:
                if name == transaction:
                    return Receipt(name, block.header.id, succeeded, 50_000, 7, (), None)
        return None

    def require_success(self, receipt: Receipt, request) -> None:
        if not receipt.succeeded:
            raise TransactionRevertedError("a proposal", "an error of the oracle")


class Node:
    """A rollup node; tests set its heads and the L1 block it has read."""

    def __init__(self, oracle: Oracle, *, fork: str = "main"):
        self.config = CONFIG
        self.fork = fork
        self.safe = self.finalized = 0
        self.current_l1 = oracle.head.ref
        self.asked = []

    def root(self, number: int) -> bytes:
        return self._output(number).root

    def rollup_config(self) -> RollupConfig:
        return self.config

    def sync_status(self) -> SyncStatus:
        return SyncStatus(
            current_l1=self.current_l1,
            head_l1=self.current_l1,
            safe_l1=self.current_l1,
            finalized_l1=self.current_l1,
            unsafe_l2=self._ref(self.safe + 1),
            safe_l2=self._ref(self.safe),
            finalized_l2=self._ref(self.finalized),
        )

    def output_at_block(self, number: int) -> OutputAtBlock:
        self.asked.append(number)
        if number > self.safe:
            raise TemporaryError(f"no L2 block {number} yet")
        return OutputAtBlock(self._ref(number), self._output(number), self.sync_status())

    def _output(self, number: int) -> OutputRootProof:
        state = keccak(text=f"state of {number} on {self.fork}")
        return OutputRootProof(bytes(32), state, ZERO_HASH, self._ref(number).hash)

    def _ref(self, number: int) -> L2BlockRef:
        name = keccak(text=f"L2 {number} on {self.fork}")
        return L2BlockRef(name, number, ZERO_HASH, START + number * L2_BLOCK_TIME, BlockId(ZERO_HASH, 0), 0)


def _next(outputs: Sequence[OutputProposal]) -> int:
    return (outputs[-1].l2_block_number if outputs else 0) + INTERVAL
