"""One log file per agent, in a devnet's directory: what each did, and why it waited or stopped."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"

LOGS = (
    "l1",
    "sequencer-engine",
    "verifier-engine",
    "rebuilt-engine",
    "sequencer",
    "batcher",
    "throttler",
    "node",
    "rebuilt-node",
    "proposer",
    "challenger",
)
"""Names of the agents, each with a log of its own."""


@contextmanager
def log_to(directory: Path, agents: Iterable[str]) -> Iterator[None]:
    """While the context lasts, each agent's logger writes to `directory/<agent>.log`."""
    directory.mkdir(parents=True, exist_ok=True)
    handlers: list[tuple[logging.Logger, logging.FileHandler]] = []
    for agent in agents:
        logger = logging.getLogger(f"opcycle.{agent}")
        handler = logging.FileHandler(directory / f"{agent}.log", delay=True)
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        handlers.append((logger, handler))
    # Without this, warnings would go to a terminal that shows something else.
    family = logging.getLogger("opcycle")
    was_propagating, family.propagate = family.propagate, False
    try:
        yield
    finally:
        family.propagate = was_propagating
        for logger, handler in handlers:
            logger.removeHandler(handler)
            handler.close()
