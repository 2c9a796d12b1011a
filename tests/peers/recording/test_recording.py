"""The derivation vectors are what our node and the real op-node derive, today as when they were recorded.

OPCYCLE_RECORD=1 .venv/bin/pytest -p no:ape_test tests/peers/recording      writes the files anew
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.peers.differential.comparison import first_difference, safe_heads_of, wait_until_read
from tests.peers.differential.rig import Rig
from tests.peers.recording.cases import CASES, Script
from tests.peers.recording.recorder import Recording, case_json, chain_json

VECTORS = Path(__file__).parents[2] / "vectors" / "derivation"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every case, one after the other on one chain, by file name."""
    with Rig(tmp_path_factory.mktemp("recording")) as rig:
        script = Script(rig)
        cases = []
        for name, play in CASES.items():
            start = rig.safe_head
            play(script)
            description = " ".join((play.__doc__ or "").split())
            cases.append(Recording(name, description, start, rig.l1.head.number))
            script.rest()
        last = rig.l1.head.number - 1
        with rig.op_node() as (client, _):
            wait_until_read(client, last + 1)
            heads = safe_heads_of(client)
            difference = first_difference(rig.safe_db.at, heads, last)
            assert difference is None, difference.report([], rig.verdicts.seen)
            found = {"chain": chain_json(rig)} | {case.name: case_json(rig, case, heads) for case in cases}
    if os.environ.get("OPCYCLE_RECORD"):
        for name, content in found.items():
            (VECTORS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    return found


@pytest.mark.parametrize("name", ["chain", *CASES])
def test_vector_is_what_both_nodes_derive(recorded: dict[str, Any], name: str) -> None:
    assert json.loads((VECTORS / f"{name}.json").read_text()) == recorded[name]


def test_no_vector_is_left_from_a_case_that_is_gone() -> None:
    assert {file.stem for file in VECTORS.glob("*.json")} == {"chain", *CASES}
