"""L1 and L2 as a bridge sees them, in memory: receipts, pools, oracle and portal, a storage proof."""

from dataclasses import dataclass, replace

from eth_abi import encode
from eth_utils.crypto import keccak

from opcycle.engine.l2 import AccountProof, StorageProof
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.errors import TemporaryError
from opcycle.l1.oracle import OutputProposal
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import ZERO_HASH, BlockId, L2BlockRef, Log
from opcycle.protocol.withdrawals import MESSAGE_PASSED_TOPIC, Withdrawal

PORTAL = b"\x99" * 20
PERIOD = 600
INTERVAL = 10
L2_BLOCK_TIME = 2
L1_HASH = b"\x1a" * 32


@dataclass(frozen=True)
class L2Block:
    """What a bridge takes from a block."""

    ref: L2BlockRef
    output: OutputRootProof


class Contracts:
    """The oracle and the portal at the end of one L1 block; asked about another one, they fail."""

    def __init__(self):
        self.standing = []
        self.proven_withdrawals = {}
        self.finalized = set()
        self.paused = False
        self.contract = self
        self.address = PORTAL

    def next_output_index(self, *, block):
        return len(self._at(block))

    def latest_block_number(self, *, block):
        return self._at(block)[-1].l2_block_number if self.standing else 0

    def next_block_number(self, *, block):
        return self.latest_block_number(block=block) + INTERVAL

    def l2_timestamp(self, l2_block_number, *, block):
        self._at(block)
        return 1_000 + l2_block_number * L2_BLOCK_TIME

    def finalization_period(self, *, block):
        self._at(block)
        return PERIOD

    def output(self, index, *, block):
        return self._at(block)[index]

    def output_index_after(self, l2_block_number, *, block):
        return next(each.index for each in self._at(block) if each.l2_block_number >= l2_block_number)

    def proven(self, withdrawal_hash, *, block):
        self._at(block)
        return self.proven_withdrawals.get(withdrawal_hash)

    def is_finalized(self, withdrawal_hash, *, block):
        self._at(block)
        return withdrawal_hash in self.finalized

    def is_paused(self, *, block):
        self._at(block)
        return self.paused

    def deposit(self, to, **arguments):
        return ("deposit", to, arguments)

    def prove(self, withdrawal, *, index, output, proof):
        return ("prove", withdrawal, index, output, proof)

    def finalize(self, withdrawal):
        return ("finalize", withdrawal)

    def _at(self, block):
        assert block == L1_HASH, "read at one block, by its hash"
        return self.standing


class L1:
    """An L1 RPC. `receipts` and `pool` by transaction hash, as hex text."""

    def __init__(self):
        self.time = 1_100
        self.receipts = {}
        self.pool = set()

    def call(self, method, *params):
        match method:
            case "eth_getTransactionReceipt":
                return self.receipts.get(params[0])
            case "eth_getTransactionByHash":
                return {} if params[0] in self.pool or params[0] in self.receipts else None
            case "eth_getBlockByNumber":
                return {
                    "hash": "0x" + L1_HASH.hex(),
                    "number": "0x64",
                    "parentHash": "0x" + ZERO_HASH.hex(),
                    "timestamp": hex(self.time),
                    "baseFeePerGas": "0x7",
                    "mixHash": "0x" + ZERO_HASH.hex(),
                }


class L2:
    """An L2 client; `fork` names its chain, on which every state root depends."""

    def __init__(self):
        self.rpc = self
        self.fork = "main"
        self.head = 1_000
        self.receipts = {}
        self.pool = set()
        self.proofs = []

    def receipt(self, transaction):
        return self.receipts.get(transaction)

    def call(self, method, *params):
        assert method == "eth_getTransactionByHash"
        return {} if bytes.fromhex(params[0][2:]) in self.pool else None

    def block(self, label):
        if label > self.head:
            raise TemporaryError(f"no L2 block {label} yet")
        name = keccak(text=f"L2 {label} on {self.fork}")
        ref = L2BlockRef(name, label, ZERO_HASH, 1_000 + label * 2, BlockId(ZERO_HASH, 0), 0)
        return L2Block(ref, OutputRootProof(bytes(32), keccak(name), ZERO_HASH, name))

    def proof(self, address, slots, block):
        self.proofs.append((address, slots, block))
        storage = tuple(StorageProof(slot, 1, (b"\xc2\x20\x01",)) for slot in slots)
        return AccountProof(address, 0, 0, ZERO_HASH, ZERO_HASH, (), storage)


class Sender:
    """A transaction manager that only records what it was given."""

    def __init__(self):
        self.sent = []

    def send(self, request):
        self.sent.append(request)
        return keccak(text=f"sent {len(self.sent)}")


def output(l2: L2, index: int, *, timestamp: int = 1_100) -> OutputProposal:
    """The right one, of block `(index + 1) * INTERVAL`."""
    number = (index + 1) * INTERVAL
    return OutputProposal(index, l2.block(number).output.root, timestamp, number)


def withdrawal(nonce: int = 0) -> Withdrawal:
    return Withdrawal((1 << 240) + nonce, b"\x11" * 20, b"\x22" * 20, 5, 100_000, b"")


def withdrawal_log(message: Withdrawal) -> Log:
    return Log(
        address=L2_TO_L1_MESSAGE_PASSER,
        topics=(
            MESSAGE_PASSED_TOPIC,
            message.nonce.to_bytes(32, "big"),
            bytes(12) + message.sender,
            bytes(12) + message.target,
        ),
        data=encode(
            ["uint256", "uint256", "bytes", "bytes32"],
            [message.value, message.gas_limit, message.data, message.hash],
        ),
        index=0,
    )


def withdrawing(*messages: Withdrawal, block: int = 5) -> L2Receipt:
    """The receipt of a transaction that initiates them."""
    logs = tuple(replace(withdrawal_log(each), index=index) for index, each in enumerate(messages))
    return L2Receipt(BlockId(keccak(text=f"L2 {block}"), block), True, 60_000, None, logs)
