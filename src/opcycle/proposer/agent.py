"""The proposer: one output root per submission interval, as soon as its node can prove it.

A proposal that L1 refuses or forgets is no special case: the next step reads the oracle again.
"""

from typing import Protocol

from opcycle.agent import Outcome
from opcycle.errors import UserError
from opcycle.l1.transactions import TransactionRequest
from opcycle.proposer.account import Account, Transactions
from opcycle.proposer.decide import Propose, Snapshot, Wait, decide, proposable
from opcycle.proposer.sources import L1Source, RollupNode, has
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef
from opcycle.rpc.hexjson import checksum, to_hex


class OutputOracle(Protocol):
    """`opcycle.l1.oracle.L2OutputOracle` is one."""

    def proposer(self, *, block: int | str | bytes) -> Address: ...

    def next_block_number(self, *, block: int | str | bytes) -> int: ...

    def l2_timestamp(self, l2_block_number: int, *, block: int | str | bytes) -> int: ...

    def propose(
        self, output_root: Hash, l2_block_number: int, *, l1_block: BlockId
    ) -> TransactionRequest: ...


class Proposer:
    """`allow_non_finalized`: propose safe L2 blocks, which an L1 reorg can still replace.

    `proposed`: the L2 block of the last proposal since it started, for any thread to read.
    """

    name = "proposer"

    def __init__(
        self,
        config: RollupConfig,
        *,
        oracle: OutputOracle,
        node: RollupNode,
        l1: L1Source,
        transactions: Transactions,
        allow_non_finalized: bool = False,
    ):
        self._config = config
        self._oracle = oracle
        self._node = node
        self._l1 = l1
        self._account = Account(transactions)
        self._allow_non_finalized = allow_non_finalized
        self._is_node_checked = False
        self.proposed: int | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the last proposal."""
        self._account.forget()

    def step(self) -> Outcome:
        """Propose the next output if it is time.

        Raises TransactionRevertedError once for each proposal that L1 has refused, UserError if the oracle
        takes proposals from another account, or if the node follows another chain.
        """
        if not self._account.is_quiet():
            return Outcome.idle("L1 to take the last proposal")
        self._check_node()
        # Read after the account was found quiet, so that it has whatever was mined.
        l1 = self._l1.header("latest").ref
        self._check_account(l1)
        did = []
        for action in decide(self._read(l1), allow_non_finalized=self._allow_non_finalized):
            match action:
                case Propose():
                    did.append(self._propose(action))
                case Wait(reason):
                    return Outcome.idle(reason)
        return Outcome.done(*did)

    def _read(self, l1: L1BlockRef) -> Snapshot:
        number = self._oracle.next_block_number(block=l1.hash)
        status = self._node.sync_status()
        is_known = proposable(status, self._allow_non_finalized).number >= number
        return Snapshot(
            l1=l1,
            number=number,
            due=self._oracle.l2_timestamp(number, block=l1.hash),
            status=status,
            output_root=self._node.output_at_block(number).output_root if is_known else None,
            reads_this_l1=has(self._l1, status.current_l1.id, head=l1),
        )

    def _propose(self, action: Propose) -> str:
        request = self._oracle.propose(action.output_root, action.number, l1_block=action.l1_block)
        transaction = self._account.send(request)
        self.proposed = action.number
        return (
            f"proposed output root {to_hex(action.output_root)} for L2 block {action.number}, "
            f"derived from L1 up to {action.l1_block}, in {to_hex(transaction)}"
        )

    def _check_node(self) -> None:
        if self._is_node_checked:
            return
        self._config.require_followed_by(self._node.rollup_config(), subject="the oracle is that of")
        self._is_node_checked = True

    def _check_account(self, l1: L1BlockRef) -> None:
        proposer = self._oracle.proposer(block=l1.hash)
        if self._account.address != proposer:
            raise UserError(
                f"the key is that of {checksum(self._account.address)}, the output oracle takes "
                f"proposals from {checksum(proposer)}; use that account's key"
            )
