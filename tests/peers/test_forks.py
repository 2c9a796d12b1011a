"""The real op-node derives a chain that lives through every fork, Bedrock to Jovian, as our node does."""

from pathlib import Path

import orjson
from benchmarks.op_node import op_node_process
from tests.e2e.rollup import L2, settle
from tests.e2e.test_forks import SCHEDULE, forking, transfer

from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.ports import free_ports
from opcycle.devnet.runner import Runner
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import serve

PATIENCE = 120


def is_safe(client: RollupClient, number: int) -> bool:
    try:
        return client.sync_status().safe_l2.number >= number
    except TemporaryError:  # it is starting
        return False


def test_op_node_derives_every_fork_as_our_node_does(tmp_path: Path) -> None:
    with forking(tmp_path, SCHEDULE) as rollup:
        posted = 0
        for step in range(13):
            rollup.sequencing.client.rpc.call("eth_sendRawTransaction", to_hex(transfer(step)))
            rollup.deposit(mint=step, to=b"\x77" * 20)
            rollup.advance(1)
            head = rollup.sequencing.head.ref.number
            rollup.post(posted + 1, head)
            posted = head
        rollup.l1.mine()
        verifier = rollup.new_verifier()
        settle(verifier.node)
        assert verifier.rpc.sync_status().safe_l2.number == posted

        ports = free_ports()
        config_file = tmp_path / "rollup.json"
        config_file.write_bytes(orjson.dumps(rollup.config.to_json()))
        engine = L2(
            tmp_path / "op-node-engine",
            rollup.genesis_file,
            rollup.config,
            http=ports.rebuilt_rpc,
            auth=ports.rebuilt_engine,
        )
        engine.geth.start()
        beacon = serve(beacon_app(rollup.l1), ports.l1_beacon)
        try:
            with op_node_process(
                engine.geth,
                l1_url=rollup.l1.url,
                beacon_url=beacon.url,
                rollup=config_file,
                l1_chain_id=LOCAL_L1_CHAIN_ID,
                rpc_port=ports.rebuilt_node_rpc,
                directory=tmp_path,
                flags=("--l1.trustrpc",),  # the system config has no storage, which op-node wants proven
            ) as client:
                assert Runner().until(lambda: is_safe(client, posted), seconds=PATIENCE)
                assert engine.hashes(posted) == verifier.l2.hashes(posted) == rollup.sequencing.hashes(posted)
                for number in range(posted + 1):
                    assert (
                        client.output_at_block(number).output == verifier.rpc.output_at_block(number).output
                    )
        finally:
            beacon.stop()
            engine.close()
