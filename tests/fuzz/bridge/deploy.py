"""Both ends of the bridge, each in an EVM of this process: L1's contracts and L2's, and tokens on both.

Whose build of them is played with is a parameter, as for the dispute games. A contract stands at its address
without a proxy: what its constructor leaves is put there, and an admin, by whom it is initialized. So every
address is the same in every build, and L1 and L2 know each other's in advance.
"""

from functools import lru_cache
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import collapse_if_tuple
from tests.fuzz.disputes.deploy import Artifacts, account
from tests.fuzz.evm import Chain, Contract
from tests.fuzz.puppet import GAS_EATER, REVERTER

from opcycle.artifacts import artifact
from opcycle.keccak import keccak

ADMIN_SLOT = (int.from_bytes(keccak(b"eip1967.proxy.admin"), "big") - 1).to_bytes(32, "big")

FIRST_BLOCK, GENESIS = 1000, 1_700_000_000
L1_CHAIN_ID, L2_CHAIN_ID = 900, 901
PROOF_DELAY, OUTPUT_DELAY = 100, 170
"""Seconds that a proof, and the output that it is made against, have to wait."""

MARKET = (20_000_000, 10, 8, 10**8, 1_000_000, 4 * 10**9)
"""Cheap, so that deposits burn little gas: pyrevm knows no base fee, and the portal takes it for 1 gwei."""

RICH = 10**24
WEALTH = 10**6
"""Of each token, for each who has some."""

ART = 3
"""Different tokens of each user."""

OWNER, ADMIN, GUARDIAN, PROPOSER = map(account, ("owner", "proxy admin", "guardian", "proposer"))
ALICE, BOB, MALLORY, RELAYER = map(account, ("alice", "bob", "mallory", "relayer"))
FAUCET = account("faucet")
"""Where minted ether comes from: pyrevm's own way of giving ether survives its snapshots."""

ESTIMATOR = bytes(19) + b"\x01"
PUPPET, FLAKY, REFUSING, GREEDY, HUNGRY = map(account, ("puppet", "flaky", "refusing", "greedy", "hungry"))
"""Contracts, on both chains: does as it is told; sometimes reverts; always does; reverts if it gets less gas
than GREED; uses up all gas that it gets."""

GREED = 150_000
USERS = (ALICE, BOB, MALLORY, PUPPET)
PEOPLE = {
    "alice": ALICE,
    "bob": BOB,
    "mallory": MALLORY,
    "relayer": RELAYER,
    "guardian": GUARDIAN,
    "estimator": ESTIMATOR,
    "puppet": PUPPET,
    "flaky": FLAKY,
    "refusing": REFUSING,
    "greedy": GREEDY,
    "hungry": HUNGRY,
}
STOP = b"\0"
NOTING_CODE = bytes.fromhex("5a5f5260205fa000")
"""Logs GAS, without a topic."""

GREEDY_CODE = b"\x62" + GREED.to_bytes(3, "big") + bytes.fromhex("5a10600a57005b5f5ffd")
"""Reverts if GAS < GREED."""


def predeploy(number: int) -> bytes:
    return bytes.fromhex("42").ljust(18, b"\0") + number.to_bytes(2, "big")


L1_NAMES = {
    "superchain": "SuperchainConfig",
    "system": "SystemConfig",
    "portal": "OptimismPortal2",
    "messenger": "L1CrossDomainMessenger",
    "bridge": "L1StandardBridge",
    "nft_bridge": "L1ERC721Bridge",
    "factory": "OptimismMintableERC20Factory",
}
L2_NAMES = {
    "passer": "L2ToL1MessagePasser",
    "messenger": "L2CrossDomainMessenger",
    "bridge": "L2StandardBridge",
    "nft_bridge": "L2ERC721Bridge",
    "factory": "OptimismMintableERC20Factory",
    "nft_factory": "OptimismMintableERC721Factory",
}
L1 = {name: account(f"L1 {name}") for name in L1_NAMES}
L2 = {
    "passer": predeploy(0x16),
    "messenger": predeploy(0x07),
    "bridge": predeploy(0x10),
    "nft_bridge": predeploy(0x14),
    "factory": predeploy(0x12),
    "nft_factory": predeploy(0x17),
}


