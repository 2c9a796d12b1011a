"""Commitments on L1 become the data behind them; what is missing, unfit or expired is not skipped lightly."""

from dataclasses import replace

import pytest
from tests.unit.derivation.da_builder import (
    CHALLENGE_WINDOW,
    GENERIC,
    KECCAK,
    RESOLVE_WINDOW,
    DAEngine,
    batch_data,
    challenged,
    generic,
    resolved,
)
from tests.unit.derivation.l1_builder import GENESIS, STRANGER, block, chain, transaction

from opcycle.derivation.da_challenges import InputExpiredError
from opcycle.derivation.da_inputs import NeedDAInput
from opcycle.derivation.pipeline import NeedL1Block
from opcycle.derivation.verdicts import Decision, Reason, Subject
from opcycle.errors import CriticalError
from opcycle.protocol.alt_da import MAX_INPUT_SIZE, Commitment
from opcycle.protocol.blobs import encode_blob

DATA, TIP = batch_data()
COMMITMENT = Commitment.keccak_of(DATA)
MORE, TIP_OF_MORE = batch_data(TIP)
POSTED = 2
"""The L1 block with the first commitment."""

LAST_CHALLENGE = POSTED + CHALLENGE_WINDOW


def posted(*payloads, length=16):
    return chain(length, {POSTED: payloads or [COMMITMENT.payload]})


def stocked(*data):
    return {Commitment.keccak_of(item): item for item in data}


def run(blocks, server, *, config=KECCAK):
    return DAEngine(list(blocks), config=config, server=dict(server)).run()


def dropped(engine):
    return [
        (verdict.reason, verdict.detail)
        for verdict in engine.verdicts
        if verdict.subject is Subject.TRANSACTION and verdict.decision is Decision.DROP
    ]


# --- what is there


def test_next__keccak_commitment__the_data_behind_it_is_derived():
    engine = run(posted(), stocked(DATA))
    assert engine.safe_head == TIP
    assert engine.asked_for == [COMMITMENT]


def test_next__generic_commitment__whatever_the_server_gives_is_derived():
    commitment = generic(b"name")
    assert run(posted(commitment.payload), {commitment: DATA}, config=GENERIC).safe_head == TIP


def test_next__commitment_in_a_blob__counts_like_one_in_calldata():
    blob_hash = b"\x01" * 32
    blocks = posted()
    blocks[POSTED] = block(
        POSTED,
        [transaction(b"", kind=3, blob_hashes=(blob_hash,))],
        blobs={blob_hash: encode_blob(COMMITMENT.payload)},
    )
    assert run(blocks, stocked(DATA)).safe_head == TIP


def test_next__frames_on_l1_between_commitments__keep_the_order_of_l1():
    last, tip = batch_data(TIP_OF_MORE)
    blocks = posted(COMMITMENT.payload, MORE, Commitment.keccak_of(last).payload)
    assert run(blocks, stocked(DATA, last)).safe_head == tip


def test_next__accepted__the_verdict_names_the_commitment():
    engine = run(posted(), stocked(DATA))
    accepted = [v for v in engine.verdicts if v.subject is Subject.TRANSACTION]
    assert [verdict.detail for verdict in accepted] == [f"1 frames behind {COMMITMENT}"]


def test_next__pushed_one_by_one_or_ahead__derives_the_same():
    blocks = posted(COMMITMENT.payload, MORE)
    ahead = DAEngine(blocks, config=KECCAK, server=stocked(DATA))
    for each in blocks[1:]:
        ahead.pipeline.push(each)
    assert ahead.run().attributes == run(blocks, stocked(DATA)).attributes


# --- what counts for nothing


