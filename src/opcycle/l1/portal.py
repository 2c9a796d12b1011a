"""OptimismPortal in the `oracle` settlement mode: deposits into L2, withdrawals out of it."""

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


class OptimismPortal:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("OptimismPortal").abi)

    def proven(self, withdrawal_hash: Hash, *, block: BlockLabel) -> ProvenWithdrawal | None:
        """None while it was never proven."""
        root, timestamp, index = self.contract.read("provenWithdrawals", withdrawal_hash, block=block)
        return ProvenWithdrawal(root, timestamp, index) if timestamp else None

    def is_finalized(self, withdrawal_hash: Hash, *, block: BlockLabel) -> bool:
        """Whether it was executed, successfully or not."""
        done: bool = self.contract.read("finalizedWithdrawals", withdrawal_hash, block=block)
        return done

    def deposit(
        self, to: Address | None, *, mint: int, value: int, gas_limit: int, data: bytes
    ) -> TransactionRequest:
        """Mints `mint` wei on L2 and calls `to` with `value` wei and `gas_limit` gas; None: creation."""
        target = ZERO_ADDRESS if to is None else to
        return self.contract.request(
            "depositTransaction", target, value, gas_limit, to is None, data, value=mint
        )

    def prove(
        self, withdrawal: Withdrawal, *, output_index: int, output: OutputRootProof, proof: Sequence[bytes]
    ) -> TransactionRequest:
        """Proves that L2 initiated `withdrawal`; `proof` leads from the storage root to its leaf."""
        return self.contract.request(
            "proveWithdrawalTransaction",
            _withdrawal_tuple(withdrawal),
            output_index,
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
        return self.contract.request("finalizeWithdrawalTransaction", _withdrawal_tuple(withdrawal))


def _withdrawal_tuple(withdrawal: Withdrawal) -> tuple[int, Address, Address, int, int, bytes]:
    return (
        withdrawal.nonce,
        withdrawal.sender,
        withdrawal.target,
        withdrawal.value,
        withdrawal.gas_limit,
        withdrawal.data,
    )
