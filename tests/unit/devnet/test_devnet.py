"""What a devnet refuses to be, before it starts anything."""

from pathlib import Path

import pytest

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.errors import UserError

ELSEWHERE = "http://127.0.0.1:8545"


@pytest.mark.parametrize("choice", [DataAvailability.BLOBS, DataAvailability.AUTO])
def test_live__blobs_on_an_l1_of_somebody_else__nobody_would_serve_them(
    tmp_path: Path, choice: DataAvailability
) -> None:
    Devnet.live(DevnetConfig(tmp_path, batcher=BatcherOptions(data_availability=choice)))
    with pytest.raises(UserError, match="nothing here serves its blobs"):
        Devnet.live(
            DevnetConfig(tmp_path, l1_url=ELSEWHERE, batcher=BatcherOptions(data_availability=choice))
        )


def test_live__alt_da_on_an_l1_of_somebody_else__may_fail_over_to_calldata_only(tmp_path: Path) -> None:
    def start(failover: DataAvailability) -> None:
        batcher = BatcherOptions(data_availability=DataAvailability.ALT_DA, failover=failover)
        Devnet.live(DevnetConfig(tmp_path, l1_url=ELSEWHERE, batcher=batcher))

    start(DataAvailability.CALLDATA)
    with pytest.raises(UserError, match="nothing here serves its blobs"):
        start(DataAvailability.BLOBS)


def test_stepped__on_an_l1_of_somebody_else__nobody_can_step_it(tmp_path: Path) -> None:
    Devnet.live(DevnetConfig(tmp_path, l1_url=ELSEWHERE))
    with pytest.raises(UserError, match="cannot be stepped"):
        Devnet.stepped(DevnetConfig(tmp_path, l1_url=ELSEWHERE))
