"""One log file per agent."""

import logging
from pathlib import Path

from opcycle.devnet.logs import log_to


def test_each_agent_writes_to_its_own_file(tmp_path: Path) -> None:
    with log_to(tmp_path / "logs", ["batcher", "node"]):
        logging.getLogger("opcycle.batcher").info("posted")
        logging.getLogger("opcycle.node").warning("reset")
    assert (tmp_path / "logs" / "batcher.log").read_text().endswith(" INFO    posted\n")
    assert (tmp_path / "logs" / "node.log").read_text().endswith(" WARNING reset\n")


def test_a_later_run_goes_on_in_the_same_files(tmp_path: Path) -> None:
    for word in ("first", "second"):
        with log_to(tmp_path, ["node"]):
            logging.getLogger("opcycle.node").info(word)
    first, second = (tmp_path / "node.log").read_text().splitlines()
    assert (first.split()[-1], second.split()[-1]) == ("first", "second")


def test_nothing_goes_to_the_terminal_or_to_files_once_it_is_over(tmp_path: Path) -> None:
    family, logger = logging.getLogger("opcycle"), logging.getLogger("opcycle.node")
    with log_to(tmp_path, ["node"]):
        assert not family.propagate
        logger.info("within")
    assert family.propagate
    logger.warning("after")
    assert "after" not in (tmp_path / "node.log").read_text()


def test_an_agent_that_says_nothing_leaves_no_file(tmp_path: Path) -> None:
    with log_to(tmp_path, ["rebuilt-node"]):
        pass
    assert list(tmp_path.iterdir()) == []
