"""The model's bridges: ether and ERC-20 (StandardBridge), ERC-721, and the factories of tokens that they
mint."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.bridge.codec import FINALIZE_ERC20, FINALIZE_ERC721, FINALIZE_ETH, calldata
from tests.fuzz.bridge.ledger import NOBODY, Call, Code, Side, function, require, require_all
from tests.fuzz.bridge.tokens import Art, LyingToken, MintableArt, MintableToken, Token
from tests.fuzz.tally import Refusal

if TYPE_CHECKING:
    from tests.fuzz.bridge.model import Model

LEGACY_ETHER = bytes.fromhex("deaddeaddeaddeaddeaddeaddeaddeaddead0000")
OF_ETHER = "(address*,address*,uint256,bytes)"
OF_TOKENS = "(address*,address*,address*,address,uint256,bytes)"
RECEIVE_GAS = 200_000


class Bridge(Code):
    """What all bridges do with their messenger. `other`: the bridge on the other chain."""

    def __init__(self, side: Side, address: bytes, messenger: bytes, other: bytes, model: "Model"):
        super().__init__(side, address)
        self.messenger, self.other, self.model = messenger, other, model

    def is_paused(self) -> bool:
        """Only L1 can be."""
        return self.side is self.model.l1 and self.model.is_paused()

    def require_other(self, call: Call) -> None:
        is_other = call.sender == self.messenger and self.state.relayed_for == self.other
        require(is_other, "not the other bridge")

    def tell_other(self, call: Call, message: bytes, gas: int, value: int = 0) -> None:
        data = calldata("sendMessage(address,bytes,uint32)", self.other, message, gas)
        self.side.call(Call(self.address, value, data, call.origin), self.messenger)

    @function("initialize(address,address)")
    @function("initialize(address)")
    def initialize(self, call: Call, *addresses: bytes) -> None:
        raise Refusal("initialized already")


class StandardBridge(Bridge):
    """Both chains'; what they log beside it differs."""

    def log_ether(self, what: str, *values: Any) -> None:
        """`what`: Initiated or Finalized; the legacy event first."""
        self.log(f"ETHBridge{what}{OF_ETHER}", *values)

    def log_tokens(self, what: str, *values: Any) -> None:
        self.log(f"ERC20Bridge{what}{OF_TOKENS}", *values)

    # --- begin ---

    @function("bridgeETH(uint32,bytes)", payable=True)
    def bridge_eth(self, call: Call, gas: int, extra: bytes) -> None:
        require(call.is_by_eoa, "not an EOA")
        self.send_ether(call, call.sender, gas, extra)

    @function("bridgeETHTo(address,uint32,bytes)", payable=True)
    def send_ether(self, call: Call, to: bytes, gas: int, extra: bytes) -> None:
        self.log_ether("Initiated", call.sender, to, call.value, extra)
        self.tell_other(call, calldata(FINALIZE_ETH, call.sender, to, call.value, extra), gas, call.value)

    @function("bridgeERC20(address,address,uint256,uint32,bytes)")
    def bridge_erc20(
        self, call: Call, local: bytes, remote: bytes, amount: int, gas: int, extra: bytes
    ) -> None:
        require(call.is_by_eoa, "not an EOA")
        self.send_tokens(call, local, remote, call.sender, amount, gas, extra)

    @function("bridgeERC20To(address,address,address,uint256,uint32,bytes)")
    def send_tokens(
        self, call: Call, local: bytes, remote: bytes, to: bytes, amount: int, gas: int, extra: bytes
    ) -> None:
        require(not call.value, "other amount")
        is_strict = self.model.world.is_strict
        token = self.token(local)
        refusal = token.refuses(call.sender, amount)
        require_all(
            (any(to) or not is_strict, "nobody to pay"),
            (not token.is_mintable or self.is_pair(token, remote), "wrong pair"),
            (token.is_mintable or any(remote) or not is_strict, "no remote token"),
            (refusal is None, refusal or ""),
            (not token.kept(amount) or not is_strict, "keeps a part"),
        )
        if token.is_mintable:
            burn = calldata("burn(address,uint256)", call.sender, amount)
            self.side.call(Call(self.address, 0, burn, NOBODY), local)
        else:
            token.move(call.sender, self.address, amount)
            deposits, key = self.state.deposits, (local, remote)
            deposits[key] = deposits.get(key, 0) + amount
        self.log_tokens("Initiated", local, remote, call.sender, to, amount, extra)
        self.tell_other(call, calldata(FINALIZE_ERC20, remote, local, call.sender, to, amount, extra), gas)

    def token(self, address: bytes) -> Token:
        token = self.side.codes.get(address)
        if not isinstance(token, Token):
            raise Refusal("not a token")
        return token

    def is_pair(self, token: Token, remote: bytes) -> bool:
        return token.remote == remote

    # --- finish ---

    @function(FINALIZE_ETH, payable=True)
    def finalize_eth(self, call: Call, sender: bytes, to: bytes, amount: int, extra: bytes) -> None:
        self.require_other(call)
        require(not self.is_paused(), "paused")
        require(call.value == amount, "other amount")
        require(to not in (self.address, self.messenger), "unsafe target")
        self.log_ether("Finalized", sender, to, amount, extra)
        self.side.call(Call(self.address, amount, b"", call.origin), to)

    @function(FINALIZE_ERC20)
    def finalize_erc20(
        self, call: Call, local: bytes, remote: bytes, sender: bytes, to: bytes, amount: int, extra: bytes
    ) -> None:
        self.require_other(call)
        require(not self.is_paused(), "paused")
        token = self.token(local)
        if token.is_mintable:
            require(self.is_pair(token, remote), "wrong pair")
            self.side.call(
                Call(self.address, 0, calldata("mint(address,uint256)", to, amount), NOBODY), local
            )
        else:
            deposits, key = self.state.deposits, (local, remote)
            require(deposits.get(key, 0) >= amount, "Panic")
            deposits[key] = deposits.get(key, 0) - amount
            token.move(self.address, to, amount)
        self.log_tokens("Finalized", local, remote, sender, to, amount, extra)


