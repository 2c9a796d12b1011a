"""Which games and which proofs a withdrawal's status follows from, on the contracts themselves.

The rules are those of `games_status`, tested there; here is what is read, and how much of it.
"""

from dataclasses import dataclass

import pytest
from eth_utils.crypto import keccak
from tests.fuzz.disputes.deploy import OTHER_CANNON, account
from tests.fuzz.message_passer import Claim, MessagePasser
from tests.unit.l1.games_on_evm import GamesL1

from opcycle.bridge.games import L2_AHEAD, MOST_PROOFS, GamesSettlement
from opcycle.bridge.status import (
    Finalizable,
    Flaw,
    MustBeProvenAgain,
    Provable,
    Proven,
    Stage,
    WaitingForGame,
    WithdrawalStatus,
)
from opcycle.l1.dispute_games import GAMES_PER_READ, FaultDisputeGame
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.types import L1BlockRef
from opcycle.protocol.withdrawals import Withdrawal
from opcycle.rpc.hexjson import checksum

BLOCK, HEAD = 150, 300
"""The withdrawal's L2 block, and the last one."""

USER, OTHER = account("user"), account("other")
LIE = b"\x66" * 32
AS_TUPLE = (1 << 240, USER, account("recipient"), 0, 100_000, b"")
WITHDRAWAL = Withdrawal(*AS_TUPLE)


@dataclass(frozen=True)
class Ref:
    timestamp: int


@dataclass(frozen=True)
class L2Block:
    ref: Ref
    output: OutputRootProof


class L2:
    """Blocks `time` old, each with an output of its own that has the withdrawal."""

    def __init__(self, time: int):
        self.time, self.head, self.asked = time, HEAD, []
        self.passer = MessagePasser()
        self.passer.record(AS_TUPLE)
        self.claims: dict[int, Claim] = {}

    def number(self, label: str = "latest") -> int | None:
        return self.head

    def block(self, label: int | str) -> L2Block:
        self.asked.append(label)
        return L2Block(Ref(self.time), OutputRootProof(*self.claim(label).preimage))

    def claim(self, number: int | str) -> Claim:
        assert isinstance(number, int)
        return self.claims.setdefault(number, self.passer.claim())

    def root(self, number: int) -> bytes:
        return self.claim(number).root


class World:
    def __init__(self) -> None:
        self.l1 = GamesL1()
        self.l2 = L2(self.l1.now)
        self.l1.wait(10)

    def settlement(self, asker: bytes | None = USER) -> GamesSettlement:
        return GamesSettlement(
            self.l1.portal,
            factory=self.l1.factory,
            registry=self.l1.registry,
            l2=self.l2,  # type: ignore[arg-type]
            asker=asker,
        )

    def stage(self, asker: bytes | None = USER) -> Stage:
        l1 = L1BlockRef(b"\x1a" * 32, 1, bytes(32), self.l1.now)
        return self.settlement(asker).stage(WITHDRAWAL, BLOCK, l1=l1)

    def basis(self, asker: bytes | None = USER) -> int | None:
        """The index of the game to prove it against."""
        found = WithdrawalStatus(WITHDRAWAL, self.stage(asker)).basis
        return None if found is None else found.index

    def propose(self, block: int = BLOCK, root: bytes | None = None) -> bytes:
        game = self.l1.propose(block, self.l2.root(block) if root is None else root)
        self.l1.wait(1)
        return game

    def prove(self, index: int, block: int = BLOCK, *, by: bytes = USER) -> None:
        claim = self.l2.claim(block)
        nodes = self.l2.passer.proof(AS_TUPLE, claim)
        request = self.l1.portal.prove(
            WITHDRAWAL, index=index, output=OutputRootProof(*claim.preimage), proof=nodes
        )
        assert request.to is not None
        self.l1.contracts.chain.send(by, request.to, request.data)

    def decide(self, game: bytes) -> None:
        """In favour of the root claim."""
        self.l1.wait(1_000)
        contract = self.l1.contracts.game(game)
        contract.send(OTHER, "resolveClaim", 0, 0)
        contract.send(OTHER, "resolve")


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(("block", "covers"), [(BLOCK - 1, False), (BLOCK, True), (BLOCK + 1, True)])
def test_game__must_be_about_the_withdrawals_block_or_a_later_one(world, block: int, covers: bool) -> None:
    world.propose(block)
    assert world.basis() == (0 if covers else None)


def test_games_of_other_types__are_no_candidates(world) -> None:
    world.l1.propose(BLOCK, world.l2.root(BLOCK), kind=OTHER_CANNON)
    world.l1.wait(1)
    assert world.stage() == WaitingForGame(BLOCK, 0)


