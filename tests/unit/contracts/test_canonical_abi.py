"""Our contracts have the functions and events that OP Stack clients know, and no others by accident.

`data/upstream_abi.json` has upstream's ABIs. Every difference is listed here with its reason: one that is not
fails, on either side.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from opcycle.artifacts import artifact

DATA = Path(__file__).parent / "data" / "upstream_abi.json"
UPSTREAM: dict[str, list[str]] = json.loads(DATA.read_text())["contracts"]

# OpenZeppelin 5 counts versions in 64 bits; no client reads the event.
INITIALIZED = {"event Initialized(uint8)": "event Initialized(uint64)"}

# Of all contracts behind a proxy that take orders from its admin. Upstream had it later than the oracle mode.
PROXY_ADMIN = {
    "function proxyAdmin() view returns (address)",
    "function proxyAdminOwner() view returns (address)",
}

# Ours are set up once.
REINITIALIZE = {"function initVersion() view returns (uint8)"}

# A chain here has its own ETH and its own registry, and keeps them.
SHARED_LOCKBOX = {
    "event ETHMigrated(address indexed,uint256)",
    "event PortalMigrated(address,address,address,address)",
    "function ethLockbox() view returns (address)",
    "function migrateLiquidity() nonpayable returns ()",
    "function migrateToSharedDisputeGame(address,address) nonpayable returns ()",
}

# Features of L1Block are custom gas tokens; ETH pays for gas on every chain of ours.
L1_BLOCK_FEATURES = {
    "event FeatureSet(bytes32 indexed,bool indexed)",
    "function isFeatureEnabled(bytes32) view returns (bool)",
    "function setFeature(bytes32) nonpayable returns ()",
}

WHITELIST_SETTERS = (
    "enableArbitraryContractDeployment()",
    "setOwner(address)",
    "setWhitelistedDeployer(address,bool)",
)

# All proxies here are of one kind.
PROXIES_OF_BEFORE_BEDROCK = {
    "function addressManager() view returns (address)",
    "function implementationName(address) view returns (string)",
    "function isUpgrading() view returns (bool)",
    "function proxyType(address) view returns (uint8)",
    "function setAddress(string,address) nonpayable returns ()",
    "function setAddressManager(address) nonpayable returns ()",
    "function setImplementationName(address,string) nonpayable returns ()",
    "function setProxyType(address,uint8) nonpayable returns ()",
    "function setUpgrading(bool) nonpayable returns ()",
}

LEFT_OUT: dict[str, set[str]] = {
    "SystemConfig": REINITIALIZE
    | {"function lastUsedOPCMVersion() view returns (string)"},  # no contract here manages others
    "SuperchainConfig": REINITIALIZE,
    "L1Block": PROXY_ADMIN | L1_BLOCK_FEATURES,
    # every fork is active from genesis
    "GasPriceOracle": {
        f"function set{fork}() nonpayable returns ()" for fork in ("Ecotone", "Fjord", "Isthmus", "Jovian")
    },
    # the list has no owner, so nothing happens to it
    "DeployerWhitelist": {
        "event OwnerChanged(address,address)",
        "event WhitelistDisabled(address)",
        "event WhitelistStatusChanged(address,bool)",
    }
    | {f"function {setter} nonpayable returns ()" for setter in WHITELIST_SETTERS},
    "DisputeGameFactory": REINITIALIZE,
    "AnchorStateRegistry": REINITIALIZE,
    "DelayedWETH": REINITIALIZE,
    "OptimismPortal2": REINITIALIZE
    | SHARED_LOCKBOX
    | {"function initialize(address,address,address) nonpayable returns ()"},  # the third is the lockbox
    "L1CrossDomainMessenger": REINITIALIZE,
    "L1StandardBridge": REINITIALIZE,
    "L1ERC721Bridge": REINITIALIZE,
    "ProxyAdmin": PROXIES_OF_BEFORE_BEDROCK,
    # custom gas tokens
    "OptimismPortal": {
        "function balance() view returns (uint256)",
        "function depositERC20Transaction(address,uint256,uint256,uint64,bool,bytes) nonpayable returns ()",
        "function setGasPayingToken(address,uint8,bytes32,bytes32) nonpayable returns ()",
    },
}

ADDED: dict[str, set[str]] = {
    # OpenZeppelin 5's: what wallets show of a permit that they sign (EIP-5267)
    "OptimismMintableERC20": {
        "event EIP712DomainChanged()",
        "function eip712Domain() view returns (bytes1,string,string,uint256,address,bytes32,uint256[])",
    },
    "DeployerWhitelist": {f"function {setter} view returns ()" for setter in WHITELIST_SETTERS},
    "OptimismPortal2": {"function initialize(address,address) nonpayable returns ()"},
    "OptimismPortal": PROXY_ADMIN,
    "L2OutputOracle": PROXY_ADMIN,
}


def kind(parameter: dict[str, Any]) -> str:
    """A parameter's type as selectors have it; `tuple` spelled out."""
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    inner = ",".join(kind(part) for part in parameter["components"])
    return f"({inner}){parameter['type'].removeprefix('tuple')}"


def line(entry: dict[str, Any]) -> str | None:
    """An ABI entry as the data has it; None for constructors and errors, which no client reads."""
    if entry["type"] in ("receive", "fallback"):
        return f"{entry['type']}() {entry['stateMutability']}"
    if entry["type"] == "event":
        parts = [kind(part) + (" indexed" if part["indexed"] else "") for part in entry["inputs"]]
        return f"event {entry['name']}({','.join(parts)})"
    if entry["type"] != "function":
        return None
    inputs, outputs = (",".join(map(kind, entry[side])) for side in ("inputs", "outputs"))
    mutability = entry["stateMutability"].replace("pure", "view")  # the same to a caller
    return f"function {entry['name']}({inputs}) {mutability} returns ({outputs})"


@pytest.mark.parametrize("name", sorted(UPSTREAM))
def test_the_abi_is_upstreams_but_for_the_differences_listed_here(name: str) -> None:
    upstream = set(UPSTREAM[name])
    assert LEFT_OUT.get(name, set()) <= upstream, "leaves out what upstream does not have"
    expected = upstream - LEFT_OUT.get(name, set()) | ADDED.get(name, set())
    expected = {INITIALIZED.get(entry, entry) for entry in expected}
    ours = {text for entry in artifact(name).abi if (text := line(entry))}
    assert ours == expected


def test_a_game_asks_of_its_machine_only_what_upstreams_machine_answers() -> None:
    asked = {text for entry in artifact("IBigStepper").abi if (text := line(entry))}
    assert asked
    assert asked <= set(UPSTREAM["MIPS64"])


def test_a_game_asks_of_its_preimage_oracle_only_what_upstreams_answers() -> None:
    asked = {text for entry in artifact("IPreimageOracle").abi if (text := line(entry))}
    assert asked
    assert asked <= set(UPSTREAM["PreimageOracle"])
