"""The local L1: op-geth as a plain chain whose consensus client is this class.

It makes a block when one is due or asked for, travels in time (one block with a later timestamp), reorgs,
and keeps the safe and finalized heads a settable distance behind. Headers, receipts and blobs are right to
the bit, so op-node verifies it. The chain itself, plus a journal of the last payloads, is its only state.
"""

import os
import threading
from bisect import bisect_left
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from opcycle.agent import Outcome
from opcycle.devnet.clock import ChainClock
from opcycle.devnet.l1_genesis import l1_genesis_file
from opcycle.devnet.l1_pool import TransactionPool
from opcycle.devnet.rewind import EngineState, read_state, rewind
from opcycle.engine.client import EngineClient
from opcycle.engine.codec import envelope_from_json
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.engine.journal import KEEP, PayloadJournal
from opcycle.errors import UserError
from opcycle.protocol.l1_chain import LOCAL_L1, L1ChainConfig
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState
from opcycle.protocol.types import ZERO_HASH, Hash, L1BlockRef
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex, to_quantity

FEE_RECIPIENT = bytes(19) + b"\xfe"

MAX_REORG = KEEP
"""Blocks: so many payloads the journal holds, and so deep op-geth's pool looks for lost transactions."""

HEADERS_PER_REQUEST = 1000


@dataclass(frozen=True, slots=True)
class L1State:
    """All that an L1 is at a moment. `finalized`: number of the block; `lags`: of the safe and the finalized
    head; `blobs`: names of the files."""

    engine: EngineState
    chain: tuple[L1BlockRef, ...]
    finalized: int
    lags: tuple[int, int]
    journal: bytes
    blobs: frozenset[str]


