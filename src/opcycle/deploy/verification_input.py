"""What block explorers need to show a contract's source: in `verification/` beside a deployment's addresses.

For each compiled contract the standard JSON input with which solc makes its very bytes again, for each
contract on chain its address, constructor arguments and compiler, and a script per kind of explorer.
Sources: solc's "Compiler Input and Output JSON Description"; Etherscan's `verifysourcecode`; Blockscout's
`verification/via/standard-input`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opcycle.artifacts import artifact
from opcycle.deploy.creation import Creation
from opcycle.deploy.deployment import write_file, write_json
from opcycle.deploy.plan import Plan
from opcycle.errors import UserError
from opcycle.installation import FILES
from opcycle.keccak import keccak
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, to_hex

VERIFICATION = "verification"
"""The directory, beside `addresses.json`."""

INDEX_FILE = "contracts.json"

_ETHERSCAN = """\
#!/bin/sh
# ETHERSCAN_API_KEY=... sh etherscan.sh    for Etherscan and the explorers that speak as it does
set -eu
cd "$(dirname "$0")"
: "${ETHERSCAN_API_KEY:?put the key of your Etherscan account into it}"
explorer=${EXPLORER:-https://api.etherscan.io/v2/api}

submit() {
  printf '%s %s: ' "$1" "$2"
  curl --fail-with-body --silent --show-error "$explorer?chainid=CHAIN_ID" \\
    --data-urlencode "apikey=$ETHERSCAN_API_KEY" \\
    --data "module=contract&action=verifysourcecode&codeformat=solidity-standard-json-input" \\
    --data "contractaddress=$1&constructorArguements=$5" \\
    --data-urlencode "contractname=$2" --data-urlencode "compilerversion=$3" \\
    --data-urlencode "sourceCode@$4"
  echo
  sleep "${PAUSE:-1}"
}
"""

_BLOCKSCOUT = """\
#!/bin/sh
# EXPLORER=https://... sh blockscout.sh    for an instance of Blockscout
set -eu
cd "$(dirname "$0")"
: "${EXPLORER:?put the URL of a Blockscout explorer of chain CHAIN_ID into it}"

submit() {
  printf '%s %s: ' "$1" "$2"
  curl --fail-with-body --silent --show-error \\
    "$EXPLORER/api/v2/smart-contracts/$1/verification/via/standard-input" \\
    --form "contract_name=$2" --form "compiler_version=$3" --form license_type=mit \\
    --form autodetect_constructor_args=false --form "constructor_args=$5" \\
    --form "files[0]=@$4;type=application/json"
  echo
  sleep "${PAUSE:-1}"
}
"""

_README = """\
# Source verification

    ETHERSCAN_API_KEY=... sh etherscan.sh               # Etherscan and explorers like it
    EXPLORER=https://... sh blockscout.sh               # Blockscout

`contracts.json` lists each contract on chain CHAIN_ID: address, name, compiler (solc), constructor arguments,
and the file with its standard JSON input, for a form in a browser or any other service.
"""

_SCRIPTS = {"etherscan.sh": _ETHERSCAN, "blockscout.sh": _BLOCKSCOUT}

_OUTPUT = ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"]


@dataclass(frozen=True, slots=True)
class CompilerInput:
    """`contract` is the fully qualified name: file and contract; `compiler` is named as explorers do."""

    name: str
    contract: str
    compiler: str
    standard_json: Mapping[str, Any] = field(repr=False)

    @property
    def file(self) -> str:
        return f"{self.name}.json"


@dataclass(frozen=True, slots=True)
class Verification:
    """A contract on chain and what it was compiled from."""

    what: str
    address: Address
    constructor_arguments: bytes
    source: CompilerInput

    def to_json(self) -> dict[str, str]:
        return {
            "what": self.what,
            "address": checksum(self.address),
            "contract": self.source.contract,
            "compiler": self.source.compiler,
            "constructorArguments": to_hex(self.constructor_arguments),
            "standardJson": self.source.file,
        }


def compiler_input(name: str, root: Path = FILES) -> CompilerInput:
    """Of the compiled contract `name`, with its sources below `root`: a checkout, or what the wheel carries.

    Raises UserError if one is missing or has changed since: it would prove nothing.
    """
    metadata = artifact(name).metadata
    settings = {key: value for key, value in metadata["settings"].items() if key != "compilationTarget"}
    ((file, contract),) = metadata["settings"]["compilationTarget"].items()
    sources = {
        path: {"content": _source(root, path, expected["keccak256"])}
        for path, expected in metadata["sources"].items()
    }
    return CompilerInput(
        name,
        f"{file}:{contract}",
        f"v{metadata['compiler']['version']}",
        {
            "language": metadata["language"],
            "sources": sources,
            "settings": {**settings, "outputSelection": {file: {contract: _OUTPUT}}},
        },
    )


def verifications(plan: Plan, root: Path = FILES) -> list[Verification]:
    """Of every contract of a deployment. Raises as `compiler_input`."""
    compiled = {name: compiler_input(name, root) for name in ["Proxy", *plan.logic]}
    return [
        *(_verification(item, compiled[item.name]) for item in plan.logic.values()),
        *(_verification(item, compiled["Proxy"]) for item in plan.proxies.values()),
    ]


def write_verification(plan: Plan, directory: Path, *, l1_chain_id: int, root: Path = FILES) -> None:
    """Write all of it for the deployment in `directory`. Raises as `compiler_input`."""
    found, folder = verifications(plan, root), directory / VERIFICATION
    for source in {item.source.name: item.source for item in found}.values():
        write_json(folder / source.file, source.standard_json)
    write_json(folder / INDEX_FILE, [item.to_json() for item in found])
    for name, text in _SCRIPTS.items():
        script = "\n".join([text, *map(_submission, found), ""])
        write_file(folder / name, script.replace("CHAIN_ID", str(l1_chain_id)).encode())
    write_file(folder / "README.md", _README.replace("CHAIN_ID", str(l1_chain_id)).encode())


def _verification(creation: Creation, source: CompilerInput) -> Verification:
    arguments = creation.initcode[len(artifact(source.name).bytecode) :]
    return Verification(creation.name, creation.address, arguments, source)


def _source(root: Path, path: str, expected: str) -> str:
    try:
        content = (root / path).read_bytes()
    except FileNotFoundError:
        content = b""
    if to_hex(keccak(content)) != expected:
        raise UserError(f"{path} has changed since it was compiled; run `make build`, then deploy again")
    return content.decode()


def _submission(item: Verification) -> str:
    source, arguments = item.source, item.constructor_arguments.hex()
    words = (checksum(item.address), source.contract, source.compiler, source.file, f"'{arguments}'")
    return f"submit {' '.join(words)}  # {item.what}"
