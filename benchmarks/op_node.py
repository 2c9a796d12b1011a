"""The real op-node as a child process: a verifier beside ours on an engine of its own, or a sequencer."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson

from benchmarks.child import BINARIES, child
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.engine.geth import AttachedEngine, GethProcess
from opcycle.engine.rollup_client import RollupClient
from opcycle.protocol.l1_chain import l1_chain_of

BINARY = BINARIES / "op-node"


@contextmanager
def op_node(
    devnet: Devnet, directory: Path, *, flags: tuple[str, ...] = ()
) -> Iterator[tuple[RollupClient, L2Engine]]:
    """A running op-node that reads the devnet's L1, and its engine."""
    ports = devnet.config.ports
    engine = L2Engine.child(
        "op-node-engine",
        devnet.deployment,
        directory / "geth",
        http_port=ports.rebuilt_rpc,
        auth_port=ports.rebuilt_engine,
    )
    try:
        engine.start()
        with op_node_on(engine, devnet, directory, flags=flags) as client:
            yield client, engine
    finally:
        engine.stop()


@contextmanager
def op_node_on(
    engine: L2Engine, devnet: Devnet, directory: Path, *, flags: tuple[str, ...] = ()
) -> Iterator[RollupClient]:
    """A running op-node that reads the devnet's L1 and drives `engine`, which is nobody else's meanwhile."""
    ports = devnet.config.ports
    with op_node_process(
        engine.source,
        l1_url=devnet.l1_url,
        beacon_url=f"http://127.0.0.1:{ports.l1_beacon}",
        rollup=devnet.deployment.directory / "rollup.json",
        l1_chain_id=devnet.deployment.rollup.l1_chain_id,
        rpc_port=ports.rebuilt_node_rpc,
        directory=directory,
        flags=flags,
    ) as client:
        yield client


@contextmanager
def op_node_process(
    engine: GethProcess | AttachedEngine,
    *,
    l1_url: str,
    beacon_url: str,
    rollup: Path,
    l1_chain_id: int,
    rpc_port: int,
    directory: Path,
    flags: tuple[str, ...] = (),
) -> Iterator[RollupClient]:
    """A running op-node with the config in the file `rollup`, whose own files are in `directory`."""
    l1_chain, secret = directory / "l1-chain.json", directory / "jwt.hex"
    l1_chain.write_bytes(orjson.dumps(l1_chain_of(l1_chain_id).to_geth_json()))
    secret.write_text(engine.jwt_secret.hex())
    command = [
        f"--l1={l1_url}",
        "--l1.rpckind=standard",
        "--l1.http-poll-interval=200ms",
        "--l1.epoch-poll-interval=1s",
        f"--l1.beacon={beacon_url}",
        "--l1.runtime-config-reload-interval=30s",
        f"--l2={engine.engine_url}",
        f"--l2.jwt-secret={secret}",
        f"--rollup.config={rollup}",
        f"--rollup.l1-chain-config={l1_chain}",
        "--rpc.addr=127.0.0.1",
        f"--rpc.port={rpc_port}",
        "--rpc.enable-admin",
        "--p2p.disable",
        "--verifier.l1-confs=0",
        f"--safedb.path={directory / 'safedb'}",
        *flags,
    ]
    client = RollupClient(f"http://127.0.0.1:{rpc_port}")
    with closing(client), child("op-node", command, directory / "op-node.log"):
        yield client
