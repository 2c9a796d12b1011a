"""Withdrawals where outputs are proposed to an oracle: what L1 says about one."""

from opcycle.bridge.oracle_status import ScheduledOutput, Snapshot, stage_of
from opcycle.bridge.status import Finalizable, Stage
from opcycle.l1.oracle import L2OutputOracle, OutputProposal
from opcycle.l1.portal import OptimismPortal
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Hash, L1BlockRef
from opcycle.protocol.withdrawals import Withdrawal


class OracleSettlement:
    """A `Settlement` of the mode `oracle`. A withdrawal has one proof, that of whoever proved it last."""

    def __init__(self, portal: OptimismPortal, oracle: L2OutputOracle):
        self.portal = portal
        self._oracle = oracle

    def stage(self, withdrawal: Withdrawal, l2_block: int, *, l1: L1BlockRef) -> Stage:
        return stage_of(self._read(withdrawal, l2_block, l1))

    def finalization(self, withdrawal: Withdrawal, stage: Finalizable) -> TransactionRequest:
        return self.portal.finalize(withdrawal)

    def _read(self, withdrawal: Withdrawal, l2_block: int, l1: L1BlockRef) -> Snapshot:
        proven = self.portal.proven(withdrawal.hash, block=l1.hash)
        count = self._oracle.next_output_index(block=l1.hash)
        standing = None
        if proven is not None and proven.l2_output_index < count:
            standing = self._oracle.output(proven.l2_output_index, block=l1.hash)
        return Snapshot(
            l1_time=l1.timestamp,
            l2_block=l2_block,
            covering=self._covering(l2_block, count, l1.hash),
            period=self._oracle.finalization_period(block=l1.hash),
            is_paused=self.portal.is_paused(block=l1.hash),
            is_finalized=self.portal.is_finalized(withdrawal.hash, block=l1.hash),
            proven=proven,
            proven_output=standing,
        )

    def _covering(self, l2_block: int, count: int, l1_block: Hash) -> OutputProposal | ScheduledOutput:
        latest = self._oracle.latest_block_number(block=l1_block)
        if count > 0 and l2_block <= latest:
            index = self._oracle.output_index_after(l2_block, block=l1_block)
            return self._oracle.output(index, block=l1_block)
        following = self._oracle.next_block_number(block=l1_block)
        interval = following - latest
        number = following + max(0, -((following - l2_block) // interval)) * interval
        return ScheduledOutput(number, self._oracle.l2_timestamp(number, block=l1_block))
