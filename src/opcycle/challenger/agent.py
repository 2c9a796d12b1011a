"""The challenger: computes every output root again, and deletes from the first wrong one on.

It believes its node only as far as the node has read the same L1 as the oracle was read on: after an L1
reorg, what a node behind it says, and what was checked before it, is about another chain.
"""

from collections.abc import Sequence
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.challenger.decide import Delete, Snapshot, Wait, decide, seconds_left
from opcycle.errors import ResetError, UserError
from opcycle.l1.oracle import OutputProposal
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef, L1Header
from opcycle.rpc.hexjson import checksum, to_hex

OUTPUTS_PER_READ = 100
"""Outputs asked for in one request."""

CHECKS_PER_STEP = 50
"""Outputs that one step computes at most."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def rollup_config(self) -> RollupConfig: ...

    def sync_status(self) -> SyncStatus: ...

    def output_at_block(self, number: int) -> OutputAtBlock: ...


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


class OutputOracle(Protocol):
    """`opcycle.l1.oracle.L2OutputOracle` is one."""

    def challenger(self, *, block: int | str | bytes) -> Address: ...

    def next_output_index(self, *, block: int | str | bytes) -> int: ...

    def finalization_period(self, *, block: int | str | bytes) -> int: ...

    def outputs(self, indices: Sequence[int], *, block: int | str | bytes) -> list[OutputProposal]: ...

    def delete_from(self, index: int) -> TransactionRequest: ...


class Transactions(Protocol):
    """The challenger's account on L1; `opcycle.l1.transactions.TransactionManager` is one."""

    @property
    def address(self) -> Address: ...

    def in_flight(self) -> int: ...

    def send(self, request: TransactionRequest) -> Hash: ...


class Challenger:
    """One is enough, but it must run: what nobody deletes within the window is final."""

    name = "challenger"

    def __init__(
        self,
        config: RollupConfig,
        *,
        oracle: OutputOracle,
        node: RollupNode,
        l1: L1Source,
        transactions: Transactions,
    ):
        self._config = config
        self._oracle = oracle
        self._node = node
        self._l1 = l1
        self._transactions = transactions
        self._is_node_checked = False
        self.reset()

    def reset(self) -> None:
        """Forget what was computed; every output inside the window is checked again."""
        self._roots: dict[int, Hash] = {}
        self._derived_from: BlockId | None = None

    def step(self) -> Outcome:
        """Compute what is new, at most `CHECKS_PER_STEP` roots, and delete what is wrong.

        Raises ResetError if L1 has replaced what earlier roots follow from, UserError if the oracle lets
        another account delete, or if the node follows another chain.
        """
        if self._transactions.in_flight() > 0:
            return Outcome.idle("L1 to take what was sent")
        self._check_node()
        # Read after the account was found quiet, so that it has whatever was mined.
        l1 = self._l1.header("latest").ref
        self._check_account(l1)
        period = self._oracle.finalization_period(block=l1.hash)
        outputs = self._deletable_outputs(l1, period)
        status = self._node.sync_status()
        known = {output.l2_block_number: self._roots.get(output.l2_block_number) for output in outputs}
        computed = self._compute([number for number, root in known.items() if root is None], status)
        if not self._has(status.current_l1.id, l1):
            return Outcome.idle(f"the node to read this L1; it is at {status.current_l1}, L1 at {l1}")
        self._remember_l1(status.current_l1.id, l1)
        self._roots = computed | {number: root for number, root in known.items() if root is not None}
        did = [f"checked the output of L2 block {number}" for number in computed]
        waiting_for = ""
        for action in decide(Snapshot(l1, period, outputs, self._roots, status.safe_l2)):
            match action:
                case Delete():
                    did.append(self._delete(action))
                case Wait(reason):
                    waiting_for = reason
        return Outcome.done(*did) if did else Outcome.idle(waiting_for)

    def _deletable_outputs(self, l1: L1BlockRef, period: int) -> list[OutputProposal]:
        """Read from the newest backwards, because their L1 times never decrease."""
        first = self._oracle.next_output_index(block=l1.hash)
        found: list[OutputProposal] = []
        while first > 0:
            last, first = first, max(0, first - OUTPUTS_PER_READ)
            read = self._oracle.outputs(range(first, last), block=l1.hash)
            deletable = [output for output in read if seconds_left(output, period=period, l1=l1) > 0]
            found = deletable + found
            if len(deletable) < len(read):
                break
        return found

    def _compute(self, numbers: Sequence[int], status: SyncStatus) -> dict[int, Hash]:
        """The roots of L2 blocks that the node has derived, the first ones first."""
        derived = [number for number in numbers if number <= status.safe_l2.number]
        return {
            number: self._node.output_at_block(number).output_root for number in derived[:CHECKS_PER_STEP]
        }

    def _has(self, block: BlockId, l1: L1BlockRef) -> bool:
        """Whether L1 has the block, as far as it was read."""
        return block.number <= l1.number and self._l1.header(block.number).hash == block.hash

    def _remember_l1(self, block: BlockId, l1: L1BlockRef) -> None:
        """Keep the highest L1 block that a root may follow from. A node that restarts begins further back."""
        before = self._derived_from
        if before is not None and not self._has(before, l1):
            raise ResetError(f"L1 has replaced block {before}; checking every output again")
        if before is None or before.number < block.number:
            self._derived_from = block

    def _delete(self, action: Delete) -> str:
        output = action.output
        transaction = self._transactions.send(self._oracle.delete_from(output.index))
        return (
            f"output {output.index} says {to_hex(output.output_root)} of L2 block {output.l2_block_number}, "
            f"it is {to_hex(action.expected)}: deleting from there on in {to_hex(transaction)}"
        )

    def _check_node(self) -> None:
        """On another chain every output looks wrong."""
        if self._is_node_checked:
            return
        self._config.require_followed_by(self._node.rollup_config(), subject="the oracle is that of")
        self._is_node_checked = True

    def _check_account(self, l1: L1BlockRef) -> None:
        challenger = self._oracle.challenger(block=l1.hash)
        if self._transactions.address != challenger:
            raise UserError(
                f"the key is that of {checksum(self._transactions.address)}, the output oracle lets "
                f"{checksum(challenger)} delete; use that account's key"
            )
