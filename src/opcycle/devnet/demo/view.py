"""How the demo shows itself: a live table on a terminal, plain lines in a pipe, JSON for programs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

Evidence = Mapping[str, str | int]
"""What a stage saw on the chains: hashes (0x…), block numbers, amounts."""


@dataclass(frozen=True, slots=True)
class StageReport:
    """The outcome of one stage. `ok` only if everything it claims was checked; `seconds` of real time."""

    name: str
    title: str
    ok: bool
    evidence: Evidence
    seconds: float
    failure: str = ""

    def to_json(self) -> str:
        body: dict[str, object] = {
            "name": self.name,
            "ok": self.ok,
            "evidence": dict(self.evidence),
            "seconds": round(self.seconds, 2),
        }
        if self.failure:
            body["failure"] = self.failure
        return json.dumps(body)


class View(Protocol):
    """Where the story reports to."""

    def begin(self, name: str, title: str) -> None: ...

    def note(self, text: str) -> None: ...

    def end(self, report: StageReport) -> None: ...

    def close(self) -> None: ...


class PlainView:
    """One line when a stage begins, one per thing seen, one when it ends."""

    def begin(self, name: str, title: str) -> None:
        click.echo(f"[{name}] {title}")

    def note(self, text: str) -> None:
        click.echo(f"    {text}")

    def end(self, report: StageReport) -> None:
        for key, value in report.evidence.items():
            click.echo(f"    {key}: {value}")
        mark = "ok" if report.ok else f"FAILED: {report.failure}"
        click.echo(f"[{report.name}] {mark} ({report.seconds:.1f} s)")

    def close(self) -> None:
        pass


class JsonView:
    """One JSON object per stage, on one line: name, ok, evidence, seconds."""

    def begin(self, name: str, title: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def end(self, report: StageReport) -> None:
        click.echo(report.to_json())

    def close(self) -> None:
        pass


class LiveTableView:
    """A table that grows a row per stage; the row of the running stage shows what it waits for."""

    def __init__(self) -> None:
        self._done: list[StageReport] = []
        self._running: tuple[str, str] | None = None
        self._live = Live(self._table(), console=Console(), refresh_per_second=8)
        self._live.start()

    def begin(self, name: str, title: str) -> None:
        self._running = (name, title)
        self._live.update(self._table())

    def note(self, text: str) -> None:
        if self._running:
            self._running = (self._running[0], text)
            self._live.update(self._table())

    def end(self, report: StageReport) -> None:
        self._done.append(report)
        self._running = None
        self._live.update(self._table())

    def close(self) -> None:
        self._live.stop()

    def _table(self) -> Table:
        table = Table(expand=True, show_lines=True, title="the life of a transaction")
        table.add_column("stage", no_wrap=True)
        table.add_column("what was seen on the chains", ratio=1)
        table.add_column("s", justify="right", no_wrap=True)
        for report in self._done:
            seen = "\n".join(f"[dim]{key}[/dim] {value}" for key, value in report.evidence.items())
            mark = "[green]✓[/green]" if report.ok else "[red]✗[/red]"
            body = (
                report.title
                + ("\n" + seen if seen else "")
                + (f"\n[red]{report.failure}[/red]" if report.failure else "")
            )
            table.add_row(f"{mark} {report.name}", body, f"{report.seconds:.1f}")
        if self._running:
            table.add_row(f"[yellow]…[/yellow] {self._running[0]}", self._running[1], "")
        return table
