"""Preimages on a real chain: large ones are proposed, waited for and read; who proposes wrong ones loses."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.e2e.games import ALPHABET, MAX_DEPTH, Arena, arena
from tests.e2e.large_preimages import MIN_SIZE, PERIOD, Desk, large_preimages_config, wei

from opcycle.challenger.games import GamesChallenger
from opcycle.challenger.traces import AlphabetTrace, StepProof
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.l1.blobs import committed, prove_element
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.signer import KeySigner
from opcycle.protocol.dispute_game import Dispute
from opcycle.protocol.preimages import BlobElement, Hashed, HashKind, PrecompileResult

HONEST, LIAR, STRANGER = "challenger", "third user", "second user"
LIE = b"\x01" + b"\x66" * 31
BOND = 25 * 10**16
DATA = bytes(index * 7 % 251 + 1 for index in range(50_000))
LEAVES = 368
WORD = bytes(31) + b"\x4d"
BLOB = committed(WORD * 4096)
READ = Hashed(HashKind.KECCAK256, DATA, 40_790)


class LargeReads(AlphabetTrace):
    """A machine whose every step reads a large preimage, too."""

    def proof(self, dispute: Dispute, instant: int) -> StepProof:
        return replace(super().proof(dispute, instant), read=READ)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    config = large_preimages_config(tmp_path_factory.mktemp("preimages") / "devnet")
    with Devnet.stepped(config) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        place = arena(devnet)
        (oracle,) = place.factory.preimages([ALPHABET], block="latest")
        yield Desk(place, oracle)


def challenger(place: Arena) -> GamesChallenger:
    """One that knows nothing yet."""
    signer = KeySigner(ACCOUNTS[HONEST].key)
    return place.devnet.assembly.games_challenger(signer, traces={ALPHABET: LargeReads()})


def to_the_bottom(place: Arena, block: int) -> FaultDisputeGame:
    """The liar insists until only a step can counter it; the word that the machine needs is there."""
    game = place.propose(LIAR, LIE, place.anchor + block)
    honest = place.challenger(HONEST)
    for index in range(1, MAX_DEPTH, 2):
        place.play(honest)
        place.lie(LIAR, game, index, LIE)
    (claim,) = place.look(game).claims[-1:]
    place.send(LIAR, game.add_local_data(claim, ident=4, offset=0))
    return game


def test_a_large_preimage_that_a_step_reads_is_proposed_and_read_after_its_period(desk: Desk) -> None:
    place = desk.place
    game, honest, before = to_the_bottom(place, 16), challenger(place), wei(place, HONEST)
    did = place.play(honest)
    assert [line.split(" of ")[0].split(" 0x")[0] for line in did] == [
        "game 0: proposed preimage",
        "game 0: added leaves 0 to 298",  # the part is at the edge of the 300th
        f"game 0: added leaves 299 to {LEAVES - 1}",
    ]
    assert "may be challenged until L1 time" in honest.step().waiting_for
    assert wei(place, HONEST) < before - BOND
    assert honest.counts.at_stake > BOND
    place.devnet.travel(PERIOD)
    place.devnet.advance(2)
    did = place.play(honest)
    assert ["loaded preimage" in did[0], "by running step 0" in did[1], len(did)] == [True, True, 2]
    assert desk.part(READ.key, READ.offset) == DATA[READ.offset - 8 :][:32]
    assert place.look(game).claims[-1].countered_by == ACCOUNTS[HONEST].address
    assert wei(place, HONEST) > before - BOND // 2, "the bond is back"


SMALL = {
    "keccak256": Hashed(HashKind.KECCAK256, DATA[: MIN_SIZE - 1], 500),
    "sha256": Hashed(HashKind.SHA256, DATA, 500),
    "precompile": PrecompileResult(bytes(19) + b"\x02", 72, b"input", 8),
    "blob": BlobElement(bytes(31) + b"\5", WORD, BLOB.commitment, prove_element(BLOB, bytes(31) + b"\5"), 8),
}


@pytest.mark.parametrize("kind", SMALL)
def test_a_small_preimage_of_any_kind_is_loaded_by_one_transaction(desk: Desk, kind: str) -> None:
    """L1's own precompiles, and its estimates of the gas for them."""
    read = SMALL[kind]
    expected = {"precompile": b"\x01" + sha256(b"input").digest(), "blob": WORD}.get(kind, DATA[492:])
    desk.place.send(HONEST, desk.oracle.load(read))
    assert desk.part(read.key, read.offset) == expected[:32]


@pytest.mark.parametrize(
    ("lie", "at_once"), [(0, 300), (150, 300), (LEAVES - 1, 100)], ids=["first", "middle", "last"]
)
def test_whoever_proposes_a_wrong_leaf_is_challenged_and_pays(desk: Desk, lie: int, at_once: int) -> None:
    place, before = desk.place, wei(desk.place, HONEST)
    proposal = desk.propose(LIAR, DATA, uuid=lie, lies=[lie], at_once=at_once)
    (did,) = place.play(challenger(place))
    assert f"challenged {proposal}: its leaf {lie} is wrong" in did
    assert desk.look(proposal.index).is_countered
    assert wei(place, HONEST) > before + BOND // 2


def test_leaves_that_no_transaction_shows_are_found_in_the_log(desk: Desk) -> None:
    """An account with code adds them all in one transaction, whose calldata is empty."""
    data = DATA[: MIN_SIZE + 500]
    proposal = desk.propose(LIAR, data, uuid=1 << 255, lies=[9], at_once=4, delegates=True)
    assert proposal.leaves == 12
    assert len(desk.place.play(challenger(desk.place))) == 1
    assert desk.look(proposal.index).is_countered


def test_a_right_proposal_of_a_stranger_is_left_alone(desk: Desk) -> None:
    proposal = desk.propose(STRANGER, DATA, uuid=1)
    assert desk.place.play(challenger(desk.place)) == []
    desk.place.devnet.travel(PERIOD + 1)
    assert desk.place.play(challenger(desk.place)) == []
    assert not desk.look(proposal.index).is_over


def test_a_reorg_and_restarts_take_nothing_from_an_upload(desk: Desk) -> None:
    place, data = desk.place, DATA[::-1]
    read = Hashed(HashKind.KECCAK256, data, 8)

    class OtherReads(AlphabetTrace):
        def proof(self, dispute: Dispute, instant: int) -> StepProof:
            return replace(super().proof(dispute, instant), read=read)

    def restarted() -> GamesChallenger:
        signer = KeySigner(ACCOUNTS[HONEST].key)
        return place.devnet.assembly.games_challenger(signer, traces={ALPHABET: OtherReads()})

    game = to_the_bottom(place, 20)
    for _ in range(3):
        restarted().step()
        place.devnet.advance(2)
        place.devnet.l1.reorg(1)
        place.devnet.advance(4)
    place.play(restarted())
    place.devnet.travel(PERIOD)
    place.devnet.advance(2)
    place.play(restarted())
    assert desk.part(read.key, 8) == data[:32]
    assert place.look(game).claims[-1].countered_by == ACCOUNTS[HONEST].address
