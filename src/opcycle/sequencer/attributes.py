"""What the engine is told to build: everything that L1 dictates, and whether the pool may add to it."""

from dataclasses import replace

from opcycle.derivation.attributes import prepare_attributes
from opcycle.protocol.l1_chain import L1ChainConfig
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.payload import PayloadAttributes
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block
from opcycle.protocol.upgrades import upgrade_transactions
from opcycle.sequencer.origin import is_beyond_drift, is_window_closing


def sequencer_attributes(
    config: RollupConfig, l1_chain: L1ChainConfig, parent: L2Block, *, epoch: L1Block, l1_head: int
) -> PayloadAttributes:
    """Attributes of the block on `parent` with L1 origin `epoch`: as derivation has them, pool open.

    The pool stays shut beyond the sequencer drift, where the sequencing window closes, and in a block with
    upgrade transactions: what they replace must not meet users half way. `l1_head` is the number of L1's
    newest block. Raises ResetError as `prepare_attributes` does.
    """
    dictated = prepare_attributes(config, l1_chain, parent.ref, parent.system_config, epoch=epoch)
    is_upgrade = bool(upgrade_transactions(config, dictated.timestamp))
    is_late = is_beyond_drift(config, dictated.timestamp, epoch.header)
    is_lost = is_window_closing(config, epoch.header, l1_head)
    return replace(dictated, no_tx_pool=is_upgrade or is_late or is_lost)
