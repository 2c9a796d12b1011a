"""What becomes of an error: its exit status, and what the user reads."""

from collections.abc import Callable

import click
import pytest

from opcycle import cli
from opcycle.errors import CriticalError, TemporaryError, UserError


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object], list[str]], int]:
    """Run `opcycle` as if its only verb did what is given; the exit status."""

    def run(verb: Callable[[], object], arguments: list[str]) -> int:
        def get_command(self: click.Group, ctx: click.Context, name: str) -> click.Command:
            return click.Command(name, callback=verb)

        monkeypatch.setattr(cli.LazyGroup, "get_command", get_command)
        monkeypatch.setattr("sys.argv", ["opcycle", *arguments])
        monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
        with pytest.raises(SystemExit) as caught:
            cli.main()
        code = caught.value.code
        assert isinstance(code, int)
        return code

    return run


def raising(error: BaseException) -> Callable[[], object]:
    def verb() -> None:
        raise error

    return verb


def test_a_verb_that_does_its_work_exits_with_0(run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: click.echo("done"), ["demo"]) == 0
    assert capsys.readouterr() == ("done\n", "")


@pytest.mark.parametrize("kind", [UserError, CriticalError, TemporaryError])
def test_an_expected_error_is_one_sentence_and_1(
    run, capsys: pytest.CaptureFixture[str], kind: type[Exception]
) -> None:
    assert run(raising(kind("the port is busy")), ["demo"]) == 1
    assert capsys.readouterr() == ("", "error: the port is busy\n")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "/etc/chain"), "cannot use /etc/chain: permission denied"),
        (OSError(28, "No space left on device"), "no space left on device"),
    ],
)
def test_what_the_machine_refuses_is_one_sentence_and_1(
    run, capsys: pytest.CaptureFixture[str], error: OSError, sentence: str
) -> None:
    assert run(raising(error), ["demo"]) == 1
    assert capsys.readouterr() == ("", f"error: {sentence}\n")


def test_ctrl_c_is_no_error_message_and_130(run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(raising(KeyboardInterrupt()), ["demo"]) == 130
    assert capsys.readouterr().err.strip() == "stopped"


def test_bad_usage_names_the_option_and_exits_with_2(run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: None, ["demo", "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--verbose", "demo"], ["demo", "--verbose"]])
@pytest.mark.parametrize("error", [UserError("x"), OSError(28, "x")])
def test_verbose_shows_the_traceback_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, error: Exception, arguments: list[str]
) -> None:
    given: list[list[str]] = []

    def play(args: list[str], **_: object) -> None:
        given.append(args)
        raise error

    monkeypatch.setattr(cli.cli, "main", play)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["opcycle", *arguments])
    with pytest.raises(type(error)):
        cli.main()
    assert given == [["--verbose", "demo"]]


def test_a_bug_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.cli, "main", lambda *_, **__: raising(KeyError("a bug"))())
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["opcycle", "demo"])
    with pytest.raises(KeyError):
        cli.main()
