"""Verdicts: what they say, and how many are kept."""

import pytest
from tests.unit.derivation.l1_builder import CHANNEL, block

from opcycle.derivation.verdicts import (
    MAX_UNTAKEN,
    BatchId,
    ChannelId,
    Decision,
    FrameId,
    Reason,
    Subject,
    TransactionId,
    VerdictLog,
)

L1 = block(3).header.id


@pytest.mark.parametrize(
    ("identity", "subject", "text"),
    [
        (TransactionId(bytes(32)), Subject.TRANSACTION, "0x" + "00" * 32),
        (TransactionId(bytes(32), 1), Subject.TRANSACTION, "0x" + "00" * 32 + " blob 1"),
        (FrameId(CHANNEL, 4), Subject.FRAME, CHANNEL.hex() + "#4"),
        (ChannelId(CHANNEL), Subject.CHANNEL, CHANNEL.hex()),
        (BatchId(CHANNEL, 2, 77), Subject.BATCH, CHANNEL.hex() + "[2] at time 77"),
        (BatchId(CHANNEL, 2, None), Subject.BATCH, CHANNEL.hex() + "[2] at time ?"),
        (BatchId(CHANNEL, 2, 77, 5), Subject.BATCH, CHANNEL.hex() + "[2] block 5 at time 77"),
        (BatchId(None, 0, 77), Subject.BATCH, "forced at time 77"),
    ],
)
def test_verdict__each_kind__names_its_subject(identity, subject, text):
    log = VerdictLog()
    log.drop(identity, L1, Reason.INVALIDATED)
    (verdict,) = log.take()
    assert (verdict.subject, str(verdict.identity)) == (subject, text)
    assert str(verdict) == f"L1 {L1}: {subject} {text}: drop, {Reason.INVALIDATED}"


def test_take__in_order_and_once():
    log = VerdictLog()
    log.accept(FrameId(CHANNEL, 0), L1)
    log.drop(FrameId(CHANNEL, 9), L1, Reason.FRAME_OUT_OF_ORDER, "expected frame 1")
    assert [(v.decision, v.detail) for v in log.take()] == [
        (Decision.ACCEPT, ""),
        (Decision.DROP, "expected frame 1"),
    ]
    assert log.take() == []


def test_take__nobody_took_for_long__the_newest_are_kept():
    log = VerdictLog()
    for number in range(MAX_UNTAKEN + 5):
        log.accept(FrameId(CHANNEL, number), L1)
    kept = log.take()
    assert len(kept) == MAX_UNTAKEN
    assert (kept[0].identity.number, kept[-1].identity.number) == (5, MAX_UNTAKEN + 4)


def test_reasons__say_different_things():
    assert len({str(reason) for reason in Reason}) == len(Reason)
