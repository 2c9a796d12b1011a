"""Compile the reference contracts, Optimism's own, so that ours can be compared with them call by call.

Their Solidity is part of the Go module that `tools/go` pins for op-node and the others; the libraries and
the compiler that they want come from npm, pinned in `tools/reference`. Nothing of it is committed. What
comes out is what upstream released: each creation code is compared with the hash that upstream publishes in
`snapshots/semver-lock.json`. Only PreimageOracle differs, in one library: see LibKeccak.sol there.

Usage: python tools/reference_contracts.py [--go GO] [OUT], from the repository's root; `make reference` does.
"""

import argparse
import json
import posixpath
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

MODULE = "github.com/ethereum-optimism/optimism"
HOME = Path(".tools/reference")
STUBS = Path("tools/reference")

FEW_RUNS, MANY_RUNS = 5_000, 999_999
TARGETS = {
    FEW_RUNS: ("dispute/FaultDisputeGame", "dispute/PermissionedDisputeGame", "L1/OptimismPortal2"),
    MANY_RUNS: (
        "dispute/DisputeGameFactory",
        "dispute/AnchorStateRegistry",
        "dispute/DelayedWETH",
        "cannon/PreimageOracle",
        "cannon/MIPS64",
        "L1/SystemConfig",
        "L1/SuperchainConfig",
        "L1/L1CrossDomainMessenger",
        "L1/L1StandardBridge",
        "L1/L1ERC721Bridge",
        "universal/OptimismMintableERC20",
        "universal/OptimismMintableERC20Factory",
        "universal/Proxy",
        "universal/ProxyAdmin",
        "L2/L2CrossDomainMessenger",
        "L2/L2StandardBridge",
        "L2/L2ERC721Bridge",
        "L2/OptimismMintableERC721",
        "L2/OptimismMintableERC721Factory",
        "L2/L2ToL1MessagePasser",
        "L2/L1Block",
        "L2/GasPriceOracle",
        "L2/WETH",
        "legacy/L1BlockNumber",
        "legacy/LegacyMessagePasser",
        "legacy/DeployerWhitelist",
    ),
}
"""What to compile, by the optimizer's runs, as in upstream's foundry.toml. Its vaults want another solc."""

UNLIKE_UPSTREAM = ("PreimageOracle", "Proxy", "ProxyAdmin")
"""Contracts without a published hash, or that cannot have it here."""

LIBRARIES = {
    "@openzeppelin/contracts/": "lib/openzeppelin-contracts/contracts/",
    "@openzeppelin/contracts-upgradeable/": "lib/openzeppelin-contracts-upgradeable/contracts/",
    "@rari-capital/solmate/": "lib/solmate/",
    "@solady/": "lib/solady/src/",
    "@lib-keccak/": "lib/lib-keccak/contracts/lib/",
}
"""Upstream's remappings. Its submodules are not part of the Go module; `PLACES` says what stands for each."""

PACKAGES = HOME / "node_modules"
PLACES = {
    "lib/openzeppelin-contracts/contracts/": PACKAGES / "@openzeppelin/contracts",
    "lib/openzeppelin-contracts-upgradeable/contracts/": PACKAGES / "@openzeppelin/contracts-upgradeable",
    "lib/solmate/": PACKAGES / "@rari-capital/solmate",
    "lib/solady/src/": PACKAGES / "solady/src",
    "lib/lib-keccak/contracts/lib/": STUBS,
    "scripts/libraries/": STUBS,
}