@pytest.mark.parametrize(
    ("payload", "reason", "detail"),
    [
        (b"\x01", Reason.MALFORMED_COMMITMENT, "no commitment"),
        (b"\x01\x00" + bytes(31), Reason.MALFORMED_COMMITMENT, "31 bytes"),
        (b"\x01\x01", Reason.MALFORMED_COMMITMENT, "without content"),
        (b"\x01\x07\x07", Reason.MALFORMED_COMMITMENT, "type 7"),
        (b"\x01\x01\xff", Reason.OTHER_COMMITMENT_TYPE, "generic commitment 0x01ff"),
        (b"\x02\x00", Reason.UNKNOWN_VERSION, "version 0x02"),
    ],
)
def test_next__no_commitment_of_the_chain__is_dropped_and_the_next_one_read(payload, reason, detail):
    engine = run(posted(payload, COMMITMENT.payload), stocked(DATA))
    assert [(why, detail in said) for why, said in dropped(engine)] == [(reason, True)]
    assert (engine.safe_head, engine.asked_for) == (TIP, [COMMITMENT])


def test_next__keccak_commitment_on_a_generic_chain__is_dropped_unasked():
    engine = run(posted(), stocked(DATA), config=GENERIC)
    assert [reason for reason, _ in dropped(engine)] == [Reason.OTHER_COMMITMENT_TYPE]
    assert (engine.safe_head, engine.asked_for) == (GENESIS, [])


def test_next__commitment_on_a_chain_without_alt_da__is_dropped_unasked():
    engine = run(posted(), stocked(DATA), config=replace(KECCAK, alt_da=None))
    assert [reason for reason, _ in dropped(engine)] == [Reason.ALT_DA_COMMITMENT]
    assert (engine.safe_head, engine.asked_for) == (GENESIS, [])


def test_next__a_strangers_commitment__is_not_asked_for():
    engine = run(posted(transaction(COMMITMENT.payload, sender=STRANGER)), stocked(DATA))
    assert (engine.asked_for, engine.safe_head) == ([], GENESIS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (COMMITMENT.payload, Reason.UNKNOWN_VERSION),
        (b"\x05frames", Reason.UNKNOWN_VERSION),
        (b"\x00no frames", Reason.MALFORMED_FRAMES),
        (b"", Reason.EMPTY_DATA),
    ],
)
def test_next__data_that_holds_no_frames__is_dropped_and_not_followed_further(data, reason):
    commitment = Commitment.keccak_of(data)
    engine = run(posted(commitment.payload, COMMITMENT.payload), stocked(data, DATA))
    assert [why for why, _ in dropped(engine)] == [reason]
    assert (engine.asked_for, engine.safe_head) == ([commitment, COMMITMENT], TIP)


def test_next__more_data_than_a_challenge_could_publish__is_dropped():
    largest = DATA + bytes(MAX_INPUT_SIZE - len(DATA))  # no frames any more, but not too large either
    too_large = largest + b"\0"
    payloads = [Commitment.keccak_of(data).payload for data in (too_large, largest)]
    engine = run(posted(*payloads), stocked(too_large, largest))
    assert [reason for reason, _ in dropped(engine)] == [Reason.DA_INPUT_TOO_LARGE, Reason.MALFORMED_FRAMES]


def test_next__much_data_behind_a_generic_commitment__is_taken_as_it_is():
    commitment = generic(b"large")
    engine = run(posted(commitment.payload), {commitment: bytes(MAX_INPUT_SIZE + 1)}, config=GENERIC)
    assert [reason for reason, _ in dropped(engine)] == [Reason.MALFORMED_FRAMES]


# --- what is missing


def waiting(blocks, *, server=(), config=KECCAK):
    """At the end of L1."""
    engine = DAEngine(blocks, config=config, server=dict(server))
    assert engine.step() is None
    return engine


def test_next__data_missing__nothing_is_derived_while_a_challenge_may_still_come():
    engine = waiting(posted(length=LAST_CHALLENGE + 1))
    assert engine.pipeline.origin.number == POSTED
    assert str(engine.pipeline.waiting_for()) == (
        f"the data of {COMMITMENT}, which the DA server does not have; "
        f"L1 block {LAST_CHALLENGE + 1} may tell (challenges until block {LAST_CHALLENGE})"
    )


