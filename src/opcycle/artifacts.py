"""Compiled contracts, as forge leaves them in `out/`, or what the wheel carries of that."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from opcycle.errors import UserError
from opcycle.installation import FILES

OUT = FILES / "out"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract: ABI (JSON form), creation code, runtime code and where its immutables sit in it.

    `immutables` maps an AST id to the byte offsets and lengths in `runtime` that hold its value.
    `metadata` is solc's (compiler, settings, hashes of all sources).
    """

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime: bytes
    immutables: dict[str, list[dict[str, int]]]
    metadata: dict[str, Any] = field(default_factory=dict, repr=False)


@cache
def artifact(name: str, directory: Path = OUT) -> Artifact:
    """The compiled contract `name`. Raises UserError when it has not been built."""
    paths = [path for path in directory.glob(f"*.sol/{name}.json") if not path.parent.name.endswith(".t.sol")]
    if len(paths) != 1:
        raise UserError(f"no single compiled contract {name!r} in {directory}; run `make build` first")
    data = orjson.loads(paths[0].read_bytes())
    return Artifact(
        name=name,
        abi=data["abi"],
        bytecode=bytes.fromhex(data["bytecode"]["object"][2:]),
        runtime=bytes.fromhex(data["deployedBytecode"]["object"][2:]),
        immutables=data["deployedBytecode"].get("immutableReferences") or {},
        metadata=data.get("metadata") or {},
    )
