"""Whether our own nodes agree with a claimed output root. Pure.

Source: op-dispute-mon 1.18, `mon/extract/output_agreement_enricher.go`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.monitor.snapshot import Answer, Opinion
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class Agreement:
    """`agrees` is None if no node can tell. `expected`: the output root that is right, if there is one.

    `roots_differ`, `availability_differs`, `safety_differs`: nodes contradict each other, and one of them is
    wrong or lags behind. Then nothing is agreed with.
    """

    agrees: bool | None
    expected: Hash | None = None
    roots_differ: bool = False
    availability_differs: bool = False
    safety_differs: bool = False

    @property
    def nodes_differ(self) -> bool:
        return self.roots_differ or self.availability_differs or self.safety_differs


def agreement(claimed: Hash, opinions: Sequence[Opinion]) -> Agreement:
    """A claim is right if every node that knows has that root, and L1 had made it safe for one at least."""
    roots = [opinion.root for opinion in opinions if opinion.answer is Answer.FOUND]
    missing = sum(opinion.answer is Answer.NO_SUCH_BLOCK for opinion in opinions)
    if not roots:
        return Agreement(agrees=False if missing else None)
    safe = [o.is_safe for o in opinions if o.answer is Answer.FOUND and o.root == claimed]
    roots_differ = len(set(roots)) > 1
    is_claimed = roots[0] == claimed
    contradicts = roots_differ or missing > 0
    return Agreement(
        agrees=is_claimed and any(safe) and not contradicts,
        expected=None if is_claimed and not any(safe) and not contradicts else roots[0],
        roots_differ=roots_differ and missing == 0,
        availability_differs=missing > 0,
        safety_differs=any(safe) and not all(safe),
    )
