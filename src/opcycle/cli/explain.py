"""`opcycle explain`: the way from a batcher transaction to L2 blocks, with the verdict on each thing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.cli.where import DEFAULT_DATA, Endpoints
from opcycle.derivation.verdicts import Reason
from opcycle.rpc.client import RpcClient

_COLOURS = {"accept": "green", "drop": "red"}


@click.command()
@click.argument("name", metavar="ID")
@click.option("--node", help="The URL of an `opcycle node`; a running devnet's, if not given.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_DATA,
    envvar="OPCYCLE_DATA",
    show_default=True,
    help="A running devnet's directory.",
)
@click.option("--json", "as_json", is_flag=True, help="The trees as one JSON array.")
def explain(*, name: str, node: str | None, data: Path, as_json: bool) -> None:
    """What ID came from and what it became, and why: from the L1 transactions to the L2 blocks.

    ID is the hash of an L1 transaction, the number or hash of an L2 block, or the id of a channel.

    \b
    opcycle explain 12
    opcycle explain 0x5d4c…
    """
    rpc = RpcClient(node or Endpoints.read(data).node)
    trees = rpc.call("opcycle_explain", name)
    if as_json:
        click.echo(orjson.dumps(trees, option=orjson.OPT_INDENT_2).decode())
        return
    for tree in trees:
        for line in tree_lines(tree):
            click.echo(line)


def tree_lines(branch: dict[str, Any], first: str = "", rest: str = "") -> Iterator[str]:
    """A tree of `opcycle_explain` as lines; `first` stands before its own line, `rest` before all below.

    Each further verdict on the same thing, from another L1 block, has a line of its own.
    """
    name = click.style(f"{branch['subject']} {branch['identity']}", bold=True)
    notes = [_verdict(verdict) for verdict in branch["verdicts"]]
    if branch["detail"]:
        notes.insert(0, branch["detail"])
    yield f"{first}{name}{f': {notes[0]}' if notes else ''}"
    children = branch["children"]
    for note in notes[1:]:
        yield f"{rest}{'│  ' if children else '   '}{note}"
    for index, child in enumerate(children):
        is_last = index == len(children) - 1
        corner, below = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        yield from tree_lines(child, rest + corner, rest + below)


def _verdict(verdict: dict[str, Any]) -> str:
    decision = click.style(verdict["decision"], fg=_COLOURS.get(verdict["decision"], "yellow"))
    reason = "" if verdict["reason"] == Reason.VALID.name else f", {verdict['meaning']}"
    detail = f" ({verdict['detail']})" if verdict["detail"] else ""
    block = verdict["l1Block"]
    return f"{decision}{reason}{detail}; L1 block {block['number']}:{block['hash'][:10]}"
