"""The ten lines that the README shows, in a project of their own, for each kind of windows and settlement."""

from pathlib import Path

import pytest
from tests.plugin.child import Project

TEN_LINES = """
def test_withdrawal(devnet, user):
    devnet.deposit(user, ether=1)
    withdrawal = devnet.withdraw(user, ether="0.4")
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove()
    devnet.advance(days=7)
    withdrawal.finalize()
    assert devnet.l1.balance(user) >= 99_390_000_000_000_000_000
"""


@pytest.mark.parametrize("settlement", ["games", "oracle"])
@pytest.mark.parametrize("windows", ["short", "mainnet"])
def test_the_ten_lines(tmp_path: Path, windows: str, settlement: str) -> None:
    options = f"--opcycle-windows={windows}", f"--opcycle-settlement={settlement}"
    done = Project(tmp_path).run(TEN_LINES, *options)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_a_balance_that_is_not_there_fails_the_ten_lines(tmp_path: Path) -> None:
    done = Project(tmp_path).run(TEN_LINES.replace("99_390", "99_410"))
    assert done.returncode == 1
    assert "assert 993" in done.stdout.replace("_", "")
