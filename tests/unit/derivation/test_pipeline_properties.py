"""What must hold for any L1: packaging does not matter, junk does not matter, nothing makes it raise."""

from collections import Counter
from dataclasses import replace

from eth_abi import encode as abi_encode
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    STRANGER,
    Engine,
    batches_on,
    chain,
    epoch_by_time,
    frame,
    frames_of,
    payload_of,
    transaction,
)

from opcycle.derivation.calldata import APPEND_BATCH_SELECTOR
from opcycle.derivation.verdicts import Decision
from opcycle.protocol.channels import Compression
from opcycle.protocol.frames import encode_batcher_payload

WIDE = replace(CONFIG, seq_window_size=60)
FIRST, LAST = 5, 40
"""L1 blocks that may carry batches: after the epochs they name, within window and channel timeout."""

BATCHES, TIP = batches_on(
    GENESIS, 20, epoch_of=epoch_by_time, transactions=lambda number: [b"\x02" + bytes([number]) * number]
)
EXPECTED = Engine(chain(LAST + 2, {FIRST: [payload_of(BATCHES)]}), config=WIDE).run().attributes


def as_calldata(payload):
    return payload


def as_append_batch(payload):
    return APPEND_BATCH_SELECTOR + abi_encode(["bytes"], [payload])


@st.composite
def channels(draw):
    """All frames of BATCHES, cut into channels and frames at any place, in order."""
    cuts = sorted(draw(st.sets(st.integers(1, len(BATCHES) - 1), max_size=3)))
    frames = []
    for start, end in zip([0, *cuts], [*cuts, len(BATCHES)], strict=True):
        frames += frames_of(
            BATCHES[start:end],
            channel_id=start.to_bytes(16, "big"),
            frame_size=draw(st.integers(30, 900)),
            algorithm=draw(st.sampled_from(Compression)),
        )
    return frames


@st.composite
def l1_payloads(draw):
    """The frames of `channels`, packed into transactions, packed into L1 blocks, in order."""
    frames, payloads = draw(channels()), []
    while frames:
        count = draw(st.integers(1, len(frames)))
        form = draw(st.sampled_from([as_calldata, as_append_batch]))
        payloads.append(form(encode_batcher_payload(frames[:count])))
        frames = frames[count:]
    numbers = draw(
        st.lists(st.integers(FIRST, LAST), min_size=len(payloads), max_size=len(payloads)).map(sorted)
    )
    return list(zip(numbers, payloads, strict=True))


FOREIGN = b"a foreign chan\0\0"
foreign_frames = st.lists(
    st.builds(
        frame,
        st.integers(1, 5),
        channel_id=st.just(FOREIGN),
        data=st.binary(max_size=9),
        is_last=st.booleans(),
    ),
    min_size=1,
    max_size=3,
)
truncated = st.integers(0, len(payload_of(BATCHES)) - 1).map(lambda size: payload_of(BATCHES)[:size])
junk_of_the_batcher = st.one_of(
    truncated,
    st.binary(max_size=40).map(lambda data: b"\xee" + data),
    foreign_frames.map(encode_batcher_payload),
    st.binary(max_size=100).map(lambda data: APPEND_BATCH_SELECTOR + data),
).map(transaction)
junk_of_a_stranger = st.builds(
    transaction,
    st.one_of(st.just(payload_of(BATCHES[:3])), st.binary(max_size=60)),
    sender=st.just(STRANGER),
    kind=st.integers(0, 4),
)
junk = st.one_of(junk_of_the_batcher, junk_of_a_stranger, st.builds(transaction, truncated, kind=st.just(4)))


def by_block(numbered):
    found = {}
    for number, payload in numbered:
        found.setdefault(number, []).append(payload)
    return found


def test_expected__is_the_whole_chain():
    assert len(EXPECTED) == len(BATCHES)


@given(l1_payloads())
@settings(deadline=None)
def test_run__any_packaging_of_the_same_batches__derives_the_same(packaged):
    engine = Engine(chain(LAST + 2, by_block(packaged)), config=WIDE).run()
    assert engine.attributes == EXPECTED
    assert engine.safe_head == TIP
    assert engine.reasons() == []


@given(l1_payloads(), st.lists(st.tuples(st.integers(0, 20), junk), min_size=1, max_size=8))
@settings(deadline=None)
def test_run__junk_between__derives_the_same_and_judges_every_piece(packaged, pieces):
    mixed = list(packaged)
    for place, piece in pieces:
        place = min(place, len(mixed))
        number = mixed[place - 1][0] if place else FIRST
        mixed.insert(place, (number, piece))
    engine = Engine(chain(LAST + 2, by_block(mixed)), config=WIDE).run()
    assert engine.attributes == EXPECTED
    judged = Counter(v.identity.hash for v in engine.verdicts if hasattr(v.identity, "hash"))
    assert all(judged[piece.hash] == Counter(p.hash for _, p in pieces)[piece.hash] for _, piece in pieces)


any_frame = st.builds(
    frame,
    st.integers(0, 3),
    channel_id=st.sampled_from([FOREIGN, bytes(16)]),
    data=st.one_of(
        st.binary(max_size=60),
        st.just(frames_of(BATCHES[:4])[0].data),
        st.just(frames_of(BATCHES[2:9], algorithm=Compression.BROTLI)[0].data),
    ),
    is_last=st.booleans(),
)
any_payload = st.one_of(
    st.binary(max_size=80),
    st.binary(max_size=80).map(lambda data: b"\x00" + data),
    st.lists(any_frame, max_size=4).map(encode_batcher_payload),
)


@given(st.lists(st.tuples(st.integers(1, 30), any_payload), max_size=20))
@settings(deadline=None)
def test_run__anything_from_the_batcher__never_raises_and_is_repeatable(numbered):
    blocks = chain(32, by_block(numbered))
    engine, again = Engine(blocks).run(), Engine(blocks).run()
    assert (engine.derived, engine.verdicts) == (again.derived, again.verdicts)
    assert all(v.decision is not Decision.UNDECIDED for v in engine.verdicts)
    # Whatever the batcher sends, the chain keeps pace with L1: no epoch is older than the window.
    assert engine.safe_head.l1_origin.number >= 31 - CONFIG.seq_window_size
