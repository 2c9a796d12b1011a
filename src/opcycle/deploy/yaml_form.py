"""A frozen dataclass from YAML: a key per field, a section per nested dataclass, hex for addresses and, where
a field's metadata says size 32, hashes.

What is unknown, missing or of the wrong kind becomes a sentence and the reading goes on, with a harmless
value in its place, so that the user hears of everything at once.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_type_hints

import yaml
from eth_utils.address import is_checksum_address

from opcycle.errors import UserError
from opcycle.keccak import keccak

T = TypeVar("T")

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS_SIZE = 20


class _Loader(yaml.SafeLoader):
    """Leaves `0x…` as text: YAML 1.1 would read an unquoted address as a number."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:int" or first != "0"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"0$"), ["0"])


def read_form(kind: type[T], path: Path) -> tuple[T, list[str]]:
    """The dataclass `kind` in `path`, and what is wrong. Raises UserError unless it is a YAML mapping."""
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=_Loader)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the configuration {path}: {error}") from error
    except yaml.YAMLError as error:
        where = " ".join(str(error).split())
        raise UserError(f"{path} is not YAML: {where}") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} must be a mapping of configuration keys to values")
    form = _Form()
    return cast("T", form.section(kind, data, "")), form.problems


class _Form:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def section(self, kind: type, data: Mapping[Any, Any], path: str) -> object:
        known = {item.name: item for item in fields(kind)}
        for key in data:
            if key not in known:
                self.problems.append(f"unknown key {path}{key}; it may have {', '.join(known)}")
        hints = get_type_hints(kind)
        values = {
            name: self.field(item, hints[name], data, path + name)
            for name, item in known.items()
            if name in data or item.default is item.default_factory is MISSING
        }
        return kind(**values)

    def field(self, item: Field[Any], kind: Any, data: Mapping[Any, Any], path: str) -> object:
        if item.name not in data:
            if is_dataclass(kind):
                return self.section(cast("type", kind), {}, f"{path}.")
            self.problems.append(f"{path} is missing")
            return _harmless(kind, path)
        return self.value(kind, data[item.name], path, size=item.metadata.get("size", _ADDRESS_SIZE))

    def value(self, kind: Any, raw: object, path: str, *, size: int) -> object:
        if isinstance(kind, UnionType):
            if raw is None:
                return None
            (kind,) = (option for option in get_args(kind) if option is not type(None))
        if is_dataclass(kind):
            if isinstance(raw, dict):
                return self.section(cast("type", kind), raw, f"{path}.")
            self.problems.append(f"{path} must be a section with keys of its own, not {raw!r}")
            return self.section(cast("type", kind), {}, f"{path}.")
        if kind is bytes:
            return self.address(raw, path) if size == _ADDRESS_SIZE else self.hash(raw, path)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self.choice(kind, raw, path)
        if kind in (int, str):
            return self.plain(kind, raw, path)
        return self.balances(raw, path)

    def address(self, raw: object, path: str) -> bytes:
        if not isinstance(raw, str) or not _ADDRESS.fullmatch(raw):
            self.problems.append(f"{path} must be an address (0x and 40 hex digits), not {raw!r}")
            return _harmless(bytes, path)
        digits = raw[2:]
        if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(raw):
            self.problems.append(f"{path} is mistyped: the checksum in the capitals of {raw} is wrong")
        return bytes.fromhex(digits)

    def hash(self, raw: object, path: str) -> bytes | None:
        """Hashes are optional, so none at all is harmless."""
        if not isinstance(raw, str) or not _HASH.fullmatch(raw):
            self.problems.append(f"{path} must be a hash (0x and 64 hex digits), not {raw!r}")
            return None
        return bytes.fromhex(raw[2:])

    def choice(self, kind: type[Enum], raw: object, path: str) -> Enum:
        try:
            return kind(raw)
        except ValueError:
            self.problems.append(
                f"{path} must be one of {', '.join(str(item) for item in kind)}, not {raw!r}"
            )
            return list(kind)[-1]

    def plain(self, kind: type, raw: object, path: str) -> object:
        if isinstance(raw, kind) and not isinstance(raw, bool):
            return raw
        noun = "a whole number" if kind is int else "text"
        self.problems.append(f"{path} must be {noun}, not {raw!r}")
        return _harmless(kind, path)

    def balances(self, raw: object, path: str) -> dict[bytes, int]:
        if not isinstance(raw, dict):
            self.problems.append(f"{path} must map addresses to wei, not be {raw!r}")
            return {}
        return {
            self.address(key, f"an address in {path}"): cast("int", self.plain(int, wei, f"{path}.{key}"))
            for key, wei in raw.items()
        }


def _harmless(kind: type[T], path: str) -> T:
    """A value that no rule objects to, in place of one that is already reported."""
    return cast("T", {int: 1, str: "unnamed", bytes: keccak(path.encode())[:20]}[kind])
