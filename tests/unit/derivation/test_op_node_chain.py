"""A chain that the real programs made: op-node 1.18.1 and op-batcher (zlib, singular batches) on op-geth.

`data/op_node_chain.json.gz` has what a verifier reads of L1, the blocks that op-node's verifier built from
it, and its safe-head database (L1 block, safe L2 block). On that L1: deposits, config updates, junk from
strangers and from the batcher's own key, and a batcher that stops, so that the window of 20 blocks passes.
"""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from opcycle.derivation.chain_spec import first_l1_number
from opcycle.derivation.pipeline import DerivationPipeline, NeedL1Block
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.l1_chain import local_l1
from opcycle.protocol.l2_block import decode_l2_block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block, L1Header, L1Transaction, Log


def unhex(fields, *names):
    return {key: bytes.fromhex(value) if key in names else value for key, value in fields.items()}


def l1_block(item):
    header = L1Header(**unhex(item["header"], "hash", "parent_hash", "mix_hash", "parent_beacon_root"))
    logs = (
        Log(**unhex(log, "address", "data") | {"topics": tuple(map(bytes.fromhex, log["topics"]))})
        for log in item["logs"]
    )
    transactions = (L1Transaction(**unhex(tx, "hash", "to", "sender", "data")) for tx in item["transactions"])
    return L1Block(header, tuple(transactions), tuple(logs))


class Recording:
    def __init__(self, path):
        recorded = json.loads(gzip.decompress(path.read_bytes()))
        self.config = RollupConfig.from_json(recorded["rollup"])
        self.l1 = {block.header.number: block for block in map(l1_block, recorded["l1"])}
        self.l2 = [decode_l2_block(bytes.fromhex(raw), self.config) for raw in recorded["l2"]]
        self.safe_heads = dict(recorded["safe_heads"])

    def derive_after(self, number):
        """All attributes after L2 block `number`, and the verdicts; op-node's blocks are the safe heads."""
        safe_head = self.l2[number].ref
        start = first_l1_number(self.config, safe_head)
        of_that_epoch = next(block for block in self.l2 if block.ref.l1_origin.number == start)
        pipeline = DerivationPipeline(self.config, local_l1())
        pipeline.reset(
            origin_block=self.l1[start], system_config=of_that_epoch.system_config, safe_head=safe_head
        )
        derived = []
        while True:
            head = self.l2[number + len(derived)]
            answer = pipeline.next(head.ref, head.system_config)
            if not isinstance(answer, NeedL1Block):
                derived.append(answer)
            elif answer.number in self.l1:
                pipeline.push(self.l1[answer.number])
            else:
                return derived, pipeline.take_verdicts()


@pytest.fixture(scope="module")
def recording():
    return Recording(Path(__file__).parent / "data" / "op_node_chain.json.gz")


@pytest.fixture(scope="module")
def replayed(recording):
    return recording.derive_after(0)


def test_replay__every_block__is_the_one_that_op_node_built(recording, replayed):
    derived, _ = replayed
    assert len(derived) == len(recording.l2) - 1 == 167
    for found, block in zip(derived, recording.l2[1:], strict=True):
        assert found.attributes.transactions == block.transactions
        assert found.attributes.timestamp == block.ref.timestamp
        assert found.attributes.gas_limit == block.gas_limit
        assert found.attributes.min_base_fee.to_bytes(8, "big") == block.extra_data[9:]
        assert (found.l1_origin, found.sequence_number) == (block.ref.l1_origin, block.ref.sequence_number)


def test_replay__safe_head_after_each_l1_block__is_op_nodes(recording, replayed):
    derived, _ = replayed
    safe_heads = {found.derived_from.number: found.parent.number + 1 for found in derived}
    assert safe_heads == {l1: l2 for l1, l2 in recording.safe_heads.items() if l2 > 0}


def test_replay__verdicts__count_what_was_sent(replayed):
    _, verdicts = replayed
    dropped = Counter(v.reason for v in verdicts if v.decision is Decision.DROP)
    assert dropped == {
        Reason.OTHER_SENDER: 12,
        Reason.ALT_DA_COMMITMENT: 1,
        Reason.UNKNOWN_VERSION: 1,
        Reason.MALFORMED_FRAMES: 1,
        Reason.FRAME_OF_OTHER_CHANNEL: 1,
        Reason.FRAME_AFTER_LAST: 1,
        Reason.CHANNEL_ABANDONED: 2,
        Reason.UNKNOWN_COMPRESSION: 1,
        Reason.NO_BATCHES: 1,
        Reason.MALFORMED_BATCH: 1,
    }
    assert Counter(v.reason for v in verdicts)[Reason.FORCED_EMPTY] == 54


@pytest.mark.parametrize("number", [1, 40, 85, 112, 113, 130, 166])
def test_replay__restarted_at_any_safe_head__goes_on_the_same(recording, replayed, number):
    assert recording.derive_after(number)[0] == replayed[0][number:]
