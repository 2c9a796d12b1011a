"""What cannon says, read: lines as cannon v1.18.1 has written them."""

from pathlib import Path

import pytest

from opcycle.challenger.cannon.log import Progress, last_words, progress

RUNNING = """\
level=INFO msg="no metadata file specified, defaulting to empty metadata" module=vm
level=INFO msg="Loaded input state" module=vm version=multithreaded64-5
level=INFO msg=processing module=vm step=0 pc=000bf708 insn=0802fdbe ips=0 pages=446
level=INFO msg=processing module=vm step=8388608 pc=00016614 insn=10220008 ips=5.954758133960545e+06
"""
DEAD = """\
level=ERROR msg="failed to close pre-image server" module=vm err="exit status 1"
error: failed at step 226013371 (PC: 002c3fdc): pre-image server exited with code 1, resulting in err EOF
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "pass.log"


def test_progress__as_last_said(log: Path) -> None:
    log.write_text(RUNNING)
    assert progress(log) == Progress(8388608, 5954758.133960545)


def test_progress__nothing_said_yet__none(log: Path) -> None:
    assert progress(log) is None
    log.write_text("")
    assert progress(log) is None
    log.write_text('level=INFO msg="Loaded input state" module=vm version=multithreaded64-5\n')
    assert progress(log) is None


def test_progress__what_the_program_says__not_believed(log: Path) -> None:
    log.write_text(
        RUNNING
        + 'level=INFO msg="level=INFO msg=processing module=vm step=9 ips=9" module=guest stream=stdout\n'
    )
    assert progress(log) == Progress(8388608, 5954758.133960545)


def test_progress__long_log__its_end_is_read(log: Path) -> None:
    log.write_text(RUNNING + "level=INFO msg=fetching module=host\n" * 100 + RUNNING.replace("8388608", "9"))
    assert progress(log) == Progress(9, 5954758.133960545)


def test_last_words__the_last_complaint(log: Path) -> None:
    log.write_text(RUNNING + DEAD + "level=INFO msg=bye module=host\n")
    assert last_words(log) == DEAD.splitlines()[1]


def test_last_words__no_complaint__the_last_line(log: Path) -> None:
    log.write_text(RUNNING + "\n")
    assert last_words(log) == RUNNING.splitlines()[-1]


def test_last_words__no_words(log: Path) -> None:
    assert last_words(log) == "it said nothing"


def test_last_words__no_text__no_crash(log: Path) -> None:
    log.write_bytes(b"\xff\xfe\x00")
    assert last_words(log)
