"""SystemConfig: the rollup's parameters on L1. Derivation follows its events; agents ask it who they are."""

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient


class SystemConfigContract:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("SystemConfig").abi)

    def batcher_address(self, *, block: BlockLabel) -> Address:
        """The only account whose batches count: the low 20 bytes of `batcherHash`."""
        batcher_hash: bytes = self.contract.read("batcherHash", block=block)
        return batcher_hash[12:]
