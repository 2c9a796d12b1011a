"""L2OutputOracle: output roots at fixed L2 intervals, challengeable until the finalization period is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address, BlockId, Hash
from opcycle.rpc.client import RpcClient

PROPOSE_GAS = 250_000
"""Gas of a proposal. Not estimated: an estimate runs in the head block, which cannot see its own hash."""


@dataclass(frozen=True, slots=True)
class OutputProposal:
    """One proposed output. `timestamp` is the L1 time of the proposal, in seconds."""

    index: int
    output_root: Hash
    timestamp: int
    l2_block_number: int


class L2OutputOracle:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("L2OutputOracle").abi)

    def next_block_number(self, *, block: BlockLabel) -> int:
        """The L2 block that the next proposal must be for."""
        number: int = self.contract.read("nextBlockNumber", block=block)
        return number

    def latest_block_number(self, *, block: BlockLabel) -> int:
        """The highest L2 block with a proposal; the starting block while there is none."""
        number: int = self.contract.read("latestBlockNumber", block=block)
        return number

    def next_output_index(self, *, block: BlockLabel) -> int:
        """How many outputs stand."""
        count: int = self.contract.read("nextOutputIndex", block=block)
        return count

    def l2_timestamp(self, l2_block_number: int, *, block: BlockLabel) -> int:
        """When an L2 block is due, as the contract computes it; a proposal must come later."""
        time: int = self.contract.read("computeL2Timestamp", l2_block_number, block=block)
        return time

    def finalization_period(self, *, block: BlockLabel) -> int:
        """Seconds in which a proposal can be deleted."""
        seconds: int = self.contract.read("finalizationPeriodSeconds", block=block)
        return seconds

    def proposer(self, *, block: BlockLabel) -> Address:
        address: bytes = self.contract.read("proposer", block=block)
        return address

    def challenger(self, *, block: BlockLabel) -> Address:
        address: bytes = self.contract.read("challenger", block=block)
        return address

    def output(self, index: int, *, block: BlockLabel) -> OutputProposal:
        """Raises TransactionRevertedError above the last index."""
        return self.outputs([index], block=block)[0]

    def outputs(self, indices: Sequence[int], *, block: BlockLabel) -> list[OutputProposal]:
        """Several outputs in one request."""
        found = self.contract.read_many([("getL2Output", [index]) for index in indices], block=block)
        return [
            OutputProposal(index, root, timestamp, l2_block_number)
            for index, (root, timestamp, l2_block_number) in zip(indices, found, strict=True)
        ]

    def output_index_after(self, l2_block_number: int, *, block: BlockLabel) -> int:
        """The first output that covers an L2 block. Raises TransactionRevertedError if none does."""
        index: int = self.contract.read("getL2OutputIndexAfter", l2_block_number, block=block)
        return index

    def propose(self, output_root: Hash, l2_block_number: int, *, l1_block: BlockId) -> TransactionRequest:
        """Valid only on the L1 chain that has `l1_block` among the last 256 blocks."""
        return self.contract.request(
            "proposeL2Output",
            output_root,
            l2_block_number,
            l1_block.hash,
            l1_block.number,
            gas=PROPOSE_GAS,
        )

    def delete_from(self, index: int) -> TransactionRequest:
        """Deletes output `index` and all after it."""
        return self.contract.request("deleteL2Outputs", index)
