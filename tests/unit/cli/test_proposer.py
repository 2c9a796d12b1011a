"""`opcycle proposer`: which agent it runs, and with which settings."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from opcycle.cli.agents import proposer
from opcycle.deploy.config import Settlement
from opcycle.errors import UserError
from opcycle.proposer.next_game import GameOptions

ADDRESS = "0x" + "11" * 20
RESPECTED = 255


class FakeAssembly:
    """Says which agent it was asked for."""

    def __init__(self, deployment, **where):
        self.deployment, self.where = deployment, where

    def registry(self):
        return SimpleNamespace(respected_type=lambda block: RESPECTED)

    def proposer(self, signer, *, allow_non_finalized):
        return "for the oracle", allow_non_finalized

    def games_proposer(self, signer, options, *, factory):
        return options, factory


@pytest.fixture
def run(monkeypatch):
    """Runs the command on a deployment that settles in some way; the agent that would have run, and how."""

    def run(*flags: str, settlement: Settlement = Settlement.GAMES):
        found = []
        addresses = SimpleNamespace(settlement=settlement)
        monkeypatch.setattr(proposer, "load", lambda *_: SimpleNamespace(addresses=addresses))
        monkeypatch.setattr(proposer, "key_signer", lambda default: None)
        monkeypatch.setattr(proposer, "Assembly", FakeAssembly)
        monkeypatch.setattr(
            proposer, "run_until_stopped", lambda agents, port, poll: found.extend([*agents, poll])
        )
        arguments = ["--deployment", ".", "--l1", "http://l1", "--node", "http://node", *flags]
        CliRunner().invoke(proposer.proposer, arguments, catch_exceptions=False)
        return tuple(found)

    return run


def test_no_flags__games_that_withdrawals_rely_on_once_an_hour(run) -> None:
    agent, poll = run()
    assert agent == (GameOptions(RESPECTED, 3600, allow_non_finalized=False), None)
    assert poll == 1


def test_flags__by_op_proposers_names(run) -> None:
    agent, poll = run(
        *("--game-factory-address", ADDRESS),
        *("--game-type", "254"),
        *("--proposal-interval", "12m"),
        *("--poll-interval", "6s"),
        "--allow-non-finalized",
    )
    assert agent == (GameOptions(254, 720, allow_non_finalized=True), bytes.fromhex(ADDRESS[2:]))
    assert poll == 6


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--proposal-interval", "soon"), "'soon' is no duration"),
        (("--poll-interval", "0s"), "would ask L1 without a break"),
        (("--game-factory-address", "here"), "'here' is no address"),
    ],
)
def test_what_makes_no_sense__refused_in_a_sentence(run, flags: tuple[str, ...], says: str) -> None:
    with pytest.raises(UserError, match=says):
        run(*flags)


def test_output_oracle__another_proposer(run) -> None:
    agent, _ = run("--allow-non-finalized", settlement=Settlement.ORACLE)
    assert agent == ("for the oracle", True)


def test_output_oracle_but_a_factory_is_named__its_games(run) -> None:
    flags = ("--game-factory-address", ADDRESS, "--game-type", "0")
    (options, factory), _ = run(*flags, settlement=Settlement.ORACLE)
    assert (options.game_type, factory) == (0, bytes.fromhex(ADDRESS[2:]))
