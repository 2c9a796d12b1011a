"""The model's tokens: those that a user brings, honest or not, and those that only a bridge mints and
burns."""

from tests.fuzz.bridge.ledger import NOBODY, Call, Code, Side, function, require
from tests.fuzz.tally import Refusal

TRANSFER = "Transfer(address*,address*,uint256)"
ART_TRANSFER = "Transfer(address*,address*,uint256*)"


class Token(Code):
    """ERC-20 as it should be. Bridges may spend whatever anybody has."""

    is_mintable = False
    remote = NOBODY

    def balance(self, who: bytes) -> int:
        return self.state.tokens.get((self.address, who), 0)

    def refuses(self, payer: bytes, amount: int) -> str | None:
        """Why a bridge cannot take this from somebody."""
        return None if self.balance(payer) >= amount else "too few tokens"

    def kept(self, amount: int) -> int:
        """Of a transfer, what does not arrive."""
        return 0

    def move(self, payer: bytes, payee: bytes, amount: int) -> None:
        require(any(payee), "nobody to pay")
        require(self.balance(payer) >= amount, "too few tokens")
        self._change(payer, payee, amount)

    def _change(self, payer: bytes, payee: bytes, amount: int) -> None:
        """Nobody pays what is minted, and is paid what is burned."""
        for who, change in ((payer, -amount), (payee, amount)):
            if any(who):
                self.state.tokens[self.address, who] = self.balance(who) + change
        self.log(TRANSFER, payer, payee, amount)

    @function("transfer(address,uint256)")
    def transfer(self, call: Call, to: bytes, amount: int) -> bytes:
        self.move(call.sender, to, amount)
        return (1).to_bytes(32, "big")

    @function("transferFrom(address,address,uint256)")
    def transfer_from(self, call: Call, payer: bytes, payee: bytes, amount: int) -> None:
        raise Refusal("no leave to spend")


class EchoToken(Token):
    """Calls a contract whose tokens the bridge takes, before it does; not again inside of that."""

    def __init__(self, side: Side, address: bytes, bridge: bytes):
        super().__init__(side, address)
        self.bridge = bridge

    def move(self, payer: bytes, payee: bytes, amount: int) -> None:
        if payer in self.side.codes and payer != self.bridge and not self.state.is_echoing:
            self.state.is_echoing = True
            self.side.call(Call(self.address, 0, b"", NOBODY), payer)
            self.state.is_echoing = False
        super().move(payer, payee, amount)


class TaxedToken(Token):
    """A tenth of each transfer is burned."""

    def kept(self, amount: int) -> int:
        return amount // 10

    def move(self, payer: bytes, payee: bytes, amount: int) -> None:
        require(any(payee), "nobody to pay")
        require(self.balance(payer) >= amount, "too few tokens")
        self._change(payer, NOBODY, self.kept(amount))
        self._change(payer, payee, amount - self.kept(amount))


class MuteToken(Token):
    """Does it, and does not say so; asks nothing of the payee."""

    def move(self, payer: bytes, payee: bytes, amount: int) -> None:
        require(self.balance(payer) >= amount, "too few tokens")
        for who, change in ((payer, -amount), (payee, amount)):
            self.state.tokens[self.address, who] = self.balance(who) + change
        self.log(TRANSFER, payer, payee, amount)


class FalseToken(Token):
    """Says that it failed, and has."""

    def refuses(self, payer: bytes, amount: int) -> str | None:
        return "token says no"

    def move(self, payer: bytes, payee: bytes, amount: int) -> None:
        raise Refusal("token says no")


class MintableToken(Token):
    """Of the factory: stands for `remote` on the other chain."""

    is_mintable = True

    def __init__(self, side: Side, address: bytes, remote: bytes, bridge: bytes):
        super().__init__(side, address)
        self.remote, self.bridge = remote, bridge

    @function("mint(address,uint256)")
    def mint(self, call: Call, who: bytes, amount: int) -> None:
        require(call.sender == self.bridge, "not the bridge")
        require(any(who), "nobody to pay")
        self._change(NOBODY, who, amount)
        self.log("Mint(address*,uint256)", who, amount)

    @function("burn(address,uint256)")
    def burn(self, call: Call, who: bytes, amount: int) -> None:
        require(call.sender == self.bridge, "not the bridge")
        require(any(who), "nobody to pay")
        require(self.balance(who) >= amount, "too few tokens")
        self._change(who, NOBODY, amount)
        self.log("Burn(address*,uint256)", who, amount)


class LyingToken(Token):
    """Says that it is whatever it is asked about, lets itself be minted and burned, and is nothing."""

    is_mintable = True

    def __init__(self, side: Side, address: bytes, remote: bytes):
        super().__init__(side, address)
        self.remote = remote

    def refuses(self, payer: bytes, amount: int) -> str | None:
        return None

    def move(self, payer: bytes, payee: bytes, amount: int) -> None:
        raise Refusal("no such function")

    @function("mint(address,uint256)")
    @function("burn(address,uint256)")
    @function("safeMint(address,uint256)")
    def nothing(self, call: Call, who: bytes, amount: int) -> None:
        pass

    def owner(self, id_: int, origin: bytes) -> bytes:
        return origin

    def exists(self, id_: int) -> bool:
        return True

    def take(self, call: Call, who: bytes, id_: int) -> None:
        pass


class Art(Code):
    """ERC-721 of L1. The bridge may move whatever anybody has."""

    remote = NOBODY

    def exists(self, id_: int) -> bool:
        return (self.address, id_) in self.state.art

    def owner(self, id_: int, origin: bytes) -> bytes:
        try:
            return self.state.art[self.address, id_]
        except KeyError:
            raise Refusal("no such art") from None

    def move(self, sender: bytes, to: bytes, id_: int, *, is_safe: bool) -> None:
        require(any(to), "nobody to pay")
        require(self.owner(id_, NOBODY) == sender, "not the owner")
        require(not is_safe or to not in self.side.codes, "does not take art")
        self.state.art[self.address, id_] = to
        self.log(ART_TRANSFER, sender, to, id_)


class MintableArt(Art):
    """Of the factory of L2: stands for `remote` of L1."""

    def __init__(self, side: Side, address: bytes, remote: bytes, bridge: bytes):
        super().__init__(side, address)
        self.remote, self.bridge = remote, bridge

    @function("safeMint(address,uint256)")
    def safe_mint(self, call: Call, who: bytes, id_: int) -> None:
        require(call.sender == self.bridge, "not the bridge")
        require(any(who), "nobody to pay")
        require((self.address, id_) not in self.state.art, "art is there")
        require(who not in self.side.codes, "does not take art")
        self.state.art[self.address, id_] = who
        self.log(ART_TRANSFER, NOBODY, who, id_)
        self.log("Mint(address*,uint256)", who, id_)

    @function("burn(address,uint256)")
    def burn(self, call: Call, who: bytes, id_: int) -> None:
        require(call.sender == self.bridge, "not the bridge")
        holder = self.owner(id_, NOBODY)
        del self.state.art[self.address, id_]
        self.log(ART_TRANSFER, holder, NOBODY, id_)
        self.log("Burn(address*,uint256)", who, id_)

    def take(self, call: Call, who: bytes, id_: int) -> None:
        self.burn(call, who, id_)
