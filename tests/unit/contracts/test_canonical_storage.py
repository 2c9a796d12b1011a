"""What others read from storage, by proof or by slot, lies where it lies in Optimism's contracts.

`data/upstream_storage.json` has upstream's layouts, `out/` ours. Every difference is listed here.
"""

import json
from pathlib import Path

import pytest

from opcycle.artifacts import OUT

DATA = Path(__file__).parent / "data" / "upstream_storage.json"
UPSTREAM: dict[str, list[str]] = json.loads(DATA.read_text())["contracts"]

NAMESPACED = {"51+0 owner"}
"""OpenZeppelin 5 keeps an owner in a slot of its own, as it does the flag of initializers."""

LEFT_OUT: dict[str, set[str]] = {
    "SystemConfig": NAMESPACED,
    "DisputeGameFactory": NAMESPACED,
    "OptimismPortal2": {"63+0 ethLockbox"},  # each chain's ETH lies in its own portal
    "L1Block": {"9+0 isFeatureEnabled"},  # features there are custom gas tokens
    "OptimismMintableERC20": {"6+0 PERMIT_TYPEHASH_DEPRECATED_SLOT"},
    # every fork before it is active from genesis
    "GasPriceOracle": {"0+0 isEcotone", "0+1 isFjord", "0+2 isIsthmus", "0+3 isJovian"},
}

MOVED: dict[str, dict[str, str]] = {
    # the first two bytes are free: they were the flags of initializers
    "SuperchainConfig": {"0+2 guardian": "0+0 guardian"},
    "AnchorStateRegistry": {"0+2 systemConfig": "0+0 systemConfig"},
    # OpenZeppelin 5 keeps names there that are too long for its immutables; no client reads nonces by slot
    "OptimismMintableERC20": {"5+0 nonces": "7+0 nonces"},
    # the slot of those flags is used
    "DelayedWETH": {
        "1+0 balanceOf": "0+0 balanceOf",
        "2+0 allowance": "1+0 allowance",
        "3+0 withdrawals": "2+0 withdrawals",
        "4+0 systemConfig": "3+0 systemConfig",
    },
}

NAMES = {"disputeGames": "games", "disputeGameList": "list"}
"""Upstream's names of variables that have another here."""


def layout_of(name: str) -> set[str]:
    """Each variable as `slot+byte name`, without a leading underscore."""
    compiled = json.loads((OUT / f"{name}.sol" / f"{name}.json").read_text())
    entries = compiled["storageLayout"]["storage"]
    return {f"{entry['slot']}+{entry['offset']} {entry['label'].lstrip('_')}" for entry in entries}


def expected_of(name: str) -> set[str]:
    found = set()
    for entry in UPSTREAM[name]:
        place, _, label = entry.partition(" ")
        label = label.lstrip("_")
        found.add(f"{place} {NAMES.get(label, label)}")
    return found


COMPARED = (
    "SystemConfig",
    "SuperchainConfig",
    "OptimismPortal2",
    "AnchorStateRegistry",
    "DelayedWETH",
    "DisputeGameFactory",
    "L1StandardBridge",
    "L2StandardBridge",
    "L1ERC721Bridge",
    "L2ERC721Bridge",
    "OptimismMintableERC20",
    "OptimismMintableERC20Factory",
    "OptimismMintableERC721",
    "OptimismMintableERC721Factory",
    "L1Block",
    "L2ToL1MessagePasser",
    "LegacyMessagePasser",
    "WETH",
)
"""What somebody else may read. For games see GameStorage.t.sol: a claim takes a slot less here."""


@pytest.mark.parametrize("name", COMPARED)
def test_storage_lies_where_upstreams_does_but_for_the_differences_listed_here(name: str) -> None:
    expected, left_out, moved = expected_of(name), LEFT_OUT.get(name, set()), MOVED.get(name, {})
    assert left_out | set(moved) <= expected, "leaves out or moves what upstream does not have"
    wanted = expected - left_out - set(moved) | set(moved.values())
    assert wanted <= layout_of(name)


def test_a_variable_elsewhere_would_be_noticed() -> None:
    assert "56+0 systemConfig" not in layout_of("OptimismPortal2")
    assert "55+0 systemConfig" in layout_of("OptimismPortal2")
