"""`opcycle contracts`: what is copied, and how it is imported."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from opcycle.cli import contracts as command
from opcycle.cli.contracts import contracts
from opcycle.errors import UserError
from opcycle.installation import FILES


def test_contracts__every_file_that_ours_import__and_where_each_import_is_found(tmp_path: Path) -> None:
    result = CliRunner().invoke(contracts, [str(tmp_path / "lib")])
    assert result.exit_code == 0
    remappings = dict(line.split("=") for line in result.stdout.splitlines())
    assert {"opcycle/", "@openzeppelin/contracts/", "solady/"} <= remappings.keys()
    bridge = Path(remappings["opcycle/"]) / "bridge/OptimismMintableERC20.sol"
    assert bridge.read_bytes() == (FILES / "contracts/bridge/OptimismMintableERC20.sol").read_bytes()
    assert (Path(remappings["@openzeppelin/contracts/"]) / "token/ERC20/ERC20.sol").is_file()


def test_contracts__no_tests_and_nothing_else_of_ours(tmp_path: Path) -> None:
    CliRunner().invoke(contracts, [str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"contracts", "node_modules"}
    assert list(tmp_path.rglob("*.t.sol")) == []


def test_contracts__none_compiled__user_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "OUT", tmp_path / "out")
    result = CliRunner().invoke(contracts, [str(tmp_path / "lib")])
    assert isinstance(result.exception, UserError)
    assert "no contracts are compiled" in str(result.exception)
    assert not (tmp_path / "lib").exists()
