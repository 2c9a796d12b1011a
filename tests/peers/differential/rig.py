"""Two verifiers on one L1: our node and the real op-node. There are no agents: the test makes L1's blocks,
and is sequencer and batcher itself, so that it can post whatever it likes.

Portal and system config are a few bytes of code each that emit what they are told to (see `EMITTER`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import rlp
from benchmarks.op_node import op_node_process
from eth_abi import encode as abi_encode
from eth_account import Account
from eth_utils.crypto import keccak
from tests.e2e.rollup import (
    EMITTER,
    EMITTER_ADDRESS,
    INBOX,
    L2,
    build_genesis,
    rollup_config,
    settle,
)

from opcycle.derivation.verdicts import Verdict
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.l1.beacon import BeaconClient
from opcycle.l1.blobs import committed, with_sidecar
from opcycle.l1.reader import L1Reader
from opcycle.node.agent import Node
from opcycle.node.database import Database
from opcycle.node.safedb import SafeDB
from opcycle.node.verdict_store import VerdictStore
from opcycle.protocol.deposits import TRANSACTION_DEPOSITED_TOPIC
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID, local_l1
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.system_config import CONFIG_UPDATE_TOPIC
from opcycle.protocol.types import Address, Hash, L1Block, L1BlockRef
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex
from opcycle.rpc.server import Server

SEQ_WINDOW = 20
"""L1 blocks; short, so that windows pass."""

THREE_TOPICS = bytes.fromhex("365f5f376040516020515f51606036036060a300")
"""As `EMITTER`, with three words as the topics: what the system config emits has one topic less."""

SYSTEM_CONFIG_ADDRESS: Address = keccak(bytes(rlp.encode([ACCOUNTS["deployer"].address, 1])))[12:]
"""Where the deployer's second transaction on a new chain puts the second emitter."""


@dataclass(frozen=True)
class L1Tx:
    """A transaction to be sent: `kind` is its EIP-2718 type; `sender` the role of a test account."""

    data: bytes
    kind: int = 2
    sender: str = "batcher"
    to: Address | None = INBOX
    blobs: tuple[bytes, ...] = ()


class RecordedVerdicts(VerdictStore):
    """What the node writes down, kept as it said it."""

    def __init__(self, database: Database):
        super().__init__(database)
        self.seen: list[Verdict] = []

    def record(self, verdicts: Sequence[Verdict]) -> None:
        super().record(verdicts)
        self.seen += verdicts


