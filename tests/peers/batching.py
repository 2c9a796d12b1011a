"""What the tests with op-batcher share: a chain in use, what must be derived of it, and what L1 must show."""

import random
from dataclasses import dataclass

from tests.peers.posted import Posted

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.channels import Compression

PATIENCE = 180
USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
ETHER = 10**18

CALLDATA_TRANSACTION, BLOB_TRANSACTION = 2, 3


@dataclass(frozen=True, slots=True)
class Case:
    """What op-batcher is told, and what L1 must show then; `noise`: bytes of the users' data, in three
    transactions; `frames`: of the largest channel, at least; `blobs`: of the largest transaction."""

    flags: tuple[str, ...]
    batch: str
    compression: Compression
    blobs: int = 0
    noise: int = 0
    frames: int = 1


def head_number(devnet: Devnet) -> int:
    """Of the sequencer's chain."""
    return devnet.l2.block("latest").ref.number


def assert_derived(devnet: Devnet, number: int) -> None:
    """Our node comes to call block `number` safe, and all blocks up to it are the sequencer's."""
    devnet.until(
        f"safe block {number}",
        lambda: devnet.node.sync_status().safe_l2.number >= number,
        seconds=PATIENCE,
    )
    ours = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in ours
    assert [devnet.verifier.engine.l2.hash_of(n) for n in range(number + 1)] == ours


def use_the_chain(devnet: Devnet, noise: int = 0) -> int:
    """A deposit and three transactions with `noise` bytes of data; number of a block after all of them."""
    bridge, sender = devnet.bridge(USER), devnet.assembly.l2_sender(KeySigner(FRIEND.key))
    deposit = bridge.deposit(FRIEND.address, ETHER)
    sent = [
        sender.send(TransactionRequest(USER.address, random.Random(seed).randbytes(noise), value=1))
        for seed in range(3)
    ]
    devnet.until(
        "the transactions", lambda: all(sender.receipt(tx) is not None for tx in sent), seconds=PATIENCE
    )
    devnet.until(
        "the deposit", lambda: bridge.deposit_status(deposit).l2_receipt is not None, seconds=PATIENCE
    )
    return head_number(devnet)


def assert_posted_as(case: Case, posted: Posted) -> None:
    """What was posted is what op-batcher was asked for."""
    assert {batch.kind for batch in posted.batches} == {case.batch}
    complete = [channel for channel in posted.channels if not channel.problem]
    assert {channel.compression for channel in complete} == {case.compression}
    assert max(channel.frames for channel in complete) >= case.frames
    assert {tx.kind for tx in posted.transactions} == {
        BLOB_TRANSACTION if case.blobs else CALLDATA_TRANSACTION
    }
    assert max(len(tx.blob_hashes) for tx in posted.transactions) >= case.blobs
