"""Running agents until somebody stops them, with their logs on standard error and their metrics on a port."""

import logging
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from opcycle.agent import Agent
from opcycle.cli.options import PORT
from opcycle.devnet.runner import Runner
from opcycle.metrics.app import metrics_app
from opcycle.rpc.server import Server

POLL = 0.5
"""Seconds between two looks at chains that are not ours, whose servers may count the calls."""

metrics_option = click.option(
    "--metrics-port", type=PORT, help="Serve Prometheus' /metrics on this port; not at all, if not given."
)


def run_until_stopped(agents: Sequence[Agent], metrics_port: int | None, *, poll: float = POLL) -> None:
    """Run agents until Ctrl-C, SIGTERM or an error that must stop them. Raises UserError for a busy port.

    `poll`: seconds between two looks of an agent that has nothing to do.
    """
    _log_to_stderr()
    runner = Runner(poll=poll)
    metrics = None if metrics_port is None else Server(metrics_app(lambda: runner.steppings), metrics_port)
    try:
        if metrics is not None:
            metrics.start()
            click.echo(f"metrics: {metrics.url}/metrics", err=True)
        for agent in agents:
            runner.add(agent)
        with suppress(KeyboardInterrupt):
            runner.wait()
    finally:
        runner.stop()
        if metrics is not None:
            metrics.stop()


def _log_to_stderr() -> None:
    """What agents log, and nobody else; what stops one is not logged, it is the command's own last word."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    handler.addFilter(lambda record: record.levelno < logging.CRITICAL)
    family = logging.getLogger("opcycle")
    family.addHandler(handler)
    family.propagate = False
    family.setLevel(min(logging.INFO, family.getEffectiveLevel()))
