"""Parts of preimages that steps read, loaded into the oracle itself."""

from hashlib import sha256

import pytest
from tests.unit.challenger.preimages.loading_place import GAME, LEFT, Loading
from tests.unit.challenger.preimages.oracle_place import (
    BOND,
    HONEST,
    LIAR,
    MIN_SIZE,
    PERIOD,
    WEALTH,
    lying,
    text,
)

from opcycle.challenger.due import Kind
from opcycle.challenger.preimages import proposing
from opcycle.l1.blobs import committed, prove_element
from opcycle.protocol.large_preimages import MAX_LEAVES, LargePreimage
from opcycle.protocol.preimages import (
    BlobElement,
    Hashed,
    HashKind,
    LocalWord,
    PrecompileResult,
)

OTHER_GAME = b"\x6b" * 20
DATA = text(1000)
LARGE = Hashed(HashKind.KECCAK256, DATA, 500)


@pytest.fixture
def place() -> Loading:
    return Loading()


# --- small ones ---


def test_local_word__loaded_by_the_game(place) -> None:
    read = LocalWord(4, 8)
    (due,), wait = place.ask(read)
    assert (due.why, due.kind, due.left) == (
        "game 0: loaded local word 4 for the step at claim 9",
        Kind.PREIMAGE,
        LEFT,
    )
    place.chain.send(GAME, due.request.to, due.request.data)
    assert place.loaded(read) == b"\x77" * 32
    assert place.ask(read) is None
    assert wait == ""


@pytest.mark.parametrize("kind", HashKind)
@pytest.mark.parametrize("offset", [0, 8, 40, 306])
def test_hashed__loaded_in_one_transaction(place, kind: HashKind, offset: int) -> None:
    data = text(MIN_SIZE - 1)
    read = Hashed(kind, data, offset)
    assert place.act(read) == [f"game 0: loaded preimage K at {offset} for the step at claim 9"]
    assert place.loaded(read) == (len(data).to_bytes(8, "big") + data)[offset : offset + 32]
    assert place.ask(read) is None


def test_sha256__never_proposed_however_large(place) -> None:
    read = Hashed(HashKind.SHA256, text(10 * MIN_SIZE), 8)
    assert len(place.act(read)) == 1
    assert place.loaded(read) == read.data[:32]


def test_precompile_result__loaded_with_its_status(place) -> None:
    read = PrecompileResult(bytes(19) + b"\x02", 72, b"input", 8)
    place.act(read)
    assert place.loaded(read) == (b"\x01" + sha256(b"input").digest())[:32]


def test_blob_element__loaded_with_its_proof(place) -> None:
    y, z = (77).to_bytes(32, "big"), (5).to_bytes(32, "big")
    blob = committed(y * 4096)  # the polynomial is the same everywhere
    read = BlobElement(z, y, blob.commitment, prove_element(blob, z), 8)
    place.act(read)
    assert place.loaded(read) == y


def test_many_steps_read_it__loaded_once_in_all_games(place) -> None:
    read = Hashed(HashKind.KECCAK256, b"small", 8)
    place.turn()
    assert len(place.want(read)[0]) == 1
    assert place.want(read, claim=10) == ([], "")
    assert place.want(read, game=OTHER_GAME) == ([], "")
    assert len(place.want(Hashed(HashKind.KECCAK256, b"small", 0))[0]) == 1, "another part"
    assert len(place.ask(read)[0]) == 1, "nobody has sent it"


# --- large ones ---


def test_large__proposed_filled_waited_for_and_squeezed(place, monkeypatch) -> None:
    monkeypatch.setattr(proposing, "LEAVES_AT_ONCE", 3)
    assert place.act(LARGE) == ["game 0: proposed preimage K at 500 for the step at claim 9 (1000 bytes)"]
    assert place.balance(HONEST) == WEALTH - BOND
    assert [why.split(" of ")[0] for why in place.act(LARGE)] == [
        "game 0: added leaves 0 to 2",
        "game 0: added leaves 3 to 5",
        "game 0: added leaves 6 to 7",
    ]
    until = place.last().completed_at + PERIOD + 1
    part = f"preimage 0x{LARGE.key.hex()} at 500 for the step at claim 9"
    assert place.ask(LARGE) == ([], f"{part}: its proposal may be challenged until L1 time {until}")
    place.mine(until - place.now - 1)
    assert place.ask(LARGE)[0] == []
    place.mine(1)
    assert len(place.act(LARGE)) == 1
    assert place.loaded(LARGE) == DATA[492:524]
    assert place.ask(LARGE) is None
    assert place.balance(HONEST) == WEALTH


