"""PreimageOracle: what has been loaded into it."""

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient


class PreimageOracle:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("PreimageOracle").abi)

    def has(self, key: Hash, offset: int, *, block: BlockLabel) -> bool:
        """Whether a part of a preimage was loaded."""
        is_loaded: bool = self.contract.read("preimagePartOk", key, offset, block=block)
        return is_loaded
