"""A case as JSON: what L1 held, what was derived from it, and why; named as in Ethereum's JSON-RPC."""

from dataclasses import dataclass, replace
from typing import Any

from tests.peers.differential.comparison import SafeHeadAt
from tests.peers.differential.rig import Rig

from opcycle.derivation.attributes import DerivedAttributes
from opcycle.derivation.pipeline import DerivationPipeline, NeedL1Block
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.derivation.verdicts import BatchId, ChannelId, FrameId, TransactionId, Verdict
from opcycle.engine.codec import attributes_to_json
from opcycle.protocol.l1_chain import local_l1
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.sync_status import block_id_to_json, l2_ref_to_json
from opcycle.protocol.types import L1Block
from opcycle.rpc.hexjson import to_hex, to_quantity


@dataclass(frozen=True)
class Recording:
    """What a case has done: to L1 up to block `last`, starting on `start`."""

    name: str
    description: str
    start: L2Block
    last: int


def chain_json(rig: Rig) -> dict[str, Any]:
    """What all cases share."""
    return {"rollup": rig.config.to_json(), "l1ChainConfig": local_l1().to_geth_json()}


def case_json(rig: Rig, case: Recording, op_node: SafeHeadAt) -> dict[str, Any]:
    """`op_node` gives its safe heads."""
    first = case.start.ref.l1_origin.number
    blocks = {number: _with_blobs(rig, number) for number in range(first, case.last + 1)}
    derived, verdicts = _derive(rig, case, blocks)
    safe_heads = [
        found for number in blocks if (found := op_node(number)) and found.l1_block.number == number
    ]
    return {
        "description": case.description,
        "safeHead": l2_ref_to_json(case.start.ref),
        "systemConfig": case.start.system_config.to_json(),
        "l1Blocks": [_l1_json(block) for block in blocks.values()],
        "derived": derived,
        "safeHeads": [
            {"l1Block": block_id_to_json(found.l1_block), "safeHead": block_id_to_json(found.safe_head)}
            for found in safe_heads
        ],
        "verdicts": [verdict_json(verdict) for verdict in verdicts],
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    match verdict.identity:
        case TransactionId(hash=tx, blob=blob):
            subject: dict[str, Any] = {"transaction": to_hex(tx)}
            subject |= {} if blob is None else {"blob": blob}
        case FrameId(channel_id=channel, number=number):
            subject = {"channel": to_hex(channel), "frame": number}
        case ChannelId(channel_id=channel):
            subject = {"channel": to_hex(channel)}
        case BatchId(channel_id=channel, index=index, timestamp=timestamp, block=block):
            subject = {"batch": index, "channel": None if channel is None else to_hex(channel)}
            subject |= {"timestamp": timestamp} | ({} if block is None else {"block": block})
    return {
        "l1Block": verdict.inclusion.number,
        **subject,
        "decision": str(verdict.decision),
        "reason": verdict.reason.name,
    }


def _derive(
    rig: Rig, case: Recording, blocks: dict[int, L1Block]
) -> tuple[list[dict[str, Any]], list[Verdict]]:
    """Our pipeline's attributes, and the block that both engines have; it says which were rejected."""
    pipeline = DerivationPipeline(rig.config, local_l1())
    tip = case.start
    origin = blocks[tip.ref.l1_origin.number]
    pipeline.reset(origin_block=origin, system_config=tip.system_config, safe_head=tip.ref)
    derived: list[dict[str, Any]] = []
    while True:
        match pipeline.next(tip.ref, tip.system_config):
            case NeedL1Block(number):
                if number not in blocks:
                    return derived, pipeline.take_verdicts()
                pipeline.push(blocks[number])
            case NeedL2Block(number):
                assert number > case.start.ref.number, "a reader has only the blocks of the case"
                pipeline.push_l2(rig.ours.client.block(number))
            case DerivedAttributes() as found:
                tip = rig.ours.client.block(tip.ref.number + 1)
                is_rejected = tip.transactions != found.attributes.transactions
                derived.append(_derived_json(found, None if is_rejected else tip))
                if is_rejected:
                    derived.append(_derived_json(pipeline.invalidate(found), tip))


def _derived_json(derived: DerivedAttributes, block: L2Block | None) -> dict[str, Any]:
    return {
        "l1Block": derived.derived_from.number,
        "attributes": attributes_to_json(derived.attributes),
        "block": None if block is None else l2_ref_to_json(block.ref),
    }


def _with_blobs(rig: Rig, number: int) -> L1Block:
    block = rig.l1_block(number)
    hashes = [item for tx in block.transactions for item in tx.blob_hashes]
    return replace(block, blobs={item: rig.l1.blob(item) for item in hashes})


def _l1_json(block: L1Block) -> dict[str, Any]:
    header = block.header
    assert header.parent_beacon_root is not None
    assert header.excess_blob_gas is not None
    return {
        "hash": to_hex(header.hash),
        "number": to_quantity(header.number),
        "parentHash": to_hex(header.parent_hash),
        "timestamp": to_quantity(header.timestamp),
        "baseFeePerGas": to_quantity(header.base_fee),
        "mixHash": to_hex(header.mix_hash),
        "parentBeaconBlockRoot": to_hex(header.parent_beacon_root),
        "excessBlobGas": to_quantity(header.excess_blob_gas),
        "transactions": [
            {
                "hash": to_hex(tx.hash),
                "type": to_quantity(tx.kind),
                "from": to_hex(tx.sender),
                "to": None if tx.to is None else to_hex(tx.to),
                "input": to_hex(tx.data),
                "blobVersionedHashes": [to_hex(item) for item in tx.blob_hashes],
            }
            for tx in block.transactions
        ],
        "logs": [
            {
                "address": to_hex(log.address),
                "topics": [to_hex(topic) for topic in log.topics],
                "data": to_hex(log.data),
                "logIndex": to_quantity(log.index),
            }
            for log in block.logs
        ],
        "blobs": {to_hex(item): to_hex(data.rstrip(b"\0")) for item, data in block.blobs.items()},
    }
