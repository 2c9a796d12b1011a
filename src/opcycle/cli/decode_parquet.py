"""`opcycle decode --parquet`: records as rows of one file, written group by group as they come.

A row has what the record's JSON line has, a column for each key; what only other kinds have is null.
pyarrow, which writes it, is an optional dependency: it is larger than all others together.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

from opcycle.cli.decode_view import NAMES, Echo, Totals, plain
from opcycle.derivation.decoding import BlockRecord, Record
from opcycle.errors import UserError

ROW_GROUP = 32_768
"""Rows that are held before they are written; each hash of a block's transactions counts as one more."""

_TEXT = ("record", "source", "commitment", "channel_id", "compression", "kind", "problem")


class ParquetView:
    """Writes `file`, of which nothing is kept that was there before. Raises UserError if it cannot."""

    def __init__(self, file: Path, echo: Echo):
        self._arrow = _pyarrow()
        self._schema = _schema(self._arrow)
        self._file, self._echo = file, echo
        self._rows: list[dict[str, Any]] = []
        self._held = self._written = 0
        self._totals = Totals()
        try:
            self._writer = self._arrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        except OSError as error:
            raise UserError(f"{file} cannot be written: {error}") from error

    def show(self, record: Record) -> None:
        self._totals.add(record)
        self._rows.append(plain(record))
        self._held += 1 + len(record.hashes or () if isinstance(record, BlockRecord) else ())
        if self._held >= ROW_GROUP:
            self._write()

    def close(self) -> None:
        if self._rows:
            self._write()
        self._writer.close()
        self._echo(f"{self._file}: {self._written:,} rows; {self._totals}")

    def _write(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, self._schema))
        self._written += len(self._rows)
        self._rows, self._held = [], 0


def _schema(arrow: Any) -> Any:
    """Every key of the JSON lines, in the order of the records."""
    types = dict.fromkeys(_TEXT, arrow.string()) | {
        "is_last": arrow.bool_(),
        "hashes": arrow.list_(arrow.string()),
    }
    names = dict.fromkeys(["record", *(item.name for kind in NAMES for item in fields(kind))])
    return arrow.schema([(name, types.get(name, arrow.uint64())) for name in names])


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UserError(
            "--parquet takes pyarrow, which is not installed; install it with: pip install 'opcycle[parquet]'"
        ) from error
    return pyarrow
