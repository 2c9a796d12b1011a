"""A node with its database between a made-up L1 and a made-up engine."""

from dataclasses import replace
from pathlib import Path

from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    L1_CHAIN,
    batches_on,
    block,
    chain,
    epoch_by_time,
    payload_of,
)
from tests.unit.node.fakes import FakeBeacon, FakeEngine, FakeL1

from opcycle.derivation.attributes import prepare_attributes
from opcycle.errors import ResetError
from opcycle.node.agent import Node
from opcycle.node.database import Database
from opcycle.node.l1_view import DASource
from opcycle.node.safedb import SafeDB
from opcycle.node.verdict_store import VerdictStore
from opcycle.protocol.payload import ForkchoiceState
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import ZERO_HASH, L1Block, L2BlockRef

PATIENT = replace(CONFIG, seq_window_size=1000)
"""No empty blocks are forced, however long nothing is posted."""


class World:
    """`start` makes a node, and again makes it anew, as after a restart, on the database that it had."""

    da: DASource | None = None

    def __init__(self, directory: Path, l1_blocks: list[L1Block]):
        self._directory = directory
        self.l1 = FakeL1(l1_blocks)
        self.beacon: FakeBeacon | None = FakeBeacon()
        self.engine = FakeEngine()

    def start(
        self,
        *,
        database: str = "node.db",
        config: RollupConfig = PATIENT,
        l1_confirmations: int = 0,
        unsafe_source: FakeEngine | None = None,
    ) -> Node:
        self.database = Database(self._directory / database, config)
        self.safe_db, self.verdicts = SafeDB(self.database), VerdictStore(self.database)
        self.node = Node(
            config,
            L1_CHAIN,
            l1=self.l1,
            engine=self.engine,
            l2=self.engine,
            safe_db=self.safe_db,
            verdicts=self.verdicts,
            blobs=self.beacon,
            da=self.da,
            l1_confirmations=l1_confirmations,
            unsafe_source=unsafe_source,
        )
        return self.node

    def settle(self) -> list[str]:
        """Step until there is nothing to do, and reset when told to; what was done."""
        did: list[str] = []
        for _ in range(100):
            try:
                outcome = self.node.step()
            except ResetError as error:
                self.node.reset()
                did.append(f"reset: {error}")
                continue
            did += outcome.did
            if not outcome.progress:
                return did
        raise AssertionError(f"the node does not come to rest: {did[-3:]}")


def l1_with(
    posted: dict[int, int], *, length: int, fork: int | None = None
) -> tuple[list[L1Block], L2BlockRef]:
    """An L1 of `length` blocks that holds the batches of consecutive L2 blocks, and the last of these.

    `posted` says how many L2 blocks are posted in which L1 block. From block `fork` on it is another branch,
    which L2 blocks may be posted on, but not have as their L1 origin.
    """
    payloads, tip = {}, GENESIS
    for number, count in sorted(posted.items()):
        channel_id = tip.number.to_bytes(16, "big")
        batches, tip = batches_on(tip, count, epoch_of=epoch_by_time)
        payloads[number] = [payload_of(batches, channel_id=channel_id)]
    fork = length if fork is None else fork
    blocks = chain(fork, {number: payload for number, payload in payloads.items() if number < fork})
    for number in range(fork, length):
        parent_branch = "" if number == fork else "b"
        blocks.append(block(number, payloads.get(number, ()), branch="b", parent_branch=parent_branch))
    return blocks, tip


def build_on(engine: FakeEngine, count: int, *, transaction: bytes) -> None:
    """A sequencer that takes `transaction` first makes blocks on the engine's head, all in its epoch."""
    engine.pool = [transaction]
    for _ in range(count):
        head = engine.block("latest")
        epoch = block(head.ref.l1_origin.number)
        dictated = prepare_attributes(PATIENT, L1_CHAIN, head.ref, head.system_config, epoch=epoch)
        heads = ForkchoiceState(head.ref.hash, ZERO_HASH, ZERO_HASH)
        built = engine.build(heads, replace(dictated, no_tx_pool=False)).payload
        engine.forkchoice_updated(replace(heads, head=built.block_hash))
