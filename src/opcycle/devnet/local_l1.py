"""The local L1: op-geth as a plain chain whose consensus client is this class.

It makes a block when one is due or asked for, travels in time (one block with a later timestamp), reorgs,
and keeps the safe and finalized heads a settable distance behind. Headers, receipts and blobs are right to
the bit, so op-node verifies it. The chain itself, plus a journal of the last payloads, is its only state.
"""

import threading
from hashlib import sha256
from pathlib import Path

import orjson

from opcycle.agent import Outcome
from opcycle.devnet.clock import ChainClock
from opcycle.devnet.l1_genesis import l1_genesis
from opcycle.engine.client import EngineClient
from opcycle.engine.codec import envelope_from_json
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.engine.journal import PayloadJournal
from opcycle.errors import UserError
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState
from opcycle.protocol.types import L1BlockRef
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex, to_quantity

FEE_RECIPIENT = bytes(19) + b"\xfe"


class LocalL1:
    """An agent of its own: `step()` makes the next block when chain time says that it is due.

    `block_time` in seconds; `safe_lag` and `finalized_lag` in blocks behind the head.
    """

    name = "l1"

    def __init__(
        self,
        directory: Path,
        *,
        http_port: int,
        auth_port: int,
        block_time: int,
        genesis_time: int,
        safe_lag: int = 2,
        finalized_lag: int = 4,
    ):
        self._directory = directory
        self._lock = threading.RLock()
        self.block_time = block_time
        self._safe_lag, self._finalized_lag = safe_lag, finalized_lag
        self.blobs_directory = directory / "blobs"
        self.blobs_directory.mkdir(parents=True, exist_ok=True)
        genesis_file = directory / "genesis.json"
        if not genesis_file.exists():
            genesis_file.write_bytes(orjson.dumps(l1_genesis(genesis_time)))
        self.geth = GethProcess(
            directory / "geth",
            genesis_file,
            role=GethRole.L1,
            chain_id=LOCAL_L1_CHAIN_ID,
            http_port=http_port,
            auth_port=auth_port,
        )
        self.rpc = RpcClient(self.geth.http_url)
        self._engine = EngineClient(self.geth.engine_url, self.geth.jwt_secret)
        self._journal = PayloadJournal(directory / "payloads.jsonl")
        self._chain: list[L1BlockRef] = []
        self._finalized = 0
        self._branch = 0
        self._clock: ChainClock | None = None

    @property
    def url(self) -> str:
        return self.geth.http_url

    @property
    def head(self) -> L1BlockRef:
        return self._chain[-1]

    @property
    def genesis(self) -> L1BlockRef:
        return self._chain[0]

    def start(self) -> None:
        """Start op-geth, give it back what a kill cost it, and read the chain."""
        with self._lock:
            self.geth.start()
            self._journal.replay(self._engine, self._ref("latest").hash)
            height = self._ref("latest").number
            calls = [("eth_getHeaderByNumber", [to_quantity(n)]) for n in range(height + 1)]
            self._chain = [_ref_from_json(header) for header in self.rpc.batch(calls)]
            self._finalized = max(self._finalized, height - self._finalized_lag, 0)
            self._update_heads()

    def stop(self) -> None:
        with self._lock:
            self.geth.stop()

    def follow(self, clock: ChainClock) -> None:
        """From now on `step()` makes a block whenever `clock` has passed the block time."""
        self._clock = clock

    def step(self) -> Outcome:
        """Make the next block if it is due. Restarts op-geth if it died."""
        with self._lock:
            if not self.geth.running:
                self.start()
                return Outcome.done(f"op-geth restarted at block {self.head}")
            if self._clock is None or self._clock.now() < self.head.timestamp + self.block_time:
                return Outcome.idle("the next L1 block is not due")
            return Outcome.done(f"L1 block {self.mine(timestamp=self._clock.now())}")

    def reset(self) -> None:
        """Nothing to forget: the chain is the state."""

    def mine(self, *, timestamp: int | None = None, empty: bool = False) -> L1BlockRef:
        """Make one block, from the pool unless `empty`; its time is `timestamp` or one block time later."""
        with self._lock:
            time = self.head.timestamp + self.block_time if timestamp is None else timestamp
            if time <= self.head.timestamp:
                raise UserError(
                    f"an L1 block at {time} would not be after its parent at {self.head.timestamp}"
                )
            envelope = self._build(time, empty=empty)
            self._engine.new_payload(envelope)
            self._journal.record(envelope)
            payload = envelope.payload
            self._chain.append(
                L1BlockRef(payload.block_hash, payload.number, payload.parent_hash, payload.timestamp)
            )
            self._update_heads()
            return self.head

    def set_lag(self, *, safe: int, finalized: int) -> None:
        """Distance of the safe and finalized heads from the newest block; finalized never moves back."""
        with self._lock:
            self._safe_lag, self._finalized_lag = safe, finalized
            self._update_heads()

    def reorg(self, depth: int, length: int | None = None) -> L1BlockRef:
        """Replace the last `depth` blocks by `length` (default one more) empty ones; their transactions
        return to the pool. Raises UserError if that would replace a finalized block.

        op-geth ignores a forkchoice to an ancestor and forgets what `debug_setHead` removes, so: set the
        head back, build the siblings, insert the old branch again, then switch by forkchoice.
        """
        with self._lock:
            if not 0 < depth <= self.head.number - self._finalized:
                raise UserError(f"cannot replace {depth} blocks: block {self._finalized} is finalized")
            old = self._chain
            branch = [self._stored(ref) for ref in old[-depth:]]
            self._branch += 1
            self.rpc.call("debug_setHead", to_quantity(self.head.number - depth))
            self._chain = old[:-depth]
            for _ in range(depth + 1 if length is None else length):
                self.mine(empty=True)
            new = self._chain
            for envelope in branch:
                self._engine.new_payload(envelope)
            for self._chain in (old, new):
                self._update_heads()
            return self.head

    def _stored(self, ref: L1BlockRef) -> ExecutionEnvelope:
        envelope = self._journal.find(ref.hash)
        if envelope is None:
            raise UserError(f"block {ref} is too old to be replaced: its payload is no longer in the journal")
        return envelope

    def _build(self, timestamp: int, *, empty: bool) -> ExecutionEnvelope:
        beacon_root = sha256(b"beacon root" + self.head.hash).digest()
        randao = sha256(b"randao" + self._branch.to_bytes(4, "big") + self.head.hash).digest()
        attributes = {
            "timestamp": to_quantity(timestamp),
            "prevRandao": to_hex(randao),
            "suggestedFeeRecipient": to_hex(FEE_RECIPIENT),
            "withdrawals": [],
            "parentBeaconBlockRoot": to_hex(beacon_root),
        }
        transactions: list[str] | None = [] if empty else None
        reply = self.rpc.call("testing_buildBlockV1", to_hex(self.head.hash), attributes, transactions, "0x")
        envelope = envelope_from_json(reply, beacon_root)
        for blob in envelope.blobs:
            (self.blobs_directory / blob.versioned_hash.hex()).write_bytes(blob.data)
        return envelope

    def _update_heads(self) -> None:
        height = self.head.number
        self._finalized = max(self._finalized, height - self._finalized_lag)
        safe = max(self._finalized, height - self._safe_lag, 0)
        self._engine.forkchoice_updated(
            ForkchoiceState(
                head=self.head.hash,
                safe=self._chain[safe].hash,
                finalized=self._chain[self._finalized].hash,
            )
        )

    def _ref(self, label: str) -> L1BlockRef:
        return _ref_from_json(self.rpc.call("eth_getHeaderByNumber", label))


def _ref_from_json(header: dict[str, str]) -> L1BlockRef:
    return L1BlockRef(
        hash=from_hex(header["hash"]),
        number=from_quantity(header["number"]),
        parent_hash=from_hex(header["parentHash"]),
        timestamp=from_quantity(header["timestamp"]),
    )
