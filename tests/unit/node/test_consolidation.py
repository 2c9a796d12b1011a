"""Derived attributes beside a block: the same in everything that L1 dictates, or different in one thing."""

from dataclasses import replace
from typing import Any

import pytest

from opcycle.node.consolidation import difference, extra_data
from opcycle.protocol.payload import ExecutionEnvelope, ExecutionPayload, PayloadAttributes
from opcycle.protocol.rollup import FeeCurve

PARENT = b"\x01" * 32
CURVE = FeeCurve(elasticity=6, denominator=50, denominator_canyon=250)
PARAMS = (300).to_bytes(4, "big") + (4).to_bytes(4, "big")
CHAIN_PARAMS = (250).to_bytes(4, "big") + (6).to_bytes(4, "big")
TRANSACTIONS = (b"\x7e deposit", b"\x02 first", b"\x02 second")

ATTRIBUTES = PayloadAttributes(
    timestamp=12,
    prev_randao=b"\x02" * 32,
    fee_recipient=b"\x03" * 20,
    parent_beacon_root=b"\x04" * 32,
    transactions=TRANSACTIONS,
    no_tx_pool=True,
    gas_limit=60_000_000,
    eip_1559_params=PARAMS,
    min_base_fee=7,
)
PAYLOAD = ExecutionPayload(
    parent_hash=PARENT,
    fee_recipient=b"\x03" * 20,
    state_root=b"\x05" * 32,
    receipts_root=b"\x06" * 32,
    logs_bloom=bytes(256),
    prev_randao=b"\x02" * 32,
    number=6,
    gas_limit=60_000_000,
    gas_used=21_000,
    timestamp=12,
    extra_data=b"\x01" + PARAMS + (7).to_bytes(8, "big"),
    base_fee=10,
    block_hash=b"\x07" * 32,
    transactions=TRANSACTIONS,
    blob_gas_used=0,
    excess_blob_gas=0,
    withdrawals_root=b"\x08" * 32,
)


def compare(attributes: PayloadAttributes = ATTRIBUTES, *, root: bytes | None = b"\x04" * 32, **block: Any):
    """What `difference` says of the block with some fields changed."""
    return difference(attributes, PARENT, ExecutionEnvelope(replace(PAYLOAD, **block), root), CURVE)


