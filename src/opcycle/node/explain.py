"""The way from L1 to L2 as trees, with the verdict on each thing in it.

    channel
    ├─ batcher transaction ── its frames of the channel
    └─ batch ── the L2 blocks that it became

What belongs to no channel is a tree of its own: a transaction that carries none, an L2 block that was forced.
"""

import re
from dataclasses import dataclass

from opcycle.derivation.verdicts import Subject
from opcycle.node.lineage import Carried, StoredBlock
from opcycle.node.verdict_store import StoredVerdict, VerdictStore

L2_BLOCK = "L2 block"

_NUMBER = re.compile("[0-9]{1,18}")
_HASH = re.compile("0x[0-9a-fA-F]{64}")
_CHANNEL = re.compile("(0x)?[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Branch:
    """A thing by name: a `Subject` or an L2 block. It has one verdict for each L1 block that gave one."""

    subject: str
    identity: str
    verdicts: tuple[StoredVerdict, ...] = ()
    detail: str = ""
    children: tuple["Branch", ...] = ()


def explain(store: VerdictStore, name: str) -> list[Branch]:
    """The trees that `name` is part of; none if nothing is known of it.

    It is the hash of an L1 transaction, the number (decimal) or hash of an L2 block, or the id of a channel.
    Raises ValueError for anything else.
    """
    if not isinstance(name, str):
        raise ValueError("what to explain is named by a string")
    if _NUMBER.fullmatch(name):
        return _block_trees(store, store.lineage.block(int(name)))
    data = name.removeprefix("0x")
    if _CHANNEL.fullmatch(name):
        tree = _channel_tree(store, bytes.fromhex(data))
        return [tree] if tree.verdicts or tree.children else []
    if _HASH.fullmatch(name):
        digest = bytes.fromhex(data)
        return _block_trees(store, store.lineage.block(digest)) or _transaction_trees(store, digest)
    raise ValueError(
        f"{name!r} is neither the hash of an L1 transaction (0x and 64 hex digits), nor the number or hash "
        "of an L2 block, nor the id of a channel (32 hex digits)"
    )


def _block_trees(store: VerdictStore, made: StoredBlock | None) -> list[Branch]:
    if made is None:
        return []
    if made.channel_id is None:
        return [_block(made, tuple(store.about(made.batch_name)))]
    return [_channel_tree(store, made.channel_id, only=made)]


def _transaction_trees(store: VerdictStore, tx_hash: bytes) -> list[Branch]:
    """The channels in it, each once, after what of it belongs to none."""
    verdicts = store.of_transaction(tx_hash)
    lone, channels = [], []
    for name in dict.fromkeys(verdict.identity for verdict in verdicts):
        carried = store.lineage.channels_in(name)
        channels += carried
        if not carried:
            of_name = tuple(verdict for verdict in verdicts if verdict.identity == name)
            lone.append(Branch(Subject.TRANSACTION, name, of_name))
    return lone + [_channel_tree(store, channel_id) for channel_id in dict.fromkeys(channels)]


def _channel_tree(store: VerdictStore, channel_id: bytes, *, only: StoredBlock | None = None) -> Branch:
    """With `only`, of the batches only the one that became that L2 block."""
    verdicts = store.of_channel(channel_id)
    blocks = store.lineage.blocks_of(channel_id) if only is None else [only]
    return Branch(
        Subject.CHANNEL,
        channel_id.hex(),
        tuple(verdict for verdict in verdicts if verdict.subject is Subject.CHANNEL),
        children=(
            *_transactions(store, store.lineage.carried(channel_id), verdicts),
            *_batches(verdicts, blocks, None if only is None else only.batch),
        ),
    )


def _transactions(store: VerdictStore, carried: list[Carried], verdicts: list[StoredVerdict]) -> list[Branch]:
    """One for each transaction and L1 block that had it."""
    frames: dict[tuple[str, bytes], list[Branch]] = {}
    for item in carried:
        branch = Branch(
            Subject.FRAME, item.frame, _in_block(verdicts, Subject.FRAME, item.frame, item.l1_hash)
        )
        frames.setdefault((item.transaction, item.l1_hash), []).append(branch)
    return [
        Branch(
            Subject.TRANSACTION,
            name,
            _in_block(store.about(name), Subject.TRANSACTION, name, l1_hash),
            children=tuple(of_transaction),
        )
        for (name, l1_hash), of_transaction in frames.items()
    ]


def _in_block(
    verdicts: list[StoredVerdict], subject: Subject, name: str, l1_hash: bytes
) -> tuple[StoredVerdict, ...]:
    return tuple(
        verdict
        for verdict in verdicts
        if (verdict.subject, verdict.identity, verdict.inclusion.hash) == (subject, name, l1_hash)
    )


def _batches(verdicts: list[StoredVerdict], blocks: list[StoredBlock], only: int | None) -> list[Branch]:
    """One for each batch; below it its L2 blocks, and those of a span's blocks that became none."""
    of_batches = [verdict for verdict in verdicts if verdict.subject is Subject.BATCH]
    found = []
    for index in sorted({verdict.batch for verdict in of_batches if verdict.batch is not None}):
        if only is not None and index != only:
            continue
        of_this = [verdict for verdict in of_batches if verdict.batch == index]
        own = tuple(verdict for verdict in of_this if verdict.block is None)
        parts: dict[str, list[StoredVerdict]] = {}
        for verdict in of_this:
            if verdict.block is not None:
                parts.setdefault(verdict.identity, []).append(verdict)
        made = [block for block in blocks if block.batch == index]
        children = [_block(block, tuple(parts.pop(block.batch_name, ()))) for block in made]
        if only is None:
            children += [Branch(Subject.BATCH, name, tuple(rest)) for name, rest in parts.items()]
        found.append(Branch(Subject.BATCH, (own or of_this)[0].identity, own, children=tuple(children)))
    return found


def _block(made: StoredBlock, verdicts: tuple[StoredVerdict, ...]) -> Branch:
    return Branch(
        L2_BLOCK,
        f"{made.block.number} 0x{made.block.hash.hex()}",
        verdicts,
        detail=f"derived from L1 block {made.derived_from}",
    )
