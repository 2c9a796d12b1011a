"""Where commands find the machine of games about MIPS64. The options have op-challenger's names."""

from dataclasses import dataclass
from pathlib import Path

import click

from opcycle.challenger.cannon.programs import CannonFiles
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.cli.options import options
from opcycle.devnet.assembly import Assembly
from opcycle.installation import user_directory
from opcycle.protocol.types import Address

FILE = click.Path(path_type=Path, dir_okay=False)

machine_options = options(
    click.option("--l1-beacon", help="A beacon node's URL; needed for games of type cannon."),
    click.option("--cannon-bin", type=FILE, help="cannon; the one that was built here, if not given."),
    click.option(
        "--cannon-server", type=FILE, help="op-program, with the chain's configuration built in; likewise."
    ),
    click.option("--cannon-prestate", type=FILE, help="The program's first state for cannon; likewise."),
    click.option(
        "--datadir",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where runs of cannon are kept; if not given, in opcycle's own directory of this user.",
    ),
)
"""They come as `l1_beacon`, for the assembly, and as the fields of `MachineAt`."""


@dataclass(frozen=True, slots=True)
class MachineAt:
    cannon_bin: Path | None
    cannon_server: Path | None
    cannon_prestate: Path | None
    datadir: Path | None

    def trace(self, assembly: Assembly, *, factory: Address | None = None) -> CannonTrace:
        """To be closed in the end. Raises UserError for what is missing."""
        files = CannonFiles(self.cannon_bin, self.cannon_server, self.cannon_prestate)
        return assembly.cannon(self.datadir or user_directory() / "challenger", files, factory=factory)
