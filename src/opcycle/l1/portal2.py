"""OptimismPortal2, the portal of the settlement mode `games`: each submitter has a proof of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.l1.portal import Portal, withdrawal_tuple
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address, Hash
from opcycle.protocol.withdrawals import Withdrawal
from opcycle.rpc.client import RpcClient


@dataclass(frozen=True, slots=True)
class SubmittedProof:
    """A submitter's last proof of a withdrawal: against which game, and when (L1 time, seconds)."""

    submitter: Address
    game: Address
    timestamp: int


class OptimismPortal2(Portal):
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        super().__init__(Contract(rpc, address, artifact("OptimismPortal2").abi))

    def maturity_delay(self, *, block: BlockLabel) -> int:
        """Seconds between a proof and the withdrawal."""
        seconds: int = self.contract.read("proofMaturityDelaySeconds", block=block)
        return seconds

    def submitters(self, withdrawal_hash: Hash, *, most: int, block: BlockLabel) -> list[Address]:
        """Who has proven a withdrawal, the last ones first, each once; `most` entries are looked at."""
        count = self.contract.read("numProofSubmitters", withdrawal_hash, block=block)
        calls = [
            ("proofSubmitters", (withdrawal_hash, index))
            for index in reversed(range(max(0, count - most), count))
        ]
        return list(dict.fromkeys(self.contract.read_many(calls, block=block)))

    def proofs(
        self, withdrawal_hash: Hash, submitters: Sequence[Address], *, block: BlockLabel
    ) -> list[SubmittedProof]:
        """Those of `submitters` that there are."""
        calls = [("provenWithdrawals", (withdrawal_hash, submitter)) for submitter in submitters]
        found = self.contract.read_many(calls, block=block)
        return [
            SubmittedProof(submitter, game, timestamp)
            for submitter, (game, timestamp) in zip(submitters, found, strict=True)
            if timestamp
        ]

    def finalize_for(self, withdrawal: Withdrawal, submitter: Address) -> TransactionRequest:
        """Executes a withdrawal that `submitter` has proven, whoever sends this."""
        return self.contract.request(
            "finalizeWithdrawalTransactionExternalProof", withdrawal_tuple(withdrawal), submitter
        )
