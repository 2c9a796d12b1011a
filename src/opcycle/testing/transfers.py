"""What goes over the bridge: a deposit and a withdrawal, their steps and the conditions between them."""

from collections.abc import Callable

from eth_account.signers.local import LocalAccount

from opcycle.bridge.bridge import Bridge
from opcycle.bridge.deposits import DepositStatus
from opcycle.bridge.status import Proven, WithdrawalStatus
from opcycle.l1.receipts import Receipt
from opcycle.protocol.types import Hash
from opcycle.testing.chain import Chain
from opcycle.testing.conditions import Condition
from opcycle.testing.reverts import ContractRevertedError

BridgeOf = Callable[[LocalAccount], Bridge]
AdvanceUntil = Callable[[Condition], None]


class Deposit:
    """Ether, or a call, on its way from L1 to L2. `transaction` is L1's."""

    def __init__(self, bridge: Bridge, transaction: Hash):
        self.transaction = transaction
        self._bridge = bridge

    @property
    def status(self) -> DepositStatus:
        return self._bridge.deposit_status(self.transaction)

    @property
    def arrived(self) -> Condition:
        """An L2 block has it, whether its call succeeds or not."""
        return Condition(
            f"deposit 0x{self.transaction.hex()} to arrive on L2",
            holds=lambda: self.status.l2_receipt is not None,
            describe=lambda: str(self.status),
        )

    @property
    def succeeded(self) -> bool:
        """Whether its call on L2 did."""
        receipt = self.status.l2_receipt
        return receipt is not None and receipt.succeeded


class Withdrawal:
    """On its way from L2 to L1: `advance_until(w.provable)`, `w.prove()`, `advance_until(w.finalizable)`,
    `w.finalize()`. `transaction` is L2's.

    Either step may be another's: `sender`, who pays for the gas; by default who withdrew. `grace`: seconds
    that `finalize` waits.
    """

    def __init__(
        self,
        owner: LocalAccount,
        transaction: Hash,
        *,
        l1: Chain,
        bridge_of: BridgeOf,
        wait: AdvanceUntil,
        grace: int,
    ):
        self.transaction = transaction
        self._owner = owner
        self._l1 = l1
        self._bridge_of = bridge_of
        self._wait = wait
        self._grace = grace

    @property
    def status(self) -> WithdrawalStatus:
        """As the owner sees it: with games, each who proves has a proof of their own."""
        return self._bridge_of(self._owner).status(self.transaction)

    @property
    def provable(self) -> Condition:
        return self._condition("can be proven", lambda status: status.is_provable)

    @property
    def proven(self) -> Condition:
        return self._condition("is proven", lambda status: status.is_proven)

    @property
    def finalizable(self) -> Condition:
        return self._condition("can be finalized", lambda status: status.is_finalizable)

    @property
    def finalized(self) -> Condition:
        return self._condition("is finalized", lambda status: status.is_finalized)

    def prove(self, sender: LocalAccount | None = None) -> Receipt:
        """Raises TemporaryError if it cannot be proven yet, UserError if never."""
        bridge = self._bridge_of(sender or self._owner)
        return self._mined(bridge.prove(self.transaction), "the proof")

    def finalize(self, sender: LocalAccount | None = None) -> Receipt:
        """L1 makes its call. The last minute until that can be is waited for: a proof is as old as its block,
        and a game is decided some blocks after its clock has run out.

        Raises TemporaryError if it cannot be finalized yet, UserError if never.
        """
        bridge = self._bridge_of(sender or self._owner)
        stage = bridge.status(self.transaction).stage
        if isinstance(stage, Proven) and stage.seconds <= self._grace:
            self._wait(self._condition("can be finalized", lambda status: not _is_waiting(status)))
        return self._mined(bridge.finalize(self.transaction), "the finalization")

    def _condition(self, what: str, holds: Callable[[WithdrawalStatus], bool]) -> Condition:
        return Condition(
            f"withdrawal 0x{self.transaction.hex()} {what}",
            holds=lambda: holds(self.status),
            describe=lambda: str(self.status),
            seconds_left=lambda: _seconds_left(self.status),
        )

    def _mined(self, transaction: Hash, what: str) -> Receipt:
        receipt = self._l1.wait_for(transaction, what)
        if not receipt.succeeded:
            raise ContractRevertedError(what, b"", self._l1.decoder)
        return receipt


def _seconds_left(status: WithdrawalStatus) -> int:
    return status.stage.seconds if isinstance(status.stage, Proven) else 0


def _is_waiting(status: WithdrawalStatus) -> bool:
    return isinstance(status.stage, Proven)
