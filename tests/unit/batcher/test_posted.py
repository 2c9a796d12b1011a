"""When what was posted must be posted again: each reason, and the situation next to it that is none."""

from dataclasses import replace

import pytest

from opcycle.batcher.posted import PostedChannel, Situation, why_start_over
from opcycle.protocol.types import BlockId


def block(number):
    return BlockId(number.to_bytes(32, "big"), number)


TRANSACTIONS = (b"\x0a" * 32, b"\x0b" * 32)
UNSENT = PostedChannel(b"\xcc" * 16, block(11), block(20), 700, 2, "full")
SENT = replace(UNSENT, sent=2, transactions=TRANSACTIONS)
OPENED = replace(SENT, opened=block(100))
COMPLETED = replace(OPENED, completed=block(103))
NOW = Situation(
    posted=(COMPLETED,), base=block(10), safe_head=10, current_l1=103, l1_head=110, in_flight=1, timeout=50
)


def why(*posted, **changes):
    return why_start_over(replace(NOW, posted=posted, **changes))


@pytest.mark.parametrize("posted", [(), (COMPLETED,), (OPENED,), (SENT,), (UNSENT,), (COMPLETED, UNSENT)])
def test_channels_on_their_way__are_waited_for(posted):
    assert why(*posted) is None


def test_node_reads_the_block_of_the_last_frame__it_may_still_accept_it():
    assert why(COMPLETED, current_l1=103) is None


@pytest.mark.parametrize("safe_head", [10, 19])
def test_node_has_read_beyond_the_last_frame__what_is_not_safe_was_dropped(safe_head):
    reason = str(why(COMPLETED, current_l1=104, safe_head=safe_head))
    assert reason.startswith("channel cccccccc was dropped: the node has read L1 beyond its last frame")
    assert reason.endswith(f"in block {block(103)}, and the safe head is L2 block {safe_head}")


def test_node_has_read_beyond_the_first_frame_only__nothing_was_dropped():
    assert why(OPENED, current_l1=104) is None


def test_second_channel_dropped__is_found_behind_one_on_its_way():
    other = replace(COMPLETED, id=b"\xdd" * 16, first=block(21), last=block(30))
    assert "channel dddddddd was dropped" in str(why(OPENED, other, current_l1=104))


def test_last_frame_missing__until_the_timeout_and_one_block_more():
    assert why(OPENED, l1_head=150) is None
    assert "channel cccccccc has timed out: open since L1 block 100" in str(why(OPENED, l1_head=151))
    assert why(COMPLETED, l1_head=151) is None


def test_frames_unsent_after_the_timeout__the_channel_has_timed_out_too():
    half = replace(OPENED, sent=1, transactions=TRANSACTIONS[:1])
    assert why(half, l1_head=150) is None
    assert "has timed out" in str(why(half, l1_head=151))


@pytest.mark.parametrize("channel", [SENT, OPENED, replace(SENT, sent=1, transactions=TRANSACTIONS[:1])])
def test_nothing_in_flight_and_not_mined__is_lost(channel):
    assert why(channel, in_flight=1) is None
    assert "channel cccccccc is lost" in str(why(channel, in_flight=0))


@pytest.mark.parametrize(
    "channel", [UNSENT, replace(OPENED, sent=1, transactions=TRANSACTIONS[:1]), COMPLETED]
)
def test_nothing_in_flight_and_all_that_was_sent_is_mined__nothing_is_lost(channel):
    assert why(channel, in_flight=0) is None


def test_safe_head_goes_back__start_over():
    assert "the safe head is L2 block 9 and was 10:" in str(why(COMPLETED, safe_head=9))
    assert why(COMPLETED, safe_head=10) is None


def test_safe_head_ahead_of_all_that_was_posted__somebody_else_posts():
    assert why(COMPLETED, safe_head=20) is None
    assert "ahead of 20:" in str(why(COMPLETED, safe_head=21))
    assert "ahead of 10:" in str(why(safe_head=11))


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        (replace(SENT, frames=3), "2 of 3 frames, 700 bytes in 0x" + "0a" * 32 + ", 0x" + "0b" * 32),
        (SENT, "2 frames, 700 bytes in 0x" + "0a" * 32 + ", 0x" + "0b" * 32),
        (
            replace(UNSENT, frames=1, sent=1, transactions=TRANSACTIONS[:1]),
            "1 frame, 700 bytes in 0x" + "0a" * 32,
        ),
    ],
)
def test_str__says_what_is_in_which_transactions(channel, text):
    assert str(channel) == "channel cccccccc (full): L2 blocks 11 to 20, " + text


def test_with_transaction__several_frames__are_sent_when_the_last_is():
    six = replace(UNSENT, frames=6)
    partly = six.with_transaction(TRANSACTIONS[0], frames=5)
    assert (partly.sent, partly.transactions, partly.is_sent) == (5, TRANSACTIONS[:1], False)
    assert partly.with_transaction(TRANSACTIONS[1], frames=1).is_sent
