"""The node's SQLite file: which safe head each L1 block gave, what derivation decided, and what became of it.

One file belongs to one chain. Written by the node's thread, read by those of its RPC server. A write survives
a kill of the process; only a power cut may lose the last ones, and L1 gives them again.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from opcycle.errors import UserError
from opcycle.protocol.rollup import RollupConfig

SCHEMA_VERSION = 2

_SCHEMA = (
    "CREATE TABLE chain (schema_version INTEGER, l2_chain_id INTEGER, genesis BLOB)",
    """CREATE TABLE safe_heads (
        l1_number INTEGER PRIMARY KEY, l1_hash BLOB NOT NULL,
        l2_number INTEGER NOT NULL, l2_hash BLOB NOT NULL
    )""",
    """CREATE TABLE verdicts (
        id INTEGER PRIMARY KEY, l1_number INTEGER NOT NULL, l1_hash BLOB NOT NULL, subject TEXT NOT NULL,
        identity TEXT NOT NULL, decision TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
        tx_hash BLOB, channel BLOB, batch INTEGER, block INTEGER,
        UNIQUE (identity, l1_hash, subject)
    )""",
    "CREATE INDEX verdicts_by_transaction ON verdicts (tx_hash) WHERE tx_hash IS NOT NULL",
    "CREATE INDEX verdicts_by_channel ON verdicts (channel, subject) WHERE channel IS NOT NULL",
    """CREATE TABLE carried (
        id INTEGER PRIMARY KEY, l1_hash BLOB NOT NULL, tx TEXT NOT NULL, channel BLOB NOT NULL,
        frame TEXT NOT NULL, UNIQUE (channel, l1_hash, tx, frame)
    )""",
    """CREATE TABLE l2_blocks (
        number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, identity TEXT NOT NULL,
        channel BLOB, batch INTEGER NOT NULL, l1_number INTEGER NOT NULL, l1_hash BLOB NOT NULL
    )""",
    "CREATE INDEX l2_blocks_by_channel ON l2_blocks (channel) WHERE channel IS NOT NULL",
)


class Database:
    """An open file. Raises UserError if it is no database of ours, or one of another chain."""

    def __init__(self, path: Path, config: RollupConfig):
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"{path} cannot be opened ({error}); use another data directory") from error
        with ExitStack() as on_failure:
            on_failure.callback(self._connection.close)
            try:
                self._prepare(path, config)
            except sqlite3.Error as error:
                raise UserError(
                    f"{path} is not a node's database ({error}); use another data directory, or delete the "
                    "file: a node finds everything on L1 again"
                ) from error
            on_failure.pop_all()

    def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each row, all or none."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(sql, rows)

    def read(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def contents(self) -> bytes:
        """The whole file, as `opcycle` would find it again."""
        with self._lock:
            return self._connection.serialize()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _prepare(self, path: Path, config: RollupConfig) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        ours = (SCHEMA_VERSION, config.l2_chain_id, config.genesis_l2.hash)
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            if not self._connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _SCHEMA:
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO chain VALUES (?, ?, ?)", ours)
        found = self._connection.execute("SELECT * FROM chain").fetchone()
        if found is None or found[0] != SCHEMA_VERSION:
            raise UserError(f"{path} was written by another version of opcycle; use another data directory")
        if found != ours:
            raise UserError(
                f"{path} belongs to L2 chain {found[1]} with genesis 0x{found[2].hex()}, the rollup config "
                f"to chain {ours[1]} with genesis 0x{ours[2].hex()}; use another data directory"
            )
