"""The verdicts of derivation, kept so that a user can ask later why a batch was dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opcycle.derivation.verdicts import (
    BatchId,
    ChannelId,
    Decision,
    FrameId,
    Identity,
    Reason,
    Subject,
    TransactionId,
    Verdict,
)
from opcycle.node.database import Database
from opcycle.node.lineage import Lineage
from opcycle.protocol.types import BlockId, Hash

KEEP = 100_000
"""Verdicts; the oldest beyond are forgotten."""

MAX_OF_CHANNEL = 10_000
"""Verdicts about one channel in one answer."""


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict with its identity in words; `batch` and `block` are the indices in that of a batch."""

    subject: Subject
    identity: str
    decision: Decision
    reason: Reason
    detail: str
    inclusion: BlockId
    batch: int | None
    block: int | None


class VerdictStore:
    """The last verdicts, one per thing on L1; `lineage` has what they were about came from and became."""

    def __init__(self, database: Database, *, keep: int = KEEP):
        self._database = database
        self._keep = keep
        self.lineage = Lineage(database, keep=keep)

    def record(self, verdicts: Sequence[Verdict]) -> None:
        """Add verdicts. A later one about the same thing replaces the earlier, except PAST: that only says
        that a restarted node has met again what it had decided before."""
        rows = [
            (
                verdict.inclusion.number,
                verdict.inclusion.hash,
                verdict.subject,
                str(verdict.identity),
                verdict.decision,
                verdict.reason.name,
                verdict.detail,
                *_keys(verdict.identity),
            )
            for verdict in verdicts
        ]
        self._database.write(
            "INSERT INTO verdicts (l1_number, l1_hash, subject, identity, decision, reason, detail, tx_hash, "
            "channel, batch, block) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (identity, l1_hash, subject) DO UPDATE SET "
            "decision = excluded.decision, reason = excluded.reason, detail = excluded.detail "
            f"WHERE excluded.decision != '{Decision.PAST}'",
            rows,
        )
        self._database.write(
            "DELETE FROM verdicts WHERE id <= (SELECT MAX(id) FROM verdicts) - ?", [(self._keep,)]
        )
        self.lineage.carry(verdicts)

    def newest(self, count: int) -> list[StoredVerdict]:
        """The last `count` verdicts, newest first."""
        return self._read("ORDER BY id DESC LIMIT ?", count)

    def of_transaction(self, tx_hash: Hash) -> list[StoredVerdict]:
        """Those about an L1 transaction and its blobs, in every L1 block that had it."""
        return self._read("WHERE tx_hash = ? ORDER BY id", tx_hash)

    def of_channel(self, channel_id: bytes) -> list[StoredVerdict]:
        """Those about a channel, its frames and its batches, oldest first."""
        return self._read("WHERE channel = ? ORDER BY id LIMIT ?", channel_id, MAX_OF_CHANNEL)

    def about(self, identity: str) -> list[StoredVerdict]:
        """Those about whatever is called so."""
        return self._read("WHERE identity = ? ORDER BY id", identity)

    def _read(self, rest: str, *parameters: Any) -> list[StoredVerdict]:
        rows = self._database.read(
            "SELECT subject, identity, decision, reason, detail, l1_number, l1_hash, batch, block "
            f"FROM verdicts {rest}",
            *parameters,
        )
        return [
            StoredVerdict(
                subject=Subject(subject),
                identity=identity,
                decision=Decision(decision),
                reason=Reason[reason],
                detail=detail,
                inclusion=BlockId(l1_hash, l1_number),
                batch=batch,
                block=block,
            )
            for subject, identity, decision, reason, detail, l1_number, l1_hash, batch, block in rows
        ]


def _keys(identity: Identity) -> tuple[Hash | None, bytes | None, int | None, int | None]:
    """What an identity is found by: transaction, channel, batch, block."""
    match identity:
        case TransactionId():
            return identity.hash, None, None, None
        case BatchId():
            return None, identity.channel_id, identity.index, identity.block
        case FrameId() | ChannelId():
            return None, identity.channel_id, None, None
