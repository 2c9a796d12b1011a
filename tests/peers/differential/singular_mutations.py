"""Singular batches that are wrong in one way; good ones around them show what a batch takes along."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import rlp
from eth_account import Account
from tests.peers.differential.material import Material, Posting, Registry, flip_bit

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.types import BlockId

SINGULAR = Registry()
_BIGGEST = 2**64 - 1


def _on_one(change: Callable[[Material, SingularBatch], SingularBatch]) -> None:
    """Register a change of one batch of a channel."""

    def make(material: Material) -> Posting:
        batches = material.singulars()
        at = material.index(batches)
        batches[at] = change(material, batches[at])
        return material.post(batches)

    make.__name__ = change.__name__
    SINGULAR.add()(make)


def _on_encoding(change: Callable[[Material, SingularBatch], bytes]) -> None:
    """Register a change of what one batch of a channel is in there: an RLP item, or what should be one."""

    def make(material: Material) -> Posting:
        batches = material.singulars()
        at = material.index(batches)
        items = [material.content([batch]) for batch in batches]
        items[at] = change(material, batches[at])
        return material.post_content(b"".join(items))

    make.__name__ = change.__name__
    SINGULAR.add()(make)


def _fields(batch: SingularBatch) -> list[Any]:
    """As its RLP list has them."""
    return [
        batch.parent_hash,
        batch.epoch.number,
        batch.epoch.hash,
        batch.timestamp,
        list(batch.transactions),
    ]


def _item(fields: list[Any], kind: int = 0) -> bytes:
    return bytes(rlp.encode(bytes([kind]) + bytes(rlp.encode(fields))))


@_on_one
def wrong_parent(m: Material, batch: SingularBatch) -> SingularBatch:
    others = [block.ref.hash for block in (*m.earlier, *m.blocks)]
    return replace(batch, parent_hash=m.rng.choice([m.rng.randbytes(32), bytes(32), *others]))


@_on_one
def wrong_epoch_number(m: Material, batch: SingularBatch) -> SingularBatch:
    number = m.rng.choice([*(batch.epoch.number + by for by in (-2, -1, 1, 2)), 0, 10**6, _BIGGEST])
    return replace(batch, epoch=BlockId(batch.epoch.hash, max(0, number)))


@_on_one
def other_epoch(m: Material, batch: SingularBatch) -> SingularBatch:
    """Of the right L1, but perhaps too old, too new or later than the block."""
    return replace(batch, epoch=m.rng.choice(m.l1[-6:]).id)


@_on_one
def wrong_epoch_hash(m: Material, batch: SingularBatch) -> SingularBatch:
    return replace(batch, epoch=BlockId(m.rng.randbytes(32), batch.epoch.number))


@_on_one
def wrong_timestamp(m: Material, batch: SingularBatch) -> SingularBatch:
    by = m.rng.choice([-3, -2, -1, 1, 2, 1000, 2000])
    return replace(batch, timestamp=m.rng.choice([batch.timestamp + by] * 4 + [0, _BIGGEST]))


@_on_one
def refused_transaction(m: Material, batch: SingularBatch) -> SingularBatch:
    """One that is well-formed, and that the engine does not execute."""
    fields: dict[str, Any] = {
        "chainId": m.config.l2_chain_id,
        "nonce": 0,
        "to": b"\x77" * 20,
        "value": 0,
        "gas": 30_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 1,
        "type": 2,
    }
    wrong: list[dict[str, Any]] = [
        {"chainId": m.config.l2_chain_id + 1},
        {"nonce": 10**6},
        {"gas": 20_999},
        {"gas": 2**40},
        {"value": 10**30},
        {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0},
    ]
    signed = Account.sign_transaction(fields | m.rng.choice(wrong), ACCOUNTS["third user"].key)
    return replace(batch, transactions=(*batch.transactions, bytes(signed.raw_transaction)))


@_on_one
def empty_transaction(m: Material, batch: SingularBatch) -> SingularBatch:
    return replace(batch, transactions=(*batch.transactions, b""))


@_on_one
def deposit_in_batch(m: Material, batch: SingularBatch) -> SingularBatch:
    return replace(batch, transactions=(b"\x7e" + m.rng.randbytes(30), *batch.transactions))


@_on_one
def transaction_twice(m: Material, batch: SingularBatch) -> SingularBatch:
    """The engine refuses the second one: its nonce is used."""
    return replace(batch, transactions=batch.transactions * 2)


@_on_one
def transactions_left_out(m: Material, batch: SingularBatch) -> SingularBatch:
    """Another block, and a valid one, unless a later one needs the nonces."""
    return replace(batch, transactions=batch.transactions[: m.rng.randint(0, len(batch.transactions))])


@_on_one
def transactions_reversed(m: Material, batch: SingularBatch) -> SingularBatch:
    return replace(batch, transactions=batch.transactions[::-1])


@_on_one
def transaction_bit_flipped(m: Material, batch: SingularBatch) -> SingularBatch:
    """Most often another sender, who has no ether."""
    return replace(batch, transactions=tuple(flip_bit(tx, m.rng) for tx in batch.transactions))


@SINGULAR.add()
def batch_left_out(m: Material) -> Posting:
    batches = m.singulars()
    del batches[m.index(batches)]
    return m.post(batches or m.past()[-1:])


@SINGULAR.add()
def batch_twice(m: Material) -> Posting:
    batches = m.singulars()
    at = m.index(batches)
    return m.post([*batches[:at], batches[at], *batches[at:]])


@SINGULAR.add()
def batches_shuffled(m: Material) -> Posting:
    batches = m.singulars()
    m.rng.shuffle(batches)
    return m.post(batches)


@SINGULAR.add()
def past_batches_first(m: Material) -> Posting:
    return m.post([*m.past()[-m.rng.randint(1, 5) :], *m.singulars()])


@SINGULAR.add(seldom=True)
def thousands_of_past_batches(m: Material) -> Posting:
    return m.post([*m.past()[-1:] * 2000, *m.singulars()])


@SINGULAR.add()
def wrong_past_batches_first(m: Material) -> Posting:
    """Whatever they say, they are past."""
    past = [replace(batch, parent_hash=m.rng.randbytes(32)) for batch in m.past()[-3:]]
    return m.post([*past, *m.singulars()])


@SINGULAR.add()
def content_bit_flipped(m: Material) -> Posting:
    return m.post_content(flip_bit(m.content(), m.rng))


@SINGULAR.add()
def content_truncated(m: Material) -> Posting:
    content = m.content()
    return m.post_content(content[: m.rng.randrange(len(content))] or b"\x80")


@_on_encoding
def batch_as_list(m: Material, batch: SingularBatch) -> bytes:
    return bytes(rlp.encode(_fields(batch)))


@_on_encoding
def padded_number(m: Material, batch: SingularBatch) -> bytes:
    """A leading zero, which RLP forbids."""
    fields = _fields(batch)
    at = m.rng.choice([1, 3])
    fields[at] = b"\x00" + fields[at].to_bytes(8, "big").lstrip(b"\x00")
    return _item(fields)


@_on_encoding
def number_of_more_than_64_bits(m: Material, batch: SingularBatch) -> bytes:
    fields = _fields(batch)
    fields[m.rng.choice([1, 3])] = 2**64 + m.rng.randrange(2**20)
    return _item(fields)


@_on_encoding
def field_too_many(m: Material, batch: SingularBatch) -> bytes:
    return _item([*_fields(batch), m.rng.randbytes(3)])


@_on_encoding
def field_too_few(m: Material, batch: SingularBatch) -> bytes:
    fields = _fields(batch)
    del fields[m.index(fields)]
    return _item(fields)


@_on_encoding
def field_of_other_size(m: Material, batch: SingularBatch) -> bytes:
    fields = _fields(batch)
    fields[m.rng.choice([0, 2])] = m.rng.randbytes(m.rng.choice([0, 1, 31, 33]))
    return _item(fields)


@_on_encoding
def transaction_as_list(m: Material, batch: SingularBatch) -> bytes:
    fields = _fields(batch)
    fields[4] = [[b"\x01", b"\x02"]]
    return _item(fields)


@_on_encoding
def transactions_as_string(m: Material, batch: SingularBatch) -> bytes:
    fields = _fields(batch)
    fields[4] = m.rng.randbytes(m.rng.choice([0, 5]))
    return _item(fields)


@_on_encoding
def bytes_after_batch(m: Material, batch: SingularBatch) -> bytes:
    return bytes(rlp.encode(batch.encode() + m.rng.randbytes(m.rng.choice([1, 20]))))


@_on_encoding
def unknown_batch_type(m: Material, batch: SingularBatch) -> bytes:
    return _item(_fields(batch), m.rng.choice([2, 3, 0x7F, 0x80, 0xC0, 0xFF]))


@_on_encoding
def empty_batch(m: Material, batch: SingularBatch) -> bytes:
    return m.rng.choice([b"\x80", b"\x00", b"\x01", b"\x7f"])


@_on_encoding
def length_in_long_form(m: Material, batch: SingularBatch) -> bytes:
    """The length with a zero in front, which RLP forbids."""
    encoded = batch.encode()
    return b"\xba" + len(encoded).to_bytes(3, "big") + encoded


@_on_encoding
def length_too_big(m: Material, batch: SingularBatch) -> bytes:
    encoded = batch.encode()
    return b"\xba" + (len(encoded) + m.rng.choice([1, 10**6])).to_bytes(3, "big") + encoded


@_on_encoding
def length_beyond_all(m: Material, batch: SingularBatch) -> bytes:
    return b"\xbf" + b"\xff" * 8 + batch.encode()
