"""A games challenger in memory, with a liar to play against."""

from tests.fuzz.challenger_l1 import GAME_TYPE, RULES, SPLIT, START, Chain, propose
from tests.fuzz.challenger_world import Account, GameContract, MachineTrace, RollupNode, claims_of
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.challenger.games import GamesChallenger, GamesOptions

HONEST, LIAR, FRIEND = b"\x01" * 20, b"\x02" * 20, b"\x03" * 20
LIE = b"\x66" * 32
FALSE_STATE = b"\x01" + b"\x66" * 31


class Place:
    """An L1 on which L2 blocks up to START + 8 are safe, and a challenger."""

    def __init__(self, **options):
        self.chain = Chain()
        self.node = RollupNode(self.chain)
        self.account = Account(self.chain, HONEST)
        self.trace = MachineTrace(self.chain)
        for _ in range(4 * 9):
            self.chain.mine(1)
        self.challenger = self.new_challenger(**options)

    def new_challenger(self, *, traces=None, **options):
        return GamesChallenger(
            CONFIG,
            factory=self.chain,
            game_at=lambda address: GameContract(self.chain, address),
            traces={GAME_TYPE: self.trace} if traces is None else traces,
            node=self.node,
            l1=self.chain,
            l2=self.node,
            transactions=self.account,
            options=GamesOptions(**options),
        )

    def propose(self, root: bytes = LIE, block: int = START + 5, *, by: bytes = LIAR) -> int:
        self.chain.pool.append((by, propose(self.chain, root, block)))
        self.chain.mine(1)
        self.chain.mine(1)
        return len(self.chain.head.games) - 1

    def game(self, index: int = 0):
        return self.chain.head.games[index]

    def contract(self, index: int = 0) -> GameContract:
        return GameContract(self.chain, self.game(index).address)

    def answer(self, index: int, value: bytes, *, attack: bool = True, game: int = 0) -> None:
        claim = claims_of(self.game(game).model)[index]
        bond = RULES.bond(claim.position.depth + 1)
        call = self.contract(game).move(claim, value, is_attack=attack, bond=bond)
        self.chain.pool.append((LIAR, call))
        assert self.chain.mine(1).failed == []

    def rest(self, steps: int = 40) -> list[str]:
        did = []
        for _ in range(steps):
            outcome = self.challenger.step()
            did += outcome.did
            if not outcome.progress and not self.account.in_flight():
                return did
            self.chain.mine(1)
        raise AssertionError(f"never comes to rest: {did}")

    def to_the_bottom(self, block: int = START + 5) -> None:
        """The liar insists until its claim is the deepest, and can only be countered by a step."""
        game = self.propose(LIE, block)
        self.rest()
        while (depth := self.game(game).model.claims[-1].place[0]) < RULES.max_depth:
            last = len(self.game(game).model.claims) - 1
            self.answer(last, LIE if depth < SPLIT else FALSE_STATE, game=game)
            if depth + 1 < RULES.max_depth:
                self.rest()
        assert self.game(game).model.claims[-1].by == LIAR

    def waits(self) -> str:
        outcome = self.challenger.step()
        assert not outcome.did
        return outcome.waiting_for
