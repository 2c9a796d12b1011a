"""A build of the token bridges, both ends in one EVM, between stand-ins of messengers that log what they are
to carry; with tokens that behave and tokens that do not, of which three owners have some.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain, Contract, HaltedError, RefusedError
from tests.fuzz.stand_ins import answering, forwarding, messenger
from tests.peers.solidity import compile_solidity

from opcycle.artifacts import OUT, Artifact, artifact

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"


def place(text: str) -> bytes:
    """The address of that number."""
    return bytes.fromhex(text.rjust(40, "0"))


def predeploy(last: str) -> bytes:
    return bytes.fromhex("42" + "00" * 18 + last)


ALICE, BOB, MAKER, BLOCKED = b"\xa1" * 20, b"\xb0" * 20, b"\xd0" * 20, place("b10c")
WALLET = b"\xc0" * 20
"""A contract, which calls what it is told to."""

OWNERS = (ALICE, BOB, WALLET)
L1_MESSENGER, L1_BRIDGE, L1_NFT_BRIDGE, L1_FACTORY, CONFIG = (place(f"11{number:02x}") for number in range(5))
L2_MESSENGER, L2_BRIDGE, L2_FACTORY, L2_NFT_BRIDGE, L2_NFT_FACTORY = map(
    predeploy, ("07", "10", "12", "14", "17")
)
LEGACY_ETHER = bytes.fromhex("deaddeaddeaddeaddeaddeaddeaddeaddead0000")
KINDS = ("coin", "fee", "silent", "says no", "own", "blocks")
"""Tokens of OddCoins.sol in the order of its kinds. `own` is mintable, and stands for `coin`."""

CHAIN_ID = 900

APPROVAL = keccak(text="Approval(address,address,uint256)")
"""Older tokens of OpenZeppelin's also log that a moved or burnt token of an owner is nobody's to move."""


@dataclass(frozen=True, slots=True)
class End:
    """A bridge's end. `slots`: where in its storage its messenger, its other end and SystemConfig are."""

    name: str
    address: bytes
    messenger: bytes
    other: bytes
    slots: tuple[int, ...]


L1, L2 = (
    End("L1StandardBridge", L1_BRIDGE, L1_MESSENGER, L2_BRIDGE, (3, 4, 52)),
    End("L2StandardBridge", L2_BRIDGE, L2_MESSENGER, L1_BRIDGE, (3, 4)),
)
NFT_L1, NFT_L2 = (
    End("L1ERC721Bridge", L1_NFT_BRIDGE, L1_MESSENGER, L2_NFT_BRIDGE, (1, 2, 51)),
    End("L2ERC721Bridge", L2_NFT_BRIDGE, L2_MESSENGER, L1_NFT_BRIDGE, (1, 2)),
)
ENDS = (L1, L2, NFT_L1, NFT_L2)


@dataclass(frozen=True, slots=True)
class Call:
    """By one of the owners, or as a message of the other end's (`is_message`) or of somebody else's
    (`is_forged`). Tokens are named."""

    end: End
    function: str
    args: tuple[Any, ...]
    sender: bytes = ALICE
    value: int = 0
    is_message: bool = False
    is_forged: bool = False
    is_paused: bool = False


