"""What the same L2 blocks cost on L1 in every way in which a batcher can post them. Pure.

    L2 blocks ─► channels, closed when full ─► payloads ─► calldata: gas | blobs: gas and blob gas

Each way is worked out by building its channels: nothing is estimated. Sources: EIP-7623 (calldata), EIP-4844
(blobs); op-batcher's `batcher/tx_data.go`: one frame in a blob, up to six blobs in a transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from opcycle.batcher.channel import Channel, PendingBlock, build_channel
from opcycle.batcher.options import BatcherOptions, BatchType, DataAvailability
from opcycle.batcher.sizing import Sizing
from opcycle.l1.fees import GAS_PER_BLOB, TRANSACTION_GAS, Prices, floor_data_gas
from opcycle.protocol.channels import Compression
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig


@dataclass(frozen=True, slots=True)
class Way:
    """One way of posting blocks; no member is AUTO."""

    batch_type: BatchType
    compression: Compression
    data_availability: DataAvailability

    @property
    def options(self) -> BatcherOptions:
        return BatcherOptions(
            data_availability=self.data_availability,
            batch_type=self.batch_type,
            compression=self.compression,
        )


WAYS = tuple(
    Way(batch_type, compression, data_availability)
    for batch_type, compression, data_availability in product(
        (BatchType.SINGULAR, BatchType.SPAN),
        Compression,
        (DataAvailability.CALLDATA, DataAvailability.BLOBS),
    )
)
"""All that there are."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What `way` takes. `compressed` are the channels' bytes, `posted` those with frames and version bytes.

    `gas` is that of the L1 transactions, `blob_gas` that of their blobs, however full they are.
    """

    way: Way
    channels: int = 0
    compressed: int = 0
    posted: int = 0
    l1_transactions: int = 0
    blobs: int = 0
    gas: int = 0
    blob_gas: int = 0

    def plus(self, channel: Channel) -> "Cost":
        """With a channel more."""
        payloads = channel.payloads
        if self.way.data_availability is DataAvailability.CALLDATA:
            transactions, blobs = len(payloads), 0
            gas = sum(floor_data_gas(payload) for payload in payloads)
        else:
            transactions, blobs = -(-len(payloads) // self.way.options.blobs_per_transaction), len(payloads)
            gas = transactions * TRANSACTION_GAS
        return Cost(
            way=self.way,
            channels=self.channels + 1,
            compressed=self.compressed + channel.size,
            posted=self.posted + sum(map(len, payloads)),
            l1_transactions=self.l1_transactions + transactions,
            blobs=self.blobs + blobs,
            gas=self.gas + gas,
            blob_gas=self.blob_gas + blobs * GAS_PER_BLOB,
        )

    def fee(self, prices: Prices) -> int:
        """Wei at these prices."""
        return self.gas * (prices.base_fee + prices.tip) + self.blob_gas * prices.blob_base_fee


def cost_of(config: RollupConfig, blocks: Sequence[L2Block], way: Way, advance: Callable[[], None]) -> Cost:
    """What posting consecutive blocks in this way takes; `advance` is called for each of them."""
    options, cost = way.options, Cost(way)
    sizing = Sizing(config, options)
    pending = [PendingBlock.of(block, l1_number=0) for block in blocks]

    def build(run: Sequence[PendingBlock]) -> Channel:
        return build_channel(config, run, run[-1].ref.l1_origin.hash, options)

    while pending:
        channel, count = sizing.channel_of(pending[: sizing.fitting(pending)], build)
        cost = cost.plus(channel)
        del pending[:count]
        for _ in range(count):
            advance()
    return cost
