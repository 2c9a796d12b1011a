"""`opcycle explain` and `opcycle decode` on a devnet that moves only when told to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from opcycle.cli.decode import decode
from opcycle.cli.explain import explain
from opcycle.deploy.deployment import ROLLUP_FILE
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.rpc.hexjson import to_hex


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    config = DevnetConfig(tmp_path / "devnet", submission_interval=5, ports=free_ports())
    with Devnet.stepped(config) as devnet:
        devnet.advance(40)
        yield devnet


def run(command: Any, *arguments: str) -> list[str]:
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_an_l2_block_is_explained_back_to_its_batcher_transaction_and_decoded_from_it(
    devnet: Devnet, tmp_path: Path
) -> None:
    status = devnet.verifier.client.sync_status()
    number = status.safe_l2.number
    assert number > 0
    l2_hash = to_hex(status.safe_l2.hash)

    (tree,) = json.loads("\n".join(run(explain, str(number), "--node", devnet.node.url, "--json")))
    sent, batch = tree["children"][0], tree["children"][-1]
    assert batch["children"][0]["identity"] == f"{number} {l2_hash}"
    for name in (l2_hash, sent["identity"], tree["identity"]):
        lines = run(explain, name, "--node", devnet.node.url)
        assert lines[0].startswith(f"channel {tree['identity']}: accept")
        assert any(f"L2 block {number} {l2_hash}" in line for line in lines)

    of_one = run(decode, "--l1", devnet.assembly.l1, "--tx", sent["identity"])
    assert any(tree["identity"] in line for line in of_one)
    rollup = str(devnet.deployment.directory / ROLLUP_FILE)
    l1_blocks = ("--l1", devnet.assembly.l1, "--blocks", f"0-{status.head_l1.number}")
    records = [json.loads(line) for line in run(decode, *l1_blocks, "--rollup", rollup, "--json")]
    assert sent["identity"] in [r["source"] for r in records if r["record"] == "transaction"]
    numbers = [r["number"] for r in records if r["record"] == "block" and r["number"] is not None]
    assert numbers[:number] == list(range(1, number + 1))
    file = tmp_path / "batches.parquet"
    run(decode, *l1_blocks, "--rollup", rollup, "--parquet", str(file))
    rows = pyarrow.parquet.read_table(file).to_pylist()
    assert [row | record for row, record in zip(rows, records, strict=True)] == rows
