"""What the bridge says of a withdrawal, held against the contracts: whatever happens to games and proofs.

If it says that the withdrawal can be proven or finalized, that works; if it says otherwise, it does not; and
nothing comes earlier than it says. The contracts are ours, or another build; see `games_on_evm`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from tests.fuzz.disputes.deploy import GUARDIAN, account
from tests.fuzz.evm import HaltedError, RefusedError
from tests.fuzz.tally import CountingMachine, run_and_count
from tests.unit.bridge.test_games import BLOCK, HEAD, LIE, OTHER, USER, WITHDRAWAL, World
from tests.unit.l1.games_on_evm import HEAD as L1_HEAD
from tests.unit.l1.games_on_evm import PARAMETERS

from opcycle.bridge.status import (
    Finalizable,
    Finalized,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Proven,
    Reason,
    WithdrawalStatus,
)
from opcycle.l1.dispute_games import FaultDisputeGame

STRANGER = account("somebody who has proven nothing")
DELAYS = (PARAMETERS.clock, PARAMETERS.finality_delay, PARAMETERS.maturity_delay)
times = st.sampled_from([1, 2, *(delay + off for delay in DELAYS for off in (-1, 0, 1, 2))])
which = st.sampled_from((0, 0, 0, 1, 2, 3))
people = st.sampled_from((USER, OTHER))
mostly = st.sampled_from((True, True, True, False))
blocks = st.sampled_from((BLOCK, BLOCK + 1, BLOCK + 2, BLOCK + 3, BLOCK - 1, HEAD + 1))
orders = st.sampled_from(
    (
        "unpause",
        "unpause",
        "pause",
        "blacklistDisputeGame",
        "blacklistDisputeGame",
        "updateRetirementTimestamp",
    )
)


@cache
def deployed() -> World:
    """Every machine begins from it."""
    world = World()
    for person in (USER, OTHER):
        world.l1.contracts.chain.set_balance(person, 10**24)
    return world


class Withdrawing(CountingMachine):
    """One withdrawal, and games about its block and those around it. `games`: address, L2 block, root."""

    def __init__(self) -> None:
        super().__init__()
        self.world = deployed()
        self.chain = self.world.l1.contracts.chain
        self.games: list[tuple[bytes, int, bytes]] = []
        self._begin = self.world.l1.now, self.chain.snapshot()
        self._looks = 0

    def teardown(self) -> None:
        began, before = self._begin
        self.chain.revert(before)
        self.world.l1.wait(began - self.world.l1.now)
        self.world.l2.head = HEAD

    @initialize(provers=st.lists(people, unique=True))
    def begin(self, provers: list[bytes]) -> None:
        """With a right game, and proofs against it."""
        self.propose(BLOCK, is_right=True)
        self.world.l1.wait(1)
        for by in provers:
            self._prove(0, by)

    @rule(block=blocks, is_right=mostly)
    def propose(self, block: int, is_right: bool) -> None:
        root = self.world.l2.root(block) if is_right else LIE
        if (block, root) in {(number, claimed) for _, number, claimed in self.games}:
            return
        with suppress(RefusedError):  # the anchor has passed the block
            self.games.append((self.world.l1.propose(block, root), block, root))

    @precondition(lambda self: self.games)
    @rule(index=which)
    def attack(self, index: int) -> None:
        address = self._game(index)
        contract = FaultDisputeGame(self.world.l1.rpc, address)  # type: ignore[arg-type]
        root = contract.read(block=L1_HEAD).root
        (bond,) = contract.bonds([root.position.move(is_attack=True)], block=L1_HEAD)
        call = contract.move(root, LIE, is_attack=True, bond=bond)
        with suppress(RefusedError):
            self.chain.send(OTHER, address, call.data, value=bond)

    @precondition(lambda self: self.games)
    @rule(index=which, waits=mostly, closes=st.booleans())
    def decide(self, index: int, waits: bool, closes: bool) -> None:
        if waits:
            self.world.l1.wait(PARAMETERS.clock)
        game = self.world.l1.contracts.game(self._game(index))
        for claim in reversed(range(game.read("claimDataLen"))):
            with suppress(RefusedError):
                game.send(OTHER, "resolveClaim", claim, 0)
        for call in ("resolve", *(["closeGame"] if closes else [])):
            with suppress(RefusedError):
                game.send(OTHER, call)

    @precondition(lambda self: self.games)
    @rule(index=which, by=people, waits=mostly)
    def prove(self, index: int, by: bytes, waits: bool) -> None:
        if waits:
            self.world.l1.wait(1)
        with suppress(RefusedError):
            self._prove(index % len(self.games), by)

    @rule(by=st.sampled_from((USER, STRANGER)), sees_it_through=st.sampled_from((False, False, True)))
    def finalize(self, by: bytes, sees_it_through: bool) -> None:
        if sees_it_through:
            for index in range(len(self.games)):
                self.decide(index, waits=True, closes=False)
            self.world.l1.wait(PARAMETERS.clock)
        stage = self.world.stage(by)
        if isinstance(stage, Finalizable):
            request = self.world.settlement(by).finalization(WITHDRAWAL, stage)
            assert request.to is not None
            self.chain.send(by, request.to, request.data)
            assert self.world.stage(by) == Finalized()
            self.done["finalized" if stage.submitter == by else "finalized for another"] += 1

    @rule(what=orders, index=which)
    def guard(self, what: str, index: int) -> None:
        if "ause" in what:
            with suppress(RefusedError):
                self.world.l1.contracts.superchain.send(GUARDIAN, f"{what}(address)", bytes(20))
        elif what == "updateRetirementTimestamp":
            self.world.l1.guard(what)
        elif self.games:
            self.world.l1.guard(what, self._game(index))

    @rule(seconds=times)
    def wait(self, seconds: int) -> None:
        self.world.l1.wait(seconds)

    @rule(head=st.sampled_from((HEAD, HEAD + 1)))
    def l2_goes_on(self, head: int) -> None:
        self.world.l2.head = max(self.world.l2.head, head)

    @invariant()
    def what_it_says_is_so(self) -> None:
        """Said to the user, or to nobody in particular, in turns."""
        ready, self._looks = self._ready(), self._looks + 1
        asker = USER if self._looks % 2 else None
        stage = self.world.stage(asker)
        self.done[type(stage).__name__] += 1
        if isinstance(stage, MustBeProvenAgain):
            self.done[stage.flaw.name] += 1
        if isinstance(stage, Finalized | Paused):
            return
        assert isinstance(stage, Finalizable) == bool(ready)
        if isinstance(stage, Finalizable):
            assert stage.submitter in ready
        self._check_provable(WithdrawalStatus(WITHDRAWAL, stage), asker or OTHER)
        if isinstance(stage, Proven):
            self._check_time(stage, asker)

    def _check_provable(self, status: WithdrawalStatus, by: bytes) -> None:
        """What can be proven can be; if nothing can, and nothing is, then against no right game either."""
        if status.basis is not None:
            with self._trying():
                self.world.prove(status.basis.index, status.basis.l2_block, by=by)
                assert WithdrawalStatus(WITHDRAWAL, self.world.stage(by)).is_proven
        elif not status.is_proven:
            l2 = self.world.l2
            for index, (_, block, root) in enumerate(self.games):
                if BLOCK <= block <= l2.head and root == l2.root(block):
                    with self._trying():
                        assert not self._can_prove(index, by)

    def _check_time(self, stage: Proven, asker: bytes | None) -> None:
        """Nothing comes earlier than it says; nor later, once nothing is undecided."""
        with self._trying():
            self.world.l1.wait(stage.seconds - 1)
            assert not self._ready()
            self.world.l1.wait(1)
            is_decided = Reason.DECISION not in {wait.reason for wait in stage.waits}
            assert isinstance(self.world.stage(asker), Finalizable) == is_decided

    def _game(self, index: int) -> bytes:
        return self.games[index % len(self.games)][0]

    def _prove(self, index: int, by: bytes) -> None:
        _, block, _ = self.games[index]
        self.world.prove(index, block, by=by)

    def _can_prove(self, index: int, by: bytes) -> bool:
        try:
            self._prove(index, by)
        except (RefusedError, HaltedError):
            return False
        return True

    def _ready(self) -> set[bytes]:
        """Whose proof the portal calls ready, were it not paused."""
        ready = set()
        for submitter in (USER, OTHER):
            with suppress(RefusedError):
                self.world.l1.contracts.portal.read("checkWithdrawal", WITHDRAWAL.hash, submitter)
                ready.add(submitter)
        return ready

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """What happens inside has not happened."""
        now, before = self.world.l1.now, self.chain.snapshot()
        try:
            yield
        finally:
            self.chain.revert(before)
            self.world.l1.wait(now - self.world.l1.now)


STAGES = ("WaitingForGame", "Provable", "Proven", "MustBeProvenAgain", "Paused", "Finalizable", "Finalized")
FLAWS = tuple(flaw.name for flaw in (Flaw.LOST, Flaw.BLACKLISTED, Flaw.RETIRED))


def test_what_the_bridge_says_is_so_and_comes_when_it_says() -> None:
    run_and_count(Withdrawing, deeds=[*STAGES, *FLAWS, "finalized", "finalized for another"])
