"""How a part of a large preimage gets into the oracle: what to do next, from one snapshot. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from opcycle.l1.preimage_oracle import Proposal, ProposalRules
from opcycle.protocol.keccak_state import BLOCK_SIZE
from opcycle.protocol.large_preimages import LargePreimage, LeavesAdded, proposal_uuid
from opcycle.protocol.preimages import Hashed, HashKind, PreimageRead
from opcycle.protocol.types import Address, Hash

LEAVES_AT_ONCE = 300
"""Leaves that one transaction adds, as op-challenger's: 50,400 bytes of calldata, some 2 million gas. A pool
takes 131,072 bytes, and a block has room for several."""


@dataclass(frozen=True, slots=True)
class Known:
    """A proposal, and the root of its leaves' tree if that matters: it is complete, or ours and begun."""

    proposal: Proposal
    root: Hash | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """Begin a proposal of this name."""

    uuid: int


@dataclass(frozen=True, slots=True)
class Add:
    """The leaves that are missing, in one transaction each."""

    chunks: Sequence[LeavesAdded]


@dataclass(frozen=True, slots=True)
class Squeeze:
    """Load the part: the proposal stood for its whole period."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Wait:
    """For the period of a proposal to be over; its part can be loaded from L1 time `until` on, seconds."""

    proposal: Proposal
    until: int


Action: TypeAlias = Propose | Add | Squeeze | Wait


def is_large(read: PreimageRead, rules: ProposalRules) -> TypeGuard[Hashed]:
    """Whether a preimage is proposed: the oracle takes the larger ones of one hash, of two leaves or more."""
    if not isinstance(read, Hashed) or read.kind is not HashKind.KECCAK256:
        return False
    return len(read.data) >= max(rules.min_size, BLOCK_SIZE)


def decide(
    preimage: LargePreimage,
    offset: int,
    known: Sequence[Known],
    *,
    us: Address,
    period: int,
    now: int,
) -> Action:
    """What brings the part at `offset` into the oracle. `now`: of the L1 block, as of which all else is.

    A complete proposal of the same leaves is as good as ours, whoever made it: nobody can counter it.
    """
    complete = [item.proposal for item in known if _is_complete(item, preimage, offset)]
    if complete:
        first = min(complete, key=lambda proposal: proposal.completed_at or 0)
        until = loadable_from(first, period)
        return Squeeze(first) if now >= until else Wait(first, until)
    ours = {item.proposal.uuid: item for item in known if item.proposal.claimant == us}
    for uuid in _names(preimage, offset, us):
        if uuid not in ours:
            return Propose(uuid)
        if _can_go_on(ours[uuid], preimage, offset):
            start = ours[uuid].proposal.leaves
            return Add(preimage.chunks(offset=offset, uuid=uuid, start=start, size=LEAVES_AT_ONCE))
    raise AssertionError("there are more names than proposals")


def loadable_from(proposal: Proposal, period: int) -> int:
    """L1 time in seconds from which on the part of a complete proposal can be loaded."""
    return (proposal.completed_at or 0) + period + 1


def _names(preimage: LargePreimage, offset: int, us: Address) -> Iterator[int]:
    """A second one is needed only if the first was used for something else."""
    first = proposal_uuid(preimage.data, offset, us)
    while True:
        yield first
        first = (first + 1) % 2**256


def _is_complete(item: Known, preimage: LargePreimage, offset: int) -> bool:
    proposal = item.proposal
    is_open = proposal.completed_at is not None and not proposal.is_over
    return is_open and proposal.offset == offset and item.root == preimage.root


def _can_go_on(item: Known, preimage: LargePreimage, offset: int) -> bool:
    proposal = item.proposal
    if proposal.is_over or proposal.completed_at is not None:
        return False
    is_same = proposal.offset == offset and proposal.size == len(preimage.data)
    return is_same and item.root == preimage.root_of(proposal.leaves)
