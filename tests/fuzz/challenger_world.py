"""An L1 with dispute games, its pool and a rollup node beside it, in memory, for a challenger to act in.

Games are those of `game_model`, one copy a block, so that blocks can be taken back.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from eth_utils.crypto import keccak
from tests.fuzz.game_model import GameModel, Rules, number
from tests.fuzz.game_world import Computation, World
from tests.fuzz.tally import Refusal
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.errors import TemporaryError
from opcycle.l1.dispute_games import Earnings, ListedGame
from opcycle.l1.pool_answers import UnaffordableError
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import Position
from opcycle.protocol.types import BlockId, L1Header

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


class GameContract:
    """It plays `FaultDisputeGame`."""

    def __init__(self, chain: Chain, address: Address):
        self.chain = chain
        self.contract = SimpleNamespace(address=address)

    def _at(self, block: bytes) -> Game:
        games = self.chain.at(block).games
        return games[self._place(games)]

    def _place(self, games: Games) -> int:
        for place, game in enumerate(games):
            if game.address == self.contract.address:
                return place
        raise Refusal("NoContract")

    def _call(self, what: str, run: Callable[[Game, Address, int], Any], **options: Any) -> Call:
        def on(games: Games, sender: Address, now: int) -> None:
            place = self._place(games)
            game = games[place].copy()
            run(game, sender, now)
            games[place] = game

        return Call(what, on, **options)

    # --- read ---

    def status(self, *, block: bytes) -> GameStatus:
        return GameStatus(self._at(block).model.status)

    def read(self, *, block: bytes) -> DisputeGame:
        game = self._at(block)
        model = game.model
        return DisputeGame(
            address=game.address,
            parameters=GameParameters(RULES.max_depth, SPLIT, CLOCK, EXTENSION, PROGRAM),
            status=GameStatus(model.status),
            created_at=game.created_at,
            starting_block=START,
            claimed_block=game.claimed,
            l1_head=game.l1_head,
            block_number_challenger=model.wrong_block_shown_by,
            claims=claims_of(model),
            resolved=frozenset(i for i, claim in enumerate(model.claims) if claim.settled),
        )

    def starting_root(self, *, block: bytes) -> bytes:
        return TRUTH.root(START)

    def bonds(self, positions: Sequence[Position], *, block: bytes) -> list[int]:
        return [RULES.bond(position.depth) for position in positions]

    def answers_to_look_at(self, index: int, *, block: bytes) -> int:
        claim = self._at(block).model.claims[index]
        return len(claim.children) - (claim.looked or 0)

    def preimages(self, *, block: bytes) -> SimpleNamespace:
        return SimpleNamespace(has=lambda key, offset, *, block: key in self._at(block).words)

    def earnings(self, account: Address, *, block: bytes) -> Earnings:
        game = self._at(block)
        model, is_unlocked = game.model, account in game.unlocked
        paid, won = model.paid.get(account, 0), model.credit.get(account, 0)
        return Earnings(
            amount=game.credit(account),
            at_most=0 if game.got.get(account) else max(paid, won),
            claimable_from=game.unlocked[account] + WETH_DELAY
            if is_unlocked
            else model.resolved_at + FINALITY_DELAY + 1,
            is_unlocked=is_unlocked,
            is_closed=game.is_closed,
            is_paused=False,
        )

    # --- played ---

    def move(self, claim: Claim, value: bytes, *, is_attack: bool, bond: int) -> Call:
        def run(game: Game, sender: Address, now: int) -> None:
            index = claim.index
            game.model.move(sender, index, value, attack=is_attack, bond=bond, now=now, disputed=claim.value)

        return self._call("move", run, value=bond)

    def step(self, claim: Claim, *, is_attack: bool, state: bytes, proof: bytes) -> Call:
        def run(game: Game, sender: Address, now: int) -> None:
            index = claim.index
            if index >= len(game.model.claims):
                raise Refusal("Panic")
            what = game.computation(index, safe_at(self.chain.header(game.l1_head).number))
            instant = game.model.claims[index].place[1] % TRUTH.steps + (not is_attack)
            if instant == 0 and game.word_key(index) not in game.words:
                raise Refusal("NotLoaded")
            holds = lambda pre, post: TRUTH.holds(what, instant, pre, post)  # noqa: E731
            game.model.step(sender, index, attack=is_attack, holds=holds)

        return self._call("step", run)

    def add_local_data(self, claim: Claim, *, ident: int, offset: int) -> Call:
        assert (ident, offset) == (4, 0)

        def run(game: Game, sender: Address, now: int) -> None:
            game.words.add(game.word_key(claim.index))

        return self._call("addLocalData", run)

    def challenge_block_number(self, output: bytes, header: bytes) -> Call:
        def run(game: Game, sender: Address, now: int) -> None:
            assert output == game.model.claims[0].value, "another output than the root claim's"
            game.model.show_wrong_block(sender)

        return self._call("challengeRootL2Block", run)

    def resolve_claim(self, index: int, answers: int, *, gas: int | None = None) -> Call:
        run = lambda game, sender, now: game.model.resolve_claim(index, now, answers)  # noqa: E731
        return self._call("resolveClaim", run, gas=gas)

    def resolve(self, *, gas: int | None = None) -> Call:
        return self._call("resolve", lambda game, sender, now: game.model.resolve(now), gas=gas)

    def close(self) -> Call:
        return self._call("closeGame", lambda game, sender, now: game.close(now))

    def claim_credit(self, recipient: Address) -> Call:
        return self._call("claimCredit", lambda game, sender, now: game.claim_credit(recipient, now))


def claims_of(model: GameModel) -> list[Claim]:
    """A model's claims as the solver sees them."""
    return [
        Claim(
            index,
            None if made.parent < 0 else made.parent,
            made.by,
            made.countered_by,
            made.bond,
            made.value,
            Position.at(*made.place),
            made.used,
            made.at,
        )
        for index, made in enumerate(model.claims)
    ]


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


