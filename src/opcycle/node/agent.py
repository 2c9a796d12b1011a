"""The verifier: derives the L2 chain from L1 and executes it on an engine of its own.

One step looks at L1, reads a range of it if derivation needs more, takes what a sequencer has announced,
makes at most `BLOCKS_PER_STEP` blocks safe, records them, follows finality, and publishes the status that the
RPC serves.
"""

from opcycle.agent import Outcome
from opcycle.derivation.attributes import DerivedAttributes
from opcycle.derivation.chain_spec import first_l1_number
from opcycle.derivation.da_inputs import NeedDAInput
from opcycle.derivation.pipeline import DerivationPipeline, NeedL1Block
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.engine.client import EngineClient
from opcycle.engine.l2 import L2Client
from opcycle.errors import CriticalError, OpcycleError, ResetError, TemporaryError, UserError
from opcycle.node.consolidation import difference
from opcycle.node.counts import Counts
from opcycle.node.execution import announce, execute
from opcycle.node.heads import Heads
from opcycle.node.l1_view import BlobSource, DASource, L1Heads, L1Source, L1View
from opcycle.node.lineage import MadeBlock
from opcycle.node.reset import block_of_epoch, block_to_go_on_from, certain_records
from opcycle.node.safedb import SafeDB
from opcycle.node.unsafe_chain import BlockSource, UnsafeChain
from opcycle.node.verdict_store import VerdictStore
from opcycle.node.waiting import FIRST_LOOK, Waiting
from opcycle.protocol.l1_chain import L1ChainConfig
from opcycle.protocol.l2_block import L2Block, l2_block_of_payload
from opcycle.protocol.payload import ExecutionEnvelope
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import UNKNOWN_L1, SyncStatus
from opcycle.protocol.types import BlockId

BLOCKS_PER_STEP = 64
"""L2 blocks that one step makes at most; about half a second of empty ones."""


