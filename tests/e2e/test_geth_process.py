"""op-geth as our child: it starts, refuses clearly, stops, and never outlives us."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.builders import L2_CHAIN_ID, L2_GENESIS_TIME, l2_process, wait_until_gone

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.engine import geth as geth_module
from opcycle.engine.geth import AttachedEngine, GethProcess, GethRole, port_is_free
from opcycle.errors import TemporaryError, UserError
from opcycle.rpc.client import RpcClient

USER = ACCOUNTS["user"]

PARENT = """
import sys
from pathlib import Path
from opcycle.engine.geth import GethProcess, GethRole
directory, genesis_file, http_port, auth_port = sys.argv[1:]
geth = GethProcess(
    Path(directory), Path(genesis_file), role=GethRole.L2, chain_id=901,
    http_port=int(http_port), auth_port=int(auth_port),
)
geth.start()
print("started", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def geth(tmp_path: Path) -> Iterator[GethProcess]:
    geth = l2_process(tmp_path, USER)
    yield geth
    geth.stop()


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def block_number(url: str) -> str:
    rpc = RpcClient(url)
    try:
        number: str = rpc.call("eth_blockNumber")
        return number
    finally:
        rpc.close()


def test_start__then_stop__answers_then_ports_are_free_and_no_process_is_left(
    geth: GethProcess, tmp_path: Path
) -> None:
    geth.start()
    assert geth.running
    assert block_number(geth.http_url) == "0x0"
    AttachedEngine(geth.http_url, geth.engine_url, geth.jwt_secret).check(L2_CHAIN_ID)

    geth.stop()
    wait_until_gone(tmp_path / "geth")
    assert geth.pid is None
    assert port_is_free(port_of(geth.http_url))
    assert port_is_free(port_of(geth.engine_url))
    geth.stop()  # a second stop is nothing


def test_start__running__nothing_happens(geth: GethProcess) -> None:
    geth.start()
    log_size = geth.log_file.read_bytes().count(b"Starting Geth")
    geth.start()
    assert geth.log_file.read_bytes().count(b"Starting Geth") == log_size


def test_restart__same_directory__database_is_written_once(geth: GethProcess, tmp_path: Path) -> None:
    geth.start()
    marker = tmp_path / "geth" / "genesis.sha256"
    written = marker.stat().st_mtime_ns
    geth.restart()
    assert block_number(geth.http_url) == "0x0"
    assert marker.stat().st_mtime_ns == written


def test_kill__running__gone_and_startable(geth: GethProcess, tmp_path: Path) -> None:
    geth.start()
    geth.kill()
    assert not geth.running
    wait_until_gone(tmp_path / "geth")
    with pytest.raises(TemporaryError, match="no JSON-RPC server answers"):
        block_number(geth.http_url)
    geth.start()
    assert block_number(geth.http_url) == "0x0"
    assert b"Blockchain stopped" not in geth.log_file.read_bytes()


@pytest.mark.parametrize("which", ["http_url", "engine_url"])
def test_start__busy_port__user_error_names_it(geth: GethProcess, which: str) -> None:
    port = port_of(getattr(geth, which))
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(UserError, match=f"port {port} is busy.*--auto-ports"):
            geth.start()
    assert not geth.running
    geth.start()


def test_start__directory_of_another_chain__user_error_and_the_old_one_still_starts(
    geth: GethProcess, tmp_path: Path
) -> None:
    geth.start()
    geth.stop()
    stranger = l2_process(tmp_path, USER, timestamp=L2_GENESIS_TIME + 1)
    with pytest.raises(UserError, match=r"does not fit this genesis.*incompatible genesis.*--data"):
        stranger.start()
    geth.start()


def test_start__directory_in_use__user_error_says_so(
    geth: GethProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geth_module, "HANDOVER_TIMEOUT", 0.1)
    geth.start()
    second = l2_process(tmp_path, USER)
    with pytest.raises(UserError, match="another op-geth uses the data directory"):
        second.start()
    assert not second.running
    assert geth.running


def test_start__predecessor_is_still_stopping__waits_for_it(geth: GethProcess, tmp_path: Path) -> None:
    geth.start()
    pid = geth.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)  # the keeper passes it on; op-geth takes a moment
    successor = l2_process(tmp_path, USER)
    successor.start()
    assert successor.running
    successor.stop()


