"""Bytes on L1 for the same L2 blocks: our batcher beside the real op-batcher with its best settings.

The blocks hold OP Mainnet's calls (recipients and data, other senders). Both batchers post all of them to the
same L1 from the same account, in turn: a stand-in for the rollup node tells each that none of them is safe.
First, how fast our batcher makes channels of OP Mainnet's own blocks, on one core.

    make peers && .venv/bin/python -m benchmarks.batching
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import rlp
from eth_account import Account

from benchmarks.batcher_data import derived, mainnet_spans, op_mainnet
from benchmarks.op_batcher import op_batcher
from opcycle.batcher.channel import PendingBlock, build_channel
from opcycle.batcher.options import MAX_FRAMES, BatcherOptions, BatchType
from opcycle.derivation.decoding import BatchRecord, Decoder
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import ZERO_HASH, BlockId, L2BlockRef
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import json_rpc_app, serve

TRANSACTIONS = 1_200
PER_BLOCK = 8
L1_BLOCK_TIME = 12
DURATION = 30
"""L1 blocks until our batcher closes a channel that is not full; op-batcher is told to."""

LONGEST = 300.0
"""Seconds in which a batcher must have posted everything."""

SENDERS = tuple(ACCOUNTS[role] for role in ("user", "second user", "third user", "fourth user"))
RECIPIENT_AND_DATA = {0: (3, 5), 1: (4, 6), 2: (5, 7)}
"""Where they are among the fields of a transaction, by its type."""


def main() -> None:
    for name, in_haste in (("best compression", False), ("in haste", True)):
        print(f"encoding, {name}: {encoding_speed(in_haste=in_haste):,.0f} tx/s", flush=True)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        config = DevnetConfig(directory / "devnet", l1_block_time=L1_BLOCK_TIME, ports=free_ports())
        with Devnet.stepped(config) as devnet, stand_in_node(devnet) as base:
            last = use_the_chain(devnet)
            print(f"L2 blocks {base + 1} to {last}, {TRANSACTIONS:,} transactions")
            ours = ours_posts(devnet, last - base)
            print(f"opcycle batcher                    {ours:>9,} bytes", flush=True)
            theirs = []
            for algorithm in ("brotli-10", "brotli-11"):
                theirs.append(op_batcher_posts(devnet, directory, last - base, algorithm))
                print(f"op-batcher, span batch, {algorithm:10} {theirs[-1]:>9,} bytes", flush=True)
            print(f"ratio (ours to its best)           {ours / min(theirs):>9.4f}")


def encoding_speed(*, in_haste: bool) -> float:
    """Transactions per second of CPU time, from L2 blocks to frames."""
    span = derived(mainnet_spans()[1])
    started = time.process_time()
    blocks = []
    for number, block in enumerate(span.blocks(), 1):
        ref = L2BlockRef(
            hash=number.to_bytes(32, "big"),
            number=number,
            parent_hash=(number - 1).to_bytes(32, "big"),
            timestamp=block.timestamp,
            l1_origin=BlockId(ZERO_HASH, block.epoch_number),
            sequence_number=0,
        )
        batch = SingularBatch(ref.parent_hash, ref.l1_origin, ref.timestamp, block.transactions)
        blocks.append(PendingBlock(ref, encode_channel_rlp([batch]), 0))
    build_channel(op_mainnet(), blocks, ZERO_HASH, options(), in_haste=in_haste)
    return len(span.transactions) / (time.process_time() - started)


def options() -> BatcherOptions:
    """The most for the fewest bytes."""
    return BatcherOptions(batch_type=BatchType.AUTO, target_frames=MAX_FRAMES, max_channel_duration=DURATION)


@contextmanager
def stand_in_node(devnet: Devnet) -> Iterator[int]:
    """Batchers meet a rollup node whose safe head stays the one of now, whose number this is.

    The agents that would move on by themselves rest from here on.
    """
    devnet.advance(2 * L1_BLOCK_TIME)
    for agent in ("batcher", "node", "proposer", "challenger"):
        devnet.pace.pause(agent)
    safe = devnet.node.sync_status().safe_l2

    def status() -> dict[str, object]:
        l1, l2 = L1Reader(devnet.l1.rpc).header("latest").ref, devnet.l2.block("latest").ref
        return SyncStatus(l1, l1, l1, l1, unsafe_l2=l2, safe_l2=safe, finalized_l2=safe).to_json()

    methods = {
        "optimism_syncStatus": status,
        "optimism_rollupConfig": devnet.deployment.rollup.to_json,
    }
    server = serve(json_rpc_app(methods), devnet.config.ports.rebuilt_node_rpc)
    devnet.assembly = replace(devnet.assembly, node=server.url)
    try:
        yield safe.number
    finally:
        server.stop()


def use_the_chain(devnet: Devnet) -> int:
    """Make blocks with OP Mainnet's calls; the number of the last one, after which the sequencer rests."""
    chain_id, rpc = devnet.deployment.rollup.l2_chain_id, devnet.l2.rpc
    calls = cycle(mainnet_calls())
    raw = [_signed(chain_id, index, to, data) for index, (to, data) in enumerate(islice(calls, TRANSACTIONS))]
    for start in range(0, TRANSACTIONS, PER_BLOCK):
        rpc.batch([("eth_sendRawTransaction", [tx]) for tx in raw[start : start + PER_BLOCK]])
        devnet.advance(1)
    devnet.pace.pause("sequencer")
    block = devnet.l2.block("latest")
    if rpc.call("txpool_status")["pending"] != "0x0":
        raise AssertionError("not all transactions are in blocks")
    return block.ref.number