def test_next__data_missing_beyond_the_challenge_window__is_critical():
    engine = DAEngine(posted(length=LAST_CHALLENGE + 2), config=KECCAK)
    with pytest.raises(CriticalError, match="nobody challenged in time"):
        engine.step()


def test_next__generic_data_missing_beyond_the_window__is_critical_too():
    with pytest.raises(CriticalError, match="nobody challenged in time"):
        DAEngine(posted(generic(b"x").payload, length=LAST_CHALLENGE + 2), config=GENERIC).step()
    assert waiting(posted(generic(b"x").payload, length=LAST_CHALLENGE + 1), config=GENERIC)


def test_next__data_comes_late__is_asked_for_with_each_new_l1_block_and_used():
    blocks = posted()
    engine = waiting(blocks[: POSTED + 1])
    asked = len(engine.asked_for)
    assert engine.step() is None
    assert len(engine.asked_for) == asked  # no new L1 block: nothing has changed
    engine.blocks.append(blocks[POSTED + 1])
    assert engine.step() is None
    assert len(engine.asked_for) == asked + 1
    engine.server = stocked(DATA)
    engine.blocks.append(blocks[POSTED + 2])
    assert engine.run().safe_head == TIP


def test_next__earlier_payload_of_the_block_is_there__waits_for_the_missing_one_all_the_same():
    engine = waiting(posted(DATA, Commitment.keccak_of(MORE).payload, length=POSTED + 1))
    assert engine.safe_head == GENESIS
    engine.server = stocked(MORE)
    engine.blocks.append(block(POSTED + 1))
    assert engine.run().safe_head == TIP_OF_MORE


def test_next__missing__the_sequence_window_does_not_end_by_reading_ahead():
    config = replace(KECCAK, seq_window_size=3)
    engine = waiting(posted(length=LAST_CHALLENGE + 1), config=config)
    assert engine.derived == []


def test_next__challenged_and_missing__waits_until_the_challenge_is_over():
    at = LAST_CHALLENGE
    ends = at + RESOLVE_WINDOW
    blocks = challenged(posted(), COMMITMENT, POSTED, at=at)
    engine = waiting(blocks[:ends])
    assert engine.pipeline.waiting_for().missing.last_chance == ends
    engine.blocks.append(blocks[ends])
    engine.run()
    assert (engine.pipeline.origin.number, engine.safe_head) == (ends, GENESIS)
    assert dropped(engine) == [(Reason.DA_CHALLENGE_EXPIRED, str(COMMITMENT))]


def test_next__challenged_and_resolved__the_data_on_l1_is_used():
    at, ends = LAST_CHALLENGE, LAST_CHALLENGE + RESOLVE_WINDOW
    blocks = challenged(posted(), COMMITMENT, POSTED, at=at)
    assert run(resolved(blocks, COMMITMENT, POSTED, DATA, at=ends), {}).safe_head == TIP
    assert run(resolved(blocks, COMMITMENT, POSTED, DATA, at=ends + 1), {}).safe_head == GENESIS


@pytest.mark.parametrize("is_resolved", [True, False])
def test_next__challenge_over__the_next_commitment_of_the_block_is_asked_for_at_once(is_resolved):
    ends = POSTED + RESOLVE_WINDOW
    follower, tip = batch_data(TIP) if is_resolved else (DATA, TIP)
    missing = COMMITMENT if is_resolved else Commitment.keccak_of(MORE)
    blocks = posted(missing.payload, Commitment.keccak_of(follower).payload)
    blocks = challenged(blocks, missing, POSTED, at=POSTED)
    if is_resolved:
        blocks = resolved(blocks, missing, POSTED, DATA, at=ends)
    assert run(blocks[:ends], stocked(follower)).safe_head == GENESIS
    assert run(blocks[: ends + 1], stocked(follower)).safe_head == tip


