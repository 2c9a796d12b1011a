"""Every derivation vector replayed: from the L1 blocks in the file to the attributes and verdicts in it.

The reader here shares nothing with the recorder, and reads only what the README of the vectors promises.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from opcycle.derivation.attributes import DerivedAttributes
from opcycle.derivation.pipeline import DerivationPipeline, NeedL1Block
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.engine.codec import attributes_to_json
from opcycle.protocol.blobs import BLOB_SIZE
from opcycle.protocol.deposits import DepositTransaction
from opcycle.protocol.l1_chain import local_l1
from opcycle.protocol.l1_info import L1Info
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.system_config import system_config_from_l2
from opcycle.protocol.types import BlockId, L1Block, L1Header, L1Transaction, L2BlockRef, Log

VECTORS = Path(__file__).parents[2] / "vectors" / "derivation"
CHAIN = json.loads((VECTORS / "chain.json").read_text())
CASES = {
    file.stem: json.loads(file.read_text()) for file in sorted(VECTORS.glob("*.json")) if file.stem != "chain"
}
CONFIG = RollupConfig.from_json(CHAIN["rollup"])


def raw(text):
    return bytes.fromhex(text[2:])


def quantity(text):
    return int(text, 16)


def l1_block(item):
    header = L1Header(
        hash=raw(item["hash"]),
        number=quantity(item["number"]),
        parent_hash=raw(item["parentHash"]),
        timestamp=quantity(item["timestamp"]),
        base_fee=quantity(item["baseFeePerGas"]),
        mix_hash=raw(item["mixHash"]),
        parent_beacon_root=raw(item["parentBeaconBlockRoot"]),
        excess_blob_gas=quantity(item["excessBlobGas"]),
    )
    transactions = (
        L1Transaction(
            hash=raw(tx["hash"]),
            kind=quantity(tx["type"]),
            to=raw(tx["to"]),
            sender=raw(tx["from"]),
            data=raw(tx["input"]),
            blob_hashes=tuple(map(raw, tx["blobVersionedHashes"])),
        )
        for tx in item["transactions"]
    )
    logs = (
        Log(raw(log["address"]), tuple(map(raw, log["topics"])), raw(log["data"]), quantity(log["logIndex"]))
        for log in item["logs"]
    )
    blobs = {raw(name): raw(data).ljust(BLOB_SIZE, b"\0") for name, data in item["blobs"].items()}
    return L1Block(header, tuple(transactions), tuple(logs), blobs)


def l2_ref(item):
    origin = BlockId(raw(item["l1origin"]["hash"]), item["l1origin"]["number"])
    return L2BlockRef(
        raw(item["hash"]),
        item["number"],
        raw(item["parentHash"]),
        item["timestamp"],
        origin,
        item["sequenceNumber"],
    )


def l2_block(ref, attributes):
    """What the attributes make, as far as derivation looks at it; `ref` is the vector's."""
    gas_limit, transactions = attributes.gas_limit, attributes.transactions
    params = attributes.eip_1559_params
    if not any(params):  # the chain's own
        params = CONFIG.fee_curve.denominator_canyon.to_bytes(
            4, "big"
        ) + CONFIG.fee_curve.elasticity.to_bytes(4, "big")
    extra = b"\x01" + params + attributes.min_base_fee.to_bytes(8, "big")
    info = L1Info.decode(DepositTransaction.decode(transactions[0]).data)
    config = system_config_from_l2(info, gas_limit=gas_limit, extra_data=extra)
    return L2Block(ref, bytes(32), bytes(32), gas_limit, extra, 0, transactions, config)


