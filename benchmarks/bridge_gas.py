"""Gas of everything that goes through the bridge, on our contracts and on the reference's, side by side.

Both are deployed alike on an anvil, L1's contracts and L2's predeploys on the same one, behind the same
proxies; what counts is a transaction's `gasUsed`. L1's base fee is 20 gwei, so that deposits burn little gas:
at 1 gwei what they burn hides all differences. The last column is the reference as it was measured elsewhere,
without the transaction's own gas. Exits 1 if an operation costs 1% more on ours.

Usage: make bench-gas; `--snapshot` notes ours in tests/invariants/gas, as `make gas` does
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.fuzz.disputes.deploy import (
    DEPLOYER,
    GUARDIAN,
    OWNER,
    Artifacts,
    Deployment,
    account,
    in_directory,
)
from tests.fuzz.disputes.truth import L2, PRESTATE_HASH
from tests.fuzz.disputes.twin import OtherDeployment
from tests.fuzz.evm import Contract

from benchmarks.anvil import AnvilChain, anvil
from benchmarks.bridge_scenes import SCENES, USER
from benchmarks.gas import PRODUCTION, REFERENCE, table
from opcycle.artifacts import artifact
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT
from opcycle.protocol import predeploys

BASE_FEE = 20 * 10**9
SNAPSHOT = Path("tests/invariants/gas/bridge.json")
L1_CHAIN_ID = 31337
L2_ADMIN = account("the admin of L2's proxies")

MEASURED_ELSEWHERE = {"L1 messenger: sendMessage": 94_330, "L1 bridge: depositETH": 124_302}


class Bridged(Deployment):
    """Also the messenger and the bridges of L1, which SystemConfig names, and L2's predeploys."""

    def initialize(self, anchor_root: bytes) -> None:
        self.messenger = self._proxied("L1CrossDomainMessenger")
        self.bridge = self._proxied("L1StandardBridge")
        self.nft_bridge = self._proxied("L1ERC721Bridge")
        self.token_factory = self._proxied("OptimismMintableERC20Factory")
        super().initialize(anchor_root)
        config = self.system_config.address
        self._initialize(self.messenger, config, self.portal.address)
        self._initialize(self.bridge, self.messenger.address, config)
        self._initialize(self.nft_bridge, self.messenger.address, config)
        self._initialize(self.token_factory, self.bridge.address)
        self._make_l2()
        # tokens are the same whoever's bridges carry them
        self.token = self._plain("WETH", artifacts=artifact)
        self.nft = self._plain("OptimismMintableERC721", OWNER, 1, USER, "NFT", "N", artifacts=artifact)

    def _make_l2(self) -> None:
        predeploy, factory = self._predeploy, "OptimismMintableERC20Factory"
        self.passer = predeploy(predeploys.L2_TO_L1_MESSAGE_PASSER, "L2ToL1MessagePasser")
        self.attributes = predeploy(predeploys.L1_BLOCK, "L1Block")
        self.l2_messenger = predeploy(
            predeploys.L2_CROSS_DOMAIN_MESSENGER, "L2CrossDomainMessenger", self.messenger.address
        )
        self.l2_bridge = predeploy(predeploys.L2_STANDARD_BRIDGE, "L2StandardBridge", self.bridge.address)
        self.l2_nft_bridge = predeploy(_predeploy(0x14), "L2ERC721Bridge", self.nft_bridge.address)
        self.l2_token_factory = predeploy(_predeploy(0x12), factory, self.l2_bridge.address)
        arguments = (self.l2_nft_bridge.address, L1_CHAIN_ID)
        self.l2_nft_factory = predeploy(_predeploy(0x17), "OptimismMintableERC721Factory", *arguments)

    def _predeploy(self, address: bytes, name: str, *arguments: Any) -> Contract:
        """Initialized as if it stood for itself, then put behind a proxy."""
        logic = self._create(self.artifacts(name))
        self.chain.set_code(address, self.artifacts(name).runtime)
        self.chain.set_storage(address, ADMIN_SLOT, L2_ADMIN.rjust(32, b"\0"))
        contract = Contract(self.chain, name, address, self.artifacts)
        if arguments:
            contract.send(L2_ADMIN, "initialize", *arguments)
        self.chain.set_storage(address, IMPLEMENTATION_SLOT, logic.rjust(32, b"\0"))
        self.chain.set_code(address, artifact("Proxy").runtime)
        return contract


class BridgedReference(Bridged, OtherDeployment):
    """The same of the reference's."""


class Meter:
    """One implementation, and what each operation cost on it, in gas of a whole transaction."""

    def __init__(self, chain: AnvilChain, artifacts: Artifacts, deployment: type[Bridged]):
        self.chain = chain
        for person in (USER, OWNER, GUARDIAN, DEPLOYER, L2_ADMIN, predeploys.DEPOSITOR_ACCOUNT):
            chain.set_balance(person, 10**24)
        anchor = L2(PRODUCTION.anchor_block, PRODUCTION.last_block).root(PRODUCTION.anchor_block)
        self.system = deployment(
            artifacts, PRODUCTION, anchor_root=anchor, prestate=PRESTATE_HASH, chain=chain
        )
        self.gas: dict[str, int] = {}

    def send(
        self,
        contract: Contract,
        call: str,
        *args: Any,
        note: str | None = None,
        sender: bytes = USER,
        value: int = 0,
    ) -> None:
        """`call`: a function, with its types where it is overloaded; "" for plain ETH. `note`: its name."""
        data = contract.encode(call, *args) if call else b""
        self.chain.send(sender, contract.address, data, value=value)
        if note:
            self.gas[note] = self.chain.gas_used

    def address_of_next(self, factory: Contract, create: str, *args: Any) -> bytes:
        """What a factory's function would return."""
        return self.chain.call(USER, factory.address, factory.encode(create, *args))[12:]


def _predeploy(last: int) -> bytes:
    return predeploys.L1_BLOCK[:-1] + bytes([last])


def measure(artifacts: Artifacts, deployment: type[Bridged]) -> dict[str, int]:
    with anvil(BASE_FEE) as chain:
        meter = Meter(chain, artifacts, deployment)
        for scene in SCENES:
            scene(meter)
        return meter.gas


def main() -> None:
    ours = measure(artifact, Bridged)
    if sys.argv[1:] == ["--snapshot"]:
        SNAPSHOT.write_text(json.dumps(ours, indent=2, ensure_ascii=False) + "\n")
        return
    reference = measure(in_directory(REFERENCE), BridgedReference)
    print("\n".join(table(ours, reference, MEASURED_ELSEWHERE)))
    if worse := dearer(ours, reference):
        sys.exit(f"dearer than the reference: {', '.join(worse)}")


def dearer(ours: dict[str, int], reference: dict[str, int]) -> list[str]:
    """Operations that cost at least 1% more than the reference's."""
    return [name for name, gas in ours.items() if gas > 1.01 * reference[name]]


if __name__ == "__main__":
    main()
