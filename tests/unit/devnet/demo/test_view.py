"""What each view makes of a stage: lines, JSON, or panels, and a drawing that grows."""

import json

import pytest

from opcycle.devnet.demo.stage import Stage, StageFailedError, tell
from opcycle.devnet.demo.view import Evidence, JsonView, LiveView, PlainView, View

WIDE = "● 0 " + "x" * 200


def show(view: View, *, failure: str = "") -> bool:
    """A stage that waits, draws twice and ends well, or with a failure."""

    def play() -> Evidence:
        view.note("waiting for a move")
        for steps in range(3):
            view.progress(f"{steps} M steps")
        view.draw([WIDE], ["0: liar claims"])
        view.draw([WIDE, "● 1"], ["1: challenger attacks"])
        if failure:
            raise StageFailedError(failure)
        return {"claims": 2}

    return tell([Stage("challenge", "two argue", play)], view)


def test_plain__only_what_is_new_in_a_drawing_and_progress_not_all_the_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show(PlainView())
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        "[challenge] two argue",
        "    waiting for a move",
        "    0 M steps",
        "    0: liar claims",
        "    1: challenger attacks",
        "    claims: 2",
    ]
    assert lines[-1].startswith("[challenge] ok (")


def test_json__drawing__one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(JsonView())
    (line,) = capsys.readouterr().out.splitlines()
    report = json.loads(line)
    assert (report["name"], report["ok"], report["evidence"]) == ("challenge", True, {"claims": 2})
    assert "failure" not in report


def test_live__drawing__its_last_state_stays_above_the_panel(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert show(LiveView())
    lines = capsys.readouterr().out.splitlines()
    drawn = [line for line in lines if line.startswith("●")]
    assert drawn == [WIDE[:80], "● 1"], "cut to the terminal's width, and drawn once"
    assert any("✓ challenge  two argue" in line for line in lines[lines.index("● 1") :])


@pytest.mark.parametrize("view", [PlainView, JsonView, LiveView])
def test_a_stage_that_fails__says_why(view: type[View], capsys: pytest.CaptureFixture[str]) -> None:
    assert not show(view(), failure="not so: 1 + 1 is 3")
    assert "not so: 1 + 1 is 3" in capsys.readouterr().out
