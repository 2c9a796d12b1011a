"""How `opcycle decode` shows records as they come: rows of a table with totals below, or JSON lines."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, Protocol

import click
import orjson

from opcycle.derivation.decoding import (
    BatchRecord,
    BlockRecord,
    ChannelRecord,
    CommitmentRecord,
    FrameRecord,
    Record,
    TransactionRecord,
)
from opcycle.rpc.hexjson import to_hex

Echo = Callable[[str], None]
"""Where lines go, such as `click.echo`."""

NAMES: dict[type, str] = {
    TransactionRecord: "transaction",
    CommitmentRecord: "commitment",
    FrameRecord: "frame",
    ChannelRecord: "channel",
    BatchRecord: "batch",
    BlockRecord: "block",
}
"""The kinds of records, as they are called where they are written."""

_BATCH_KINDS = ("singular", "span", "malformed")


class View(Protocol):
    """Where records go."""

    def show(self, record: Record) -> None: ...

    def close(self) -> None: ...


def show(view: View, records: Iterable[Record]) -> None:
    """Each record as it comes; the view is closed whether or not there is an error among them."""
    try:
        for record in records:
            view.show(record)
    finally:
        view.close()


def plain(record: Record) -> dict[str, Any]:
    """The record's fields, its kind first; bytes in hex, as everywhere in Ethereum's JSON."""
    kind = {"record": NAMES[type(record)]}
    return kind | {item.name: _plain(getattr(record, item.name)) for item in fields(record)}


class Totals:
    """How many records of each kind there were, and how much was in them."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        """Count it; the blocks of a batch count with the batch."""
        if isinstance(record, BlockRecord):
            return
        self._counts[NAMES[type(record)]] += 1
        if isinstance(record, TransactionRecord):
            self._counts["bytes"] += record.size
        if isinstance(record, BatchRecord):
            self._counts.update({record.kind: 1, "block": record.blocks, "tx": record.transactions})

    def __str__(self) -> str:
        counts = self._counts
        batches = ", ".join(f"{counts[kind]} {kind}" for kind in _BATCH_KINDS if counts[kind])
        return (
            f"{_count(counts['transaction'], 'batcher transaction')}, {_count(counts['bytes'], 'byte')}; "
            f"{_count(counts['frame'], 'frame')}, {_count(counts['channel'], 'channel')}, "
            f"{_count(counts['batch'], 'batch', 'batches')}{f' ({batches})' if batches else ''}; "
            f"{_count(counts['block'], 'L2 block')} with {_count(counts['tx'], 'transaction')}"
        )


class JsonView:
    """One object per record."""

    def __init__(self, echo: Echo):
        self._echo = echo

    def show(self, record: Record) -> None:
        self._echo(orjson.dumps(plain(record)).decode())

    def close(self) -> None:
        pass


class TableView:
    """A row per record, the L2 blocks of a batch as the range that they cover; totals at the end."""

    def __init__(self, echo: Echo):
        self._echo = echo
        self._totals = Totals()
        self._batch: BatchRecord | None = None
        self._blocks: list[BlockRecord] = []
        self._echo(click.style(_row("", "", "bytes", "blocks", "txs", ""), bold=True))

    def show(self, record: Record) -> None:
        if isinstance(record, BlockRecord):
            self._blocks = [*self._blocks[:1], record]
            return
        self._end_batch()
        self._totals.add(record)
        match record:
            case TransactionRecord():
                self._echo(_row("transaction", record.source, record.size, "", "", record.problem))
            case CommitmentRecord():
                note = _and(to_hex(record.commitment), record.problem)
                self._echo(_row("  commitment", record.kind, record.size, "", "", note))
            case FrameRecord():
                name = f"{record.channel_id.hex()}#{record.number}"
                note = record.problem or ("last" if record.is_last else "")
                self._echo(_row("  frame", name, record.size, "", "", note))
            case ChannelRecord():
                name = "without frames" if record.channel_id is None else record.channel_id.hex()
                note = f"{record.compression or 'unknown'}, {record.decompressed:,} bytes decompressed"
                self._echo(_row("channel", name, record.size, "", "", _and(note, record.problem)))
            case BatchRecord():
                self._batch = record

    def close(self) -> None:
        self._end_batch()
        self._echo(str(self._totals))

    def _end_batch(self) -> None:
        """A batch is shown once its blocks have come."""
        batch, blocks = self._batch, self._blocks
        self._batch, self._blocks = None, []
        if batch is not None:
            note = _and(_extent(blocks[0], blocks[-1]) if blocks else "", batch.problem)
            self._echo(
                _row("  batch", f"[{batch.index}] {batch.kind}", "", batch.blocks, batch.transactions, note)
            )


def _extent(first: BlockRecord, last: BlockRecord) -> str:
    """The L2 blocks from `first` to `last`, as far as they are known, and their L1 origins."""
    parts = [f"L1 origins {_span(first.l1_origin, last.l1_origin)}"]
    if first.number is not None and last.number is not None:
        parts.insert(0, f"L2 blocks {_span(first.number, last.number)}")
    elif first.timestamp is not None and last.timestamp is not None:
        parts.insert(0, f"times {_span(first.timestamp, last.timestamp)}")
    return ", ".join(parts)


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _row(kind: str, name: str, size: int | str, blocks: int | str, txs: int | str, note: str) -> str:
    cells = [f"{cell:,}" if isinstance(cell, int) else cell for cell in (size, blocks, txs)]
    return f"{kind:<12} {name:<46} {cells[0]:>12} {cells[1]:>8} {cells[2]:>8}  {note}".rstrip()


def _and(note: str, problem: str) -> str:
    return "; ".join(part for part in (note, problem) if part)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return to_hex(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