class Build:
    """One build of the bridges, and tokens by their names. Those of its factories begin with `twin`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.chain = Chain()
        self.chain.set_block(1000, 1_700_000_000)
        for person in (ALICE, BOB, MAKER):
            self.chain.set_balance(person, 10**24)
        self.contracts = {end.name: self._place(end.name, end.address, self._slots(end)) for end in ENDS}
        self.factories = [
            self._place("OptimismMintableERC20Factory", L1_FACTORY, {1: L1_BRIDGE}),
            self._place("OptimismMintableERC20Factory", L2_FACTORY, {1: L2_BRIDGE}),
            self._place(
                "OptimismMintableERC721Factory",
                L2_NFT_FACTORY,
                {1: L2_NFT_BRIDGE + bytes(2), 2: CHAIN_ID.to_bytes(2, "big")},
            ),
        ]
        for name in ("OptimismMintableERC20", "OptimismMintableERC721"):
            for artifacts in (artifact, self.artifact):
                Contract(self.chain, name, bytes(20), artifacts)  # for their errors
        self.tokens = {"nobody's": place("dead"), "none": bytes(20), "ether": LEGACY_ETHER}
        self._make_tokens()
        self._give()

    def _slots(self, end: End) -> dict[int, bytes]:
        return dict(zip(end.slots, (end.messenger, end.other, CONFIG), strict=False))

    def _place(self, name: str, address: bytes, slots: dict[int, bytes]) -> Contract:
        self.chain.set_code(address, artifact(name, self.directory).runtime)
        for slot, value in slots.items():
            self.chain.set_storage(address, slot.to_bytes(32, "big"), value.rjust(32, b"\0"))
        return Contract(self.chain, name, address, self.artifact)

    def artifact(self, name: str) -> Artifact:
        return artifact(name, self.directory)

    def _make_tokens(self) -> None:
        coin = compile_solidity("OddCoins.sol")["OddCoin"].code
        for kind, name in enumerate(KINDS):
            arguments = encode(["uint8", "address"], [kind, self.tokens.get("coin", bytes(20))])
            self.tokens[name] = self.chain.deploy(MAKER, coin + arguments)
        nft = artifact("OptimismMintableERC721", OUT).bytecode  # a token of L1's, whose bridge is its maker
        kinds = ["address", "uint256", "address", "string", "string"]
        self.tokens["nft"] = self.chain.deploy(MAKER, nft + encode(kinds, [MAKER, 1, MAKER, "Pictures", "P"]))
        l1, l2, nfts = self.factories
        create = ("createOptimismMintableERC20", self.tokens["coin"], "Coin", "COIN")
        self.tokens["twin on L1"] = self.make(l1, *create)
        self.tokens["twin on L2"] = self.make(l2, *create)
        self.tokens["twin nft"] = self.make(
            nfts, "createOptimismMintableERC721", self.tokens["nft"], "Pictures", "P"
        )

    def make(self, factory: Contract, function: str, *args: Any) -> bytes:
        return self.chain.send(ALICE, factory.address, factory.encode(function, *args))[12:]

    def _give(self) -> None:
        """Each of the owners has some of every token, and the bridges may take it."""
        for owner, name in product(OWNERS, KINDS):
            self._send(MAKER, self.tokens[name], "mint(address,uint256)", owner, 1000)
            for bridge in (L1_BRIDGE, L2_BRIDGE, L1_NFT_BRIDGE):
                self._as(owner, self.tokens[name], "approve(address,uint256)", bridge, 600)
        for owner, end in product(OWNERS, (L1, L2)):
            args = (f"twin on {end.name[:2]}", "coin", ALICE, owner, 1000, b"")
            self.run(Call(end, "finalizeBridgeERC20", args, is_message=True))
        for token_id, owner in enumerate(OWNERS * 2):
            self._send(MAKER, self.tokens["nft"], "safeMint(address,uint256)", MAKER, token_id)
            move = "transferFrom(address,address,uint256)"
            self._send(MAKER, self.tokens["nft"], move, MAKER, owner, token_id)
            self._as(owner, self.tokens["nft"], "approve(address,uint256)", L1_NFT_BRIDGE, token_id)
            if token_id > 2:
                there = ("nft", "twin nft", owner, token_id, 0, b"")
                self.run(Call(NFT_L1, "bridgeERC721To", there, owner))
                back = ("twin nft", "nft", owner, owner, token_id, b"")
                self.run(Call(NFT_L2, "finalizeBridgeERC721", back, is_message=True))

    def _as(self, owner: bytes, to: bytes, signature: str, *args: Any) -> None:
        if owner == WALLET:
            self.chain.set_code(WALLET, forwarding(to))
            owner, to = ALICE, WALLET
        self._send(owner, to, signature, *args)

    def _send(self, sender: bytes, to: bytes, signature: str, *args: Any) -> None:
        kinds = signature[signature.index("(") + 1 : -1].split(",")
        self.chain.send(sender, to, keccak(text=signature)[:4] + encode(kinds, args))

    def run(self, call: Call) -> Any:
        """What came of it: returned bytes and logs, or the name of an error, or a `require`'s text."""
        end, says = call.end, BOB if call.is_forged else call.end.other
        self.chain.set_code(end.messenger, messenger(end.address, says))
        self.chain.set_code(CONFIG, answering(place("01" if call.is_paused else "00")))
        self.chain.set_code(WALLET, forwarding(end.address))
        args = [self.tokens[item] if isinstance(item, str) else item for item in call.args]
        data = self.contracts[end.name].encode(call.function, *args) if call.function else b""
        sender, to = call.sender, end.address
        if call.is_message or call.is_forged:
            to = end.messenger
        elif sender == WALLET:
            sender, to = ALICE, WALLET
        return self._outcome(sender, to, data, call.value)

    def use(self, sender: bytes, token: str, signature: str, *args: Any) -> Any:
        """What came of a call of a token."""
        kinds = signature[signature.index("(") + 1 : -1].split(",")
        return self._outcome(sender, self.tokens[token], keccak(text=signature)[:4] + encode(kinds, args), 0)

    def _outcome(self, sender: bytes, to: bytes, data: bytes, value: int) -> Any:
        try:
            returned = self.chain.send(sender, to, data, value=value)
        except RefusedError as error:
            name, arguments = error.args
            return str(arguments[0]) if name == "Error" else name
        except HaltedError:
            return "halted"
        return returned, [
            (log.address, log.topics, log.data)
            for log in self.chain.logs()
            if not (
                log.topics[:1] == (APPROVAL,) and log.topics[2:3] == (bytes(32),) and len(log.topics) == 4
            )
        ]

    def holdings(self) -> dict[Any, int]:
        """All that anybody has, and all that is locked for whom."""
        everybody = (*OWNERS, BLOCKED, *(end.address for end in ENDS), L1_MESSENGER, L2_MESSENGER)
        found: dict[Any, int] = {who: self.chain.balance(who) for who in everybody}
        names = [*KINDS, "twin on L1", "twin on L2", "nft", "twin nft"]
        for name, who in product(names, everybody):
            found[name, who] = self.number(self.tokens[name], "balanceOf(address)", who)
        for end, local, remote in product((L1, L2), names, self.tokens):
            pair = self.tokens[local], self.tokens[remote]
            found[end, local, remote] = self.number(end.address, "deposits(address,address)", *pair)
        for token_id in range(6):
            pair = self.tokens["nft"], self.tokens["twin nft"]
            locked = "deposits(address,address,uint256)"
            found["nft", token_id] = self.number(L1_NFT_BRIDGE, locked, *pair, token_id)
        return found

    def number(self, to: bytes, signature: str, *args: Any) -> int:
        kinds = signature[signature.index("(") + 1 : -1].split(",")
        data = keccak(text=signature)[:4] + encode(kinds, args)
        return int.from_bytes(self.chain.call(bytes(20), to, data), "big")


@cache
def builds() -> tuple[Build, Build]:
    return Build(OUT), Build(REFERENCE)


def exchanged(outcome: Any) -> Any:
    """The reference's answer with our tokens' addresses in the place of its own."""
    if isinstance(outcome, bytes):
        ours, theirs = builds()
        for name, address in theirs.tokens.items():
            outcome = outcome.replace(address, ours.tokens[name])
        return outcome
    return type(outcome)(map(exchanged, outcome)) if isinstance(outcome, list | tuple) else outcome


def succeeded(outcome: Any) -> bool:
    return not isinstance(outcome, str)
