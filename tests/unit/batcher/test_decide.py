"""When a channel is closed and a frame sent: every rule, and the number next to it."""

from tests.unit.derivation.l1_builder import CONFIG, GENESIS, child, l1_hash

from opcycle.batcher.channel import PendingBlock
from opcycle.batcher.decide import FULL, CloseChannel, SendFrames, Snapshot, Wait, decide
from opcycle.batcher.options import BatcherOptions
from opcycle.protocol.types import BlockId

OPTIONS = BatcherOptions(max_channel_duration=3, window_margin=4, max_in_flight=2)
EPOCH = 1000
WINDOW_ENDS = EPOCH + CONFIG.seq_window_size - OPTIONS.window_margin


def pending(*sizes, read_at=EPOCH):
    """Blocks of the epoch 1000 with batches of these sizes."""
    ref = child(GENESIS, BlockId(l1_hash(EPOCH), EPOCH))
    return [PendingBlock(ref, bytes(size), read_at) for size in sizes]


def decision(blocks=(), *, is_full=False, unsent=0, in_flight=0, l1_number=EPOCH, flush_to=0):
    (action,) = decide(CONFIG, OPTIONS, Snapshot(blocks, is_full, unsent, in_flight, l1_number, flush_to))
    return action


def test_decide__nothing_at_all__waits_for_l2():
    assert decision() == Wait("L2 blocks")


def test_decide__blocks_fill_a_channel__closes_it_at_once():
    assert decision(pending(60, 40), is_full=True) == CloseChannel("full")


def test_decide__they_do_not__waits():
    assert decision(pending(60, 39)) == Wait("L1 block 1003, or more L2 blocks")


def test_decide__oldest_block_has_waited__closes_with_everything():
    blocks = pending(10) + pending(10, read_at=EPOCH + 2)
    assert decision(blocks, l1_number=EPOCH + 2) == Wait("L1 block 1003, or more L2 blocks")
    assert decision(blocks, l1_number=EPOCH + 3) == CloseChannel("has waited")


def test_decide__window_ends_soon__closes_whenever_the_block_was_read():
    just_read = pending(10, read_at=WINDOW_ENDS - 1)
    assert decision(just_read, l1_number=WINDOW_ENDS - 1) == Wait(
        f"L1 block {WINDOW_ENDS}, or more L2 blocks"
    )
    assert decision(just_read, l1_number=WINDOW_ENDS) == CloseChannel("window ends soon")


def test_decide__frame_is_due__goes_before_another_channel():
    assert decision(pending(500), is_full=True, unsent=1) == SendFrames()


def test_decide__l1_has_enough_to_mine__neither_frames_nor_channels():
    blocks = pending(500)
    assert decision(blocks, is_full=True, unsent=1, in_flight=1) == SendFrames()
    assert decision(blocks, is_full=True, in_flight=1) == CloseChannel("full")
    for unsent in (0, 1):
        waits = decision(blocks, is_full=True, unsent=unsent, in_flight=2)
        assert waits == Wait("L1 to mine one of 2 transactions")


def test_decide__flushed__closes_with_everything_however_young():
    blocks = pending(10, 10)
    assert blocks[0].ref.number == 1
    assert decision(blocks, flush_to=1) == CloseChannel("flushed")


def test_decide__flushed_before_these_blocks_were_made__waits():
    assert decision(pending(10), flush_to=0) == Wait("L1 block 1003, or more L2 blocks")


def test_decide__flushed_and_full__fills_channels_first():
    assert decision(pending(60, 60), is_full=True, flush_to=1) == CloseChannel(FULL)


def test_decide__flushed_with_nothing_pending__waits_for_l2():
    assert decision(flush_to=7) == Wait("L2 blocks")
