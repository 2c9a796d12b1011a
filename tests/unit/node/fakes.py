"""An L1 and an L2 engine in memory, as strict as the real ones; for the tests of node and sequencer.

Both are made of `tests.unit.derivation.l1_builder`: the engine gives its blocks the hashes that `child` says,
so that batches for blocks that do not exist yet can be written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.unit.derivation.l1_builder import (
    GENESIS,
    GENESIS_CONFIG,
    INBOX,
    PORTAL,
    SYSTEM_CONFIG,
    child,
)

from opcycle.engine.client import EngineSyncingError, InvalidAttributesError, InvalidPayloadError
from opcycle.errors import ResetError, TemporaryError
from opcycle.protocol.l2_block import L2Block, l1_info_of, l2_block_of_payload
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.payload import ExecutionEnvelope, ExecutionPayload, ForkchoiceState, PayloadAttributes
from opcycle.protocol.types import ZERO_HASH, BlockId, Hash, L1Block, L1Header
from opcycle.rpc.client import RpcUnreachableError


@dataclass
class FakeL1:
    """`opcycle.l1.reader.L1Reader` over a list of blocks, the first of them number 0."""

    chain: list[L1Block]
    safe: int | None = None
    finalized: int | None = None
    is_down: bool = False
    reads: list[str] = field(default_factory=list)
    before_read: Callable[[str], None] = lambda what: None

    def header(self, label: int | str | bytes) -> L1Header:
        self._read(f"header {label!r}")
        match label:
            case "latest":
                return self.chain[-1].header
            case "safe" | "finalized":
                number = getattr(self, label)
            case _:
                number = label
        if number is None or number >= len(self.chain):
            raise TemporaryError(f"L1 has no block {label!r} (yet)")
        return self.chain[number].header

    def blocks(
        self,
        first: int,
        last: int,
        *,
        inbox: bytes,
        portal: bytes,
        system_config: bytes,
        challenges: bytes | None = None,
    ) -> list[L1Block]:
        assert (inbox, portal, system_config) == (INBOX, PORTAL, SYSTEM_CONFIG)
        self._read(f"blocks {first} to {last}")
        if last >= len(self.chain):
            raise TemporaryError(f"L1 has no block {last} (yet)")
        return self.chain[first : last + 1]

    def _read(self, what: str) -> None:
        self.before_read(what)
        if self.is_down:
            raise RpcUnreachableError("fake", "down")
        self.reads.append(what)


@dataclass
class FakeBeacon:
    """`opcycle.l1.beacon.BeaconClient` over the blobs in `stored`."""

    stored: dict[Hash, bytes] = field(default_factory=dict)
    reads: list[tuple[int, tuple[Hash, ...]]] = field(default_factory=list)

    def blobs(self, timestamp: int, hashes: Sequence[Hash]) -> dict[Hash, bytes]:
        self.reads.append((timestamp, tuple(hashes)))
        if missing := [item for item in hashes if item not in self.stored]:
            raise TemporaryError(f"no blob {missing[0].hex()} (yet)")
        return {item: self.stored[item] for item in hashes}


GENESIS_BLOCK = L2Block(
    ref=GENESIS,
    state_root=b"\x03" * 32,
    withdrawals_root=b"\x08" * 32,
    gas_limit=GENESIS_CONFIG.gas_limit,
    extra_data=b"",
    base_fee=1,
    transactions=(),
    system_config=GENESIS_CONFIG,
)


class FakeEngine:
    """Engine API and public RPC of one engine: `EngineClient` and `L2Client` in one.

    `before_call` is called with the name of each Engine API call. A transaction in `unpayable` is refused
    with the attributes, a block with one in `poison` as a payload.
    """

    def __init__(self, genesis: L2Block = GENESIS_BLOCK):
        self.canonical: list[L2Block] = [genesis]
        self.labels: dict[str, Hash] = {}
        self.pool: list[bytes] = []
        self.unpayable: set[bytes] = set()
        self.poison: set[bytes] = set()
        self.rejects_heads = False
        self.before_call: Callable[[str], None] = lambda name: None
        self.calls: list[str] = []
        self.reads: list[str] = []
        self._stored: dict[Hash, L2Block] = {genesis.ref.hash: genesis}
        self._envelopes: dict[Hash, ExecutionEnvelope] = {}
        self._jobs: dict[bytes, tuple[L2Block, PayloadAttributes]] = {}

    # --- Engine API

    def forkchoice_updated(
        self, state: ForkchoiceState, attributes: PayloadAttributes | None = None
    ) -> bytes | None:
        self._call("forkchoice" if attributes is None else "forkchoice with attributes")
        if state.head not in self._stored:
            raise EngineSyncingError("no such block")
        if self.rejects_heads:
            raise InvalidPayloadError("a bad head")
        self._make_canonical(self._stored[state.head])
        for label in ("safe", "finalized"):
            wanted = getattr(state, label)
            if wanted != ZERO_HASH:
                if wanted not in [block.ref.hash for block in self.canonical]:
                    raise ResetError(f"{label} block not in canonical chain")
                self.labels[label] = wanted
        if attributes is None:
            return None
        if self.unpayable.intersection(attributes.transactions or ()):
            raise InvalidAttributesError("insufficient funds")
        job = len(self._jobs).to_bytes(8, "big")
        self._jobs[job] = (self._stored[state.head], attributes)
        return job

    def get_payload(self, payload_id: bytes, *, version: int = 4) -> ExecutionEnvelope:
        self._call("get payload")
        parent, attributes = self._jobs[payload_id]
        return ExecutionEnvelope(self._build(parent, attributes), attributes.parent_beacon_root)

    def new_payload(self, envelope: ExecutionEnvelope) -> None:
        self._call("new payload")
        payload = envelope.payload
        if payload.parent_hash not in self._stored:
            raise EngineSyncingError("no such parent")
        if self.poison.intersection(payload.transactions):
            raise InvalidPayloadError("a bad transaction")
        self._stored[payload.block_hash] = l2_block_of_payload(payload)
        self._envelopes[payload.block_hash] = envelope

    def assemble(
        self, state: ForkchoiceState, attributes: PayloadAttributes, *, version: int = 4
    ) -> ExecutionEnvelope:
        payload_id = self.forkchoice_updated(state, attributes)
        assert payload_id is not None
        return self.get_payload(payload_id)

    def build(
        self,
        state: ForkchoiceState,
        attributes: PayloadAttributes,
        *,
        version: int = 4,
        fill: Callable[[], None] | None = None,
    ) -> ExecutionEnvelope:
        payload_id = self.forkchoice_updated(state, attributes)
        assert payload_id is not None
        if fill is not None:
            fill()
        envelope = self.get_payload(payload_id)
        self.new_payload(envelope)
        return envelope

    # --- public RPC

    def block(self, label: int | bytes | str) -> L2Block:
        self.reads.append(f"block {label!r}")
        match label:
            case "latest":
                return self.canonical[-1]
            case int() if label < len(self.canonical):
                return self.canonical[label]
            case bytes() if label in self._stored:
                return self._stored[label]
        raise TemporaryError(f"no L2 block {label!r}")

    def envelopes(self, first: int, last: int) -> list[ExecutionEnvelope]:
        self.reads.append(f"payloads {first} to {last}")
        if last >= len(self.canonical):
            raise TemporaryError(f"no L2 block {last}")
        return [self._envelopes[block.ref.hash] for block in self.canonical[first : last + 1]]

    def output(self, block: L2Block) -> OutputRootProof:
        return block.output

    def hash_of(self, number: int) -> Hash | None:
        self.reads.append(f"hash of {number}")
        return self.canonical[number].ref.hash if number < len(self.canonical) else None

    def number(self, label: str = "latest") -> int | None:
        if label == "latest":
            return self.canonical[-1].ref.number
        labelled = self._stored.get(self.labels.get(label, ZERO_HASH))
        return None if labelled is None else labelled.ref.number

    def pending_transactions(self) -> int:
        return len(self.pool)

    # --- what happens to an engine

    def lose(self, count: int) -> None:
        """Killed: the newest blocks are gone, the head is an older one, the safe label forgotten."""
        for block in self.canonical[-count:]:
            del self._stored[block.ref.hash]
        del self.canonical[-count:]
        self.labels.pop("safe", None)

    def adopt(self, blocks: Sequence[L2Block]) -> None:
        """Somebody else has driven it: these blocks, which nobody has executed, are its newest."""
        for block in blocks:
            self._stored[block.ref.hash] = block
            self._envelopes[block.ref.hash] = ExecutionEnvelope(_payload_of(block), ZERO_HASH)
        self._make_canonical(blocks[-1])

    def copy(self, other: "FakeEngine", *, last: int | None = None) -> None:
        """Somebody else has driven it: it has the other's blocks, up to `last` where that is given."""
        blocks = other.canonical[1 : None if last is None else last + 1]
        for block in blocks:
            self._stored[block.ref.hash] = block
            self._envelopes[block.ref.hash] = other._envelopes[block.ref.hash]
        self._make_canonical(blocks[-1])

    @property
    def hashes(self) -> list[Hash]:
        return [block.ref.hash for block in self.canonical]

    def _call(self, name: str) -> None:
        self.before_call(name)
        self.calls.append(name)

    def _make_canonical(self, head: L2Block) -> None:
        """op-geth does not rewind to an ancestor of its head."""
        if head in self.canonical:
            return
        branch = [head]
        while (parent := self._stored[branch[-1].ref.parent_hash]) not in self.canonical:
            branch.append(parent)
        self.canonical = self.canonical[: parent.ref.number + 1] + branch[::-1]

    def _build(self, parent: L2Block, attributes: PayloadAttributes) -> ExecutionPayload:
        transactions = attributes.transactions or ()
        if not attributes.no_tx_pool:
            transactions += tuple(self.pool)
            self.pool.clear()
        info = l1_info_of(transactions)
        users = tuple(tx for tx in transactions if tx[0] != 0x7E)
        ref = child(parent.ref, BlockId(info.hash, info.number), users)
        assert ref.timestamp == attributes.timestamp
        params, min_base_fee = attributes.eip_1559_params or bytes(8), attributes.min_base_fee or 0
        return ExecutionPayload(
            parent_hash=parent.ref.hash,
            fee_recipient=attributes.fee_recipient,
            state_root=b"\x03" * 32,
            receipts_root=b"\x04" * 32,
            logs_bloom=bytes(256),
            prev_randao=attributes.prev_randao,
            number=ref.number,
            gas_limit=attributes.gas_limit or 0,
            gas_used=0,
            timestamp=ref.timestamp,
            extra_data=b"\x01" + params + min_base_fee.to_bytes(8, "big"),
            base_fee=1,
            block_hash=ref.hash,
            transactions=transactions,
            blob_gas_used=0,
            excess_blob_gas=0,
            withdrawals_root=b"\x08" * 32,
        )


def l2_block(ref, *, system_config=GENESIS_CONFIG, transactions=()):
    """A block that nobody has executed."""
    return replace(GENESIS_BLOCK, ref=ref, system_config=system_config, transactions=tuple(transactions))


def _payload_of(block: L2Block) -> ExecutionPayload:
    return ExecutionPayload(
        parent_hash=block.ref.parent_hash,
        fee_recipient=bytes(20),
        state_root=block.state_root,
        receipts_root=b"\x04" * 32,
        logs_bloom=bytes(256),
        prev_randao=ZERO_HASH,
        number=block.ref.number,
        gas_limit=block.gas_limit,
        gas_used=0,
        timestamp=block.ref.timestamp,
        extra_data=block.extra_data,
        base_fee=block.base_fee,
        block_hash=block.ref.hash,
        transactions=block.transactions,
        blob_gas_used=0,
        excess_blob_gas=0,
        withdrawals_root=block.withdrawals_root,
    )
