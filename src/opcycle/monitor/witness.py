"""A rollup node as a witness: what it says about claimed output roots, and how far it can be believed."""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from opcycle.errors import TemporaryError
from opcycle.monitor.snapshot import Answer, Opinion
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import BlockId


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def rollup_config(self) -> RollupConfig: ...

    def sync_status(self) -> SyncStatus: ...

    def output_at_block(self, number: int) -> OutputAtBlock: ...

    def safe_head_at_l1_block(self, number: int) -> SafeHead: ...


class Witness:
    """Remembers what cannot change any more: opinions about blocks that are final."""

    def __init__(self, node: RollupNode):
        self._node = node
        self._config: RollupConfig | None = None
        self._status: SyncStatus | None = None
        self._silence = Answer.ERROR
        self._final: dict[tuple[int, int], Opinion] = {}

    def reset(self) -> None:
        self._final.clear()

    def config(self) -> RollupConfig | None:
        """The chain that it follows; None while it does not answer."""
        if self._config is None:
            with suppress(TemporaryError):
                self._config = self._node.rollup_config()
        return self._config

    def look(self, has: Callable[[BlockId], bool]) -> None:
        """Ask for its heads, once for all opinions to come. `has`: whether L1, as we read it, has a block."""
        self._status, self._silence = None, Answer.ERROR
        with suppress(TemporaryError):
            status = self._node.sync_status()
            if has(status.current_l1.id):
                self._status = status
            else:
                self._silence = Answer.BEHIND

    def opinion(self, l2_block: int, l1_head: int | None) -> Opinion:
        """About an L2 block, given L1 up to block number `l1_head`; None: all that the node has read, which
        tells about blocks up to its safe head."""
        status = self._status
        if status is None:
            return Opinion(self._silence)
        has_read = (
            status.safe_l2.number >= l2_block if l1_head is None else status.current_l1.number > l1_head
        )
        if not has_read:
            return Opinion(Answer.BEHIND)
        if l2_block > status.unsafe_l2.number:
            return Opinion(Answer.NO_SUCH_BLOCK)
        if l1_head is None:
            return self._ask(l2_block, lambda: status.safe_l2.number)
        key = (l2_block, l1_head)
        if key in self._final:
            return self._final[key]
        found = self._ask(l2_block, lambda: self._node.safe_head_at_l1_block(l1_head).safe_head.number)
        if found.answer is Answer.FOUND and l2_block <= status.finalized_l2.number:
            self._final[key] = found
        return found

    def _ask(self, l2_block: int, safe_block: Callable[[], int]) -> Opinion:
        try:
            root = self._node.output_at_block(l2_block).output_root
        except TemporaryError:
            return Opinion(Answer.ERROR)
        is_safe = True  # if the node has no history of its safe head, at least the root is right
        with suppress(TemporaryError):
            is_safe = safe_block() >= l2_block
        return Opinion(Answer.FOUND, root, is_safe)
