"""ape run demo: the same as `opcycle demo`."""

from opcycle.cli.demo import demo as cli

__all__ = ["cli"]