def test_start__database_is_gone__genesis_is_written_again(geth: GethProcess, tmp_path: Path) -> None:
    geth.start()
    geth.stop()
    shutil.rmtree(tmp_path / "geth" / "geth")
    geth.start()
    assert block_number(geth.http_url) == "0x0"


def test_start__marker_is_damaged__genesis_is_written_again(geth: GethProcess, tmp_path: Path) -> None:
    geth.start()
    geth.stop()
    (tmp_path / "geth" / "genesis.sha256").write_bytes(b"\xff\xfe")
    geth.start()
    assert block_number(geth.http_url) == "0x0"


def test_start__chain_id_differs_from_genesis__user_error_and_no_process_is_left(tmp_path: Path) -> None:
    right = l2_process(tmp_path, USER)
    wrong = GethProcess(
        tmp_path / "geth",
        tmp_path / f"genesis-{L2_GENESIS_TIME}.json",
        role=GethRole.L2,
        chain_id=L2_CHAIN_ID + 1,
        http_port=port_of(right.http_url),
        auth_port=port_of(right.engine_url),
    )
    with pytest.raises(UserError, match="serves chain 901, not 902"):
        wrong.start()
    assert not wrong.running
    wait_until_gone(tmp_path / "geth")


def test_start__genesis_file_is_garbage__user_error(geth: GethProcess, tmp_path: Path) -> None:
    (tmp_path / f"genesis-{L2_GENESIS_TIME}.json").write_text("{")
    with pytest.raises(UserError, match=r"does not fit this genesis.*genesis file"):
        geth.start()


def test_check__attached_engine__wrong_secret_chain_or_address_is_a_user_error(
    geth: GethProcess, tmp_path: Path
) -> None:
    geth.start()
    jwt_file = tmp_path / "geth" / "jwt.hex"
    AttachedEngine.from_jwt_file(http_url=geth.http_url, engine_url=geth.engine_url, jwt_file=jwt_file).check(
        L2_CHAIN_ID
    )
    with pytest.raises(UserError, match="HTTP 401"):
        AttachedEngine(geth.http_url, geth.engine_url, bytes(32)).check(L2_CHAIN_ID)
    with pytest.raises(UserError, match="serves chain 901, not 10"):
        AttachedEngine(geth.http_url, geth.engine_url, geth.jwt_secret).check(10)
    with pytest.raises(UserError, match="engine_exchangeCapabilities does not exist"):
        AttachedEngine(geth.http_url, geth.http_url, geth.jwt_secret).check(L2_CHAIN_ID)
    with pytest.raises(UserError, match=r"no execution engine answers at http://127\.0\.0\.1:9"):
        AttachedEngine("http://127.0.0.1:9", geth.engine_url, geth.jwt_secret).check(L2_CHAIN_ID)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_parent_ends__in_any_way__no_op_geth_is_left(tmp_path: Path, end: signal.Signals | None) -> None:
    template = l2_process(tmp_path, USER)  # writes the genesis file and picks ports; the parent starts it
    ports = [str(port_of(url)) for url in (template.http_url, template.engine_url)]
    genesis_file = tmp_path / f"genesis-{L2_GENESIS_TIME}.json"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "geth"), str(genesis_file), *ports],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        assert block_number(template.http_url) == "0x0"
        if end is None:
            parent.stdin.close()  # it returns from its last line without a word to op-geth
        else:
            parent.send_signal(end)
        parent.wait()
        wait_until_gone(tmp_path / "geth")
    assert all(port_is_free(int(port)) for port in ports)
    assert b"Blockchain stopped" in template.log_file.read_bytes()  # it was asked to, not killed


@pytest.mark.parametrize("request_", [signal.SIGTERM, signal.SIGINT])
def test_keeper__asked_to_stop__op_geth_stops_cleanly(
    geth: GethProcess, tmp_path: Path, request_: signal.Signals
) -> None:
    geth.start()
    assert geth.pid is not None
    os.kill(geth.pid, request_)
    wait_until_gone(tmp_path / "geth")
    geth.stop()
    assert b"Blockchain stopped" in geth.log_file.read_bytes()


def test_keeper__killed__op_geth_dies_too(geth: GethProcess, tmp_path: Path) -> None:
    geth.start()
    assert geth.pid is not None
    os.kill(geth.pid, signal.SIGKILL)
    wait_until_gone(tmp_path / "geth")
    geth.start()
    assert block_number(geth.http_url) == "0x0"
