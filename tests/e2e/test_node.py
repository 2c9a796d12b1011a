"""The verifier on real op-geths: it derives from L1 what the sequencer made, whatever happens in between."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from tests.e2e.builders import signed_transfer
from tests.e2e.rollup import L2_CHAIN_ID, USER, Rollup, Verifier, frames_of, settle

from opcycle.engine.codec import posted_envelope_to_json
from opcycle.errors import CriticalError, ResetError, TemporaryError
from opcycle.l1.reader import L1Reader
from opcycle.protocol.block_payload import block_hash_of
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.types import L1Header
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, to_hex

RECEIVER = b"\x77" * 20


@pytest.fixture
def rollup(tmp_path: Path) -> Iterator[Rollup]:
    with Rollup(tmp_path) as rollup:
        yield rollup


class TooSure(L1Reader):
    """An L1 that calls its newest block finalized, and replaces it all the same."""

    def header(self, label: int | str | bytes) -> L1Header:
        return super().header("latest" if label == "finalized" else label)


def transfer(nonce: int) -> bytes:
    """A user's transaction for L2."""
    raw, _ = signed_transfer(USER, nonce=nonce, chain_id=L2_CHAIN_ID)
    return from_hex(raw)


def reasons(verifier: Verifier, decision: str) -> Counter[str]:
    verdicts = verifier.raw_rpc.call("opcycle_verdicts", 1000)
    return Counter(verdict["reason"] for verdict in verdicts if verdict["decision"] == decision)


def test_step__batches_on_l1__the_sequencers_hashes_and_all_that_an_op_node_says(rollup: Rollup) -> None:
    rollup.sequencing.client.rpc.call("eth_sendRawTransaction", to_hex(transfer(0)))
    rollup.deposit(mint=5, to=RECEIVER)
    rollup.advance(6)
    rollup.post(1, 8)
    rollup.l1.mine()
    verifier = rollup.new_verifier()
    settle(verifier.node)
    assert verifier.l2.hashes(8) == rollup.sequencing.hashes(8)
    assert verifier.l2.head.ref.number == 8  # more was not posted
    assert verifier.l2.client.balance(RECEIVER) == 5 + 1  # deposit and transfer

    status = verifier.rpc.sync_status()
    posted_in = rollup.l1.head
    assert (status.current_l1, status.head_l1) == (posted_in, posted_in)
    assert status.unsafe_l2 == status.safe_l2 == rollup.sequencing.client.block(8).ref
    for number in (0, 8):
        found = verifier.rpc.output_at_block(number)
        assert found.output == rollup.sequencing.client.block(number).output
        assert found.status == status
    with pytest.raises(RpcError, match="no L2 block 0x9"):
        verifier.rpc.output_at_block(9)
    before, after = (verifier.rpc.safe_head_at_l1_block(posted_in.number - back) for back in (1, 0))
    assert (before.l1_block, before.safe_head) == (rollup.l1.genesis.id, rollup.config.genesis_l2)
    assert (after.l1_block, after.safe_head) == (posted_in.id, status.safe_l2.id)
    assert verifier.rpc.rollup_config() == rollup.config
    assert f"L1 block {posted_in.number + 1}" in verifier.raw_rpc.call("opcycle_waitingFor")["text"]
    assert reasons(verifier, "accept") == {"VALID": 3 + 8}


def test_step__l1_finalizes__l2_follows_in_rpc_and_engine(rollup: Rollup) -> None:
    rollup.l1.set_lag(safe=1, finalized=2)
    rollup.advance(4)
    verifier = rollup.new_verifier()
    rollup.post(1, 3)
    rollup.advance(1)
    rollup.post(4, 7)
    rollup.advance(1)
    finalized = []
    for _ in range(4):
        settle(verifier.node)
        status = verifier.rpc.sync_status()
        assert status.finalized_l1 == rollup.l1.finalized
        assert (verifier.l2.client.number("finalized") or 0) == status.finalized_l2.number
        assert verifier.l2.client.number("safe") == status.safe_l2.number == 7
        finalized.append(status.finalized_l2.number)
        rollup.l1.mine()
    assert finalized == [0, 3, 7, 7]


