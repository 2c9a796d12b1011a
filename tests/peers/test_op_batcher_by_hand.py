"""What a user does who tries the real op-batcher on `opcycle devnet`: stop ours, start theirs."""

from pathlib import Path

from benchmarks.op_batcher import op_batcher_at
from tests.e2e.programs import running_devnet

from opcycle.cli.where import Endpoints
from opcycle.devnet.ports import free_ports
from opcycle.devnet.runner import Runner
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.rpc.client import RpcClient

PATIENCE = 120
INBOX = "0x00ff000000000000000000000000000000000901"


def becomes_safe(node: RollupClient, number: int) -> bool:
    """Whether L2 block `number` does, in time."""

    def is_safe() -> bool:
        try:
            return node.sync_status().safe_l2.number >= number
        except TemporaryError:  # it has not looked at L1 yet
            return False

    return Runner().until(is_safe, seconds=PATIENCE)


def test_op_batcher_takes_over_a_devnet_from_the_command_line(tmp_path: Path) -> None:
    data = tmp_path / "devnet"
    options = ("--auto-ports", "--node-follows-sequencer", "--batch-inbox", INBOX, "--data", str(data))
    with running_devnet(*options):
        found = Endpoints.read(data)
        node = RollupClient(found.node)
        assert becomes_safe(node, 1)
        RpcClient(found.batcher).call("admin_stopBatcher")
        wanted = node.sync_status().unsafe_l2.number + 5
        with op_batcher_at(
            l1=found.l1,
            l2=found.l2,
            node=found.node,
            port=free_ports().control,
            directory=tmp_path,
            flags=("--data-availability-type=blobs",),
        ):
            assert becomes_safe(node, wanted)
