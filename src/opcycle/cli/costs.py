"""`opcycle costs`: what L2 blocks cost on L1, in every way of posting them side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.batcher.costs import WAYS, Cost, cost_of
from opcycle.cli import parse
from opcycle.cli.progress import progress_of
from opcycle.cli.where import DEFAULT_DATA, Endpoints
from opcycle.deploy.deployment import Deployment
from opcycle.engine.l2 import L2Client
from opcycle.errors import UserError
from opcycle.l1.fees import Prices, read_prices
from opcycle.l1.transactions import MIN_TIP
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.rpc.client import RpcClient

DEFAULT_COUNT = 100
"""How many of the newest blocks are looked at, if none are named."""

READ_AT_ONCE = 50
"""L2 blocks asked for in one request, at most."""

_TITLES = ("batches", "with", "as", "bytes", "per tx", "L1 txs", "gas", "blob gas", "ETH", "wei per tx")
_WORDS = 3
"""How many columns are words; the others are numbers. "per tx": of the users' transactions."""

GWEI = 10**9
"""Wei."""


@click.command()
@click.argument("blocks", required=False)
@click.option("--l2", help="An L2 RPC URL that serves the `debug` namespace.")
@click.option(
    "--rollup",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The rollup.json of that L2.",
)
@click.option("--l1", help="An L1 RPC URL, for the prices.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_DATA,
    envvar="OPCYCLE_DATA",
    show_default=True,
    help="A running devnet's directory, for what is not given.",
)
@click.option("--base-fee", help="Gwei per gas: what if L1's base fee were this?")
@click.option("--blob-base-fee", help="Gwei per blob gas: what if L1's blob base fee were this?")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; prices and fees in wei.")
def costs(
    *,
    blocks: str | None,
    l2: str | None,
    rollup: Path | None,
    l1: str | None,
    data: Path,
    base_fee: str | None,
    blob_base_fee: str | None,
    as_json: bool,
) -> None:
    """What L2 BLOCKS (A-B; the last 100, if not given) cost on L1, in every way of posting them.

    Each way compresses and frames the very same blocks: singular or span batches, zlib or Brotli, calldata or
    blobs. A blob costs the same however full it is: take blocks enough to fill one.

    \b
    opcycle costs
    opcycle costs 1000-1999 --base-fee 30 --blob-base-fee 2
    opcycle costs --l2 URL --rollup rollup.json --l1 URL
    """
    chain = _chain(l2, rollup, l1, data)
    known = None if chain.l1 is None else read_prices(RpcClient(chain.l1), min_tip=MIN_TIP)
    prices = what_if(known, base_fee, blob_base_fee)
    wanted = None if blocks is None else parse.block_range(blocks)
    found = read_blocks(_l2_of(chain), chain.config, wanted)
    with progress_of("L2 blocks, in every way", len(WAYS) * len(found)) as (advance, _):
        report = Report.of(found, prices, [cost_of(chain.config, found, way, advance) for way in WAYS])
    if as_json:
        click.echo(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in report.lines():
            click.echo(line)


@dataclass(frozen=True, slots=True)
class _Chain:
    """URLs and the rollup config; `l1` is None if nobody has to ask it."""

    l2: str
    config: RollupConfig
    l1: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """The costs of blocks `first` to `last`, which have `transactions` of users."""

    first: int
    last: int
    transactions: int
    prices: Prices
    costs: Sequence[Cost]

    @classmethod
    def of(cls, blocks: Sequence[L2Block], prices: Prices, costs: Sequence[Cost]) -> "Report":
        transactions = sum(len(block.user_transactions) for block in blocks)
        return cls(blocks[0].ref.number, blocks[-1].ref.number, transactions, prices, costs)

    def lines(self) -> Iterator[str]:
        """A table, the cheapest way in it marked."""
        yield (
            f"L2 blocks {self.first}-{self.last}: {self.last - self.first + 1:,} blocks, "
            f"{self.transactions:,} transactions of users"
        )
        yield (
            f"L1 prices: base fee {_gwei(self.prices.base_fee)} gwei and tip {_gwei(self.prices.tip)} gwei, "
            f"blob base fee {_gwei(self.prices.blob_base_fee)} gwei"
        )
        cheapest = min(self.costs, key=lambda cost: (self._fee(cost), cost.posted))
        rows = [_TITLES, *map(self._cells, self.costs)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield click.style(_aligned(_TITLES, widths), bold=True)
        for cost, cells in zip(self.costs, rows[1:], strict=True):
            line = _aligned(cells, widths)
            yield click.style(f"{line}  cheapest", fg="green") if cost is cheapest else line

    def to_json(self) -> dict[str, Any]:
        return {
            "blocks": {"first": self.first, "last": self.last},
            "transactions": self.transactions,
            "prices": asdict(self.prices),
            "ways": [
                asdict(cost.way)
                | {name: value for name, value in asdict(cost).items() if name != "way"}
                | {"fee": self._fee(cost)}
                for cost in self.costs
            ],
        }

    def _cells(self, cost: Cost) -> tuple[str, ...]:
        fee = self._fee(cost)
        return (
            cost.way.batch_type,
            cost.way.compression,
            cost.way.data_availability,
            f"{cost.posted:,}",
            self._per_transaction(cost.posted, decimals=1),
            f"{cost.l1_transactions:,}",
            f"{cost.gas:,}",
            f"{cost.blob_gas:,}",
            _eth(fee),
            self._per_transaction(fee, decimals=0),
        )

    def _fee(self, cost: Cost) -> int:
        return cost.fee(self.prices)

    def _per_transaction(self, amount: int, *, decimals: int) -> str:
        return f"{amount / self.transactions:,.{decimals}f}" if self.transactions else "-"


def _chain(l2: str | None, rollup: Path | None, l1: str | None, data: Path) -> _Chain:
    if l2 is not None and rollup is not None:
        return _Chain(l2, parse.rollup_config(rollup), l1)
    if l2 is not None or rollup is not None:
        raise UserError("--l2 and --rollup belong together: give both, or none for a running devnet")
    known = Endpoints.read(data)
    return _Chain(known.l2, Deployment.load(Path(known.deployment)).rollup, l1 or known.l1)


def _l2_of(chain: _Chain) -> L2Client:
    l2, wanted = L2Client(chain.l2, chain.config), chain.config.l2_chain_id
    if (found := l2.chain_id()) != wanted:
        raise UserError(f"{chain.l2} serves chain {found}, the rollup config is that of chain {wanted}")
    return l2


def what_if(known: Prices | None, base_fee: str | None, blob_base_fee: str | None) -> Prices:
    """The prices of L1, as far as none are given. Raises UserError if nothing says what they are."""
    if known is None and (base_fee is None or blob_base_fee is None):
        raise UserError("nothing says what L1 costs: give --l1, or both --base-fee and --blob-base-fee")
    prices = known or Prices(base_fee=0, tip=MIN_TIP, blob_base_fee=0)
    if base_fee is not None:
        prices = replace(prices, base_fee=parse.gwei(base_fee))
    if blob_base_fee is not None:
        prices = replace(prices, blob_base_fee=parse.gwei(blob_base_fee))
    return prices


def read_blocks(l2: L2Client, config: RollupConfig, wanted: range | None) -> list[L2Block]:
    """The blocks that are wanted, by default the newest. Raises UserError if L2 does not have them."""
    genesis, newest = config.genesis_l2.number, l2.number()
    if newest is None or newest == genesis:
        raise UserError("L2 has no block but its genesis yet; try again in a moment")
    if wanted is None:
        wanted = range(max(genesis + 1, newest - DEFAULT_COUNT + 1), newest + 1)
    if wanted[0] <= genesis or wanted[-1] > newest:
        raise UserError(f"L2 has blocks {genesis + 1}-{newest} to look at, not {wanted[0]}-{wanted[-1]}")
    blocks: list[L2Block] = []
    with progress_of("L2 blocks", len(wanted)) as (advance, _):
        for first in wanted[::READ_AT_ONCE]:
            read = l2.blocks(first, min(wanted[-1], first + READ_AT_ONCE - 1))
            blocks += read
            for _block in read:
                advance()
    return blocks


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right."""
    pairs = zip(cells, widths, strict=True)
    return "  ".join(
        f"{cell:<{width}}" if column < _WORDS else f"{cell:>{width}}"
        for column, (cell, width) in enumerate(pairs)
    )


def _eth(wei: int) -> str:
    """With six digits that count."""
    return f"{Decimal(f'{Decimal(wei) / 10**18:.6g}'):f}"


def _gwei(wei: int) -> str:
    return f"{Decimal(wei) / GWEI:f}"
