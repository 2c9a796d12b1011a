"""An L1 with dispute games and a pool, in memory.

Games are those of `game_model`, one copy a block, so that blocks can be taken back.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from hashlib import sha256

from eth_utils.crypto import keccak
from tests.fuzz.game_model import GameModel, Rules, number
from tests.fuzz.game_world import Computation, World
from tests.fuzz.tally import Refusal

from opcycle.errors import TemporaryError
from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.preimage_oracle import PreimageOracle
from opcycle.protocol.types import L1Header

GAME_TYPE = 255
START = 10
"""The L2 block that everyone agrees on."""

SPLIT, LEVELS = 3, 2
CLOCK, EXTENSION, PREIMAGE_PERIOD, FINALITY_DELAY, WETH_DELAY = 10_000, 100, 50, 300, 200
RULES = Rules(SPLIT + 1 + LEVELS, SPLIT, CLOCK, EXTENSION, PREIMAGE_PERIOD, lambda depth: 100 + 7 * depth)
TRUTH = World(1 << LEVELS)
PROGRAM = b"\x03" * 32

Address = bytes


@dataclass(slots=True)
class Game:
    """A game on the chain, and what becomes of its bonds. `refund`: it turns out not to count."""

    model: GameModel
    address: Address
    claimed: int
    l1_head: bytes
    created_at: int
    refund: bool = False
    is_closed: bool = False
    words: set[bytes] = field(default_factory=set)
    unlocked: dict[Address, int] = field(default_factory=dict)
    got: dict[Address, int] = field(default_factory=dict)

    def copy(self) -> "Game":
        """One whose changes are its own. (`deepcopy` would be most of what a run takes.)"""
        model = copy(self.model)
        model.claims = [replace(claim, children=[*claim.children]) for claim in model.claims]
        model.credit, model.paid = {**model.credit}, {**model.paid}
        return replace(self, model=model, words={*self.words}, unlocked={**self.unlocked}, got={**self.got})

    def credit(self, account: Address) -> int:
        amounts = self.model.paid if self.refund else self.model.credit
        return amounts.get(account, 0) - self.got.get(account, 0)

    def close(self, now: int) -> None:
        if self.is_closed:
            return
        if not self.model.status or now <= self.model.resolved_at + FINALITY_DELAY:
            raise Refusal("NotFinalized")
        self.is_closed = True

    def claim_credit(self, account: Address, now: int) -> None:
        self.close(now)
        if account not in self.unlocked:
            self.unlocked[account] = now
            return
        if self.credit(account) == 0:
            raise Refusal("NoCredit")
        if now < self.unlocked[account] + WETH_DELAY:
            raise Refusal("TooEarly")
        self.got[account] = self.got.get(account, 0) + self.credit(account)

    def dispute(self, index: int) -> tuple[int, int, int]:
        """What the lower tree of a claim is about: the claim agreed on (-1: the anchor), the one in dispute,
        and the instant of the latter."""
        model, top = self.model, index
        while model.claims[model.claims[top].parent].place[0] > SPLIT:
            top = model.claims[top].parent
        leaf = model.claims[top].parent
        instant = model.claims[leaf].place[1]
        if model.claims[top].place[1] != 2 * instant:  # it defends the leaf
            instant += 1
        agreed = model.about(leaf, instant - 1, SPLIT) if instant else -1
        return agreed, model.about(leaf, instant, SPLIT), instant

    def computation(self, index: int, safe: int) -> Computation:
        agreed, disputed, instant = self.dispute(index)
        blocks = self.block(instant, safe) - self.block(instant - 1, safe)
        root = TRUTH.root(START) if agreed < 0 else self.model.claims[agreed].value
        return root, self.model.claims[disputed].value, blocks

    def word_key(self, index: int) -> bytes:
        """By what local word 4 is read in the lower tree of a claim."""
        named = [self.model.claims[i] for i in self.dispute(index)[:2] if i >= 0]
        context = keccak(b"".join(claim.value + number(claim.place).to_bytes(32, "big") for claim in named))
        word = b"\1" + (4).to_bytes(31, "big")
        return b"\1" + keccak(word + bytes(12) + self.address + context)[1:]

    def block(self, instant: int, safe: int) -> int:
        return min(START + 1 + instant, self.claimed, safe)


@dataclass(frozen=True)
class Call:
    """A transaction: what it does to the games, in whose name and when. `gas` if it is not estimated."""

    what: str
    run: Callable[["Games", Address, int], None]
    value: int = 0
    gas: int | None = None


Games = list[Game]


@dataclass
class Block:
    """A block of L1 and the games at its end; `failed` names the transactions in it that reverted."""

    header: L1Header
    games: Games
    mined: list[tuple[Address, Call]] = field(default_factory=list)
    failed: list[tuple[Address, str]] = field(default_factory=list)


class Chain:
    """L1 and its pool. It plays `L1Reader` and `DisputeGameFactory`."""

    def __init__(self) -> None:
        self.branch = 0
        self.blocks = [Block(self._header(0, 1_000, bytes(32)), [])]
        self.pool: list[tuple[Address, Call]] = []
        self.history: dict[bytes, Block] = {}
        self._remember()

    @property
    def head(self) -> Block:
        return self.blocks[-1]

    @property
    def now(self) -> int:
        return self.head.header.timestamp

    def mine(self, seconds: int) -> Block:
        """A block with everything from the pool."""
        before = self.head
        header = self._header(before.header.number + 1, self.now + seconds, before.header.hash)
        block = Block(header, list(before.games))
        for sender, call in self.pool:
            try:
                call.run(block.games, sender, header.timestamp)
            except Refusal as refusal:
                block.failed.append((sender, f"{call.what}: {refusal.args[0]}"))
            block.mined.append((sender, call))
        self.pool = []
        self.blocks.append(block)
        self._remember()
        return block

    def reorg(self, depth: int, *, keeps: Callable[[Address], bool]) -> None:
        """Replace blocks by others with the transactions of those whom `keeps` names, and one block more."""
        depth = min(depth, len(self.blocks) - 1)
        gone = self.blocks[len(self.blocks) - depth :]
        del self.blocks[len(self.blocks) - depth :]
        pool, self.branch = self.pool, self.branch + 1
        for block in gone:
            self.pool = [(sender, call) for sender, call in block.mined if keeps(sender)]
            self.mine(block.header.timestamp - self.now)
        self.pool = pool
        self.mine(1)

    def preview(self, call: Call, sender: Address) -> None:
        """As `eth_estimateGas`: on the state of the newest block. Raises Refusal."""
        call.run(list(self.head.games), sender, self.now)

    def at(self, block: bytes) -> Block:
        return self.history[block]

    def _remember(self) -> None:
        self.history[self.head.header.hash] = self.head

    def _header(self, number: int, timestamp: int, parent: bytes) -> L1Header:
        name = b"L1 %d %d" % (number, self.branch) + parent
        return L1Header(sha256(name).digest(), number, parent, timestamp, 7, bytes(32), bytes(32), 0)

    # --- L1Reader ---

    def header(self, label: int | str | bytes) -> L1Header:
        if label == "latest":
            return self.head.header
        if isinstance(label, bytes):
            return self.history[label].header
        assert isinstance(label, int)
        if label >= len(self.blocks):
            raise TemporaryError(f"L1 has no block {label} (yet)")
        return self.blocks[label].header

    # --- DisputeGameFactory ---

    def game_count(self, *, block: bytes) -> int:
        return len(self.at(block).games)

    def games(self, indices: Sequence[int], *, block: bytes) -> list[ListedGame]:
        found = self.at(block).games
        return [ListedGame(i, GAME_TYPE, found[i].created_at, found[i].address) for i in indices]

    def preimages(self, game_types: Sequence[int], *, block: bytes) -> Sequence[PreimageOracle]:
        return ()


def propose(chain: Chain, root: bytes, block: int) -> Call:
    """A new game; there is one at most for each claim."""
    address = sha256(root + block.to_bytes(8, "big")).digest()[:20]

    def run(games: Games, sender: Address, now: int) -> None:
        if any(game.address == address for game in games):
            raise Refusal("GameExists")
        parent = chain.head.header.hash
        model = GameModel(RULES, creator=sender, root=root, now=now)
        games.append(Game(model, address, block, parent, now))

    return Call("create", run, value=RULES.bond(0))


def safe_at(l1_number: int) -> int:
    """An L2 block becomes safe with every fourth L1 block."""
    return START + l1_number // 4
