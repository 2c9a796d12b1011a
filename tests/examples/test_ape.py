"""Ape inside a test with a devnet: to which chain it is connected, for whom it signs, and what it forgets."""

import re
import shutil
from pathlib import Path

from tests.examples.test_examples import ROOT, copy_of, run


def test_in_ape__all_pass_but_those_that_must_not(tmp_path: Path) -> None:
    project = copy_of("ape", tmp_path)
    shutil.copyfile(ROOT / "tests/examples/in_ape.py", project / "tests" / "test_poll.py")
    done = run(project, "ape test")
    assert "2 failed, 9 passed" in done.stdout, done.stdout
    failures = re.findall(r"^FAILED \S+::(\S+) - (.*)$", done.stdout, re.MULTILINE)
    assert [name for name, _ in failures] == ["test_fails[assertion]", "test_fails[revert]"]
    assert "assert 0 == 1" in failures[0][1]
    assert "AlreadyVoted" in failures[1][1]
