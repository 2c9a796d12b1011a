"""What a games challenger acts through on the L1 of `challenger_l1`: contract, account, node, machine."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from tests.fuzz.challenger_l1 import (
    CLOCK,
    EXTENSION,
    FINALITY_DELAY,
    PROGRAM,
    RULES,
    SPLIT,
    START,
    TRUTH,
    WETH_DELAY,
    Address,
    Call,
    Chain,
    Game,
    Games,
    safe_at,
)
from tests.fuzz.game_world import Computation
from tests.fuzz.seen import claims_of
from tests.fuzz.tally import Refusal
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.errors import TemporaryError
from opcycle.l1.dispute_games import Earnings
from opcycle.l1.pool_answers import UnaffordableError
from opcycle.l1.preimage_oracle import ProposalRules
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import Position
from opcycle.protocol.preimages import LocalWord
from opcycle.protocol.types import BlockId, L1Header


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
        return SimpleNamespace(
            address=self.contract.address,
            has=lambda key, offset, *, block: key in self._at(block).words,
            rules=lambda *, block: ProposalRules(min_size=1000, bond=1, period=1),
            proposal_count=lambda *, block: 0,
            proposals=lambda indices, *, block: (),
        )

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


class MachineTrace:
    """It plays `Trace`, as of a game's L1 head."""

    absolute_prestate = PROGRAM

    def __init__(self, chain: Chain):
        self.chain = chain

    def keep(self, l1_heads: object) -> None:
        """Nothing was kept."""

    def state(self, dispute: Dispute, instant: int) -> bytes:
        return TRUTH.state(self._computation(dispute), instant)

    def proof(self, dispute: Dispute, instant: int) -> SimpleNamespace:
        return SimpleNamespace(state=b"", proof=b"", read=LocalWord(4, 0) if instant == 0 else None)

    def _computation(self, dispute: Dispute) -> Computation:
        """The machine reads L1 up to the game's head, and finds no block after the safe one there."""
        safe = safe_at(self.chain.header(dispute.l1_head).number)
        agreed = TRUTH.root(START) if dispute.agreed is None else dispute.agreed[1]
        blocks = min(dispute.disputed_block, safe) - min(dispute.agreed_block, safe)
        return agreed, dispute.disputed[1], blocks
