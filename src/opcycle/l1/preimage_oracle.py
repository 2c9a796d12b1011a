"""PreimageOracle: what has been loaded into it, and the large preimages that are proposed to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from opcycle.artifacts import artifact
from opcycle.errors import TemporaryError
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.l1.receipts import log_from_json
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.large_preimages import Leaf, LeavesAdded, Transition
from opcycle.protocol.preimages import BlobElement, Hashed, HashKind, PrecompileResult
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import to_hex, to_quantity

Item = TypeVar("Item")

AT_ONCE = 100
"""Proposals, or blocks with leaves of one, asked for in one request."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A large preimage that somebody proposes, of which the part at `offset` is to be loaded.

    `size`: bytes of the preimage. `leaves`: how many were added. `completed_at`: L1 time in seconds when the
    last was, None before. `is_countered`: somebody showed that it is wrong. `bond` in wei, 0 once it is paid
    to whoever countered the proposal, or back when the part was loaded.
    """

    index: int
    claimant: Address
    uuid: int
    offset: int
    size: int
    leaves: int
    completed_at: int | None
    is_countered: bool
    bond: int

    @property
    def is_over(self) -> bool:
        """Whether nothing can come of it any more."""
        return self.is_countered or self.bond == 0

    def __str__(self) -> str:
        return f"large preimage {self.index} of {to_hex(self.claimant)}"


@dataclass(frozen=True, slots=True)
class ProposalRules:
    """What the oracle demands. `min_size`: bytes from which on preimages may be proposed; `bond` in wei;
    `period`: seconds after its last leaf for which a proposal may be challenged before the part is loaded."""

    min_size: int
    bond: int
    period: int


class PreimageOracle:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("PreimageOracle").abi)
        self._rules: ProposalRules | None = None

    @property
    def address(self) -> Address:
        return self.contract.address

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

    # --- proposals ---

    def rules(self, *, block: BlockLabel) -> ProposalRules:
        """They never change, and are read once."""
        if self._rules is None:
            getters = ("minProposalSize", "MIN_BOND_SIZE", "challengePeriod")
            values = self.contract.read_many([(getter, ()) for getter in getters], block=block)
            self._rules = ProposalRules(*values)
        return self._rules

    def proposal_count(self, *, block: BlockLabel) -> int:
        """How many were ever made."""
        count: int = self.contract.read("proposalCount", block=block)
        return count

    def proposals(self, indices: Sequence[int], *, block: BlockLabel) -> Iterator[Proposal]:
        """Those at the indices, from 0 on."""
        for page in _pages(indices):
            names = self.contract.read_many([("proposals", [index]) for index in page], block=block)
            getters = ("proposalMetadata", "proposalBonds")
            values = self.contract.read_many(
                [(getter, name) for name in names for getter in getters], block=block
            )
            for place, (index, (claimant, uuid)) in enumerate(zip(page, names, strict=True)):
                metadata, bond = values[2 * place : 2 * place + 2]
                yield _proposal(index, claimant, uuid, metadata, bond)

    def leaves(self, proposal: Proposal, *, block: Hash) -> list[Leaf]:
        """All that were added to it, from what the oracle logged; not checked against its tree.

        Each call that adds some logs caller ‖ calldata: whoever made it, a contract or a delegated account.
        Raises TemporaryError if L1 does not have them (any more).
        """
        name = proposal.claimant, proposal.uuid
        count = self.contract.read("proposalBlocksLen", *name, block=block)
        calls = [("proposalBlocks", (*name, place)) for place in range(count)]
        numbers = [n for page in _pages(calls) for n in self.contract.read_many(page, block=block)]
        leaves: list[Leaf] = []
        try:
            for added in self._added(proposal, list(dict.fromkeys(numbers))):
                leaves += added.leaves()
        except ValueError as error:
            raise TemporaryError(f"leaves of {proposal} cannot be read: {error}") from error
        if len(leaves) != proposal.leaves:
            raise TemporaryError(f"L1 has {len(leaves)} of {proposal.leaves} leaves of {proposal}")
        return leaves

    def _added(self, proposal: Proposal, numbers: Sequence[int]) -> Iterator[LeavesAdded]:
        """In order; the oracle logs nothing else."""
        selector = self.contract.selector("addLeavesLPP")
        for page in _pages(numbers):
            for data in self._logged(page):
                if data[:24] != proposal.claimant + selector:
                    continue
                added = LeavesAdded.of_calldata(data[24:])
                if added.uuid == proposal.uuid:
                    yield added

    def _logged(self, numbers: Sequence[int]) -> list[bytes]:
        """What the oracle logged in these blocks: in fewer at once if a server finds that too much, as
        go-ethereum does from 25 MB on, which is two blocks full of leaves."""
        tags, address = [to_quantity(number) for number in numbers], to_hex(self.address)
        queries = [{"fromBlock": tag, "toBlock": tag, "address": address} for tag in tags]
        try:
            answers = self.contract.rpc.batch([("eth_getLogs", [query]) for query in queries])
        except RpcError:
            if len(numbers) == 1:
                raise
            middle = len(numbers) // 2
            return self._logged(numbers[:middle]) + self._logged(numbers[middle:])
        return [log_from_json(log).data for answer in answers for log in answer]

    def tree_root(self, proposal: Proposal, *, block: BlockLabel) -> Hash:
        """Of the leaves that were added."""
        root: Hash = self.contract.read("getTreeRootLPP", proposal.claimant, proposal.uuid, block=block)
        return root

    def propose(self, uuid: int, *, offset: int, size: int, bond: int) -> TransactionRequest:
        """Begin to propose a preimage of so many bytes, for its part at an offset; only once by this name."""
        return self.contract.request("initLPP", uuid, offset, size, value=bond)

    def add(self, leaves: LeavesAdded, *, gas: int | None = None) -> TransactionRequest:
        """To one's own proposal."""
        data, commitments = leaves.data, leaves.commitments
        arguments = leaves.uuid, leaves.start, data, commitments, leaves.is_last
        return self.contract.request("addLeavesLPP", *arguments, gas=gas)

    def challenge(self, proposal: Proposal, wrong: Transition) -> TransactionRequest:
        """Show that a leaf does not follow from the one before, or from nothing if it is the first."""
        after = _leaf(wrong.after), wrong.after_proof
        name = proposal.claimant, proposal.uuid
        if wrong.before is None:
            return self.contract.request("challengeFirstLPP", *name, *after)
        before = _leaf(wrong.before), wrong.before_proof
        return self.contract.request("challengeLPP", *name, (wrong.state,), *before, *after)

    def squeeze(self, proposal: Proposal, last: Transition) -> TransactionRequest:
        """Load the part of a complete proposal after its period. At least two leaves."""
        if last.before is None:
            raise ValueError(f"{proposal} has one leaf, and can be loaded only directly")
        before = _leaf(last.before), last.before_proof
        after = _leaf(last.after), last.after_proof
        name = proposal.claimant, proposal.uuid
        return self.contract.request("squeezeLPP", *name, (last.state,), *before, *after)


def _pages(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def _leaf(leaf: Leaf) -> tuple[bytes, int, Hash]:
    return leaf.block, leaf.index, leaf.commitment


def _proposal(index: int, claimant: Address, uuid: int, metadata: bytes, bond: int) -> Proposal:
    """`metadata`: completed at u64 ‖ offset u32 ‖ size u32 ‖ leaves u32 ‖ bytes u32 ‖ countered u64."""
    fields = [
        int.from_bytes(metadata[a:b], "big") for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (24, 32))
    ]
    completed_at, offset, size, leaves, countered = fields
    return Proposal(
        index=index,
        claimant=claimant,
        uuid=uuid,
        offset=offset,
        size=size,
        leaves=leaves,
        completed_at=completed_at or None,
        is_countered=countered != 0,
        bond=bond,
    )
