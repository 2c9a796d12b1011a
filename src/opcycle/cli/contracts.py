"""`opcycle contracts`: our Solidity for projects that import it."""

import shutil
from pathlib import Path

import click
import orjson

from opcycle.artifacts import OUT
from opcycle.errors import UserError
from opcycle.installation import FILES


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def contracts(directory: Path) -> None:
    """Copy opcycle's Solidity and the libraries that it imports into DIRECTORY; print how to import it.

    \b
    opcycle contracts lib/opcycle > remappings.txt
    """
    sources, remappings = _sources()
    for name in sorted(sources):
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FILES / name, target)
    click.echo(f"opcycle/={directory}/contracts/")
    for remapping in sorted(remappings):
        prefix, _, path = remapping.partition("=")
        click.echo(f"{prefix}={directory}/{path}")


def _sources() -> tuple[set[str], set[str]]:
    """The files that our contracts were compiled from, and the remappings by which they find each other."""
    sources, remappings = set[str](), set[str]()
    for path in OUT.glob("*.sol/*.json"):
        metadata = orjson.loads(path.read_bytes()).get("metadata", {})
        target = metadata.get("settings", {}).get("compilationTarget", {})
        if any(name.startswith("contracts/") and (FILES / name).is_file() for name in target):
            sources |= metadata["sources"].keys()
            remappings |= set(metadata["settings"]["remappings"])
    if not sources:
        raise UserError(f"no contracts are compiled in {OUT}; run `make build` first")
    return sources, remappings
