"""The second stage: which L1 transactions count, and what they carry."""

from dataclasses import replace

import pytest
from eth_abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import (
    BATCHER,
    CONFIG,
    GENESIS_CONFIG,
    OTHER_BATCHER,
    STRANGER,
    block,
    new_batcher,
    pull,
    transaction,
)

from opcycle.derivation.calldata import APPEND_BATCH_SELECTOR, calldata_payload
from opcycle.derivation.l1_retrieval import (
    L1Retrieval,
    batcher_blobs,
)
from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.derivation.verdicts import Decision, Reason, TransactionId, VerdictLog
from opcycle.errors import CriticalError
from opcycle.protocol.rollup import Fork

PAYLOAD = b"\x00frames"
BLOB_HASHES = tuple(keccak(text=f"blob {n}") for n in range(3))


def retrieve(*payloads, config=CONFIG, **fields):
    """The data that block 1 gives, and the verdicts on the rest."""
    verdicts = VerdictLog()
    traversal = L1Traversal(config, block(0), GENESIS_CONFIG)
    traversal.push(block(1, payloads, **fields))
    traversal.advance()
    found = pull(L1Retrieval(config, traversal, verdicts))
    return found, verdicts.take()


def data_of(found):
    return [payload.data for payload in found]


def append_batch(payload):
    return APPEND_BATCH_SELECTOR + abi_encode(["bytes"], [payload])


def blob_of(payload):
    """Blob encoding of a payload that fits into the 27 bytes that the first field element has."""
    return (b"\0\0" + len(payload).to_bytes(3, "big") + payload).ljust(131_072, b"\0")


@pytest.mark.parametrize("kind", [0, 1, 2, 0x7E])
def test_next__calldata_of_each_type__is_a_payload(kind):
    tx = transaction(PAYLOAD, kind=kind)
    found, verdicts = retrieve(tx)
    assert (data_of(found), found[0].source, verdicts) == ([PAYLOAD], TransactionId(tx.hash), [])


def test_next__several_transactions__keeps_block_order():
    found, _ = retrieve(b"\x00first", b"\x00second", b"\x00third")
    assert data_of(found) == [b"\x00first", b"\x00second", b"\x00third"]


@pytest.mark.parametrize(
    ("tx", "reason"),
    [
        (transaction(PAYLOAD, kind=4), Reason.TRANSACTION_TYPE),
        (transaction(PAYLOAD, kind=5), Reason.TRANSACTION_TYPE),
        (transaction(PAYLOAD, to=STRANGER), Reason.OTHER_RECIPIENT),
        (transaction(PAYLOAD, to=None), Reason.OTHER_RECIPIENT),
        (transaction(PAYLOAD, sender=STRANGER), Reason.OTHER_SENDER),
        (transaction(b""), Reason.EMPTY_DATA),
        (transaction(b"\x01" + bytes(33)), Reason.ALT_DA_COMMITMENT),
        (transaction(b"\x02frames"), Reason.UNKNOWN_VERSION),
        (transaction(b"\x96\x67\x7c"), Reason.UNKNOWN_VERSION),
        (transaction(b"", kind=3), Reason.NO_BLOBS),
    ],
)
def test_next__not_a_batch__drops_with_the_reason(tx, reason):
    found, verdicts = retrieve(tx, PAYLOAD)
    assert data_of(found) == [PAYLOAD]
    assert [(v.identity, v.decision, v.reason) for v in verdicts] == [
        (TransactionId(tx.hash), Decision.DROP, reason)
    ]
    assert verdicts[0].inclusion == block(1).header.id


def test_next__batcher_changed_in_this_block__only_the_new_one_counts():
    new = transaction(b"\x00new", sender=OTHER_BATCHER)
    found, verdicts = retrieve(b"\x00old", new, logs=[new_batcher(OTHER_BATCHER)])
    assert data_of(found) == [b"\x00new"]
    assert [v.reason for v in verdicts] == [Reason.OTHER_SENDER]


def test_append_batch_selector__is_that_of_the_inbox_contract():
    assert keccak(text="appendBatch(bytes)")[:4] == APPEND_BATCH_SELECTOR


@given(st.binary(max_size=100))
def test_calldata_payload__append_batch__is_its_argument(content):
    assert calldata_payload(append_batch(b"\x00" + content)) == (b"\x00" + content, None)


@pytest.mark.parametrize("payload", [b"", b"\x01commitment", b"\x07"])
def test_calldata_payload__append_batch_of_no_frames__has_the_reason_of_raw_calldata(payload):
    assert calldata_payload(append_batch(payload))[1] == calldata_payload(payload)[1] is not None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:4],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data + bytes(32),
        lambda data: data[:-1] + b"\x01",
        lambda data: data[:35] + b"\x40" + data[36:],
        lambda data: data[:36] + b"\xff" * 32 + data[68:],
        lambda data: data[:67] + b"\x40" + data[68:],
    ],
    ids=["selector only", "short", "long", "extra word", "dirty padding", "offset", "huge", "too little"],
)
def test_calldata_payload__append_batch_not_canonical__is_malformed(spoil):
    payload, problem = calldata_payload(spoil(append_batch(PAYLOAD)))
    assert (payload, problem[0]) == (b"", Reason.MALFORMED_APPEND_BATCH)


