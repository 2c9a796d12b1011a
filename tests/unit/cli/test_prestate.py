"""`opcycle prestate`, and the options that say what games are about."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.deploy.configs import GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run
from tests.unit.engine.stand_ins import Tools

from opcycle.cli.options import about_program, local_games
from opcycle.cli.prestate import prestate
from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.deploy.local import LOCAL_GAMES
from opcycle.engine.fault_proof_program import find_program
from opcycle.errors import UserError
from opcycle.rpc.hexjson import from_hex

PRESTATE = "0x03" + "ab" * 31


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    return Tools(tmp_path, monkeypatch)


def ran(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(prestate, list(arguments), catch_exceptions=False)


def test_prestate__without_a_deployment__is_a_devnets(tools: Tools) -> None:
    result = ran()
    first, _, chain, directory = (line.split(maxsplit=1) for line in result.stdout.splitlines())
    program = find_program(from_hex(first[1].split()[-1]))
    assert chain == ["chain", "901, which begins after L1 block 0:0x9aa49e95"]
    assert directory == ["directory", str(program.directory)]
    assert result.stderr.splitlines()[0] == "… building the fault-proof program of chain 901"
    again = ran()
    assert (again.stdout, again.stderr) == (result.stdout, "")


def test_prestate__of_a_deployment__is_of_its_files(tools: Tools, tmp_path: Path) -> None:
    run(EvmL1(), tmp_path / "mine", valid_config(balances={}))
    said = json.loads(ran("--deployment", str(tmp_path / "mine"), "--json").stdout)
    program = find_program(from_hex(said["absolutePrestate"]))
    assert said == {
        "absolutePrestate": "0x" + program.absolute_prestate.hex(),
        "opProgram": "v1.18.1",
        "machine": "multithreaded64-5",
        "go": "go1.26.8",
        "host": str(program.host),
        "prestate": str(program.prestate),
    }
    assert json.loads(ran("--json").stdout)["absolutePrestate"] != said["absolutePrestate"]


def test_prestate__a_directory_without_a_deployment__one_sentence(tools: Tools, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^there is no addresses.json in "):
        ran("--deployment", str(tmp_path))
    assert tools.asked == []


def test_local_games__a_machine_by_name() -> None:
    assert (
        local_games("alphabet", Settlement.GAMES) == local_games("alphabet", Settlement.ORACLE) == LOCAL_GAMES
    )
    assert local_games("mips64", Settlement.GAMES).vm is VM.MIPS64
    with pytest.raises(UserError, match="--vm mips64 is of dispute games; this chain settles by oracle"):
        local_games("mips64", Settlement.ORACLE)


def test_about_program__a_hash_that_fits_the_configuration() -> None:
    config = valid_config(**GAMES, games=GamesConfig())
    assert about_program(config, None) is config
    assert about_program(config, PRESTATE).games.prestate == from_hex(PRESTATE)
    with pytest.raises(UserError, match="is no absolute prestate"):
        about_program(config, "0x03")
    with pytest.raises(UserError, match=r"games\.absolute_prestate is of mips64"):
        about_program(valid_config(**GAMES), PRESTATE)
