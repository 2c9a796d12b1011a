"""A batcher's options: what is in range works, what is next to it is refused by name."""

import pytest

from opcycle.batcher.options import MAX_FRAMES, BatcherOptions, DataAvailability
from opcycle.errors import UserError
from opcycle.protocol.blobs import MAX_BLOB_PAYLOAD


@pytest.mark.parametrize(
    ("name", "good", "bad", "bounds"),
    [
        ("target_frames", 1, 0, "between 1 and 40"),
        ("target_frames", MAX_FRAMES, MAX_FRAMES + 1, "between 1 and 40"),
        ("max_payload_size", 25, 24, "between 25 and 130044"),
        ("max_payload_size", MAX_BLOB_PAYLOAD, MAX_BLOB_PAYLOAD + 1, "between 25 and 130044"),
        ("max_channel_duration", 1, 0, "at least 1"),
        ("window_margin", 0, -1, "at least 0"),
        ("max_in_flight", 1, 0, "at least 1"),
        ("blobs_per_transaction", 6, 7, "between 1 and 6"),
        ("resubmit_after", 1, 0, "at least 1"),
        ("fee_limit", 1, 0, "at least 1"),
    ],
)
def test_option__at_its_bound_and_beyond(name, good, bad, bounds):
    assert getattr(BatcherOptions(**{name: good}), name) == good
    with pytest.raises(UserError, match=f"the batcher's {name} is {bad}; it must be {bounds}"):
        BatcherOptions(**{name: bad})


def test_failover__to_the_da_server_itself__is_refused():
    assert BatcherOptions(failover=DataAvailability.BLOBS).failover is DataAvailability.BLOBS
    with pytest.raises(UserError, match="the batcher's failover is alt-da"):
        BatcherOptions(failover=DataAvailability.ALT_DA)


@pytest.mark.parametrize("other", [DataAvailability.BLOBS, DataAvailability.AUTO])
def test_may_post_blobs__alt_da__if_the_failover_may(other):
    ways = {"data_availability": DataAvailability.ALT_DA, "failover": other}
    assert BatcherOptions(**ways).may_post_blobs
    assert not BatcherOptions(**ways | {"failover": DataAvailability.CALLDATA}).may_post_blobs
    assert not BatcherOptions(**ways | {"data_availability": DataAvailability.CALLDATA}).may_post_blobs
    assert BatcherOptions(data_availability=other).may_post_blobs
