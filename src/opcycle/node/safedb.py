"""Which L2 block became the safe head with which L1 block: the memory that disputes and finality rest on.

Source: op-node `node/safedb/safedb.go`.
"""

from collections.abc import Iterable, Iterator

from opcycle.node.database import Database
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId

_COLUMNS = "l1_number, l1_hash, l2_number, l2_hash"

_MAX_NUMBER = 2**63 - 1
"""The largest integer of SQLite."""


class SafeDB:
    """An entry for each L1 block that moved the safe head; survives a restart."""

    def __init__(self, database: Database):
        self._database = database

    def record(self, entries: Iterable[SafeHead]) -> None:
        """Add entries; a later one of the same L1 block replaces the earlier."""
        rows = [
            (entry.l1_block.number, entry.l1_block.hash, entry.safe_head.number, entry.safe_head.hash)
            for entry in entries
        ]
        self._database.write(f"REPLACE INTO safe_heads ({_COLUMNS}) VALUES (?, ?, ?, ?)", rows)

    def at(self, l1_number: int) -> SafeHead | None:
        """The newest entry at or before an L1 block; None if the records start later."""
        for l1, l1_hash, l2, l2_hash in self._database.read(
            f"SELECT {_COLUMNS} FROM safe_heads WHERE l1_number <= ? ORDER BY l1_number DESC LIMIT 1",
            min(l1_number, _MAX_NUMBER),
        ):
            return SafeHead(BlockId(l1_hash, l1), BlockId(l2_hash, l2))
        return None

    def newest_first(self) -> Iterator[SafeHead]:
        """All entries, read one by one: a caller seldom wants many."""
        entry = self.at(_MAX_NUMBER)
        while entry is not None:
            yield entry
            entry = self.at(entry.l1_block.number - 1)

    def forget_after(self, l2_number: int) -> None:
        """Drop the entries whose safe head is later than that L2 block: it will be derived again."""
        self._database.write("DELETE FROM safe_heads WHERE l2_number > ?", [(l2_number,)])