class L1StandardBridge(StandardBridge):
    def receive(self, call: Call) -> None:
        require(call.is_by_eoa, "not an EOA")
        self.send_ether(call, call.sender, RECEIVE_GAS, b"")

    @function("depositETH(uint32,bytes)", payable=True)
    def deposit_eth(self, call: Call, gas: int, extra: bytes) -> None:
        self.bridge_eth(call, gas, extra)

    @function("depositETHTo(address,uint32,bytes)", payable=True)
    def deposit_eth_to(self, call: Call, to: bytes, gas: int, extra: bytes) -> None:
        self.send_ether(call, to, gas, extra)

    @function("depositERC20(address,address,uint256,uint32,bytes)")
    def deposit_erc20(self, call: Call, *args: Any) -> None:
        self.bridge_erc20(call, *args)

    @function("depositERC20To(address,address,address,uint256,uint32,bytes)")
    def deposit_erc20_to(self, call: Call, *args: Any) -> None:
        self.send_tokens(call, *args)

    @function("finalizeETHWithdrawal(address,address,uint256,bytes)", payable=True)
    def finalize_eth_withdrawal(self, call: Call, *args: Any) -> None:
        self.finalize_eth(call, *args)

    @function("finalizeERC20Withdrawal(address,address,address,address,uint256,bytes)")
    def finalize_erc20_withdrawal(self, call: Call, *args: Any) -> None:
        self.finalize_erc20(call, *args)

    def log_ether(self, what: str, *values: Any) -> None:
        legacy = "ETHDepositInitiated" if what == "Initiated" else "ETHWithdrawalFinalized"
        self.log(legacy + OF_ETHER, *values)
        super().log_ether(what, *values)

    def log_tokens(self, what: str, *values: Any) -> None:
        legacy = "ERC20DepositInitiated" if what == "Initiated" else "ERC20WithdrawalFinalized"
        self.log(legacy + OF_TOKENS, *values)
        super().log_tokens(what, *values)


class L2StandardBridge(StandardBridge):
    def receive(self, call: Call) -> None:
        require(call.is_by_eoa, "not an EOA")
        self.send_ether(call, call.sender, RECEIVE_GAS, b"")

    @function("withdraw(address,uint256,uint32,bytes)", payable=True)
    def withdraw(self, call: Call, local: bytes, amount: int, gas: int, extra: bytes) -> None:
        require(call.is_by_eoa, "not an EOA")
        self.withdraw_to(call, local, call.sender, amount, gas, extra)

    @function("withdrawTo(address,address,uint256,uint32,bytes)", payable=True)
    def withdraw_to(self, call: Call, local: bytes, to: bytes, amount: int, gas: int, extra: bytes) -> None:
        require(call.value == (amount if local == LEGACY_ETHER else 0), "other amount")
        if local == LEGACY_ETHER:
            self.send_ether(call, to, gas, extra)
            return
        token = self.side.codes.get(local)
        if not isinstance(token, MintableToken | LyingToken):
            raise Refusal("no such function")
        self.send_tokens(call, local, token.remote, to, amount, gas, extra)

    def log_ether(self, what: str, *values: Any) -> None:
        legacy = "WithdrawalInitiated" if what == "Initiated" else "DepositFinalized"
        self.log(legacy + OF_TOKENS, NOBODY, LEGACY_ETHER, *values)
        super().log_ether(what, *values)

    def log_tokens(self, what: str, local: bytes, remote: bytes, *values: Any) -> None:
        legacy = "WithdrawalInitiated" if what == "Initiated" else "DepositFinalized"
        self.log(legacy + OF_TOKENS, remote, local, *values)
        super().log_tokens(what, local, remote, *values)


