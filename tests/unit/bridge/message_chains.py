"""Two small chains, and a user who sends messages over them."""

from dataclasses import replace

from eth_abi import encode
from eth_utils.crypto import keccak
from tests.unit.bridge.chains import L1, L2, PORTAL, Sender, withdrawal_log
from tests.unit.protocol.test_messages import events

from opcycle.bridge.message_status import Layer
from opcycle.bridge.messages import Messages
from opcycle.bridge.status import (
    WaitingForInclusion,
    WithdrawalStatus,
)
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.protocol.deposits import TRANSACTION_DEPOSITED_TOPIC, deposit_from_log
from opcycle.protocol.messages import Message, base_gas
from opcycle.protocol.predeploys import L2_CROSS_DOMAIN_MESSENGER
from opcycle.protocol.types import BlockId, Log
from opcycle.protocol.withdrawals import Withdrawal
from opcycle.rpc.client import RpcError

TX = b"\xaa" * 32
USER, TARGET = b"\x22" * 20, b"\x33" * 20
L1_MESSENGER, SYSTEM_CONFIG = b"\x44" * 20, b"\x55" * 20
BLOCK = BlockId(b"\xb1" * 32, 7)
ONE = Message(1 << 240 | 5, USER, TARGET, 3, 60_000, b"call")
RELAY = keccak(text="relayMessage(uint256,address,address,uint256,uint256,bytes)")[:4]


class Rpc:
    """What messengers and estimates answer, on one chain."""

    def __init__(self, chain):
        self.chain = chain
        self.relayed, self.failed = set(), set()
        self.estimate, self.estimated = 100_000, []
        self.l1_messenger = L1_MESSENGER

    def call(self, method, *params):
        if method != "eth_estimateGas":
            return self.chain.call(method, *params)
        self.estimated.append(params[0])
        if isinstance(self.estimate, bytes):
            raise RpcError(method, 3, "execution reverted", "0x" + self.estimate.hex())
        return hex(self.estimate)

    def batch(self, calls):
        return [self._asked(bytes.fromhex(query["data"][2:])) for _, (query, _) in calls]

    def _asked(self, data):
        named = {"l1CrossDomainMessenger()": self.l1_messenger, "optimismPortal()": PORTAL}
        for name, address in named.items():
            if keccak(text=name)[:4] == data:
                return "0x" + address.rjust(32, b"\0").hex()
        getters = {"successfulMessages(bytes32)": self.relayed, "failedMessages(bytes32)": self.failed}
        [known] = [known for name, known in getters.items() if keccak(text=name)[:4] == data[:4]]
        return "0x" + int(data[4:] in known).to_bytes(32, "big").hex()


class World:
    """Two chains, on which nothing was sent yet."""

    def __init__(self):
        self.l1, self.l2 = Rpc(L1()), L2()
        self.l2.rpc = Rpc(self.l2)
        self.rpc = {Layer.L1: self.l1, Layer.L2: self.l2.rpc}
        self.senders = {Layer.L1: Sender(), Layer.L2: Sender()}
        self.withdrawals = {}
        self.messages = self.new_messages(**self.senders)

    def new_messages(self, L1=None, L2=None):  # noqa: N803 (layers)
        return Messages(
            l1=self.l1,
            l2=self.l2,
            bridge=self,
            system_config=SYSTEM_CONFIG,
            l1_sender=L1,
            l2_sender=L2,
        )

    def status(self, transaction, index):
        """What a bridge says of a withdrawal."""
        return WithdrawalStatus(None, self.withdrawals.get((transaction, index), WaitingForInclusion()))

    def sent_from_l1(self, *messages, succeeded=True):
        """A transaction that sends them; hashes of their deposits."""
        logs = [log for message in messages for log in (deposit_log(message), *events(message))]
        logs = [
            replace(
                log,
                index=index,
                address=PORTAL if log.topics[0] == TRANSACTION_DEPOSITED_TOPIC else L1_MESSENGER,
            )
            for index, log in enumerate(logs)
        ]
        self.l1.chain.receipts["0x" + TX.hex()] = {
            "transactionHash": "0x" + TX.hex(),
            "blockHash": "0x" + BLOCK.hash.hex(),
            "blockNumber": hex(BLOCK.number),
            "status": hex(succeeded),
            "gasUsed": "0x1",
            "effectiveGasPrice": "0x1",
            "logs": [as_json(log) for log in logs],
        }
        return [
            deposit_from_log(log, BLOCK.hash).hash
            for log in logs
            if log.topics[0] == TRANSACTION_DEPOSITED_TOPIC
        ]

    def sent_from_l2(self, *messages, before=()):
        """A transaction that sends them; and makes other withdrawals `before`."""
        logs = [withdrawal_log(each) for each in before]
        for message in messages:
            what, worth = (replace(log, address=L2_CROSS_DOMAIN_MESSENGER) for log in events(message))
            logs += [withdrawal_log(carrier(message)), what, worth]
        logs = [replace(log, index=index) for index, log in enumerate(logs)]
        self.l2.receipts[TX] = L2Receipt(BLOCK, True, 1, None, tuple(logs))

    @property
    def stage(self):
        return self.messages.status(TX).stage


def carrier(message):
    """The withdrawal that a message to L1 rides on."""
    gas = base_gas(len(message.data), message.min_gas)
    return Withdrawal(
        message.nonce, L2_CROSS_DOMAIN_MESSENGER, L1_MESSENGER, message.value, gas, message.encode()
    )


def deposit_log(message):
    opaque = message.value.to_bytes(32, "big") * 2 + (400_000).to_bytes(8, "big") + b"\0" + message.encode()
    topics = (
        TRANSACTION_DEPOSITED_TOPIC,
        L1_MESSENGER.rjust(32, b"\1"),
        L2_CROSS_DOMAIN_MESSENGER.rjust(32, b"\0"),
        bytes(32),
    )
    return Log(PORTAL, topics, encode(["bytes"], [opaque]), 0)


def as_json(log):
    return {
        "address": "0x" + log.address.hex(),
        "topics": ["0x" + topic.hex() for topic in log.topics],
        "data": "0x" + log.data.hex(),
        "logIndex": hex(log.index),
    }