class Account:
    """It plays `TransactionManager`. `sent`: all that it ever sent; `purse` in wei, or no limit."""

    resubmissions: tuple[str, ...] = ()

    def __init__(self, chain: Chain, address: Address):
        self.chain, self.address = chain, address
        self.sent: list[Call] = []
        self.purse: int | None = None

    def in_flight(self) -> int:
        return sum(sender == self.address for sender, _ in self.chain.pool)

    def send(self, request: Any) -> bytes:
        call: Call = request
        if self.purse is not None and call.value > self.purse:
            raise UnaffordableError("too little ether")
        if call.gas is None:
            try:
                self.chain.preview(call, self.address)
            except Refusal as refusal:
                raise TransactionRevertedError(call.what, refusal.args[0]) from refusal
        self.sent.append(call)
        self.chain.pool.append((self.address, call))
        return sha256(b"%d" % len(self.sent)).digest()


class RollupNode:
    """A node that has read L1 up to its head, unless `behind` blocks, `down`, or on a stale branch (`lost`).

    It plays the node's engine, too.
    """

    def __init__(self, chain: Chain):
        self.chain = chain
        self.behind = 0
        self.down = False
        self.lost: L1Header | None = None
        self.missing: set[int] = set()
        """L2 blocks of which it has no output (yet)."""
        self.has_safe_heads = True

    def rollup_config(self) -> Any:
        self._answer()
        return CONFIG

    def sync_status(self) -> SimpleNamespace:
        self._answer()
        number = max(0, self.chain.head.header.number - self.behind)
        return SimpleNamespace(current_l1=(self.lost or self.chain.header(number)).ref)

    def safe_head_at_l1_block(self, number: int) -> SimpleNamespace:
        self._answer()
        if not self.has_safe_heads:
            raise TemporaryError("safe head database is not enabled")
        return SimpleNamespace(
            l1_block=self.chain.header(number).id, safe_head=BlockId(bytes(32), safe_at(number))
        )

    def output_at_block(self, number: int) -> SimpleNamespace:
        self._answer()
        if number in self.missing:
            raise TemporaryError(f"no output of L2 block {number} yet")
        return SimpleNamespace(output_root=TRUTH.root(number), output=TRUTH.root(number))

    def header_rlp(self, number: int) -> bytes:
        return b""

    def _answer(self) -> None:
        if self.down:
            raise TemporaryError("the node is down")


def safe_at(l1_number: int) -> int:
    """An L2 block becomes safe with every fourth L1 block."""
    return START + l1_number // 4


class MachineTrace:
    """It plays `Trace`, as of a game's L1 head."""

    absolute_prestate = PROGRAM

    def __init__(self, chain: Chain):
        self.chain = chain

    def state(self, dispute: Dispute, instant: int) -> bytes:
        return TRUTH.state(self._computation(dispute), instant)

    def proof(self, dispute: Dispute, instant: int) -> SimpleNamespace:
        needs = (4, 0) if instant == 0 else None
        return SimpleNamespace(state=b"", proof=b"", local_data=needs)

    def _computation(self, dispute: Dispute) -> Computation:
        """The machine reads L1 up to the game's head, and finds no block after the safe one there."""
        safe = safe_at(self.chain.header(dispute.l1_head).number)
        agreed = TRUTH.root(START) if dispute.agreed is None else dispute.agreed[1]
        blocks = min(dispute.disputed_block, safe) - min(dispute.agreed_block, safe)
        return agreed, dispute.disputed[1], blocks
