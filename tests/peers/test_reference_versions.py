"""`version()` of every contract that has one is what the reference's says: clients choose ABIs by it."""

from pathlib import Path

import pytest
from eth_abi.abi import decode
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain

from opcycle.artifacts import Artifact, artifact

REFERENCE = Path(".tools/reference/out")
VERSIONED = (
    "AnchorStateRegistry",
    "DelayedWETH",
    "DeployerWhitelist",
    "DisputeGameFactory",
    "FaultDisputeGame",
    "GasPriceOracle",
    "L1Block",
    "L1BlockNumber",
    "L1CrossDomainMessenger",
    "L1ERC721Bridge",
    "L1StandardBridge",
    "L2CrossDomainMessenger",
    "L2ERC721Bridge",
    "L2StandardBridge",
    "L2ToL1MessagePasser",
    "LegacyMessagePasser",
    "OptimismMintableERC20",
    "OptimismMintableERC20Factory",
    "OptimismMintableERC721",
    "OptimismMintableERC721Factory",
    "OptimismPortal2",
    "PermissionedDisputeGame",
    "PreimageOracle",
    "SuperchainConfig",
    "SystemConfig",
    "WETH",
)


def version_of(compiled: Artifact) -> str:
    chain, at = Chain(), b"\1" * 20
    chain.set_code(at, compiled.runtime)  # a version depends on no storage and on no immutable
    returned = chain.call(bytes(20), at, keccak(text="version()")[:4])
    return str(decode(["string"], returned)[0])


@pytest.mark.parametrize("name", VERSIONED)
def test_version_is_the_references(name: str) -> None:
    assert version_of(artifact(name)) == version_of(artifact(name, REFERENCE))
