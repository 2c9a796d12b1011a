"""The command line on live chains: what a newcomer does, and what a newcomer does wrong."""

import json
import signal
import socket
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.e2e.builders import wait_until_gone
from tests.e2e.programs import PATIENCE, opcycle, running_devnet

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.rpc.client import RpcClient

BEFORE = ["setup", "pool", "unsafe", "batch", "derive"]


@pytest.mark.parametrize(
    ("mode", "settling"),
    [
        ([], ["propose", "challenge", "resolve", "settle"]),
        (["--mode", "oracle"], ["propose", "challenge", "settle"]),
    ],
    ids=["games", "oracle"],
)
def test_the_demo_ends_well_with_one_json_object_per_stage(
    tmp_path: Path, mode: list[str], settling: list[str]
) -> None:
    done = opcycle("demo", *mode, "--json", "--auto-ports", "--data", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stdout + done.stderr
    stages = [json.loads(line) for line in done.stdout.splitlines()]
    assert [stage["name"] for stage in stages] == [*BEFORE, *settling, "rebuild"]
    assert all(stage["ok"] and stage["evidence"] and stage["seconds"] >= 0 for stage in stages)


def test_a_demo_that_cannot_start_says_so_and_exits_with_1(tmp_path: Path) -> None:
    done = opcycle(
        "demo", "--json", "--auto-ports", "--data", str(tmp_path), env={"OPCYCLE_GETH": "/dev/null"}
    )
    assert done.returncode == 1
    (stage,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (stage["name"], stage["ok"]) == ("setup", False)
    assert "OPCYCLE_GETH names /dev/null" in stage["failure"]
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_a_devnet_cleanly_and_data_brings_it_back(tmp_path: Path) -> None:
    data = tmp_path / "chain"
    with running_devnet("--data", str(data), "--auto-ports") as process:
        endpoints = json.loads((data / "endpoints.json").read_text())
        rpc = RpcClient(endpoints["l2"])
        first = rpc.call("eth_getHeaderByNumber", "0x1")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert output.rstrip().endswith(f"stopped; the chain and its logs are in {data}")
    for engine in ("l1", "sequencer", "verifier"):
        wait_until_gone(data / engine / "geth")
    with running_devnet("--data", str(data), "--auto-ports"):
        endpoints = json.loads((data / "endpoints.json").read_text())
        assert RpcClient(endpoints["l2"]).call("eth_getHeaderByNumber", "0x1") == first


def test_a_running_devnet_tells_costs_and_metrics_and_takes_orders_for_its_batcher(
    tmp_path: Path,
) -> None:
    data = tmp_path / "chain"
    with running_devnet("--data", str(data), "--auto-ports"):
        done = opcycle("costs", "1-1", "--data", str(data), "--json", "--blob-base-fee", "2")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["blocks"] == {"first": 1, "last": 1}
        assert report["prices"]["blob_base_fee"] == 2 * 10**9
        assert len(report["ways"]) == 8
        assert all(way["fee"] > 0 for way in report["ways"])
        endpoints = json.loads((data / "endpoints.json").read_text())
        batcher = RpcClient(endpoints["batcher"])
        for order in ("flush", "stop", "start"):
            assert batcher.call(f"admin_{order}Batcher") is None
        with urlopen(endpoints["metrics"]) as reply:
            text = reply.read().decode()
        for agent in ("sequencer", "batcher", "node", "proposer", "challenger"):
            assert f'opcycle_steps_total{{agent="{agent}",result="progress"}}' in text
        assert "op_node_default_up 1.0" in text
        assert "op_batcher_default_up 1.0" in text
        assert 'op_batcher_default_throttle_intensity{type="quadratic"} 0.0' in text
        assert "opcycle_waiting_for{reason=" in text


def test_kill_9_of_a_devnet_leaves_no_process_and_the_chain_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "chain"
    with running_devnet("--data", str(data), "--auto-ports") as process:
        endpoints = json.loads((data / "endpoints.json").read_text())
        first = RpcClient(endpoints["l2"]).call("eth_getHeaderByNumber", "0x1")
        process.kill()
    for engine in ("l1", "sequencer", "verifier"):
        wait_until_gone(data / engine / "geth")
    with running_devnet("--data", str(data), "--auto-ports"):
        endpoints = json.loads((data / "endpoints.json").read_text())
        assert RpcClient(endpoints["l2"]).call("eth_getHeaderByNumber", "0x1") == first


def test_a_devnet_may_be_stopped_at_any_moment_of_its_start_and_goes_on_from_there(tmp_path: Path) -> None:
    data = tmp_path / "chain"
    for moment, request in (
        ("… starting the local L1", signal.SIGTERM),
        ("… setting them up", signal.SIGINT),
        ("… starting op-geth twice", signal.SIGTERM),
    ):
        with running_devnet("--data", str(data), "--auto-ports", since=moment) as process:
            process.send_signal(request)
            output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert output.rstrip().endswith(f"stopped; the chain and its logs are in {data}")
        assert "Traceback" not in output
        for database in data.glob("*/geth/geth/LOCK"):
            wait_until_gone(database.parents[1])
    with running_devnet("--data", str(data), "--auto-ports"):
        pass


def test_an_agent_that_stops_a_devnet_is_named_and_the_status_is_1(tmp_path: Path) -> None:
    data = tmp_path / "chain"
    with running_devnet("--data", str(data), "--auto-ports"):
        pass
    with (data / "sequencer" / "payloads.jsonl").open("ab") as journal:
        journal.write(b"[]\n")
    done = opcycle("devnet", "--data", str(data), "--auto-ports")
    assert done.returncode == 1
    assert "error: the sequencer stopped: " in done.stderr
    assert "payloads.jsonl is damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert "stopped: " in (data / "logs" / "sequencer.log").read_text()
    for engine in ("l1", "sequencer", "verifier"):
        wait_until_gone(data / engine / "geth")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["deposit", "1", "--data", "nowhere"],
            "no devnet has run in nowhere; start one with `opcycle devnet`",
        ),
        (["travel", "a week", "--data", "nowhere"], "'a week' is no duration; say 90s, 30m, 12h, 7d or 2w"),
        (["travel", "7d", "--data", "nowhere"], "no devnet has run in nowhere"),
        (["devnet", "--block-time", "0"], "the block time is 0; it must be at least 1"),
        (
            ["devnet", "--l1", "http://127.0.0.1:1", "--data", "x"],
            "no JSON-RPC server answers at http://127.0.0.1:1",
        ),
        (
            ["node", "--deployment", "nowhere", "--l1", "x", "--data", "y"],
            "there is no addresses.json in nowhere",
        ),
        (
            ["batcher", "--deployment", "x", "--l1", "x", "--l2", "x", "--node", "x"],
            "no key: put a private key",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence_and_a_traceback_only_on_request(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    done = opcycle(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in opcycle("--verbose", *arguments, cwd=tmp_path).stderr


def test_a_corrupt_config_is_named_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: [")
    key = {"OPCYCLE_PRIVATE_KEY": ACCOUNTS["user"].key.hex()}
    done = opcycle("deploy", "--config", "bad.yaml", "--l1", "http://127.0.0.1:1", cwd=tmp_path, env=key)
    assert done.returncode == 1
    assert "bad.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_key_is_one_sentence(tmp_path: Path) -> None:
    command = ["proposer", "--deployment", "x", "--l1", "x", "--node", "x"]
    done = opcycle(*command, cwd=tmp_path, env={"OPCYCLE_PRIVATE_KEY": "not a key"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: $OPCYCLE_PRIVATE_KEY is no private key: it must hold 64 hex digits\n"


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 8545))
        taken.listen()
        done = opcycle("devnet", "--data", str(tmp_path / "chain"))
    assert done.returncode == 1
    assert "port 8545 is busy: another program listens there; stop it, or use another port" in done.stderr
    assert "--auto-ports" in done.stderr
