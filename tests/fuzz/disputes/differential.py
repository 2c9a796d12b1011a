"""Whatever anybody might call, of ours and of another build. There is no model: the other build is the judge.

Arguments are picked so that most calls get far, and some nowhere. In the end every getter is asked about
everything that came up.
"""

from functools import cache
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from tests.fuzz.disputes.bonds import required
from tests.fuzz.disputes.deploy import (
    CANNON,
    FIRST_BLOCK,
    GENESIS,
    GUARDIAN,
    OTHER_CANNON,
    OWNER,
    PERMISSIONED,
    PERMITTED,
    Artifacts,
    Deployment,
    Parameters,
    account,
    init_bond,
)
from tests.fuzz.disputes.getters import compare_getters
from tests.fuzz.disputes.truth import PRESTATE, PRESTATE_HASH, l2, with_status
from tests.fuzz.disputes.twin import TwinChain, beside
from tests.fuzz.evm import Contract, HaltedError, RefusedError
from tests.fuzz.tally import CountingMachine

from opcycle.artifacts import artifact

PARAMETERS = Parameters()
SPLIT, DEEPEST = PARAMETERS.split_depth, PARAMETERS.max_depth
PLAYERS = tuple(account(name) for name in ("alice", "bob", "carol"))
ANYBODY = (*PLAYERS, *PERMITTED, OWNER, GUARDIAN)
RICH = 10**24
MOST_GAMES = 4
"""Of an example, whose getters are compared."""

nth = st.integers(0, 2**16)
players = st.sampled_from(PLAYERS)
anybody = st.sampled_from((*PLAYERS, *PLAYERS, *ANYBODY))
roughly = st.sampled_from((0, 0, 0, 0, 0, 0, 0, -1, 1))
amounts = st.sampled_from((0, 1, 10**17, 10**18, 8 * 10**16))
periods = (
    PARAMETERS.clock,
    PARAMETERS.extension,
    PARAMETERS.finality_delay,
    PARAMETERS.weth_delay,
    PARAMETERS.maturity_delay,
)


@cache
def twins(theirs: Artifacts) -> tuple[TwinChain, Deployment]:
    """Both builds, newly deployed, with rich people; and ours of them, by which both are called."""
    ours = beside(theirs)(
        artifact, PARAMETERS, anchor_root=l2().root(PARAMETERS.anchor_block), prestate=PRESTATE_HASH
    )
    assert isinstance(ours.chain, TwinChain)
    for who in (*ANYBODY, ours.portal.address):
        ours.chain.set_balance(who, RICH)
    return ours.chain, ours


