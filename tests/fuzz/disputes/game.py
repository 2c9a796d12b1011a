"""A game, told again: what the machine computes in it, and what becomes of its bonds. See `model.py`."""

from dataclasses import dataclass

from tests.fuzz.game_model import GameModel, Place, Rules, number
from tests.fuzz.tally import Refusal

from opcycle.keccak import keccak

UNDECIDED, NORMAL, REFUND = 0, 1, 2
CHALLENGER_WINS, DEFENDER_WINS = 1, 2


def local_key(ident: int) -> bytes:
    """What the machine calls a local word."""
    return b"\1" + ident.to_bytes(31, "big")


@dataclass(frozen=True, slots=True)
class Computation:
    """Two output roots with the numbers of their places (0: the anchor), and the disputed L2 block."""

    agreed: tuple[bytes, int]
    disputed: tuple[bytes, int]
    block: int

    @property
    def context(self) -> bytes:
        """What the game calls it towards the preimage oracle."""
        claims = [self.agreed, self.disputed] if self.agreed[1] else [self.disputed]
        return keccak(b"".join(value + place.to_bytes(32, "big") for value, place in claims))

    def key(self, name: bytes, game: bytes) -> bytes:
        """In the oracle, of the local word that the machine calls so."""
        return b"\1" + keccak(name + bytes(12) + game + self.context)[1:]


class Game(GameModel):
    """A game as the contracts make it: with its name, its place in time, and what becomes of its bonds."""

    def __init__(
        self,
        rules: Rules,
        *,
        kind: int,
        creator: bytes,
        root: bytes,
        extra: bytes,
        bond: int,
        l1_head: bytes,
        start: tuple[bytes, int],
        respected: bool,
        registered: bool,
        now: int,
    ):
        super().__init__(rules, creator=creator, root=root, now=now)
        self.address = b""
        self.kind, self.creator, self.root, self.extra = kind, creator, root, extra
        self.claims[0].bond = bond
        self.paid = {creator: bond}
        self.deposited = {creator: bond}
        self.earned: dict[bytes, int] = {}
        self.block = int.from_bytes(extra[:32], "big")
        self.l1_head, self.start = l1_head, start
        self.respected, self.registered = respected, registered
        self.created_at = now
        self.mode = UNDECIDED
        self.unlocked: set[bytes] = set()
        self.received: dict[bytes, int] = {}

    def dispute(self, index: int, place: Place | None = None) -> "Computation":
        """What the machine computes in the lower tree that a claim, or a place below it, belongs to."""
        depth, at = place or self.claims[index].place
        split = self.rules.split_depth
        if depth <= split:
            raise Refusal("FaultDisputeGame_AboveSplit", (number((depth, at)),))
        leaf = index
        while self.claims[leaf].place[0] > split:
            leaf = self.claims[leaf].parent
        block = self.claims[leaf].place[1]
        if at >> (depth - split) == block:
            agreed = self.about(leaf, block - 1, split) if block else -1
            return self._computation(agreed, leaf)
        return self._computation(leaf, self.about(leaf, block + 1, split))

    def _computation(self, agreed: int, disputed: int) -> "Computation":
        last = self.claims[disputed]
        block = self.start[1] + 1 + self.last_instant(last.place, self.rules.split_depth)
        first = self.claims[agreed] if agreed >= 0 else None
        return Computation(
            (first.value, number(first.place)) if first else (self.start[0], 0),
            (last.value, number(last.place)),
            min(block, self.block),
        )

    def bonds_outstanding(self) -> int:
        """Of claims that are not settled, wei."""
        return sum(claim.bond for claim in self.claims if not claim.settled)

    def claimable(self, recipient: bytes, mode: int) -> int:
        return (self.paid if mode == REFUND else self.credit).get(recipient, 0)
