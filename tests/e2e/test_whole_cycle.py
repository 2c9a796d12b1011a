"""The demo's story, stepped: every stage of a transaction's life on real op-geth, on chain time alone.

With OPCYCLE_PROFILE=nightly also about a real fault proof, which takes minutes.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.profiles import PROFILE

from opcycle.deploy.config import VM, Settlement
from opcycle.devnet.demo import story as demo_story
from opcycle.devnet.demo.stage import Stage, tell
from opcycle.devnet.demo.story import Story, demo_config
from opcycle.devnet.demo.view import Evidence, StageReport
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports

BEFORE, AFTER = ["setup", "pool", "unsafe", "batch", "derive"], ["rebuild"]
GAMES = ["propose", "challenge", "resolve", "settle"]
STAGES = {
    (Settlement.ORACLE, VM.ALPHABET): [*BEFORE, "propose", "challenge", "settle", *AFTER],
    (Settlement.GAMES, VM.ALPHABET): [*BEFORE, *GAMES, *AFTER],
}
if PROFILE == "nightly":
    STAGES[Settlement.GAMES, VM.MIPS64] = [*BEFORE, *GAMES[:2], "step", *GAMES[2:], *AFTER]


class Recorder:
    """A view that keeps what it is shown."""

    def __init__(self) -> None:
        self.reports: list[StageReport] = []
        self.drawings: list[Sequence[str]] = []

    def begin(self, name: str, title: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def progress(self, text: str) -> None:
        pass

    def draw(self, lines: Sequence[str], news: Sequence[str]) -> None:
        self.drawings.append(lines)

    def end(self, report: StageReport) -> None:
        self.reports.append(report)

    def close(self) -> None:
        pass

    @property
    def failures(self) -> dict[str, str]:
        return {report.name: report.failure for report in self.reports if not report.ok}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("settlement", "vm"), list(STAGES))
def test_a_transaction_goes_through_all_six_stages_and_l2_is_rebuilt_from_l1(
    tmp_path: Path, settlement: Settlement, vm: VM
) -> None:
    view = Recorder()
    config = demo_config(tmp_path, settlement=settlement, ports=free_ports(), vm=vm)
    with Story(config, view, Devnet.stepped) as story:
        is_all_checked = tell(story.stages(), view)
    assert view.failures == {}, view.failures
    assert is_all_checked
    assert [report.name for report in view.reports] == STAGES[settlement, vm]
    assert all(report.evidence for report in view.reports)
    if vm is VM.MIPS64:
        assert any("lw $a0, 8($sp)" in line for line in view.drawings[-1]), "the disputed instruction"
    elif settlement is Settlement.GAMES:
        claims = [sum("● " in line for line in drawing) for drawing in view.drawings]
        assert claims == sorted(claims), "the tree of claims only grows"
        assert claims[-1] == 15, "down to the step"


def test_the_story_ends_at_the_first_stage_that_the_chains_do_not_show(tmp_path: Path) -> None:
    """Without a verifier no block becomes safe: the stages before are checked, the later ones never begin."""
    view = Recorder()
    config = demo_config(tmp_path, settlement=Settlement.GAMES, ports=free_ports())
    with Story(config, view, Devnet.stepped) as story:
        setup, pool, *rest = story.stages()

        def pool_and_no_verifier() -> Evidence:
            evidence = pool.play()
            story.devnet.pace.pause("node")
            return evidence

        without = Stage("pool", "the same, and then the verifier stops", pool_and_no_verifier)
        is_all_checked = tell([setup, without, *rest], view)
    assert not is_all_checked
    assert [report.name for report in view.reports] == BEFORE
    assert list(view.failures) == ["derive"]
    assert "the safe head" in view.failures["derive"]


def test_an_installed_opcycle__has_no_forge_and_creates_the_contract_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_story, "CHECKOUT", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    view = Recorder()
    config = demo_config(tmp_path, settlement=Settlement.GAMES, ports=free_ports())
    with Story(config, view, Devnet.stepped) as story:
        assert tell(story.stages()[:3], view), view.failures
    assert "in block" in view.reports[-1].evidence["contract"]
