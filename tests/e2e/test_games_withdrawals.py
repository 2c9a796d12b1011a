"""Withdrawals against dispute games on real chains: each wait to the second, each way to lose a proof.

What the bridge says of a withdrawal is held against the portal's own `checkWithdrawal` at every boundary.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from opcycle.artifacts import artifact
from opcycle.bridge.bridge import Bridge
from opcycle.bridge.status import (
    Finalizable,
    Finalized,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Provable,
    Proven,
    Reason,
    WaitingForGame,
)
from opcycle.deploy.config import GamesConfig, Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.contract import Contract
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.portal2 import OptimismPortal2
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import checksum, from_quantity

CLOCK, MATURITY, FINALITY = 1_000, 1_500, 500
GAMES = GamesConfig(
    max_game_depth=16,
    split_depth=12,
    clock_extension=10,
    max_clock_duration=CLOCK,
    proof_maturity_delay=MATURITY,
    finality_delay=FINALITY,
    preimage_challenge_period=10,
)
AMOUNT = 10**17
RECIPIENT = b"\x77" * 20
LIE = b"\x01" + b"\x66" * 31
RESOLVE_GAS = 500_000


@dataclass
class Place:
    """A devnet whose proposer and challenger stand still: tests make the games and decide them."""

    devnet: Devnet

    @property
    def bridge(self) -> Bridge:
        return self.devnet.bridge(ACCOUNTS["user"])

    @property
    def now(self) -> int:
        return self.devnet.l1.head.timestamp

    def send(self, role: str, request: TransactionRequest) -> None:
        """And mine it."""
        sender = self.devnet.assembly.l1_sender(KeySigner(ACCOUNTS[role].key))
        transaction = sender.send(request)
        self.devnet.advance(1)
        receipt = sender.receipt(transaction)
        assert receipt is not None
        sender.require_success(receipt, request)

    def withdraw(self) -> Hash:
        """On L2, and in an L2 block that is safe."""
        sent = self.bridge.withdraw(RECIPIENT, AMOUNT)
        self.devnet.until(
            "the withdrawal", lambda: self.bridge.status(sent).withdrawal is not None, seconds=20
        )
        head = self.devnet.l2.block("latest").ref.number
        self.devnet.until(
            "safe blocks", lambda: self.devnet.node.sync_status().safe_l2.number >= head, seconds=60
        )
        return sent

    def propose(self, root: Hash | None = None, *, block: int | None = None) -> FaultDisputeGame:
        """A game, by default right and about the safe head."""
        factory = self.devnet.assembly.factory()
        number = self.devnet.node.sync_status().safe_l2.number if block is None else block
        root = self.devnet.node.output_at_block(number).output_root if root is None else root
        self.send("proposer", factory.create(GAMES.game_type, root, number, bond=GAMES.init_bond))
        (game,) = factory.latest_games(
            GAMES.game_type, until=factory.game_count(block="latest"), block="latest"
        )[:1]
        return FaultDisputeGame(self.devnet.l1.rpc, game.address)

    def decide(self, game: FaultDisputeGame) -> None:
        """When its clock has run out."""
        claims = len(game.read(block=self.devnet.l1.head.hash).claims)
        for index in reversed(range(claims)):
            self.send("challenger", game.resolve_claim(index, claims, gas=RESOLVE_GAS))
        self.send("challenger", game.resolve(gas=RESOLVE_GAS))

    def attack(self, game: FaultDisputeGame) -> None:
        """What nobody answers to."""
        root = game.read(block=self.devnet.l1.head.hash).root
        (bond,) = game.bonds([root.position.move(is_attack=True)], block="latest")
        self.send("third user", game.move(root, LIE, is_attack=True, bond=bond))

    def prove(self, withdrawal: Hash) -> int:
        """And mine it; L1 time of the proof."""
        proof = self.bridge.prove(withdrawal)
        self.devnet.advance(1)
        receipt = self.bridge.receipt(proof)
        assert receipt is not None
        assert receipt.succeeded
        return self.now

    def travel_to(self, time: int) -> None:
        """An L1 block at that very second."""
        self.devnet.travel(time - self.now)
        self.devnet.settle()
        assert self.now == time

    def refusal(self, withdrawal: Hash, submitter: str = "user") -> str:
        """What the portal has against the withdrawal; empty if nothing."""
        found = self.bridge.status(withdrawal).withdrawal
        assert found is not None
        portal = OptimismPortal2(self.devnet.l1.rpc, self.devnet.deployment.addresses.optimism_portal)
        try:
            portal.contract.read("checkWithdrawal", found.hash, ACCOUNTS[submitter].address, block="latest")
        except TransactionRevertedError as error:
            return error.reason.partition("(")[0]
        return ""

    def received(self) -> int:
        return from_quantity(self.devnet.l1.rpc.call("eth_getBalance", "0x" + RECIPIENT.hex(), "latest"))

    def finalize(self, withdrawal: Hash) -> None:
        before = self.received()
        sent = self.bridge.finalize(withdrawal)
        self.devnet.advance(1)
        receipt = self.bridge.receipt(sent)
        assert receipt is not None
        assert receipt.succeeded
        assert self.received() == before + AMOUNT
        assert self.bridge.status(withdrawal).stage == Finalized()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    config = DevnetConfig(
        tmp_path_factory.mktemp("withdrawing") / "devnet",
        l1_block_time=1,
        settlement=Settlement.GAMES,
        games=GAMES,
        ports=free_ports(),
    )
    with Devnet.stepped(config) as devnet:
        devnet.pace.pause("proposer")
        devnet.pace.pause("challenger")
        place = Place(devnet)
        place.bridge.deposit(ACCOUNTS["user"].address, 100 * AMOUNT)
        devnet.advance(4)
        yield place


def test_every_stage_and_each_wait_to_the_second(place: Place) -> None:
    withdrawal = place.withdraw()
    assert isinstance(place.bridge.status(withdrawal).stage, WaitingForGame)
    with pytest.raises(TemporaryError, match=r"cannot be proven now: .* waiting for a game of type 255"):
        place.bridge.prove(withdrawal)
    game = place.propose()
    created_at = place.now
    assert isinstance(place.bridge.status(withdrawal).stage, WaitingForGame), "not in the game's own L1 block"
    place.devnet.advance(2)
    assert place.bridge.status(withdrawal).is_provable
    assert place.refusal(withdrawal) == "OptimismPortal_Unproven"
    proven_at = place.prove(withdrawal)
    assert _reasons(place, withdrawal) == {Reason.MATURITY, Reason.DECISION, Reason.FINALITY}

    place.travel_to(created_at + CLOCK - 1)
    with pytest.raises(TransactionRevertedError, match=r"ClockRunning\(0"):
        place.send("challenger", game.resolve_claim(0, 0))
    place.travel_to(created_at + CLOCK)
    place.decide(game)
    resolved_at = place.now
    assert _reasons(place, withdrawal) == {Reason.MATURITY, Reason.FINALITY}

    last = max(proven_at + MATURITY, resolved_at + FINALITY)
    place.travel_to(last)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Proven)
    assert stage.seconds == 1
    assert place.refusal(withdrawal)
    with pytest.raises(TemporaryError, match=r"cannot be finalized now: proven against game 0x.*waits 1 sec"):
        place.bridge.finalize(withdrawal)
    place.travel_to(last + 1)
    assert isinstance(place.bridge.status(withdrawal).stage, Finalizable)
    assert place.refusal(withdrawal) == ""
    place.finalize(withdrawal)
    with pytest.raises(UserError, match="it is finalized already"):
        place.bridge.finalize(withdrawal)


@pytest.mark.parametrize("first", [Reason.MATURITY, Reason.FINALITY])
def test_whichever_wait_is_the_last_one_counts(place: Place, first: Reason) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    if first is Reason.FINALITY:
        place.travel_to(place.now + CLOCK)
        place.decide(game)
        place.travel_to(place.now + FINALITY)
        proven_at = place.prove(withdrawal)
        last, reason = proven_at + MATURITY, "OptimismPortal_ProofNotOldEnough"
    else:
        proven_at = place.prove(withdrawal)
        place.travel_to(proven_at + MATURITY)
        place.decide(game)
        last, reason = place.now + FINALITY, "OptimismPortal_InvalidRootClaim"
    place.travel_to(last)
    assert place.refusal(withdrawal) == reason
    (left,) = _reasons(place, withdrawal)
    assert left is (Reason.FINALITY if first is Reason.MATURITY else Reason.MATURITY)
    place.travel_to(last + 1)
    assert place.refusal(withdrawal) == ""
    place.finalize(withdrawal)


def test_a_wrong_game_is_passed_over_and_a_right_one_that_is_lost_makes_the_proof_worthless(
    place: Place,
) -> None:
    withdrawal = place.withdraw()
    right = place.propose()
    wrong = place.propose(LIE, block=place.devnet.node.sync_status().safe_l2.number + 1)
    place.devnet.advance(2)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Provable)
    assert stage.basis.name == _name(right), "not the newest, which is wrong"
    place.prove(withdrawal)
    place.attack(right)
    place.travel_to(place.now + CLOCK)
    place.decide(right)
    place.decide(wrong)
    assert right.read(block=place.devnet.l1.head.hash).status is GameStatus.CHALLENGER_WINS
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, MustBeProvenAgain)
    assert stage.flaw is Flaw.LOST
    assert isinstance(stage.then, WaitingForGame)
    assert stage.then.refused == 2
    place.travel_to(place.now + MATURITY)
    assert place.refusal(withdrawal) == "OptimismPortal_InvalidRootClaim"
    _prove_against_another_and_finalize(place, withdrawal)


@pytest.mark.parametrize(
    ("flaw", "call"),
    [(Flaw.BLACKLISTED, "blacklistDisputeGame"), (Flaw.RETIRED, "updateRetirementTimestamp")],
)
@pytest.mark.parametrize("is_decided", [False, True])
def test_a_game_that_the_guardian_voids_makes_the_proof_worthless(
    place: Place, flaw: Flaw, call: str, is_decided: bool
) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    place.prove(withdrawal)
    if is_decided:
        place.travel_to(place.now + CLOCK)
        place.decide(game)
        place.travel_to(place.now + MATURITY)
        assert place.refusal(withdrawal) == ""
    arguments = [game.contract.address] if flaw is Flaw.BLACKLISTED else []
    place.send("guardian", place.devnet.assembly.registry().contract.request(call, *arguments))
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, MustBeProvenAgain)
    assert (stage.flaw, stage.then) == (flaw, WaitingForGame(stage.then.l2_block, 255, 1))
    assert place.refusal(withdrawal)
    _prove_against_another_and_finalize(place, withdrawal)


def test_what_somebody_else_has_proven_is_finalized_with_their_proof(place: Place) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    helper = place.devnet.bridge(ACCOUNTS["second user"])
    helper.prove(withdrawal)
    place.devnet.advance(2)
    status = place.bridge.status(withdrawal)
    assert (status.is_proven, status.is_provable) == (True, True), "one may still prove it oneself"
    assert not helper.status(withdrawal).is_provable
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    assert place.refusal(withdrawal) == "OptimismPortal_Unproven", "the user has no proof"
    assert place.refusal(withdrawal, "second user") == ""
    place.finalize(withdrawal)


def test_paused_nothing_moves_and_no_proof_is_lost(place: Place) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    place.prove(withdrawal)
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    config = Contract(
        place.devnet.l1.rpc,
        place.devnet.deployment.addresses.superchain_config,
        artifact("SuperchainConfig").abi,
    )
    place.send("guardian", config.request("pause", bytes(20)))
    assert isinstance(place.bridge.status(withdrawal).stage, Paused)
    with pytest.raises(TemporaryError, match="withdrawals are paused by the guardian"):
        place.bridge.finalize(withdrawal)
    place.send("guardian", config.request("unpause", bytes(20)))
    place.finalize(withdrawal)


def _name(game: FaultDisputeGame) -> str:
    return f"game {checksum(game.contract.address)}"


def _reasons(place: Place, withdrawal: Hash) -> set[Reason]:
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Proven)
    return {wait.reason for wait in stage.waits}


def _prove_against_another_and_finalize(place: Place, withdrawal: Hash) -> None:
    place.devnet.advance(10)
    game = place.propose()
    place.devnet.advance(2)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, MustBeProvenAgain)
    assert isinstance(stage.then, Provable)
    place.prove(withdrawal)
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    place.finalize(withdrawal)
