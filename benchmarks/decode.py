"""Batcher data decoded by `opcycle decode` and by op-node's `batch_decoder`: a process each, files to files.

Three sets: OP Mainnet's channels in tests/vectors, once (the start of Python is most of ours) and ten times
over, and 10 MB of synthetic ones. Both programs put every transaction together and write every block as JSON:
batch_decoder its bytes, ours its hash; the hashes are compared. batch_decoder reads the JSON that its `fetch`
writes for an L1 transaction, ours the bare calldata.

    make peers && .venv/bin/python -m benchmarks.decode
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchmarks.batcher_data import mainnet_channels, op_mainnet, payloads, synthetic_channels
from benchmarks.child import BINARIES
from opcycle.keccak import keccak
from opcycle.protocol.frames import parse_frames
from opcycle.rpc.hexjson import from_hex, to_hex

THEIRS = BINARIES / "batch_decoder"
OURS = Path(sys.executable).parent / "opcycle"
SYNTHETIC_SIZE = 10_000_000
TIMES = 10
RUNS = 5


def main() -> None:
    for name, channels in (
        ("OP Mainnet", mainnet_channels()),
        (f"OP Mainnet, {TIMES} times", mainnet_channels() * TIMES),
        ("synthetic", synthetic_channels(SYNTHETIC_SIZE)),
    ):
        with tempfile.TemporaryDirectory() as directory:
            compare(name, payloads(channels), Path(directory))


def compare(name: str, data: Sequence[bytes], directory: Path) -> None:
    """Time both on the same payloads, in turns; the best run of each counts."""
    rollup = directory / "rollup.json"
    rollup.write_bytes(orjson.dumps(op_mainnet().to_json()))
    bare = _write(directory / "bare", [(f"{index:04}", payload) for index, payload in enumerate(data)])
    _write(directory / "fetched", [(f"{index}.json", _fetched(index, raw)) for index, raw in enumerate(data)])
    fetched, channels, records = directory / "fetched", directory / "channels", directory / "records.jsonl"
    ours = [OURS, "decode", "--json", "--rollup", rollup, *bare]
    theirs = [THEIRS, "reassemble", "--in", fetched, "--out", channels, "--rollup-config", rollup]
    seconds = [(_seconds(ours, records), _seconds(theirs, directory / "log")) for _ in range(RUNS)]
    our_best, their_best = (min(column) for column in zip(*seconds, strict=True))
    found = sorted(_our_hashes(records))
    if found != sorted(_their_hashes(channels)):
        raise AssertionError(f"{name}: the two found different transactions")
    print(
        f"{name}: {len(found):,} transactions in {sum(map(len, data)):,} bytes of {len(data)} L1 transactions"
    )
    print(f"  opcycle decode {len(found) / our_best:>9,.0f} tx/s  ({our_best:.2f} s)")
    print(f"  batch_decoder  {len(found) / their_best:>9,.0f} tx/s  ({their_best:.2f} s)")
    print(f"  ratio          {their_best / our_best:>9.2f}", flush=True)


def _write(directory: Path, files: Sequence[tuple[str, bytes]]) -> list[Path]:
    directory.mkdir()
    for name, content in files:
        (directory / name).write_bytes(content)
    return [directory / name for name, _ in files]


def _seconds(command: Sequence[str | Path], output: Path) -> float:
    compiled = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # modules are compiled once, as anywhere
    started = time.perf_counter()
    with output.open("wb") as file:
        subprocess.run(command, stdout=file, check=True, env=compiled)
    return time.perf_counter() - started


def _fetched(index: int, payload: bytes) -> bytes:
    """What `batch_decoder fetch` writes for an L1 transaction with that calldata."""
    config = op_mainnet()
    frames = [
        {
            "id": frame.channel_id.hex(),
            "frame_number": frame.number,
            "data": base64.b64encode(frame.data).decode(),
            "is_last": frame.is_last,
        }
        for frame in parse_frames(payload)
    ]
    return orjson.dumps(
        {
            "tx_index": index,
            "inbox_address": to_hex(config.batch_inbox),
            "block_number": 20_000_000 + index,
            "block_hash": to_hex(bytes(32)),
            "block_time": 1_900_000_000,
            "chain_id": 1,
            "sender": to_hex(bytes(20)),
            "valid_sender": True,
            "frames": frames,
            "frame_parse_error": [""],
            "valid_data": [True],
            "tx": _transaction(config.batch_inbox, payload),
        }
    )


def _transaction(inbox: bytes, payload: bytes) -> dict[str, Any]:
    """In an L1 RPC's words; nobody checks the signature any more."""
    numbers = ("nonce", "gas", "maxFeePerGas", "maxPriorityFeePerGas", "r", "s", "chainId")
    return {
        "type": "0x2",
        "to": to_hex(inbox),
        "input": to_hex(payload),
        "value": "0x0",
        "v": "0x0",
        "accessList": [],
        "hash": to_hex(keccak(payload)),
        **dict.fromkeys(numbers, "0x1"),
    }


def _our_hashes(records: Path) -> Iterator[str]:
    for line in records.read_bytes().splitlines():
        record = orjson.loads(line)
        if record["record"] == "block":
            yield from record["hashes"]


def _their_hashes(channels: Path) -> Iterator[str]:
    for file in channels.iterdir():
        for batch in orjson.loads(file.read_bytes())["batches"]:
            for block in batch.get("span_batch_elements", [batch]):
                yield from (to_hex(keccak(from_hex(tx))) for tx in block["Transactions"] or ())


if __name__ == "__main__":
    main()
