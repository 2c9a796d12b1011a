"""The verdicts that are kept for whoever asks why."""

from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import CHANNEL, CONFIG, block

from opcycle.derivation.verdicts import BatchId, ChannelId, Decision, FrameId, Reason, TransactionId, Verdict
from opcycle.node.database import Database
from opcycle.node.verdict_store import VerdictStore

BATCH = BatchId(CHANNEL, 0, 1_700_000_002)


def verdict(identity=BATCH, decision=Decision.ACCEPT, reason=Reason.VALID, *, detail="", l1=1, branch=""):
    return Verdict(identity, decision, reason, detail, block(l1, branch=branch).ref.id)


@pytest.fixture
def store(tmp_path: Path) -> VerdictStore:
    return VerdictStore(Database(tmp_path / "node.db", CONFIG), keep=5)


def decisions(store: VerdictStore) -> list[Decision]:
    return [stored.decision for stored in store.newest(100)]


def test_newest__all_kinds__come_back_with_every_field(store: VerdictStore) -> None:
    identities = [TransactionId(b"\x01" * 32), FrameId(CHANNEL, 3), ChannelId(CHANNEL), BATCH]
    given = [verdict(item, Decision.DROP, Reason.WINDOW_EXPIRED, detail=f"of {item}") for item in identities]
    store.record(given)
    found = store.newest(100)[::-1]
    assert [(v.subject, v.identity, v.decision, v.reason, v.detail, v.inclusion) for v in found] == [
        (v.subject, str(v.identity), v.decision, v.reason, v.detail, v.inclusion) for v in given
    ]


def test_newest__more_than_asked_for__the_last_ones_newest_first(store: VerdictStore) -> None:
    store.record([verdict(FrameId(CHANNEL, number)) for number in range(4)])
    assert [stored.identity for stored in store.newest(2)] == [f"{CHANNEL.hex()}#3", f"{CHANNEL.hex()}#2"]


@pytest.mark.parametrize("later", [Decision.ACCEPT, Decision.DROP])
def test_record__same_thing_again__the_later_verdict_counts(store: VerdictStore, later: Decision) -> None:
    store.record([verdict(decision=Decision.UNDECIDED, reason=Reason.NEXT_ORIGIN_UNKNOWN)])
    store.record([verdict(decision=later, detail="at last")])
    assert [(stored.decision, stored.detail) for stored in store.newest(9)] == [(later, "at last")]


def test_record__met_again_after_a_restart__the_earlier_verdict_stands(store: VerdictStore) -> None:
    store.record([verdict()])
    store.record([verdict(decision=Decision.PAST, reason=Reason.PAST_TIMESTAMP)])
    assert decisions(store) == [Decision.ACCEPT]


def test_record__past_from_the_start__is_kept(store: VerdictStore) -> None:
    store.record([verdict(decision=Decision.PAST, reason=Reason.PAST_TIMESTAMP)])
    assert decisions(store) == [Decision.PAST]


def test_record__same_thing_in_another_block__is_another_thing(store: VerdictStore) -> None:
    store.record([verdict(l1=1), verdict(l1=2), verdict(l1=2, branch="b")])
    assert len(store.newest(9)) == 3


def test_record__frame_and_channel_of_one_name__are_two_things(store: VerdictStore) -> None:
    store.record(
        [verdict(ChannelId(CHANNEL)), verdict(BatchId(CHANNEL, 0, None)), verdict(FrameId(CHANNEL, 0))]
    )
    assert len(store.newest(9)) == 3


def test_record__more_than_is_kept__the_oldest_are_forgotten(store: VerdictStore) -> None:
    store.record([verdict(FrameId(CHANNEL, number)) for number in range(4)])
    assert len(store.newest(9)) == 4
    store.record([verdict(FrameId(CHANNEL, number)) for number in range(4, 7)])
    assert [stored.identity[-1] for stored in store.newest(9)] == list("65432")
