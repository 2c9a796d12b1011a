"""Why not more was done."""

from dataclasses import dataclass, field

SHOWN = 20
"""As many reasons are said: a flood of claims may bring thousands."""


@dataclass(slots=True)
class Waits:
    """`for_l1`: what nothing but another L1 block can change. `for_others`: what may change at any time, such
    as a node's answer. Both in words."""

    for_l1: list[str] = field(default_factory=list)
    for_others: list[str] = field(default_factory=list)

    def add(self, more: "Waits") -> None:
        self.for_l1 += more.for_l1
        self.for_others += more.for_others

    def __str__(self) -> str:
        reasons = (*self.for_others, *self.for_l1)
        more = [f"and {len(reasons) - SHOWN} more"] if len(reasons) > SHOWN else []
        return "; ".join((*reasons[:SHOWN], *more))
