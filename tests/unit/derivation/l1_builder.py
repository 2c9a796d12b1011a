"""A small L1 for derivation tests: blocks with batcher transactions, config updates and deposits.

Hashes are those of made-up names: a chain is a value, two runs give the same one. The other half is `Engine`,
which stands for the L2 engine: it turns derived attributes into blocks.
"""

from dataclasses import dataclass, field, replace

from eth_abi import encode as abi_encode
from eth_utils.crypto import keccak

from opcycle.derivation.attributes import DerivedAttributes
from opcycle.derivation.pipeline import DerivationPipeline, NeedL1Block
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp
from opcycle.protocol.channels import Compression, compress, split_frames
from opcycle.protocol.deposits import TRANSACTION_DEPOSITED_TOPIC
from opcycle.protocol.frames import Frame, encode_batcher_payload
from opcycle.protocol.l1_chain import local_l1
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.span_building import span_batch_of
from opcycle.protocol.system_config import CONFIG_UPDATE_TOPIC
from opcycle.protocol.types import BlockId, L1Block, L1Header, L1Transaction, L2BlockRef, Log

BATCHER, OTHER_BATCHER, STRANGER = (bytes([n]) * 20 for n in (0xBA, 0xBB, 0xCC))
INBOX, PORTAL, SYSTEM_CONFIG = (bytes([n]) * 20 for n in (0xFF, 0xD0, 0x5C))
USER = bytes([0x11]) * 20
L1_CHAIN = local_l1()
L1_BLOCK_TIME = 12
L2_BLOCK_TIME = 2
GENESIS_TIME = 1_700_000_000
GENESIS_CONFIG = SystemConfig(
    batcher_address=BATCHER,
    scalar=b"\x01" + bytes(23) + (810_949).to_bytes(4, "big") + (1_368).to_bytes(4, "big"),
    gas_limit=60_000_000,
    eip_1559_params=(250).to_bytes(4, "big") + (6).to_bytes(4, "big"),
    min_base_fee=7,
)


def l1_hash(number, branch=""):
    return keccak(text=f"L1 block {number}{branch}")


CONFIG = RollupConfig(
    genesis_l1=BlockId(l1_hash(0), 0),
    genesis_l2=BlockId(keccak(text="L2 genesis"), 0),
    genesis_time=GENESIS_TIME,
    genesis_system_config=GENESIS_CONFIG,
    block_time=L2_BLOCK_TIME,
    l1_chain_id=900,
    l2_chain_id=901,
    batch_inbox=INBOX,
    deposit_contract=PORTAL,
    l1_system_config=SYSTEM_CONFIG,
    seq_window_size=10,
)
GENESIS = L2BlockRef(CONFIG.genesis_l2.hash, 0, bytes(32), GENESIS_TIME, CONFIG.genesis_l1, 0)


def header(number, *, timestamp=None, branch="", parent_branch=None):
    return L1Header(
        hash=l1_hash(number, branch),
        number=number,
        parent_hash=l1_hash(number - 1, branch if parent_branch is None else parent_branch),
        timestamp=GENESIS_TIME + number * L1_BLOCK_TIME if timestamp is None else timestamp,
        base_fee=1_000_000_007,
        mix_hash=keccak(text=f"mix {number}{branch}"),
        parent_beacon_root=keccak(text=f"beacon {number}{branch}"),
        excess_blob_gas=0,
    )


def transaction(data, *, sender=BATCHER, to=INBOX, kind=2, blob_hashes=(), name=""):
    tx_hash = keccak(b"|".join((data, sender, to or b"", bytes([kind]), name.encode())))
    return L1Transaction(tx_hash, kind, to, sender, data, tuple(blob_hashes))


def config_update(kind, value, *, index=0, address=SYSTEM_CONFIG):
    topics = (CONFIG_UPDATE_TOPIC, bytes(32), kind.to_bytes(32, "big"))
    return Log(address, topics, abi_encode(["bytes"], [value]), index)


def new_batcher(address, *, index=0):
    return config_update(0, address.rjust(32, b"\0"), index=index)


def new_gas_limit(gas_limit, *, index=0):
    return config_update(2, gas_limit.to_bytes(32, "big"), index=index)


def deposit_log(*, mint=0, value=0, gas=100_000, data=b"", index=0, address=PORTAL):
    opaque = mint.to_bytes(32, "big") + value.to_bytes(32, "big") + gas.to_bytes(8, "big") + b"\0" + data
    topics = (TRANSACTION_DEPOSITED_TOPIC, USER.rjust(32, b"\0"), USER.rjust(32, b"\0"), bytes(32))
    return Log(address, topics, abi_encode(["bytes"], [opaque]), index)


def block(number, payloads=(), *, logs=(), timestamp=None, blobs=None, branch="", parent_branch=None):
    """`payloads` are transactions, or bytes that the batcher sends as calldata."""
    transactions = tuple(
        transaction(item, name=f"{number}/{index}") if isinstance(item, bytes) else item
        for index, item in enumerate(payloads)
    )
    top = header(number, timestamp=timestamp, branch=branch, parent_branch=parent_branch)
    return L1Block(top, transactions, tuple(logs), blobs or {})


def chain(length, payloads=None, **fields):
    """Blocks 0 to `length` - 1; `payloads` maps a number to what the block carries."""
    return [block(n, (payloads or {}).get(n, ()), **fields) for n in range(length)]


