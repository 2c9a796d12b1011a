"""Every rule: a batch that it decides on, and the nearest one that it does not mind."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS_TIME,
    L1_BLOCK_TIME,
    batch,
    block,
    l1_hash,
)

from opcycle.derivation import batch_rules as rules
from opcycle.derivation.batch_rules import RULES, Candidate, check_batch
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId, L2BlockRef

EPOCH = 20
ORIGIN_TIME = GENESIS_TIME + EPOCH * L1_BLOCK_TIME
NEXT_ORIGIN_TIME = ORIGIN_TIME + L1_BLOCK_TIME
DRIFT = 1800


def safe_head_at(timestamp):
    return L2BlockRef(b"\x5a" * 32, 500, b"\x50" * 32, timestamp, BlockId(l1_hash(EPOCH), EPOCH), 3)


def candidate(
    *, next_time=NEXT_ORIGIN_TIME, config=CONFIG, known=2, included_in=EPOCH + 2, next_l1_time=None, **fields
):
    """A valid batch at `next_time` that stays in the epoch, changed by `fields`; `known` L1 blocks."""
    safe_head = safe_head_at(next_time - CONFIG.block_time)
    l1_blocks = [block(EPOCH), block(EPOCH + 1, timestamp=next_l1_time), block(EPOCH + 2)][:known]
    return Candidate(config, batch(safe_head, **fields), safe_head, l1_blocks, block(included_in).ref)


def without_transactions(time, **fields):
    return candidate(next_time=time, **fields)


def with_transaction(time, tx=b"\x02tx", **fields):
    return candidate(next_time=time, transactions=[tx], **fields)


def forks(**times):
    """Every fork at genesis but for those given; None is never."""
    given = {Fork(name): time for name, time in times.items()}
    return replace(CONFIG, fork_times={f: t for f in Fork if (t := given.get(f, 0)) is not None})


INCLUSION_TIME = GENESIS_TIME + (EPOCH + 2) * L1_BLOCK_TIME
LATE = ORIGIN_TIME + DRIFT
FAR = BlockId(l1_hash(EPOCH + 2), EPOCH + 2)
BRANCH = l1_hash(EPOCH, "b")

TABLE = [
    # rule, a batch that it decides on, what it decides, a neighbour that the rule lets pass
    (
        rules.no_l1_blocks,
        candidate(known=0),
        (Decision.UNDECIDED, Reason.NO_L1_BLOCKS),
        candidate(known=1),
    ),
    (
        rules.future_timestamp,
        candidate(timestamp=NEXT_ORIGIN_TIME + 1),
        (Decision.DROP, Reason.FUTURE_TIMESTAMP),
        candidate(timestamp=NEXT_ORIGIN_TIME),
    ),
    (
        rules.future_timestamp,
        candidate(timestamp=NEXT_ORIGIN_TIME + 1, config=forks(holocene=INCLUSION_TIME + 1)),
        (Decision.FUTURE, Reason.FUTURE_TIMESTAMP),
        candidate(timestamp=NEXT_ORIGIN_TIME, config=forks(holocene=INCLUSION_TIME + 1)),
    ),
    (
        rules.future_timestamp,
        candidate(timestamp=NEXT_ORIGIN_TIME + 1, config=forks(holocene=INCLUSION_TIME)),
        (Decision.DROP, Reason.FUTURE_TIMESTAMP),
        candidate(timestamp=NEXT_ORIGIN_TIME, config=forks(holocene=INCLUSION_TIME)),
    ),
    (
        rules.past_timestamp,
        candidate(timestamp=NEXT_ORIGIN_TIME - 1, config=forks(holocene=INCLUSION_TIME + 1)),
        (Decision.DROP, Reason.PAST_TIMESTAMP),
        candidate(timestamp=NEXT_ORIGIN_TIME, config=forks(holocene=INCLUSION_TIME + 1)),
    ),
    (
        rules.past_timestamp,
        candidate(timestamp=NEXT_ORIGIN_TIME - 1),
        (Decision.PAST, Reason.PAST_TIMESTAMP),
        candidate(timestamp=NEXT_ORIGIN_TIME),
    ),
    (
        rules.parent_mismatch,
        candidate(parent_hash=b"\x50" * 32),
        (Decision.DROP, Reason.PARENT_MISMATCH),
        candidate(parent_hash=b"\x5a" * 32),
    ),
    (
        rules.window_expired,
        candidate(included_in=EPOCH + CONFIG.seq_window_size + 1),
        (Decision.DROP, Reason.WINDOW_EXPIRED),
        candidate(included_in=EPOCH + CONFIG.seq_window_size),
    ),
    (
        rules.epoch_too_old,
        candidate(epoch=EPOCH - 1),
        (Decision.DROP, Reason.EPOCH_TOO_OLD),
        candidate(epoch=EPOCH),
    ),
    (
        rules.epoch_too_new,
        candidate(epoch=EPOCH + 2, known=3),
        (Decision.DROP, Reason.EPOCH_TOO_NEW),
        candidate(epoch=EPOCH + 1, known=3),
    ),
    (
        rules.next_origin_unknown,
        candidate(epoch=EPOCH + 1, known=1),
        (Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN),
        candidate(epoch=EPOCH + 1, known=2),
    ),
    (
        rules.next_origin_unknown,
        candidate(epoch=EPOCH + 1, known=1),
        (Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN),
        candidate(epoch=EPOCH, known=1),
    ),
    (
        rules.epoch_hash_mismatch,
        replace(candidate(), batch=replace(candidate().batch, epoch=BlockId(BRANCH, EPOCH))),
        (Decision.DROP, Reason.EPOCH_HASH_MISMATCH),
        candidate(),
    ),
    (
        rules.before_origin_time,
        without_transactions(NEXT_ORIGIN_TIME - 2, epoch=EPOCH + 1),
        (Decision.DROP, Reason.BEFORE_ORIGIN_TIME),
        without_transactions(NEXT_ORIGIN_TIME, epoch=EPOCH + 1),
    ),
    (
        rules.activation_block_not_empty,
        with_transaction(NEXT_ORIGIN_TIME, config=forks(jovian=NEXT_ORIGIN_TIME)),
        (Decision.DROP, Reason.ACTIVATION_BLOCK_NOT_EMPTY),
        without_transactions(NEXT_ORIGIN_TIME, config=forks(jovian=NEXT_ORIGIN_TIME)),
    ),
    (
        rules.activation_block_not_empty,
        with_transaction(NEXT_ORIGIN_TIME, config=forks(jovian=NEXT_ORIGIN_TIME - 1)),
        (Decision.DROP, Reason.ACTIVATION_BLOCK_NOT_EMPTY),
        with_transaction(NEXT_ORIGIN_TIME, config=forks(jovian=NEXT_ORIGIN_TIME - 2)),
    ),
    (
        rules.drift_exceeded,
        with_transaction(LATE + 1),
        (Decision.DROP, Reason.DRIFT_EXCEEDED),
        with_transaction(LATE),
    ),
    (
        rules.drift_exceeded,
        with_transaction(LATE + L1_BLOCK_TIME + 1, epoch=EPOCH + 1),
        (Decision.DROP, Reason.DRIFT_EXCEEDED),
        with_transaction(LATE + L1_BLOCK_TIME, epoch=EPOCH + 1),
    ),
    (
        rules.drift_exceeded,
        with_transaction(ORIGIN_TIME + 601, config=forks(fjord=None)),
        (Decision.DROP, Reason.DRIFT_EXCEEDED),
        with_transaction(ORIGIN_TIME + 600, config=forks(fjord=None)),
    ),
    (
        rules.origin_not_adopted,
        without_transactions(LATE + 1, known=1),
        (Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN),
        without_transactions(LATE, known=1),
    ),
    (
        rules.origin_not_adopted,
        without_transactions(LATE + 1, next_l1_time=LATE + 1),
        (Decision.DROP, Reason.ORIGIN_NOT_ADOPTED),
        without_transactions(LATE + 1, next_l1_time=LATE + 2),
    ),
    (
        rules.origin_not_adopted,
        without_transactions(LATE + 1),
        (Decision.DROP, Reason.ORIGIN_NOT_ADOPTED),
        without_transactions(LATE + L1_BLOCK_TIME + 1, epoch=EPOCH + 1),
    ),
    (
        rules.forbidden_transaction,
        with_transaction(NEXT_ORIGIN_TIME, b""),
        (Decision.DROP, Reason.EMPTY_TRANSACTION),
        with_transaction(NEXT_ORIGIN_TIME, b"\x00"),
    ),
    (
        rules.forbidden_transaction,
        with_transaction(NEXT_ORIGIN_TIME, b"\x7e"),
        (Decision.DROP, Reason.DEPOSIT_IN_BATCH),
        with_transaction(NEXT_ORIGIN_TIME, b"\x7d"),
    ),
    (
        rules.forbidden_transaction,
        with_transaction(NEXT_ORIGIN_TIME, b"\x04", config=forks(isthmus=NEXT_ORIGIN_TIME + 1)),
        (Decision.DROP, Reason.SET_CODE_BEFORE_ISTHMUS),
        with_transaction(NEXT_ORIGIN_TIME, b"\x04", config=forks(isthmus=NEXT_ORIGIN_TIME)),
    ),
]


@pytest.mark.parametrize(("rule", "decided", "ruling", "passed"), TABLE)
def test_rule__its_case_and_the_neighbour__only_the_case_is_decided(rule, decided, ruling, passed):
    found = rule(decided)
    assert (found.decision, found.reason) == ruling
    assert rule(passed) is None


@pytest.mark.parametrize(("rule", "decided", "ruling", "passed"), TABLE)
def test_check_batch__case_of_one_rule__gives_its_ruling(rule, decided, ruling, passed):
    found = check_batch(decided)
    assert (found.decision, found.reason) == ruling


def test_rules__all_are_in_the_table():
    assert {row[0] for row in TABLE} == set(RULES)


@pytest.mark.parametrize("valid", [candidate(), candidate(epoch=EPOCH + 1), with_transaction(LATE)])
def test_check_batch__no_rule_objects__accepts(valid):
    assert check_batch(valid) == rules.Ruling(Decision.ACCEPT, Reason.VALID)


@pytest.mark.parametrize(
    ("batch_of_many_faults", "first"),
    [
        (candidate(timestamp=NEXT_ORIGIN_TIME - 2, parent_hash=bytes(32), epoch=1), Reason.PAST_TIMESTAMP),
        (candidate(parent_hash=bytes(32), epoch=1, transactions=[b""]), Reason.PARENT_MISMATCH),
        (candidate(epoch=1, transactions=[b""]), Reason.WINDOW_EXPIRED),
        (candidate(epoch=EPOCH - 1, transactions=[b""]), Reason.EPOCH_TOO_OLD),
        (with_transaction(LATE + 1, b""), Reason.DRIFT_EXCEEDED),
    ],
)
def test_check_batch__several_faults__the_first_rule_speaks(batch_of_many_faults, first):
    assert check_batch(batch_of_many_faults).reason is first
