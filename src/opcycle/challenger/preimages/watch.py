"""What is proposed to one oracle: who proposes wrong leaves is challenged, and what is ours is loaded.

Nothing is kept that cannot be read again: after a restart or a reorg all that is not over is examined anew.
"""

from collections.abc import Container, Iterator, Sequence

from opcycle.challenger.due import Due, Kind
from opcycle.challenger.preimages.examining import Examination
from opcycle.challenger.preimages.proposing import Known, loadable_from
from opcycle.challenger.waits import Waits
from opcycle.errors import TemporaryError
from opcycle.l1.preimage_oracle import PreimageOracle, Proposal
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.rpc.client import RpcUnreachableError

LEAVES_AT_ONCE = 10_000
"""Leaves that one step examines, some seconds: games must not wait for all 65,535 of the largest preimage."""


class ProposalWatch:
    """`us`: whose proposals are never challenged, but loaded."""

    def __init__(self, oracle: PreimageOracle, us: Address):
        self.oracle = oracle
        self._us = us
        self.reset()

    def reset(self) -> None:
        """Forget all: L1 was reorganised."""
        self._proposals: dict[int, Proposal] = {}
        self._roots: dict[int, Hash] = {}
        self._examinations: dict[int, Examination] = {}

    def look(self, l1: L1BlockRef) -> None:
        """Read what may have changed up to the end of an L1 block."""
        count = self.oracle.proposal_count(block=l1.hash)
        changing = [index for index in range(count) if not self._is_over(index)]
        for proposal in self.oracle.proposals(changing, block=l1.hash):
            self._proposals[proposal.index] = proposal
            if proposal.is_over:
                self._examinations.pop(proposal.index, None)
        self._read_roots(l1)

    @property
    def proposals(self) -> Sequence[Proposal]:
        """All that were ever made."""
        return [*self._proposals.values()]

    @property
    def known(self) -> Sequence[Known]:
        """The same, with what is needed to go on with them."""
        return [Known(proposal, self._roots.get(proposal.index)) for proposal in self._proposals.values()]

    @property
    def at_stake(self) -> int:
        """Wei in bonds of ours."""
        return sum(proposal.bond for proposal in self._proposals.values() if proposal.claimant == self._us)

    @property
    def examined(self) -> int:
        """Of how many that are not over we know whether they are right."""
        return sum(found.verdict is not None for found in self._examinations.values())

    def police(self, l1: L1BlockRef, *, spare: Container[int]) -> tuple[list[Due], Waits]:
        """What is due about the proposals that are complete, those with least time first; nothing about those
        whose indices are in `spare`, because it is done already."""
        due, waits, budget = list[Due](), Waits(), LEAVES_AT_ONCE
        found = [item for item in self._proposals.values() if not item.is_over and item.index not in spare]
        complete = [item for item in found if item.completed_at is not None]
        for proposal in sorted(complete, key=lambda item: item.completed_at or 0):
            try:
                examination = self._examination(proposal, l1)
            except RpcUnreachableError:
                raise
            except TemporaryError as error:
                waits.for_others.append(str(error))
                continue
            budget -= examination.advance(budget)
            if examination.verdict is None:
                waits.for_others.append(f"the leaves of {proposal} to be examined")
            else:
                due += self._due(proposal, examination, l1)
        return due, waits

    def _is_over(self, index: int) -> bool:
        return index in self._proposals and self._proposals[index].is_over

    def _read_roots(self, l1: L1BlockRef) -> None:
        """Of complete proposals once, and of ours as far as they got."""
        for index, proposal in self._proposals.items():
            is_growing = proposal.completed_at is None
            wanted = proposal.claimant == self._us if is_growing else index not in self._roots
            if wanted and not proposal.is_over:
                self._roots[index] = self.oracle.tree_root(proposal, block=l1.hash)

    def _examination(self, proposal: Proposal, l1: L1BlockRef) -> Examination:
        """Raises TemporaryError if L1 gives other leaves than are in the oracle's tree."""
        found = self._examinations.get(proposal.index)
        if found is None:
            found = Examination(self.oracle.leaves(proposal, block=l1.hash))
            if found.root != self._roots[proposal.index]:
                raise TemporaryError(f"L1 gives other leaves of {proposal} than were added to it")
            self._examinations[proposal.index] = found
        return found

    def _due(self, proposal: Proposal, examination: Examination, l1: L1BlockRef) -> Iterator[Due]:
        verdict, oracle = examination.verdict, self.oracle
        assert verdict is not None
        now, until = l1.timestamp, loadable_from(proposal, oracle.rules(block=l1.hash).period)
        if not verdict.is_right:
            request = oracle.challenge(proposal, verdict.transition)
            why = f"challenged {proposal}: its leaf {verdict.transition.after.index} is wrong"
            kind, left = Kind.PREIMAGE_CHALLENGE, until - now
            yield Due(oracle.address, kind, request, why, left=left, paid=proposal.bond)
        elif proposal.claimant == self._us and now >= until and verdict.transition.before is not None:
            request = oracle.squeeze(proposal, verdict.transition)
            why = f"loaded the part at {proposal.offset} of {proposal}, which nobody could challenge"
            yield Due(oracle.address, Kind.PREIMAGE, request, why, paid=proposal.bond)
