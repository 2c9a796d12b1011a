"""Fees under every fork: what a real op-geth charges is what our formulas say, and what the vectors hold."""

from pathlib import Path

import orjson
from tests.e2e.fees import record
from tests.vectors.read import vector


def test_charged__every_fork__is_what_the_vectors_say(tmp_path: Path) -> None:
    """Where op-geth or the transactions have changed, `measured.json` is the new file."""
    found = record(tmp_path)
    (tmp_path / "measured.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    assert found == vector("l1_fees.json")