def test_next__blobs__are_payloads_in_order_and_calldata_is_ignored():
    blobs = {BLOB_HASHES[0]: blob_of(b"\x00a"), BLOB_HASHES[1]: blob_of(b"\x00b")}
    tx = transaction(b"\x00calldata", kind=3, blob_hashes=BLOB_HASHES[1::-1])
    found, verdicts = retrieve(tx, blobs=blobs)
    assert data_of(found) == [b"\x00b", b"\x00a"]
    assert [payload.source for payload in found] == [TransactionId(tx.hash, 0), TransactionId(tx.hash, 1)]
    assert verdicts == []


@pytest.mark.parametrize(("later", "payload"), [(0, b"\x00a"), (1, b"\x00calldata")])
def test_next__blob_transaction_before_ecotone__its_calldata_counts(later, payload):
    ecotone = {Fork.ECOTONE: block(1).header.timestamp + later}
    config = replace(CONFIG, fork_times=CONFIG.fork_times | ecotone)
    tx = transaction(b"\x00calldata", kind=3, blob_hashes=BLOB_HASHES[:1])
    found, _ = retrieve(tx, blobs={BLOB_HASHES[0]: blob_of(b"\x00a")}, config=config)
    assert data_of(found) == [payload]


def test_next__one_blob_malformed__drops_that_one_alone():
    malformed = b"\0\x09".ljust(131_072, b"\0")
    blobs = dict(zip(BLOB_HASHES, (blob_of(b"\x00a"), malformed, blob_of(b"\x00c")), strict=True))
    tx = transaction(b"", kind=3, blob_hashes=BLOB_HASHES)
    found, verdicts = retrieve(tx, blobs=blobs)
    assert data_of(found) == [b"\x00a", b"\x00c"]
    assert [(v.identity, v.reason) for v in verdicts] == [(TransactionId(tx.hash, 1), Reason.MALFORMED_BLOB)]


def test_next__calldata_and_blobs_in_one_block__keeps_block_order():
    blobs = {BLOB_HASHES[0]: blob_of(b"\x00b"), BLOB_HASHES[1]: blob_of(b"\x00c")}
    mixed = transaction(b"", kind=3, blob_hashes=BLOB_HASHES[:2])
    found, verdicts = retrieve(b"\x00a", mixed, b"\x00d", blobs=blobs)
    assert data_of(found) == [b"\x00a", b"\x00b", b"\x00c", b"\x00d"]
    assert [payload.source.blob for payload in found] == [None, 0, 1, None]
    assert verdicts == []


def test_batcher_blobs__all_that_next_will_read__in_order_and_nobody_elses():
    transactions = (
        transaction(b"", kind=3, blob_hashes=BLOB_HASHES[2:], name="a"),
        transaction(PAYLOAD, name="b"),
        transaction(b"", kind=3, blob_hashes=BLOB_HASHES[:1], sender=STRANGER, name="c"),
        transaction(b"", kind=3, blob_hashes=BLOB_HASHES[:1], to=STRANGER, name="d"),
        transaction(b"", kind=3, blob_hashes=BLOB_HASHES[1::-1], name="e"),
    )
    found = batcher_blobs(CONFIG, block(1, transactions), BATCHER)
    assert found == [BLOB_HASHES[2], BLOB_HASHES[1], BLOB_HASHES[0]]
    assert batcher_blobs(CONFIG, block(1, transactions), STRANGER) == [BLOB_HASHES[0]]


@pytest.mark.parametrize(("later", "found"), [(0, BLOB_HASHES[:1]), (1, ())])
def test_batcher_blobs__before_ecotone__none(later, found):
    ecotone = {Fork.ECOTONE: block(1).header.timestamp + later}
    config = replace(CONFIG, fork_times=CONFIG.fork_times | ecotone)
    tx = transaction(b"", kind=3, blob_hashes=BLOB_HASHES[:1])
    assert batcher_blobs(config, block(1, [tx]), BATCHER) == list(found)


def test_next__blob_not_supplied__stops():
    with pytest.raises(CriticalError, match="beacon"):
        retrieve(transaction(b"", kind=3, blob_hashes=BLOB_HASHES[:1]))


def test_next__blob_of_a_stranger_not_supplied__is_only_a_stranger():
    found, verdicts = retrieve(transaction(b"", kind=3, sender=STRANGER, blob_hashes=BLOB_HASHES[:1]))
    assert (found, [v.reason for v in verdicts]) == ([], [Reason.OTHER_SENDER])