class Replay:
    """One case from its start to its end."""

    def __init__(self, case):
        self.l1 = {block.header.number: block for block in map(l1_block, case["l1Blocks"])}
        self.made = {}
        self.derived, self.safe_heads = [], {}
        start = l2_ref(case["safeHead"])
        self._pipeline = DerivationPipeline(CONFIG, local_l1())
        self._run(start, SystemConfig.from_json(case["systemConfig"]), case["derived"])
        self.verdicts = self._pipeline.take_verdicts()

    def _run(self, ref, system_config, expected):
        origin = self.l1[ref.l1_origin.number]
        self._pipeline.reset(origin_block=origin, system_config=system_config, safe_head=ref)
        while True:
            match self._pipeline.next(ref, system_config):
                case NeedL1Block(number):
                    if number not in self.l1:
                        return
                    self._pipeline.push(self.l1[number])
                case NeedL2Block(number):
                    self._pipeline.push_l2(self.made[number])
                case DerivedAttributes() as found:
                    self.derived.append(found)
                    if expected[len(self.derived) - 1]["block"] is None:
                        found = self._pipeline.invalidate(found)
                        self.derived.append(found)
                    ref = l2_ref(expected[len(self.derived) - 1]["block"])
                    block = l2_block(ref, found.attributes)
                    self.made[ref.number], system_config = block, block.system_config
                    self.safe_heads[found.derived_from.number] = ref.id


@pytest.fixture(scope="module", params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture(scope="module")
def replay(case):
    return Replay(case)


def test_replay__attributes_are_those_of_the_vector(case, replay):
    assert len(replay.derived) == len(case["derived"])
    for found, expected in zip(replay.derived, case["derived"], strict=True):
        assert attributes_to_json(found.attributes) == expected["attributes"]
        assert found.derived_from.number == expected["l1Block"]
        if expected["block"] is not None:
            block = l2_ref(expected["block"])
            assert (found.parent.hash, found.l1_origin) == (block.parent_hash, block.l1_origin)
            assert found.sequence_number == block.sequence_number


def test_replay__safe_heads_are_op_nodes(case, replay):
    expected = {
        head["l1Block"]["number"]: BlockId(raw(head["safeHead"]["hash"]), head["safeHead"]["number"])
        for head in case["safeHeads"]
    }
    first = l2_ref(case["safeHead"])
    moved = {number: head for number, head in expected.items() if head.number > first.number}
    assert moved
    assert replay.safe_heads == moved


def test_replay__verdicts_are_those_of_the_vector(case, replay):
    found = [
        (verdict.inclusion.number, str(verdict.decision), verdict.reason.name) for verdict in replay.verdicts
    ]
    assert found == [(item["l1Block"], item["decision"], item["reason"]) for item in case["verdicts"]]


@pytest.mark.parametrize(
    ("name", "reason", "times"),
    [
        ("batches_that_are_wrong", "EPOCH_HASH_MISMATCH", 1),
        ("batches_that_are_wrong", "FUTURE_TIMESTAMP", 1),
        ("batches_that_are_wrong", "EPOCH_TOO_NEW", 1),
        ("batches_that_are_wrong", "DEPOSIT_IN_BATCH", 1),
        ("blobs", "MALFORMED_BLOB", 1),
        ("channel_timeout", "CHANNEL_TIMED_OUT", 1),
        ("frames_out_of_order", "CHANNEL_ABANDONED", 1),
        ("invalid_payload", "INVALID_PAYLOAD", 1),
        ("junk", "MALFORMED_FRAMES", 4),
        ("junk", "OTHER_SENDER", 1),
        ("junk", "UNKNOWN_COMPRESSION", 2),
        ("span_batches_that_are_wrong", "EPOCH_HASH_MISMATCH", 2),
        ("span_batches_that_are_wrong", "PARENT_MISMATCH", 1),
        ("wrong_parent", "PARENT_MISMATCH", 1),
    ],
)
def test_case__has_in_it_what_its_description_promises(name, reason, times):
    assert Counter(verdict["reason"] for verdict in CASES[name]["verdicts"])[reason] == times


def test_case__nobody_posts__empty_blocks_fill_the_epochs():
    def forced(name):
        """The blocks that derivation made by itself."""
        times = {
            verdict["timestamp"] for verdict in CASES[name]["verdicts"] if verdict["reason"] == "FORCED_EMPTY"
        }
        return [item["block"] for item in CASES[name]["derived"] if item["block"]["timestamp"] in times]

    assert max(block["sequenceNumber"] for block in forced("window_expiry")) >= 2
    assert {block["sequenceNumber"] for block in forced("epochs_without_batches")} == {0}
    assert min(len(forced(name)) for name in ("window_expiry", "epochs_without_batches")) >= 5