def test_difference__block_that_the_attributes_make__none() -> None:
    assert compare() is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"parent_hash": b"\x11" * 32}, f"parent: 0x{'11' * 32}, where L1 has 0x{'01' * 32}"),
        ({"timestamp": 14}, "time: 14, where L1 has 12"),
        ({"prev_randao": b"\x11" * 32}, f"prevRandao: 0x{'11' * 32}, where L1 has 0x{'02' * 32}"),
        ({"transactions": TRANSACTIONS[:2]}, "transaction count: 2, where L1 has 3"),
        ({"transactions": (*TRANSACTIONS, b"\x02")}, "transaction count: 4, where L1 has 3"),
        (
            {"transactions": (*TRANSACTIONS[:2], b"\x02\xff")},
            f"transaction 2: 0x02ff, where L1 has 0x{TRANSACTIONS[2].hex()}",
        ),
        ({"gas_limit": 59_999_999}, "gas limit: 59999999, where L1 has 60000000"),
        ({"has_withdrawals": False}, "presence of withdrawals: False, where L1 has True"),
        ({"root": b"\x11" * 32}, f"parent beacon root: 0x{'11' * 32}, where L1 has 0x{'04' * 32}"),
        ({"root": None}, f"parent beacon root: None, where L1 has 0x{'04' * 32}"),
        ({"fee_recipient": b"\x11" * 20}, f"fee recipient: 0x{'11' * 20}, where L1 has 0x{'03' * 20}"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_difference__one_field_is_another__says_which(changed: dict[str, Any], said: str) -> None:
    assert compare(**changed) == said


@pytest.mark.parametrize("index", [0, 1, 2])
def test_difference__one_transaction_is_another__says_which(index: int) -> None:
    others = tuple(b"\xff" if place == index else tx for place, tx in enumerate(TRANSACTIONS))
    found = compare(transactions=others)
    assert found is not None
    assert found.startswith(f"transaction {index}: 0xff")


@pytest.mark.parametrize(
    ("extra", "is_same"),
    [
        (b"\x01" + PARAMS + (7).to_bytes(8, "big"), True),
        (b"\x01" + PARAMS + (8).to_bytes(8, "big"), False),  # minimum base fee
        (b"\x01" + PARAMS[:4] + (5).to_bytes(4, "big") + (7).to_bytes(8, "big"), False),  # elasticity
        (b"\x01" + CHAIN_PARAMS[:4] + PARAMS[4:] + (7).to_bytes(8, "big"), False),  # denominator
        (b"\x00" + PARAMS, False),  # of the fork before
        (b"", False),
    ],
)
def test_difference__jovian_extra_data__curve_and_minimum_base_fee_count(extra: bytes, is_same: bool) -> None:
    assert (compare(extra_data=extra) is None) == is_same


@pytest.mark.parametrize(
    ("extra", "is_same"),
    [
        (b"\x00" + PARAMS, True),
        (b"\x00" + CHAIN_PARAMS, False),
        (b"\x01" + PARAMS + bytes(8), False),
        (b"", False),
    ],
)
def test_difference__holocene_extra_data__curve_counts(extra: bytes, is_same: bool) -> None:
    holocene = replace(ATTRIBUTES, min_base_fee=None)
    assert (compare(holocene, extra_data=extra) is None) == is_same


@pytest.mark.parametrize(("extra", "is_same"), [(b"", True), (b"\x00" + PARAMS, False)])
def test_difference__before_holocene__extra_data_is_empty(extra: bytes, is_same: bool) -> None:
    granite = replace(ATTRIBUTES, eip_1559_params=None, min_base_fee=None)
    assert (compare(granite, extra_data=extra) is None) == is_same


@pytest.mark.parametrize(("params", "is_same"), [(CHAIN_PARAMS, True), (bytes(8), False), (PARAMS, False)])
def test_difference__zeros_in_the_attributes__stand_for_the_chains_curve(
    params: bytes, is_same: bool
) -> None:
    zeros = replace(ATTRIBUTES, eip_1559_params=bytes(8))
    assert (compare(zeros, extra_data=b"\x01" + params + (7).to_bytes(8, "big")) is None) == is_same


def test_difference__before_canyon__no_withdrawals_and_no_beacon_root() -> None:
    bedrock = replace(
        ATTRIBUTES, has_withdrawals=False, parent_beacon_root=None, eip_1559_params=None, min_base_fee=None
    )
    block = {"extra_data": b"", "has_withdrawals": False, "root": None}
    assert compare(bedrock, **block) is None
    assert compare(bedrock, **block | {"has_withdrawals": True}) is not None
    assert compare(bedrock, **block | {"root": b"\x04" * 32}) is not None


@pytest.mark.parametrize(
    "computed",
    [{"state_root": bytes(32)}, {"gas_used": 0}, {"base_fee": 0}, {"withdrawals_root": bytes(32)}],
    ids=lambda computed: next(iter(computed)),
)
def test_difference__what_the_engine_computes__is_not_asked(computed: dict[str, Any]) -> None:
    assert compare(**computed) is None


def test_extra_data__three_forks__their_forms() -> None:
    assert extra_data(ATTRIBUTES, CURVE).hex() == "01" + "0000012c" + "00000004" + "0000000000000007"
    holocene = replace(ATTRIBUTES, min_base_fee=None)
    assert extra_data(holocene, CURVE).hex() == "00" + "0000012c" + "00000004"
    assert extra_data(replace(holocene, eip_1559_params=None), CURVE) == b""
