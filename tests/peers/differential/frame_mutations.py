"""Frames and transactions that are wrong in one way, or come as a batcher would not send them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.peers.differential.material import Material, Posting, Registry, flip_bit
from tests.peers.differential.rig import L1Tx

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.protocol.blobs import BLOB_SIZE, encode_blob
from opcycle.protocol.frames import Frame, encode_batcher_payload

FRAME = Registry()
CHANNEL_TIMEOUT = 50
"""L1 blocks, from Granite on."""


def _frames(change: Callable[[Material, list[Frame]], Sequence[Frame]]) -> None:
    """Register a change of a channel's frames, of which there are at least three."""

    def make(material: Material) -> Posting:
        frames = material.frames(material.compressed(material.content()), least=3)
        return material.post_frames(change(material, frames))

    make.__name__ = change.__name__
    FRAME.add()(make)


def _payload(change: Callable[[Material, bytes], bytes]) -> None:
    """Register a change of the data of a transaction with a whole channel."""

    def make(material: Material) -> Posting:
        payload = encode_batcher_payload(material.frames(material.compressed(material.content())))
        return [[L1Tx(change(material, payload))]]

    make.__name__ = change.__name__
    FRAME.add()(make)


def _transaction(change: Callable[[Material, L1Tx], L1Tx]) -> None:
    """Register a change of the transaction that carries a whole channel."""

    def make(material: Material) -> Posting:
        payload = encode_batcher_payload(material.frames(material.compressed(material.content())))
        return [[change(material, L1Tx(payload))]]

    make.__name__ = change.__name__
    FRAME.add()(make)


def _good(m: Material, *, least: int = 1, channel_id: bytes | None = None) -> list[Frame]:
    return m.frames(m.compressed(m.content()), least=least, channel_id=channel_id)


@_frames
def frame_dropped(m: Material, frames: list[Frame]) -> list[Frame]:
    del frames[m.index(frames)]
    return frames


@_frames
def frame_twice(m: Material, frames: list[Frame]) -> list[Frame]:
    at = m.index(frames)
    return [*frames[: at + 1], *frames[at:]]


@_frames
def frames_swapped(m: Material, frames: list[Frame]) -> list[Frame]:
    at = m.index(frames[1:])
    return [*frames[:at], frames[at + 1], frames[at], *frames[at + 2 :]]


@_frames
def frames_shuffled(m: Material, frames: list[Frame]) -> list[Frame]:
    m.rng.shuffle(frames)
    return frames


@_frames
def frames_backwards(m: Material, frames: list[Frame]) -> list[Frame]:
    return frames[::-1]


@_frames
def last_frame_too_early(m: Material, frames: list[Frame]) -> list[Frame]:
    at = m.index(frames)
    return [replace(frame, is_last=number == at) for number, frame in enumerate(frames)]


@_frames
def no_last_frame(m: Material, frames: list[Frame]) -> list[Frame]:
    return [replace(frame, is_last=False) for frame in frames]


@_frames
def every_frame_the_last(m: Material, frames: list[Frame]) -> list[Frame]:
    return [replace(frame, is_last=True) for frame in frames]


@_frames
def frame_numbers_jump(m: Material, frames: list[Frame]) -> list[Frame]:
    at = m.index(frames)
    number = m.rng.choice([frames[at].number + 1, 0, 0x7FFF, 0xFFFF])
    frames[at] = replace(frames[at], number=number)
    return frames


@_frames
def frame_of_other_channel(m: Material, frames: list[Frame]) -> list[Frame]:
    at = m.index(frames)
    frames[at] = replace(frames[at], channel_id=flip_bit(frames[at].channel_id, m.rng))
    return frames


@_frames
def stranger_in_between(m: Material, frames: list[Frame]) -> list[Frame]:
    """A frame of a channel that never began."""
    stranger = Frame(m.rng.randbytes(16), m.rng.randint(1, 3), b"stranger", is_last=m.rng.random() < 0.5)
    at = m.index(frames) + 1
    return [*frames[:at], stranger, *frames[at:]]


