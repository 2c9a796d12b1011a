"""`opcycle costs`: which blocks and prices it takes, and how it shows what they cost."""

import json
from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.batcher.costs import Cost, Way
from opcycle.batcher.options import BatchType, DataAvailability
from opcycle.cli.costs import Report, costs, read_blocks, what_if
from opcycle.errors import UserError
from opcycle.l1.fees import Prices
from opcycle.l1.transactions import MIN_TIP
from opcycle.protocol.channels import Compression

PRICES = Prices(base_fee=2 * 10**9, tip=10**9, blob_base_fee=10**9)
CALLDATA = Cost(
    Way(BatchType.SPAN, Compression.ZLIB, DataAvailability.CALLDATA),
    channels=1,
    posted=1_234,
    compressed=1_210,
    l1_transactions=1,
    gas=50_000,
)
BLOBS = Cost(
    Way(BatchType.SPAN, Compression.ZLIB, DataAvailability.BLOBS),
    channels=1,
    posted=1_234,
    compressed=1_210,
    l1_transactions=1,
    blobs=1,
    gas=21_000,
    blob_gas=131_072,
)


@dataclass
class FakeL2:
    """Blocks are their numbers."""

    newest: int | None

    def number(self):
        return self.newest

    def blocks(self, first, last):
        assert last - first < 100
        return list(range(first, last + 1))


def lines(transactions=10, costs=(CALLDATA, BLOBS)):
    return list(Report(5, 9, transactions, PRICES, costs).lines())


def test_read_blocks__none_named__the_last_hundred():
    assert read_blocks(FakeL2(250), CONFIG, None) == list(range(151, 251))


def test_read_blocks__short_chain__all_but_the_genesis():
    assert read_blocks(FakeL2(3), CONFIG, None) == [1, 2, 3]


def test_read_blocks__named__those():
    assert read_blocks(FakeL2(999), CONFIG, range(7, 120)) == list(range(7, 120))


@pytest.mark.parametrize("wanted", [range(5), range(5, 12)])
def test_read_blocks__genesis_or_beyond_the_newest__says_which_there_are(wanted):
    with pytest.raises(UserError, match="L2 has blocks 1-10"):
        read_blocks(FakeL2(10), CONFIG, wanted)


@pytest.mark.parametrize("newest", [None, 0])
def test_read_blocks__nothing_but_the_genesis__is_said(newest):
    with pytest.raises(UserError, match="no block but its genesis"):
        read_blocks(FakeL2(newest), CONFIG, None)


def test_what_if__nothing_given__the_prices_of_l1():
    assert what_if(PRICES, None, None) == PRICES


def test_what_if__given__goes_before_l1():
    assert what_if(PRICES, "30", None) == Prices(30 * 10**9, PRICES.tip, PRICES.blob_base_fee)
    assert what_if(PRICES, None, "0.000000002") == Prices(PRICES.base_fee, PRICES.tip, 2)


def test_what_if__no_l1__takes_both():
    assert what_if(None, "30", "2") == Prices(30 * 10**9, MIN_TIP, 2 * 10**9)
    for one in [("30", None), (None, "2")]:
        with pytest.raises(UserError, match="give --l1, or both"):
            what_if(None, *one)


@pytest.mark.parametrize("price", ["", "-1", "1.0000000001", "x"])
def test_what_if__no_price__is_said(price):
    with pytest.raises(UserError, match="is no price in gwei"):
        what_if(PRICES, price, None)


def test_lines__calldata__bytes_gas_and_fee_each_per_transaction():
    row = click.unstyle(lines()[3]).split()
    assert row[:5] == ["span", "zlib", "calldata", "1,234", "123.4"]
    assert row[5:] == ["1", "50,000", "0", "0.00015", "15,000,000,000,000", "cheapest"]


def test_lines__cheapest__is_the_lowest_fee():
    marked = [line for line in lines() if "cheapest" in line]
    assert len(marked) == 1
    assert "calldata" in marked[0]


def test_lines__same_fee__fewer_bytes_are_cheapest():
    smaller = Cost(BLOBS.way, posted=1, gas=BLOBS.gas, blob_gas=BLOBS.blob_gas)
    shown = lines(costs=(BLOBS, smaller))
    assert ["cheapest" in line for line in shown[3:]] == [False, True]


def test_lines__no_transactions__nothing_is_per_transaction():
    assert lines(transactions=0)[3].split()[4] == "-"


def test_to_json__wei_and_plain_numbers():
    body = json.loads(json.dumps(Report(5, 9, 10, PRICES, [BLOBS]).to_json()))
    assert body["blocks"] == {"first": 5, "last": 9}
    assert body["prices"] == {"base_fee": 2 * 10**9, "tip": 10**9, "blob_base_fee": 10**9}
    (way,) = body["ways"]
    assert (way["batch_type"], way["compression"], way["data_availability"]) == ("span", "zlib", "blobs")
    assert way["fee"] == 21_000 * 3 * 10**9 + 131_072 * 10**9
    assert "way" not in way


@pytest.mark.parametrize("option", ["--l2", "--rollup"])
def test_costs__half_a_chain__asks_for_the_other_half(option, tmp_path):
    file = tmp_path / "rollup.json"
    file.write_text(json.dumps(CONFIG.to_json()))
    result = CliRunner().invoke(costs, [option, str(file) if option == "--rollup" else "http://127.0.0.1:1"])
    assert isinstance(result.exception, UserError)
    assert "belong together" in str(result.exception)
