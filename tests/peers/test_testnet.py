"""docs/testnet.md with Optimism's own programs in the place of ours: all but the sequencer.

They look for news every few seconds of the machine's, which is long where L1's blocks are: here, more often.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.child import BINARIES
from tests.e2e.operator import Operator, commands, following

from opcycle.engine.rollup_client import RollupClient
from opcycle.rpc.hexjson import checksum, from_hex

HASTE = "--num-confirmations=1 --txmgr.receipt-query-interval=200ms"
MORE = {
    "op-node": "--l1.http-poll-interval=200ms --l1.epoch-poll-interval=1s --verifier.l1-confs=0",
    "op-batcher": f"--poll-interval=200ms {HASTE}",
    "op-proposer": f"--poll-interval=200ms {HASTE}",
    "op-challenger": f"--http-poll-interval=500ms {HASTE}",
}


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    path = f"{BINARIES}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    with following(tmp_path, MORE, PATH=path) as operator:
        yield operator


def typed(operator: Operator, verb: str) -> str:
    (line,) = [line for line in commands() if f"opcycle {verb} " in line and "--dry-run" not in line]
    return operator.type(line)


def test_their_twins_carry_a_withdrawal_to_its_end(operator: Operator) -> None:
    typed(operator, "deploy")
    for line in commands():
        if line.startswith("export ") and "$(" not in line:
            operator.type(line)
    typed(operator, "sequencer")
    typed(operator, "node")
    factory = operator.deployment.addresses.dispute_game_factory
    assert factory is not None
    operator.environment["FACTORY"] = checksum(factory)
    operator.environment["PROGRAM"] = typed(operator, "prestate").split()[-1]
    for line in commands("bash"):
        operator.type(line)
    assert set(operator.running) == {"sequencer", "node", "geth", *MORE}
    assert "arrived in L2 block" in typed(operator, "deposit")
    typed(operator, "withdraw")
    withdrawal = from_hex(operator.environment["WITHDRAWAL"])
    operator.until("a game of op-proposer", lambda: operator.bridge.status(withdrawal).is_provable)
    typed(operator, "prove")
    operator.until("op-challenger's settling", lambda: operator.bridge.status(withdrawal).is_finalizable)
    assert typed(operator, "finalize").splitlines()[1] == "finalized"
    require_the_same_safe_chain(operator)


def require_the_same_safe_chain(operator: Operator) -> None:
    """op-node derives what our node does."""
    ours, theirs = (
        RollupClient(f"http://127.0.0.1:{port}")
        for port in (operator.ports.node_rpc, operator.ports.rebuilt_node_rpc)
    )
    safe = ours.sync_status().safe_l2.number
    operator.until("op-node's safe head", lambda: theirs.sync_status().safe_l2.number >= safe > 0)
    assert theirs.output_at_block(safe).output_root == ours.output_at_block(safe).output_root
