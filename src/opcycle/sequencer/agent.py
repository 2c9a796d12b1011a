"""The sequencer: makes an L2 block whenever chain time says that one is due.

Live that is one block per block time; after time travel, or when it was down, all the missing ones, as fast
as the engine allows. Where L1 gave other blocks meanwhile, it goes on from these. The engine's chain and the
journal of payloads are its only state.
"""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.engine.client import EngineClient, InvalidPayloadError, payload_version
from opcycle.engine.journal import PayloadJournal
from opcycle.engine.l2 import L2Client
from opcycle.errors import CriticalError, OpcycleError, UserError
from opcycle.protocol.l1_chain import L1ChainConfig
from opcycle.protocol.l2_block import L2Block, l2_block_of_payload
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import BlockId
from opcycle.sequencer.decide import BuildBlock, Snapshot, Wait, decide, is_due, waits_until
from opcycle.sequencer.l1_origins import L1Origins, L1Source
from opcycle.sequencer.labels import Labels, RollupNode
from opcycle.sequencer.reset import newest_on_l1
from opcycle.sequencer.safe_chain import BlockSource, SafeChain

BLOCKS_PER_STEP = 32
"""Blocks that one step makes at most; about a quarter of a second of empty ones."""


class ChainClock(Protocol):
    """What time it is on the chain, in seconds."""

    def now(self) -> int: ...


class Sequencer:
    """One per chain. `pause` is called with the seconds to leave the engine for filling a block.

    `l1_confirmations`: L1 blocks that must follow one before it becomes an L1 origin; `node`: the RPC of a
    verifier, for the safe and finalized heads; `node_l2`: that of its engine, for its blocks.
    `sequenced` counts the transactions in its blocks since it started, "deposits" and "txns" (users'), for
    any thread to read.
    """

    name = "sequencer"

    def __init__(
        self,
        config: RollupConfig,
        l1_chain: L1ChainConfig,
        *,
        l1: L1Source,
        engine: EngineClient,
        l2: L2Client,
        journal: PayloadJournal,
        clock: ChainClock,
        pause: Callable[[float], None],
        l1_confirmations: int = 0,
        node: RollupNode | None = None,
        node_l2: BlockSource | None = None,
    ):
        self.sequenced: Counter[str] = Counter()
        self._config = config
        self._l1_chain = l1_chain
        self._l1 = l1
        self._origins = L1Origins(config, l1, confirmations=l1_confirmations)
        self._engine = engine
        self._l2 = l2
        self._journal = journal
        self._clock = clock
        self._pause = pause
        self._labels = Labels(node, l2)
        self._safe_chain = SafeChain(
            l2,
            node_l2,
            engine=engine,
            journal=journal,
            genesis=config.genesis_l2.number,
            is_on_l1=self._is_on_l1,
        )
        self._head: L2Block | None = None

    def step(self) -> Outcome:
        """Make the blocks that are due, at most `BLOCKS_PER_STEP`; the last one is the engine's head then.
        Where the node's safe chain is another one, take that instead.

        Raises ResetError if L1 no longer has the head's L1 origin, UserError for an engine or L1 of another
        chain, CriticalError if L1 undid a finalized block or the engine rejects one of ours.
        """
        try:
            return self._step()
        except OpcycleError as error:
            self._head = None  # the engine may have lost blocks: ask it again
            if isinstance(error, InvalidPayloadError):
                raise CriticalError(
                    f"the engine rejects a block of the sequencer's own: {error}; "
                    "engine and rollup config do not fit together"
                ) from error
            raise

    def reset(self) -> None:
        """Start from the engine's head and the journal again."""
        self._head = None
        self._origins.clear()
        self._labels.clear()

    def _step(self) -> Outcome:
        head = self._head = self._head or self._load()
        now = self._clock.now()
        if not is_due(self._config, head.ref, now):
            return Outcome.idle(waits_until(self._config, head.ref, now))
        self._labels.refresh(head.ref)
        if (taken := self._safe_chain.follow(head.ref, self._labels.overruled_by)) is not None:
            self._head = taken.head
            self._labels.clear()  # they may name blocks that were lost
            return Outcome.done(taken.summary)
        self._origins.refresh(head.ref.l1_origin)
        built: list[L2Block] = []
        waiting_for = ""
        while len(built) < BLOCKS_PER_STEP and not waiting_for:
            for action in decide(self._config, self._l1_chain, self._snapshot(head)):
                match action:
                    case BuildBlock():
                        self._head = head = self._build(head, action)
                        built.append(head)
                    case Wait(reason):
                        waiting_for = reason
        if not built:
            return Outcome.idle(waiting_for)
        self._engine.forkchoice_updated(self._labels.forkchoice(head.ref.hash))
        users = sum(len(block.user_transactions) for block in built)
        self.sequenced["txns"] += users
        self.sequenced["deposits"] += sum(len(block.transactions) for block in built) - users
        return Outcome(progress=True, did=(_summary(built),), waiting_for=waiting_for)

    def _snapshot(self, head: L2Block) -> Snapshot:
        origin, following = self._origins.at(head.ref.l1_origin)
        return Snapshot(
            head=head,
            origin=origin,
            following=following,
            l1_head=self._origins.l1_head,
            pending=self._l2.pending_transactions(),
            now=self._clock.now(),
        )

    def _build(self, head: L2Block, action: BuildBlock) -> L2Block:
        """A block that the engine has stored and the journal holds; the next forkchoice makes it the head.

        That is the one which starts the block after it, or the last of this step: one call saved per block.
        """
        envelope = self._engine.build(
            self._labels.forkchoice(head.ref.hash),
            action.attributes,
            version=payload_version(self._config, action.attributes.timestamp),
            fill=(lambda: self._pause(action.fill)) if action.fill else None,
        )
        self._journal.record(envelope)
        return l2_block_of_payload(envelope.payload)

    def _load(self) -> L2Block:
        """The block to go on from: the engine's head, after giving back what a kill has cost it; an ancestor
        where L1 has replaced the head's L1 origin."""
        self._check_chains()
        head = self._l2.block("latest")
        if self._journal.replay(self._engine, head.ref.hash):
            head = self._l2.block("latest")
        return newest_on_l1(
            head,
            finalized=self._l2.number("finalized") or self._config.genesis_l2.number,
            block_at=self._l2.block,
            is_on_l1=self._is_on_l1,
        )

    def _is_on_l1(self, block: BlockId) -> bool:
        return self._l1.header(block.number).id == block

    def _check_chains(self) -> None:
        config = self._config
        found = self._l2.hash_of(config.genesis_l2.number)
        if found != config.genesis_l2.hash:
            raise UserError(
                f"the L2 engine starts from block 0x{found.hex() if found else ''}, the rollup config from "
                f"0x{config.genesis_l2.hash.hex()}: one of them belongs to another chain"
            )
        if not self._is_on_l1(config.genesis_l1):
            raise UserError(
                f"this L1 has no block {config.genesis_l1}, from which the rollup config starts; "
                "is it the right L1?"
            )


def _summary(built: list[L2Block]) -> str:
    """One line for the log."""
    transactions = sum(len(block.user_transactions) for block in built)
    last = built[-1].ref
    if len(built) == 1:
        return f"L2 block {last}: {transactions} transactions, L1 origin {last.l1_origin}"
    first = built[0].ref
    return f"L2 blocks {first} to {last}: {transactions} transactions, L1 origin {last.l1_origin}"
