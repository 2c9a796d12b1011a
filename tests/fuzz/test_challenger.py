"""C-1 to C-6: what the games challenger promises, whatever liars, L1 and its own node do meanwhile.

Many games at once; liars that lie, copy, flood and come late; L1 reorgs that take moves, claims or whole
games away; restarts; a node that is down, behind, lost or without an answer. The challenger always gets to
act within the time that a clock leaves it; that is all it needs.
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from tests.fuzz.challenger_l1 import (
    CLOCK,
    EXTENSION,
    FINALITY_DELAY,
    GAME_TYPE,
    RULES,
    SPLIT,
    START,
    TRUTH,
    WETH_DELAY,
    Call,
    Chain,
    Game,
    propose,
    safe_at,
)
from tests.fuzz.challenger_world import Account, GameContract, MachineTrace, RollupNode
from tests.fuzz.game_model import MadeClaim
from tests.fuzz.seen import claims_of
from tests.fuzz.tally import CountingMachine, run_and_count
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.challenger.games import GamesChallenger, GamesOptions

HONEST, LIAR, COPYCAT = b"\x01" * 20, b"\x02" * 20, b"\x03" * 20
REACH = 1 << SPLIT
PATIENCE = 40
"""Blocks in which the challenger must come to rest."""

picks = st.integers(0, 1_000)
bits = st.booleans()


class ChallengerMachine(CountingMachine):
    """`budget`: see `GamesOptions`."""

    budget: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.chain = Chain()
        self.node = RollupNode(self.chain)
        self.account = Account(self.chain, HONEST)
        self.restart()

    @initialize(blocks=st.integers(1, 4 * REACH + 4))
    def begin(self, blocks: int) -> None:
        for _ in range(blocks):
            self.chain.mine(1)

    # --- liars ---

    @rule(
        ahead=st.integers(1, REACH),
        kind=st.sampled_from(["true", "false", "next", "unsafe"]),
        by_copycat=bits,
    )
    def propose(self, ahead: int, kind: str, by_copycat: bool) -> None:
        """A root claim: true, made up, of the next block, or of the last safe one where there is none yet."""
        block, root = START + ahead, b"\x66" * 32
        if kind != "false":
            last = safe_at(self.chain.head.header.number) if kind == "unsafe" else START + REACH
            root = TRUTH.root(min(block + (kind == "next"), last))
        self._offer(COPYCAT if by_copycat else LIAR, propose(self.chain, root, block), front=False)
        self.done["proposed"] += 1

    @rule(
        game=picks, claim=picks, attack=bits, lie_from=st.integers(0, 8), status=st.integers(0, 3), front=bits
    )
    def move(self, game: int, claim: int, attack: bool, lie_from: int, status: int, front: bool) -> None:
        """True down to a depth, false from there on: a copycat, a freeloader, a liar at that depth."""
        chosen = self._open_game(game)
        if chosen is not None:
            self._answer(chosen, claim, attack=attack, lie_from=lie_from, status=status, salt=0, front=front)

    @rule(game=picks, lie_from=st.integers(0, 8), ways=st.lists(bits, min_size=4, max_size=6))
    def insist(self, game: int, lie_from: int, ways: list[bool]) -> None:
        """Answer the challenger's newest claim, each time that it has made one."""
        chosen = self._open_game(game)
        if chosen is None:
            return
        for attack in ways:
            self._rest()
            now = self._find(chosen.address)
            if now is None or now.model.status:
                return
            last = len(now.model.claims) - 1
            status = int(attack)  # what a claim at the top of a lower tree must say
            self._answer(now, last, attack=attack, lie_from=lie_from, status=status, salt=1, front=False)
        self._rest()
        self.done["insisted"] += 1

    @rule(game=picks, claim=picks, attack=bits, status=st.integers(0, 3), count=st.integers(2, 70))
    def flood(self, game: int, claim: int, attack: bool, status: int, count: int) -> None:
        """Many answers to one claim."""
        chosen = self._open_game(game)
        if chosen is not None:
            for salt in range(count):
                self._answer(chosen, claim, attack=attack, lie_from=0, status=status, salt=salt, front=False)
            self.done["flooded"] += 1

    @rule(game=picks, claim=picks)
    def forestall(self, game: int, claim: int) -> None:
        """Look at one answer to a claim, so that whoever settles it must go on from there."""
        chosen = self._open_game(game)
        if chosen is not None:
            index = claim % len(chosen.model.claims)
            call = GameContract(self.chain, chosen.address).resolve_claim(index, 1)
            self._offer(LIAR, call, front=True)

    # --- what happens to the challenger ---

    @rule(seconds=st.integers(1, 5))
    def block(self, seconds: int) -> None:
        self.challenger.step()
        self.chain.mine(seconds)

    @rule()
    def restart(self) -> None:
        self.challenger = GamesChallenger(
            CONFIG,
            factory=self.chain,  # type: ignore[arg-type]
            game_at=lambda address: GameContract(self.chain, address),  # type: ignore[arg-type, return-value]
            traces={GAME_TYPE: MachineTrace(self.chain)},  # type: ignore[dict-item]
            node=self.node,  # type: ignore[arg-type]
            l1=self.chain,
            l2=self.node,
            transactions=self.account,
            options=GamesOptions(bond_budget=self.budget),
        )

    @rule(depth=st.integers(1, 4), keeps_honest=bits, keeps_liars=bits)
    def reorg(self, depth: int, keeps_honest: bool, keeps_liars: bool) -> None:
        """L1 replaces blocks; somebody's transactions in them are gone for good. Ours are not if so much time
        has passed that it would be too late to send them again."""
        if self.chain.head.header.number > depth:
            passed = self.chain.now - self.chain.header(self.chain.head.header.number - depth).timestamp
            keeps_honest = keeps_honest or passed > EXTENSION // 2
            self.chain.reorg(depth, keeps=lambda who: keeps_honest if who == HONEST else keeps_liars)
            self.done["reorganised"] += 1

    @rule(
        trouble=st.sampled_from(["down", "behind", "lost", "missing", "no safe heads"]),
        blocks=st.integers(1, 4),
    )
    def node_in_trouble(self, trouble: str, blocks: int) -> None:
        """For some blocks, in which the challenger steps all the same."""
        node = self.node
        stale = self.chain.head.header
        if trouble == "lost":
            self.chain.reorg(1, keeps=lambda _: True)
            node.lost = stale
        node.down, node.behind = trouble == "down", 3 if trouble == "behind" else 0
        node.missing = set(range(START, START + REACH, 2)) if trouble == "missing" else set()
        node.has_safe_heads = trouble != "no safe heads"
        for _ in range(blocks):
            self.challenger.step()
            self.chain.mine(1)
        self._heal()
        self.done[trouble] += 1

    @rule(game=picks, claim=picks, left=st.integers(-1, 2))
    def late(self, game: int, claim: int, left: int) -> None:
        """Nobody moves, once the challenger has, until a clock is about to run out or just has."""
        self._rest()
        chosen = self._open_game(game)
        if chosen is not None:
            index = claim % len(chosen.model.claims)
            ahead = CLOCK - left - chosen.model.used(index, self.chain.now)
            if ahead > 0:
                self.chain.mine(ahead)
                self.done["came late"] += 1

    @precondition(lambda self: self.chain.head.games)
    @rule(game=picks)
    def refund(self, game: int) -> None:
        """The guardian declares that a game does not count."""
        games = self.chain.head.games
        chosen = games[game % len(games)]
        if chosen.model.status and not chosen.is_closed and not chosen.refund:
            address = chosen.address

            def run(games: list[Game], sender: bytes, now: int) -> None:
                for place, found in enumerate(games):
                    if found.address == address:
                        games[place] = found.copy()
                        games[place].refund = True

            self._offer(LIAR, Call("blacklist", run), front=True)
            self.done["refunded"] += 1

    # --- promises ---

    @invariant()
    def no_bond_is_over_budget(self) -> None:
        """C-1: never more at stake than the budget, by the chain or by what may be mined."""
        if self.budget is None:
            return
        at_stake = sum(
            claim.bond
            for game in self.chain.head.games
            for claim in game.model.claims
            if claim.by == HONEST and not claim.settled and not game.model.status
        )
        pending = sum(call.value for who, call in self.chain.pool if who == HONEST)
        assert at_stake + pending <= self.budget

    def teardown(self) -> None:
        self._heal()
        for ahead in (1, CLOCK, CLOCK, CLOCK, FINALITY_DELAY + 1, WETH_DELAY, 1):
            self._rest()
            self.chain.mine(ahead)
        self._rest()
        for game in self.chain.head.games:
            self.check(game)

    def check(self, game: Game) -> None:
        model = game.model
        safe = safe_at(self.chain.header(game.l1_head).number)
        stands = model.claims[0].value == TRUTH.root(game.claimed) and safe >= game.claimed
        assert model.status == (2 if stands else 1), "C-2: the right side wins every game"
        self.done["defended" if stands else "challenged"] += 1
        honest = [claim for claim in model.claims if claim.by == HONEST]
        assert all(claim.countered_by is None for claim in honest), "C-3: no claim of ours is countered"
        for claim in model.claims:
            ours = [child for child in claim.children if model.claims[child].by == HONEST]
            assert len(ours) <= 1, "C-4: nothing is answered twice"
            assert not ours or claim.countered_by == HONEST, "C-5: we earn the bond of what we answer"
        due = model.paid if game.refund else model.credit
        assert game.is_closed, "C-6: every game is closed"
        assert game.got.get(HONEST, 0) == due.get(HONEST, 0), "C-6: we get all that is due to us"
        assert game.got.get(HONEST, 0) >= model.paid.get(HONEST, 0)
        if any(claim.place[0] == RULES.max_depth and claim.countered_by == HONEST for claim in model.claims):
            self.done["stepped"] += 1
        if model.wrong_block_shown_by == HONEST:
            self.done["showed a wrong block"] += 1

    # --- helpers ---

    def _rest(self) -> None:
        """Until the challenger has nothing to do for two blocks."""
        quiet = 0
        for _ in range(PATIENCE):
            outcome = self.challenger.step()
            quiet = 0 if outcome.progress else quiet + 1
            self.done["held up"] += "bonds to come back" in outcome.waiting_for
            if quiet == 2 and not self.account.in_flight():
                return
            self.chain.mine(1)
        raise AssertionError(f"never comes to rest: {self.challenger.step()}")

    def _heal(self) -> None:
        self.node.lost, self.node.behind, self.node.down = None, 0, False
        self.node.missing, self.node.has_safe_heads = set(), True

    def _open_game(self, pick: int) -> Game | None:
        found = [game for game in self.chain.head.games if not game.model.status]
        return found[pick % len(found)] if found else None

    def _find(self, address: bytes) -> Game | None:
        return next((game for game in self.chain.head.games if game.address == address), None)

    def _answer(
        self, game: Game, pick: int, *, attack: bool, lie_from: int, status: int, salt: int, front: bool
    ) -> None:
        index = pick % len(game.model.claims)
        claim = claims_of(game.model)[index]
        place = game.model.child(game.model.claims[index].place, attack=attack)
        value = bytes([status]) + bytes([salt]) * 31
        if place[0] < lie_from and place[0] <= RULES.max_depth:
            value = self._truth(game, index, place)
        bond = RULES.bond(place[0])
        call = GameContract(self.chain, game.address).move(claim, value, is_attack=attack, bond=bond)
        self._offer(LIAR, call, front=front)

    def _truth(self, game: Game, parent: int, place: tuple[int, int]) -> bytes:
        """What an honest player would say there."""
        safe = safe_at(self.chain.header(game.l1_head).number)
        if place[0] <= SPLIT:
            return TRUTH.root(game.block(game.model.last_instant(place, SPLIT), safe))
        imagined = game.copy()
        imagined.model.claims.append(MadeClaim(parent, LIAR, b"", place, 0, 0, 0))
        instant = game.model.last_instant(place, RULES.max_depth) % TRUTH.steps
        try:
            return TRUTH.state(imagined.computation(len(imagined.model.claims) - 1, safe), instant)
        except IndexError:  # a place where no claim can be
            return bytes(32)

    def _offer(self, sender: bytes, call: Call, *, front: bool) -> None:
        self.chain.pool = [(sender, call), *self.chain.pool] if front else [*self.chain.pool, (sender, call)]


class BudgetedMachine(ChallengerMachine):
    """With too little money for all that is due: it may lose then, but it never stakes more."""

    budget = 500

    def check(self, game: Game) -> None:
        assert game.model.status, "every game is decided all the same"


@pytest.mark.timeout(3600)  # of the nightly profile
def test_the_challenger_wins_every_game_and_gets_every_bond_that_it_is_due() -> None:
    """C-2 to C-6."""
    run_and_count(
        ChallengerMachine,
        deeds=[
            "proposed",
            "flooded",
            "insisted",
            "reorganised",
            "down",
            "behind",
            "lost",
            "missing",
            "no safe heads",
            "came late",
            "refunded",
            "defended",
            "challenged",
            "stepped",
            "showed a wrong block",
        ],
    )


@pytest.mark.timeout(3600)
def test_never_more_is_at_stake_than_the_budget() -> None:
    """C-1."""
    run_and_count(BudgetedMachine, deeds=["proposed", "flooded", "insisted", "held up"])
