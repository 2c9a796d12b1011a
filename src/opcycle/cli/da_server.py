"""`opcycle da-server`: batch data for chains with alt-DA, in files; for local chains and tests."""

import threading
from contextlib import suppress
from pathlib import Path

import click

from opcycle.da.server import DAServer
from opcycle.protocol.alt_da import CommitmentType


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where the inputs are kept, a file each.",
)
@click.option("--port", type=click.IntRange(1, 65_535), default=3100, show_default=True)
@click.option(
    "--commitments",
    type=click.Choice([item.value for item in CommitmentType]),
    default=CommitmentType.KECCAK.value,
    show_default=True,
    help="What the server names an input by that comes without a name.",
)
def da_server(*, data: Path, port: int, commitments: str) -> None:
    """Serve the DA server API on this machine until Ctrl-C. There is no access control, and nothing expires.

    \b
    opcycle da-server --data inputs
    opcycle batcher --data-availability alt-da --da-server http://127.0.0.1:3100 …
    """
    server = DAServer(data, CommitmentType(commitments), port)
    server.start()
    click.echo(f"DA server with {commitments} commitments: {server.url}", err=True)
    try:
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        server.stop()
