"""The last payloads of an engine, on our own disk: op-geth loses its newest blocks when it is killed.

One JSON line per payload, written before forkchoice makes it the head. After a restart the journal feeds
the engine what it lost. A torn last line (we were killed, too) is ignored.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson

from opcycle.engine.client import EngineClient
from opcycle.engine.codec import envelope_from_journal, envelope_to_json
from opcycle.errors import UserError
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState
from opcycle.protocol.types import ZERO_HASH, Hash

KEEP = 64
"""Payloads kept at least; op-geth was seen to lose eight tiny blocks made within 0.2 s."""


class PayloadJournal:
    """An append-only file of payloads, cut back to the last `keep` whenever it has grown to twice that."""

    def __init__(self, path: Path, *, keep: int = KEEP):
        self._path = path
        self._keep = keep
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lines = 0
        self._cut_back()

    def record(self, envelope: ExecutionEnvelope) -> None:
        """Keep one more payload: handed to the operating system when this returns."""
        if self._lines >= 2 * self._keep:
            self._cut_back()
        with self._path.open("ab", buffering=0) as file:
            file.write(orjson.dumps(envelope_to_json(envelope)) + b"\n")
        self._lines += 1

    def find(self, block_hash: Hash) -> ExecutionEnvelope | None:
        """The recorded payload of a block, None if it is too old."""
        return next((entry for entry in self._entries() if entry.payload.block_hash == block_hash), None)

    def lost_after(self, head: Hash) -> list[ExecutionEnvelope]:
        """What leads from the engine's `head` to the payload recorded last, oldest first.

        That payload was our head. An engine on another recorded branch (killed amid a reorg) gets ours
        from its first recorded block on; one on a block that we never recorded was driven by somebody
        else since, and gets nothing.
        """
        entries = list(self._entries())
        known = {entry.payload.block_hash: entry for entry in entries}
        branch: list[ExecutionEnvelope] = []
        cursor = entries[-1].payload.block_hash if entries else head
        while cursor != head and cursor in known:
            branch.append(known[cursor])
            cursor = known[cursor].payload.parent_hash
        return branch[::-1] if cursor == head or head in known else []

    def replay(self, engine: EngineClient, head: Hash) -> list[ExecutionEnvelope]:
        """Feed the engine what it lost after `head`, make the last of it the head, and return it.

        Each becomes the head in turn: op-geth may still know a block whose state it has lost, takes no
        child of such a block, and executes it again only for a forkchoice update.
        """
        lost = self.lost_after(head)
        for envelope in lost:
            engine.new_payload(envelope)
            engine.forkchoice_updated(
                ForkchoiceState(head=envelope.payload.block_hash, safe=ZERO_HASH, finalized=ZERO_HASH)
            )
        return lost

    def contents(self) -> bytes:
        """The whole file, for `restore`."""
        return self._path.read_bytes()

    def restore(self, contents: bytes) -> None:
        """Be again what the file was."""
        self._path.write_bytes(contents)
        self._cut_back()

    def _entries(self) -> Iterator[ExecutionEnvelope]:
        for line in self._path.read_bytes().splitlines():
            try:
                yield envelope_from_journal(orjson.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise UserError(
                    f"{self._path} is damaged ({error!r}); delete it: that costs only what op-geth has lost, "
                    "nothing if it was stopped cleanly"
                ) from error

    def _cut_back(self) -> None:
        """Drop all but the last whole lines."""
        whole = self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
        if whole and not whole[-1].endswith(b"\n"):
            whole.pop()
        kept = whole[-self._keep :]
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_bytes(b"".join(kept))
        fresh.replace(self._path)
        self._lines = len(kept)
