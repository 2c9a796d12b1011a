"""A rollup for the tests of sequencer and node: the local L1, engines on free ports, agents to step by hand.

There is no deployment: inbox and system config are plain addresses, a few bytes of code stand for the portal
(see `EMITTER`), and the test itself is the batcher.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
from eth_abi import encode as abi_encode
from eth_account import Account
from eth_utils.address import to_canonical_address

from opcycle.agent import Agent
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.clock import SteppedClock
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.ports import free_ports
from opcycle.engine.client import EngineClient
from opcycle.engine.genesis import Genesis, L2GenesisConfig, build_l2_genesis
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.engine.journal import PayloadJournal
from opcycle.engine.l2 import L2Client
from opcycle.engine.predeploy_state import FeeVaultConfig, L1Side
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import ResetError
from opcycle.l1.reader import L1Reader
from opcycle.node.agent import Node
from opcycle.node.database import Database
from opcycle.node.rpc import node_app
from opcycle.node.safedb import SafeDB
from opcycle.node.verdict_store import VerdictStore
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp
from opcycle.protocol.channels import Compression, compress, split_frames
from opcycle.protocol.deposits import TRANSACTION_DEPOSITED_TOPIC
from opcycle.protocol.frames import Frame, encode_batcher_payload
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID, local_l1
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.types import Hash, L1BlockRef
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex
from opcycle.rpc.server import Server
from opcycle.sequencer.agent import Sequencer

L1_BLOCK_TIME = 2
L2_BLOCK_TIME = 1
L2_CHAIN_ID = 901
GAS_LIMIT = 60_000_000
USER, BATCHER, DEPLOYER = ACCOUNTS["user"], ACCOUNTS["batcher"], ACCOUNTS["deployer"]
INBOX, SYSTEM_CONFIG = b"\xff" * 20, b"\x5c" * 20

EMITTER = bytes.fromhex("365f5f376060516040516020515f51608036036080a400")
"""Runtime code: emits the calldata as an event, its first four words as the topics."""

RETURN_THE_REST = b"\x60" + bytes([len(EMITTER)]) + bytes.fromhex("8060095f395ff3")
"""Creation code of what follows it."""

EMITTER_ADDRESS = to_canonical_address("0x5fbdb2315678afecb367f032d93f642f64180aa3")
"""Where the deployer's first transaction on a new chain puts it."""


class L2:
    """An op-geth with its two clients; `kill` and `start` again as often as you like."""

    def __init__(self, directory: Path, genesis: Path, config: RollupConfig, *, http: int, auth: int):
        self.geth = GethProcess(
            directory,
            genesis,
            role=GethRole.L2,
            chain_id=L2_CHAIN_ID,
            http_port=http,
            auth_port=auth,
        )
        self.engine = EngineClient(self.geth.engine_url, self.geth.jwt_secret)
        self.client = L2Client(self.geth.http_url, config)

    @property
    def head(self) -> L2Block:
        return self.client.block("latest")

    def hashes(self, last: int) -> list[Hash]:
        """Of the blocks up to `last`, the genesis first."""
        return [block.ref.hash for block in self.client.blocks(0, last)]

    def close(self) -> None:
        self.engine.close()
        self.client.rpc.close()
        self.geth.stop()


class Verifier:
    """A node with its own database; made anew on the same directory, it is the node restarted."""

    def __init__(
        self, rollup: "Rollup", l2: L2, database: Path, port: int, *, unsafe_source: L2Client | None
    ):
        self.l2 = l2
        self.database = Database(database, rollup.config)
        self.safe_db, self.verdicts = SafeDB(self.database), VerdictStore(self.database)
        self.node = Node(
            rollup.config,
            local_l1(),
            l1=rollup.reader,
            engine=l2.engine,
            l2=l2.client,
            safe_db=self.safe_db,
            verdicts=self.verdicts,
            unsafe_source=unsafe_source,
        )
        app = node_app(
            self.node,
            l2=l2.client,
            safe_db=self.safe_db,
            verdicts=self.verdicts,
            config=rollup.config,
            with_admin=True,
        )
        self._server = Server(app, port)
        self._server.start()
        self.rpc = RollupClient(self._server.url)
        self.raw_rpc = RpcClient(self._server.url)

    def close(self) -> None:
        self.rpc.close()
        self.raw_rpc.close()
        self._server.stop()
        self.database.close()


