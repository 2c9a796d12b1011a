"""Commands of `ape run`: an expected error is one sentence on stderr and exit code 1."""

import signal
import sys
from typing import Any

import click
from ape.cli import ConnectedProviderCommand
from ape.exceptions import ApeException

from opcycle.cli import sentence
from opcycle.errors import OpcycleError


class ChainCommand(ConnectedProviderCommand):  # type: ignore[misc]
    """Connects to `--network` as Ape does; `--verbose` as that of `opcycle`, in the context's `obj`."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.params.append(click.Option(["--verbose"], is_flag=True, help="Show the traceback of an error."))

    def invoke(self, ctx: click.Context) -> Any:
        is_verbose = ctx.params.pop("verbose")
        ctx.obj = {"verbose": is_verbose}
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return super().invoke(ctx)
        except (OpcycleError, OSError, ApeException) as error:
            if is_verbose:
                raise
            what = str(error) if isinstance(error, ApeException) else sentence(error)
            click.echo(f"Error: {what}", err=True)
            sys.exit(1)
