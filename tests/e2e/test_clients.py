"""What clients of OP Stack chains ask of the settlement contracts, and how they read the answers.

Signatures, return types and rules are written down from viem 2 (`op-stack/actions`, `op-stack/abis.ts`): its
`getGames`, `getTimeToFinalize` and `getWithdrawalStatus`, told again without anything of ours.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_utils.crypto import keccak
from tests.e2e.withdrawing import CLOCK, FINALITY, GAMES, MATURITY, Place, place_in

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcError

USER = ACCOUNTS["user"].address
GAME = "(uint256,bytes32,uint64,bytes32,bytes)"


class Reverted(Exception):  # noqa: N818
    """With the name of one of the portal's errors, if it has no arguments."""

    NAMES = (
        "OptimismPortal_Unproven",
        "OptimismPortal_InvalidProofTimestamp",
        "OptimismPortal_ProofNotOldEnough",
        "OptimismPortal_InvalidRootClaim",
    )

    def __init__(self, data: str):
        names = {"0x" + keccak(text=f"{name}()")[:4].hex(): name for name in self.NAMES}
        super().__init__(names.get(data, data))


class Client:
    """Knows two addresses, as viem's chain definitions have them, and no ABI of ours."""

    def __init__(self, place: Place):
        addresses = place.devnet.deployment.addresses
        assert addresses.dispute_game_factory is not None
        self._rpc = place.devnet.l1.rpc
        self.portal, self.factory = addresses.optimism_portal, addresses.dispute_game_factory

    def ask(self, to: Address, signature: str, returns: Sequence[str], *arguments: object) -> Any:
        """The one value, or all of several. Raises Reverted."""
        types = signature[signature.index("(") + 1 : -1]
        data = keccak(text=signature)[:4] + encode(types.split(",") if types else [], arguments)
        try:
            answer = self._rpc.call("eth_call", {"to": "0x" + to.hex(), "data": "0x" + data.hex()}, "latest")
        except RpcError as error:
            raise Reverted(str(error.data)) from error
        values = decode(returns, bytes.fromhex(answer[2:]))
        return values[0] if len(values) == 1 else values

    def ask_portal(self, signature: str, returns: Sequence[str], *arguments: object) -> Any:
        return self.ask(self.portal, signature, returns, *arguments)

    def games(self, l2_block: int, *, limit: int = 100) -> list[tuple[Any, ...]]:
        """`getGames`: (index, address, L2 block) of the respected type, newest first."""
        count = self.ask(self.factory, "gameCount()", ["uint256"])
        game_type = self.ask_portal("respectedGameType()", ["uint32"])
        found = self.ask(
            self.factory,
            "findLatestGames(uint32,uint256,uint256)",
            [f"{GAME}[]"],
            *(game_type, max(0, count - 1), min(limit, count)),
        )
        games = [(index, metadata[-20:]) for index, metadata, _, _, _ in found]
        blocks = [self.ask(address, "l2SequenceNumber()", ["uint256"]) for _, address in games]
        return [(*game, block) for game, block in zip(games, blocks, strict=True) if block >= l2_block]

    def status(self, withdrawal: Hash, l2_block: int) -> str:
        """`getWithdrawalStatus`."""
        count = self.ask_portal("numProofSubmitters(bytes32)", ["uint256"], withdrawal)
        submitter = USER
        if count:
            text = self.ask_portal("proofSubmitters(bytes32,uint256)", ["address"], withdrawal, count - 1)
            submitter = bytes.fromhex(text[2:])
        if self.ask_portal("finalizedWithdrawals(bytes32)", ["bool"], withdrawal):
            return "finalized"
        if not self.games(l2_block):
            return "waiting-to-prove"
        try:
            self.ask_portal("checkWithdrawal(bytes32,address)", [], withdrawal, submitter)
        except Reverted as reason:
            return self._status_by(str(reason), withdrawal, submitter)
        return "ready-to-finalize"

    def _status_by(self, reason: str, withdrawal: Hash, submitter: Address) -> str:
        if reason in ("OptimismPortal_Unproven", "OptimismPortal_InvalidProofTimestamp"):
            return "ready-to-prove"
        assert reason in ("OptimismPortal_InvalidRootClaim", "OptimismPortal_ProofNotOldEnough"), reason
        game, _ = self.proof(withdrawal, submitter)
        registry = bytes.fromhex(self.ask_portal("anchorStateRegistry()", ["address"])[2:])
        judged = {
            question: self.ask(registry, f"{question}(address)", ["bool"], game)
            for question in ("isGameProper", "isGameRespected", "isGameFinalized")
        }
        if not judged["isGameProper"] or not judged["isGameRespected"]:
            return "ready-to-prove"
        if not judged["isGameFinalized"] or reason == "OptimismPortal_ProofNotOldEnough":
            return "waiting-to-finalize"
        return "ready-to-prove"

    def proof(self, withdrawal: Hash, submitter: Address) -> tuple[Address, int]:
        signature = "provenWithdrawals(bytes32,address)"
        game, timestamp = self.ask_portal(signature, ["address", "uint64"], withdrawal, submitter)
        return bytes.fromhex(game[2:]), timestamp


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("clients") / "devnet") as place:
        yield place


