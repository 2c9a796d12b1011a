"""The verdicts of derivation, kept so that a user can ask later why a batch was dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.derivation.verdicts import Decision, Reason, Subject, Verdict
from opcycle.node.database import Database
from opcycle.protocol.types import BlockId

KEEP = 100_000
"""Verdicts; the oldest beyond are forgotten."""


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict with its identity in words."""

    subject: Subject
    identity: str
    decision: Decision
    reason: Reason
    detail: str
    inclusion: BlockId


class VerdictStore:
    """The last verdicts, one per thing on L1."""

    def __init__(self, database: Database, *, keep: int = KEEP):
        self._database = database
        self._keep = keep

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
            )
            for verdict in verdicts
        ]
        self._database.write(
            "INSERT INTO verdicts (l1_number, l1_hash, subject, identity, decision, reason, detail) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identity, l1_hash, subject) DO UPDATE SET "
            "decision = excluded.decision, reason = excluded.reason, detail = excluded.detail "
            f"WHERE excluded.decision != '{Decision.PAST}'",
            rows,
        )
        self._database.write(
            "DELETE FROM verdicts WHERE id <= (SELECT MAX(id) FROM verdicts) - ?", [(self._keep,)]
        )

    def newest(self, count: int) -> list[StoredVerdict]:
        """The last `count` verdicts, newest first."""
        rows = self._database.read(
            "SELECT subject, identity, decision, reason, detail, l1_number, l1_hash FROM verdicts "
            "ORDER BY id DESC LIMIT ?",
            count,
        )
        return [
            StoredVerdict(
                subject=Subject(subject),
                identity=identity,
                decision=Decision(decision),
                reason=Reason[reason],
                detail=detail,
                inclusion=BlockId(l1_hash, l1_number),
            )
            for subject, identity, decision, reason, detail, l1_number, l1_hash in rows
        ]