class Rollup:
    """Use as a context: everything that it made ends with it."""

    def __init__(self, directory: Path):
        self.directory = directory
        self._stack = ExitStack()
        self._ports = free_ports()
        self.l1 = LocalL1(
            directory / "l1",
            http_port=self._ports.l1_rpc,
            auth_port=self._ports.l1_engine,
            block_time=L1_BLOCK_TIME,
        )

    def __enter__(self) -> "Rollup":
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
        self.genesis_file = self.directory / "genesis.json"
        genesis, self.config = self.new_chain(self.l1.genesis)
        self.genesis_file.write_bytes(orjson.dumps(genesis))
        self.reader = L1Reader(RpcClient(self.l1.url))
        self.clock = SteppedClock(self.l1.genesis.timestamp)
        ports = self._ports
        self.sequencing = self._engine("sequencing", ports.sequencer_rpc, ports.sequencer_engine)
        self.verifying = self._engine("verifying", ports.verifier_rpc, ports.verifier_engine)
        self.sequencing.geth.start()
        self.sequencer = self.new_sequencer()
        self.send(RETURN_THE_REST + EMITTER, sender="deployer", to=None)

    def new_chain(self, l1_genesis: L1BlockRef) -> tuple[dict[str, Any], RollupConfig]:
        """The L2's `genesis.json` and rollup config."""
        genesis = build_genesis(l1_genesis)
        return genesis.to_json(), rollup_config(l1_genesis, genesis)

    def _engine(self, name: str, http: int, auth: int) -> L2:
        l2 = L2(self.directory / name, self.genesis_file, self.config, http=http, auth=auth)
        self._stack.callback(l2.close)
        return l2

    def new_sequencer(self, node: RollupClient | None = None) -> Sequencer:
        """On the sequencing engine; another one is the sequencer restarted."""
        return Sequencer(
            self.config,
            local_l1(),
            l1=self.reader,
            engine=self.sequencing.engine,
            l2=self.sequencing.client,
            journal=PayloadJournal(self.directory / "payloads.jsonl"),
            clock=self.clock,
            pause=time.sleep,
            node=node,
        )

    def new_verifier(
        self, *, database: str = "node.db", l2: L2 | None = None, unsafe_source: L2Client | None = None
    ) -> Verifier:
        """On the verifying engine, started now, unless told otherwise."""
        l2 = l2 or self.verifying
        l2.geth.start()
        verifier = Verifier(
            self, l2, self.directory / database, free_ports().node_rpc, unsafe_source=unsafe_source
        )
        self._stack.callback(verifier.close)
        return verifier

    def advance(self, l1_blocks: int) -> None:
        """Make L1 blocks, and as many L2 blocks as that takes time."""
        for _ in range(l1_blocks):
            self.clock.jump(self.l1.head.timestamp + L1_BLOCK_TIME - self.clock.now())
            self.l1.mine()
            settle(self.sequencer)

    def send(self, data: bytes, *, sender: str = "batcher", to: bytes | None = INBOX) -> Hash:
        """Put a transaction into L1's pool; the next block takes it."""
        account = ACCOUNTS[sender]
        nonce = self.l1.rpc.call("eth_getTransactionCount", to_hex(account.address), "pending")
        signed = Account.sign_transaction(
            {
                "type": 2,
                "chainId": LOCAL_L1_CHAIN_ID,
                "nonce": from_quantity(nonce),
                "to": to or b"",
                "value": 0,
                "gas": 200_000 + 40 * len(data),
                "maxFeePerGas": 10**11,
                "maxPriorityFeePerGas": 10**6,
                "data": data,
            },
            account.key,
        )
        return from_hex(self.l1.rpc.call("eth_sendRawTransaction", to_hex(signed.raw_transaction)))

    def post(self, first: int, last: int, *, to_l1: bool = True) -> bytes:
        """Send the sequencer's blocks `first` to `last` as one channel in one transaction; its payload."""
        payload = encode_batcher_payload(frames_of(self.batches(first, last)))
        if to_l1:
            self.send(payload)
        return payload

    def batches(self, first: int, last: int) -> list[SingularBatch]:
        """What a batcher makes of the sequencer's blocks."""
        return [batch_of(block) for block in self.sequencing.client.blocks(first, last)]

    def deposit(self, *, mint: int, to: bytes) -> Hash:
        """An event as the portal emits it when a user deposits `mint` wei for `to`."""
        opaque = mint.to_bytes(32, "big") * 2 + (100_000).to_bytes(8, "big") + b"\0"
        topics = TRANSACTION_DEPOSITED_TOPIC + to.rjust(32, b"\0") * 2 + bytes(32)
        event = topics + abi_encode(["bytes"], [opaque])
        return self.send(event, sender="user", to=EMITTER_ADDRESS)