def test_large__in_time_for_its_period_and_its_bond_is_a_stake(place, monkeypatch) -> None:
    monkeypatch.setattr(proposing, "LEAVES_AT_ONCE", 3)
    (due,), _ = place.ask(LARGE)
    assert (due.kind, due.left, due.stake) == (Kind.PROPOSAL, LEFT - PERIOD, BOND)
    place.send(due.request)
    chunks, _ = place.ask(LARGE)
    assert {due.left for due in chunks} == {LEFT - PERIOD}
    assert [due.follows for due in chunks] == [False, True, True]
    assert [due.request.gas is None for due in chunks] == [True, False, False]
    assert {due.stake for due in chunks} == {0}


def test_large__the_gas_of_a_full_chunk_is_enough(place) -> None:
    read = Hashed(HashKind.KECCAK256, text(136 * 700), 0)
    place.act(read)
    assert len(place.act(read)) == 3
    assert place.last().completed_at is not None


@pytest.mark.parametrize("offset", range(400, 416))
def test_large__part_at_the_edge_of_a_chunk(place, monkeypatch, offset: int) -> None:
    """3 x 136 bytes and the length are 416: the oracle takes a part as a whole only."""
    monkeypatch.setattr(proposing, "LEAVES_AT_ONCE", 3)
    read = Hashed(HashKind.KECCAK256, DATA, offset)
    place.act(read)
    place.act(read)
    place.mine(PERIOD)
    place.act(read)
    assert place.loaded(read) == DATA[offset - 8 : offset + 24]


def test_large__restarted_after_each_transaction__goes_on(place, monkeypatch) -> None:
    monkeypatch.setattr(proposing, "LEAVES_AT_ONCE", 3)
    for _ in range(4):
        place.restart()
        due, _ = place.ask(LARGE)
        place.send(due[0].request)
    place.mine(PERIOD)
    place.restart()
    place.act(LARGE)
    assert place.loaded(LARGE) == DATA[492:524]
    assert place.oracle.proposal_count(block="latest") == 1


def test_large__an_identical_one_of_another__squeezed_and_its_bond_is_theirs(place) -> None:
    place.propose(DATA, offset=500, by=LIAR)
    due, wait = place.ask(LARGE)
    assert due == []
    assert "may be challenged until" in wait
    place.mine(PERIOD)
    (due,), _ = place.ask(LARGE)
    assert due.paid == 0
    place.send(due.request)
    assert place.loaded(LARGE) == DATA[492:524]
    assert place.balance(LIAR) == WEALTH
    assert place.balance(HONEST) == WEALTH


@pytest.mark.parametrize("lie", [0, 4, 7])
def test_large__one_of_another_with_a_wrong_leaf__not_relied_on(place, lie: int) -> None:
    place.propose(DATA, offset=500, lies=[lie])
    assert "proposed preimage" in place.act(LARGE)[0]


def test_large__half_of_another__not_relied_on(place) -> None:
    place.begin(DATA, offset=500, by=LIAR)
    chunk, *_ = LargePreimage(DATA).chunks(offset=500, uuid=7, start=0, size=3)
    place.send(place.oracle.add(chunk), by=LIAR)
    assert "proposed preimage" in place.act(LARGE)[0]


def test_large__our_name_spoilt_by_a_wrong_leaf_of_ours__proposed_by_the_next(place, monkeypatch) -> None:
    """Somebody else has our key, or an earlier version lied."""
    monkeypatch.setattr(proposing, "LEAVES_AT_ONCE", 3)
    place.act(LARGE)
    place.turn()
    uuid = place.last().uuid
    chunk, *_ = LargePreimage(DATA).chunks(offset=500, uuid=uuid, start=0, size=3)
    place.send(place.oracle.add(lying(chunk, [1])))
    place.act(LARGE)
    assert place.last().uuid == uuid + 1


def test_large__loaded_by_squeezing__not_squeezed_twice_in_one_turn(place) -> None:
    place.act(LARGE)
    place.act(LARGE)
    place.mine(PERIOD)
    assert len(place.ask(LARGE)[0]) == 1
    assert place.preimages.police()[0] == []
    place.turn()
    place.preimages.watch(place.oracle)
    assert len(place.preimages.police()[0]) == 1, "which gets the bond back if no step wants the part"


def test_larger_than_the_tree__said(place, monkeypatch) -> None:
    monkeypatch.setattr("opcycle.challenger.preimages.loading.MAX_LEAVES", 7)
    due, wait = place.ask(LARGE)
    assert due == []
    assert "has 1000 bytes, more than the oracle takes" in wait
    assert MAX_LEAVES == 65535


# --- all oracles ---


def test_oracle_of_no_game__watched_in_its_turn_only(place) -> None:
    place.propose(DATA, lies=[3])
    place.turn()
    assert place.preimages.police()[0] == []
    place.preimages.watch(place.oracle)
    (due,), _ = place.preimages.police()
    assert due.kind is Kind.PREIMAGE_CHALLENGE
    assert [watch.oracle for watch in place.preimages.watches] == [place.oracle]
