"""What an inspection finds: a thing of a contract that is not as it should be, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from opcycle.protocol.types import Address, BlockId
from opcycle.rpc.hexjson import checksum, to_hex


class Severity(StrEnum):
    """An error endangers what the chain holds, or stops it. A warning is something that somebody with the
    right to do so may have changed on purpose. A note is what happens to every chain in time."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is a getter of `contract`, or something else in words; `found` and `wanted` are for people.

    `address` None: it is no contract, but a file. `is_fatal`: whatever else it says means nothing.
    """

    severity: Severity
    contract: str
    address: Address | None
    what: str
    found: str
    wanted: str
    advice: str
    is_fatal: bool = False

    def __str__(self) -> str:
        where = f" at {checksum(self.address)}" if self.address else ""
        return f"{self.contract}{where}: {self.what} is {self.found}, not {self.wanted}"

    def to_json(self) -> dict[str, str | None]:
        return {
            "severity": str(self.severity),
            "contract": self.contract,
            "address": checksum(self.address) if self.address else None,
            "what": self.what,
            "found": self.found,
            "expected": self.wanted,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Findings on one chain, worst first. `checks`: how many things were looked at, at the end of `block`."""

    block: BlockId
    checks: int
    findings: tuple[Finding, ...]

    def plus(self, findings: Sequence[Finding]) -> "Report":
        """With what was found elsewhere, say in files."""
        return replace(self, findings=worst_first([*findings, *self.findings]))

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))


def shown(value: Any) -> str:
    """For people: addresses with their checksum, other bytes as hex."""
    if isinstance(value, bytes):
        return checksum(value) if len(value) == 20 else to_hex(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))})"
    return str(value)
