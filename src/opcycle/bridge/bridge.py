"""Deposits and withdrawals of one user: every call acts or tells at once.

What a call needs of earlier ones it finds on the chains, so that any process can go on where another stopped.
"""

from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.bridge.deposits import DepositStatus, deposit_of
from opcycle.bridge.pick import pick
from opcycle.bridge.proof import with_embedded_nodes
from opcycle.bridge.settlement import Settlement
from opcycle.bridge.status import Finalizable, Finalized, WaitingForInclusion, WithdrawalStatus
from opcycle.engine.l2 import L2Client
from opcycle.errors import OpcycleError, TemporaryError, UserError
from opcycle.keccak import keccak
from opcycle.l1.contract import Contract
from opcycle.l1.reader import L1Reader
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import Address, Hash
from opcycle.protocol.withdrawals import Withdrawal, withdrawals_from_logs
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex

GAS_LIMIT = 100_000
"""Gas of the call on the other chain, if nothing else is asked for: enough to receive ETH."""


class UnknownTransactionError(UserError):
    """One of the chains has never heard of the transaction."""


@dataclass(frozen=True, slots=True)
class _Initiated:
    """A withdrawal and the L2 block that has it."""

    withdrawal: Withdrawal
    l2_block: int


class Bridge:
    """`l1_sender` deposits, proves and finalizes, `l2_sender` withdraws; None: nothing can be sent there.

    Anybody may prove and finalize anybody's withdrawal. A transaction can make several deposits or
    withdrawals: `index`, from 0, says which one is meant. UserError means that the same call will never
    succeed, TemporaryError that it may later.
    """

    def __init__(
        self,
        *,
        l1: RpcClient,
        l2: L2Client,
        settlement: Settlement,
        l1_sender: TransactionManager | None,
        l2_sender: TransactionManager | None,
    ):
        self._l1 = l1
        self._l2 = l2
        self._settlement = settlement
        self._portal = settlement.portal
        self._l1_sender = l1_sender
        self._l2_sender = l2_sender

    def deposit(
        self,
        to: Address | None,
        wei: int,
        *,
        data: bytes = b"",
        gas_limit: int = GAS_LIMIT,
        mint: int | None = None,
    ) -> Hash:
        """Send `wei` and `data` to `to` on L2, or create a contract from `data` if None; returns the L1
        transaction. `mint` wei come from L1, all if None, and the rest from the sender's balance on L2: with
        0 it is a plain L2 transaction that no sequencer can refuse."""
        minted = wei if mint is None else mint
        request = self._portal.deposit(to, mint=minted, value=wei, gas_limit=gas_limit, data=data)
        return _require(self._l1_sender, "L1").send(request)

    def deposit_status(self, l1_transaction: Hash, index: int | None = None) -> DepositStatus:
        """Of ETH sent to the portal as well. Raises UserError if the transaction is unknown, has failed, or
        makes no such deposit."""
        receipt = read_receipt(self._l1, l1_transaction)
        if receipt is None:
            _require_known(self._l1, l1_transaction, "L1")
            return DepositStatus(None, None, None)
        deposit = deposit_of(receipt, index, portal=self._portal.contract.address)
        return DepositStatus(receipt, deposit, self._l2.receipt(deposit.hash))

    def withdraw(self, to: Address, wei: int, *, data: bytes = b"", gas_limit: int = GAS_LIMIT) -> Hash:
        """Send `wei` and `data` to `to` on L1, in three steps of which this is the first; returns the L2
        transaction. `gas_limit` is what the call on L1 gets at least."""
        passer = Contract(self._l2.rpc, L2_TO_L1_MESSAGE_PASSER, artifact("L2ToL1MessagePasser").abi)
        request = passer.request("initiateWithdrawal", to, gas_limit, data, value=wei)
        return _require(self._l2_sender, "L2").send(request)

    def status(self, l2_transaction: Hash, index: int | None = None) -> WithdrawalStatus:
        """Where a withdrawal stands, as of L1's head.

        Raises UserError if the transaction is unknown, has failed, or makes no such withdrawal.
        """
        found = self._initiated(l2_transaction, index)
        if found is None:
            return WithdrawalStatus(None, WaitingForInclusion())
        l1 = L1Reader(self._l1).header("latest").ref
        stage = self._settlement.stage(found.withdrawal, found.l2_block, l1=l1)
        return WithdrawalStatus(found.withdrawal, stage)

    def prove(self, l2_transaction: Hash, index: int | None = None) -> Hash:
        """Prove the withdrawal against an output that covers it; returns the L1 transaction."""
        status = self.status(l2_transaction, index)
        withdrawal, basis = status.withdrawal, status.basis
        if withdrawal is None or basis is None:
            raise _not_now("proven", status, never=status.is_proven)
        block = self._l2.block(basis.l2_block)
        if block.output.root != basis.output_root:
            raise TemporaryError(
                f"{basis.name} says {to_hex(basis.output_root)} of L2 block {block.ref}, this L2 says "
                f"{to_hex(block.output.root)}: either the output is wrong and will not stand, or the L2 is"
            )
        slot = withdrawal.storage_slot
        proof = self._l2.proof(L2_TO_L1_MESSAGE_PASSER, [slot], block.ref.hash).storage[0]
        request = self._portal.prove(
            withdrawal,
            index=basis.index,
            output=block.output,
            proof=with_embedded_nodes(proof.nodes, keccak(slot)),
        )
        return _require(self._l1_sender, "L1").send(request)

    def finalize(self, l2_transaction: Hash, index: int | None = None) -> Hash:
        """Let L1 make the withdrawal's call; returns the L1 transaction."""
        status = self.status(l2_transaction, index)
        if status.withdrawal is None or not isinstance(status.stage, Finalizable):
            raise _not_now("finalized", status, never=False)
        request = self._settlement.finalization(status.withdrawal, status.stage)
        return _require(self._l1_sender, "L1").send(request)

    def receipt(self, l1_transaction: Hash) -> Receipt | None:
        """What became of a transaction on L1, None while it is in no block."""
        return read_receipt(self._l1, l1_transaction)

    def _initiated(self, transaction: Hash, index: int | None) -> _Initiated | None:
        """None while no L2 block has the transaction."""
        name = f"L2 transaction {to_hex(transaction)}"
        receipt = self._l2.receipt(transaction)
        if receipt is None:
            _require_known(self._l2.rpc, transaction, "L2")
            return None
        if not receipt.succeeded:
            raise UserError(f"{name} failed in block {receipt.block}: it has withdrawn nothing")
        withdrawals = withdrawals_from_logs(receipt.logs)
        return _Initiated(pick(withdrawals, index, maker=name, what="withdrawal"), receipt.block.number)


def _require(sender: TransactionManager | None, chain: str) -> TransactionManager:
    if sender is None:
        raise UserError(f"sending on {chain} needs an account, and this bridge has none; give it a key")
    return sender


def _require_known(rpc: RpcClient, transaction: Hash, chain: str) -> None:
    if rpc.call("eth_getTransactionByHash", to_hex(transaction)) is None:
        raise UnknownTransactionError(
            f"{chain} knows no transaction {to_hex(transaction)}; is it of this chain, and was it sent?"
        )


def _not_now(what: str, status: WithdrawalStatus, *, never: bool) -> OpcycleError:
    """Why a withdrawal cannot be proven or finalized now."""
    if isinstance(status.stage, Finalized):
        return UserError(f"the withdrawal cannot be {what}: it is finalized already")
    kind = UserError if never else TemporaryError
    return kind(f"the withdrawal cannot be {what} now: {status}")
