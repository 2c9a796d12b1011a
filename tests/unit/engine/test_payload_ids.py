"""The ids of two public jobs, so that `tests/e2e` may ask op-geth what it read of our attributes."""

from dataclasses import replace
from typing import Any

import pytest
from tests.vectors.read import unhex, vector

from opcycle.engine.payload_id import foreseen_payload_id
from opcycle.protocol.payload import PayloadAttributes

CASES = vector("engine.json")["payload_ids"]


def attributes_of(body: dict[str, Any]) -> PayloadAttributes:
    return PayloadAttributes(
        timestamp=body["timestamp"],
        prev_randao=unhex(body["prevRandao"]),
        fee_recipient=unhex(body["suggestedFeeRecipient"]),
        parent_beacon_root=unhex(body["parentBeaconBlockRoot"]),
        transactions=tuple(map(unhex, body["transactions"])),
        gas_limit=body["gasLimit"],
        min_base_fee=body["minBaseFee"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"version {case['payload_version']}")
def test_payload_id__public_jobs__as_op_geth_names_them(case: dict[str, Any]) -> None:
    attributes, parent = attributes_of(case["attributes"]), unhex(case["attributes"]["parent"])
    expected = unhex(case["expected_payload_id"])
    assert foreseen_payload_id(parent, attributes, version=case["payload_version"]) == expected
    assert foreseen_payload_id(parent, replace(attributes, timestamp=0), version=expected[0]) != expected
