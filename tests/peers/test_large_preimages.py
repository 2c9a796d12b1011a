"""The real op-challenger and ours judge the same large preimages, proposed to our oracle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.op_challenger import op_challenger
from tests.e2e.games import ALPHABET, arena
from tests.e2e.large_preimages import MIN_SIZE, Desk, large_preimages_config, wei

from opcycle.challenger.preimages.watch import ProposalWatch
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.runner import Runner
from opcycle.l1.preimage_oracle import Proposal

PATIENCE = 120
THEIRS, LIAR, STRANGER = "challenger", "third user", "second user"
BOND = 25 * 10**16
DATA = bytes(index * 7 % 251 + 1 for index in range(50_000))

DAY = 24 * 3600
"""op-challenger compares a proposal's period with the machine's clock, not with L1's."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    config = large_preimages_config(tmp_path_factory.mktemp("preimages") / "devnet", period=DAY)
    with Devnet.stepped(config) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(10)
        place = arena(devnet)
        (oracle,) = place.factory.preimages([ALPHABET], block="latest")
        yield Desk(place, oracle)


def propose_all_kinds(desk: Desk) -> list[Proposal]:
    """Right and wrong ones, by turns: short and long, in one chunk and in many, at the edges of blocks."""
    short, whole_blocks = DATA[:MIN_SIZE], DATA[: 136 * 20]
    return [
        desk.propose(STRANGER, DATA, uuid=1),
        desk.propose(LIAR, DATA, uuid=1, lies=[0]),
        desk.propose(STRANGER, short, uuid=2, at_once=3),
        desk.propose(LIAR, DATA, uuid=2, lies=[367]),
        desk.propose(STRANGER, whole_blocks, uuid=3, at_once=7),
        desk.propose(LIAR, whole_blocks, uuid=3, lies=[20], at_once=7),
        desk.propose(LIAR, short, uuid=4, lies=[3, 4, 5]),
        desk.propose(LIAR, short, uuid=5, lies=[7], at_once=3, delegates=True),
    ]


def test_op_challenger_counters_exactly_what_ours_calls_wrong(desk: Desk, tmp_path: Path) -> None:
    place = desk.place
    proposals = propose_all_kinds(desk)
    watch, l1 = ProposalWatch(desk.oracle, ACCOUNTS[THEIRS].address), place.devnet.l1.head
    watch.look(l1)
    due, waits = watch.police(l1, spare=())
    ours = {proposal.index for proposal in proposals for item in due if f"{proposal}:" in item.why}
    assert waits.for_others == []
    assert ours == {item.index for item in proposals if item.claimant == ACCOUNTS[LIAR].address}
    before = wei(place, THEIRS)

    def countered() -> set[int]:
        return {item.index for item in proposals if desk.look(item.index).is_countered}

    def is_done() -> bool:
        if countered() >= ours:
            return True
        place.devnet.advance(2)
        return False

    with op_challenger(place.devnet, tmp_path, factory=place.factory.contract.address):
        assert Runner().until(is_done, seconds=PATIENCE), f"op-challenger countered {countered()} of {ours}"
        place.devnet.advance(4)
    assert countered() == ours
    assert wei(place, THEIRS) > before + BOND * len(ours) - BOND // 2
    watch.look(place.devnet.l1.head)
    assert watch.police(place.devnet.l1.head, spare=())[0] == [], "the others stand for us, too"