def test_newest_right_game__the_rest_is_not_even_compared(world) -> None:
    for block in range(BLOCK, BLOCK + 5):
        world.propose(block)
    world.l2.asked.clear()
    assert world.basis() == 4
    assert world.l2.asked == [BLOCK, BLOCK + 4]


def test_flood_of_wrong_games__the_right_one_behind_it_is_found(world) -> None:
    world.propose()
    for number in range(GAMES_PER_READ + 5):
        world.l1.propose(BLOCK + 1 + number, LIE)
    world.l1.wait(1)
    assert world.basis() == 0


def test_games_older_than_the_withdrawals_block__are_not_looked_through(world) -> None:
    for number in range(GAMES_PER_READ + 5):
        world.l1.propose(BLOCK + 1 + number, LIE)
    world.l2.time = world.l1.now + L2_AHEAD + 1
    world.l1.wait(1)
    before = world.l1.rpc.requests
    assert world.stage() == WaitingForGame(BLOCK, 0)
    assert world.l1.rpc.requests - before < 20
    world.propose(BLOCK)
    assert world.basis() == GAMES_PER_READ + 5


def test_game_ahead_of_our_l2__not_proven_against_until_l2_is_there(world) -> None:
    world.propose(HEAD + 1)
    assert world.basis() is None
    world.l2.head += 1
    assert world.basis() == 0


def test_blacklisted_then_retired__passed_over(world) -> None:
    world.propose(BLOCK)
    newest = world.propose(BLOCK + 1)
    world.l1.guard("blacklistDisputeGame", newest)
    assert world.basis() == 0
    world.l1.guard("updateRetirementTimestamp")
    assert world.stage() == WaitingForGame(BLOCK, 0, 2)


def test_proof__named_by_its_game_and_then_finalized_by_the_asker_or_for_the_submitter(world) -> None:
    game = world.propose()
    world.prove(0)
    stage = world.stage()
    assert isinstance(stage, Proven)
    assert stage.against == f"game {checksum(game)}"
    world.decide(game)
    world.l1.wait(500)
    stage = world.stage()
    assert stage == Finalizable(f"game {checksum(game)}", USER)
    own, others = (world.settlement(asker).finalization(WITHDRAWAL, stage) for asker in (USER, OTHER))
    portal = world.l1.portal.contract
    assert own.data[:4] == portal.encode("finalizeWithdrawalTransaction", AS_TUPLE)[:4]
    assert others.data == portal.encode("finalizeWithdrawalTransactionExternalProof", AS_TUPLE, USER)
    world.l1.contracts.chain.send(OTHER, others.to, others.data)
    assert world.l1.portal.is_finalized(WITHDRAWAL.hash, block=b"\x1a" * 32)


def test_lost_game__proof_must_be_made_again_against_the_next(world) -> None:
    game = world.propose()
    world.prove(0)
    contract = FaultDisputeGame(world.l1.rpc, game)
    claim = contract.read(block=b"\x1a" * 32).root
    (bond,) = contract.bonds([claim.position.move(is_attack=True)], block=b"\x1a" * 32)
    attack = contract.move(claim, LIE, is_attack=True, bond=bond)
    world.l1.contracts.chain.set_balance(OTHER, bond)
    world.l1.contracts.chain.send(OTHER, game, attack.data, value=bond)
    world.l1.wait(1_000)
    for index in (1, 0):
        world.l1.contracts.game(game).send(OTHER, "resolveClaim", index, 0)
    world.l1.contracts.game(game).send(OTHER, "resolve")
    stage = world.stage()
    assert isinstance(stage, MustBeProvenAgain)
    assert (stage.flaw, stage.then) == (Flaw.LOST, WaitingForGame(BLOCK, 0, 1))
    world.propose(BLOCK + 1)
    assert world.basis() == 1


def test_own_proof__found_behind_any_number_of_proofs_by_others(world) -> None:
    world.propose()
    world.prove(0)
    for number in range(MOST_PROOFS + 1):
        world.prove(0, by=keccak(text=f"somebody {number}")[:20])
    own = world.stage()
    assert isinstance(own, Proven)
    assert own.alternative is None
    for asker in (OTHER, None):
        others = world.stage(asker)
        assert isinstance(others, Proven)
        assert others.alternative is not None


def test_whoever_proves_again_and_again__keeps_nobody_else_waiting(world) -> None:
    game = world.propose()
    world.prove(0)
    for _ in range(5):
        world.l1.wait(100)
        world.prove(0, by=OTHER)
    assert world.l1.portal.submitters(WITHDRAWAL.hash, most=3, block=b"\x1a" * 32) == [OTHER]
    world.decide(game)
    world.l1.wait(500)
    assert world.stage() == Finalizable(f"game {checksum(game)}", USER)


def test_nobody_has_proven_it__provable_for_all(world) -> None:
    world.propose()
    assert isinstance(world.stage(None), Provable)
    assert isinstance(world.stage(OTHER), Provable)
