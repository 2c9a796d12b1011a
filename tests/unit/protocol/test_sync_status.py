"""`optimism_syncStatus` in the form that op-node gives it."""

import copy

import pytest

from opcycle.protocol.sync_status import (
    UNKNOWN_L1,
    SyncStatus,
    block_id_from_json,
    block_id_to_json,
    l1_ref_from_json,
    l1_ref_to_json,
    l2_ref_from_json,
    l2_ref_to_json,
)
from opcycle.protocol.types import BlockId, L1BlockRef, L2BlockRef


def l1_ref(number: int) -> L1BlockRef:
    return L1BlockRef(bytes([number]) * 32, number, bytes([number - 1]) * 32, 1_696_000_000 + 12 * number)


def l2_ref(number: int) -> L2BlockRef:
    origin = BlockId(bytes([number // 6]) * 32, number // 6)
    return L2BlockRef(
        bytes([number]) * 32, number, bytes([number - 1]) * 32, 1_696_000_000 + 2 * number, origin, number % 6
    )


STATUS = SyncStatus(
    current_l1=l1_ref(18),
    head_l1=l1_ref(20),
    safe_l1=l1_ref(16),
    finalized_l1=l1_ref(10),
    unsafe_l2=l2_ref(117),
    safe_l2=l2_ref(99),
    finalized_l2=l2_ref(57),
)


def json_l1(number: int) -> dict:
    return {
        "hash": "0x" + f"{number:02x}" * 32,
        "number": number,
        "parentHash": "0x" + f"{number - 1:02x}" * 32,
        "timestamp": 1_696_000_000 + 12 * number,
    }


def json_l2(number: int) -> dict:
    return {
        "hash": "0x" + f"{number:02x}" * 32,
        "number": number,
        "parentHash": "0x" + f"{number - 1:02x}" * 32,
        "timestamp": 1_696_000_000 + 2 * number,
        "l1origin": {"hash": "0x" + f"{number // 6:02x}" * 32, "number": number // 6},
        "sequenceNumber": number % 6,
    }


JSON = {
    "current_l1": json_l1(18),
    "current_l1_finalized": json_l1(10),
    "head_l1": json_l1(20),
    "safe_l1": json_l1(16),
    "finalized_l1": json_l1(10),
    "unsafe_l2": json_l2(117),
    "safe_l2": json_l2(99),
    "finalized_l2": json_l2(57),
    "pending_safe_l2": json_l2(99),
    "cross_unsafe_l2": json_l2(117),
    "local_safe_l2": json_l2(99),
}
NEEDED = ("current_l1", "head_l1", "safe_l1", "finalized_l1", "unsafe_l2", "safe_l2", "finalized_l2")


def test_to_json__status__op_nodes_names_with_numbers_as_numbers() -> None:
    assert STATUS.to_json() == JSON


def test_from_json__op_nodes_answer__status() -> None:
    assert SyncStatus.from_json(JSON) == STATUS


def test_from_json__keys_of_other_versions__do_not_matter() -> None:
    assert SyncStatus.from_json({key: JSON[key] for key in NEEDED}) == STATUS
    assert (
        SyncStatus.from_json({**JSON, "queued_unsafe_l2": json_l2(118), "engine_sync_target": {}}) == STATUS
    )


@pytest.mark.parametrize("key", NEEDED)
def test_from_json__head_missing__key_error_names_it(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        SyncStatus.from_json({name: ref for name, ref in JSON.items() if name != key})


@pytest.mark.parametrize(
    ("head", "key"), [("safe_l2", key) for key in json_l2(1)] + [("head_l1", k) for k in json_l1(1)]
)
def test_from_json__part_of_a_head_missing__key_error_names_it(head: str, key: str) -> None:
    data = copy.deepcopy(JSON)
    del data[head][key]
    with pytest.raises(KeyError, match=key):
        SyncStatus.from_json(data)


@pytest.mark.parametrize("hash_", ["0x1234", "0x" + "zz" * 32, "", "0x" + "00" * 33])
def test_from_json__malformed_hash__value_error(hash_: str) -> None:
    data = copy.deepcopy(JSON)
    data["safe_l2"]["hash"] = hash_
    with pytest.raises(ValueError, match=r"32 bytes|non-hexadecimal"):
        SyncStatus.from_json(data)


def test_unknown_l1__as_op_node_reports_a_block_that_it_has_not_seen() -> None:
    zero = "0x" + "00" * 32
    assert l1_ref_to_json(UNKNOWN_L1) == {"hash": zero, "number": 0, "parentHash": zero, "timestamp": 0}


def test_refs__there_and_back__unchanged() -> None:
    assert block_id_from_json(block_id_to_json(STATUS.safe_l2.id)) == STATUS.safe_l2.id
    assert l1_ref_from_json(l1_ref_to_json(STATUS.head_l1)) == STATUS.head_l1
    assert l2_ref_from_json(l2_ref_to_json(STATUS.safe_l2)) == STATUS.safe_l2
