"""Whole runs of pytest, as in somebody's project: failures are told, nothing is left behind, workers share
nothing."""

import os
import re
import select
import signal
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.plugin.child import Project

PATIENCE = 60
"""Seconds for processes to end."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def geths_of(project: Project) -> list[int]:
    """Process ids of the op-geths whose data is in the project's directory."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:  # no process, or one that has just ended
            continue
        if any(f"--datadir={project.directory}".encode() in part for part in command):
            found.append(int(entry.name))
    return found


def wait_until_gone(project: Project) -> None:
    for pid in geths_of(project):
        with suppress(ProcessLookupError):
            process = os.pidfd_open(pid)
            ended, _, _ = select.select([process], [], [], PATIENCE)
            os.close(process)
            assert ended, "an op-geth outlives its pytest"
    assert not geths_of(project)


def test_a_failing_test_fails_and_the_next_begins_anew(project: Project) -> None:
    done = project.run(
        """
def test_first(devnet, user):
    other = devnet.new_user()
    devnet.l1.send(user, other, ether=1)
    devnet.l2.rpc.call("eth_sendRawTransaction", "0x" + user.sign_transaction({
        "nonce": 0, "to": other.address, "value": 1, "gas": 21000, "gasPrice": 10**10, "chainId": 901,
    }).raw_transaction.hex())
    devnet.underlying.pace.pause("sequencer")
    assert devnet.l1.balance(other) == 0, "the reason"

def test_second(devnet, user):
    assert devnet.l1.nonce(user) == 0
    assert devnet.l1.balance(user) == devnet.l2.balance(user) == 100 * 10**18
    devnet.l2.send(user, user, wei=1)

def test_third(devnet, user):
    withdrawal = devnet.withdraw(user, ether=1)
    assert withdrawal.finalized
"""
    )
    assert done.returncode == 1
    assert "2 failed, 1 passed" in done.stdout
    assert "the reason" in done.stdout
    assert re.search(r"- opcycle's agents -+\nL1 at block \d+, time \d+\nL2 at block", done.stdout)
    assert re.search(r"\nsequencer: [\d-]+ [\d:,]+ INFO +L2 block", done.stdout)
    assert re.search(r"assert <withdrawal 0x\w+ is finalized: False; in L2 block \d+, waiting", done.stdout)
    assert not geths_of(project)
    assert not list(project.directory.glob("tmp/opcycle*/devnet*"))


def test_a_devnet_that_does_not_come_back_is_told_and_replaced(project: Project) -> None:
    done = project.run(
        """
def test_breaks_it(devnet):
    devnet.l1.rpc.call("debug_setHead", "0x0")
    sequencer = devnet.underlying.config.directory / "sequencer"
    devnet.underlying.destroy_sequencer()

def test_next(devnet, user):
    devnet.deposit(user, ether=1)
"""
    )
    assert "2 passed, 1 error" in done.stdout, done.stdout
    assert "ERROR at teardown of test_breaks_it" in done.stdout
    assert "this test has left its devnet in a state from which it does not come back" in done.stdout
    assert not geths_of(project)