def test_step__junk_in_the_inbox__goes_on_and_says_what_was_wrong(rollup: Rollup) -> None:
    rollup.advance(6)
    good = rollup.post(1, 4, to_l1=False)
    half = encode_batcher_payload(frames_of(rollup.batches(5, 8), frame_size=150)[:1])
    noise = b"".join(sha256(bytes([i])).digest() for i in range(9))
    rollup.send(good, sender="user")
    for payload in (
        b"",
        b"\x00" + noise,
        b"\x07" + good[1:],
        b"\x01" + noise,
        good[:-3],
        good + b"\x00",
        half,
    ):
        rollup.send(payload)
    rollup.l1.mine()
    verifier = rollup.new_verifier()
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2.number == 0
    assert reasons(verifier, "drop") == {
        "OTHER_SENDER": 1,
        "EMPTY_DATA": 1,
        "UNKNOWN_VERSION": 1,
        "ALT_DA_COMMITMENT": 1,
        "MALFORMED_FRAMES": 3,
    }
    assert "with frame 1 of channel" in verifier.raw_rpc.call("opcycle_waitingFor")["text"]

    rollup.send(good)
    rollup.l1.mine()
    settle(verifier.node)
    assert verifier.l2.hashes(4) == rollup.sequencing.hashes(4)
    assert reasons(verifier, "drop")["CHANNEL_ABANDONED"] == 1


def test_step__batch_that_cannot_be_executed__deposits_only_and_the_next_channel_counts(
    rollup: Rollup,
) -> None:
    rollup.advance(4)
    batches = rollup.batches(1, 7)
    for bad, first in ((b"\x02 no transaction at all", 0), (transfer(7), 3)):
        spoilt = replace(batches[first + 1], transactions=(bad,))  # the sequencer's own is empty
        rollup.send(encode_batcher_payload(frames_of([batches[first], spoilt, batches[first + 2]])))
        rollup.send(encode_batcher_payload(frames_of([batches[first + 2]])))
    rollup.l1.mine()
    verifier = rollup.new_verifier()
    settle(verifier.node)
    assert verifier.l2.head.ref.number == 6
    assert verifier.l2.hashes(6) == rollup.sequencing.hashes(6)
    assert reasons(verifier, "drop") == {"INVALID_PAYLOAD": 2, "INVALIDATED": 2}


def test_step__engine_has_blocks_of_its_own__they_stay_until_l1_says_otherwise(rollup: Rollup) -> None:
    rollup.advance(5)
    ahead = rollup.sequencing.head
    rollup.post(1, 6)
    rollup.l1.mine()
    verifier = rollup.new_verifier(l2=rollup.sequencing)
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2.number == verifier.l2.client.number("safe") == 6
    assert verifier.l2.head == ahead

    (seventh,) = rollup.batches(7, 7)
    rollup.send(encode_batcher_payload(frames_of([replace(seventh, transactions=(transfer(0),))])))
    rollup.l1.mine()
    settle(verifier.node)
    head = verifier.l2.head
    assert (head.ref.number, head.user_transactions) == (7, (transfer(0),))
    assert verifier.rpc.sync_status().safe_l2 == head.ref


def test_step__engine_killed_amid_many_blocks__same_chain_after_its_restart(rollup: Rollup) -> None:
    rollup.clock.jump(90)
    rollup.l1.advance(90)
    settle(rollup.sequencer)
    rollup.post(1, 50)
    rollup.post(51, 90)
    rollup.l1.mine()
    verifier = rollup.new_verifier()
    while verifier.l2.head.ref.number == 0:
        assert verifier.node.step().progress
    assert verifier.l2.head.ref.number < 90
    verifier.l2.geth.kill()
    for _ in range(2):
        with pytest.raises(TemporaryError):
            verifier.node.step()
    assert "no JSON-RPC server answers" in verifier.raw_rpc.call("opcycle_waitingFor")["text"]
    verifier.l2.geth.start()
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2.number == 90
    assert verifier.l2.hashes(90) == rollup.sequencing.hashes(90)


