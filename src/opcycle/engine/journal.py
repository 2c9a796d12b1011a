"""The last payloads of an engine, on our own disk: op-geth loses its newest blocks when it is killed.

One JSON line per payload, written before forkchoice makes it the head. After a restart the journal feeds
the engine what it lost. A torn last line (we were killed, too) is ignored.
"""

from pathlib import Path

import orjson

from opcycle.engine.client import EngineClient
from opcycle.engine.codec import envelope_from_journal, envelope_to_json
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState
from opcycle.protocol.types import ZERO_HASH, Hash

KEEP = 128
"""Payloads kept; op-geth was seen to lose at most a few."""


class PayloadJournal:
    """An append-only file of payloads, cut back to the last `KEEP` now and then."""

    def __init__(self, path: Path):
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._entries = self._read()
        self._write_all()

    def record(self, envelope: ExecutionEnvelope) -> None:
        """Keep one more payload, flushed to the operating system."""
        self._entries.append(envelope)
        if len(self._entries) >= 2 * KEEP:
            self._entries = self._entries[-KEEP:]
            self._write_all()
            return
        with self._path.open("ab") as file:
            file.write(orjson.dumps(envelope_to_json(envelope)) + b"\n")

    def find(self, block_hash: Hash) -> ExecutionEnvelope | None:
        """The recorded payload of a block, None if it is too old."""
        return next((entry for entry in self._entries if entry.payload.block_hash == block_hash), None)

    def lost_after(self, head: Hash) -> list[ExecutionEnvelope]:
        """The recorded payloads that build on `head`, oldest first: the newest recorded branch wins."""
        by_hash = {entry.payload.block_hash: entry for entry in self._entries}
        for tip in reversed(self._entries):
            branch = [tip]
            while (parent := branch[-1].payload.parent_hash) != head and parent in by_hash:
                branch.append(by_hash[parent])
            if tip.payload.block_hash == head:
                return []
            if branch[-1].payload.parent_hash == head:
                return branch[::-1]
        return []

    def replay(self, engine: EngineClient, head: Hash) -> list[ExecutionEnvelope]:
        """Feed the engine what it lost after `head` and make the last of it the head."""
        lost = self.lost_after(head)
        for envelope in lost:
            engine.new_payload(envelope)
        if lost:
            tip = lost[-1].payload.block_hash
            engine.forkchoice_updated(ForkchoiceState(head=tip, safe=ZERO_HASH, finalized=ZERO_HASH))
        return lost

    def _read(self) -> list[ExecutionEnvelope]:
        if not self._path.exists():
            return []
        entries = []
        for line in self._path.read_bytes().split(b"\n"):
            try:
                entries.append(envelope_from_journal(orjson.loads(line)))
            except orjson.JSONDecodeError:
                continue  # the torn last line, or the empty one after it
        return entries[-KEEP:]

    def _write_all(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(b"".join(orjson.dumps(envelope_to_json(entry)) + b"\n" for entry in self._entries))
        fresh.replace(self._path)
