"""Large preimages on Optimism's own oracle: proposed, squeezed, and policed.

The same tests as on ours, again, with upstream's source (`make reference`). Only the library that permutes
Keccak's state is not upstream's, which no package registry has.
"""

import pytest
from tests.fuzz.test_large_preimages import *  # noqa: F403
from tests.unit.challenger.preimages.oracle_place import OraclePlace
from tests.unit.challenger.preimages.test_loading import *  # noqa: F403
from tests.unit.challenger.preimages.test_watch import *  # noqa: F403

pytestmark = pytest.mark.usefixtures("reference")


def test_this_is_the_reference_oracle_indeed() -> None:
    assert "NotEOA" in {error.name for error in OraclePlace().chain.errors.values()}
