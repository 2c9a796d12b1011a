"""The settlement contracts of the `games` mode, small and fast, in an EVM of this process.

Whose build of them is played with is a parameter: `ARTIFACTS` (a directory in forge's layout, from the
environment's OPCYCLE_ARTIFACTS) goes before our own, name by name.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import collapse_if_tuple
from tests.fuzz.evm import Chain, Contract

from opcycle.artifacts import OUT, Artifact, artifact
from opcycle.errors import UserError
from opcycle.keccak import keccak

Artifacts = Callable[[str], Artifact]
"""Finds a compiled contract by its name."""


def account(name: str) -> bytes:
    """An address that means something to a reader only."""
    return keccak(name.encode())[12:]


DEPLOYER, OWNER, GUARDIAN = account("deployer"), account("owner"), account("guardian")
GENESIS, FIRST_BLOCK = 1_700_000_000, 1000
L2_CHAIN_ID = 901
CANNON, OTHER_CANNON, PERMISSIONED = 0, 256, 1
"""Game types. 256 is 0 for whoever keeps a type in a byte."""

MIPS64_VERSION = 8
"""Of the rules that the machine follows."""

PERMITTED = (account("permitted proposer"), account("permitted challenger"))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Depths in levels, times in seconds. No two times are alike, so that none is taken for another.

    `machine`: see `machines.py`; it can tell about L2 up to `last_block`.
    """

    max_depth: int = 6
    split_depth: int = 3
    clock: int = 1000
    extension: int = 60
    preimage_period: int = 110
    finality_delay: int = 350
    weth_delay: int = 700
    maturity_delay: int = 430
    anchor_block: int = 100
    last_block: int = 140
    machine: str = "outputs"

    @property
    def steps(self) -> int:
        """Of the machine, for one L2 block."""
        return 1 << (self.max_depth - self.split_depth - 1)


