"""Names of a program's functions, by where they are in the machine's memory.

Source: cannon v1.18.1, `mipsevm/program/metadata.go`: what `cannon load-elf --meta` writes.
"""

from pathlib import Path

import orjson


def function_at(symbols: Path, address: int) -> str:
    """The function that the code at an address is a part of; "" if none is known. Raises OSError."""
    for symbol in orjson.loads(symbols.read_bytes())["symbols"]:
        if symbol["start"] <= address < symbol["start"] + symbol["size"]:
            return str(symbol["name"])
    return ""
