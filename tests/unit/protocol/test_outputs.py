"""Output roots, and what a node says about one block's output."""

import copy

import pytest
from tests.vectors.read import unhex, vector

from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import UNKNOWN_L1, SyncStatus
from opcycle.protocol.types import BlockId, L2BlockRef

CASES = vector("output_roots.json")
BLOCK = L2BlockRef(
    unhex(CASES[1]["block_hash"]), 12, b"\x0b" * 32, 1_700_000_024, BlockId(b"\x01" * 32, 5), 2
)
STATUS = SyncStatus(UNKNOWN_L1, UNKNOWN_L1, UNKNOWN_L1, UNKNOWN_L1, BLOCK, BLOCK, BLOCK)


def proof(case):
    return OutputRootProof(
        version=bytes(32),
        state_root=unhex(case["state_root"]),
        message_passer_storage_root=unhex(case["message_passer_storage_root"]),
        latest_block_hash=unhex(case["block_hash"]),
    )


OUTPUT = OutputAtBlock(BLOCK, proof(CASES[1]), STATUS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["source"])
def test_root__of_known_parts__as_others_compute_it(case):
    assert proof(case).root == unhex(case["expected"])


@pytest.mark.parametrize(
    "case", vector("withdrawals.json")["withdrawals"][:2], ids=lambda c: c["withdrawal_hash"]
)
def test_root__of_outputs_on_op_mainnet__as_their_withdrawals_were_proven(case):
    parts = case["output_root_proof"]
    found = OutputRootProof(
        version=unhex(parts["version"]),
        state_root=unhex(parts["state_root"]),
        message_passer_storage_root=unhex(parts["message_passer_storage_root"]),
        latest_block_hash=unhex(parts["latest_block_hash"]),
    )
    assert found.root == unhex(case["output_root_computed"])


def test_to_json__output__has_op_nodes_keys_and_comes_back():
    data = OUTPUT.to_json()
    assert list(data) == [
        "version",
        "outputRoot",
        "blockRef",
        "withdrawalStorageRoot",
        "stateRoot",
        "syncStatus",
    ]
    assert data["outputRoot"] == CASES[1]["expected"]
    assert OutputAtBlock.from_json(data) == OUTPUT


@pytest.mark.parametrize("key", ["outputRoot", "stateRoot", "withdrawalStorageRoot", "version"])
def test_from_json__parts_that_do_not_give_the_stated_root__are_refused(key):
    data = OUTPUT.to_json() | {key: "0x" + "22" * 32}
    with pytest.raises(ValueError, match=r"states output root 0x.*its parts give 0x"):
        OutputAtBlock.from_json(data)


@pytest.mark.parametrize("key", OUTPUT.to_json())
def test_from_json__a_part_is_missing__key_error_names_it(key):
    data = copy.deepcopy(OUTPUT.to_json())
    del data[key]
    with pytest.raises(KeyError, match=key):
        OutputAtBlock.from_json(data)


@pytest.mark.parametrize("key", ["outputRoot", "stateRoot", "withdrawalStorageRoot", "version"])
def test_from_json__a_hash_of_another_size__is_refused(key):
    with pytest.raises(ValueError, match="expected 32 bytes, got 1"):
        OutputAtBlock.from_json(OUTPUT.to_json() | {key: "0x22"})


def test_safe_head__as_json__two_blocks_and_back():
    found = SafeHead(BlockId(b"\x01" * 32, 5), BlockId(b"\x02" * 32, 12))
    assert found.to_json() == {
        "l1Block": {"hash": "0x" + "01" * 32, "number": 5},
        "safeHead": {"hash": "0x" + "02" * 32, "number": 12},
    }
    assert SafeHead.from_json(found.to_json()) == found
    with pytest.raises(KeyError, match="safeHead"):
        SafeHead.from_json({"l1Block": found.to_json()["l1Block"]})
