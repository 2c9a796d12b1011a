"""What the node reads of L1: three heads, single headers, and blocks in long ranges."""

from dataclasses import dataclass
from typing import Protocol

from opcycle.errors import TemporaryError
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, BlockId, L1Block, L1BlockRef, L1Header
from opcycle.rpc.client import RpcUnreachableError

AHEAD = 64
"""L1 blocks read at a time."""


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...

    def blocks(
        self, first: int, last: int, *, inbox: Address, portal: Address, system_config: Address
    ) -> list[L1Block]: ...


@dataclass(frozen=True, slots=True)
class L1Heads:
    """L1 at one moment. A young chain has no safe and no finalized block yet."""

    head: L1BlockRef
    safe: L1BlockRef | None
    finalized: L1BlockRef | None


class L1View:
    """L1 as one rollup sees it. `confirmations`: blocks that must follow one before it is read."""

    def __init__(self, config: RollupConfig, source: L1Source, *, confirmations: int):
        self._config = config
        self._source = source
        self._confirmations = confirmations

    def heads(self) -> L1Heads:
        head = self._source.header("latest").ref
        return L1Heads(head, self._labelled("safe"), self._labelled("finalized"))

    def has(self, block: BlockId, heads: L1Heads) -> bool:
        """Whether `block` is part of L1; not if L1 is not that far."""
        return block.number <= heads.head.number and self._source.header(block.number).id == block

    def header(self, number: int) -> L1Header:
        return self._source.header(number)

    def block(self, number: int) -> L1Block:
        return self._read(number, number)[0]

    def blocks_from(self, first: int, heads: L1Heads) -> list[L1Block]:
        """Up to `AHEAD` confirmed blocks from `first` on; none if L1 is not that far."""
        last = min(first + AHEAD - 1, heads.head.number - self._confirmations)
        return self._read(first, last) if first <= last else []

    def _read(self, first: int, last: int) -> list[L1Block]:
        config = self._config
        return self._source.blocks(
            first,
            last,
            inbox=config.batch_inbox,
            portal=config.deposit_contract,
            system_config=config.l1_system_config,
        )

    def _labelled(self, label: str) -> L1BlockRef | None:
        try:
            return self._source.header(label).ref
        except RpcUnreachableError:
            raise
        except TemporaryError:
            return None