class Rig:
    """Use as a context. `l1`, `config`, `ours` (our node's engine), `builder` (the sequencer's engine)."""

    def __init__(self, directory: Path, *, seq_window: int = SEQ_WINDOW):
        self.directory = directory
        self._seq_window = seq_window
        self._stack = ExitStack()
        self._ports = free_ports()
        self._nonces: dict[str, int] = {}
        self._l1_blocks: dict[int, L1Block] = {}
        self.l1 = LocalL1(
            directory / "l1",
            http_port=self._ports.l1_rpc,
            auth_port=self._ports.l1_engine,
            block_time=1,
            finalized_lag=10**6,  # reorgs may be as deep as they like
        )

    def __enter__(self) -> "Rig":
        with ExitStack() as on_failure:
            on_failure.push(self._stack)
            self._start()
            on_failure.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self) -> None:
        self._stack.callback(self.l1.stop)
        self.l1.start()
        beacon = Server(beacon_app(self.l1), self._ports.l1_beacon)
        beacon.start()
        self._stack.callback(beacon.stop)
        genesis = build_genesis(self.l1.genesis)
        self._genesis_file = self.directory / "genesis.json"
        self._genesis_file.write_bytes(orjson.dumps(genesis.to_json()))
        self.config = replace(
            rollup_config(self.l1.genesis, genesis),
            seq_window_size=self._seq_window,
            l1_system_config=SYSTEM_CONFIG_ADDRESS,
        )
        self._rollup_file = self.directory / "rollup.json"
        self._rollup_file.write_bytes(orjson.dumps(self.config.to_json()))
        ports = self._ports
        self.builder = self._engine("builder", ports.sequencer_rpc, ports.sequencer_engine)
        self.ours = self._engine("ours", ports.verifier_rpc, ports.verifier_engine)
        self._reader = L1Reader(self.l1.rpc)
        self._start_node()
        for code in (EMITTER, THREE_TOPICS):
            self.send(L1Tx(_creation(code), sender="deployer", to=None))
        self.mine()

    def _engine(self, name: str, http: int, auth: int) -> L2:
        l2 = L2(self.directory / name, self._genesis_file, self.config, http=http, auth=auth)
        self._stack.callback(l2.close)
        l2.geth.start()
        return l2

    def _start_node(self) -> None:
        database = Database(self.directory / "node.db", self.config)
        self._stack.callback(database.close)
        beacon = BeaconClient(self._beacon_url)
        self._stack.callback(beacon.close)
        self.safe_db, self.verdicts = SafeDB(database), RecordedVerdicts(database)
        l1 = RpcClient(self.l1.url)
        self._stack.callback(l1.close)
        self._node = Node(
            self.config,
            local_l1(),
            l1=L1Reader(l1),
            engine=self.ours.engine,
            l2=self.ours.client,
            safe_db=self.safe_db,
            verdicts=self.verdicts,
            blobs=beacon,
        )

    @property
    def _beacon_url(self) -> str:
        return f"http://127.0.0.1:{self._ports.l1_beacon}"

    def send(self, *transactions: L1Tx) -> list[Hash]:
        """Put transactions into L1's pool, each account's in the order given; the next block takes them."""
        raws = [self._signed(tx) for tx in transactions]
        hashes = self.l1.rpc.batch([("eth_sendRawTransaction", [to_hex(raw)]) for raw in raws])
        return [from_hex(item) for item in hashes]

    def mine(self, *, timestamp: int | None = None) -> L1BlockRef:
        return self.l1.mine(timestamp=timestamp)[-1]

    def derive(self) -> L2Block:
        """Let our node read L1 to its head; the safe head."""
        settle(self._node)
        return self.safe_head

    @property
    def safe_head(self) -> L2Block:
        return self.ours.client.block(self._node.status.safe_l2.hash)

    def l1_block(self, number: int) -> L1Block:
        """With the logs of portal and system config; read once while L1 does not reorganise."""
        if number not in self._l1_blocks:
            config = self.config
            self._l1_blocks[number] = self._reader.block(
                number,
                inbox=config.batch_inbox,
                portal=config.deposit_contract,
                system_config=config.l1_system_config,
            )
        return self._l1_blocks[number]

    def reorg(self, depth: int, length: int | None = None) -> list[L1BlockRef]:
        """See `LocalL1.reorg`; nonces are counted anew."""
        self._nonces.clear()
        self._l1_blocks.clear()
        return self.l1.reorg(depth, length)

    @contextmanager
    def op_node(self) -> Iterator[tuple[RollupClient, L2]]:
        """op-node on an engine of its own, with nothing but the genesis."""
        directory = self.directory / "op-node"
        directory.mkdir()
        ports = self._ports
        engine = L2(
            directory / "geth",
            self._genesis_file,
            self.config,
            http=ports.rebuilt_rpc,
            auth=ports.rebuilt_engine,
        )
        with ExitStack() as stack:
            stack.callback(engine.close)
            engine.geth.start()
            client = stack.enter_context(
                op_node_process(
                    engine.geth,
                    l1_url=self.l1.url,
                    beacon_url=self._beacon_url,
                    rollup=self._rollup_file,
                    l1_chain_id=LOCAL_L1_CHAIN_ID,
                    rpc_port=ports.rebuilt_node_rpc,
                    directory=directory,
                )
            )
            yield client, engine

    def _signed(self, tx: L1Tx) -> bytes:
        account = ACCOUNTS[tx.sender]
        if tx.sender not in self._nonces:
            count = self.l1.rpc.call("eth_getTransactionCount", to_hex(account.address), "pending")
            self._nonces[tx.sender] = from_quantity(count)
        fields: dict[str, Any] = {
            "chainId": LOCAL_L1_CHAIN_ID,
            "nonce": self._nonces[tx.sender],
            "to": tx.to or b"",
            "value": 0,
            "gas": min(200_000 + 40 * len(tx.data), 2**24),
            "data": tx.data,
        }
        self._nonces[tx.sender] += 1
        if tx.kind > 0:
            fields["type"] = tx.kind
        if tx.kind < 2:
            fields["gasPrice"] = 10**11
        else:
            fields |= {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**6}
        blobs = [committed(blob) for blob in tx.blobs]
        if blobs:
            fields |= {
                "maxFeePerBlobGas": 10**11,
                "blobVersionedHashes": [blob.versioned_hash for blob in blobs],
            }
        if tx.kind == 4:
            nobody = {"chainId": LOCAL_L1_CHAIN_ID, "address": bytes(20), "nonce": 2**32}
            authorization = Account.sign_authorization(nobody, ACCOUNTS["fourth user"].key)
            fields["authorizationList"] = [authorization]
        raw = bytes(Account.sign_transaction(fields, account.key).raw_transaction)
        return with_sidecar(raw, blobs) if blobs else raw


def deposit(
    *,
    to: Address,
    mint: int = 0,
    value: int = 0,
    gas: int = 100_000,
    is_creation: bool = False,
    data: bytes = b"",
) -> L1Tx:
    """What a user sends to the portal of the rig: the event of a deposit."""
    opaque = mint.to_bytes(32, "big") + value.to_bytes(32, "big") + gas.to_bytes(8, "big")
    opaque += bytes([is_creation]) + data
    sender = ACCOUNTS["second user"].address
    topics = TRANSACTION_DEPOSITED_TOPIC + sender.rjust(32, b"\0") + to.rjust(32, b"\0") + bytes(32)
    return L1Tx(topics + abi_encode(["bytes"], [opaque]), sender="second user", to=EMITTER_ADDRESS)


def config_update(kind: int, value: bytes) -> L1Tx:
    """What the owner makes the system config of the rig say; `value` in words of 32 bytes."""
    topics = CONFIG_UPDATE_TOPIC + bytes(32) + kind.to_bytes(32, "big")
    return L1Tx(topics + abi_encode(["bytes"], [value]), sender="deployer", to=SYSTEM_CONFIG_ADDRESS)


def _creation(code: bytes) -> bytes:
    """Creation code that leaves `code` behind, and a slot that is not zero: op-node asks for a proof."""
    return bytes.fromhex("60015f55") + b"\x60" + bytes([len(code)]) + bytes.fromhex("80600d5f395ff3") + code