@_frames
def channel_in_between(m: Material, frames: list[Frame]) -> list[Frame]:
    """A whole channel, with a good batch more or less, before another has had all its frames."""
    at = m.index(frames) + 1
    return [*frames[:at], *_good(m), *frames[at:]]


@_frames
def begun_in_between(m: Material, frames: list[Frame]) -> list[Frame]:
    """The first frame of a channel that never ends."""
    at = m.index(frames) + 1
    return [*frames[:at], Frame(m.rng.randbytes(16), 0, b"begun", is_last=False), *frames[at:]]


@_frames
def channels_interleaved(m: Material, frames: list[Frame]) -> list[Frame]:
    others = _good(m, least=3)
    mixed = [frame for pair in zip(frames, others, strict=False) for frame in pair]
    return [*mixed, *frames[len(mixed) // 2 :], *others[len(mixed) // 2 :]]


@_frames
def channel_starts_again(m: Material, frames: list[Frame]) -> list[Frame]:
    """The same id, from the first frame on."""
    return [*frames[: m.index(frames)], *frames]


@_frames
def channel_id_again(m: Material, frames: list[Frame]) -> list[Frame]:
    """Another channel by the same name, right after the first, or instead of its end."""
    at = m.rng.randint(1, len(frames))
    return [*frames[:at], *_good(m, channel_id=frames[0].channel_id)]


@_frames
def junk_channel_first(m: Material, frames: list[Frame]) -> list[Frame]:
    """By the same name."""
    return [Frame(frames[0].channel_id, 0, m.rng.randbytes(20), is_last=True), *frames]


@_frames
def empty_frames(m: Material, frames: list[Frame]) -> list[Frame]:
    """One without data in front, and the others moved up."""
    moved = [replace(frame, number=frame.number + 1) for frame in frames]
    return [Frame(frames[0].channel_id, 0, b"", is_last=False), *moved]


@_frames
def frames_behind_the_last(m: Material, frames: list[Frame]) -> list[Frame]:
    last = frames[-1]
    return [*frames, replace(last, number=last.number + 1, is_last=m.rng.random() < 0.5)]


@_payload
def payload_truncated(m: Material, payload: bytes) -> bytes:
    return payload[: m.rng.randrange(1, len(payload))]


@_payload
def bytes_after_frames(m: Material, payload: bytes) -> bytes:
    return payload + m.rng.choice([b"\x00", m.rng.randbytes(22), m.rng.randbytes(60)])


@_payload
def bad_last_flag(m: Material, payload: bytes) -> bytes:
    return payload[:-1] + bytes([m.rng.choice([2, 0x80, 0xFF])])


@_payload
def wrong_frame_length(m: Material, payload: bytes) -> bytes:
    length = m.rng.choice([0, 1, 1_000_000, 1_000_001, 2**32 - 1])
    return payload[:19] + length.to_bytes(4, "big") + payload[23:]


@_payload
def header_bit_flipped(m: Material, payload: bytes) -> bytes:
    return flip_bit(payload, m.rng, first=1, last=24)


@_payload
def unknown_version(m: Material, payload: bytes) -> bytes:
    return bytes([m.rng.choice([2, 3, 0x7F, 0xFF])]) + payload[1:]


@_payload
def commitment_where_there_is_no_alt_da(m: Material, payload: bytes) -> bytes:
    return m.rng.choice([b"\x01", b"\x01\x00" + m.rng.randbytes(32), b"\x01\x01\x0c" + m.rng.randbytes(40)])


@_payload
def without_version(m: Material, payload: bytes) -> bytes:
    return payload[1:]


@_payload
def version_and_nothing_else(m: Material, payload: bytes) -> bytes:
    return b"\x00"


@_payload
def no_data(m: Material, payload: bytes) -> bytes:
    return b""


@_transaction
def from_a_stranger(m: Material, tx: L1Tx) -> L1Tx:
    return replace(tx, sender="proposer")


@_transaction
def to_a_stranger(m: Material, tx: L1Tx) -> L1Tx:
    return replace(tx, to=ACCOUNTS["proposer"].address)


@_transaction
def of_any_type(m: Material, tx: L1Tx) -> L1Tx:
    return replace(tx, kind=m.rng.choice([0, 1]))


@_transaction
def set_code_transaction(m: Material, tx: L1Tx) -> L1Tx:
    """Of a type that carries no batches."""
    return replace(tx, kind=4)


@FRAME.add(first=True)
def old_transactions_again(m: Material) -> Posting:
    return [[L1Tx(payload) for payload in m.rng.sample(list(m.posted), min(2, len(m.posted)))]]


@FRAME.add()
def channel_twice(m: Material) -> Posting:
    txs = [L1Tx(payload) for payload in m.payloads(_good(m))]
    return [[*txs, *txs]]


@FRAME.add(alone=True)
def channel_over_l1_blocks(m: Material) -> Posting:
    """One frame in each, or now and then none."""
    posting: Posting = []
    for frame in _good(m, least=2):
        posting += [[]] * m.rng.choice([0, 0, 1, 2]) + [[L1Tx(encode_batcher_payload([frame]))]]
    return posting


@FRAME.add(alone=True)
def channel_over_l1_blocks_disturbed(m: Material) -> Posting:
    """The first frame of another channel in between."""
    first, *others = ([L1Tx(encode_batcher_payload([frame]))] for frame in _good(m, least=2))
    begun = [L1Tx(encode_batcher_payload([Frame(m.rng.randbytes(16), 0, b"begun", is_last=False)]))]
    return [first, begun, *others]


@FRAME.add(alone=True, seldom=True)
def channel_at_the_last_moment(m: Material) -> Posting:
    return _with_pause(m, CHANNEL_TIMEOUT)


@FRAME.add(alone=True, seldom=True)
def channel_too_late(m: Material) -> Posting:
    return _with_pause(m, CHANNEL_TIMEOUT + 1)


@FRAME.add(alone=True, seldom=True)
def silence(m: Material) -> Posting:
    """So long that the sequence window passes; the batches come when it has."""
    return [
        *[[]] * m.rng.randint(m.config.seq_window_size - 1, m.config.seq_window_size + 3),
        *m.post(m.singulars()),
    ]


@FRAME.add(alone=True, seldom=True)
def blobs(m: Material) -> Posting:
    """A channel in two of them, in order or not; with calldata, which counts for nothing."""
    frames = _good(m, least=2)
    half = len(frames) // 2
    pair = [encode_blob(encode_batcher_payload(part)) for part in (frames[:half], frames[half:])]
    if m.rng.random() < 0.5:
        pair.reverse()
    payload = encode_batcher_payload(_good(m))
    return [[L1Tx(payload, kind=3, blobs=tuple(pair))]]


@FRAME.add(alone=True, seldom=True)
def bad_blobs(m: Material) -> Posting:
    """One that encodes no payload, and a good one behind it."""
    good = encode_blob(encode_batcher_payload(_good(m)))
    bad = bytearray(good)
    match m.rng.randrange(4):
        case 0:
            bad[1] = m.rng.randint(1, 255)  # the version
        case 1:
            bad[2:5] = m.rng.choice([b"\x01\xfb\xfd", b"\xff\xff\xff", b"\0\0\0"])  # the length
        case 2:
            at = 32 * m.rng.randrange(1, 5)
            bad[at] = bad[at] & 0x1F | 0x40  # a bit that carries nothing, in a number below the modulus
        case _:
            bad[BLOB_SIZE - 1 - m.rng.randrange(30)] ^= 1  # behind the payload
    return [[L1Tx(b"", kind=3, blobs=(bytes(bad), good))]]


def _with_pause(m: Material, blocks: int) -> Posting:
    """The channel's second half, that many L1 blocks after its first."""
    frames = _good(m, least=2)
    first, second = frames[:1], frames[1:]
    return [
        [L1Tx(encode_batcher_payload(first))],
        *[[]] * (blocks - 1),
        [L1Tx(encode_batcher_payload(second))],
    ]