def build_genesis(l1_genesis: L1BlockRef) -> Genesis:
    return build_l2_genesis(
        L2GenesisConfig(
            chain_id=L2_CHAIN_ID,
            timestamp=l1_genesis.timestamp,
            gas_limit=GAS_LIMIT,
            proxy_admin_owner=DEPLOYER.address,
            l1=L1Side(LOCAL_L1_CHAIN_ID, bytes(20), bytes(20), bytes(20)),
            fee_vault=FeeVaultConfig(DEPLOYER.address, 0, 1),
            balances={USER.address: 10**21},
        )
    )


def rollup_config(l1_genesis: L1BlockRef, genesis: Genesis) -> RollupConfig:
    return RollupConfig(
        genesis_l1=l1_genesis.id,
        genesis_l2=genesis.id,
        genesis_time=l1_genesis.timestamp,
        genesis_system_config=SystemConfig(
            batcher_address=BATCHER.address,
            scalar=b"\x01" + bytes(23) + (810_949).to_bytes(4, "big") + (1368).to_bytes(4, "big"),
            gas_limit=GAS_LIMIT,
        ),
        block_time=L2_BLOCK_TIME,
        l1_chain_id=LOCAL_L1_CHAIN_ID,
        l2_chain_id=L2_CHAIN_ID,
        batch_inbox=INBOX,
        deposit_contract=EMITTER_ADDRESS,
        l1_system_config=SYSTEM_CONFIG,
    )


def batch_of(block: L2Block) -> SingularBatch:
    return SingularBatch(
        block.ref.parent_hash, block.ref.l1_origin, block.ref.timestamp, block.user_transactions
    )


def frames_of(batches: Sequence[SingularBatch], *, frame_size: int = 100_000) -> list[Frame]:
    """One channel, named after its first batch."""
    channel_id = batches[0].parent_hash[:8] + batches[0].timestamp.to_bytes(8, "big")
    return list(split_frames(channel_id, compress(encode_channel_rlp(batches), Compression.ZLIB), frame_size))


def settle(agent: Agent) -> list[str]:
    """Step until there is nothing to do, and reset when told to, as the runner does; what was done."""
    did: list[str] = []
    for _ in range(1000):
        try:
            outcome = agent.step()
        except ResetError as error:
            agent.reset()
            did.append(f"reset: {error}")
            continue
        did += outcome.did
        if not outcome.progress:
            return did
    raise AssertionError(f"{agent.name} does not come to rest: {did[-3:]}")
