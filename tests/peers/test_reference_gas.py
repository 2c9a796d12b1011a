"""Nothing that goes through the bridge costs more than with Optimism's own contracts."""

from benchmarks.bridge_gas import REFERENCE, Bridged, BridgedReference, dearer, measure
from tests.fuzz.disputes.deploy import in_directory

from opcycle.artifacts import artifact


def test_no_function_of_the_bridge_is_dearer_than_the_references() -> None:
    ours, theirs = measure(artifact, Bridged), measure(in_directory(REFERENCE), BridgedReference)
    assert dearer(ours, theirs) == []
    assert dearer(theirs, ours) != []
