"""The third stage: parsing, and Holocene's pruning table."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import CONFIG, Feed, block, frame, pull

from opcycle.derivation.frame_queue import FrameQueue, prune
from opcycle.derivation.l1_retrieval import Payload
from opcycle.derivation.verdicts import Decision, FrameId, Reason, TransactionId, VerdictLog
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.rollup import Fork

A, B, C = (letter * 16 for letter in (b"A", b"B", b"C"))
IDS = {"A": A, "B": B, "C": C}


def frames(text):
    """ "A0 A1. B0" are frames 0 and 1 of channel A, of which 1 is the last, and frame 0 of B."""
    return [
        frame(int(word[1:].rstrip(".")), channel_id=IDS[word[0]], is_last=word.endswith("."))
        for word in text.split()
    ]


AFTER_LAST, OUT_OF_ORDER = Reason.FRAME_AFTER_LAST, Reason.FRAME_OUT_OF_ORDER
NO_FIRST, ABANDONED = Reason.FRAME_WITHOUT_FIRST, Reason.FRAME_OF_ABANDONED_CHANNEL


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("", "", []),
        ("A0", "A0", []),
        ("A5", "A5", []),
        ("A0 A1 A2.", "A0 A1 A2.", []),
        ("A0. B0 B1.", "A0. B0 B1.", []),
        ("A3 A4. B0", "A3 A4. B0", []),
        # same channel: the next one must be the next one
        ("A0 A2 A1", "A0 A1", [OUT_OF_ORDER]),
        ("A0 A0 A1", "A0 A1", [OUT_OF_ORDER]),
        ("A0 A2 A3", "A0", [OUT_OF_ORDER, OUT_OF_ORDER]),
        ("A1 A0", "A1", [OUT_OF_ORDER]),
        ("A0 A1. A2", "A0 A1.", [AFTER_LAST]),
        ("A0. A1 A2. B0", "A0. B0", [AFTER_LAST, AFTER_LAST]),
        ("A0. A0.", "A0.", [AFTER_LAST]),
        # another channel: it must start, and the one before is over
        ("A0 B1", "A0", [NO_FIRST]),
        ("A0. B1", "A0.", [NO_FIRST]),
        ("A0 B1 A1.", "A0 A1.", [NO_FIRST]),
        ("A0 B0", "B0", [ABANDONED]),
        ("A0 A1 A2 B0 B1.", "B0 B1.", [ABANDONED] * 3),
        ("A0. B0 C0", "A0. C0", [ABANDONED]),
        ("C0. A0 A1 B0.", "C0. B0.", [ABANDONED, ABANDONED]),
        ("A0 B0 A1", "B0", [ABANDONED, NO_FIRST]),
        ("A3 B0", "B0", [ABANDONED]),
        # a channel id comes again: judged by its neighbours only
        ("A0 A1. B0. A0 A1.", "A0 A1. B0. A0 A1.", []),
        ("A0 B0 A0 A1", "A0 A1", [ABANDONED, ABANDONED]),
    ],
)
def test_prune__table(before, after, reasons):
    kept, dropped = prune(frames(before))
    assert kept == frames(after)
    assert [reason for _, reason in dropped] == reasons


@given(
    st.lists(
        st.builds(
            lambda channel, number, is_last: frame(number, channel_id=channel, is_last=is_last),
            st.sampled_from(sorted(IDS.values())),
            st.integers(0, 3),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_prune__any_frames__leaves_neighbours_that_fit_and_loses_none_silently(given_frames):
    kept, dropped = prune(given_frames)
    for left, right in pairwise(kept):
        continues = right.channel_id == left.channel_id and right.number == left.number + 1
        starts = right.channel_id != left.channel_id and right.number == 0
        assert (continues and not left.is_last) or (starts and left.is_last)
    assert sorted([*kept, *(f for f, _ in dropped)], key=repr) == sorted(given_frames, key=repr)
    assert prune(kept) == (kept, [])


def queue(*payloads, config=CONFIG):
    verdicts = VerdictLog()
    feed = Feed(*(Payload(TransactionId(bytes([n]) * 32), data) for n, data in enumerate(payloads)))
    return FrameQueue(config, feed, verdicts), verdicts


def test_next__two_payloads__gives_their_frames_in_order():
    stage, verdicts = queue(encode_batcher_payload(frames("A0 A1")), encode_batcher_payload(frames("A2.")))
    assert pull(stage) == frames("A0 A1 A2.")
    assert [v.decision for v in verdicts.take()] == [Decision.ACCEPT, Decision.ACCEPT]


def test_next__payload_boundary__is_not_pruned_across():
    stage, _ = queue(encode_batcher_payload(frames("A0")), encode_batcher_payload(frames("B0")))
    assert pull(stage) == frames("A0 B0")


def test_next__pruned_frame__has_a_verdict():
    stage, verdicts = queue(encode_batcher_payload(frames("A0 B1")))
    assert pull(stage) == frames("A0")
    dropped = [v for v in verdicts.take() if v.decision is Decision.DROP]
    assert [(v.identity, v.reason) for v in dropped] == [(FrameId(B, 1), NO_FIRST)]


@pytest.mark.parametrize(("later", "kept"), [(0, "A0 A1."), (1, "A0 B7 A1. A1. A3")])
def test_next__before_holocene__every_frame_goes_on(later, kept):
    holocene = block(1).header.timestamp + later
    config = replace(CONFIG, fork_times=CONFIG.fork_times | {Fork.HOLOCENE: holocene})
    stage, _ = queue(encode_batcher_payload(frames("A0 B7 A1. A1. A3")), config=config)
    assert pull(stage) == frames(kept)


@pytest.mark.parametrize(
    "malformed",
    [
        b"\x00",
        b"\x00junk",
        encode_batcher_payload(frames("A0"))[:-1],
        encode_batcher_payload(frames("A0")) + b"\x00",
        encode_batcher_payload(frames("A0"))[:-1] + b"\x02",
    ],
    ids=["no frame", "junk", "truncated", "left over", "bad is_last"],
)
def test_next__malformed_payload__drops_all_its_frames_and_goes_on(malformed):
    stage, verdicts = queue(malformed, encode_batcher_payload(frames("B0.")))
    assert pull(stage) == frames("B0.")
    first = verdicts.take()[0]
    assert (first.identity, first.reason) == (TransactionId(bytes(32)), Reason.MALFORMED_FRAMES)
