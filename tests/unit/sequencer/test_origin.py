"""Which L1 origin the next L2 block gets."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG, GENESIS, GENESIS_TIME, header

from opcycle.derivation.chain_spec import MAX_SEQUENCER_DRIFT_FJORD
from opcycle.errors import ResetError
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import L2BlockRef
from opcycle.sequencer.origin import choose_origin, is_beyond_drift

CURRENT, FOLLOWING = header(5), header(6)
"""12 seconds apart; L2 blocks are 2."""


def head_at(timestamp: int) -> L2BlockRef:
    return replace(GENESIS, timestamp=timestamp, l1_origin=CURRENT.id)


def choose(next_timestamp: int, following=FOLLOWING, *, current=CURRENT, config=CONFIG):
    """The origin of the L2 block at `next_timestamp`."""
    return choose_origin(
        config, head_at(next_timestamp - config.block_time), current=current, following=following
    )


@pytest.mark.parametrize(
    ("ahead", "origin"), [(-1, CURRENT), (0, FOLLOWING), (1, FOLLOWING), (9999, FOLLOWING)]
)
def test_choose_origin__next_l1_block_known__adopted_as_soon_as_it_is_not_later(ahead: int, origin) -> None:
    assert choose(FOLLOWING.timestamp + ahead) == origin


@pytest.mark.parametrize(("ahead", "origin"), [(0, CURRENT), (1800, CURRENT), (1801, None)])
def test_choose_origin__next_l1_block_unknown__current_one_up_to_the_drift(ahead: int, origin) -> None:
    assert choose(CURRENT.timestamp + ahead, following=None) == origin


def test_choose_origin__beyond_the_drift_but_next_block_is_later__current_one() -> None:
    far = replace(FOLLOWING, timestamp=CURRENT.timestamp + 9000)
    assert choose(CURRENT.timestamp + 5000, following=far) == CURRENT
    assert choose(CURRENT.timestamp + 9000, following=far) == far


def test_choose_origin__current_is_not_the_heads_origin__reset() -> None:
    with pytest.raises(ResetError, match=f"has the L1 origin {CURRENT.id}, L1 now has"):
        choose(CURRENT.timestamp + 2, current=header(5, branch="b"))


def test_choose_origin__following_is_no_child__reset() -> None:
    with pytest.raises(ResetError, match=f"does not follow {CURRENT.id}"):
        choose(CURRENT.timestamp + 2, following=header(6, branch="b"))


@pytest.mark.parametrize(
    ("ahead", "beyond"), [(MAX_SEQUENCER_DRIFT_FJORD, False), (MAX_SEQUENCER_DRIFT_FJORD + 1, True)]
)
def test_is_beyond_drift__from_fjord__the_constant(ahead: int, beyond: bool) -> None:
    assert is_beyond_drift(CONFIG, CURRENT.timestamp + ahead, CURRENT) is beyond


@pytest.mark.parametrize(("ahead", "beyond"), [(600, False), (601, True)])
def test_is_beyond_drift__before_fjord__the_configured_drift(ahead: int, beyond: bool) -> None:
    times = dict.fromkeys(Fork, 0) | {Fork.FJORD: GENESIS_TIME + 10**6}
    before_fjord = replace(CONFIG, max_sequencer_drift=600, fork_times=times)
    assert is_beyond_drift(before_fjord, CURRENT.timestamp + ahead, CURRENT) is beyond