_IMPORT = re.compile(r"^\s*import\s+(?:[^\"';]*?\bfrom\s+)?[\"']([^\"']+)[\"']", re.MULTILINE)
_COMPILE = (
    "const solc = require(process.argv[1]);"
    "process.stdout.write(solc.compile(require('fs').readFileSync(0, 'utf8')))"
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Upstream's contracts folder, and the source units below it by their names in the compiler's input."""

    folder: Path

    def closure(self, *units: str) -> dict[str, str]:
        """The texts of some units and of all that they import."""
        texts: dict[str, str] = {}
        wanted = list(units)
        while wanted:
            unit = wanted.pop()
            if unit not in texts:
                texts[unit] = self._path(unit).read_text()
                wanted += [_resolved(name, unit) for name in _IMPORT.findall(texts[unit])]
        return texts

    def published_hashes(self) -> dict[str, str]:
        """Hashes of creation codes, by contract name."""
        lock = json.loads((self.folder / "snapshots/semver-lock.json").read_text())
        return {key.partition(":")[2]: entry["initCodeHash"] for key, entry in lock.items()}

    def _path(self, unit: str) -> Path:
        for prefix, place in PLACES.items():
            if unit.startswith(prefix):
                return place / unit.removeprefix(prefix)
        return self.folder / unit


def _resolved(name: str, importer: str) -> str:
    if name.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
    for prefix, target in LIBRARIES.items():
        if name.startswith(prefix):
            return target + name.removeprefix(prefix)
    return name


def find_sources(go: str) -> Sources:
    """Where the pinned Go module lies; downloads it if it is not there."""
    listing = [go, "mod", "download", "-json", MODULE]
    done = subprocess.run(listing, cwd="tools/go", capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"`{' '.join(listing)}` fails in tools/go: {done.stderr.strip()}")
    return Sources(Path(json.loads(done.stdout)["Dir"]) / "packages/contracts-bedrock")


def compile_units(sources: Sources, units: list[str], runs: int) -> dict[str, Any]:
    """solc's output for the contracts of some units, by contract name."""
    wanted = ["abi", "evm.bytecode", "evm.deployedBytecode"]
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.closure(*units).items()},
        "settings": {
            "remappings": [f"{prefix}={target}" for prefix, target in LIBRARIES.items()],
            "optimizer": {"enabled": True, "runs": runs},
            "evmVersion": "london",  # the newest that this compiler knows
            "metadata": {"bytecodeHash": "none"},
            "outputSelection": {unit: {"*": wanted} for unit in units},
        },
    }
    command = ["node", "-e", _COMPILE, str((PACKAGES / "solc").resolve())]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True)
    output = json.loads(done.stdout)
    for error in output.get("errors", ()):
        if error["severity"] == "error":
            sys.exit(error["formattedMessage"])
    found: dict[str, Any] = {}
    for unit in units:
        found |= output["contracts"][unit]
    return found


def write_artifact(out: Path, name: str, compiled: dict[str, Any]) -> None:
    """As forge does, as far as `opcycle.artifacts` reads it."""
    codes = {"bytecode": compiled["evm"]["bytecode"], "deployedBytecode": compiled["evm"]["deployedBytecode"]}
    entry: dict[str, Any] = {"abi": compiled["abi"]}
    for key, code in codes.items():
        entry[key] = {"object": "0x" + code["object"]}
        if "immutableReferences" in code:
            entry[key]["immutableReferences"] = code["immutableReferences"]
    path = out / f"{name}.sol" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entry))


def main() -> None:
    parser = argparse.ArgumentParser(description="Compile the reference contracts.")
    parser.add_argument("--go", default="go", help="the go command")
    parser.add_argument("out", nargs="?", type=Path, default=HOME / "out")
    args = parser.parse_args()
    sources = find_sources(args.go)
    published = sources.published_hashes()
    for runs, targets in TARGETS.items():
        compiled = compile_units(sources, [f"src/{target}.sol" for target in targets], runs)
        for target in targets:
            name = target.rpartition("/")[2]
            code = bytes.fromhex(compiled[name]["evm"]["bytecode"]["object"])
            same = published.get(name) == "0x" + keccak(code).hex()
            if not same and name not in UNLIKE_UPSTREAM:
                sys.exit(f"{name}: creation code is not what upstream published in semver-lock.json")
            write_artifact(args.out, name, compiled[name])
            print(f"{name:24} {len(code):6} bytes of creation code{', as published' * same}")


if __name__ == "__main__":
    main()