class End:
    """One chain: its contracts by their short names, as attributes too, and its tokens by theirs."""

    def __init__(self, artifacts: Artifacts, deployer: bytes) -> None:
        self.artifacts, self.deployer = artifacts, deployer
        self.chain = Chain()
        self.chain.set_block(FIRST_BLOCK, GENESIS)
        self.batch = self._create(artifact, "Batch")
        self.contracts: dict[str, Contract] = {}
        self.tokens: dict[str, Contract] = {}
        self.chain.set_code(
            ADMIN, b"\x73" + OWNER + bytes.fromhex("5f5260205ff3")
        )  # owner() and all else: OWNER
        self.chain.set_code(REFUSING, REVERTER)
        self.chain.set_code(HUNGRY, GAS_EATER)
        self.chain.set_code(FLAKY, REVERTER)
        self.chain.set_code(GREEDY, GREEDY_CODE)
        self.chain.set_code(PUPPET, STOP)

    def __getattr__(self, name: str) -> Contract:
        try:
            return self.contracts[name]
        except KeyError:
            raise AttributeError(name) from None

    def place(self, name: str, contract: str, address: bytes, *args: Any) -> None:
        """`contract` as its constructor leaves it, at an address of our choice."""
        made = self._create(self.artifacts, contract, *args)
        self.chain.set_code(address, bytes(self.chain.evm.get_code(f"0x{made.hex()}")))
        self.chain.set_storage(address, ADMIN_SLOT, bytes(12) + ADMIN)
        self.contracts[name] = Contract(self.chain, contract, address, self.artifacts)

    def initialize(self, name: str, *args: Any) -> None:
        self.contracts[name].send(OWNER, "initialize", *args)

    def double(self, name: str, contract: str, *args: Any) -> None:
        """A token of the tests' own."""
        made = self._create(artifact, contract, *args)
        self.tokens[name] = Contract(self.chain, contract, made)

    def mintable(self, name: str, factory: str, function: str, kind: str, remote: bytes) -> None:
        """A token that a factory makes for one of the other chain."""
        maker = self.contracts[factory]
        returned = self.chain.send(ALICE, maker.address, maker.encode(function, remote, name, name.upper()))
        self.tokens[name] = Contract(self.chain, kind, returned[12:], self.artifacts)

    def give(self, token: str, who: bytes, what: int, spender: bytes) -> None:
        """Tokens to somebody, and leave to spend them to the bridge."""
        found = self.tokens[token]
        self.chain.send(OWNER, found.address, found.encode("give", who, what, spender))

    def _create(self, source: Artifacts, name: str, *args: Any) -> bytes:
        found = source(name)
        inputs = next((item["inputs"] for item in found.abi if item["type"] == "constructor"), [])
        return self.chain.deploy(
            self.deployer, found.bytecode + encode([collapse_if_tuple(i) for i in inputs], args)
        )