class LocalL1:
    """An agent of its own: `step()` makes the next block when chain time says that it is due. Thread-safe.

    `block_time` in seconds; `genesis_time` a Unix timestamp, fixed at the first start of a directory;
    `safe_lag` and `finalized_lag` in blocks behind the head. `chain`: which L1 it poses as; it must have all
    that chain's forks behind it when it begins. `keeps_transactions`: see `GethProcess`.
    """

    name = "l1"

    def __init__(
        self,
        directory: Path,
        *,
        http_port: int,
        auth_port: int,
        block_time: int,
        genesis_time: int | None = None,
        safe_lag: int = 2,
        finalized_lag: int = 4,
        chain: L1ChainConfig = LOCAL_L1,
        keeps_transactions: bool = True,
    ):
        self._lock = threading.RLock()
        self.block_time = block_time
        self._safe_lag, self._finalized_lag = safe_lag, finalized_lag
        self._blobs = directory / "blobs"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self.geth = GethProcess(
            directory / "geth",
            l1_genesis_file(directory, genesis_time, chain),
            role=GethRole.L1,
            chain_id=chain.chain_id,
            http_port=http_port,
            auth_port=auth_port,
            keeps_transactions=keeps_transactions,
        )
        self.rpc = RpcClient(self.geth.http_url)
        self._pool = TransactionPool(self.rpc)
        self._engine = EngineClient(self.geth.engine_url, self.geth.jwt_secret)
        self._journal = PayloadJournal(directory / "payloads.jsonl", keep=MAX_REORG)
        self._chain: list[L1BlockRef] = []
        self._finalized = 0
        self._clock: ChainClock | None = None

    @property
    def url(self) -> str:
        return self.geth.http_url

    @property
    def head(self) -> L1BlockRef:
        return self._chain[-1]

    @property
    def finalized(self) -> L1BlockRef:
        return self._chain[self._finalized]

    @property
    def genesis(self) -> L1BlockRef:
        return self._chain[0]

    def start(self) -> None:
        """Start op-geth, give it back what a kill cost it, and read the chain."""
        with self._lock:
            self.geth.start()
            self._journal.replay(self._engine, self._ref("latest").hash)
            self._chain = self._read_chain()
            self._finalized = max(self._finalized, self._recorded_finality())
            self._update_heads()

    def stop(self) -> None:
        with self._lock:
            self.geth.stop()
            self.rpc.close()
            self._engine.close()

    def follow(self, clock: ChainClock) -> None:
        """From now on `step()` asks `clock` what time it is."""
        self._clock = clock

    def step(self, now: int | None = None) -> Outcome:
        """Make the next block if it is due at chain time `now` (default: the followed clock's).

        After a jump of the clock that is one block, not the missing ones. Restarts op-geth if it died.
        """
        with self._lock:
            if not self.geth.running:
                self.start()
                return Outcome.done(f"op-geth restarted at block {self.head}")
            if now is None and self._clock is not None:
                now = self._clock.now()
            if now is None or now < self.head.timestamp + self.block_time:
                return Outcome.idle("the next L1 block is not due")
            return Outcome.done(f"L1 block {self.mine(timestamp=now)[-1]}")

    def reset(self) -> None:
        """Nothing to forget: the chain is the state."""

    def mine(self, n: int = 1, *, timestamp: int | None = None, empty: bool = False) -> list[L1BlockRef]:
        """Make `n` blocks from the pool, or `empty` ones, each a block time after its parent.

        The first is at `timestamp` if given. Raises UserError if that is not after the head.
        """
        with self._lock:
            for _ in range(n):
                due = self.head.timestamp + self.block_time if timestamp is None else timestamp
                self._append(due, empty=empty)
                self._update_heads()
                timestamp = None
            return self._chain[len(self._chain) - n :]

    def advance(self, seconds: int) -> L1BlockRef:
        """Travel in time: one block, `seconds` after the head."""
        with self._lock:
            return self.mine(timestamp=self.head.timestamp + seconds)[-1]

    def set_lag(self, *, safe: int, finalized: int) -> None:
        """Distance of the safe and finalized heads from the newest block; finalized never moves back."""
        with self._lock:
            self._safe_lag, self._finalized_lag = safe, finalized
            self._update_heads()

    def reorg(self, depth: int, length: int | None = None) -> list[L1BlockRef]:
        """Replace the last `depth` blocks by `length` empty ones (default one more) and return these.

        The replaced transactions return to the pool. Raises UserError for a finalized block.

        op-geth ignores a forkchoice to an ancestor and forgets what `debug_setHead` removes, so: set the
        head back, build the siblings, insert the old branch again, then switch by forkchoice.
        """
        with self._lock:
            fork = self.head.number - depth
            length = depth + 1 if length is None else length
            self._require_replaceable(depth, length)
            old = self._chain
            replaced = [self._stored(ref) for ref in old[fork + 1 :]]
            transactions = self._pool.transactions_of(old[fork + 1 :])
            self.rpc.call("debug_setHead", to_quantity(fork))
            self._chain = old[: fork + 1]
            for _ in range(length):
                self._append(self.head.timestamp + self.block_time, empty=True, instead_of=old[fork + 1].hash)
                self._set_head(self.head.hash)
            for envelope in replaced:
                self._engine.new_payload(envelope)
            self._set_head(old[-1].hash)
            self._pool.wait_until_mined(transactions)
            self._update_heads()
            self._pool.wait_until_returned(transactions)
            return self._chain[fork + 1 :]

    def state(self) -> "L1State":
        """For `restore`."""
        with self._lock:
            base = self._chain[max(0, self.head.number - MAX_REORG)]
            recent = self._journal.lost_after(base.hash)
            return L1State(
                engine=read_state(self.rpc, recent),
                chain=tuple(self._chain),
                finalized=self._finalized,
                lags=(self._safe_lag, self._finalized_lag),
                journal=self._journal.contents(),
                blobs=frozenset(os.listdir(self._blobs)),
            )

    def restore(self, state: "L1State") -> None:
        """Forget what has happened since, transactions in the pool included. Starts op-geth if it died.

        Raises CriticalError if op-geth has lost what it would come back to.
        """
        with self._lock:
            self.geth.start()
            rewind(self.rpc, self._engine, state.engine)
            self._chain, self._finalized = list(state.chain), state.finalized
            self._safe_lag, self._finalized_lag = state.lags
            self._journal.restore(state.journal)
            for name in set(os.listdir(self._blobs)) - state.blobs:
                (self._blobs / name).unlink()

    def blob(self, versioned_hash: Hash) -> bytes | None:
        """A blob of any block made here, replaced ones too."""
        file = self._blobs / versioned_hash.hex()
        return file.read_bytes() if file.exists() else None

    def blob_hashes_at(self, timestamp: int) -> tuple[Hash, ...] | None:
        """Versioned hashes of the block with that timestamp, in order; None without such a block."""
        chain = self._chain
        index = bisect_left(chain, timestamp, key=lambda ref: ref.timestamp)
        if index == len(chain) or chain[index].timestamp != timestamp:
            return None
        block = self.rpc.call("eth_getBlockByHash", to_hex(chain[index].hash), True)
        return tuple(
            from_hex(item) for tx in block["transactions"] for item in tx.get("blobVersionedHashes", ())
        )

    def _append(self, timestamp: int, *, empty: bool, instead_of: Hash = b"") -> None:
        """Build, store and record the next block; the caller makes it the head.

        `instead_of` is the block that a sibling must differ from.
        """
        parent = self.head
        if timestamp <= parent.timestamp:
            raise UserError(f"an L1 block at {timestamp} would not be after its parent at {parent.timestamp}")
        if not empty:
            self._pool.settle()
        beacon_root = sha256(b"beacon root" + parent.hash).digest()
        attributes = {
            "timestamp": to_quantity(timestamp),
            "prevRandao": to_hex(sha256(b"randao" + parent.hash + instead_of).digest()),
            "suggestedFeeRecipient": to_hex(FEE_RECIPIENT),
            "withdrawals": [],
            "parentBeaconBlockRoot": to_hex(beacon_root),
        }
        transactions: list[str] | None = [] if empty else None
        reply = self.rpc.call("testing_buildBlockV1", to_hex(parent.hash), attributes, transactions, "0x")
        envelope = envelope_from_json(reply, beacon_root)
        for blob in envelope.blobs:
            (self._blobs / blob.versioned_hash.hex()).write_bytes(blob.data)
        self._engine.new_payload(envelope)
        self._journal.record(envelope)
        payload = envelope.payload
        self._chain.append(
            L1BlockRef(payload.block_hash, payload.number, payload.parent_hash, payload.timestamp)
        )

    def _update_heads(self) -> None:
        height = self.head.number
        self._finalized = max(self._finalized, height - self._finalized_lag)
        safe = max(self._finalized, height - self._safe_lag)
        self._set_head(self.head.hash, safe=self._chain[safe].hash, finalized=self.finalized.hash)

    def _set_head(self, head: Hash, *, safe: Hash = ZERO_HASH, finalized: Hash = ZERO_HASH) -> None:
        self._engine.forkchoice_updated(ForkchoiceState(head=head, safe=safe, finalized=finalized))

    def _require_replaceable(self, depth: int, length: int) -> None:
        if not 0 < depth <= self.head.number - self._finalized:
            raise UserError(f"cannot replace {depth} blocks below {self.head}: {self.finalized} is finalized")
        if depth > MAX_REORG:
            raise UserError(f"cannot replace {depth} blocks: at most {MAX_REORG}")
        if length < 1:
            raise UserError(
                f"cannot replace {depth} blocks by {length}: a reorg needs at least one new block"
            )

    def _stored(self, ref: L1BlockRef) -> ExecutionEnvelope:
        envelope = self._journal.find(ref.hash)
        if envelope is None:
            raise UserError(f"block {ref} cannot be replaced: its payload is no longer in the journal")
        return envelope

    def _read_chain(self) -> list[L1BlockRef]:
        numbers = range(self._ref("latest").number + 1)
        chain: list[L1BlockRef] = []
        while len(chain) < len(numbers):
            wanted = numbers[len(chain) : len(chain) + HEADERS_PER_REQUEST]
            headers = self.rpc.batch([("eth_getHeaderByNumber", [to_quantity(n)]) for n in wanted])
            chain += map(_ref_from_json, headers)
        return chain

    def _recorded_finality(self) -> int:
        """Number of the block that op-geth remembers as finalized."""
        try:
            return self._ref("finalized").number
        except RpcError:  # a new chain has none
            return 0

    def _ref(self, label: str) -> L1BlockRef:
        return _ref_from_json(self.rpc.call("eth_getHeaderByNumber", label))


def _ref_from_json(header: dict[str, str]) -> L1BlockRef:
    return L1BlockRef(
        hash=from_hex(header["hash"]),
        number=from_quantity(header["number"]),
        parent_hash=from_hex(header["parentHash"]),
        timestamp=from_quantity(header["timestamp"]),
    )
