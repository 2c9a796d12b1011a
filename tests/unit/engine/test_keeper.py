"""The keeper with small programs in op-geth's place; their end is seen as the end of their output."""

import signal
import subprocess
import sys

import pytest

from opcycle.engine import keeper

PATIENT = "import threading; print('ready', flush=True); threading.Event().wait()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + PATIENT
IMPATIENT_KEEPER = (
    "import runpy, sys; namespace = runpy.run_path(sys.argv[1]); main = namespace['main']; "
    "main.__globals__['STOP_TIMEOUT'] = 0.1; sys.exit(main(sys.argv[2:]))"
)


def kept(program: str, *, impatient: bool = False) -> "subprocess.Popen[str]":
    """A started keeper whose program has said that it is ready."""
    launch = ["-c", IMPATIENT_KEEPER] if impatient else ["-I", "-S"]
    process = subprocess.Popen(
        [sys.executable, *launch, keeper.__file__, sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_main__program_ends__its_exit_status() -> None:
    with kept("print('ready', flush=True); raise SystemExit(3)") as process:
        assert process.wait() == 3


def test_main__parent_closes_the_pipe__program_is_asked_to_stop() -> None:
    with kept(PATIENT) as process:
        assert process.poll() is None
        process.communicate()  # closes its input and reads to the end: both processes are gone
        assert process.returncode == 256 - signal.SIGTERM


def test_main__program_ignores_the_request__killed_after_the_time_out() -> None:
    with kept(STUBBORN, impatient=True) as process:
        process.communicate()
        assert process.returncode == 256 - signal.SIGKILL


@pytest.mark.parametrize("request_", [signal.SIGTERM, signal.SIGINT])
def test_main__keeper_is_asked_to_stop__program_is(request_: signal.Signals) -> None:
    with kept(PATIENT) as process:
        process.send_signal(request_)
        assert process.wait() == 256 - signal.SIGTERM


def test_main__keeper_is_killed__program_dies() -> None:
    with kept(PATIENT) as process:
        assert process.stdout is not None
        process.kill()
        assert process.stdout.read() == ""  # the program held the other end
