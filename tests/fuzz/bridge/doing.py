"""What users and attackers do on either chain. `chain` is 1 or 2; people, targets and tokens are names."""

from tests.fuzz.bridge.bridges import LEGACY_ETHER
from tests.fuzz.bridge.carriers import DEPOSIT, FINALIZE, WITHDRAW
from tests.fuzz.bridge.carrying import ENOUGH, Carrying
from tests.fuzz.bridge.codec import (
    FINALIZE_ERC20,
    FINALIZE_ERC721,
    FINALIZE_ETH,
    VERSION,
    Message,
    calldata,
    selector,
)
from tests.fuzz.bridge.deploy import ART, L1, L2, PEOPLE, PUPPET
from tests.fuzz.bridge.properties import broken
from tests.fuzz.bridge.rig import TARGETS
from tests.fuzz.bridge.tokens import MintableToken
from tests.fuzz.disputes.deploy import account
from tests.fuzz.evm import Contract
from tests.fuzz.puppet import Call

SEND = "sendMessage(address,bytes,uint32)"
PAYABLE_BRIDGE = {
    "bridgeETH": "bridgeETH(uint32,bytes)",
    "bridgeETHTo": "bridgeETHTo(address,uint32,bytes)",
    "depositETH": "depositETH(uint32,bytes)",
    "depositETHTo": "depositETHTo(address,uint32,bytes)",
}
TOKEN_WAYS = {
    "bridge": "bridgeERC20(address,address,uint256,uint32,bytes)",
    "bridge to": "bridgeERC20To(address,address,address,uint256,uint32,bytes)",
    "legacy": "depositERC20(address,address,uint256,uint32,bytes)",
    "legacy to": "depositERC20To(address,address,address,uint256,uint32,bytes)",
}
INITIALIZERS = {
    "superchain": "initialize(address)",
    "messenger": "initialize(address,address)",
    "bridge": "initialize(address,address)",
    "nft_bridge": "initialize(address,address)",
    "factory": "initialize(address)",
    "nft_factory": "initialize(address,uint256)",
}
L2_INITIALIZERS = INITIALIZERS | dict.fromkeys(("messenger", "bridge", "nft_bridge"), "initialize(address)")
LEAST_FEE = 10**9
"""What L1's base fee counts at least, in wei."""


