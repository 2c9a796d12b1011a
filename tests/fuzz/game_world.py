"""The truth that a dispute game is about: an L2 chain, and a machine that computes its output roots.

Shares nothing with the contracts or the solver. The machine's states are hashes of what it computes and how
far it has come; the last one says, in its first byte, whether the disputed root follows from the agreed one.
"""

from hashlib import sha256

VALID, INVALID, UNFINISHED = 0, 1, 3

Computation = tuple[bytes, bytes, int]
"""Agreed output root, disputed output root, and how many blocks (0 or 1) are between them."""


class World:
    """A machine of `steps` steps a computation."""

    def __init__(self, steps: int):
        self.steps = steps

    def root(self, block: int) -> bytes:
        """The output root of an L2 block."""
        return sha256(b"block %d" % block).digest()

    def state(self, what: Computation, instant: int) -> bytes:
        """The hash of the machine's state after step `instant`."""
        agreed, disputed, blocks = what
        body = sha256(b"state" + agreed + disputed + bytes([blocks]) + instant.to_bytes(8, "big")).digest()
        status = UNFINISHED
        if instant == self.steps - 1:
            status = VALID if disputed == self._after(agreed, blocks) else INVALID
        return bytes([status]) + body[1:]

    def holds(self, what: Computation, instant: int, pre: bytes | None, post: bytes) -> bool:
        """Whether step `instant` goes from `pre` to `post`. Only a true `pre` can be shown to the machine."""
        before = None if instant == 0 else self.state(what, instant - 1)
        if pre != before:
            raise LookupError("nobody knows a state with this hash")
        return post == self.state(what, instant)

    def _after(self, root: bytes, blocks: int) -> bytes:
        if blocks == 0:
            return root
        known = {self.root(block): block for block in range(64)}
        return self.root(known[root] + 1) if root in known else sha256(b"after" + root).digest()
