"""Chain state put back after a test. Not by Ape's own context, which swallows assertion errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def restored(chain: Any) -> Iterator[None]:
    """What happens inside is undone on leaving, and its errors pass through."""
    snapshot = chain.snapshot()
    try:
        yield
    finally:
        chain.restore(snapshot)
