"""Fork-dependent parameters at their boundaries."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG, GENESIS, l1_hash

from opcycle.derivation.chain_spec import channel_timeout, first_l1_number, max_sequencer_drift
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId

CONFIGURED = replace(
    CONFIG, channel_timeout=300, max_sequencer_drift=600, fork_times={Fork.FJORD: 100, Fork.GRANITE: 200}
)


@pytest.mark.parametrize(("time", "blocks"), [(199, 300), (200, 50)])
def test_channel_timeout__granite__is_a_constant(time, blocks):
    assert channel_timeout(CONFIGURED, time) == blocks


@pytest.mark.parametrize(("time", "seconds"), [(99, 600), (100, 1800)])
def test_max_sequencer_drift__fjord__is_a_constant(time, seconds):
    assert max_sequencer_drift(CONFIGURED, time) == seconds


@pytest.mark.parametrize(("genesis", "safe", "first"), [(0, 80, 30), (0, 50, 0), (0, 20, 0), (60, 80, 60)])
def test_first_l1_number__is_one_channel_timeout_back_but_not_before_genesis(genesis, safe, first):
    config = replace(CONFIG, genesis_l1=BlockId(l1_hash(genesis), genesis))
    assert first_l1_number(config, replace(GENESIS, l1_origin=BlockId(l1_hash(safe), safe))) == first
