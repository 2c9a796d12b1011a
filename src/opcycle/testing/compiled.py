"""Contracts that a user's own project compiled: what Foundry and Ape leave on disk, as one value.

Foundry: `out/Token.sol/Token.json`. Ape: `.build/Token.json`, or `.build/__local__.json`, which holds all
contracts of a project, or a `ContractContainer` in hand. Hardhat's `artifacts/` are read, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from opcycle.errors import UserError
from opcycle.testing.addresses import Addressed, to_address

AbiEntry: TypeAlias = dict[str, Any]
Libraries: TypeAlias = Mapping[str, Addressed]

OUTPUTS = ("out", ".build", "artifacts")
"""Where compilers write, below the root of a project."""


@dataclass(frozen=True, slots=True)
class CompiledContract:
    """`code` is creation code in hex without `0x`; `links` says where libraries' addresses go, by name, as
    offsets in bytes."""

    name: str
    abi: Sequence[AbiEntry]
    code: str = ""
    links: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def creation_code(self, libraries: Libraries) -> bytes:
        """Linked. Raises UserError if a library is missing, or if there is no code to deploy."""
        if not self.code:
            raise UserError(f"{self.name} has no bytecode: it is an interface or an abstract contract")
        code = self.code
        for library, offsets in self.links.items():
            if library not in libraries:
                raise UserError(
                    f"{self.name} calls the library {library}; deploy that first, and say "
                    f'libraries={{"{library}": its address}}'
                )
            for offset in offsets:
                start = 2 * offset
                code = code[:start] + to_address(libraries[library]).hex() + code[start + 40 :]
        return _from_hex(code, self.name)


Source: TypeAlias = CompiledContract | Path | str | Mapping[str, Any] | tuple[Sequence[AbiEntry], str | bytes]
"""A name ("Token"), the path of a compiler's JSON, that JSON itself, or ABI and creation code; an Ape
`ContractContainer` will do as well."""


def load(source: Any, root: Path) -> CompiledContract:
    """What `source` says (see `Source`); names are looked up in the project at `root`. Raises UserError."""
    match source:
        case CompiledContract():
            return source
        case str() if source.endswith(".json"):
            return _from_file(root / source)
        case str():
            return _by_name(source, root)
        case Path():
            return _from_file(root / source)
        case Mapping():
            return _from_json(source, source.get("contractName", "the contract"))
        case (abi, bytes(code)):
            return CompiledContract("the contract", abi, code.hex())
        case (abi, str(code)):
            return CompiledContract("the contract", abi, code.removeprefix("0x"))
    if hasattr(source, "contract_type"):  # of Ape, which need not be installed
        return load(orjson.loads(source.contract_type.model_dump_json(by_alias=True)), root)
    raise UserError(
        f"{source!r} is no contract; give a name, the path of a compiled contract's JSON, or (abi, bytecode)"
    )


def _by_name(name: str, root: Path) -> CompiledContract:
    found = list(_search(name, root))
    if not found:
        raise UserError(
            f"there is no compiled contract {name!r} in {root}/{{{','.join(OUTPUTS)}}}; run `forge build` or "
            "`ape compile` first, or give the path of its JSON"
        )
    if len(found) > 1:
        places = ", ".join(str(place) for place, _ in found)
        raise UserError(f"there are {len(found)} compiled contracts {name!r}: {places}; give the path of one")
    return found[0][1]


def _search(name: str, root: Path) -> Iterator[tuple[Path, CompiledContract]]:
    for output in OUTPUTS:
        for file in sorted((root / output).rglob(f"{name}.json")):
            if "build-info" not in file.parts:
                yield file.relative_to(root), _from_file(file)
    manifest = root / ".build" / "__local__.json"
    if manifest.exists():
        types = _read(manifest).get("contractTypes", {})
        if name in types:
            yield manifest.relative_to(root), _from_json(types[name], name)


def _from_file(file: Path) -> CompiledContract:
    return _from_json(_read(file), file.stem)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); is the project compiled?") from error
    except ValueError as error:
        raise UserError(f"{file} is not JSON ({error})") from error
    if not isinstance(found, dict):
        raise UserError(f"{file} is not the JSON of a compiled contract")
    return found


def _from_json(data: Mapping[str, Any], name: str) -> CompiledContract:
    """Foundry has `bytecode.object`, Ape `deploymentBytecode.bytecode`, Hardhat `bytecode` itself."""
    if not isinstance(data.get("abi"), list):
        raise UserError(f"the JSON of {name} has no ABI; is it the one that a compiler wrote?")
    code = data.get("deploymentBytecode") or data.get("bytecode") or ""
    references: Any = data.get("linkReferences", {})
    if isinstance(code, Mapping):
        references = code.get("linkReferences", references)
        code = code.get("object") or code.get("bytecode") or ""
    links = {
        library: tuple(place["start"] for place in places)
        for of_file in references.values()
        for library, places in of_file.items()
    }
    return CompiledContract(name, data["abi"], code.removeprefix("0x"), links)


def _from_hex(code: str, name: str) -> bytes:
    try:
        return bytes.fromhex(code)
    except ValueError as error:
        raise UserError(
            f"the bytecode of {name} is not hex: a library that it calls is not linked"
        ) from error