def test_restart__with_database_without_it_and_without_engine__same_heads(rollup: Rollup) -> None:
    rollup.l1.set_lag(safe=1, finalized=1)
    rollup.advance(10)
    rollup.post(1, 9)
    rollup.l1.mine(2)
    rollup.post(10, 15)
    rollup.l1.mine()
    verifier = rollup.new_verifier(l2=rollup.sequencing)
    settle(verifier.node)
    before = verifier.rpc.sync_status()
    assert (before.finalized_l2.number, before.safe_l2.number) == (9, 15)
    verifier.close()

    same = rollup.new_verifier(l2=rollup.sequencing)
    assert not [did for did in settle(same.node) if "derived" in did]
    assert same.rpc.sync_status() == before
    assert same.rpc.safe_head_at_l1_block(rollup.l1.head.number).safe_head == before.safe_l2.id
    same.close()

    forgetful = rollup.new_verifier(l2=rollup.sequencing, database="empty.db")
    (derived,) = [did for did in settle(forgetful.node) if "derived" in did]
    assert derived.startswith("derived L2 blocks 10:")
    assert forgetful.rpc.sync_status() == before
    forgetful.close()

    rebuilt = rollup.new_verifier()  # the database that knows 15 blocks, an engine that knows none
    (derived,) = [did for did in settle(rebuilt.node) if "derived" in did]
    assert derived.startswith("derived L2 blocks 1:")
    assert rebuilt.rpc.sync_status() == replace(before, unsafe_l2=before.safe_l2)
    assert rebuilt.l2.hashes(15) == rollup.sequencing.hashes(15)


def test_step__l1_reorg__falls_back_and_follows_the_new_branch(rollup: Rollup) -> None:
    rollup.advance(5)
    rollup.post(1, 4)
    rollup.advance(1)
    verifier = rollup.new_verifier()
    settle(verifier.node)
    old = verifier.rpc.sync_status()
    assert old.safe_l2.number == 4

    rollup.l1.reorg(2)
    with pytest.raises(ResetError, match="does not follow"):
        verifier.node.step()
    assert verifier.rpc.sync_status() == old
    verifier.node.reset()
    settle(verifier.node)
    fallen = verifier.rpc.sync_status()
    assert (fallen.safe_l2.number, fallen.head_l1) == (0, rollup.l1.head)
    assert verifier.rpc.safe_head_at_l1_block(rollup.l1.head.number).safe_head == rollup.config.genesis_l2

    rollup.advance(1)  # the batch is mined again; the sequencer leaves the old branch, too
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2 == old.safe_l2
    head = rollup.sequencing.head.ref
    rollup.post(5, head.number)
    rollup.l1.mine()
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2 == head
    assert verifier.l2.hashes(head.number) == rollup.sequencing.hashes(head.number)


def test_follow__sequencers_rpc__its_blocks_are_unsafe_at_once_and_safe_with_l1(rollup: Rollup) -> None:
    rollup.sequencing.client.rpc.call("eth_sendRawTransaction", to_hex(transfer(0)))
    rollup.advance(5)
    rollup.post(1, 6)
    rollup.l1.mine()
    verifier = rollup.new_verifier(unsafe_source=rollup.sequencing.client)
    settle(verifier.node)
    status = verifier.rpc.sync_status()
    assert (status.unsafe_l2, status.safe_l2.number) == (rollup.sequencing.head.ref, 6)
    assert verifier.l2.head == rollup.sequencing.head
    assert verifier.l2.client.number("safe") == 6
    rollup.advance(1)
    settle(verifier.node)
    assert verifier.rpc.sync_status().unsafe_l2 == rollup.sequencing.head.ref


def test_post_unsafe_payload__blocks_by_rpc_in_any_order__l1_confirms_some_and_replaces_the_rest(
    rollup: Rollup,
) -> None:
    rollup.advance(5)
    verifier = rollup.new_verifier()
    settle(verifier.node)
    envelopes = rollup.sequencing.client.envelopes(1, 9)
    for envelope in reversed(envelopes):
        verifier.raw_rpc.call("admin_postUnsafePayload", posted_envelope_to_json(envelope))
    settle(verifier.node)
    status = verifier.rpc.sync_status()
    assert (status.unsafe_l2, status.safe_l2.number) == (rollup.sequencing.client.block(9).ref, 0)
    assert verifier.l2.hashes(9) == rollup.sequencing.hashes(9)

    rollup.post(1, 4)
    (fifth,) = rollup.batches(5, 5)
    rollup.l1.mine()
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2.number == 4
    rollup.send(encode_batcher_payload(frames_of([replace(fifth, transactions=(transfer(0),))])))
    rollup.l1.mine()
    (reorg,) = [did for did in settle(verifier.node) if "L2 reorg" in did]
    assert "the first has another transaction count: 1, where L1 has 2" in reorg
    status = verifier.rpc.sync_status()
    assert status.unsafe_l2 == status.safe_l2 == verifier.l2.head.ref
    assert verifier.l2.head.user_transactions == (transfer(0),)


