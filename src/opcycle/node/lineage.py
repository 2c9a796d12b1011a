"""What came from what: the frames in each batcher transaction, the batch behind each L2 block.

Together with the verdicts, whose names say which channel a frame or batch belongs to, it is the whole way
from an L1 transaction to an L2 block.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from opcycle.derivation.verdicts import BatchId, Verdict
from opcycle.node.database import Database
from opcycle.protocol.types import BlockId, Hash

_BLOCK_COLUMNS = "number, hash, identity, channel, batch, l1_number, l1_hash"


@dataclass(frozen=True, slots=True)
class MadeBlock:
    """An L2 block, the batch it was made of, and the L1 block with which it became safe."""

    block: BlockId
    batch: BatchId
    derived_from: BlockId


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A `MadeBlock` with its batch by name, channel (None if derivation made it) and index in the channel."""

    block: BlockId
    batch_name: str
    channel_id: bytes | None
    batch: int
    derived_from: BlockId


@dataclass(frozen=True, slots=True)
class Carried:
    """A frame and the transaction that carried it, by name, in the L1 block with that hash."""

    transaction: str
    frame: str
    l1_hash: Hash


class Lineage:
    """The newest `keep` of each. Belongs to a `VerdictStore`."""

    def __init__(self, database: Database, *, keep: int):
        self._database = database
        self._keep = keep

    def carry(self, verdicts: Iterable[Verdict]) -> None:
        """Add the frames that transactions carry, as their verdicts say."""
        rows = [
            (verdict.inclusion.hash, str(verdict.identity), frame.channel_id, str(frame))
            for verdict in verdicts
            for frame in verdict.frames
        ]
        if rows:
            sql = "INSERT OR IGNORE INTO carried (l1_hash, tx, channel, frame) VALUES (?, ?, ?, ?)"
            self._database.write(sql, rows)
            self._database.write(
                "DELETE FROM carried WHERE id <= (SELECT MAX(id) FROM carried) - ?", [(self._keep,)]
            )

    def record(self, made: Sequence[MadeBlock]) -> None:
        """Add L2 blocks; each replaces an earlier one of its number."""
        rows = [
            (
                item.block.number,
                item.block.hash,
                str(item.batch),
                item.batch.channel_id,
                item.batch.index,
                item.derived_from.number,
                item.derived_from.hash,
            )
            for item in made
        ]
        sql = f"REPLACE INTO l2_blocks ({_BLOCK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._database.write(sql, rows)
        self._database.write(
            "DELETE FROM l2_blocks WHERE number <= (SELECT MAX(number) FROM l2_blocks) - ?", [(self._keep,)]
        )

    def forget_after(self, l2_number: int) -> None:
        """Drop the L2 blocks after that one: they will be derived again."""
        self._database.write("DELETE FROM l2_blocks WHERE number > ?", [(l2_number,)])

    def block(self, name: int | Hash) -> StoredBlock | None:
        """The L2 block of that number or hash."""
        column = "number" if isinstance(name, int) else "hash"
        return next(iter(self._blocks(f"{column} = ?", name)), None)

    def blocks_of(self, channel_id: bytes) -> list[StoredBlock]:
        """The L2 blocks that a channel became, in order."""
        return self._blocks("channel = ?", channel_id)

    def carried(self, channel_id: bytes) -> list[Carried]:
        """The frames of a channel, in the order of L1."""
        rows = self._database.read(
            "SELECT tx, frame, l1_hash FROM carried WHERE channel = ? ORDER BY id", channel_id
        )
        return [Carried(*row) for row in rows]

    def channels_in(self, transaction: str) -> list[bytes]:
        """The channels that have frames in a transaction, in its order."""
        rows = self._database.read(
            "SELECT channel FROM carried WHERE tx = ? GROUP BY channel ORDER BY MIN(id)", transaction
        )
        return [channel_id for (channel_id,) in rows]

    def _blocks(self, condition: str, parameter: Any) -> list[StoredBlock]:
        rows = self._database.read(
            f"SELECT {_BLOCK_COLUMNS} FROM l2_blocks WHERE {condition} ORDER BY number", parameter
        )
        return [
            StoredBlock(BlockId(l2_hash, number), name, channel_id, batch, BlockId(l1_hash, l1_number))
            for number, l2_hash, name, channel_id, batch, l1_number, l1_hash in rows
        ]