class Differential(CountingMachine):
    """One example: calls to both builds, from the state that a deployment leaves."""

    theirs: ClassVar[Artifacts]
    """Where the other build is found; a static method."""

    def __init__(self) -> None:
        super().__init__()
        self.chain, self.ours = twins(self.theirs)
        self.chain.differs = False
        self.snapshot = self.chain.snapshot()
        self.number, self.now = FIRST_BLOCK, GENESIS
        self.games: list[Contract] = []
        self.pass_time(12)

    def teardown(self) -> None:
        """Ask every getter about everything, unless the builds differ already; then go back."""
        try:
            if not self.chain.differs:
                compare_getters(self.ours, self.theirs, self.games[-MOST_GAMES:], ANYBODY)
        finally:
            self.chain.revert(self.snapshot)

    def pass_time(self, seconds: int) -> None:
        self.number, self.now = self.number + 1, self.now + seconds
        self.chain.set_block(self.number, self.now)

    def do(self, contract: Contract, who: bytes, function: str, *args: Any, value: int = 0) -> bool:
        """A call of both; whether both do it, and do not both refuse."""
        try:
            self.chain.send(who, contract.address, contract.encode(function, *args), value=value)
        except RefusedError as error:
            self.refused[error.args[0]] += 1
            return False
        except HaltedError:
            self.refused["out of gas"] += 1
            return False
        self.done[function] += 1
        return True

    # --- what is there ---

    def game(self, which: int) -> Contract:
        return self.games[-1 - which % len(self.games)]

    def claim_index(self, game: Contract, which: int) -> int:
        """Of a claim, mostly a late one; rarely of one that is not there."""
        return max(0, game.read("claimDataLen") - 1 - which % 5 + (which % 97 == 96) * 6)

    def claim(self, game: Contract, index: int) -> tuple[bytes, int]:
        """Claim and position; nonsense for one that is not there."""
        if index >= game.read("claimDataLen"):
            return bytes(32), 1
        found = game.read("claimData", index)
        return found[4], found[5]

    # --- rules ---

    @rule(period=st.sampled_from(periods), off=st.sampled_from((-1, 0, 1)))
    def wait_a_period(self, period: int, off: int) -> None:
        self.pass_time(period + off)

    @rule(seconds=st.sampled_from((0, 1, 12, 30, 100, 450)))
    def wait(self, seconds: int) -> None:
        self.pass_time(seconds)

    @initialize()
    def begin(self) -> None:
        self.create(PLAYERS[0], CANNON, "true", 8, 0, b"")

    @rule(
        who=anybody,
        kind=st.sampled_from((CANNON, CANNON, OTHER_CANNON, PERMISSIONED, 7)),
        root=st.sampled_from(("true", "lie", "lie", "wild", "zero")),
        ahead=st.sampled_from((8, 8, 5, 12, 1, 0, -1, 40, 2**64)),
        off=roughly,
        padding=st.sampled_from((b"", b"", b"", b"", b"\0")),
    )
    def create(self, who: bytes, kind: int, root: str, ahead: int, off: int, padding: bytes) -> None:
        number = PARAMETERS.anchor_block + ahead
        chain = l2()
        is_known = 0 <= ahead < len(chain.blocks)
        roots = {"wild": b"\x77" * 32, "zero": bytes(32)}
        if is_known:
            roots |= {"true": chain.blocks[ahead].root, "lie": chain.lies[ahead].root}
        args = (kind, roots.get(root, roots["wild"]), number.to_bytes(32, "big") + padding)
        origin = PERMITTED[0] if kind == PERMISSIONED else who
        made = self.do(self.ours.factory, origin, "create", *args, value=max(0, init_bond(kind) + off))
        if made:
            count = self.ours.factory.read("gameCount")
            self.games.append(self.ours.game(self.ours.factory.read("gameAtIndex", count - 1)[2]))

    @precondition(lambda self: self.games)
    @rule(
        who=players,
        which=nth,
        at=nth,
        status=st.sampled_from((0, 1, 1, 1, 2, 3)),
        letter=st.integers(0, 2),
        is_attack=st.booleans(),
        off=roughly,
        mistaken=st.sampled_from((False,) * 9 + (True,)),
    )
    def move(
        self,
        who: bytes,
        which: int,
        at: int,
        status: int,
        letter: int,
        is_attack: bool,
        off: int,
        mistaken: bool,
    ) -> None:
        game = self.game(which)
        index = self.claim_index(game, at)
        disputed, position = self.claim(game, index)
        depth = position.bit_length()  # of the answer
        bond = required(min(depth, DEEPEST), DEEPEST)
        claim = with_status(bytes([letter]) * 32, status)
        args = (bytes(32) if mistaken else disputed, index, claim, is_attack)
        self.do(game, who, "move", *args, value=bond + off)

    @precondition(lambda self: self.games)
    @rule(who=players, which=nth, sides=st.lists(st.booleans(), min_size=DEEPEST, max_size=DEEPEST))
    def dive(self, who: bytes, which: int, sides: list[bool]) -> None:
        """Answer answer after answer, down to the deepest."""
        game = self.game(which)
        for is_attack in sides:
            index = game.read("claimDataLen") - 1
            disputed, position = self.claim(game, index)
            if position.bit_length() > DEEPEST:
                return
            claim = with_status(bytes([index]) * 32, 1)
            bond = required(position.bit_length(), DEEPEST)
            self.do(game, who, "attack" if is_attack else "defend", disputed, index, claim, value=bond)

    @precondition(lambda self: self.games)
    @rule(
        who=players,
        which=nth,
        at=nth,
        ident=st.integers(0, 6),
        offset=st.sampled_from((0, 8, 15, 16, 39, 40)),
    )
    def add_local_data(self, who: bytes, which: int, at: int, ident: int, offset: int) -> None:
        game = self.game(which)
        self.do(game, who, "addLocalData", ident, self.claim_index(game, at), offset)

    @precondition(lambda self: self.games)
    @rule(
        who=players,
        which=nth,
        at=nth,
        is_attack=st.booleans(),
        state=st.sampled_from((PRESTATE, PRESTATE, b"another")),
        with_data=st.booleans(),
    )
    def step(self, who: bytes, which: int, at: int, is_attack: bool, state: bytes, with_data: bool) -> None:
        game = self.game(which)
        index = self.claim_index(game, at)
        if with_data:
            for ident in range(1, 6):
                self.do(game, who, "addLocalData", ident, index, 8)
        self.do(game, who, "step", index, is_attack, state, b"")

    @precondition(lambda self: self.games)
    @rule(
        who=players,
        which=nth,
        ahead=st.sampled_from((8, 5, 12)),
        said=st.sampled_from(("true", "lie")),
        broken=st.sampled_from(("", "", "", "header", "output")),
    )
    def challenge_root_block(self, who: bytes, which: int, ahead: int, said: str, broken: str) -> None:
        game = self.game(which)
        block = l2().of_root(game.read("rootClaim")) or (l2().blocks if said == "true" else l2().lies)[ahead]
        header = block.header[:-1] if broken == "header" else block.header
        proof = (*block.output.preimage[:3], bytes(32)) if broken == "output" else block.output.preimage
        self.do(game, who, "challengeRootL2Block", proof, header)

    @precondition(lambda self: self.games)
    @rule(who=players, which=nth, at=nth, count=st.sampled_from((0, 0, 1, 2, 5)))
    def resolve_claim(self, who: bytes, which: int, at: int, count: int) -> None:
        game = self.game(which)
        self.do(game, who, "resolveClaim", self.claim_index(game, at), count)

    @precondition(lambda self: self.games)
    @rule(who=players, which=nth, waits=st.booleans(), closes=st.booleans())
    def resolve(self, who: bytes, which: int, waits: bool, closes: bool) -> None:
        game = self.game(which)
        if waits:
            self.pass_time(PARAMETERS.clock)
        for index in reversed(range(game.read("claimDataLen"))):
            self.do(game, who, "resolveClaim", index, 0)
        self.do(game, who, "resolve")
        if closes:
            self.pass_time(PARAMETERS.finality_delay + 1)
            self.do(game, who, "closeGame")

    @precondition(lambda self: self.games)
    @rule(who=anybody, which=nth, whom=anybody)
    def claim_credit(self, who: bytes, which: int, whom: bytes) -> None:
        self.do(self.game(which), who, "claimCredit", whom)

    @precondition(lambda self: self.games)
    @rule(who=players, which=nth, function=st.sampled_from(("closeGame", "resolve", "initialize")))
    def poke(self, who: bytes, which: int, function: str) -> None:
        self.do(self.game(which), who, function)

    # --- registry, factory, escrow ---

    @rule(
        who=st.sampled_from((GUARDIAN, GUARDIAN, *PLAYERS)),
        function=st.sampled_from(("pause", "unpause", "updateRetirementTimestamp", "setRespectedGameType")),
        kind=st.sampled_from((CANNON, CANNON, OTHER_CANNON)),
    )
    def guard(self, who: bytes, function: str, kind: int) -> None:
        if function in ("pause", "unpause"):
            self.do(self.ours.superchain, who, function, bytes(20))
        else:
            self.do(
                self.ours.registry, who, function, *((kind,) if function == "setRespectedGameType" else ())
            )

    @precondition(lambda self: self.games)
    @rule(
        who=st.sampled_from((GUARDIAN, *PLAYERS)),
        function=st.sampled_from(("blacklistDisputeGame", "setAnchorState", "setAnchorState")),
        which=nth,
    )
    def judge(self, who: bytes, function: str, which: int) -> None:
        self.do(self.ours.registry, who, function, self.game(which).address)

    @rule(who=st.sampled_from((OWNER, OWNER, *PLAYERS)), kind=st.sampled_from((CANNON, 7)), wei=amounts)
    def set_init_bond(self, who: bytes, kind: int, wei: int) -> None:
        self.do(self.ours.factory, who, "setInitBond", kind, wei)

    @rule(
        who=st.sampled_from((OWNER, OWNER, *PLAYERS)),
        kind=st.sampled_from((OTHER_CANNON, 7)),
        args=st.sampled_from((b"", b"\1" * 124)),
    )
    def set_implementation(self, who: bytes, kind: int, args: bytes) -> None:
        logic = self.ours.factory.read("gameImpls", CANNON)
        self.do(self.ours.factory, who, "setImplementation(uint32,address,bytes)", kind, logic, args)

    @rule(
        who=anybody,
        whom=anybody,
        wad=amounts,
        what=st.sampled_from(("deposit", "approve", "transfer", "unlock")),
    )
    def escrow(self, who: bytes, whom: bytes, wad: int, what: str) -> None:
        args = () if what == "deposit" else (whom, wad)
        self.do(self.ours.weth, who, what, *args, value=wad if what == "deposit" else 0)

    @rule(
        who=anybody,
        whom=anybody,
        other=anybody,
        wad=amounts,
        what=st.sampled_from(("withdraw(uint256)", "withdraw(address,uint256)", "transferFrom")),
    )
    def take(self, who: bytes, whom: bytes, other: bytes, wad: int, what: str) -> None:
        args = {"transferFrom": (whom, other, wad), "withdraw(uint256)": (wad,)}
        self.do(self.ours.weth, who, what, *args.get(what, (whom, wad)))

    @rule(
        who=st.sampled_from((OWNER, OWNER, *PLAYERS)),
        whom=anybody,
        wad=amounts,
        what=st.sampled_from(("hold(address)", "hold(address,uint256)", "recover")),
    )
    def hold(self, who: bytes, whom: bytes, wad: int, what: str) -> None:
        args = {"hold(address)": (whom,), "recover": (wad,)}
        self.do(self.ours.weth, who, what, *args.get(what, (whom, wad)))

    # --- withdrawals ---

    @precondition(lambda self: self.games)
    @rule(
        who=players,
        which=nth,
        k=st.integers(0, 6),
        waits=st.booleans(),
        broken=st.sampled_from(("", "", "", "proof", "output")),
    )
    def prove(self, who: bytes, which: int, k: int, waits: bool, broken: str) -> None:
        if waits:
            self.pass_time(12)
        game, chain = self.game(which), l2()
        block = chain.of_root(game.read("rootClaim")) or chain.blocks[8]
        withdrawal = [*chain.withdrawals, chain.forged][k]
        nodes = tuple(chain.passer.proof(withdrawal, block.output))
        output = (*block.output.preimage[:3], bytes(32)) if broken == "output" else block.output.preimage
        index = len(self.games) - 1 - which % len(self.games)
        args = (withdrawal, index, output, nodes[:-1] if broken == "proof" else nodes)
        self.do(self.ours.portal, who, "proveWithdrawalTransaction", *args)

    @rule(who=players, whom=players, k=st.integers(0, 6), is_own=st.booleans(), only_check=st.booleans())
    def finalize(self, who: bytes, whom: bytes, k: int, is_own: bool, only_check: bool) -> None:
        withdrawal = [*l2().withdrawals, l2().forged][k]
        portal = self.ours.portal
        if is_own:
            self.do(portal, who, "finalizeWithdrawalTransaction", withdrawal)
        else:
            self.do(portal, who, "finalizeWithdrawalTransactionExternalProof", withdrawal, whom)

    @rule(who=players, wei=amounts)
    def donate(self, who: bytes, wei: int) -> None:
        self.do(self.ours.portal, who, "donateETH", value=wei)
