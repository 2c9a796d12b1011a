"""Functions by address, in the form in which cannon writes them down."""

from pathlib import Path

import orjson
import pytest

from opcycle.engine.symbols import function_at

SYMBOLS = [
    {"name": "runtime.text", "start": 0x11000, "size": 0},
    {"name": "internal/abi.BoundsDecode", "start": 0x11000, "size": 0x138},
    {"name": "runtime.exit", "start": 0xBFBC8, "size": 0x10},
]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (0x11000, "internal/abi.BoundsDecode"),
        (0x11137, "internal/abi.BoundsDecode"),
        (0x11138, ""),
        (0xBFBD0, "runtime.exit"),
        (0xBFBD8, ""),
        (0, ""),
    ],
)
def test_an_address_is_in_the_function_whose_code_it_is_a_part_of(
    tmp_path: Path, address: int, name: str
) -> None:
    file = tmp_path / "meta.json"
    file.write_bytes(orjson.dumps({"symbols": SYMBOLS}))
    assert function_at(file, address) == name
