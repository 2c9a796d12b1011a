"""The most memory that `opcycle node` ever holds while L1 has hostile channels for it; the limit is 300 MB.

Each is one transaction of the batcher's that inflates beyond what a channel may hold (100 MB since Fjord): to
a single batch without an end, and to batch after batch that is past. op-node reads the same L1, to compare.
What a node holds while it catches up on a long chain, `benchmarks.catch_up` prints.

    make peers && .venv/bin/python -m benchmarks.memory
"""

import tempfile
from pathlib import Path

from benchmarks.catch_up import L1_BLOCK_TIME, make_chain, opcycle_node, real_op_node
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.keccak import keccak
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.channels import MAX_RLP_BYTES_PER_CHANNEL_FJORD, Compression, compress, split_frames
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.rlp_items import encode_string
from opcycle.protocol.types import ZERO_HASH, BlockId

BLOCKS = 240
LIMIT = 300
"""Megabytes."""

OVERFULL = MAX_RLP_BYTES_PER_CHANNEL_FJORD * 3 // 2


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        config = DevnetConfig(directory / "devnet", l1_block_time=L1_BLOCK_TIME, ports=free_ports())
        with Devnet.stepped(config) as devnet:
            devnet.advance(L1_BLOCK_TIME)
            devnet.pace.pause("batcher")
            for payload in (endless_batch(), past_batches(devnet)):
                print(f"{len(payload):,} bytes of L1 that inflate to {OVERFULL:,}", flush=True)
                post(devnet, payload)
            devnet.pace.resume("batcher")
            last = make_chain(devnet, BLOCKS)
            ours = opcycle_node(devnet, directory / "ours", last)
            theirs = real_op_node(devnet, directory / "theirs", last)
    print(f"opcycle: {ours.peak_memory:.0f} MB at most; op-node: {theirs.peak_memory:.0f} MB")
    if ours.peak_memory > LIMIT:
        raise AssertionError(f"more than {LIMIT} MB")


def endless_batch() -> bytes:
    """A batch of two gigabytes, as its first bytes say."""
    return payload_with(b"\xbb" + (1 << 31).to_bytes(4, "big") + bytes(OVERFULL))


def past_batches(devnet: Devnet) -> bytes:
    """Well-formed batches for the genesis block's time, a megabyte each: all are read, and skipped."""
    rollup = devnet.deployment.rollup
    batch = SingularBatch(ZERO_HASH, BlockId(ZERO_HASH, 0), rollup.genesis_time, (bytes(1_000_000),))
    return payload_with(encode_string(batch.encode()) * (OVERFULL // 1_000_000))


def payload_with(content: bytes) -> bytes:
    (frame,) = split_frames(keccak(content[:100])[:16], compress(content, Compression.BROTLI, 5), 120_000)
    return encode_batcher_payload([frame])


def post(devnet: Devnet, payload: bytes) -> None:
    sender = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["batcher"].key))
    sent = sender.send(TransactionRequest(devnet.deployment.rollup.batch_inbox, payload))
    devnet.until("the transaction", lambda: sender.receipt(sent) is not None, seconds=10 * L1_BLOCK_TIME)


if __name__ == "__main__":
    main()
