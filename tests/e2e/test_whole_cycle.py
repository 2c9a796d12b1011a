"""The demo's story, stepped: every stage of a transaction's life on real op-geth, on chain time alone."""

from pathlib import Path

from opcycle.deploy.config import Settlement
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.demo.stage import Stage, tell
from opcycle.devnet.demo.story import Story
from opcycle.devnet.demo.view import Evidence, StageReport
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports

STAGES = ["setup", "pool", "unsafe", "batch", "derive", "propose", "challenge", "settle", "rebuild"]


class Recorder:
    """A view that keeps what it is shown."""

    def __init__(self) -> None:
        self.reports: list[StageReport] = []

    def begin(self, name: str, title: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def end(self, report: StageReport) -> None:
        self.reports.append(report)

    def close(self) -> None:
        pass

    @property
    def failures(self) -> dict[str, str]:
        return {report.name: report.failure for report in self.reports if not report.ok}


def config(directory: Path) -> DevnetConfig:
    return DevnetConfig(directory, settlement=Settlement.ORACLE, submission_interval=5, ports=free_ports())


def test_a_transaction_goes_through_all_six_stages_and_l2_is_rebuilt_from_l1(tmp_path: Path) -> None:
    view = Recorder()
    with Story(config(tmp_path), view, Devnet.stepped) as story:
        is_all_checked = tell(story.stages(), view)
    assert view.failures == {}, view.failures
    assert is_all_checked
    assert [report.name for report in view.reports] == STAGES
    assert all(report.evidence for report in view.reports)


def test_the_story_ends_at_the_first_stage_that_the_chains_do_not_show(tmp_path: Path) -> None:
    """Without a verifier no block becomes safe: the stages before are checked, the later ones never begin."""
    view = Recorder()
    with Story(config(tmp_path), view, Devnet.stepped) as story:
        setup, pool, *rest = story.stages()

        def pool_and_no_verifier() -> Evidence:
            evidence = pool.play()
            story.devnet.pace.pause("node")
            return evidence

        without = Stage("pool", "the same, and then the verifier stops", pool_and_no_verifier)
        is_all_checked = tell([setup, without, *rest], view)
    assert not is_all_checked
    assert [report.name for report in view.reports] == STAGES[: STAGES.index("derive") + 1]
    assert list(view.failures) == ["derive"]
    assert "the safe head" in view.failures["derive"]
