"""The model's portal, message passer and messengers."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from tests.fuzz.bridge.codec import RELAY, VERSION, Deposit, Message, base_gas, calldata, selector, unalias
from tests.fuzz.bridge.ledger import Call, Code, Side, function, require, require_all
from tests.fuzz.message_passer import WithdrawalTuple, withdrawal_hash
from tests.fuzz.tally import Refusal

if TYPE_CHECKING:
    from tests.fuzz.bridge.model import Model

ESTIMATOR = bytes(19) + b"\x01"
DEPOSIT = "depositTransaction(address,uint256,uint64,bool,bytes)"
WITHDRAW = "initiateWithdrawal(address,uint256,bytes)"
DEPOSITED = "TransactionDeposited(address*,address*,uint256*,bytes)"
PASSED = "MessagePassed(uint256*,address*,address*,uint256,uint256,bytes,bytes32)"
EXECUTED = "WithdrawalFinalized(bytes32*,bool)"
SENT = "SentMessage(address*,address,bytes,uint256,uint256)"
EXTENSION = "SentMessageExtension1(address*,uint256)"
RELAYED, FAILED = "RelayedMessage(bytes32*)", "FailedRelayedMessage(bytes32*)"
FINALIZE = "finalizeWithdrawalTransaction((uint256,address,address,uint256,uint256,bytes))"
FINALIZE_SELECTOR = selector(FINALIZE)
LIMIT = 20_000_000
"""L2 gas that the deposits of one L1 block may buy."""


class Portal(Code):
    """Deposits, and withdrawals as far as they are the same in every settlement mode."""

    def __init__(self, side: Side, address: bytes, model: "Model"):
        super().__init__(side, address)
        self.model = model

    def receive(self, call: Call) -> None:
        self.deposit_transaction(call, call.sender, call.value, 100_000, False, b"")

    @function("donateETH()", payable=True)
    def donate(self, call: Call) -> None:
        pass

    @function(DEPOSIT, payable=True)
    def deposit_transaction(
        self, call: Call, to: bytes, value: int, gas: int, is_creation: bool, data: bytes
    ) -> None:
        require(not is_creation or not any(to), "creation with a target")
        require(gas >= 21_000 + 40 * len(data), "too little deposit gas")
        require(len(data) <= 120_000, "too much data")
        block, bought = self.state.bought
        bought = gas + (bought if block == self.model.number else 0)
        require(bought <= LIMIT, "too much deposit gas")
        self.state.bought = self.model.number, bought
        sender = call.sender if call.is_by_eoa else self.model.alias_of(call.sender)
        deposit = Deposit(sender, to, call.value, value, gas, is_creation, data)
        self.log(DEPOSITED, sender, to, 0, deposit.opaque)
        self.side.outbox.append(deposit)

    def run(self, call: Call) -> bytes:
        """Inside of a withdrawal no other is executed, nor outside of one by a contract of the tests."""
        if call.data[:4] == FINALIZE_SELECTOR:
            raise Refusal("reentrant")
        return super().run(call)

    def finalize(self, origin: bytes, withdrawal: WithdrawalTuple, submitter: bytes) -> None:
        """Of what is asked of a withdrawal by a call from outside."""
        _, sender, target, value, gas, data = withdrawal
        hash_, state = withdrawal_hash(withdrawal), self.state
        require_all(
            (not self.model.is_paused(), "paused"),
            # Asked again by Optimism's; by ours when it is proven, without which none is executed.
            (self.model.world.is_strict or not self.model.is_unsafe(target), "unsafe target"),
            (hash_ not in state.finalized, "finalized already"),
            *self.model.maturity(hash_, submitter),
        )
        state.finalized.add(hash_)
        state.l2_sender, state.promised = sender, gas
        try:
            require(self.model.fates.get(hash_, True), "too little gas")
            self.side.call(Call(self.address, value, data, origin), target)
            succeeded = True
        except Refusal as refusal:
            succeeded = False
            self.model.reasons[hash_] = str(refusal)
            require(origin != ESTIMATOR, "estimation")
        self.state.l2_sender = None
        self.log(EXECUTED, hash_, succeeded)


class Passer(Code):
    """L2ToL1MessagePasser."""

    def receive(self, call: Call) -> None:
        self.initiate(call, call.sender, 100_000, b"")

    @function(WITHDRAW, payable=True)
    def initiate(self, call: Call, target: bytes, gas: int, data: bytes) -> None:
        nonce = VERSION + self.state.nonces["passer"]
        self.state.nonces["passer"] += 1
        withdrawal = (nonce, call.sender, target, call.value, gas, data)
        self.log(PASSED, *withdrawal, withdrawal_hash(withdrawal))
        self.side.outbox.append(withdrawal)

    @function("burn()")
    def burn(self, call: Call) -> None:
        wei = self.state.ether.get(self.address, 0)
        self.state.ether[self.address] = 0
        self.log("WithdrawerBalanceBurnt(uint256*)", wei)


class Messenger(Code, ABC):
    """What both messengers do."""

    def __init__(self, side: Side, address: bytes, other: bytes, model: "Model"):
        super().__init__(side, address)
        self.other, self.model = other, model

    # --- what differs ---

    @abstractmethod
    def carry(self, call: Call, gas: int, data: bytes) -> None:
        """To the other messenger."""

    @abstractmethod
    def is_other(self, call: Call) -> bool:
        """Whether the other messenger calls."""

    @abstractmethod
    def is_unsafe(self, target: bytes) -> bool:
        """Whether no message may call that."""

    def is_paused(self) -> bool:
        return False

    # --- what does not ---

    @function("sendMessage(address,bytes,uint32)", payable=True)
    def send(self, call: Call, target: bytes, data: bytes, min_gas: int) -> None:
        message = Message(self.next_nonce(), call.sender, target, call.value, min_gas, data)
        self.carry(call, base_gas(len(data), min_gas), message.calldata)
        self.log(SENT, target, call.sender, data, message.nonce, min_gas)
        self.log(EXTENSION, call.sender, call.value)
        self.state.nonces["messenger"] += 1

    def next_nonce(self) -> int:
        return VERSION + self.state.nonces["messenger"]

    @function("xDomainMessageSender()")
    def cross_domain_sender(self, call: Call) -> bytes:
        require(self.state.relayed_for is not None, "no message")
        return encode(["address"], [self.state.relayed_for])

    @function("initialize(address,address)")
    @function("initialize(address)")
    def initialize(self, call: Call, *addresses: bytes) -> None:
        raise Refusal("initialized already")

    @function(RELAY, payable=True)
    def relay(self, call: Call, *args: Any) -> None:
        message, state = Message(*args), self.state
        hash_, is_other = message.hash, self.is_other(call)
        require(not self.is_paused(), "paused")
        require(message.nonce >> 240 < 2, "unknown version")
        is_old_one = message.nonce >> 240 == 0 and message.old_hash in state.successful
        require_all(
            (not is_old_one and self.may_relay(hash_), "relayed already"),
            (not is_other or (call.value == message.value and hash_ not in state.failed), "impossible"),
            (is_other or not call.value, "value with a replay"),
            (is_other or hash_ in state.failed, "not failed"),
            (not self.is_unsafe(message.target), "unsafe target"),
        )
        if self._succeeds(message, hash_, call.origin):
            self.state.successful.add(hash_)
            self.log(RELAYED, hash_)
        else:
            self.state.failed.add(hash_)
            self.log(FAILED, hash_)
            require(call.origin != ESTIMATOR, "estimation")

    def may_relay(self, hash_: bytes) -> bool:
        return hash_ not in self.state.successful

    def _succeeds(self, message: Message, hash_: bytes, origin: bytes) -> bool:
        if self.state.relayed_for is not None or not self.model.fates.get(hash_, True):
            return False
        self.state.relayed_for, self.state.promised = message.sender, message.min_gas
        try:
            self.side.call(Call(self.address, message.value, message.data, origin), message.target)
        except Refusal as refusal:
            self.model.reasons[hash_] = str(refusal)
            return False
        finally:
            self.state.relayed_for = None
        return True


class L1Messenger(Messenger):
    def carry(self, call: Call, gas: int, data: bytes) -> None:
        deposit = calldata(DEPOSIT, self.other, call.value, gas, False, data)
        self.side.call(Call(self.address, call.value, deposit, call.origin), self.portal)

    @property
    def portal(self) -> bytes:
        return self.model.portal.address

    def is_other(self, call: Call) -> bool:
        return call.sender == self.portal and self.state.l2_sender == self.other

    def is_unsafe(self, target: bytes) -> bool:
        return target in (self.address, self.portal)

    def is_paused(self) -> bool:
        return self.model.is_paused()


class L2Messenger(Messenger):
    def carry(self, call: Call, gas: int, data: bytes) -> None:
        withdrawal = calldata(WITHDRAW, self.other, gas, data)
        self.side.call(Call(self.address, call.value, withdrawal, call.origin), self.passer)

    @property
    def passer(self) -> bytes:
        return self.model.passer.address

    def is_other(self, call: Call) -> bool:
        return unalias(call.sender) == self.other

    def is_unsafe(self, target: bytes) -> bool:
        return target in (self.address, self.passer)
