"""The derivation pipeline: give it L1 blocks, ask it for the next safe block.

    pipeline = DerivationPipeline(config, l1_chain)
    pipeline.reset(origin_block=…, system_config=…, safe_head=…)
    match pipeline.next(safe_head, safe_system_config):
        case NeedL1Block(number): pipeline.push(block `number`), ask again
        case NeedL2Block(number): pipeline.push_l2(block `number` of the safe chain), ask again
        case NeedDAInput(commitment): pipeline.push_da_input(commitment, data or None), ask again
        case DerivedAttributes(): build the block, ask again with it as the safe head

The same L1 blocks give the same attributes, however they are pushed: one by one or many ahead.
Source: OP Stack specs, "L2 Chain Derivation"; op-node `derive/pipeline.go`.
"""

from dataclasses import dataclass

from opcycle.derivation.attributes import AttributesStage, DerivedAttributes
from opcycle.derivation.batch_mux import BatchMux
from opcycle.derivation.channel_mux import ChannelMux
from opcycle.derivation.channel_reader import ChannelReader
from opcycle.derivation.da_challenges import Challenges
from opcycle.derivation.da_inputs import DAInputs, LookAhead, NeedDAInput
from opcycle.derivation.frame_queue import FrameQueue, PayloadSource
from opcycle.derivation.l1_retrieval import L1Retrieval
from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.derivation.verdicts import Verdict, VerdictLog
from opcycle.derivation.waiting import WaitingFor
from opcycle.errors import CriticalError
from opcycle.protocol.alt_da import Commitment
from opcycle.protocol.l1_chain import L1ChainConfig
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.types import L1Block, L1BlockRef, L2BlockRef


@dataclass(frozen=True, slots=True)
class NeedL1Block:
    """Nothing more can be derived before L1 block `number` is pushed."""

    number: int


class DerivationPipeline:
    """Pure: no I/O and no clock. Begins with `reset`; keeps L1 blocks from the safe head's origin on."""

    def __init__(self, config: RollupConfig, l1_chain: L1ChainConfig):
        self._config = config
        self._l1_chain = l1_chain
        self._verdicts = VerdictLog()
        self._challenges = None if config.alt_da is None else Challenges(config.alt_da)

    def reset(self, *, origin_block: L1Block, system_config: SystemConfig, safe_head: L2BlockRef) -> None:
        """Forget everything and read L1 from `origin_block` on, included.

        `origin_block` is the one that `chain_spec.first_l1_number` names, or earlier. `system_config` is the
        config after the updates of `origin_block` itself: that of any L2 block whose L1 origin it is.
        Raises CriticalError if the block is after the safe head's L1 origin.
        """
        if origin_block.header.number > safe_head.l1_origin.number:
            raise CriticalError(
                f"derivation on {safe_head} cannot start at L1 block {origin_block.ref}, "
                f"after the L1 origin {safe_head.l1_origin}"
            )
        self._safe_head = safe_head
        self._verdicts.obstacle = None
        self._traversal = L1Traversal(self._config, origin_block, system_config)
        retrieval = L1Retrieval(self._config, self._traversal, self._verdicts)
        self._da_inputs = self._da_inputs_of(retrieval)
        self._missing: LookAhead | None = None
        source = self._da_inputs or retrieval
        self._attributes = assemble(self._config, self._l1_chain, source, self._verdicts)

    @property
    def origin(self) -> L1BlockRef:
        """The L1 block being read: with all of them up to it, the safe head is what it is."""
        return self._traversal.origin.ref

    @property
    def l1_system_config(self) -> SystemConfig:
        """The config after the updates of the last block that was pushed."""
        return self._traversal.system_config_ahead

    def push(self, block: L1Block) -> None:
        """Give the next L1 block. Raises ResetError if it does not follow the last one: L1 reorganised."""
        self._traversal.push(block)

    def push_l2(self, block: L2Block) -> None:
        """Give the block of the safe chain that `next` asked for. Raises ValueError for any other."""
        self._attributes.push_l2(block)

    def push_da_input(self, commitment: Commitment, data: bytes | None) -> None:
        """Give the data that `next` asked for, None if the DA server does not have it.

        Raises ValueError for another commitment, or other data than it is of.
        """
        if self._da_inputs is None:
            raise ValueError("the rollup config knows no alt-DA")
        self._da_inputs.push(commitment, data)

    def next(
        self, safe_head: L2BlockRef, safe_system_config: SystemConfig
    ) -> DerivedAttributes | NeedL1Block | NeedL2Block | NeedDAInput:
        """The attributes of the block after `safe_head`, or what is needed first.

        `safe_system_config` is the config as of `safe_head`. Until a block is built, asking again gives
        the same answer. Raises ResetError if the safe head is not on the L1 chain that was pushed, or rests
        on alt-DA data whose challenge has expired; CriticalError if alt-DA data is lost.
        """
        self._safe_head = safe_head
        while True:
            need = None if self._da_inputs is None else self._da_inputs.need()
            if isinstance(need, NeedDAInput):
                return need
            self._missing = need
            if need is not None:
                return NeedL1Block(self._traversal.next_number)
            derived = self._attributes.next(safe_head, safe_system_config)
            if derived is not None:
                return derived
            if not self._traversal.advance():
                return NeedL1Block(self._traversal.next_number)

    def invalidate(self, derived: DerivedAttributes) -> DerivedAttributes | None:
        """The engine rejected the last attributes: the same with their deposits only; the channel is dropped.

        None before Holocene, where only the batch is dropped: ask for the next one. Raises CriticalError if
        they had nothing but deposits.
        """
        return self._attributes.without_batch(derived)

    def take_verdicts(self) -> list[Verdict]:
        """What was decided since the last call, in order."""
        return self._verdicts.take()

    def waiting_for(self) -> WaitingFor:
        """What the next block after the safe head that was last asked about depends on."""
        origin, obstacle = self._safe_head.l1_origin.number, self._verdicts.obstacle
        return WaitingFor(
            safe_head=self._safe_head,
            l1_number=self._traversal.next_number,
            # once that of the safe head's epoch is over and filled, it is the next epoch's, one block later
            window_ends=max(origin + self._config.seq_window_size, self.origin.number + 1),
            channel=self._attributes.open_channel,
            # what L1 held up to the safe head's own origin cannot be about a later block
            obstacle=None if obstacle is None or obstacle.inclusion.number <= origin else obstacle,
            missing=self._missing,
        )

    def final_l1(self, l1_finalized: int) -> int:
        """The last L1 block whose L2 blocks are final, when L1 has finalized block `l1_finalized`.

        That block itself, but for alt-DA data that may still be challenged; may be before L1's first block.
        """
        return l1_finalized if self._challenges is None else self._challenges.final_l1(l1_finalized)

    def _da_inputs_of(self, retrieval: L1Retrieval) -> DAInputs | None:
        alt_da, challenges = self._config.alt_da, self._challenges
        if alt_da is None or challenges is None:
            return None
        challenges.reset()
        return DAInputs(alt_da, retrieval, self._traversal, challenges, self._verdicts)


def assemble(
    config: RollupConfig, l1_chain: L1ChainConfig, source: PayloadSource, verdicts: VerdictLog
) -> AttributesStage:
    """All stages behind the payloads, in the order in which data passes them; the last one is pulled."""
    frames = FrameQueue(config, source, verdicts)
    channels = ChannelMux(config, frames, verdicts)
    reader = ChannelReader(config, channels, verdicts)
    batches = BatchMux(config, reader, verdicts)
    return AttributesStage(config, l1_chain, batches, verdicts)
