"""PreimageOracle: what has been loaded into it."""

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.preimages import BlobElement, Hashed, HashKind, PrecompileResult
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

    def load(self, read: Hashed | BlobElement | PrecompileResult) -> TransactionRequest:
        """Load the part that is read, the whole preimage in one transaction."""
        request = self.contract.request
        if isinstance(read, Hashed):
            is_keccak = read.kind is HashKind.KECCAK256
            function = "loadKeccak256PreimagePart" if is_keccak else "loadSha256PreimagePart"
            return request(function, read.offset, read.data)
        if isinstance(read, PrecompileResult):
            return request("loadPrecompilePreimagePart", read.offset, read.address, read.gas, read.input)
        z, y = int.from_bytes(read.z, "big"), int.from_bytes(read.y, "big")
        return request("loadBlobPreimagePart", z, y, read.commitment, read.proof, read.offset)
