"""The verifier on real op-geths: it derives from L1 what the sequencer made, whatever happens in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.rollup import Rollup, settle


@pytest.fixture
def rollup(tmp_path: Path) -> Iterator[Rollup]:
    with Rollup(tmp_path) as rollup:
        yield rollup


def test_x(rollup: Rollup) -> None:
    import time

    t = time.time()
    rollup.advance(200)
    n = rollup.sequencing.head.ref.number
    print("seq", n, n / (time.time() - t), rollup.sequencing.head.ref)
    verifier = rollup.new_verifier()
    print(settle(verifier.node)[-3:])
    rollup.post(1, 390)
    rollup.advance(1)
    t = time.time()
    print(settle(verifier.node))
    print("ver", 390 / (time.time() - t))
    print(verifier.rpc.sync_status())
    assert verifier.l2.hashes(390) == rollup.sequencing.hashes(390)
