"""Large preimages of any size and lies anywhere in them, on the contract: each lie is found and shown, nobody
who tells the truth is challenged, and what a step reads in the end is what the preimage has there."""

import pytest
from Crypto.Hash import keccak as pycryptodome
from hypothesis import given, note
from hypothesis import strategies as st
from tests.fuzz.evm import RefusedError
from tests.unit.challenger.preimages.oracle_place import (
    BOND,
    HONEST,
    LIAR,
    MIN_SIZE,
    PERIOD,
    WEALTH,
    OraclePlace,
    lying,
    text,
)

from opcycle.challenger.preimages.proposing import Add, Propose, Squeeze, Wait, decide
from opcycle.challenger.preimages.watch import ProposalWatch
from opcycle.protocol.large_preimages import LargePreimage

BLOCK = 136

sizes = st.builds(
    lambda blocks, more: max(MIN_SIZE, blocks * BLOCK + more), st.integers(2, 12), st.integers(-34, 34)
)
"""In bytes, around multiples of a block."""

at_once = st.integers(2, 14)


@st.composite
def lies(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    """A preimage, and which of its leaves are wrong."""
    data = text(draw(sizes))
    leaves = len(data) // BLOCK + 1
    return data, sorted(draw(st.sets(st.integers(0, leaves - 1), min_size=1)))


@given(told=lies(), most=at_once, offset=st.integers(0, 2**16), is_one_block=st.booleans())
def test_every_lie_is_shown_by_its_first_wrong_leaf(
    told: tuple[bytes, list[int]], most: int, offset: int, is_one_block: bool
) -> None:
    data, wrong = told
    place = OraclePlace()
    watch = ProposalWatch(place.oracle, HONEST)
    place.is_one_block = is_one_block
    place.propose(data, lies=wrong, at_once=most, offset=offset % (len(data) + 8))
    place.is_one_block = False
    place.mine()
    watch.look(place.l1)
    (due,), waits = watch.police(place.l1, spare=())
    assert due.why.endswith(f"its leaf {wrong[0]} is wrong")
    assert waits.for_others == []
    place.send(due.request)
    assert place.last().is_countered
    assert place.balance(HONEST) == WEALTH + BOND
    place.mine(2 * PERIOD)
    with pytest.raises(RefusedError, match=r"Countered|BadProposal"):
        place.send(place.oracle.squeeze(place.last(), LargePreimage(data).last), by=LIAR)


@given(size=sizes, most=at_once, offset=st.integers(0, 2**16))
def test_the_truth_is_never_challenged_and_read_by_its_hash(size: int, most: int, offset: int) -> None:
    data, place = text(size), OraclePlace()
    offset %= size + 8
    watch = ProposalWatch(place.oracle, HONEST)
    place.propose(data, at_once=most, offset=offset, by=HONEST)
    watch.look(place.l1)
    assert watch.police(place.l1, spare=())[0] == []
    place.mine(PERIOD + 1)
    watch.look(place.l1)
    (due,), _ = watch.police(place.l1, spare=())
    place.send(due.request)
    part, length = place.contract.read("readPreimage", key_of(data), offset)
    assert part[:length] == (size.to_bytes(8, "big") + data)[offset : offset + 32]
    assert place.balance(HONEST) == WEALTH


@given(
    size=sizes,
    offset=st.integers(0, 2**16),
    events=st.lists(
        st.tuples(
            st.sampled_from(["step", "step", "copy", "lie", "half", "spoil", "time"]), st.integers(0, 2**16)
        ),
        max_size=6,
    ),
)
def test_whatever_others_propose_the_part_is_loaded_in_the_end(
    size: int, offset: int, events: list[tuple[str, int]]
) -> None:
    """Others copy the proposal, lie about it, or give up halfway; somebody with our key spoils ours."""
    data, place = text(size), OraclePlace()
    offset %= size + 8
    preimage, watch = LargePreimage(data), ProposalWatch(place.oracle, HONEST)

    def act() -> str:
        watch.look(place.l1)
        action = decide(preimage, offset, watch.known, us=HONEST, period=PERIOD, now=place.now)
        note(type(action).__name__)
        match action:
            case Propose(uuid):
                place.send(place.oracle.propose(uuid, offset=offset, size=size, bond=BOND))
            case Add(chunks):
                place.send(place.oracle.add(chunks[0]))
            case Squeeze(proposal):
                place.send(place.oracle.squeeze(proposal, preimage.last))
            case Wait(_, until):
                place.mine(until - place.now)
        return type(action).__name__

    did = []
    for name, (event, number) in enumerate(events):
        note(event)
        if event == "step" and "Squeeze" not in did:
            did.append(act())
        elif event in ("copy", "lie"):
            place.propose(data, offset=offset, uuid=name, lies=[number % 3] if event == "lie" else [])
        elif event == "half":
            place.begin(data, offset=offset, uuid=name)
        elif event == "time":
            place.mine(number % PERIOD)
        elif event == "spoil":
            spoil(watch, place, preimage, offset)
    while "Squeeze" not in did:
        did.append(act())
        assert len(did) < 30
    part, length = place.contract.read("readPreimage", key_of(data), offset)
    assert part[:length] == (size.to_bytes(8, "big") + data)[offset : offset + 32]


def spoil(watch: ProposalWatch, place: OraclePlace, preimage: LargePreimage, offset: int) -> None:
    """Lie in a proposal of ours that is empty."""
    watch.look(place.l1)
    for item in watch.known:
        proposal = item.proposal
        if proposal.claimant == HONEST and proposal.leaves == 0:
            chunk, *_ = preimage.chunks(offset=offset, uuid=proposal.uuid, start=0, size=2)
            place.send(place.oracle.add(lying(chunk, [1])))


def key_of(data: bytes) -> bytes:
    return b"\x02" + pycryptodome.new(digest_bits=256, data=data).digest()[1:]
