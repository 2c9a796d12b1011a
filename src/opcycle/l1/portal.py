"""OptimismPortal, the door between L1 and L2: deposits go in, withdrawals come out.

`Portal` is what both settlement modes have, `OptimismPortal` that of the mode `oracle`; the one of the mode
`games` is in `portal2.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.types import ZERO_ADDRESS, Address, Hash
from opcycle.protocol.withdrawals import Withdrawal
from opcycle.rpc.client import RpcClient


@dataclass(frozen=True, slots=True)
class ProvenWithdrawal:
    """A withdrawal's last proof: against which output, and when (L1 time, seconds)."""

    output_root: Hash
    timestamp: int
    l2_output_index: int


class Portal:
    """Either mode's. Every getter reads at the end of the named L1 block."""

    def __init__(self, contract: Contract):
        self.contract = contract

    def is_finalized(self, withdrawal_hash: Hash, *, block: BlockLabel) -> bool:
        """Whether it was executed, successfully or not."""
        done: bool = self.contract.read("finalizedWithdrawals", withdrawal_hash, block=block)
        return done

    def is_paused(self, *, block: BlockLabel) -> bool:
        """Whether the guardian has stopped proofs and withdrawals. Deposits never stop."""
        paused: bool = self.contract.read("paused", block=block)
        return paused

    def deposit(
        self, to: Address | None, *, mint: int, value: int, gas_limit: int, data: bytes
    ) -> TransactionRequest:
        """Mints `mint` wei on L2 and calls `to` with `value` wei and `gas_limit` gas; None: creation."""
        target = ZERO_ADDRESS if to is None else to
        return self.contract.request(
            "depositTransaction", target, value, gas_limit, to is None, data, value=mint
        )

    def prove(
        self, withdrawal: Withdrawal, *, index: int, output: OutputRootProof, proof: Sequence[bytes]
    ) -> TransactionRequest:
        """Proves that L2 initiated `withdrawal`; `proof` leads from the storage root to its leaf.

        `index` is that of an output at the oracle, or of a game at the factory.
        """
        return self.contract.request(
            "proveWithdrawalTransaction",
            withdrawal_tuple(withdrawal),
            index,
            (
                output.version,
                output.state_root,
                output.message_passer_storage_root,
                output.latest_block_hash,
            ),
            list(proof),
        )

    def finalize(self, withdrawal: Withdrawal) -> TransactionRequest:
        """Executes a proven withdrawal."""
        return self.contract.request("finalizeWithdrawalTransaction", withdrawal_tuple(withdrawal))


class OptimismPortal(Portal):
    """In the mode `oracle`: a withdrawal has one proof, whoever made it."""

    def __init__(self, rpc: RpcClient, address: Address):
        super().__init__(Contract(rpc, address, artifact("OptimismPortal").abi))

    def proven(self, withdrawal_hash: Hash, *, block: BlockLabel) -> ProvenWithdrawal | None:
        """None while it was never proven."""
        root, timestamp, index = self.contract.read("provenWithdrawals", withdrawal_hash, block=block)
        return ProvenWithdrawal(root, timestamp, index) if timestamp else None


def withdrawal_tuple(withdrawal: Withdrawal) -> tuple[int, Address, Address, int, int, bytes]:
    """As the ABI has it."""
    return (
        withdrawal.nonce,
        withdrawal.sender,
        withdrawal.target,
        withdrawal.value,
        withdrawal.gas_limit,
        withdrawal.data,
    )
