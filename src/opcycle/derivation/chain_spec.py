"""Parameters of derivation that a fork turned into constants, by the L1 time that the rule names.

Source: OP Stack specs, Fjord ("Constant maximum sequencer drift", "Increasing MAX_RLP_BYTES_PER_CHANNEL and
MAX_CHANNEL_BANK_SIZE") and Granite ("Reduce Channel Timeout").
"""

from opcycle.protocol.channels import MAX_RLP_BYTES_PER_CHANNEL, MAX_RLP_BYTES_PER_CHANNEL_FJORD
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L2BlockRef

CHANNEL_TIMEOUT_GRANITE = 50
"""L1 blocks, from Granite."""

MAX_SEQUENCER_DRIFT_FJORD = 1800
"""Seconds, from Fjord."""

MAX_CHANNEL_BANK_SIZE = 100_000_000
"""Bytes, before Fjord."""

MAX_CHANNEL_BANK_SIZE_FJORD = 1_000_000_000
"""Bytes, from Fjord."""


def channel_timeout(config: RollupConfig, l1_time: int) -> int:
    """L1 blocks after its first frame in which a channel must be complete."""
    return CHANNEL_TIMEOUT_GRANITE if config.is_active(Fork.GRANITE, l1_time) else config.channel_timeout


def max_sequencer_drift(config: RollupConfig, origin_time: int) -> int:
    """Seconds that an L2 block with transactions may be ahead of its L1 origin."""
    return (
        MAX_SEQUENCER_DRIFT_FJORD if config.is_active(Fork.FJORD, origin_time) else config.max_sequencer_drift
    )


def max_rlp_bytes(config: RollupConfig, l1_time: int) -> int:
    """Bytes that count of a channel: of its frames, and again of its decompressed data."""
    if config.is_active(Fork.FJORD, l1_time):
        return MAX_RLP_BYTES_PER_CHANNEL_FJORD
    return MAX_RLP_BYTES_PER_CHANNEL


def max_channel_bank_size(config: RollupConfig, l1_time: int) -> int:
    """Bytes that the channel bank holds before Holocene, 200 of each frame beyond its data included."""
    if config.is_active(Fork.FJORD, l1_time):
        return MAX_CHANNEL_BANK_SIZE_FJORD
    return MAX_CHANNEL_BANK_SIZE


def first_l1_number(config: RollupConfig, safe_head: L2BlockRef) -> int:
    """The L1 block where reading (re)starts so that every channel with a batch after `safe_head` is complete.

    An earlier start would derive the same; never before the L1 genesis.
    """
    timeout = channel_timeout(config, config.genesis_time)
    return max(config.genesis_l1.number, safe_head.l1_origin.number - timeout)
