"""What the derivation vectors show, one function each: its docstring is the vector's description.

Each starts on a safe head close to L1's head and ends when our node has read what it posted.
"""

import zlib
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.peers.differential.material import Material
from tests.peers.differential.rig import L1Tx, Rig, config_update, deposit
from tests.peers.differential.sequencing import Sequencing

from opcycle.protocol.blobs import encode_blob
from opcycle.protocol.channels import Compression, compress
from opcycle.protocol.frames import Frame, encode_batcher_payload
from opcycle.protocol.system_config import ConfigUpdateType

NOBODY = b"\x99" * 20


class Script:
    """A rig, and what the cases do with it."""

    def __init__(self, rig: Rig):
        self.rig = rig
        self._sequencing = Sequencing(rig, Random(2026))
        rig.derive()
        self.rest()

    def material(self, count: int, *, eager: bool = True) -> Material:
        """With `count` blocks that may follow the safe head."""
        safe, head = self.rig.safe_head, self.rig.l1.head.number
        self._sequencing.follow(safe)
        return Material(
            rng=Random(safe.ref.number),
            config=self.rig.config,
            safe=safe,
            earlier=(),
            blocks=self._sequencing.extend(safe, count, l1_head=head, eager=eager),
            l1=[self.rig.l1_block(number).ref for number in range(head + 1)],
            posted=(),
        )

    def l1(self, *transactions: L1Tx, seconds: int = 1) -> None:
        """An L1 block, which our node reads."""
        self.rig.send(*transactions)
        self.rig.mine(timestamp=self.rig.l1.head.timestamp + seconds)
        self.rig.derive()

    def frames(self, *frames: Frame) -> None:
        """An L1 block with a transaction that has them."""
        self.l1(L1Tx(encode_batcher_payload(frames)))

    def rest(self) -> None:
        """Good batches until the safe head has come close to L1's head."""
        while True:
            epochs = self.rig.l1.head.number - self.rig.safe_head.ref.l1_origin.number
            if epochs <= 2:
                return
            material = self.material(min(12, epochs))  # each may take one step to the next L1 origin
            channel = pieces(material, material.content(), 1)
            self.frames(*channel)


Case = Callable[[Script], None]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


