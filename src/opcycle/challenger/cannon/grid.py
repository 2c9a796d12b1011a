"""Which states of a run are kept, and which part of it must be run again for one that was not. Pure.

    steps      0 ────────────────────────────────────────────────────────► end
    snapshots  ●               ●               ●               ●             the machine, to go on from
    proofs     | | | | | | | | | | | | | | | | | | | | | | | | | | | | | |   hash before a step, and its proof
    window         └─┘                                                       one gap, at a finer spacing

The bisection of a dispute asks for the states before multiples of ever smaller powers of two. Those of the
first pass answer it down to the gap between two proofs; each window that is run again answers for as many
levels as a pass of it can prove at once, and the last one holds every step.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Steps `start` to `end` (not included), with a proof of every `every`-th, all counted from step 0."""

    start: int
    end: int
    every: int

    @property
    def last(self) -> int:
        """The last step with a proof."""
        return self.end - 1 - (self.end - 1) % self.every


@dataclass(frozen=True, slots=True)
class Grid:
    """Spacings in steps, powers of two. A run that is longer than `most_snapshots` or `most_proofs` of them
    has them twice as far apart, or four times, and so on: what is kept of it does not depend on its length.

    `at_once`: proofs in one window. A snapshot of op-program has 75 MB and a proof 13 KB.
    """

    snapshots: int = 1 << 24
    proofs: int = 1 << 18
    at_once: int = 1 << 9
    most_snapshots: int = 48
    most_proofs: int = 4096

    def snapshot_spacing(self, steps: int) -> int:
        return _widened(self.snapshots, self.most_snapshots, steps)

    def proof_spacing(self, steps: int) -> int:
        return _widened(self.proofs, self.most_proofs, steps)

    def window_of(self, step: int, steps: int) -> Window:
        """Where to find what is known of `step` in a run of `steps` steps, if the pass did not keep it."""
        width = self.proof_spacing(steps)
        while width > 1 and step % width:
            every = max(1, width // self.at_once)
            if step % every == 0:
                start = step - step % width
                return Window(start, min(start + width, steps), every)
            width = every
        return Window(step, step + 1, 1)


def _widened(spacing: int, most: int, steps: int) -> int:
    while steps > spacing * most:
        spacing *= 2
    return spacing
