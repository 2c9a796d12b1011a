"""What is proposed to one oracle: who proposes wrong leaves is challenged, and what is ours is loaded.

Nothing is kept that cannot be read again: after a restart or a reorg all that is not over is examined anew.
"""

from collections.abc import Container, Iterator, Sequence

from opcycle.challenger.due import Due, Kind
from opcycle.challenger.preimages.examining import Examination, Verdict
from opcycle.challenger.preimages.proposing import Known, loadable_from
from opcycle.challenger.waits import Waits
from opcycle.errors import TemporaryError
from opcycle.l1.preimage_oracle import PreimageOracle, Proposal
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.rpc.client import RpcUnreachableError

LEAVES_AT_ONCE = 10_000
"""Leaves that one step examines, some seconds: games must not wait for all 65,535 of the largest preimage."""


class ProposalWatch:
    """`us`: whose parts are loaded when their time has come, be there a step that wants them or not, because
    that brings back the bonds."""

    def __init__(self, oracle: PreimageOracle, us: Address):
        self.oracle = oracle
        self._us = us
        self.reset()

    def reset(self) -> None:
        """Forget all: L1 was reorganised."""
        self._proposals: dict[int, Proposal] = {}
        self._roots: dict[tuple[int, int], Hash] = {}  # by index, and how many leaves
        self._examinations: dict[int, Examination] = {}  # that are not at an end
        self._verdicts: dict[int, Verdict] = {}

    def look(self, l1: L1BlockRef) -> None:
        """Read what may have changed up to the end of an L1 block."""
        count = self.oracle.proposal_count(block=l1.hash)
        changing = [index for index in range(count) if not self._is_over(index)]
        for proposal in self.oracle.proposals(changing, block=l1.hash):
            self._proposals[proposal.index] = proposal
            if proposal.is_over:
                self._examinations.pop(proposal.index, None)
                self._verdicts.pop(proposal.index, None)
        self._read_roots(l1)

    @property
    def proposals(self) -> Sequence[Proposal]:
        """All that were ever made."""
        return [*self._proposals.values()]

    @property
    def known(self) -> Sequence[Known]:
        """The same, with what is needed to go on with them."""
        found = self._proposals.values()
        return [Known(proposal, self._roots.get((proposal.index, proposal.leaves))) for proposal in found]

    @property
    def at_stake(self) -> int:
        """Wei in bonds of ours."""
        return sum(proposal.bond for proposal in self._proposals.values() if proposal.claimant == self._us)

    @property
    def examined(self) -> int:
        """Of how many that are not over we know whether they are right."""
        return len(self._verdicts)

    def police(self, l1: L1BlockRef, *, spare: Container[int]) -> tuple[list[Due], Waits]:
        """What is due about the proposals that are complete, those with least time first; nothing about those
        whose indices are in `spare`, because it is done already."""
        due, waits, budget = list[Due](), Waits(), LEAVES_AT_ONCE
        found = [item for item in self._proposals.values() if not item.is_over and item.index not in spare]
        complete = [item for item in found if item.completed_at is not None]
        for proposal in sorted(complete, key=lambda item: item.completed_at or 0):
            try:
                budget -= self._examine(proposal, budget, l1)
            except RpcUnreachableError:
                raise
            except TemporaryError as error:
                waits.for_others.append(str(error))
                continue
            verdict = self._verdicts.get(proposal.index)
            if verdict is None:
                waits.for_others.append(f"the leaves of {proposal} to be examined")
            else:
                due += self._due(proposal, verdict, l1)
        return due, waits

    def _is_over(self, index: int) -> bool:
        return index in self._proposals and self._proposals[index].is_over

    def _read_roots(self, l1: L1BlockRef) -> None:
        """Of complete proposals, and of ours as far as they got."""
        for index, proposal in self._proposals.items():
            is_wanted = proposal.completed_at is not None or proposal.claimant == self._us
            state = index, proposal.leaves
            if is_wanted and not proposal.is_over and state not in self._roots:
                self._roots[state] = self.oracle.tree_root(proposal, block=l1.hash)

    def _examine(self, proposal: Proposal, budget: int, l1: L1BlockRef) -> int:
        """Look at up to `budget` further leaves; how many it looked at.

        Raises TemporaryError if L1 gives other leaves than are in the oracle's tree.
        """
        index = proposal.index
        if index in self._verdicts or budget == 0:
            return 0
        found = self._examinations.get(index)
        if found is None:
            found = Examination(self.oracle.leaves(proposal, block=l1.hash))
            if found.root != self._roots[index, proposal.leaves]:
                raise TemporaryError(f"L1 gives other leaves of {proposal} than were added to it")
            self._examinations[index] = found
        count = found.advance(budget)
        if found.verdict is not None:
            self._verdicts[index] = found.verdict
            del self._examinations[index]
        return count

    def _due(self, proposal: Proposal, verdict: Verdict, l1: L1BlockRef) -> Iterator[Due]:
        oracle = self.oracle
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
