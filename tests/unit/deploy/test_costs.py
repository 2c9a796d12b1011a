"""What a deployment will cost and did cost: the estimate before anything is sent, the ledger after."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.deploy.configs import DEPLOYER, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.deploy.costs import Ledger, Quote, estimated_gas, short_ether
from opcycle.deploy.plan import Plan
from opcycle.deploy.state import STATE_FILE
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.errors import UserError
from opcycle.l1.fees import Prices
from opcycle.l1.receipts import Receipt
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import BlockId
from opcycle.rpc.client import RpcUnreachableError

QUOTE = Quote(
    account=b"\xaa" * 20,
    chain_id=11155111,
    balance=48 * 10**15 - 24 * 10**12,
    prices=Prices(base_fee=999_000_000, tip=1_000_000, blob_base_fee=1),
    transactions=3,
    gas=20_000_000,
)
"""Of 20 million gas at 1 gwei. The account has a fifth more than that at twice the base fee and the tip."""


def receipt_of(number: int, *, block: int = 7) -> Receipt:
    return Receipt(
        transaction=bytes([number]) * 32,
        block=BlockId(bytes([block]) * 32, block),
        succeeded=True,
        gas_used=1000,
        gas_price=2,
        logs=(),
        contract=None,
    )


def test_an_account_that_has_exactly_the_estimate_can_pay_one_with_less_cannot() -> None:
    QUOTE.require_funds()
    with pytest.raises(
        UserError, match=r"^0xaAaA.* has 0\.047975999999999999 ETH on chain 11155111 and needs 0\.047976 "
    ):
        replace(QUOTE, balance=QUOTE.balance - 1).require_funds()


def test_the_quote_in_words() -> None:
    assert QUOTE.lines() == [
        "3 transactions, about 20,000,000 gas: 0.020000 ETH at a base fee of 0.999 gwei and a tip of "
        "0.001 gwei",
        "0xaAaAaAaaAaAaAaaAaAAAAAAAAaaaAaAaAaaAaaAa has 0.047976 ETH on chain 11155111; this may cost "
        "0.047976 of it at most",
    ]
    assert replace(QUOTE, transactions=0, gas=0).lines() == [
        "everything is on L1 already; nothing is to be sent"
    ]


@pytest.mark.parametrize(
    ("wei", "text"),
    [(0, "0.000000"), (1, "0.000001"), (10**12, "0.000001"), (10**12 + 1, "0.000002"), (10**18, "1.000000")],
)
def test_ether_is_rounded_up(wei: int, text: str) -> None:
    assert short_ether(wei) == text


def test_a_creation_is_estimated_by_its_size_and_a_call_by_its_words() -> None:
    create = TransactionRequest(to=CREATE2_DEPLOYER, data=bytes(32) + b"\1" * 1024)
    by_hand = 21_000 + 32 * 4 + 1024 * 16 + 32_000 + 32 * 8 + 1024 * 200 + 50_000
    assert estimated_gas(create) == by_hand
    call = TransactionRequest(to=b"\1" * 20, data=b"\1" * 33)
    assert estimated_gas(call) == 21_000 + 33 * 16 + 2 * 22_100 + 50_000


def test_data_that_costs_more_than_what_is_done_with_it_pays_the_floor() -> None:
    call = TransactionRequest(to=b"\1" * 20, data=b"\1" * 1_000_000)
    assert estimated_gas(call) >= 21_000 + 40 * 1_000_000


def test_the_ledger_adds_up() -> None:
    ledger = Ledger()
    assert ledger.summary() == "nothing was sent"
    ledger.add("the creation of A", receipt_of(1))
    ledger.add("setB", receipt_of(2))
    assert (ledger.gas, ledger.spent) == (2000, 4000)
    assert ledger.summary() == (
        "2 transactions, 2,000 gas: 0.000000000000004 ETH spent, 0.000000002 gwei per gas"
    )
    first, second = ledger.table(with_hashes=True)
    assert first.startswith("the creation of A")
    assert second.endswith(f"1,000 gas     0.000001 ETH  0x{'02' * 32}")
    assert ledger.to_json()["transactions"][1] == {
        "what": "setB",
        "hash": "0x" + "02" * 32,
        "block": 7,
        "gasUsed": 1000,
        "fee": "2000",
    }


def test_the_ledger_stands_only_while_every_transaction_is_where_it_was() -> None:
    ledger = Ledger()
    ledger.add("A", receipt_of(1))
    ledger.add("B", receipt_of(2))
    known = {item.transaction: item for item in (receipt_of(1), receipt_of(2))}
    assert ledger.stands(known.get)
    moved = {**known, receipt_of(2).transaction: receipt_of(2, block=8)}
    assert not ledger.stands(moved.get)
    ledger.refresh(moved.get)
    assert ledger.stands(moved.get)
    del moved[receipt_of(1).transaction]
    assert not ledger.stands(moved.get)
    ledger.refresh(moved.get)
    assert [payment.what for payment in ledger.payments] == ["B"]


def test_the_price_is_told_before_anything_is_sent_or_written(tmp_path: Path) -> None:
    l1 = EvmL1()
    heard: list[Quote] = []

    def decline(plan: Plan, quote: Quote) -> None:
        heard.append(quote)
        assert l1.sent == 0
        assert plan.deployer == DEPLOYER
        raise UserError("too dear")

    with pytest.raises(UserError, match="too dear"):
        run(l1, tmp_path / "files", valid_config(**GAMES), approve=decline)
    assert l1.sent == 0
    assert not (tmp_path / "files").exists()
    ledger = Ledger()
    run(
        l1,
        tmp_path / "files",
        valid_config(**GAMES),
        approve=lambda _, quote: heard.append(quote),
        ledger=ledger,
    )
    assert heard[0] == heard[1]
    assert heard[1].transactions == len(ledger.payments) == l1.sent


def test_a_later_run_is_told_the_price_of_the_rest_only(tmp_path: Path) -> None:
    l1, heard = EvmL1(), []
    l1.cut_after = 14
    with pytest.raises(RpcUnreachableError):
        run(l1, tmp_path, valid_config(**GAMES), approve=lambda _, quote: heard.append(quote))
    l1.repair()
    l1.mine()
    run(l1, tmp_path, valid_config(**GAMES), approve=lambda _, quote: heard.append(quote))
    run(l1, tmp_path, valid_config(**GAMES), approve=lambda _, quote: heard.append(quote))
    whole, rest, nothing = heard
    assert rest.transactions == whole.transactions - 14
    assert 0 < rest.gas < whole.gas
    assert (nothing.transactions, nothing.gas) == (0, 0)


def test_a_run_that_is_declined_leaves_an_earlier_ones_files(tmp_path: Path) -> None:
    l1 = EvmL1()
    run(l1, tmp_path, valid_config())
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    run(l1, tmp_path, valid_config(), approve=lambda _, quote: quote.require_funds())
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert STATE_FILE in before
