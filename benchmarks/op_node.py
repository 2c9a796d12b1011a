"""The real op-node as a child process: a verifier beside ours, on an engine of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.engine.rollup_client import RollupClient
from opcycle.protocol.l1_chain import l1_chain_of

BINARY = Path(__file__).resolve().parents[1] / ".tools" / "bin" / "op-node"


@contextmanager
def op_node(devnet: Devnet, directory: Path) -> Iterator[tuple[RollupClient, L2Engine]]:
    """A running op-node that reads the devnet's L1, and its engine. `make peers` has built the binary."""
    ports = devnet.config.ports
    engine = L2Engine.child(
        "op-node-engine",
        devnet.deployment,
        directory / "geth",
        http_port=ports.rebuilt_rpc,
        auth_port=ports.rebuilt_engine,
    )
    l1_chain = directory / "l1-chain.json"
    engine.start()
    l1_chain.write_bytes(orjson.dumps(l1_chain_of(devnet.deployment.rollup.l1_chain_id).to_geth_json()))
    command = [
        str(BINARY),
        f"--l1={devnet.l1_url}",
        "--l1.rpckind=standard",
        "--l1.http-poll-interval=200ms",
        "--l1.epoch-poll-interval=1s",
        f"--l1.beacon=http://127.0.0.1:{ports.l1_beacon}",
        "--l1.runtime-config-reload-interval=30s",
        f"--l2={engine.source.engine_url}",
        f"--l2.jwt-secret={directory / 'geth' / 'jwt.hex'}",
        f"--rollup.config={devnet.deployment.directory / 'rollup.json'}",
        f"--rollup.l1-chain-config={l1_chain}",
        "--rpc.addr=127.0.0.1",
        f"--rpc.port={ports.rebuilt_node_rpc}",
        "--p2p.disable",
        "--verifier.l1-confs=0",
        f"--safedb.path={directory / 'safedb'}",
    ]
    with (directory / "op-node.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={"HOME": os.environ["HOME"]})
    client = RollupClient(f"http://127.0.0.1:{ports.rebuilt_node_rpc}")
    try:
        yield client, engine
    finally:
        process.terminate()
        process.wait(30)
        client.close()
        engine.stop()