class Node:
    """`safe_db` and `verdicts` belong to one `Database`. An L1 block is read once `l1_confirmations` others
    follow it; `blobs` gives those that it names, and may be None while the batcher posts none; so does `da`
    with alt-DA data.
    `unsafe_source` is the L2 RPC of a sequencer, whose blocks are taken before they are on L1."""

    name = "node"

    def __init__(
        self,
        config: RollupConfig,
        l1_chain: L1ChainConfig,
        *,
        l1: L1Source,
        engine: EngineClient,
        l2: L2Client,
        safe_db: SafeDB,
        verdicts: VerdictStore,
        blobs: BlobSource | None = None,
        da: DASource | None = None,
        l1_confirmations: int = 0,
        unsafe_source: BlockSource | None = None,
    ):
        self._config = config
        self._l1 = L1View(config, l1, blobs=blobs, da=da, confirmations=l1_confirmations)
        self._engine = engine
        self._l2 = l2
        self._safe_db = safe_db
        self._verdicts = verdicts
        self._unsafe = UnsafeChain(engine, l2, unsafe_source)
        self._pipeline = DerivationPipeline(config, l1_chain)
        self._tip: L2Block | None = None
        self._rests_on = config.genesis_l1
        self._heads: Heads | None = None
        self._status: SyncStatus | None = None
        self._verdicts_from = 0
        self._da_trouble: TemporaryError | None = None
        self._waiting = FIRST_LOOK
        self.counts = Counts()

    @property
    def status(self) -> SyncStatus:
        """As of the last step, for any thread to read. Raises TemporaryError before the first step."""
        if self._status is None:
            raise TemporaryError(f"the node knows no heads yet; it waits for: {self._waiting.text}")
        return self._status

    @property
    def waiting(self) -> Waiting:
        """Why the safe head stands where it is; as of the last step, for any thread to read."""
        return self._waiting

    def post_unsafe(self, envelope: ExecutionEnvelope) -> None:
        """Take a block ahead of L1, at the next step, if it follows the unsafe head then; from any thread.

        Raises TemporaryError when too many wait.
        """
        self._unsafe.posted.add(envelope)

    def step(self) -> Outcome:
        """Go on as far as one step goes.

        Raises ResetError after an L1 reorg, CriticalError if one undoes a finalized block or the engine
        rejects deposits, UserError if L1 or the engine is of another chain.
        """
        try:
            return self._step()
        except OpcycleError as error:
            self._waiting = Waiting.of_error(error)
            raise

    def reset(self) -> None:
        """Go back to the newest safe head that L1 still vouches for, at the next step."""
        self._tip = None

    def _step(self) -> Outcome:
        l1 = self._l1.heads()
        tip = self._tip or self._restart(l1)
        was_read = self._read_l1(tip, l1)
        self._tip = None  # until the engine has done its part: after an error it may have lost blocks
        said = self._take_announced()
        before = self._current_heads
        made, replaced = self._derive(tip)
        finalized = self._finalize(l1)
        heads = self._current_heads
        if heads != before:
            announce(self._engine, heads)
        self._tip = made[-1] if made else tip
        self._status = _status(l1, self._pipeline, heads)
        is_behind = self._pipeline.origin.number < self._l1.newest(l1)
        self._waiting = Waiting.of_derivation(self._pipeline.waiting_for(), is_behind=is_behind)
        did = [
            *([f"read L1 up to {self._pipeline.origin}"] if was_read else []),
            *said,
            *replaced,
            *_summary(made),
            *finalized,
        ]
        if self._da_trouble is not None and not did:
            if not self._l1.has(self._pipeline.origin.id, l1):
                raise ResetError(f"L1 has replaced block {self._pipeline.origin}")
            raise self._da_trouble
        return Outcome(progress=bool(did), did=tuple(did), waiting_for=self._waiting.text)

    def _read_l1(self, tip: L2Block, l1: L1Heads) -> bool:
        """Give the pipeline the next range of L1 if it needs one; after a restart as many as it takes to come
        to the L1 block that gave `tip`. False if there is nothing to give."""
        was_read = False
        while self._read_range(tip, l1):
            was_read = True
            if self._pipeline.origin.number >= self._rests_on.number:
                break
        return was_read

    def _read_range(self, tip: L2Block, l1: L1Heads) -> bool:
        answer = self._ask_pipeline(tip)
        if not isinstance(answer, NeedL1Block):
            return False
        was_read = False
        for block in self._l1.blocks_from(answer.number, l1, self._pipeline.l1_system_config):
            self._require_rest(block.header.id)
            self._pipeline.push(block)
            was_read = True
        return was_read

    def _require_rest(self, block: BlockId) -> None:
        """After a restart, reading begins before the L1 block that gave the safe head: it may have left L1 in
        the meantime without a break in what is read."""
        if block.number == self._rests_on.number and block != self._rests_on:
            raise ResetError(
                f"L1 reorganised: the safe head rests on block {self._rests_on}, L1 now has {block}"
            )

    def _take_announced(self) -> list[str]:
        """Make what a sequencer has announced the unsafe head; in words."""
        heads, said = self._unsafe.extend(self._current_heads)
        if heads.unsafe != self._current_heads.unsafe:
            announce(self._engine, heads)
            said.append(f"unsafe head {heads.unsafe}")
        self._heads = heads
        return said

    def _derive(self, tip: L2Block) -> tuple[list[L2Block], list[str]]:
        """Make safe what the L1 blocks read so far give; record the verdicts, and then the safe heads.

        Also says which unsafe blocks L1 has replaced.
        """
        made: list[L2Block] = []
        lineage: list[MadeBlock] = []
        replaced: list[str] = []
        safe_heads: dict[int, SafeHead] = {}
        while len(made) < BLOCKS_PER_STEP:
            derived = self._ask_pipeline(tip)
            if isinstance(derived, (NeedL1Block, NeedDAInput)):
                break
            if derived.derived_from.number < self._rests_on.number:
                raise ResetError(
                    f"L1 reorganised: the safe head rests on block {self._rests_on}, "
                    f"and L1 now gives the block after it in {derived.derived_from}"
                )
            block, reorg = self._make_safe(derived)
            if block is None:
                continue
            tip = block
            replaced += reorg
            made.append(tip)
            lineage.append(MadeBlock(tip.ref.id, derived.batch, derived.derived_from.id))
            safe_heads[derived.derived_from.number] = SafeHead(derived.derived_from.id, tip.ref.id)
        verdicts = [v for v in self._pipeline.take_verdicts() if v.inclusion.number >= self._verdicts_from]
        self.counts.add(verdicts, lineage)
        if verdicts:
            self._verdicts.record(verdicts)
        if lineage:
            self._verdicts.lineage.record(lineage)
        if safe_heads:
            self._safe_db.record(safe_heads.values())
        return made, replaced

    def _make_safe(self, derived: DerivedAttributes) -> tuple[L2Block | None, list[str]]:
        """The block of `derived` as the safe head: the unsafe chain's if it is the same, or a new one, which
        then replaces that chain. None if the pipeline has another batch for it."""
        heads, replaced = self._current_heads, []
        known = self._unsafe.next(heads)
        if known is not None:
            curve = self._config.fee_curve
            wrong = difference(derived.attributes, heads.safe.hash, known, curve)
            if wrong is None:
                block = l2_block_of_payload(known.payload)
                self._heads = heads.consolidate(block.ref)
                return block, []
            lost = f"{known.payload.id} to {heads.unsafe}"
            replaced = [f"L2 reorg: L1 replaces the unsafe blocks {lost}; the first has another {wrong}"]
            self._unsafe.forget()
            heads = heads.without_unsafe()
        made = execute(self._config, self._engine, self._pipeline, heads, derived)
        if made is not None:
            self._heads = heads.advance(made.ref)
        return made, replaced

    def _ask_pipeline(self, tip: L2Block) -> DerivedAttributes | NeedL1Block | NeedDAInput:
        """What comes after `tip`; alt-DA data only if the DA server does not answer.

        The engine has the safe blocks up to `tip` that a span batch repeats.
        """
        self._da_trouble = None
        while True:
            match answer := self._pipeline.next(tip.ref, tip.system_config):
                case NeedL2Block(number):
                    # `tip` itself is not canonical in the engine yet
                    self._pipeline.push_l2(tip if number == tip.ref.number else self._l2.block(number))
                case NeedDAInput(commitment):
                    try:
                        self._pipeline.push_da_input(commitment, self._l1.da_input(commitment))
                    except TemporaryError as error:  # what this step has derived so far stays
                        self._da_trouble = error
                        return answer
                case _:
                    return answer

    def _finalize(self, l1: L1Heads) -> list[str]:
        """Follow L1's finality, if the L1 block in question is still the one that we derived from."""
        heads = self._current_heads
        final = -1 if l1.finalized is None else self._pipeline.final_l1(l1.finalized.number)
        entry = self._safe_db.at(final)
        if entry is None or entry.safe_head.number <= heads.finalized.number:
            return []
        if not self._l1.has(entry.l1_block, l1):
            raise ResetError(
                f"L1 has finalized another block than {entry.l1_block}, from which the node derived"
            )
        self._heads = heads.finalize(self._l2.block(entry.safe_head.hash).ref)
        return [f"finalized L2 block {entry.safe_head}"]

    def _restart(self, l1: L1Heads) -> L2Block:
        """Find the L2 block to go on from, forget what came after it, and set engine and pipeline on it."""
        self._check_chains(l1)
        finalized = self._l2.block(self._l2.number("finalized") or self._config.genesis_l2.number)
        record = self._go_on_from(finalized.ref.id, l1)
        tip = finalized if record is None else self._l2.block(record.safe_head.hash)
        self._rests_on = tip.ref.l1_origin if record is None else record.l1_block
        if tip.ref == finalized.ref:
            self._require_origin(tip, l1)
        unsafe = self._unsafe.restart(tip.ref, lambda o: o.number > l1.head.number or self._l1.has(o, l1))
        self._heads = Heads(unsafe=unsafe, safe=tip.ref, finalized=finalized.ref)
        announce(self._engine, self._heads)
        self._safe_db.forget_after(tip.ref.number)
        self._verdicts.lineage.forget_after(tip.ref.number)
        start = first_l1_number(self._config, tip.ref)
        genesis = self._config.genesis_l2.number
        epoch = block_of_epoch(self._l2.block, start, first=genesis, last=tip.ref.number)
        self._pipeline.reset(
            origin_block=self._l1.block(start, epoch.system_config),
            system_config=epoch.system_config,
            safe_head=tip.ref,
        )
        # frames before the safe head's own L1 origin may lack their first ones now, and were judged before
        self._verdicts_from = tip.ref.l1_origin.number
        return tip

    def _go_on_from(self, finalized: BlockId, l1: L1Heads) -> SafeHead | None:
        genesis = self._config.genesis_l2
        if finalized == genesis and self._safe_db.at(l1.head.number) is None:
            # the genesis is safe from the first L1 block on, which may be older than the rollup
            self._safe_db.record([SafeHead(self._l1.header(0).id, genesis)])
        newest = self._l2.number() or genesis.number

        def is_on_l2(block: BlockId) -> bool:
            return block.number <= newest and self._l2.hash_of(block.number) == block.hash

        return block_to_go_on_from(
            certain_records(self._config, self._safe_db.newest_first(), finalized),
            finalized,
            l1_head=l1.head.number,
            is_on_l1=lambda block: self._l1.has(block, l1),
            is_on_l2=is_on_l2,
        )

    def _require_origin(self, tip: L2Block, l1: L1Heads) -> None:
        """Where no record vouches for a finalized block, its L1 origin has to be part of L1 at least."""
        origin = tip.ref.l1_origin
        if origin.number > l1.head.number:
            raise TemporaryError(
                f"L1 is at block {l1.head} and was at {origin} before, the L1 origin of L2 block {tip.ref}; "
                "waiting for it"
            )
        if not self._l1.has(origin, l1):
            raise CriticalError(
                f"L1 no longer has block {origin}, on which the finalized L2 block {tip.ref} rests; "
                "L1 has undone what it had finalized, or the node reads another L1 now"
            )

    def _check_chains(self, l1: L1Heads) -> None:
        config = self._config
        found = self._l2.hash_of(config.genesis_l2.number)
        if found != config.genesis_l2.hash:
            raise UserError(
                f"the L2 engine starts from block 0x{found.hex() if found else ''}, the rollup config from "
                f"0x{config.genesis_l2.hash.hex()}: one of them belongs to another chain"
            )
        if not self._l1.has(config.genesis_l1, l1):
            raise UserError(
                f"this L1 has no block {config.genesis_l1}, from which the rollup config starts; "
                "is it the right L1, and is it synced?"
            )

    @property
    def _current_heads(self) -> Heads:
        if self._heads is None:
            raise AssertionError("heads are known from the restart on")
        return self._heads


def _status(l1: L1Heads, pipeline: DerivationPipeline, heads: Heads) -> SyncStatus:
    return SyncStatus(
        current_l1=pipeline.origin,
        head_l1=l1.head,
        safe_l1=l1.safe or UNKNOWN_L1,
        finalized_l1=l1.finalized or UNKNOWN_L1,
        unsafe_l2=heads.unsafe,
        safe_l2=heads.safe,
        finalized_l2=heads.finalized,
    )


def _summary(built: list[L2Block]) -> list[str]:
    """One line for the log, none for no block."""
    if not built:
        return []
    first, last = built[0].ref, built[-1].ref
    blocks = f"L2 block {last}" if first == last else f"L2 blocks {first} to {last}"
    return [f"derived {blocks}, L1 origin {last.l1_origin}"]