def pieces(m: Material, content: bytes, count: int, *, by: Compression = Compression.ZLIB) -> list[Frame]:
    """A channel in `count` frames of about the same size."""
    data = compress(content, by)
    size = -(-len(data) // count)
    channel_id = m.rng.randbytes(16)
    return [
        Frame(channel_id, at, data[at * size : (at + 1) * size], is_last=at == count - 1)
        for at in range(count)
    ]


@case
def singular_batches(s: Script) -> None:
    """Four singular batches in a zlib channel without an end marker, then two in a Brotli channel."""
    m = s.material(4)
    compressor = zlib.compressobj(9)
    data = compressor.compress(m.content()) + compressor.flush(zlib.Z_SYNC_FLUSH)
    s.frames(Frame(m.rng.randbytes(16), 0, data, is_last=True))
    m = s.material(2)
    s.frames(*pieces(m, m.content(), 1, by=Compression.BROTLI))


@case
def span_batches(s: Script) -> None:
    """A span batch over epochs; one that repeats two of its blocks and adds others; one of the past."""
    for _ in range(3):
        s.l1()
    m = s.material(5)
    s.frames(*pieces(m, m.content([m.span()]), 1))
    old = m.blocks
    m = s.material(3)
    s.frames(*pieces(m, m.content([m.span([*old[-2:], *m.blocks])]), 1))
    s.frames(*pieces(m, m.content([m.span(old)]), 1))


@case
def span_batches_that_are_wrong(s: Script) -> None:
    """Wrong parent check, origin check, last origin: each takes the batches behind it along."""
    for change in ("parent_check", "origin_check", "l1_origin_number"):
        m = s.material(2)
        span = m.span()
        wrong = span.l1_origin_number - 1 if change == "l1_origin_number" else bytes(20)
        s.frames(*pieces(m, m.content([replace(span, **{change: wrong}), *m.singulars()]), 1))
    m = s.material(2)
    s.frames(*pieces(m, m.content([m.span()]), 1))


@case
def frames_over_l1_blocks(s: Script) -> None:
    """A channel in three frames, each in an L1 block of its own, with empty L1 blocks in between."""
    m = s.material(5)
    for frame in pieces(m, m.content(), 3):
        s.frames(frame)
        s.l1()


@case
def frames_out_of_order(s: Script) -> None:
    """The second frame first, then all in order but one twice, then a channel that another one interrupts."""
    m = s.material(4)
    first, second, third = pieces(m, m.content(), 3)
    s.frames(second, first, third)
    s.frames(first, first, second, second, third)
    m = s.material(2)
    first, second = pieces(m, m.content(), 2)
    other = pieces(m, m.content(), 1)
    s.frames(first)
    s.frames(*other)
    s.frames(second)


@case
def channel_timeout(s: Script) -> None:
    """A channel whose last frame comes 51 L1 blocks after its first: too late. The sequence window of 20 L1
    blocks passes meanwhile, and the L2 blocks are empty ones."""
    m = s.material(2)
    first, second = pieces(m, m.content(), 2)
    s.frames(first)
    for _ in range(50):
        s.l1()
    s.frames(second)


@case
def junk(s: Script) -> None:
    """Transactions of strangers and of other versions, frames with something wrong, channels of nothing."""
    m = s.material(2)
    (frame,) = pieces(m, m.content(), 1)
    good = encode_batcher_payload([frame])
    s.l1(
        L1Tx(good, sender="proposer"),
        L1Tx(b""),
        L1Tx(b"\x00"),
        L1Tx(b"\x02" + good[1:]),
        L1Tx(good + b"\x00"),
        L1Tx(good[:-1] + b"\x02"),
        L1Tx(good[:-9]),
        L1Tx(good, kind=4),
    )
    s.frames(
        Frame(b"\x01" * 16, 0, b"", is_last=True),
        Frame(b"\x02" * 16, 0, b"\x03 no compression", is_last=True),
        Frame(b"\x03" * 16, 0, compress(b"\x83\x02 x", Compression.ZLIB), is_last=True),
        Frame(b"\x04" * 16, 1, b"no first frame", is_last=True),
    )
    s.l1(L1Tx(good))


@case
def wrong_parent(s: Script) -> None:
    """The second of three batches names another parent: the first counts, the third goes with the second. The
    next channel is read."""
    m = s.material(3)
    first, second, third = m.singulars()
    s.frames(*pieces(m, m.content([first, replace(second, parent_hash=bytes(32)), third]), 1))
    m = s.material(2)
    s.frames(*pieces(m, m.content(), 1))


@case
def batches_that_are_wrong(s: Script) -> None:
    """Wrong epoch hash, future, too new an epoch, with a deposit; one of the past does no harm."""
    changes = [
        {"epoch": replace(s.material(1).singulars()[0].epoch, hash=bytes(32))},
        {"timestamp": s.rig.safe_head.ref.timestamp + 2},
        {"epoch": replace(s.material(1).singulars()[0].epoch, number=10**6)},
        {"transactions": (b"\x7e",)},
    ]
    for change in changes:
        m = s.material(1)
        s.frames(*pieces(m, m.content([replace(m.singulars()[0], **change), *m.singulars()]), 1))
    m = s.material(2)
    past = replace(m.singulars()[0], timestamp=m.safe.ref.timestamp, parent_hash=bytes(32))
    s.frames(*pieces(m, m.content([past, *m.singulars()]), 1))


@case
def invalid_payload(s: Script) -> None:
    """A transaction twice, which the engine rejects: the block has its deposits only, and takes the rest of
    the channel along."""
    m = s.material(3)
    while not m.singulars()[0].transactions:
        m = s.material(3)
    first, *others = m.singulars()
    twice = replace(first, transactions=first.transactions * 2)
    s.frames(*pieces(m, m.content([twice, *others]), 1))


@case
def window_expiry(s: Script) -> None:
    """Nobody posts for longer than the sequence window of 20 L1 blocks: empty blocks, and a deposit in time.
    Batches of then come too late."""
    m = s.material(2)
    late = pieces(m, m.content(), 1)
    s.l1(deposit(to=NOBODY, mint=7, value=7))
    for number in range(22):
        s.l1(seconds=25 if number == 0 else 1)
    s.frames(*late)


@case
def epochs_without_batches(s: Script) -> None:
    """L2 is ahead of L1 when the window passes: each epoch gets one empty block, however early."""
    m = s.material(12, eager=False)
    s.frames(*pieces(m, m.content([m.span()]), 1))
    for _ in range(26):
        s.l1()


@case
def deposits(s: Script) -> None:
    """Two deposits in one L1 block, a contract creation, one that fails on L2, and one with calldata."""
    s.l1(deposit(to=NOBODY, mint=10**18, value=10**18), deposit(to=NOBODY, mint=1, value=0))
    s.l1(deposit(to=bytes(20), is_creation=True, data=bytes.fromhex("60015f5560015ff3"), gas=200_000))
    s.l1(deposit(to=NOBODY, value=10**30), deposit(to=NOBODY, data=b"calldata", gas=60_000))
    m = s.material(6)
    s.frames(*pieces(m, m.content(), 1))
    m = s.material(4)
    s.frames(*pieces(m, m.content([m.span()]), 1))


@case
def config_updates(s: Script) -> None:
    """Every kind of update of the system config, and some that are malformed and change nothing."""
    scalar = b"\x01" + bytes(23) + (9).to_bytes(4, "big") + (8).to_bytes(4, "big")
    updates = [
        (ConfigUpdateType.FEE_SCALARS, bytes(32) + scalar),
        (ConfigUpdateType.GAS_LIMIT, (45_000_000).to_bytes(32, "big")),
        (ConfigUpdateType.UNSAFE_BLOCK_SIGNER, NOBODY.rjust(32, b"\0")),
        (ConfigUpdateType.EIP_1559_PARAMS, bytes(24) + (77).to_bytes(4, "big") + (4).to_bytes(4, "big")),
        (ConfigUpdateType.OPERATOR_FEE, bytes(20) + (3).to_bytes(4, "big") + (5).to_bytes(8, "big")),
        (ConfigUpdateType.MIN_BASE_FEE, (99).to_bytes(32, "big")),
        (ConfigUpdateType.DA_FOOTPRINT_GAS_SCALAR, (500).to_bytes(32, "big")),
    ]
    for kind, value in updates:
        s.l1(config_update(kind, value))
    s.l1(
        config_update(ConfigUpdateType.GAS_LIMIT, b"\xff" * 32),
        config_update(ConfigUpdateType.EIP_1559_PARAMS, bytes(31) + b"\x01"),
        config_update(99, bytes(32)),
    )
    m = s.material(12)
    s.frames(*pieces(m, m.content(), 1))


@case
def blobs(s: Script) -> None:
    """A channel in two blobs behind one that encodes nothing; their calldata counts for nothing."""
    m = s.material(3)
    first, second = pieces(m, m.content(), 2)
    bad = b"\x00\x01" + bytes(4096 * 32 - 2)
    good = [encode_blob(encode_batcher_payload([frame])) for frame in (first, second)]
    s.l1(L1Tx(encode_batcher_payload([first, second]), kind=3, blobs=(bad, *good)))
