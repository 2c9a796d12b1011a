"""A devnet's settings, its claim on a directory, and what may be deleted."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from opcycle.deploy.config import Settlement
from opcycle.deploy.local import LOCAL_GAMES, LOCAL_PROOF_GAMES
from opcycle.devnet.config import LONGEST, Claim, DevnetConfig, discard, is_running, local_alt_da
from opcycle.errors import UserError
from opcycle.protocol.alt_da import CommitmentType


@pytest.fixture
def config(tmp_path: Path) -> DevnetConfig:
    return DevnetConfig(tmp_path / "chain")


def begin(config: DevnetConfig) -> None:
    """What a devnet has done once the contracts are on their way."""
    Claim(config).release()
    config.deployment.mkdir()


@pytest.mark.parametrize("value", [1, LONGEST])
def test_times_may_be_anything_sensible(tmp_path: Path, value: int) -> None:
    DevnetConfig(tmp_path, block_time=value, l1_block_time=value, finalization_period=value)


@pytest.mark.parametrize("value", [-1, 0, LONGEST + 1, 10**30])
@pytest.mark.parametrize(
    "name", ["block_time", "l1_block_time", "submission_interval", "finalization_period"]
)
def test_other_times_are_refused_by_name(tmp_path: Path, name: str, value: int) -> None:
    words = name.replace("_", " ").replace("l1", "L1")
    with pytest.raises(UserError, match=f"the {words} is {value}; it must be at"):
        DevnetConfig(tmp_path, **{name: value})


def test_a_directory_is_one_devnets_at_a_time(config: DevnetConfig) -> None:
    assert not is_running(config.directory)
    claim = Claim(config)
    assert is_running(config.directory)
    with pytest.raises(UserError, match="another devnet runs in"):
        Claim(config)
    claim.release()
    assert not is_running(config.directory)
    Claim(config).release()


def test_a_devnet_goes_on_with_the_settings_it_was_made_with(config: DevnetConfig) -> None:
    begin(config)
    Claim(DevnetConfig(config.directory)).release()
    other = DevnetConfig(config.directory, block_time=2)
    with pytest.raises(UserError, match="was made with block_time 1, not 2"):
        Claim(other)
    Claim(config).release()


def test_a_devnet_keeps_the_settlement_mode_and_the_games_it_was_made_with(config: DevnetConfig) -> None:
    begin(config)
    assert config.settlement is Settlement.GAMES
    with pytest.raises(UserError, match="was made with settlement games, not oracle"):
        Claim(DevnetConfig(config.directory, settlement=Settlement.ORACLE))
    deeper = replace(LOCAL_GAMES, max_game_depth=LOCAL_GAMES.max_game_depth + 2)
    with pytest.raises(UserError, match="was made with games"):
        Claim(DevnetConfig(config.directory, games=deeper))
    Claim(config).release()


def test_a_devnet_keeps_the_machine_and_the_program_that_its_games_are_about(config: DevnetConfig) -> None:
    named = replace(LOCAL_PROOF_GAMES, absolute_prestate=b"\x03" + b"\xab" * 31)
    for number, games in enumerate((LOCAL_GAMES, LOCAL_PROOF_GAMES, named)):
        begin(replace(config, directory=config.directory / str(number), games=games))
        for other in (LOCAL_GAMES, LOCAL_PROOF_GAMES, named):
            again = DevnetConfig(config.directory / str(number), games=other)
            if other == games:
                Claim(again).release()
            else:
                with pytest.raises(UserError, match="was made with games"):
                    Claim(again)


def test_an_l1_of_somebody_else_may_move_but_not_become_a_local_one(tmp_path: Path) -> None:
    begin(DevnetConfig(tmp_path, l1_url="http://127.0.0.1:8545"))
    Claim(DevnetConfig(tmp_path, l1_url="http://127.0.0.1:9999")).release()
    with pytest.raises(UserError, match="was made with L1 somebody else's, not a local one"):
        Claim(DevnetConfig(tmp_path))


def test_a_chain_with_alt_da_stays_one_with_the_same_commitments(tmp_path: Path) -> None:
    generic, keccak = (
        DevnetConfig(tmp_path, alt_da=local_alt_da(kind))
        for kind in (CommitmentType.GENERIC, CommitmentType.KECCAK)
    )
    begin(generic)
    Claim(generic).release()
    for other in (keccak, DevnetConfig(tmp_path)):
        with pytest.raises(UserError, match="was made with alt_da"):
            Claim(other)


@pytest.mark.parametrize("kind", CommitmentType)
def test_alt_da_of_a_devnet_is_what_op_node_starts_with(kind: CommitmentType) -> None:
    assert local_alt_da(kind).problem == ""


def test_settings_may_change_until_the_contracts_are_on_their_way(config: DevnetConfig) -> None:
    Claim(config).release()
    other = DevnetConfig(config.directory, block_time=2)
    begin(other)
    Claim(other).release()
    with pytest.raises(UserError, match="was made with block_time 2, not 1"):
        Claim(config)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"text"', "7"])
def test_damaged_settings_are_one_sentence(config: DevnetConfig, text: str) -> None:
    begin(config)
    (config.directory / "devnet.json").write_text(text)
    with pytest.raises(UserError, match=r"devnet\.json is damaged"):
        Claim(config)
    assert not is_running(config.directory)


def test_lost_settings_are_one_sentence(config: DevnetConfig) -> None:
    begin(config)
    (config.directory / "devnet.json").unlink()
    with pytest.raises(UserError, match=r"devnet\.json is damaged"):
        Claim(config)


@pytest.mark.parametrize("missing", [None, "addresses.json", "rollup.json", "genesis.json"])
def test_deployed_is_what_has_all_three_files(config: DevnetConfig, missing: str | None) -> None:
    begin(config)
    for name in {"addresses.json", "rollup.json", "genesis.json"} - {missing}:
        (config.deployment / name).write_text(json.dumps({}))
    assert config.is_deployed == (missing is None)


def test_a_stopped_devnet_is_discarded(config: DevnetConfig) -> None:
    begin(config)
    discard(config.directory)
    assert not config.directory.exists()
    discard(config.directory)


def test_a_running_devnet_is_not_discarded(config: DevnetConfig) -> None:
    claim = Claim(config)
    with pytest.raises(UserError, match="another devnet runs in"):
        discard(config.directory)
    assert config.directory.exists()
    claim.release()


@pytest.mark.parametrize(
    ("prepare", "is_kept"),
    [(lambda path: (path / "thesis.tex").write_text("years"), True), (lambda path: None, False)],
    ids=["something else", "nothing"],
)
def test_only_an_empty_directory_or_a_devnet_is_discarded(
    tmp_path: Path, prepare: Callable[[Path], object], is_kept: bool
) -> None:
    directory = tmp_path / "mine"
    directory.mkdir()
    prepare(directory)
    if is_kept:
        with pytest.raises(UserError, match="something else than a devnet"):
            discard(directory)
    else:
        discard(directory)
    assert directory.exists() == is_kept