class Deployment:
    """Addresses and ABIs. Whose contracts differ in how they are made overrides the method that makes
    them."""

    def __init__(
        self,
        artifacts: Artifacts,
        parameters: Parameters,
        *,
        anchor_root: bytes,
        prestate: bytes,
        chain: Chain | None = None,
    ) -> None:
        self.artifacts, self.parameters = artifacts, parameters
        self.prestate = prestate
        self.chain = chain or Chain()
        self.chain.set_block(FIRST_BLOCK, GENESIS)
        Contract(self.chain, "Proxy", bytes(20))  # for its events
        self.proxy_admin = self._plain("ProxyAdmin", OWNER, artifacts=artifact)
        self.superchain = self._proxied("SuperchainConfig")
        self.system_config = self._proxied("SystemConfig")
        self.factory = self._proxied("DisputeGameFactory")
        self.registry = self._proxied("AnchorStateRegistry", parameters.finality_delay)
        self.weth = self._proxied("DelayedWETH", parameters.weth_delay)
        self.portal = self._proxied("OptimismPortal2", parameters.maturity_delay)
        self.initialize(anchor_root)
        self.preimages = self._plain("PreimageOracle", 126_000, parameters.preimage_period)
        self.machine = self._machine()
        self.batch = self._plain("Batch", artifacts=artifact).address
        self.game_abi = Contract(self.chain, "FaultDisputeGame", bytes(20), artifacts)
        Contract(self.chain, "PermissionedDisputeGame", bytes(20), artifacts)  # for its errors
        # By solady's clones, of ether that they receive.
        self.chain.know_event({"name": "ReceiveETH", "inputs": [{"type": "uint256"}]})
        self._games: dict[bytes, Contract] = {}
        self.set_games()

    def _machine(self) -> Contract:
        if self.parameters.machine == "mips64":
            return self._plain("MIPS64", self.preimages.address, MIPS64_VERSION)
        machine = ("OutputMachine", self.prestate, self.parameters.steps, self.preimages.address)
        return self._plain(*machine, artifacts=artifact)

    # --- how they are made ---

    def initialize(self, anchor_root: bytes) -> None:
        """Tell each proxy what it needs to know. The owner of all is OWNER."""
        self._initialize(self.superchain, GUARDIAN)
        self._initialize(self.system_config, *self.system_config_arguments())
        self._initialize(self.factory, OWNER)
        anchor = (anchor_root, self.parameters.anchor_block)
        self._initialize(self.registry, self.system_config.address, self.factory.address, anchor, CANNON)
        self._initialize(self.weth, self.system_config.address)
        self._initialize(self.portal, self.system_config.address, self.registry.address)

    def system_config_arguments(self) -> tuple[Any, ...]:
        market = (20_000_000, 10, 8, 10**9, 1_000_000, 2**128 - 1)
        bridges = tuple(account(name) for name in ("messenger", "erc721", "bridge"))
        others = (self.portal.address, account("erc20"), self.weth.address, account("opcm"))
        return (
            *(OWNER, 1_368, 810_949, bytes(32), 60_000_000, account("signer"), market),
            *(account("inbox"), (*bridges, *others), L2_CHAIN_ID, self.superchain.address),
        )

    def set_games(self) -> None:
        """Three types: two that anyone may play, and one between two known parties. And somebody else's
        factory, which makes the same games."""
        self.logic = logic = self._plain("FaultDisputeGame", self.game_parameters()).address
        permissioned = self._plain("PermissionedDisputeGame", self.game_parameters()).address
        for kind in (CANNON, OTHER_CANNON):
            self._set_game(self.factory, kind, logic, self.game_arguments())
        with_parties = self.game_arguments() + b"".join(PERMITTED)
        self._set_game(self.factory, PERMISSIONED, permissioned, with_parties)
        self.alien_factory = self._proxied("DisputeGameFactory")
        self._initialize(self.alien_factory, OWNER)
        self._set_game(self.alien_factory, CANNON, logic, self.game_arguments())

    def game_parameters(self) -> tuple[int, ...]:
        """The argument of a game's constructor."""
        p = self.parameters
        return (p.max_depth, p.split_depth, p.extension, p.clock)

    def game_arguments(self) -> bytes:
        """What the factory appends to a clone's arguments."""
        addresses = (self.machine.address, self.registry.address, self.weth.address)
        return self.prestate + b"".join(addresses) + L2_CHAIN_ID.to_bytes(32, "big")

    def _set_game(self, factory: Contract, kind: int, logic: bytes, arguments: bytes) -> None:
        setter = "setImplementation(uint32,address,bytes)"
        factory.send(OWNER, setter, kind, logic, arguments)
        factory.send(OWNER, "setInitBond", kind, init_bond(kind))

    def _plain(self, name: str, *args: Any, artifacts: Artifacts | None = None) -> Contract:
        source = artifacts or self.artifacts
        return Contract(self.chain, name, self._create(source(name), *args), source)

    def _proxied(self, name: str, *args: Any) -> Contract:
        """An uninitialized proxy, so that contracts may know each other's addresses in advance."""
        logic = self._create(self.artifacts(name), *args)
        proxy = self._create(artifact("Proxy"), self.proxy_admin.address)
        self.proxy_admin.send(OWNER, "upgrade", proxy, logic)
        return Contract(self.chain, name, proxy, self.artifacts)

    def _create(self, found: Artifact, *args: Any) -> bytes:
        inputs = next((item["inputs"] for item in found.abi if item["type"] == "constructor"), [])
        encoded = encode([collapse_if_tuple(item) for item in inputs], args)
        return self.chain.deploy(DEPLOYER, found.bytecode + encoded)

    def _initialize(self, contract: Contract, *args: Any) -> None:
        contract.send(OWNER, "initialize", *args)

    def game(self, address: bytes) -> Contract:
        """The game at an address."""
        if address not in self._games:
            self._games[address] = self.game_abi.at(address)
        return self._games[address]


def init_bond(kind: int) -> int:
    """What it costs to create a game, in wei: other types cost more."""
    return 8 * 10**16 + kind


def in_directory(directory: Path) -> Artifacts:
    """Those of a directory in forge's layout, and our own where it has none of a name."""

    def find(name: str) -> Artifact:
        has_it = any(directory.glob(f"*.sol/{name}.json"))
        return artifact(name, directory if has_it else OUT)

    return find


@cache
def chosen() -> Artifacts:
    """As the environment says. Raises UserError for a directory that is none."""
    directory = os.environ.get("OPCYCLE_ARTIFACTS")
    if not directory:
        return artifact
    if not Path(directory).is_dir():
        raise UserError(
            f"OPCYCLE_ARTIFACTS: {directory!r} is no directory; name one that forge compiled into"
        )
    return in_directory(Path(directory))
