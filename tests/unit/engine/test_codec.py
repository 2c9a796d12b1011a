"""Engine API JSON: exact notation, and back."""

from dataclasses import replace
from hashlib import sha256

import orjson
import pytest
from tests.unit.engine.payloads import envelope, payload

from opcycle.engine.codec import (
    attributes_to_json,
    envelope_from_journal,
    envelope_from_json,
    envelope_to_json,
    forkchoice_to_json,
    payload_from_json,
    payload_to_json,
    posted_envelope_from_json,
    posted_envelope_to_json,
)
from opcycle.protocol.payload import ForkchoiceState, PayloadAttributes
from opcycle.rpc.hexjson import to_hex

L1_ATTRIBUTES = PayloadAttributes(
    timestamp=16, prev_randao=b"\x01" * 32, fee_recipient=b"\x02" * 20, parent_beacon_root=b"\x03" * 32
)


def test_forkchoice_to_json__three_heads__names_of_the_engine_api() -> None:
    assert forkchoice_to_json(ForkchoiceState(b"\x01" * 32, b"\x02" * 32, bytes(32))) == {
        "headBlockHash": "0x" + "01" * 32,
        "safeBlockHash": "0x" + "02" * 32,
        "finalizedBlockHash": "0x" + "00" * 32,
    }


def test_attributes_to_json__l1__no_op_stack_fields() -> None:
    assert attributes_to_json(L1_ATTRIBUTES) == {
        "timestamp": "0x10",
        "prevRandao": "0x" + "01" * 32,
        "suggestedFeeRecipient": "0x" + "02" * 20,
        "withdrawals": [],
        "parentBeaconBlockRoot": "0x" + "03" * 32,
    }


def test_attributes_to_json__l2__op_stack_fields_zeros_included() -> None:
    attributes = replace(
        L1_ATTRIBUTES,
        transactions=(b"\x7e", b"\x02\xff"),
        no_tx_pool=False,
        gas_limit=60_000_000,
        eip_1559_params=bytes(8),
        min_base_fee=0,
    )
    body = attributes_to_json(attributes)
    assert {key: body[key] for key in body.keys() - attributes_to_json(L1_ATTRIBUTES).keys()} == {
        "transactions": ["0x7e", "0x02ff"],
        "noTxPool": False,
        "gasLimit": "0x3938700",
        "eip1559Params": "0x0000000000000000",
        "minBaseFee": 0,
    }


def test_payload_to_json__quantities__without_leading_zeros() -> None:
    body = payload_to_json(payload("a", number=0))
    assert (body["blockNumber"], body["gasUsed"], body["excessBlobGas"]) == ("0x0", "0x0", "0xf")
    assert body["baseFeePerGas"] == "0xde0b6b3a7640000"
    assert (body["extraData"], body["withdrawals"]) == ("0x0100", [])


def test_payload_from_json__every_field__round_trip() -> None:
    for original in (payload("a"), replace(payload("a"), withdrawals_root=None, transactions=())):
        assert payload_from_json(payload_to_json(original)) == original


def test_payload_to_json__l1__no_withdrawals_root() -> None:
    assert "withdrawalsRoot" not in payload_to_json(replace(payload("a"), withdrawals_root=None))
    assert "withdrawalsRoot" in payload_to_json(payload("a"))


EARLY = {
    "Holocene": replace(payload("a"), withdrawals_root=None),
    "Canyon": replace(payload("a"), withdrawals_root=None, blob_gas_used=None, excess_blob_gas=None),
    "Bedrock": replace(
        payload("a"), withdrawals_root=None, blob_gas_used=None, excess_blob_gas=None, has_withdrawals=False
    ),
}