def test_post_unsafe_payload__block_that_breaks_a_rule__said_and_the_next_one_is_taken(
    rollup: Rollup,
) -> None:
    rollup.advance(2)
    verifier = rollup.new_verifier()
    settle(verifier.node)
    (good,) = rollup.sequencing.client.envelopes(1, 1)
    bad = replace(good, payload=replace(good.payload, gas_used=good.payload.gas_used + 1))
    bad = replace(bad, payload=replace(bad.payload, block_hash=block_hash_of(bad)))
    verifier.raw_rpc.call("admin_postUnsafePayload", posted_envelope_to_json(bad))
    (said,) = settle(verifier.node)
    assert said.startswith(f"refused the announced block {bad.payload.id}: the engine rejects the block")
    verifier.raw_rpc.call("admin_postUnsafePayload", posted_envelope_to_json(good))
    settle(verifier.node)
    assert verifier.rpc.sync_status().unsafe_l2 == rollup.sequencing.client.block(1).ref


@pytest.mark.parametrize("depth", [1, 3, 5])
def test_step__l1_reorg_of_any_depth_to_the_finalized_block__l2_follows(rollup: Rollup, depth: int) -> None:
    rollup.l1.set_lag(safe=1, finalized=5)
    rollup.advance(6)
    verifier = rollup.new_verifier()
    safe_at = {}
    for last in range(2, 12, 2):
        rollup.post(last - 1, last)
        rollup.advance(1)
        settle(verifier.node)
        safe_at[rollup.l1.head.number] = verifier.rpc.sync_status().safe_l2
    before = verifier.rpc.sync_status()
    assert (before.finalized_l1.number, before.safe_l2.number) == (rollup.l1.head.number - 5, 10)

    fork = rollup.l1.head.number - depth
    rollup.l1.reorg(depth)
    did = settle(verifier.node)
    assert any("reset" in line for line in did)
    fallen = verifier.rpc.sync_status()
    assert (fallen.head_l1, fallen.current_l1) == (rollup.l1.head, rollup.l1.head)
    assert fallen.safe_l2 == safe_at.get(fork, verifier.l2.client.block(0).ref)
    assert fallen.finalized_l2.number >= before.finalized_l2.number

    rollup.advance(1)  # the batches are mined again; the sequencer leaves the old branch, too
    settle(verifier.node)
    safe, head = verifier.rpc.sync_status().safe_l2, rollup.sequencing.head.ref
    rollup.post(safe.number + 1, head.number)
    rollup.l1.mine()
    settle(verifier.node)
    assert verifier.rpc.sync_status().safe_l2 == head
    assert verifier.l2.hashes(head.number) == rollup.sequencing.hashes(head.number)


def test_step__l1_reorg_beyond_what_the_node_has_finalized__stops_and_says_why(rollup: Rollup) -> None:
    rollup.reader = TooSure(RpcClient(rollup.l1.url))
    rollup.advance(4)
    rollup.post(1, 4)
    rollup.advance(1)
    verifier = rollup.new_verifier()
    settle(verifier.node)
    before = verifier.rpc.sync_status()
    assert before.finalized_l2 == before.safe_l2 != verifier.l2.client.block(0).ref
    rollup.l1.reorg(2)
    with pytest.raises(CriticalError, match="L1 has undone what it had finalized"):
        settle(verifier.node)
    assert verifier.rpc.sync_status() == before
    assert verifier.l2.client.number("finalized") == before.finalized_l2.number


def test_restart__after_kills_and_a_reorg_meanwhile__first_status_rests_on_l1_as_it_is(
    rollup: Rollup,
) -> None:
    rollup.advance(6)
    verifier = rollup.new_verifier()
    for last in (4, 8):
        rollup.post(last - 3, last)
        rollup.advance(1)
    settle(verifier.node)
    before = verifier.rpc.sync_status()
    verifier.close()

    same = rollup.new_verifier()
    same.node.step()
    status = same.rpc.sync_status()
    assert (status.safe_l2, status.current_l1) == (before.safe_l2, rollup.l1.head)
    same.close()

    rollup.l1.reorg(1)
    after = rollup.new_verifier()
    after.node.step()
    status = after.rpc.sync_status()
    assert (status.safe_l2.number, status.current_l1) == (4, rollup.l1.head)
