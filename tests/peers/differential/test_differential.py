"""Differential fuzzing: whatever the batcher posts, our node and the real op-node derive the same chain.

OPCYCLE_PROFILE=nightly makes ten chains of a seed that it prints; `--hypothesis-seed=N` makes them again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from tests.peers.differential.comparison import (
    Difference,
    first_difference,
    safe_heads_of,
    wait_until_read,
)
from tests.peers.differential.fuzz import MAKES, SELDOM, Fuzz
from tests.peers.differential.rig import Rig
from tests.profiles import PROFILE

from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.types import BlockId

pytestmark = pytest.mark.timeout(1_800)
"""Seconds; it takes two minutes where nothing else runs."""

MUTANTS = 1_000
CHAINS = 10 if PROFILE == "nightly" else 1

REASONS = {
    *(Reason.OTHER_SENDER, Reason.TRANSACTION_TYPE, Reason.EMPTY_DATA, Reason.UNKNOWN_VERSION),
    *(Reason.ALT_DA_COMMITMENT, Reason.MALFORMED_BLOB, Reason.MALFORMED_FRAMES),
    *(Reason.FRAME_AFTER_LAST, Reason.FRAME_OUT_OF_ORDER, Reason.FRAME_WITHOUT_FIRST),
    *(Reason.FRAME_OF_ABANDONED_CHANNEL, Reason.FRAME_OF_OTHER_CHANNEL),
    *(Reason.CHANNEL_ABANDONED, Reason.CHANNEL_TIMED_OUT, Reason.UNKNOWN_COMPRESSION, Reason.NO_BATCHES),
    *(Reason.INVALIDATED, Reason.MALFORMED_BATCH, Reason.MALFORMED_SPAN_TRANSACTION),
    *(Reason.FUTURE_TIMESTAMP, Reason.PAST_TIMESTAMP, Reason.PARENT_MISMATCH, Reason.WINDOW_EXPIRED),
    *(Reason.EPOCH_TOO_OLD, Reason.EPOCH_TOO_NEW, Reason.EPOCH_HASH_MISMATCH, Reason.BEFORE_ORIGIN_TIME),
    *(Reason.EMPTY_TRANSACTION, Reason.DEPOSIT_IN_BATCH, Reason.FORCED_EMPTY, Reason.INVALID_PAYLOAD),
}
"""Why things were dropped, passed over or made up: all of these must have been seen."""


@dataclass(frozen=True)
class Run:
    """A fuzzed chain that both have derived as far as they could: op-node has read `read` L1 blocks."""

    rig: Rig
    fuzz: Fuzz
    read: int
    difference: Difference | None


@pytest.fixture(scope="module", params=range(CHAINS))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    seed = int(request.config.getoption("--hypothesis-seed") or 2) + request.param
    with Rig(tmp_path_factory.mktemp("differential")) as rig:
        fuzz = Fuzz(rig, seed)
        fuzz.run(MUTANTS)
        last = rig.l1.head.number - 1
        with rig.op_node() as (client, _):
            read = wait_until_read(client, last + 1)
            yield Run(rig, fuzz, read, first_difference(rig.safe_db.at, safe_heads_of(client), last))


def test_op_node_and_our_node_have_the_same_safe_head_after_every_l1_block(run: Run) -> None:
    verdicts = run.rig.verdicts.seen
    if run.difference is not None:
        posted = run.fuzz.posted.get(run.difference.l1_number, [])
        pytest.fail(f"seed {run.fuzz.seed}: {run.difference.report(posted, verdicts)}")
    assert run.fuzz.ended_by is None, f"seed {run.fuzz.seed}: met what the fuzz should keep away from"
    assert run.read == run.rig.l1.head.number


def test_every_mutation_and_every_rule_was_there_and_the_chain_went_on(run: Run) -> None:
    counts, seen = run.fuzz.counts, run.rig.verdicts.seen
    assert counts.total() >= MUTANTS
    assert {name: counts[name] for name in set(MAKES) - SELDOM if counts[name] < 4} == {}
    assert {name: counts[name] for name in SELDOM if counts[name] < 1} == {}
    assert REASONS - {verdict.reason for verdict in seen} == set()
    decisions = Counter(verdict.decision for verdict in seen)
    assert min(decisions[each] for each in (Decision.ACCEPT, Decision.DROP, Decision.PAST)) > 200
    replaced = [verdict for verdict in seen if verdict.reason is Reason.INVALID_PAYLOAD]
    assert len(replaced) > 10
    assert run.rig.safe_head.ref.number > 400


def test_one_safe_head_that_differs_is_noticed_and_reported_with_what_l1_held(run: Run) -> None:
    last = run.rig.l1.head.number - 1
    number = next(number for number, posted in run.fuzz.posted.items() if number > 100 and posted)
    other = replace(run.rig.safe_db.at(number), safe_head=BlockId(b"\x01" * 32, 7))

    def altered(l1_number: int) -> object:
        return other if l1_number == number else run.rig.safe_db.at(l1_number)

    difference = first_difference(run.rig.safe_db.at, altered, last)
    assert difference == Difference(number, run.rig.safe_db.at(number), other)
    report = difference.report(run.fuzz.posted[number], run.rig.verdicts.seen)
    assert all(name in report for name, _ in run.fuzz.posted[number])
    assert all(f"0x{tx.data.hex()}" in report for _, tx in run.fuzz.posted[number])
    assert f"L1 {run.rig.l1_block(number).ref}: batcher transaction" in report
    assert first_difference(run.rig.safe_db.at, run.rig.safe_db.at, last) is None