class ArtBridge(Bridge, ABC):
    """ERC721Bridge: what both chains have."""

    @function("bridgeERC721(address,address,uint256,uint32,bytes)")
    def bridge(self, call: Call, local: bytes, remote: bytes, id_: int, gas: int, extra: bytes) -> None:
        require(call.is_by_eoa, "not an EOA")
        self.begin(call, local, remote, call.sender, id_, gas, extra)

    @function("bridgeERC721To(address,address,address,uint256,uint32,bytes)")
    def bridge_to(
        self, call: Call, local: bytes, remote: bytes, to: bytes, id_: int, gas: int, extra: bytes
    ) -> None:
        require(any(to), "nobody to pay")
        self.begin(call, local, remote, to, id_, gas, extra)

    def begin(
        self, call: Call, local: bytes, remote: bytes, to: bytes, id_: int, gas: int, extra: bytes
    ) -> None:
        require(any(remote), "no remote token")
        self.take(call, local, remote, id_)
        message = calldata(FINALIZE_ERC721, remote, local, call.sender, to, id_, extra)
        self.tell_other(call, message, gas)
        self.log(f"ERC721BridgeInitiated{OF_TOKENS}", local, remote, call.sender, to, id_, extra)

    @abstractmethod
    def take(self, call: Call, local: bytes, remote: bytes, id_: int) -> None:
        """Lock or burn."""

    @function(FINALIZE_ERC721)
    def finalize(
        self, call: Call, local: bytes, remote: bytes, sender: bytes, to: bytes, id_: int, extra: bytes
    ) -> None:
        self.require_other(call)
        require(not self.is_paused(), "paused")
        require(local != self.address, "unsafe target")
        self.give(local, remote, to, id_)
        self.log(f"ERC721BridgeFinalized{OF_TOKENS}", local, remote, sender, to, id_, extra)

    @abstractmethod
    def give(self, local: bytes, remote: bytes, to: bytes, id_: int) -> None:
        """Release or mint."""


class L1ArtBridge(ArtBridge):
    def take(self, call: Call, local: bytes, remote: bytes, id_: int) -> None:
        art = self.side.codes.get(local)
        if not isinstance(art, Art):
            raise Refusal("not a token")
        self.state.escrow.add((local, remote, id_))
        art.move(call.sender, self.address, id_, is_safe=False)

    def give(self, local: bytes, remote: bytes, to: bytes, id_: int) -> None:
        require((local, remote, id_) in self.state.escrow, "not here")
        self.state.escrow.remove((local, remote, id_))
        art = self.side.codes[local]
        assert isinstance(art, Art)
        art.move(self.address, to, id_, is_safe=True)


class L2ArtBridge(ArtBridge):
    def take(self, call: Call, local: bytes, remote: bytes, id_: int) -> None:
        art = self.side.codes.get(local)
        if not isinstance(art, MintableArt | LyingToken):
            raise Refusal("not a token")
        require_all(
            (art.remote == remote, "wrong pair"),
            (art.exists(id_), "no such art"),
            (not art.exists(id_) or art.owner(id_, call.origin) == call.sender, "not the owner"),
        )
        art.take(Call(self.address, 0, b"", call.origin), call.sender, id_)

    def give(self, local: bytes, remote: bytes, to: bytes, id_: int) -> None:
        art = self.side.codes.get(local)
        if not isinstance(art, MintableArt | LyingToken):
            raise Refusal("not a token")
        require(art.remote == remote, "wrong pair")
        data = calldata("safeMint(address,uint256)", to, id_)
        self.side.call(Call(self.address, 0, data, NOBODY), local)


class Factory(Code):
    """OptimismMintableERC20Factory; and of its sister of ERC-721, that it is not set up again."""

    def __init__(self, side: Side, address: bytes, bridge: bytes, creation_code: bytes):
        super().__init__(side, address)
        self.bridge, self.creation_code = bridge, creation_code

    @function("createOptimismMintableERC20(address,string,string)")
    def create(self, call: Call, remote: bytes, name: str, symbol: str) -> None:
        require(any(remote), "no remote token")
        words = (remote, name, symbol, 18)
        salt = keccak(encode(["address", "string", "string", "uint8"], words))
        token = ("address", "address", "string", "string", "uint8")
        code = self.creation_code + encode(token, (self.bridge, *words))
        local = bytes(keccak(b"\xff" + self.address + salt + keccak(code))[12:])
        require(local not in self.side.codes, "made already")
        self.state.made[local] = remote
        self.log("StandardL2TokenCreated(address*,address*)", remote, local)
        self.log("OptimismMintableERC20Created(address*,address*,address)", local, remote, call.sender)

    @function("initialize(address,uint256)")
    @function("initialize(address)")
    def initialize(self, call: Call, *args: Any) -> None:
        raise Refusal("initialized already")
