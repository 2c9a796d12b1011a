"""What the settlement modes do differently about withdrawals: which outputs L1 believes, and when."""

from typing import Protocol

from opcycle.bridge.status import Finalizable, Stage
from opcycle.l1.portal import Portal
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import L1BlockRef
from opcycle.protocol.withdrawals import Withdrawal


class Settlement(Protocol):
    """`opcycle.bridge.oracle.OracleSettlement` and `opcycle.bridge.games.GamesSettlement` are such."""

    @property
    def portal(self) -> Portal:
        """Through which deposits go in and proofs come."""
        ...

    def stage(self, withdrawal: Withdrawal, l2_block: int, *, l1: L1BlockRef) -> Stage:
        """How far a withdrawal has come that L2 has in a block, at the end of an L1 block."""
        ...

    def finalization(self, withdrawal: Withdrawal, stage: Finalizable) -> TransactionRequest:
        """Has L1 make the withdrawal's call."""
        ...
