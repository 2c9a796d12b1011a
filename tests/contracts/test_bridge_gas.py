"""Gas of each function of the bridge is what tests/invariants/gas/bridge.json says; `make gas` writes it."""

import json

from benchmarks.bridge_gas import SNAPSHOT, Bridged, measure

from opcycle.artifacts import artifact

TRANSACTION_LIMIT = 1 << 24
"""Gas of a transaction at most (EIP-7825)."""


def test_gas_of_each_function_is_that_of_the_snapshot() -> None:
    measured = measure(artifact, Bridged)
    assert measured == json.loads(SNAPSHOT.read_text())
    assert max(measured.values()) < TRANSACTION_LIMIT
