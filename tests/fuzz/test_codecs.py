"""Codecs: what goes in comes out, what L1 logs is what derivation reads, and hostile bytes do no harm.

D1  A deposit that the real portal logs becomes the L2 transaction that was asked for.
D2  Frames, channels and batches come back as they went in, wherever they were cut.
D3  Any bytes lead to a value or to the codec's own error, never to another exception.
D4  Memory stays bounded, whatever a stream would inflate to.
"""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
import rlp
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.puppet import Call, puppet_code
from tests.fuzz.system import MARKET, system
from tests.unit.deploy.configs import account

from opcycle.protocol.batches import BadBatch, SingularBatch, decode_batch, encode_channel_rlp, iter_batches
from opcycle.protocol.channels import (
    BROTLI_VERSION,
    ChannelError,
    Compression,
    compress,
    decompress,
    split_frames,
)
from opcycle.protocol.deposits import (
    TRANSACTION_DEPOSITED_TOPIC,
    DepositError,
    DepositTransaction,
    deposits_from_logs,
    user_deposit_source,
)
from opcycle.protocol.frames import Frame, FrameError, encode_batcher_payload, parse_frames
from opcycle.protocol.l1_info import L1Info, L1InfoError, L1InfoForm
from opcycle.protocol.rollup import SystemConfig
from opcycle.protocol.system_config import CONFIG_UPDATE_TOPIC, apply_config_update
from opcycle.protocol.types import BlockId, Log

L1_HASH = b"\x1a" * 32
LIMIT = 1_000_000
PUPPET = account("puppet")

words = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
u64, u128 = st.integers(0, 2**64 - 1), st.integers(0, 2**128 - 1)
hostile = st.binary(max_size=400)

# --- deposits ---------------------------------------------------------------------------------------


@given(
    to=st.one_of(st.none(), addresses),
    mint=st.integers(0, 10**18),
    value=u128,
    spare_gas=st.integers(0, 500_000),
    data=st.binary(max_size=300),
    by_contract=st.booleans(),
)
def test_deposit__logged_by_the_real_portal__is_the_transaction_that_was_asked_for(
    to: bytes | None, mint: int, value: int, spare_gas: int, data: bytes, by_contract: bool
) -> None:
    portal, chain, alice = system().portal, system().chain, system().alice
    snapshot = chain.evm.snapshot()
    chain.set_block(system().first_block, system().first_time, base_fee=30 * 10**9)
    gas = min(21_000 + 40 * len(data) + spare_gas, MARKET.max_resource_limit)
    call = portal.encode("depositTransaction", to or bytes(20), value, gas, to is None, data)
    chain.set_code(PUPPET, puppet_code([Call(portal.address, call, forwards_value=True)]))
    chain.send(alice, PUPPET if by_contract else portal.address, b"" if by_contract else call, value=mint)
    logs = chain.logs()
    chain.evm.revert(snapshot)
    (deposit,), bad = deposits_from_logs(logs, portal=portal.address, l1_hash=L1_HASH)
    alias = (int.from_bytes(PUPPET, "big") + 0x1111000000000000000000000000000000001111) % 2**160
    assert not bad
    assert deposit == DepositTransaction(
        source_hash=user_deposit_source(L1_HASH, 0),
        sender=alias.to_bytes(20, "big") if by_contract else alice,
        to=to,
        mint=mint,
        value=value,
        gas=gas,
        is_system=False,
        data=data,
    )
    assert DepositTransaction.decode(deposit.encode()) == deposit


@given(
    topics=st.lists(st.one_of(words, st.just(bytes(32))), max_size=4).map(tuple),
    data=st.one_of(hostile, st.binary(max_size=200).map(lambda tail: (32).to_bytes(32, "big") + tail)),
)
def test_deposit__hostile_log__a_deposit_or_its_own_error(topics: tuple[bytes, ...], data: bytes) -> None:
    log = Log(b"\xd0" * 20, (TRANSACTION_DEPOSITED_TOPIC, *topics), data, 7)
    good, bad = deposits_from_logs([log], portal=log.address, l1_hash=L1_HASH)
    assert len(good) + len(bad) == 1


