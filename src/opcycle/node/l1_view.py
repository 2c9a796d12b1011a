"""What the node reads of L1: three heads, single headers, blocks in long ranges with the batcher's blobs.

Whose blobs these are, the system config decides as of each block: nobody else's are asked for, since a blob
that cannot be had any more would stop the node.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from opcycle.derivation.config_updates import after_block
from opcycle.derivation.l1_retrieval import batcher_blobs
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.alt_da import Commitment
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.types import Address, BlockId, Hash, L1Block, L1BlockRef, L1Header
from opcycle.rpc.client import RpcUnreachableError

AHEAD = 64
"""L1 blocks read at a time."""


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...

    def blocks(
        self,
        first: int,
        last: int,
        *,
        inbox: Address,
        portal: Address,
        system_config: Address,
        challenges: Address | None = None,
    ) -> list[L1Block]: ...


class BlobSource(Protocol):
    """`opcycle.l1.beacon.BeaconClient` is one."""

    def blobs(self, timestamp: int, hashes: Sequence[Hash]) -> Mapping[Hash, bytes]: ...


class DASource(Protocol):
    """`opcycle.da.client.DAClient` is one."""

    def get(self, commitment: Commitment) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class L1Heads:
    """L1 at one moment. A young chain has no safe and no finalized block yet."""

    head: L1BlockRef
    safe: L1BlockRef | None
    finalized: L1BlockRef | None


class L1View:
    """L1 as one rollup sees it. `confirmations`: blocks that must follow one before it is read.

    `blobs` may be None while the batcher posts none, `da` while it posts no commitments.
    """

    def __init__(
        self,
        config: RollupConfig,
        source: L1Source,
        *,
        blobs: BlobSource | None,
        confirmations: int,
        da: DASource | None = None,
    ):
        self._config = config
        self._source = source
        self._blobs = blobs
        self._da = da
        self._confirmations = confirmations

    def heads(self) -> L1Heads:
        head = self._source.header("latest").ref
        return L1Heads(head, self._labelled("safe"), self._labelled("finalized"))

    def newest(self, heads: L1Heads) -> int:
        """The number of the last block that is read, the others have too few confirmations."""
        return heads.head.number - self._confirmations

    def has(self, block: BlockId, heads: L1Heads) -> bool:
        """Whether `block` is part of L1; not if L1 is not that far."""
        return block.number <= heads.head.number and self._source.header(block.number).id == block

    def header(self, number: int) -> L1Header:
        return self._source.header(number)

    def block(self, number: int, system_config: SystemConfig) -> L1Block:
        """`system_config` as of that block, its own updates included."""
        return self._with_blobs(self._read(number, number)[0], system_config)

    def da_input(self, commitment: Commitment) -> bytes | None:
        """The data behind a commitment, None if the DA server does not have it.

        Raises TemporaryError if it does not answer, UserError if there is nobody to ask.
        """
        if self._da is None:
            raise UserError(
                "the chain has batches on a DA server, and the node knows of none; "
                "start the node with --da-server URL"
            )
        return self._da.get(commitment)

    def blocks_from(self, first: int, heads: L1Heads, system_config: SystemConfig) -> Iterator[L1Block]:
        """Up to `AHEAD` confirmed blocks from `first` on; none if L1 is not that far.

        `system_config` as of the block before. Raises TemporaryError at a block whose blobs cannot be had
        (yet), UserError if there is nobody to ask for them.
        """
        last = min(first + AHEAD - 1, self.newest(heads))
        if first > last:
            return
        for block in self._read(first, last):
            system_config = after_block(self._config, system_config, block)
            yield self._with_blobs(block, system_config)

    def _with_blobs(self, block: L1Block, system_config: SystemConfig) -> L1Block:
        hashes = batcher_blobs(self._config, block, system_config.batcher_address)
        if not hashes:
            return block
        if self._blobs is None:
            raise UserError(
                f"L1 block {block.ref} has batches in blobs, which only a beacon node serves; "
                "start the node with --beacon URL"
            )
        return replace(block, blobs=self._blobs.blobs(block.header.timestamp, hashes))

    def _read(self, first: int, last: int) -> list[L1Block]:
        config, alt_da = self._config, self._config.alt_da
        return self._source.blocks(
            first,
            last,
            inbox=config.batch_inbox,
            portal=config.deposit_contract,
            system_config=config.l1_system_config,
            challenges=alt_da.challenge_contract if alt_da is not None and alt_da.is_challengeable else None,
        )

    def _labelled(self, label: str) -> L1BlockRef | None:
        try:
            return self._source.header(label).ref
        except RpcUnreachableError:
            raise
        except TemporaryError:
            return None
