"""Compiling the contracts that only these tests have: stand-ins for what a peer expects on L1."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

_HERE = Path(__file__).parent
_SOLC = _HERE.parents[1] / "tools" / "solcx" / "solc-v0.8.30"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A contract's JSON ABI and creation code."""

    abi: list[dict[str, Any]]
    code: bytes


def compile_solidity(file: str) -> dict[str, Compiled]:
    """The contracts in a file beside this one, by name."""
    request = {
        "language": "Solidity",
        "sources": {file: {"content": (_HERE / file).read_text()}},
        "settings": {
            "evmVersion": "cancun",
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
        },
    }
    done = subprocess.run([_SOLC], input=orjson.dumps(request), capture_output=True, check=True)
    return {
        name: Compiled(made["abi"], bytes.fromhex(made["evm"]["bytecode"]["object"]))
        for name, made in orjson.loads(done.stdout)["contracts"][file].items()
    }