def batch(parent, *, epoch=None, transactions=(), **fields):
    """The batch of the block after `parent`; `epoch` is an L1 block number."""
    origin = parent.l1_origin if epoch is None else BlockId(l1_hash(epoch), epoch)
    built = SingularBatch(parent.hash, origin, parent.timestamp + L2_BLOCK_TIME, tuple(transactions))
    return replace(built, **fields)


def child(parent, l1_origin, transactions=()):
    """The block that the made-up engine builds from user `transactions` on `parent`."""
    is_same = l1_origin.number == parent.l1_origin.number
    timestamp = parent.timestamp + L2_BLOCK_TIME
    content = b"".join((parent.hash, l1_origin.hash, timestamp.to_bytes(8, "big"), *transactions))
    sequence_number = parent.sequence_number + 1 if is_same else 0
    return L2BlockRef(keccak(content), parent.number + 1, parent.hash, timestamp, l1_origin, sequence_number)


def batches_on(parent, count, *, epoch_of=None, transactions=lambda number: ()):
    """`count` consecutive batches on `parent`, and the block that the last one makes."""
    found = []
    for _ in range(count):
        number = parent.number + 1
        epoch = parent.l1_origin.number if epoch_of is None else epoch_of(number)
        found.append(batch(parent, epoch=epoch, transactions=transactions(number)))
        parent = child(parent, found[-1].epoch, found[-1].transactions)
    return found, parent


def l2_block(ref, transactions=()):
    """A block with `transactions` behind its deposit."""
    return L2Block(
        ref=ref,
        state_root=bytes(32),
        withdrawals_root=bytes(32),
        gas_limit=GENESIS_CONFIG.gas_limit,
        extra_data=b"",
        base_fee=1,
        transactions=(b"\x7e", *transactions),
        system_config=GENESIS_CONFIG,
    )


def span_of(batches, *, starts_epoch=False):
    """The span batch that says what consecutive singular batches say; their transactions are real ones."""
    return span_batch_of(
        batches, starts_epoch=starts_epoch, genesis_time=GENESIS_TIME, chain_id=CONFIG.l2_chain_id
    )


def epoch_by_time(number):
    """The newest L1 block that is not later than L2 block `number`: a sequencer without confirmations."""
    return number * L2_BLOCK_TIME // L1_BLOCK_TIME


CHANNEL = bytes(range(16))


def frames_of(batches, *, channel_id=CHANNEL, frame_size=100_000, algorithm=Compression.ZLIB):
    return split_frames(channel_id, compress(encode_channel_rlp(batches), algorithm), frame_size)


def payload_of(batches, **fields):
    return encode_batcher_payload(frames_of(batches, **fields))


def frame(number, *, channel_id=CHANNEL, data=b"data", is_last=False):
    return Frame(channel_id, number, data, is_last)


@dataclass
class Engine:
    """Drives a pipeline as a node does: pushes what it asks for, takes its blocks as the safe head."""

    blocks: list[L1Block]
    config: RollupConfig = CONFIG
    safe_head: L2BlockRef = GENESIS
    system_config: SystemConfig = GENESIS_CONFIG
    start: int = 0
    derived: list[DerivedAttributes] = field(default_factory=list)
    l2: list[L2Block] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    verdicts: list = field(default_factory=list)

    def __post_init__(self):
        self.l2.append(l2_block(self.safe_head))
        self.pipeline = DerivationPipeline(self.config, L1_CHAIN)
        self.pipeline.reset(
            origin_block=self.blocks[self.start],
            system_config=self.system_config,
            safe_head=self.safe_head,
        )

    def ask(self):
        """What the pipeline says once it has the L2 blocks that it wants; `asked` has their numbers."""
        while isinstance(answer := self.pipeline.next(self.safe_head, self.system_config), NeedL2Block):
            self.asked.append(answer.number)
            self.pipeline.push_l2(self.l2[answer.number - self.l2[0].ref.number])
        return answer

    def step(self):
        """The next attributes, as many L1 blocks as that takes; None at the end of L1."""
        while isinstance(answer := self.ask(), NeedL1Block):
            if answer.number >= len(self.blocks):
                return None
            self.pipeline.push(self.blocks[answer.number])
        return answer

    def adopt(self, derived):
        """Execute: only a change of the gas limit is carried on, as far as a test looks."""
        self.derived.append(derived)
        users = tuple(tx for tx in derived.attributes.transactions if tx[:1] != b"\x7e")
        self.safe_head = child(self.safe_head, derived.l1_origin, users)
        self.l2.append(l2_block(self.safe_head, users))
        self.system_config = replace(self.system_config, gas_limit=derived.attributes.gas_limit)

    def run(self):
        """Derive all that L1 gives."""
        while (derived := self.step()) is not None:
            self.adopt(derived)
        self.verdicts += self.pipeline.take_verdicts()
        return self

    @property
    def attributes(self):
        return [derived.attributes for derived in self.derived]

    def reasons(self, subject=None):
        """Of everything that was not simply accepted, in order."""
        return [
            verdict.reason
            for verdict in self.verdicts
            if verdict.decision != "accept" and subject in (None, verdict.subject)
        ]


class Feed:
    """A stage that gives the items it was given, and then None; stands for the predecessor of a stage."""

    def __init__(self, *items, origin=None):
        self.items = list(items)
        self.origin = block(1) if origin is None else origin
        self.open_channel = None
        self.flushes = 0

    def next(self):
        return self.items.pop(0) if self.items else None

    def flush(self):
        self.items.clear()
        self.flushes += 1


def pull(stage, *args):
    """All that a stage gives before its first None."""
    found = []
    while (item := stage.next(*args)) is not None:
        found.append(item)
    return found
