"""A preimage oracle in an EVM of this process, and people who propose large preimages, true or not.

Ours, or another build (OPCYCLE_ARTIFACTS)."""

from collections.abc import Sequence
from dataclasses import replace

from tests.fuzz.disputes.deploy import FIRST_BLOCK, GENESIS, account, chosen
from tests.fuzz.evm import Chain, Contract
from tests.unit.l1.games_on_evm import EvmRpc

from opcycle.keccak import keccak
from opcycle.l1.preimage_oracle import PreimageOracle, Proposal
from opcycle.protocol.large_preimages import LargePreimage, LeavesAdded
from opcycle.protocol.types import L1BlockRef

HONEST, LIAR, DEPLOYER = account("honest"), account("liar"), account("deployer")
MIN_SIZE, PERIOD = 300, 100
BOND = 25 * 10**16
WEALTH = 10**20


class OraclePlace:
    """Each transaction is a block of its own, unless `is_one_block`."""

    def __init__(self):
        self.chain = Chain()
        self.number, self.now = FIRST_BLOCK, GENESIS
        self.chain.set_block(self.number, self.now)
        code = chosen()("PreimageOracle").bytecode + b"".join(
            n.to_bytes(32, "big") for n in (MIN_SIZE, PERIOD)
        )
        address = self.chain.deploy(DEPLOYER, code)
        self.contract = Contract(self.chain, "PreimageOracle", address, chosen())
        self.rpc = EvmRpc(self.chain)
        self.oracle = PreimageOracle(self.rpc, address)
        self.is_one_block = False
        for who in (HONEST, LIAR):
            self.chain.set_balance(who, WEALTH)

    # --- L1 ---

    @property
    def l1(self) -> L1BlockRef:
        return L1BlockRef(keccak(str(self.number).encode()), self.number, bytes(32), self.now)

    def mine(self, seconds: int = 1) -> None:
        self.number, self.now = self.number + 1, self.now + seconds
        self.chain.set_block(self.number, self.now)

    def send(self, request, *, by: bytes = HONEST) -> None:
        self.chain.send(by, request.to, request.data, value=request.value, gas=request.gas or 16_777_216)
        self.rpc.remember(self.number)
        if not self.is_one_block:
            self.mine()

    # --- what people propose ---

    def begin(self, data: bytes, *, offset: int = 0, uuid: int = 7, by: bytes = LIAR) -> None:
        self.send(self.oracle.propose(uuid, offset=offset, size=len(data), bond=BOND), by=by)

    def propose(
        self,
        data: bytes,
        *,
        lies: Sequence[int] = (),
        offset: int = 0,
        uuid: int = 7,
        by: bytes = LIAR,
        at_once: int = 300,
    ) -> Proposal:
        """Complete; `lies`: indices of leaves whose commitments are made up."""
        self.begin(data, offset=offset, uuid=uuid, by=by)
        for chunk in LargePreimage(data).chunks(offset=offset, uuid=uuid, start=0, size=at_once):
            self.send(self.oracle.add(lying(chunk, lies)), by=by)
        return self.last()

    def last(self) -> Proposal:
        """As it is now."""
        return self.look(self.oracle.proposal_count(block="latest") - 1)

    def look(self, index: int) -> Proposal:
        (found,) = self.oracle.proposals([index], block="latest")
        return found

    def balance(self, who: bytes) -> int:
        return self.chain.balance(who)


def lying(chunk: LeavesAdded, lies: Sequence[int]) -> LeavesAdded:
    """With other commitments for the leaves at these indices."""
    told = [
        keccak(claimed) if chunk.start + place in lies else claimed
        for place, claimed in enumerate(chunk.commitments)
    ]
    return replace(chunk, commitments=tuple(told))


def text(size: int) -> bytes:
    """So many bytes, none of them zero, no two places alike for long."""
    words = b"".join(keccak(n.to_bytes(8, "big")) for n in range(size // 32 + 1))
    return bytes(byte or 1 for byte in words[:size])