def topic(signature: str) -> bytes:
    return bytes(keccak(text=signature))


def test_a_client_finds_games_and_delays_and_is_told_the_same_status_as_by_our_bridge(place: Place) -> None:
    client = Client(place)
    sent = place.withdraw()
    found = place.bridge.status(sent).withdrawal
    receipt = place.devnet.l2.receipt(sent)
    assert found is not None
    assert receipt is not None
    l2_block = receipt.block.number

    def told() -> tuple[str, bool, bool]:
        status = place.bridge.status(sent)
        return client.status(found.hash, l2_block), status.is_provable, status.is_finalizable

    assert int(client.ask_portal("version()", ["string"]).split(".")[0]) >= 3, "by which it knows the mode"
    assert told() == ("waiting-to-prove", False, False)
    game = place.propose()
    place.devnet.advance(1)
    assert told() == ("ready-to-prove", True, False)
    assert client.games(l2_block) == [(0, game.contract.address, client.games(0)[0][2])]
    assert client.games(client.games(0)[0][2] + 1) == []
    proven_at = place.prove(sent)
    assert client.proof(found.hash, USER) == (game.contract.address, proven_at)
    assert told() == ("waiting-to-finalize", False, False)
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    assert told() == ("waiting-to-finalize", False, False)
    place.travel_to(place.now + MATURITY)
    assert told() == ("ready-to-finalize", False, True)
    place.finalize(sent)
    assert told() == ("finalized", False, False)


def test_what_a_client_estimates_the_time_from(place: Place) -> None:
    client = Client(place)
    game = place.propose().contract.address
    assert client.ask_portal("proofMaturityDelaySeconds()", ["uint256"]) == MATURITY
    assert client.ask_portal("disputeGameFinalityDelaySeconds()", ["uint256"]) == FINALITY
    assert client.ask(game, "createdAt()", ["uint64"]) == place.now
    assert client.ask(game, "maxClockDuration()", ["uint64"]) == CLOCK
    assert client.ask(game, "resolvedAt()", ["uint64"]) == 0
    assert client.ask(game, "status()", ["uint8"]) == 0
    with pytest.raises(Reverted):
        client.ask(game, "expectedResolution()", ["uint64"])
    factory = client.ask_portal("disputeGameFactory()", ["address"])
    assert bytes.fromhex(factory[2:]) == client.factory


def test_a_blacklisted_games_proof_must_be_made_again_in_the_words_of_both(place: Place) -> None:
    client = Client(place)
    sent = place.withdraw()
    found = place.bridge.status(sent).withdrawal
    assert found is not None
    game = place.propose()
    place.devnet.advance(1)
    place.prove(sent)
    assert client.status(found.hash, 1) == "waiting-to-finalize"
    registry = place.devnet.assembly.registry().contract
    place.send("guardian", registry.request("blacklistDisputeGame", game.contract.address))
    assert client.status(found.hash, 1) == "ready-to-prove"
    assert not place.bridge.status(sent).is_proven


def test_events_are_those_that_clients_look_for(place: Place) -> None:
    sent = place.withdraw()
    before = place.devnet.l1.head.number
    game = place.propose()
    place.devnet.advance(1)
    place.prove(sent)
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    place.finalize(sent)
    found = place.bridge.status(sent).withdrawal
    assert found is not None
    logs = place.devnet.l1.rpc.call("eth_getLogs", {"fromBlock": hex(before + 1), "toBlock": "latest"})
    topics = [tuple(bytes.fromhex(item[2:]) for item in log["topics"]) for log in logs]
    root = place.devnet.node.output_at_block(_block_of(place, game.contract.address)).output_root
    user, recipient = (address.rjust(32, b"\0") for address in (USER, found.target))
    for wanted in (
        (
            topic("DisputeGameCreated(address,uint32,bytes32)"),
            game.contract.address.rjust(32, b"\0"),
            GAMES.game_type.to_bytes(32, "big"),
            root,
        ),
        (topic("WithdrawalProven(bytes32,address,address)"), found.hash, user, recipient),
        (topic("WithdrawalProvenExtension1(bytes32,address)"), found.hash, user),
        (topic("Resolved(uint8)"), (2).to_bytes(32, "big")),
        (topic("WithdrawalFinalized(bytes32,bool)"), found.hash),
    ):
        assert wanted in topics


def _block_of(place: Place, game: Address) -> int:
    number: int = Client(place).ask(game, "l2BlockNumber()", ["uint256"])
    return number
