"""How the demo shows itself: panels on a terminal, plain lines in a pipe, JSON for programs."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import click
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

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

    def progress(self, text: str) -> None:
        """How far something is, said many times a second."""
        ...

    def draw(self, lines: Sequence[str], news: Sequence[str]) -> None:
        """Something that grows: how all of it looks now, and what is new in it."""
        ...

    def end(self, report: StageReport) -> None: ...

    def close(self) -> None: ...


class PlainView:
    """One line when a stage begins, one per thing seen, one when it ends; progress every ten seconds."""

    PROGRESS_EVERY = 10.0

    def __init__(self) -> None:
        self._said_at = -self.PROGRESS_EVERY

    def begin(self, name: str, title: str) -> None:
        click.echo(f"[{name}] {title}")

    def note(self, text: str) -> None:
        click.echo(f"    {text}")

    def progress(self, text: str) -> None:
        now = time.monotonic()
        if now >= self._said_at + self.PROGRESS_EVERY:
            self._said_at = now
            self.note(text)

    def draw(self, lines: Sequence[str], news: Sequence[str]) -> None:
        for line in news:
            click.echo(f"    {line}")

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

    def progress(self, text: str) -> None:
        pass

    def draw(self, lines: Sequence[str], news: Sequence[str]) -> None:
        pass

    def end(self, report: StageReport) -> None:
        click.echo(report.to_json())

    def close(self) -> None:
        pass


class LiveView:
    """A panel per stage that is over; beneath them, what the running one waits for and draws."""

    def __init__(self) -> None:
        self._console = Console()
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)
        self._live.start()
        self._title = ""
        self._text = ""
        self._drawing: Text | None = None

    def begin(self, name: str, title: str) -> None:
        self._title = f"[bold]{name}[/bold]  {title}"
        self._text, self._drawing = "", None
        self._update()

    def note(self, text: str) -> None:
        self._text = f"  [dim]{escape(text)}[/dim]"
        self._update()

    def progress(self, text: str) -> None:
        self.note(text)

    def draw(self, lines: Sequence[str], news: Sequence[str]) -> None:
        self._drawing = Text("\n".join(lines), no_wrap=True, overflow="crop")
        self._update()

    def _update(self) -> None:
        spinner = Spinner("dots", text=self._title + self._text)
        self._live.update(spinner if self._drawing is None else Group(spinner, self._drawing))

    def end(self, report: StageReport) -> None:
        body = Table.grid(padding=(0, 2))
        body.add_column(style="dim", no_wrap=True)
        body.add_column(overflow="fold")
        for key, value in report.evidence.items():
            body.add_row(key, escape(str(value)))
        if report.failure:
            body.add_row("failed", f"[red]{escape(report.failure)}[/red]")
        colour, mark = ("green", "✓") if report.ok else ("red", "✗")
        title = f"[{colour}]{mark}[/{colour}] [bold]{report.name}[/bold]  {report.title}"
        panel = Panel(
            body, title=title, title_align="left", subtitle=f"{report.seconds:.1f} s", border_style=colour
        )
        if self._drawing is not None:
            self._console.print(self._drawing, no_wrap=True, overflow="crop")
        self._console.print(panel)

    def close(self) -> None:
        self._live.stop()