def mainnet_calls() -> Iterator[tuple[bytes, bytes]]:
    """Recipient and data of OP Mainnet's transactions that are neither deployments nor EIP-7702's."""
    for span in mainnet_spans():
        for raw in derived(span).transactions:
            kind = 0 if raw[0] > 0x7F else raw[0]
            to, data = RECIPIENT_AND_DATA.get(kind, (0, 0))
            fields = rlp.decode(raw[1:] if kind else raw)
            if to and fields[to]:
                yield fields[to], fields[data]


def ours_posts(devnet: Devnet, blocks: int) -> int:
    """Bytes of calldata with which our batcher posts so many L2 blocks."""
    batcher = devnet.assembly.batcher(KeySigner(ACCOUNTS["batcher"].key), options())
    first = devnet.l1.head.number + 1

    def step() -> None:
        devnet.advance(L1_BLOCK_TIME)
        batcher.step()

    return _posted(devnet, first, blocks, step)


def op_batcher_posts(devnet: Devnet, directory: Path, blocks: int, algorithm: str) -> int:
    """The same of op-batcher, with span batches in channels as large as ours."""
    flags = (
        "--batch-type=1",
        f"--compression-algo={algorithm}",
        f"--target-num-frames={MAX_FRAMES}",
        "--max-channel-duration=0",
    )
    first, log = devnet.l1.head.number + 1, directory / "op-batcher.log"
    logged = log.stat().st_size if log.exists() else 0

    def step() -> None:
        time.sleep(0.1)  # it works by the machine's clock
        devnet.advance(L1_BLOCK_TIME)

    with op_batcher(devnet, directory, *flags) as peer:
        while log.read_text()[logged:].count("Added L2 block") < blocks:
            time.sleep(0.1)
        peer.flush()
        return _posted(devnet, first, blocks, step)


def _posted(devnet: Devnet, first: int, blocks: int, step: Callable[[], None]) -> int:
    """Bytes to the inbox from L1 block `first` on, once they hold so many L2 blocks."""
    rollup, reader = devnet.deployment.rollup, L1Reader(devnet.l1.rpc)
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        step()
        found = reader.blocks(
            first,
            devnet.l1.head.number,
            inbox=rollup.batch_inbox,
            portal=rollup.deposit_contract,
            system_config=rollup.l1_system_config,
        )
        payloads = [tx.data for block in found for tx in block.transactions]
        decoder = Decoder(rollup)
        records = [record for payload in payloads for record in decoder.payload("", payload)]
        if sum(record.blocks for record in records if isinstance(record, BatchRecord)) >= blocks:
            return sum(map(len, payloads))
    raise AssertionError(f"not everything is posted after {LONGEST:.0f} s")


def _signed(chain_id: int, index: int, to: bytes, data: bytes) -> str:
    sender = SENDERS[index % len(SENDERS)]
    fields = {
        "type": 2,
        "chainId": chain_id,
        "nonce": index // len(SENDERS),
        "to": to,
        "data": data,
        "value": 0,
        "gas": 100_000 + 40 * len(data),
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 10**6,
    }
    return to_hex(Account.sign_transaction(fields, sender.key).raw_transaction)


if __name__ == "__main__":
    main()
