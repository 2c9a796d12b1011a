"""The account that a proposer sends from: one proposal at a time, and none that fails unnoticed."""

from dataclasses import dataclass
from typing import Protocol

from opcycle.l1.receipts import Receipt
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address, Hash


class Transactions(Protocol):
    """`opcycle.l1.transactions.TransactionManager` is one."""

    @property
    def address(self) -> Address: ...

    def in_flight(self) -> int: ...

    def send(self, request: TransactionRequest) -> Hash: ...

    def receipt(self, transaction: Hash) -> Receipt | None: ...

    def require_success(self, receipt: Receipt, request: TransactionRequest) -> None: ...


@dataclass(frozen=True, slots=True)
class _Sent:
    transaction: Hash
    request: TransactionRequest


class Account:
    """A proposer's account on L1."""

    def __init__(self, transactions: Transactions):
        self._transactions = transactions
        self.forget()

    @property
    def address(self) -> Address:
        return self._transactions.address

    def forget(self) -> None:
        """The last proposal, whatever has become of it."""
        self._sent: _Sent | None = None

    def is_quiet(self) -> bool:
        """Whether L1 has mined everything that was sent.

        Raises TransactionRevertedError once for each proposal that L1 has refused: a proposer could otherwise
        pay for failures without end.
        """
        if self._transactions.in_flight() > 0:
            return False
        sent, self._sent = self._sent, None
        receipt = None if sent is None else self._transactions.receipt(sent.transaction)
        if sent is not None and receipt is not None:
            self._transactions.require_success(receipt, sent.request)
        return True

    def send(self, request: TransactionRequest) -> Hash:
        """Raises what `TransactionManager.send` raises."""
        self._sent = _Sent(self._transactions.send(request), request)
        return self._sent.transaction
