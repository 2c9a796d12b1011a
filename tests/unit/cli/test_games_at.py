"""Where the commands about dispute games find them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.cli.test_where import ENDPOINTS
from tests.unit.deploy.configs import OTHERS
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.cli.games_at import find_games
from opcycle.deploy.deployment import Addresses, Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import Claim, DevnetConfig
from opcycle.errors import UserError
from opcycle.rpc.hexjson import checksum

FACTORY = b"\x0f" * 20
NOWHERE = Path("nowhere")


def deployed(directory: Path, *, with_games: bool) -> Path:
    """A deployment's files."""
    common = {
        "batch_inbox": CONFIG.batch_inbox,
        "optimism_portal": CONFIG.deposit_contract,
        "system_config": CONFIG.l1_system_config,
        "superchain_config": b"\x02" * 20,
        **OTHERS,
    }
    games = {
        "dispute_game_factory": FACTORY,
        "anchor_state_registry": b"\x03" * 20,
        "delayed_weth": b"\x04" * 20,
        "preimage_oracle": b"\x05" * 20,
    }
    addresses = Addresses(**common, **(games if with_games else {"l2_output_oracle": b"\x01" * 20}))
    genesis = {"timestamp": hex(CONFIG.genesis_time), "config": {"chainId": CONFIG.l2_chain_id}}
    Deployment(directory, addresses, CONFIG).write(genesis)
    return directory


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """The directory of a devnet that runs."""
    deployment = deployed(tmp_path / "deployment", with_games=True)
    claim = Claim(DevnetConfig(tmp_path / "devnet"))
    replace(ENDPOINTS, deployment=str(deployment)).write(tmp_path / "devnet")
    yield tmp_path / "devnet"
    claim.release()


def test_running_devnet__says_everything(running: Path) -> None:
    found = find_games(running, None, None, None, ())
    assert (found.l1.url, found.factory, found.nodes) == (ENDPOINTS.l1, FACTORY, (ENDPOINTS.node,))
    assert found.config == CONFIG
    assert found.names is not None
    assert found.names[ACCOUNTS["challenger"].address] == "challenger"


def test_running_devnet__what_is_given_goes_before(running: Path) -> None:
    found = find_games(running, None, None, "http://other", ("http://a", "http://b"))
    assert (found.l1.url, found.nodes) == ("http://other", ("http://a", "http://b"))


def test_deployment__needs_an_l1_and_no_node(tmp_path: Path) -> None:
    directory = deployed(tmp_path, with_games=True)
    found = find_games(NOWHERE, directory, None, "http://l1", ())
    assert (found.factory, found.nodes, found.config, found.names) == (FACTORY, (), CONFIG, None)
    with pytest.raises(UserError, match="--deployment needs --l1"):
        find_games(NOWHERE, directory, None, None, ())


def test_deployment__that_an_output_oracle_settles__has_no_games(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="settled by an output oracle and has no dispute games"):
        find_games(NOWHERE, deployed(tmp_path, with_games=False), None, "http://l1", ())


def test_factory__needs_an_l1_and_no_deployment(tmp_path: Path) -> None:
    found = find_games(NOWHERE, None, checksum(FACTORY), "http://l1", ("http://node",))
    assert (found.factory, found.nodes, found.config) == (FACTORY, ("http://node",), None)
    with pytest.raises(UserError, match="--factory needs --l1"):
        find_games(NOWHERE, None, checksum(FACTORY), None, ())
    with pytest.raises(UserError, match="either --factory or --deployment"):
        find_games(NOWHERE, tmp_path, checksum(FACTORY), "http://l1", ())


def test_nothing__is_said_with_what_to_do() -> None:
    with pytest.raises(UserError, match="no devnet has run in nowhere"):
        find_games(NOWHERE, None, None, None, ())
