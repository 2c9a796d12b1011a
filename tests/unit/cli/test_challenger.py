"""`opcycle challenger`: which agent it runs, and with which settings."""

from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from click.testing import CliRunner

from opcycle.challenger.cannon.programs import CannonFiles
from opcycle.challenger.games import GAME_WINDOW, GamesOptions
from opcycle.cli.agents import challenger
from opcycle.deploy.config import Settlement
from opcycle.errors import UserError

ADDRESS, OTHER = "0x" + "11" * 20, "0x" + "22" * 20


class FakeAssembly:
    """Says which agent it was asked for, and keeps its `traces`."""

    traces: ClassVar = {}

    def __init__(self, deployment, **where):
        self.deployment, self.where = deployment, where
        self.traces.clear()

    def challenger(self, signer):
        return "for the oracle"

    def game_types(self, factory):
        return [254, 255]

    def cannon(self, directory, files, *, factory):
        return FakeTrace((directory, files, factory))

    def games_challenger(self, signer, options, *, traces, factory):
        self.traces.update(traces)
        return options, sorted(traces), factory


class FakeTrace:
    """Says of what it was made, and whether it was closed."""

    def __init__(self, made_of):
        self.made_of, self.is_closed = made_of, False

    def close(self):
        self.is_closed = True


@pytest.fixture
def run(monkeypatch):
    """Runs the command on a deployment that settles in some way; the agent that would have run."""

    def run(*flags: str, settlement: Settlement = Settlement.GAMES):
        found = []
        addresses = SimpleNamespace(settlement=settlement)
        monkeypatch.setattr(challenger, "load", lambda *_: SimpleNamespace(addresses=addresses))
        monkeypatch.setattr(challenger, "key_signer", lambda default: None)
        monkeypatch.setattr(challenger, "Assembly", FakeAssembly)
        monkeypatch.setattr(challenger, "run_until_stopped", lambda agents, port: found.extend(agents))
        arguments = ["--deployment", ".", "--l1", "http://l1", "--node", "http://node", *flags]
        CliRunner().invoke(challenger.challenger, arguments, catch_exceptions=False)
        return found[0]

    return run


L2 = ("--l2-eth-rpc", "http://l2")


def test_no_flags__all_games_that_the_factory_makes(run) -> None:
    assert run(*L2) == (GamesOptions(window=GAME_WINDOW), [254, 255], None)


def test_flags__by_op_challengers_names(run) -> None:
    options, traces, factory = run(
        *L2,
        *("--game-factory-address", ADDRESS),
        *("--trace-type", "alphabet"),
        *("--game-allowlist", f"{ADDRESS},{OTHER}"),
        *("--game-window", "672h"),
        "--selective-claim-resolution",
        *("--additional-bond-claimants", f"{OTHER}, {ADDRESS}"),
        *("--bond-budget", "1.5"),
    )
    first, second = bytes.fromhex(ADDRESS[2:]), bytes.fromhex(OTHER[2:])
    assert options == GamesOptions(
        bond_budget=15 * 10**17,
        window=672 * 3600,
        claimants=(second, first),
        is_selective=True,
        allowlist=frozenset({first, second}),
    )
    assert (traces, factory) == ([255], first)


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ((), "needs --l2-eth-rpc URL"),
        (
            (*L2, "--game-types", "alphabet,asterisc"),
            "'asterisc' is no type of game that can be played; say cannon, alphabet, fast",
        ),
        ((*L2, "--game-window", "long"), "'long' is no duration"),
        ((*L2, "--additional-bond-claimants", "me"), "'me' is no address"),
        ((*L2, "--bond-budget", "-1"), "'-1' is no amount of ETH"),
    ],
)
def test_what_makes_no_sense__refused_in_a_sentence(run, flags: tuple[str, ...], says: str) -> None:
    with pytest.raises(UserError, match=says):
        run(*flags)


def test_output_oracle__another_challenger_that_needs_no_l2(run) -> None:
    assert run(settlement=Settlement.ORACLE) == "for the oracle"


def test_output_oracle_but_a_factory_is_named__its_games(run) -> None:
    _, _, factory = run(*L2, "--game-factory-address", ADDRESS, settlement=Settlement.ORACLE)
    assert factory == bytes.fromhex(ADDRESS[2:])


def test_cannon__its_files_by_op_challengers_names(run) -> None:
    _, traces, _ = run(
        *L2,
        *("--game-types", "cannon"),
        *("--cannon-bin", "bin/cannon"),
        *("--cannon-server", "bin/op-program"),
        *("--cannon-prestate", "prestate.bin.gz"),
        *("--datadir", "runs"),
    )
    files = CannonFiles(Path("bin/cannon"), Path("bin/op-program"), Path("prestate.bin.gz"))
    assert traces == [0]
    assert FakeAssembly.traces[0].made_of == (Path("runs"), files, None)


def test_cannon_without_files__those_that_were_built_here(run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("OPCYCLE_HOME", str(tmp_path))
    run(*L2, "--trace-type", "alphabet,cannon")
    assert sorted(FakeAssembly.traces) == [0, 255]
    assert FakeAssembly.traces[0].made_of == (tmp_path / "challenger", CannonFiles(), None)


def test_challenger_stops__so_does_its_machine(run) -> None:
    run(*L2, "--game-types", "cannon")
    assert FakeAssembly.traces[0].is_closed