def gives_value_or(error: type[Exception], function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The value, or None where the codec's own error says no. Any other exception fails the test."""
    try:
        return function(*args, **kwargs)
    except error:
        return None


nested: st.SearchStrategy[Any] = st.recursive(
    st.binary(max_size=40), lambda inner: st.lists(inner, max_size=9), max_leaves=12
)


@given(
    st.one_of(
        hostile, hostile.map(lambda tail: b"\x7e" + tail), nested.map(lambda item: b"\x7e" + rlp.encode(item))
    )
)
def test_deposit__hostile_bytes__a_deposit_or_its_own_error(raw: bytes) -> None:
    found = gives_value_or(DepositError, DepositTransaction.decode, raw)
    assert found is None or found.encode() == raw


# --- frames -----------------------------------------------------------------------------------------

frames = st.builds(
    Frame,
    channel_id=st.binary(min_size=16, max_size=16),
    number=st.integers(0, 2**16 - 1),
    data=st.binary(max_size=60),
    is_last=st.booleans(),
)


@given(st.lists(frames, min_size=1, max_size=5).map(tuple))
def test_frames__encoded__come_back(sent: tuple[Frame, ...]) -> None:
    assert parse_frames(encode_batcher_payload(sent)) == sent


@given(
    sent=st.lists(frames, min_size=1, max_size=3),
    cut=st.integers(1, 200),
    extra=st.binary(min_size=1, max_size=22),
)
def test_frames__cut_or_with_bytes_behind__all_are_dropped(sent: list[Frame], cut: int, extra: bytes) -> None:
    payload = encode_batcher_payload(sent)
    boundaries = {1}
    for frame in sent:
        boundaries.add(max(boundaries) + len(frame.encode()))
    end = max(0, len(payload) - cut)
    if end not in boundaries - {1}:
        with pytest.raises(FrameError):
            parse_frames(payload[:end])
    with pytest.raises(FrameError):
        parse_frames(payload + extra)


@given(st.one_of(hostile, hostile.map(lambda tail: b"\0" + tail)))
def test_frames__hostile_bytes__exact_frames_or_their_own_error(payload: bytes) -> None:
    found = gives_value_or(FrameError, parse_frames, payload)
    assert found is None or encode_batcher_payload(found) == payload


# --- channels ---------------------------------------------------------------------------------------


@given(
    data=st.binary(max_size=3_000),
    algorithm=st.sampled_from(Compression),
    size=st.integers(24, 500),
    limit=st.integers(0, 3_100),
)
def test_channel__compressed_and_cut_into_frames__comes_back_up_to_the_limit(
    data: bytes, algorithm: Compression, size: int, limit: int
) -> None:
    compressed = compress(data, algorithm)
    pieces = split_frames(b"c" * 16, compressed, size)
    assert all(len(piece.encode()) <= size for piece in pieces)
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    joined = b"".join(piece.data for piece in pieces)
    assert decompress(joined, limit=LIMIT, allow_brotli=True) == data
    assert decompress(joined, limit=limit, allow_brotli=True) == data[:limit]


@given(data=st.binary(max_size=2_000), algorithm=st.sampled_from(Compression), cut=st.integers(1, 300))
def test_channel__truncated__what_decodes_is_a_prefix(data: bytes, algorithm: Compression, cut: int) -> None:
    compressed = compress(data, algorithm)
    found = gives_value_or(ChannelError, decompress, compressed[:-cut], limit=LIMIT, allow_brotli=True)
    assert data.startswith(found or b"")


@given(
    data=st.one_of(
        hostile,
        hostile.map(lambda tail: BROTLI_VERSION + tail),
        hostile.map(lambda tail: b"\x78\xda" + tail),
        st.tuples(hostile, st.integers(0, 500), st.integers(0, 255)).map(
            lambda drawn: bytes(
                byte ^ drawn[2] if at == drawn[1] else byte
                for at, byte in enumerate(compress(drawn[0] * 3, Compression.ZLIB))
            )
        ),
    ),
    allow_brotli=st.booleans(),
)
def test_channel__hostile_bytes__at_most_the_limit_or_its_own_error(data: bytes, allow_brotli: bool) -> None:
    found = gives_value_or(ChannelError, decompress, data, limit=5_000, allow_brotli=allow_brotli)
    assert len(found or b"") <= 5_000


@pytest.mark.parametrize("algorithm", Compression)
def test_channel__bomb__memory_stays_near_the_limit(algorithm: Compression) -> None:
    bomb = compress(bytes(50_000_000), algorithm, level=5)
    tracemalloc.start()
    assert decompress(bomb, limit=LIMIT, allow_brotli=True) == bytes(LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LIMIT


# --- batches ----------------------------------------------------------------------------------------

batches = st.builds(
    SingularBatch,
    parent_hash=words,
    epoch=st.builds(BlockId, words, u64),
    timestamp=u64,
    transactions=st.lists(st.binary(max_size=80), max_size=4).map(tuple),
)


@given(st.lists(batches, max_size=5))
def test_batches__encoded__come_back(sent: list[SingularBatch]) -> None:
    assert list(iter_batches(encode_channel_rlp(sent))) == sent


@given(sent=st.lists(batches, min_size=1, max_size=3), cut=st.integers(1, 100))
def test_batches__truncated__whole_ones_remain(sent: list[SingularBatch], cut: int) -> None:
    found = list(iter_batches(encode_channel_rlp(sent)[:-cut]))
    whole = [batch for batch in found if isinstance(batch, SingularBatch)]
    assert whole == sent[: len(whole)]
    assert len(whole) < len(sent)


@given(
    st.one_of(hostile, nested.map(rlp.encode), nested.map(lambda item: rlp.encode(b"\0" + rlp.encode(item))))
)
@example(b"\xb8\x01\x80")
@example(b"\xbf" + b"\xff" * 8)
def test_batches__hostile_bytes__a_bad_one_is_the_last(data: bytes) -> None:
    found = list(iter_batches(data))
    assert not any(isinstance(batch, BadBatch) for batch in found[:-1])


@given(st.one_of(hostile, nested.map(lambda item: b"\0" + rlp.encode(item))))
def test_batch__hostile_bytes__a_batch_or_a_reason(data: bytes) -> None:
    assert isinstance(decode_batch(data), SingularBatch | BadBatch)


# --- what L1 and L2 say about the chain -------------------------------------------------------------


@given(form=st.sampled_from(L1InfoForm), body=st.binary(max_size=260))
def test_l1_info__hostile_bytes__attributes_or_its_own_error(form: L1InfoForm, body: bytes) -> None:
    data = (form.selector + body)[: form.size]
    found = gives_value_or(L1InfoError, L1Info.decode, data)
    assert (found is not None) == (len(data) == form.size)


@given(
    topics=st.lists(st.one_of(words, st.integers(0, 9).map(lambda n: n.to_bytes(32, "big"))), max_size=3),
    data=st.one_of(hostile, st.binary(max_size=96).map(lambda tail: (32).to_bytes(32, "big") + tail)),
)
def test_config_update__hostile_log__a_config_of_the_right_sizes(topics: list[bytes], data: bytes) -> None:
    before = SystemConfig(b"\xba" * 20, b"\x01" + bytes(31), 60_000_000)
    found = apply_config_update(before, Log(b"\x5c" * 20, (CONFIG_UPDATE_TOPIC, *topics), data, 0))
    assert len(found.batcher_address) == 20
    assert len(found.scalar) == len(found.overhead) == len(found.operator_fee_params) == 32
    assert len(found.eip_1559_params) == 8
    assert found.gas_limit < 2**64
    assert SystemConfig.from_json(found.to_json()) == found
