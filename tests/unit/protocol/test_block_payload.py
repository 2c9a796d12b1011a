"""A real block of Unichain Sepolia as a payload, and the same block as earlier forks would write it."""

from dataclasses import replace

import pytest
import rlp
from tests.unit.protocol.test_l2_block import HEADER, PAYLOAD, RAW, TRANSACTIONS, encoded

from opcycle.protocol.block_payload import EMPTY_TRIE, block_hash_of, envelope_of_block
from opcycle.protocol.l2_block import BlockError
from opcycle.protocol.payload import ExecutionEnvelope

ENVELOPE = ExecutionEnvelope(PAYLOAD, parent_beacon_root=HEADER[19])
FIELDS = {"Bedrock": 16, "Canyon": 17, "Ecotone": 20, "Isthmus": 21}


def early(fields: int) -> bytes:
    """The block with as many header fields; the withdrawals root is that of an empty list before Isthmus."""
    header = HEADER[:fields]
    if fields in (17, 20):
        header[16] = EMPTY_TRIE
    return encoded(header)


def test_envelope_of_block__real_block__the_payload_that_the_engine_made() -> None:
    assert envelope_of_block(RAW) == ENVELOPE


def test_block_hash_of__real_block__its_hash() -> None:
    assert block_hash_of(ENVELOPE) == PAYLOAD.block_hash


@pytest.mark.parametrize(
    "changed",
    [
        {"gas_used": PAYLOAD.gas_used + 1},
        {"transactions": PAYLOAD.transactions[::-1]},
        {"extra_data": PAYLOAD.extra_data[:-1] + b"\xff"},
        {"withdrawals_root": b"\x01" * 32},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_block_hash_of__one_field_changed__another_hash(changed) -> None:
    assert block_hash_of(replace(ENVELOPE, payload=replace(PAYLOAD, **changed))) != PAYLOAD.block_hash


def test_block_hash_of__another_beacon_root__another_hash() -> None:
    assert block_hash_of(replace(ENVELOPE, parent_beacon_root=b"\x01" * 32)) != PAYLOAD.block_hash


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_envelope_of_block__block_of_each_fork__what_it_has_and_nothing_more(fields: int) -> None:
    found = envelope_of_block(early(fields))
    assert block_hash_of(found) == found.payload.block_hash
    assert found.payload.has_withdrawals == (fields >= 17)
    assert (found.payload.blob_gas_used is not None) == (fields >= 20)
    assert (found.parent_beacon_root is not None) == (fields >= 20)
    assert (found.payload.withdrawals_root is not None) == (fields == 21)
    assert found.execution_requests == (() if fields == 21 else None)


@pytest.mark.parametrize("fields", [15, 18, 19])
def test_envelope_of_block__header_of_no_fork__block_error(fields: int) -> None:
    with pytest.raises(BlockError, match=f"{fields} header fields"):
        envelope_of_block(encoded(HEADER[:fields]))


def test_envelope_of_block__other_bytes__block_error() -> None:
    for bad in (b"", RAW[:-1], rlp.encode([b"header", TRANSACTIONS])):
        with pytest.raises(BlockError):
            envelope_of_block(bad)
