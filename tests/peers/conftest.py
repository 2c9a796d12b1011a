"""What several of these tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fuzz.disputes.deploy import chosen

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"


@pytest.fixture(scope="module")
def reference() -> Iterator[None]:
    """Dispute contracts are Optimism's own, as `make reference` compiles them; ours again afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPCYCLE_ARTIFACTS", str(REFERENCE))
        chosen.cache_clear()
        yield
    chosen.cache_clear()