@pytest.mark.parametrize(
    ("fork", "left_out"),
    [
        ("Holocene", {"withdrawalsRoot"}),
        ("Canyon", {"withdrawalsRoot", "blobGasUsed", "excessBlobGas"}),
        ("Bedrock", {"withdrawalsRoot", "blobGasUsed", "excessBlobGas", "withdrawals"}),
    ],
)
def test_payload_to_json__block_of_an_early_fork__later_fields_are_left_out(
    fork: str, left_out: set[str]
) -> None:
    body = payload_to_json(EARLY[fork])
    assert payload_to_json(payload("a")).keys() - body.keys() == left_out
    assert payload_from_json(body) == EARLY[fork]


def test_attributes_to_json__early_fork__neither_withdrawals_nor_beacon_root() -> None:
    bedrock = replace(L1_ATTRIBUTES, has_withdrawals=False, parent_beacon_root=None)
    left_out = attributes_to_json(L1_ATTRIBUTES).keys() - attributes_to_json(bedrock).keys()
    assert left_out == {"withdrawals", "parentBeaconBlockRoot"}


def test_payload_from_json__withdrawals__value_error() -> None:
    body = payload_to_json(payload("a"))
    with pytest.raises(ValueError, match="1 withdrawals, where none are ever made"):
        payload_from_json(body | {"withdrawals": [{"index": "0x0"}]})


@pytest.mark.parametrize("field", ["blockHash", "transactions", "baseFeePerGas"])
def test_payload_from_json__field_missing__key_error(field: str) -> None:
    body = payload_to_json(payload("a"))
    del body[field]
    with pytest.raises(KeyError, match=field):
        payload_from_json(body)


def test_payload_from_json__hex_without_prefix__value_error() -> None:
    with pytest.raises(ValueError, match="0x-prefixed"):
        payload_from_json(payload_to_json(payload("a")) | {"stateRoot": "03" * 32})


def test_envelope_from_json__l1_reply__callers_beacon_root_and_hashes_of_the_blobs() -> None:
    commitment, blob = b"\x0c" * 48, b"\x0d" * 131_072
    reply = {
        "executionPayload": payload_to_json(payload("a")),
        "blobsBundle": {"commitments": [to_hex(commitment)], "blobs": [to_hex(blob)], "proofs": []},
        "executionRequests": ["0x0001"],
    }
    read = envelope_from_json(reply, b"\x0e" * 32)
    assert read.parent_beacon_root == b"\x0e" * 32
    assert read.versioned_hashes == (b"\x01" + sha256(commitment).digest()[1:],)
    assert [item.data for item in read.blobs] == [blob]
    assert read.execution_requests == (b"\x00\x01",)


def test_envelope_from_json__l2_reply__its_own_beacon_root() -> None:
    reply = {
        "executionPayload": payload_to_json(payload("a")),
        "parentBeaconBlockRoot": "0x" + "0f" * 32,
        "executionRequests": None,
    }
    read = envelope_from_json(reply, bytes(32))
    assert (read.parent_beacon_root, read.blobs, read.execution_requests) == (b"\x0f" * 32, (), ())


def test_envelope_from_journal__through_text__all_but_the_blobs() -> None:
    original = envelope("a")
    text = orjson.dumps(envelope_to_json(original))
    assert envelope_from_journal(orjson.loads(text)) == replace(original, blobs=())


def test_envelope_from_journal__block_of_an_early_fork__neither_root_nor_requests() -> None:
    original = replace(envelope("a"), blobs=(), parent_beacon_root=None, execution_requests=None)
    assert envelope_from_journal(orjson.loads(orjson.dumps(envelope_to_json(original)))) == original


def test_posted_envelope__through_json__requests_as_the_fork_has_them() -> None:
    isthmus = replace(envelope("a"), blobs=(), versioned_hashes=(), execution_requests=())
    early = replace(isthmus, payload=EARLY["Canyon"], parent_beacon_root=None, execution_requests=None)
    for original in (isthmus, early):
        assert posted_envelope_from_json(posted_envelope_to_json(original)) == original
    assert posted_envelope_to_json(early).keys() == {"executionPayload"}