class Doing(Carrying):
    # --- messages ---

    def send_message(self, chain: int, by: str, callee: str, value: int, min_gas: int, data: str) -> None:
        to = self.target(3 - chain, callee)
        gas = max(min_gas, ENOUGH) if to == PUPPET else min_gas
        message = calldata(SEND, to, self.data(3 - chain, data), gas)
        self.act("send message", chain, by, self.at(chain, "messenger"), message, value)

    def forge(self, chain: int, by: str, way: str, which: int, callee: str, value: int) -> None:
        """Somebody calls relayMessage with what nobody sent, or with what somebody did."""
        sent = self.sent[2 - chain]
        nonce, fake = VERSION + which, self.target(chain, callee)
        other = self.at(3 - chain, "bridge")
        message = Message(nonce, other, fake, value, 0, self.data(chain, "give ether"))
        if way != "new" and sent:
            true = sent[which % len(sent)]
            value_ = true.value + 1 if way == "value" else true.value
            target_ = PEOPLE[by] if way == "target" else true.target
            nonce_ = {"old version": true.nonce - VERSION, "new version": true.nonce + VERSION}.get(
                way, true.nonce
            )
            message = Message(nonce_, true.sender, target_, value_, true.min_gas, true.data)
        paid = message.value if way in ("new", "true, paid") else 0
        self.act("forge", chain, by, self.at(chain, "messenger"), message.calldata, min(paid, 10**18))

    def pretend(self, chain: int, by: str, what: str, way: str) -> None:
        """Somebody has a bridge of the other chain called as only its twin may: by a message, or by a call
        that the portal or L2's derivation makes."""
        where = self.at(3 - chain, "nft_bridge" if what == "give art" else "bridge")
        data = self.data(3 - chain, what)
        if way == "message":
            call = calldata(SEND, where, data, 400_000)
            self.act("pretend", chain, by, self.at(chain, "messenger"), call)
        elif chain == 1:
            self.act("pretend", 1, by, L1["portal"], calldata(DEPOSIT, where, 0, 1_000_000, False, data))
        else:
            self.act("pretend", 2, by, L2["passer"], calldata(WITHDRAW, where, 400_000, data))

    def train_puppet(self, chain: int, deeds: tuple[str, ...]) -> None:
        """What a contract does when it is called: all of `deeds`, each told as data for some contract."""
        self.train(chain, [self.deed(chain, deed) for deed in deeds])
        self.count("train")

    def deed(self, chain: int, deed: str) -> Call:
        messenger = self.at(chain, "messenger")
        sent = self.sent[2 - chain]
        if deed == "ask":
            return Call(messenger, selector("xDomainMessageSender()"))
        if deed in ("relay", "relay older") and sent:
            return Call(messenger, sent[-1 if deed == "relay" else 0].calldata)
        if deed == "finalize" and chain == 1 and self.withdrawals:
            return Call(
                L1["portal"], self.world.l1.portal.encode(FINALIZE.partition("(")[0], self.withdrawals[-1])
            )
        if deed == "bridge":
            data = calldata(PAYABLE_BRIDGE["bridgeETHTo"], PEOPLE["bob"], 200_000, b"")
            return Call(self.at(chain, "bridge"), data, forwards_value=True)
        if deed == "give ether":
            return Call(self.at(chain, "bridge"), self.data(chain, deed))
        if deed == "bridge echo" and chain == 1:
            pair = (self.token(1, "echo"), self.token(2, "echo"))
            data = calldata(TOKEN_WAYS["bridge to"], *pair, PEOPLE["bob"], 7, 200_000, b"")
            return Call(L1["bridge"], data)
        return Call(messenger, calldata(SEND, PEOPLE["bob"], b"", 100_000), forwards_value=True)

    # --- around the messengers ---

    def deposit(
        self,
        by: str,
        callee: str,
        mint: int,
        value: int,
        gas: int,
        data: str,
        creation: bool,
    ) -> None:
        to = bytes(20) if creation and callee == "nobody" else self.target(2, callee)
        body = b"" if creation else self.data(2, data)
        gas = 5_000_000 if data == "huge" else gas
        gas = max(gas, ENOUGH + 40 * len(body)) if to == PUPPET else gas
        deposit = calldata(DEPOSIT, to, 0 if creation else value, gas, creation, body)
        if self.act("deposit", 1, by, L1["portal"], deposit, mint) and by != "puppet":
            used, price = self.world.l1.chain.gas_used, self.world.l1.portal.read("params")[0]
            if used < gas * price // LEAST_FEE:
                broken("R-3", f"a deposit of {gas} gas at {price} wei uses {used} gas of L1")

    def initiate(self, by: str, callee: str, value: int, gas: int, data: str) -> None:
        """A withdrawal straight through the message passer."""
        to = self.target(1, callee)
        gas = max(gas, ENOUGH) if to == PUPPET else gas
        self.act("withdraw", 2, by, L2["passer"], calldata(WITHDRAW, to, gas, self.data(1, data)), value)

    def send_ether(self, chain: int, by: str, where: str, value: int) -> None:
        """Ether without a call."""
        to = (
            self.at(chain, where) if where != "gate" else self.at(chain, "portal" if chain == 1 else "passer")
        )
        self.act("send ether", chain, by, to, b"", value)

    def donate(self, by: str, value: int) -> None:
        if self.act("donate", 1, by, L1["portal"], selector("donateETH()"), value):
            self.donated += value

    def burn(self, by: str) -> None:
        before = self.model.l2.state.ether.get(L2["passer"], 0)
        if self.act("burn", 2, by, L2["passer"], selector("burn()")):
            self.burned += before

    donated = 0
    burned = 0
    """Wei that were given to the portal, and destroyed on L2."""

    # --- bridges ---

    def bridge_ether(
        self, chain: int, by: str, to: str, value: int, min_gas: int, off: int, way: str
    ) -> None:
        """`off`: how much more is said than sent, where it is said."""
        bridge, recipient = self.at(chain, "bridge"), self.target(3 - chain, to)
        if chain == 2 and way.startswith("deposit"):
            signature = "withdraw(address,uint256,uint32,bytes)"
            data = calldata(signature, LEGACY_ETHER, value + off, min_gas, b"extra")
            if way.endswith("To"):
                signature = "withdrawTo(address,address,uint256,uint32,bytes)"
                data = calldata(signature, LEGACY_ETHER, recipient, value + off, min_gas, b"extra")
        else:
            data = calldata(
                PAYABLE_BRIDGE[way], *([recipient] if way.endswith("To") else []), min_gas, b"extra"
            )
        self.act("bridge ether", chain, by, bridge, data, value)

    def bridge_tokens(
        self, chain: int, by: str, token: str, remote: str, to: str, amount: int, min_gas: int, way: str
    ) -> None:
        """`remote`: "true", "none", or the name of another token of the other chain."""
        names = {"true": token, "second": f"second {token}"}
        local, other = self.token(chain, token), self.token(3 - chain, names.get(remote, remote))
        recipient = [self.target(3 - chain, to)] if way.endswith("to") else []
        if chain == 2 and way.startswith("legacy"):
            signature = (
                "withdrawTo(address,address,uint256,uint32,bytes)"
                if recipient
                else "withdraw(address,uint256,uint32,bytes)"
            )
            data = calldata(signature, local, *recipient, amount, min_gas, b"extra")
        else:
            data = calldata(TOKEN_WAYS[way], local, other, *recipient, amount, min_gas, b"extra")
        self.act(f"bridge {token}", chain, by, self.at(chain, "bridge"), data)

    def bridge_art(
        self, chain: int, by: str, token: str, remote: str, to: str, which: int, min_gas: int, way: str
    ) -> None:
        local, other = self.token(chain, token), self.token(3 - chain, "art" if remote == "true" else remote)
        recipient = [self.target(3 - chain, to)] if way == "bridge to" else []
        id_ = self._id(chain, by, local, which)
        signature = (
            "bridgeERC721To(address,address,address,uint256,uint32,bytes)"
            if recipient
            else "bridgeERC721(address,address,uint256,uint32,bytes)"
        )
        data = calldata(signature, local, other, *recipient, id_, min_gas, b"extra")
        self.act(f"bridge {token}", chain, by, self.at(chain, "nft_bridge"), data)

    def _id(self, chain: int, by: str, local: bytes, which: int) -> int:
        """One that `by` has, if any; now and then another's."""
        _, side = self.sides(chain)
        own = sorted(
            id_ for (token, id_), who in side.state.art.items() if token == local and who == PEOPLE[by]
        )
        return own[which % len(own)] if own and which % 5 else 1 + which % (4 * ART + 1)

    def make_token(self, chain: int, by: str, remote: str) -> None:
        """One more that stands for a token of the other chain."""
        end, side = self.sides(chain)
        other, name = self.token(3 - chain, remote), f"second {remote}"
        data = calldata("createOptimismMintableERC20(address,string,string)", other, name, name.upper())
        if self.act("make token", chain, by, self.at(chain, "factory"), data):
            address = next((made for made in side.state.made if made not in side.codes), None)
            if address is not None:
                MintableToken(side, address, other, self.at(chain, "bridge"))
                kind = "OptimismMintableERC20"
                self.tokens[chain][name] = Contract(end.chain, kind, address, end.artifacts)

    # --- what nobody may ---

    def call_bridge(self, chain: int, by: str, what: str, value: int) -> None:
        """A stranger finishes what the other bridge never began."""
        where = "nft_bridge" if what == "give art" else "bridge"
        paid = value if what == "give ether" else 0
        data = (
            self.data(chain, what)
            if what != "give ether"
            else calldata(FINALIZE_ETH, PEOPLE[by], PEOPLE[by], paid, b"")
        )
        self.act("call bridge", chain, by, self.at(chain, where), data, paid)

    def mint(self, chain: int, by: str, token: str, function: str, who: str, amount: int) -> None:
        signature = f"{function}(address,uint256)"
        self.act("mint", chain, by, self.token(chain, token), calldata(signature, TARGETS[who], amount))

    def initialize_again(self, chain: int, by: str, what: str) -> None:
        found = INITIALIZERS if chain == 1 else L2_INITIALIZERS
        places = L1 if chain == 1 else L2
        if what not in places:
            return
        signature = found[what]
        args = [
            7 if kind == "uint256" else PEOPLE[by]
            for kind in signature.partition("(")[2].rstrip(")").split(",")
        ]
        self.act("initialize", chain, by, places[what], calldata(signature, *args))

    def pause(self, by: str, what: str) -> None:
        self.act("pause", 1, by, L1["superchain"], calldata("pause(address)", self._identifier(what)))

    def unpause(self, by: str, what: str) -> None:
        self.act("unpause", 1, by, L1["superchain"], calldata("unpause(address)", self._identifier(what)))

    @staticmethod
    def _identifier(what: str) -> bytes:
        return {"all": bytes(20), "this chain": L1["portal"]}.get(what, PEOPLE["bob"])

    # --- names ---

    @staticmethod
    def at(chain: int, name: str) -> bytes:
        return (L1 if chain == 1 else L2)[name]

    def target(self, chain: int, name: str) -> bytes:
        if name in TARGETS:
            return TARGETS[name]
        return self.at(chain, ("portal" if chain == 1 else "passer") if name == "gate" else name)

    def token(self, chain: int, name: str) -> bytes:
        """Of the other chain, if this one has none of the name."""
        if name == "none":
            return bytes(20)
        found = self.tokens[chain].get(name) or self.tokens[3 - chain].get(name)
        return found.address if found else account(name)

    def data(self, chain: int, name: str) -> bytes:
        """Calldata that does something on that chain, if the right contract gets it from the right one."""
        ours, mallory = self.token, PEOPLE["mallory"]
        sent = self.sent[2 - chain]
        known = {
            "junk": b"junk",
            "huge": bytes(120_001),
            "send": calldata(SEND, mallory, b"", 0),
            "ask": selector("xDomainMessageSender()"),
            "relay": sent[-1].calldata if sent else b"",
            "mint": calldata("mint(address,uint256)", mallory, 1000),
            "give ether": calldata(FINALIZE_ETH, mallory, mallory, 0, b""),
            "give tokens": calldata(
                FINALIZE_ERC20, ours(chain, "gold"), ours(3 - chain, "gold"), mallory, mallory, 9, b""
            ),
            "give art": calldata(
                FINALIZE_ERC721, ours(chain, "art"), ours(3 - chain, "art"), mallory, mallory, 1, b""
            ),
            "donate": selector("donateETH()"),
            "bridge": calldata(PAYABLE_BRIDGE["bridgeETHTo"], mallory, 0, b""),
            "deposit": calldata(DEPOSIT, mallory, 0, 100_000, False, b""),
        }
        return known.get(name, b"")
