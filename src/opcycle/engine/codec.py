"""Engine API JSON to and from the payload types of `opcycle.protocol.payload`."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from opcycle.protocol.payload import (
    Blob,
    ExecutionEnvelope,
    ExecutionPayload,
    ForkchoiceState,
    PayloadAttributes,
)
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex, to_quantity

S = TypeVar("S")
T = TypeVar("T")


def forkchoice_to_json(state: ForkchoiceState) -> dict[str, str]:
    return {
        "headBlockHash": to_hex(state.head),
        "safeBlockHash": to_hex(state.safe),
        "finalizedBlockHash": to_hex(state.finalized),
    }


def attributes_to_json(attributes: PayloadAttributes) -> dict[str, Any]:
    """PayloadAttributesV1 to V3, with the OP Stack's fields where they are set."""
    body: dict[str, Any] = {
        "timestamp": to_quantity(attributes.timestamp),
        "prevRandao": to_hex(attributes.prev_randao),
        "suggestedFeeRecipient": to_hex(attributes.fee_recipient),
    }
    if attributes.has_withdrawals:
        body["withdrawals"] = []
    if attributes.parent_beacon_root is not None:
        body["parentBeaconBlockRoot"] = to_hex(attributes.parent_beacon_root)
    if attributes.transactions is not None:
        body["transactions"] = [to_hex(tx) for tx in attributes.transactions]
    if attributes.no_tx_pool is not None:
        body["noTxPool"] = attributes.no_tx_pool
    if attributes.gas_limit is not None:
        body["gasLimit"] = to_quantity(attributes.gas_limit)
    if attributes.eip_1559_params is not None:
        body["eip1559Params"] = to_hex(attributes.eip_1559_params)
    if attributes.min_base_fee is not None:
        body["minBaseFee"] = attributes.min_base_fee
    return body


def payload_to_json(payload: ExecutionPayload) -> dict[str, Any]:
    """ExecutionPayloadV1 to V3, or V4 with the OP Stack's `withdrawalsRoot`."""
    body: dict[str, Any] = {
        "parentHash": to_hex(payload.parent_hash),
        "feeRecipient": to_hex(payload.fee_recipient),
        "stateRoot": to_hex(payload.state_root),
        "receiptsRoot": to_hex(payload.receipts_root),
        "logsBloom": to_hex(payload.logs_bloom),
        "prevRandao": to_hex(payload.prev_randao),
        "blockNumber": to_quantity(payload.number),
        "gasLimit": to_quantity(payload.gas_limit),
        "gasUsed": to_quantity(payload.gas_used),
        "timestamp": to_quantity(payload.timestamp),
        "extraData": to_hex(payload.extra_data),
        "baseFeePerGas": to_quantity(payload.base_fee),
        "blockHash": to_hex(payload.block_hash),
        "transactions": [to_hex(tx) for tx in payload.transactions],
    }
    if payload.has_withdrawals:
        body["withdrawals"] = []
    if payload.blob_gas_used is not None and payload.excess_blob_gas is not None:
        body["blobGasUsed"] = to_quantity(payload.blob_gas_used)
        body["excessBlobGas"] = to_quantity(payload.excess_blob_gas)
    if payload.withdrawals_root is not None:
        body["withdrawalsRoot"] = to_hex(payload.withdrawals_root)
    return body


def payload_from_json(body: dict[str, Any]) -> ExecutionPayload:
    """Raises KeyError or ValueError naming what is missing or malformed."""
    withdrawals = body.get("withdrawals")
    if withdrawals:
        raise ValueError(f"{len(withdrawals)} withdrawals, where none are ever made")
    return ExecutionPayload(
        parent_hash=from_hex(body["parentHash"]),
        fee_recipient=from_hex(body["feeRecipient"]),
        state_root=from_hex(body["stateRoot"]),
        receipts_root=from_hex(body["receiptsRoot"]),
        logs_bloom=from_hex(body["logsBloom"]),
        prev_randao=from_hex(body["prevRandao"]),
        number=from_quantity(body["blockNumber"]),
        gas_limit=from_quantity(body["gasLimit"]),
        gas_used=from_quantity(body["gasUsed"]),
        timestamp=from_quantity(body["timestamp"]),
        extra_data=from_hex(body["extraData"]),
        base_fee=from_quantity(body["baseFeePerGas"]),
        block_hash=from_hex(body["blockHash"]),
        transactions=tuple(from_hex(tx) for tx in body["transactions"]),
        blob_gas_used=_optional(from_quantity, body.get("blobGasUsed")),
        excess_blob_gas=_optional(from_quantity, body.get("excessBlobGas")),
        withdrawals_root=_optional(from_hex, body.get("withdrawalsRoot")),
        has_withdrawals=withdrawals is not None,
    )


