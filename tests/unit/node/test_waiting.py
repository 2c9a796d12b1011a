"""What a node says of why it waits: after errors, behind L1, and as JSON."""

from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    batch,
    batches_on,
    chain,
    frames_of,
    payload_of,
)
from tests.unit.node.world import World, l1_with

from opcycle.derivation.waiting import WaitReason
from opcycle.errors import CriticalError, OpcycleError, ResetError, TemporaryError, UserError
from opcycle.node.waiting import FIRST_LOOK, Waiting
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.rpc.hexjson import to_hex


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TemporaryError("e"), WaitReason.RETRY),
        (ResetError("e"), WaitReason.RESET),
        (CriticalError("e"), WaitReason.STOPPED),
        (UserError("e"), WaitReason.STOPPED),
    ],
)
def test_of_error__kind__says_what_becomes_of_it(error: OpcycleError, reason: WaitReason) -> None:
    assert Waiting.of_error(error) == Waiting(reason, "e")


def test_waiting__before_the_first_step__first_look(tmp_path: Path) -> None:
    assert World(tmp_path, l1_with({}, length=3)[0]).start().waiting == FIRST_LOOK


def test_waiting__l1_read_to_its_head__derivations_reason(tmp_path: Path) -> None:
    world = World(tmp_path, l1_with({3: 12}, length=5)[0])
    world.start()
    world.settle()
    assert world.node.waiting.reason is WaitReason.NO_BATCH


def test_waiting__l1_has_more_blocks_than_one_step_reads__unread_l1(tmp_path: Path) -> None:
    world = World(tmp_path, l1_with({}, length=200)[0])
    world.start()
    world.node.step()
    assert world.node.waiting.reason is WaitReason.UNREAD_L1
    world.settle()
    assert world.node.waiting.reason is WaitReason.NO_BATCH


def test_waiting__l1_is_away__retry(tmp_path: Path) -> None:
    world = World(tmp_path, l1_with({}, length=3)[0])
    world.start()
    world.settle()
    world.l1.is_down = True
    with pytest.raises(TemporaryError):
        world.node.step()
    assert world.node.waiting.reason is WaitReason.RETRY


def test_to_json__first_look__words_and_nulls() -> None:
    body = FIRST_LOOK.to_json()
    assert (body["reason"], body["text"]) == ("FIRST_LOOK", "its first look at L1")
    assert all(
        body[name] is None for name in ("l1Block", "windowEnds", "blocksToWindowEnd", "channel", "verdict")
    )


def test_to_json__open_channel__the_frame_that_lacks(tmp_path: Path) -> None:
    batches, _ = batches_on(GENESIS, 2)
    frames = frames_of(batches, frame_size=60)
    world = World(tmp_path, chain(3, {2: [encode_batcher_payload(frames[:1])]}))
    world.start(config=CONFIG)
    world.settle()
    body = world.node.waiting.to_json()
    assert body["reason"] == "MISSING_FRAME"
    assert body["channel"] == {"id": to_hex(CHANNEL), "nextFrame": 1, "opened": 2, "lastChance": 52}
    assert (body["l1Block"], body["windowEnds"], body["blocksToWindowEnd"]) == (3, 10, 8)


def test_to_json__dropped__the_verdict(tmp_path: Path) -> None:
    wrong = batch(GENESIS, parent_hash=b"\x01" * 32)
    world = World(tmp_path, chain(3, {2: [payload_of([wrong])]}))
    world.start(config=CONFIG)
    world.settle()
    assert world.node.waiting.verdict == "PARENT_MISMATCH"
    body = world.node.waiting.to_json()
    assert (body["reason"], body["channel"]) == ("DROPPED", None)
    assert (body["verdict"]["reason"], body["verdict"]["l1Block"]["number"]) == ("PARENT_MISMATCH", 2)
