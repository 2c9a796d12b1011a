"""The states of Optimism's machine, MIPS64: of games of type 0, for any of their disputes.

Source of what instants mean, and of what comes after the program's end: op-challenger v1.18.1,
`game/fault/trace/cannon/provider.go`; of what is agreed, `trace/outputs/split_adapter.go`.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from opcycle.challenger.cannon.folder import Folder, delete, l1_head_of, name_of
from opcycle.challenger.cannon.grid import Grid
from opcycle.challenger.cannon.machine import Machine
from opcycle.challenger.cannon.reads import preimage_read
from opcycle.challenger.cannon.run import PATIENCE, Run
from opcycle.challenger.cannon.store import PreimageStore
from opcycle.challenger.traces import StepProof
from opcycle.engine.op_program import ClaimedOutput
from opcycle.errors import TemporaryError
from opcycle.protocol.dispute_game import Dispute
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import Hash, L1Header
from opcycle.rpc.hexjson import to_hex


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def output_at_block(self, number: int) -> OutputAtBlock: ...

    def safe_head_at_l1_block(self, number: int) -> SafeHead: ...


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


class CannonTrace:
    """Runs of cannon, each in a directory of its own, below one for the program (and so for the chain) in
    `directory`, where other challengers of the same computer may find them.

    `patience`: seconds that an answer may take. `at_once`: as many first passes run beside each other.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        node: RollupNode,
        l1: L1Source,
        directory: Path,
        grid: Grid | None = None,
        patience: float = PATIENCE,
        at_once: int | None = None,
    ):
        self.machine = machine
        self._node = node
        self._l1 = l1
        self._directory = directory / machine.absolute_prestate.hex()
        self._grid = grid or Grid()
        self._patience = patience
        self._at_once = at_once or os.cpu_count() or 1
        self._runs: dict[Dispute, Run] = {}
        self._usual: int | None = None

    @property
    def absolute_prestate(self) -> Hash:
        return self.machine.absolute_prestate

    def state(self, dispute: Dispute, instant: int) -> Hash:
        """Raises TemporaryError while the program runs for the first time, and if a run has died."""
        run = self._ended(dispute)
        end = run.end()
        # The state after one step is that before the next. Once the program has exited it stays.
        return end.hash if instant + 1 >= end.steps else run.hash_before(instant + 1)

    def proof(self, dispute: Dispute, instant: int) -> StepProof:
        """Raises TemporaryError as `state`, and if op-program's store lacks what the step reads."""
        run = self._ended(dispute)
        end = run.end()
        if instant >= end.steps:
            return StepProof(end.state, b"")  # a step that changes nothing looks at nothing
        step = run.step(instant)
        read = None if step.read is None else preimage_read(step.read, PreimageStore(run.folder.preimages))
        return StepProof(step.state, step.proof, read)

    def claimed(self, dispute: Dispute) -> ClaimedOutput:
        """What the machine is told. No block is agreed on that the L1 head does not make safe."""
        block = dispute.agreed_block
        if dispute.agreed is not None:
            l1_block = self._l1.header(dispute.l1_head).number
            block = min(block, self._node.safe_head_at_l1_block(l1_block).safe_head.number)
        known = self._node.output_at_block(block)
        agreed = known.output_root if dispute.agreed is None else dispute.agreed[1]
        if agreed != known.output_root:
            raise TemporaryError(
                f"both sides agree on {to_hex(agreed)} as the output of L2 block {block}, which is "
                f"{to_hex(known.output_root)}; there is no honest side"
            )
        return ClaimedOutput(
            l1_head=dispute.l1_head,
            agreed_head=known.block.hash,
            agreed=agreed,
            claim=dispute.disputed[1],
            block=dispute.disputed_block,
        )

    def keep(self, l1_heads: Collection[Hash]) -> None:
        """Forget every dispute that reads L1 up to another block, and delete what no challenger uses."""
        for dispute, run in list(self._runs.items()):
            if dispute.l1_head not in l1_heads:
                run.close()
                del self._runs[dispute]
        for directory in self._directory.glob("*"):
            l1_head = l1_head_of(directory)
            if l1_head is not None and l1_head not in l1_heads:
                delete(directory)

    def close(self) -> None:
        """End what runs. It can be gone on with later, by this or another challenger."""
        for run in self._runs.values():
            run.close()
        self._runs.clear()

    # --- runs ---

    def _ended(self, dispute: Dispute) -> Run:
        """A run that has reached its end. Raises TemporaryError until then."""
        run = self._runs.get(dispute) or self._open(dispute)
        busy = sum(other.is_passing for other in set(self._runs.values()) if other is not run)
        if run.is_untouched and busy >= self._at_once:
            raise TemporaryError(
                f"{busy} other disputes to be computed, before that of L2 block {run.claimed.block}"
            )
        run.usual = self._usual
        self._usual = run.end().steps
        return run

    def _open(self, dispute: Dispute) -> Run:
        claimed = self.claimed(dispute)
        directory = self._directory / name_of(claimed, self._grid)
        # Other claims, elsewhere in a game or in another one, may be about the same.
        run = next((run for run in self._runs.values() if run.folder.directory == directory), None)
        if run is None:
            folder = Folder(directory, claimed)
            run = Run(self.machine, claimed, folder, self._grid, patience=self._patience)
        self._runs[dispute] = run
        return run