class World:
    """L1 and L2, deployed. `settlement`: which portal of ours pays withdrawals out, "games" or "oracle"."""

    def __init__(self, artifacts: Artifacts, settlement: str) -> None:
        self.settlement = settlement
        self.l1, self.l2 = End(artifacts, OWNER), End(artifacts, account("L2 deployer"))
        errors = {entry["name"] for entry in artifacts("L1StandardBridge").abi if entry["type"] == "error"}
        self.is_strict = "StandardBridge_NotWhole" in errors
        """Ours refuse at once what Optimism's let lose its way: see docs/bridge-properties.md."""

        self._place_l1()
        self._place_l2()
        self._make_tokens()
        for end in (self.l1, self.l2):
            for person in PEOPLE.values():
                end.chain.set_balance(person, RICH)
        self.l2.chain.set_balance(FAUCET, 10**40)
        self.l1.chain.set_balance(L1["portal"], RICH * len(PEOPLE))

    def _place_l1(self) -> None:
        l1 = self.l1
        for name, contract in L1_NAMES.items():
            if name != "portal":
                l1.place(name, contract, L1[name])
        l1.initialize("superchain", GUARDIAN)
        l1.initialize("system", *_system_config_arguments())
        if self.settlement == "games":
            l1.contracts["outputs"] = Contract(
                l1.chain, "Outputs", l1._create(artifact, "Outputs", OUTPUT_DELAY)
            )
            l1.place("portal", "OptimismPortal2", L1["portal"], PROOF_DELAY)
            nothing = (bytes(20),) * (_arity(l1, "OptimismPortal2") - 2)  # Optimism's asks for a lockbox
            l1.initialize("portal", L1["system"], l1.outputs.address, *nothing)
        else:
            l1.place("outputs", "L2OutputOracle", account("L1 oracle"))
            l1.initialize("outputs", 1, 1, 0, GENESIS - 10**6, PROPOSER, PROPOSER, PROOF_DELAY)
            l1.place("portal", "OptimismPortal", L1["portal"])
            l1.initialize("portal", l1.outputs.address, L1["system"], L1["superchain"])
        l1.initialize("messenger", L1["system"], L1["portal"])
        l1.initialize("bridge", L1["messenger"], L1["system"])
        l1.initialize("nft_bridge", L1["messenger"], L1["system"])
        l1.initialize("factory", L1["bridge"])

    def _place_l2(self) -> None:
        l2 = self.l2
        for name, contract in L2_NAMES.items():
            l2.place(name, contract, L2[name])
        l2.initialize("messenger", L1["messenger"])
        l2.initialize("bridge", L1["bridge"])
        l2.initialize("nft_bridge", L1["nft_bridge"])
        l2.initialize("factory", L2["bridge"])
        l2.initialize("nft_factory", L2["nft_bridge"], L1_CHAIN_ID)

    def _make_tokens(self) -> None:
        l1, l2 = self.l1, self.l2
        l1.double("gold", "PlainToken")
        l1.double("echo", "EchoToken")
        l1.double("taxed", "TaxedToken")
        l1.double("mute", "OddToken", True)
        l1.double("false", "OddToken", False)
        l1.double("art", "PlainArt")
        l2.double("silver", "PlainToken")
        for name in ("gold", "echo", "taxed", "mute", "false"):
            remote = l1.tokens[name].address
            l2.mintable(name, "factory", "createOptimismMintableERC20", "OptimismMintableERC20", remote)
        silver = l2.tokens["silver"].address
        l1.mintable("silver", "factory", "createOptimismMintableERC20", "OptimismMintableERC20", silver)
        art = l1.tokens["art"].address
        l2.mintable("art", "nft_factory", "createOptimismMintableERC721", "OptimismMintableERC721", art)
        l1.double("liar", "LyingToken", l2.tokens["gold"].address)
        l2.double("liar", "LyingToken", l1.tokens["gold"].address)
        l2.double("lying art", "LyingToken", art)
        for user in USERS:
            for name in ("gold", "echo", "taxed", "mute", "false"):
                l1.give(name, user, WEALTH, L1["bridge"])
            l2.give("silver", user, WEALTH, L2["bridge"])
            for number in range(ART):
                id_ = 1 + USERS.index(user) * ART + number
                l1.give("art", user, id_, L1["nft_bridge"])


def _arity(end: End, contract: str) -> int:
    abi = end.artifacts(contract).abi
    return next(len(entry["inputs"]) for entry in abi if entry.get("name") == "initialize")


def _system_config_arguments() -> tuple[Any, ...]:
    bridges = (L1["messenger"], L1["nft_bridge"], L1["bridge"])
    others = (L1["portal"], L1["factory"], account("weth"), account("opcm"))
    return (
        *(OWNER, 1_368, 810_949, bytes(32), 60_000_000, account("signer"), MARKET),
        *(account("inbox"), (*bridges, *others), L2_CHAIN_ID, L1["superchain"]),
    )


@lru_cache(maxsize=4)
def deployed(artifacts: Artifacts, settlement: str) -> World:
    """One a process; each play takes snapshots of both EVMs and rewinds."""
    return World(artifacts, settlement)