def test_a_failure_on_chains_that_are_down_is_still_the_tests_own(project: Project) -> None:
    done = project.run(
        """
def test_stops_them(devnet):
    devnet.underlying.l1.geth.stop()
    assert 1 == 2, "the reason"

def test_next(devnet, user):
    devnet.deposit(user, ether=1)
"""
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "the reason" in done.stdout
    assert "L1: no JSON-RPC server answers" in done.stdout


def test_a_condition_that_never_holds_is_named(project: Project) -> None:
    done = project.run(
        """
def test_waits(devnet, user):
    def everybody_is_rich():
        return devnet.l1.balance(user) > 10**30
    devnet.advance_until(everybody_is_rich, seconds=6)
"""
    )
    assert done.returncode == 1
    assert "NotInTimeError: waited 6 s of chain time in vain for everybody_is_rich" in done.stdout


@pytest.mark.parametrize(
    ("marker", "complaint"),
    [
        ("windows='long'", "windows is 'long'; it must be short or mainnet"),
        ("settle='oracle'", "there is no setting 'settle'; there are windows, settlement"),
        ("block_time=0", "the block time is 0; it must be at least 1"),
        ("'mainnet'", r"mark.opcycle takes settings by name, not ('mainnet',)"),
    ],
)
def test_a_wrong_marker_is_told_in_a_sentence(project: Project, marker: str, complaint: str) -> None:
    done = project.run(
        f"""
import pytest

@pytest.mark.opcycle({marker})
def test_it(devnet):
    pass
"""
    )
    assert "1 error" in done.stdout
    assert complaint in done.stdout
    assert "Traceback" not in done.stdout
    assert "settings.py" not in done.stdout, "the sentence is enough"


def test_a_wrong_option_is_told_in_a_sentence(project: Project) -> None:
    asking = "def test_it(devnet): pass\n"
    done = project.run(asking, "--opcycle-windows=long")
    assert "--opcycle-windows: invalid choice: 'long' (choose from 'short', 'mainnet')" in done.stderr
    done = replace(project, ini="[pytest]\nopcycle_windows = long\n").run(asking)
    assert "windows is 'long'; it must be short or mainnet" in done.stdout
    assert "settings.py" not in done.stdout, "the sentence is enough"


def test_a_missing_op_geth_is_told_in_a_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPCYCLE_GETH", "/nonexistent/geth")
    done = project.run("def test_it(devnet): pass\n")
    assert "1 error" in done.stdout
    assert "OPCYCLE_GETH names /nonexistent/geth, which is not an executable file" in done.stdout
    assert "geth.py" not in done.stdout, "the sentence is enough"


def test_markers_options_and_fixtures_choose_the_rollup(project: Project) -> None:
    done = project.run(
        """
import dataclasses
import pytest
from opcycle.deploy.config import Settlement

@pytest.fixture
def opcycle_config(opcycle_config):
    return dataclasses.replace(opcycle_config, block_time=2)

def test_option_and_fixture(devnet):
    assert devnet.settings.settlement is Settlement.ORACLE
    assert devnet.underlying.config.block_time == 2
    before = devnet.l2.timestamp
    devnet.advance(seconds=4)
    assert devnet.l2.timestamp == before + 4

@pytest.mark.opcycle(settlement="games")
class TestMarked:
    def test_class(self, devnet):
        assert devnet.settings.settlement is Settlement.GAMES

    @pytest.mark.opcycle(windows="mainnet")
    def test_both(self, devnet):
        assert devnet.settings.settlement is Settlement.GAMES
        assert devnet.settings.windows == "mainnet"
        assert devnet.underlying.config.block_time == 2
""",
        "--opcycle-settlement=oracle",
    )
    assert "3 passed" in done.stdout, done.stdout


def test_nothing_starts_where_nobody_asks(project: Project) -> None:
    done = project.run(
        """
import sys

def test_it():
    assert not [name for name in sys.modules if name.startswith(("web3", "opcycle.testing"))]
"""
    )
    assert "1 passed" in done.stdout, done.stdout
    assert not list(project.directory.glob("tmp/opcycle*"))


def test_fixtures_are_listed_with_what_they_are(project: Project) -> None:
    listed = project.run("", "--fixtures").stdout
    for name in ("devnet", "l1", "l2", "bridge", "user", "opcycle_config"):
        assert re.search(rf"^{name}( \[\w+ scope\])? -- .*\n    \w", listed, re.MULTILINE), name
    assert "_opcycle_devnets" not in listed
    assert "opcycle(windows=" in project.run("", "--markers").stdout


WORKERS = """
import pytest

@pytest.mark.parametrize("index", range(4))
def test_it(devnet, user, index, record_property):
    devnet.deposit(user, ether=1)
    withdrawal = devnet.withdraw(user, ether="0.4")
    record_property("place", f"{devnet.underlying.config.directory} {devnet.l1.url} {devnet.l2.url}")
    record_property("hash", withdrawal.transaction.hex())
"""


def test_workers_share_nothing_and_compute_the_same(project: Project) -> None:
    done = project.run(WORKERS, "-p", "xdist", "-n", "2", "--junit-xml=report.xml")
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    report = (project.directory / "report.xml").read_text()
    places = set(re.findall(r'name="place" value="([^"]*)"', report))
    assert len(places) == 2
    assert len({part for place in places for part in place.split()}) == 6
    assert len(set(re.findall(r'name="hash" value="([^"]*)"', report))) == 1
    assert not geths_of(project)


SLOW = """
import os, threading
from pathlib import Path

def test_it(devnet):
    Path("started").write_text(str(os.getpid()))
    threading.Event().wait(600)
"""


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_no_process_outlives_its_pytest(
    project: Project, how: signal.Signals, workers: tuple[str, ...]
) -> None:
    (project.directory / "test_it.py").write_text(SLOW)
    (project.directory / "pytest.ini").write_text(project.ini)
    options = project.how()
    del options["timeout"]
    running = subprocess.Popen(
        project.command(*workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    started = project.directory / "started"
    try:
        for _ in range(20 * PATIENCE):
            if started.exists() and started.read_text():
                break
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(0.05)
        assert started.read_text()
        assert geths_of(project)
        running.send_signal(how)
        wait_until_gone(project)
    finally:
        running.kill()
        running.wait()
    wait_until_gone(project)


def test_a_worker_that_dies_takes_its_processes_along(project: Project) -> None:
    done = project.run(
        """
import os, signal

def test_dies(devnet):
    os.kill(os.getpid(), signal.SIGKILL)

def test_after(devnet, user):
    devnet.l2.send(user, user, wei=1)
""",
        "-p",
        "xdist",
        "-n",
        "1",
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "crashed while running" in done.stdout
    wait_until_gone(project)
