"""Transactions per second from a user's RPC call to a block, on a live devnet with one-second blocks.

python -m benchmarks.pool
"""

import tempfile
import time
from pathlib import Path

from benchmarks.transfers import SENDER, transfer
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex

TRANSACTIONS = 10_000
PER_REQUEST = 500


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        config = DevnetConfig(Path(directory), ports=free_ports())
        with Devnet.live(config) as devnet:
            raw = [transfer(devnet.deployment.rollup.l2_chain_id, nonce) for nonce in range(TRANSACTIONS)]
            first = devnet.l2.block("latest").ref.number + 1
            rpc = RpcClient(devnet.assembly.l2)
            started = time.perf_counter()
            for start in range(0, TRANSACTIONS, PER_REQUEST):
                calls = [("eth_sendRawTransaction", [tx]) for tx in raw[start : start + PER_REQUEST]]
                rpc.batch(calls)
            sent = time.perf_counter() - started
            devnet.until("the last transfer", lambda: _nonce(rpc) == TRANSACTIONS, seconds=120)
            seconds = time.perf_counter() - started
            last = devnet.l2.block("latest").ref.number
            print(f"{TRANSACTIONS} transfers: taken by the pool at {TRANSACTIONS / sent:.0f} tx/s,")
            print(f"in blocks {first} to {last} at {TRANSACTIONS / seconds:.0f} tx/s")


def _nonce(rpc: RpcClient) -> int:
    return int(rpc.call("eth_getTransactionCount", to_hex(SENDER.address), "latest"), 16)


if __name__ == "__main__":
    main()