def envelope_from_json(
    body: dict[str, Any], parent_beacon_root: bytes | None, *, has_requests: bool = True
) -> ExecutionEnvelope:
    """The reply of `engine_getPayload` or `testing_buildBlockV1`; `has_requests` from Prague (Isthmus) on.

    op-geth states `parentBeaconBlockRoot` for an L2 block and leaves it out for an L1 block, whose root the
    caller chose: `parent_beacon_root`.
    """
    bundle = body.get("blobsBundle") or {"commitments": [], "blobs": []}
    pairs = zip(bundle["commitments"], bundle["blobs"], strict=True)
    blobs = tuple(Blob(from_hex(commitment), from_hex(data)) for commitment, data in pairs)
    stated = body.get("parentBeaconBlockRoot")
    return ExecutionEnvelope(
        payload=payload_from_json(body["executionPayload"]),
        parent_beacon_root=parent_beacon_root if stated is None else from_hex(stated),
        execution_requests=_many_from_hex(body.get("executionRequests") or ()) if has_requests else None,
        blobs=blobs,
        versioned_hashes=tuple(blob.versioned_hash for blob in blobs),
    )


def posted_envelope_from_json(body: dict[str, Any]) -> ExecutionEnvelope:
    """What `admin_postUnsafePayload` takes: `executionPayload` and, from Ecotone on, `parentBeaconBlockRoot`.

    Raises KeyError or ValueError naming what is missing or malformed. Source: op-node
    `op-service/eth/types.go` (`ExecutionPayloadEnvelope`).
    """
    payload = payload_from_json(body["executionPayload"])
    return ExecutionEnvelope(
        payload,
        parent_beacon_root=_optional(from_hex, body.get("parentBeaconBlockRoot")),
        execution_requests=None if payload.withdrawals_root is None else (),
    )


def posted_envelope_to_json(envelope: ExecutionEnvelope) -> dict[str, Any]:
    """The inverse of `posted_envelope_from_json`."""
    body: dict[str, Any] = {"executionPayload": payload_to_json(envelope.payload)}
    if envelope.parent_beacon_root is not None:
        body["parentBeaconBlockRoot"] = to_hex(envelope.parent_beacon_root)
    return body


def envelope_to_json(envelope: ExecutionEnvelope) -> dict[str, Any]:
    """What a journal keeps of an envelope: all but the blobs themselves."""
    return {
        "executionPayload": payload_to_json(envelope.payload),
        "parentBeaconBlockRoot": _optional(to_hex, envelope.parent_beacon_root),
        "executionRequests": _optional(_many_to_hex, envelope.execution_requests),
        "versionedHashes": [to_hex(item) for item in envelope.versioned_hashes],
    }


def envelope_from_journal(body: dict[str, Any]) -> ExecutionEnvelope:
    """The inverse of `envelope_to_json`."""
    return ExecutionEnvelope(
        payload=payload_from_json(body["executionPayload"]),
        parent_beacon_root=_optional(from_hex, body["parentBeaconBlockRoot"]),
        execution_requests=_optional(_many_from_hex, body["executionRequests"]),
        versioned_hashes=tuple(from_hex(item) for item in body["versionedHashes"]),
    )


def _optional(convert: Callable[[S], T], value: S | None) -> T | None:
    return None if value is None else convert(value)


def _many_to_hex(items: Sequence[bytes]) -> list[str]:
    return [to_hex(item) for item in items]


def _many_from_hex(items: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(from_hex(item) for item in items)