def test_final_l1__skipped_data__is_not_final_before_its_challenge_is():
    at, ends = LAST_CHALLENGE, LAST_CHALLENGE + RESOLVE_WINDOW
    engine = run(challenged(posted(), COMMITMENT, POSTED, at=at), {})
    assert engine.pipeline.final_l1(ends - 1) == POSTED - 1
    assert engine.pipeline.final_l1(ends) == ends - CHALLENGE_WINDOW


def test_final_l1__no_alt_da__is_l1s_own_finality():
    assert run(posted(DATA), {}, config=replace(KECCAK, alt_da=None)).pipeline.final_l1(3) == 3


def test_next__resolved_with_other_data__does_not_count():
    at = LAST_CHALLENGE
    blocks = challenged(posted(), COMMITMENT, POSTED, at=at)
    engine = run(resolved(blocks, COMMITMENT, POSTED, MORE, at=at + 1), {})
    assert [reason for reason, _ in dropped(engine)] == [Reason.DA_CHALLENGE_EXPIRED]


@pytest.mark.parametrize(
    "wrong",
    [
        {"commitment": Commitment.keccak_of(MORE)},
        {"inclusion": POSTED + 1},
        {"at": LAST_CHALLENGE + 2},
    ],
)
def test_next__another_challenge__is_none_of_the_missing_data(wrong):
    right = {"commitment": COMMITMENT, "inclusion": POSTED, "at": POSTED}
    blocks = posted(length=LAST_CHALLENGE + 3)
    assert waiting(challenged(blocks, **right)[: LAST_CHALLENGE + 1])
    with pytest.raises(CriticalError, match="nobody challenged in time"):
        DAEngine(challenged(blocks, **{**right, **wrong}), config=KECCAK).step()


# --- used, and expired later


def test_next__used_data_whose_challenge_expires__asks_for_a_reset_and_is_then_skipped():
    at, ends = POSTED + 1, POSTED + 1 + RESOLVE_WINDOW
    engine = DAEngine(challenged(posted(), COMMITMENT, POSTED, at=at), config=KECCAK, server=stocked(DATA))
    with pytest.raises(InputExpiredError, match="nobody has published it in time"):
        engine.run()
    assert (engine.pipeline.origin.number, engine.safe_head) == (ends, TIP)
    engine.restart().run()
    assert engine.safe_head == GENESIS
    assert dropped(engine)[-1][0] is Reason.DA_CHALLENGE_EXPIRED


def test_next__used_data_whose_challenge_is_resolved__stays():
    at = POSTED + 1
    blocks = challenged(posted(), COMMITMENT, POSTED, at=at)
    blocks = resolved(blocks, COMMITMENT, POSTED, DATA, at=at + RESOLVE_WINDOW)
    assert run(blocks, stocked(DATA)).safe_head == TIP


def test_next__expired_and_l1_reorganised_since__is_judged_by_the_new_l1_alone():
    at = POSTED + 1
    engine = DAEngine(challenged(posted(), COMMITMENT, POSTED, at=at), config=KECCAK, server=stocked(DATA))
    with pytest.raises(InputExpiredError):
        engine.run()
    engine.restart()  # for the challenge
    engine.restart()  # for a reorg
    engine.blocks = posted()
    assert engine.run().safe_head == TIP


def test_push_da_input__what_was_not_asked_for__is_refused():
    engine = DAEngine(posted(), config=KECCAK)
    with pytest.raises(ValueError, match="nobody asked for"):
        engine.pipeline.push_da_input(COMMITMENT, DATA)
    for each in engine.blocks[1 : POSTED + 1]:
        engine.pipeline.push(each)
    assert engine.pipeline.next(GENESIS, engine.system_config) == NeedDAInput(COMMITMENT)
    with pytest.raises(ValueError, match="nobody asked for"):
        engine.pipeline.push_da_input(Commitment.keccak_of(MORE), MORE)
    with pytest.raises(ValueError, match="is not of"):
        engine.pipeline.push_da_input(COMMITMENT, MORE)
    engine.pipeline.push_da_input(COMMITMENT, DATA)
    assert not isinstance(engine.pipeline.next(GENESIS, engine.system_config), NeedDAInput | NeedL1Block)
