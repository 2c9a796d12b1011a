"""Derivation of what a batcher gone mad posts: good channels, damaged at every level below the compression.

P1  Nothing raises; the same L1 gives the same chain and verdicts again.
P2  Every transaction, and every frame of a good one, has a verdict.
P3  The chain keeps pace with L1, whatever is on it: no epoch is older than the sequence window.
P4  The forms of batches do not matter: all rules before and after Holocene hold the above.

Bytes that do not decompress are `test_codecs` and `tests/unit/derivation/test_pipeline_properties.py`.
"""

from collections import Counter
from dataclasses import replace

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    Engine,
    batches_on,
    chain,
    epoch_by_time,
    payload_of,
    span_of,
)
from tests.unit.protocol.span_samples import access_list, dynamic_fee, legacy, set_code

from opcycle.derivation.verdicts import FrameId, Subject, TransactionId
from opcycle.protocol.channels import Compression, compress, split_frames
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.rollup import Fork

FIRST, LAST = 3, 16
"""L1 blocks that carry the batcher's transactions."""

SAMPLES = [
    legacy(),
    legacy(chain_id=None, to=b"", parity=1),
    access_list(),
    dynamic_fee(nonce=300),
    set_code(),
]
BATCHES, _ = batches_on(
    GENESIS, 12, epoch_of=epoch_by_time, transactions=lambda number: SAMPLES[: number % (len(SAMPLES) + 1)]
)
LIVE = CONFIG
BEFORE_HOLOCENE = replace(CONFIG, fork_times={fork: 0 for fork in Fork if fork is not Fork.HOLOCENE})
HOLOCENE_COMES = replace(CONFIG, fork_times=CONFIG.fork_times | {Fork.HOLOCENE: CONFIG.genesis_time + 100})
"""In the ninth L1 block."""


def rarely(draw, one_in):
    return draw(st.integers(1, one_in)) == one_in


@st.composite
def damaged(draw, good, one_in):
    """`good`; once in so many times some of its bytes are changed, taken out or doubled."""
    data = bytearray(good)
    if not rarely(draw, one_in):
        return good
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["flip", "set", "cut", "double", "drop"])):
            case "flip":
                data[place] ^= 1 << draw(st.integers(0, 7))
            case "set":
                data[place] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xB8, 0xC0, 0xF8, 0xFF]))
            case "cut":
                del data[max(place, 1) :]
            case "double":
                data[place:place] = data[place : place + draw(st.integers(1, 40))]
            case "drop":
                del data[max(place, 1) : place + draw(st.integers(1, 40))]
    return bytes(data)


@st.composite
def frames_of_run(draw, name, start, end):
    """The frames of a channel with some blocks, one by one or as a span that may overlap those before."""
    if draw(st.booleans()):
        batches = [span_of(BATCHES[max(start - draw(st.integers(0, 3)), 0) : end])]
    else:
        batches = BATCHES[start:end]
    content = b"".join(rlp.encode(draw(damaged(batch.encode(), one_in=12))) for batch in batches)
    compressed = compress(draw(damaged(content, one_in=12)), draw(st.sampled_from(Compression)), 1)
    frames = split_frames(name * 16, compressed, draw(st.sampled_from([60, 300, 100_000])))
    if rarely(draw, one_in=6):
        moved = frames.pop(draw(st.integers(0, len(frames) - 1)))
        if not frames or draw(st.booleans()):
            frames.insert(draw(st.integers(0, len(frames))), moved)
    return frames


@st.composite
def posted(draw):
    """[(L1 block, payload)]: the chain in some channels, each in one or two transactions."""
    cuts = sorted(draw(st.sets(st.integers(1, len(BATCHES) - 1), max_size=4)))
    found: list[tuple[int, bytes]] = []
    number = FIRST
    for name, start, end in zip(b"abcde", [0, *cuts], [*cuts, len(BATCHES)], strict=False):
        frames = draw(frames_of_run(bytes([name]), start, end))
        cut = draw(st.integers(0, len(frames)))
        for part in (frames[:cut], frames[cut:]):
            number = min(number + draw(st.sampled_from([0, 0, 1, 1, 2])), LAST)
            if part:
                found.append((number, encode_batcher_payload(part)))
    if rarely(draw, one_in=4):
        found.insert(draw(st.integers(0, len(found))), draw(st.sampled_from(found)))
    return found


def l1_of(numbered):
    by_block: dict[int, list[bytes]] = {}
    for number, payload in numbered:
        by_block.setdefault(number, []).append(payload)
    return chain(LAST + CONFIG.seq_window_size, by_block)


@pytest.mark.parametrize("config", [LIVE, BEFORE_HOLOCENE, HOLOCENE_COMES], ids=["live", "before", "comes"])
def test_samples__undamaged__are_the_whole_chain(config):
    for batches in (BATCHES, [span_of(BATCHES)]):
        engine = Engine(l1_of([(FIRST, payload_of(batches))]), config=config).run()
        derived = [attributes.transactions[1:] for attributes in engine.attributes[: len(BATCHES)]]
        assert derived == [batch.transactions for batch in BATCHES]
        assert engine.reasons() == []


@pytest.mark.parametrize("config", [LIVE, BEFORE_HOLOCENE, HOLOCENE_COMES], ids=["live", "before", "comes"])
@given(numbered=posted())
def test_derivation__anything_from_the_batcher__verdicts_and_a_chain_that_goes_on(config, numbered):
    blocks = l1_of(numbered)
    engine, again = (Engine(blocks, config=config).run() for _ in range(2))
    assert (engine.derived, engine.verdicts) == (again.derived, again.verdicts)
    last = blocks[-1].header.number
    assert engine.safe_head.l1_origin.number >= last - config.seq_window_size
    judged = Counter(
        verdict.identity for verdict in engine.verdicts if verdict.subject is Subject.TRANSACTION
    )
    sent = [tx for block in blocks for tx in block.transactions]
    assert judged == Counter(TransactionId(tx.hash) for tx in sent)
    frames = {v.identity for v in engine.verdicts if isinstance(v.identity, FrameId)}
    assert {frame for verdict in engine.verdicts for frame in verdict.frames} <= frames
