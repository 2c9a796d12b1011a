"""The files of a deployment: written whole, read back, refused with a sentence when they are not right."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from tests.unit.deploy.configs import GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.deploy.config import Settlement
from opcycle.deploy.deployment import (
    ADDRESSES_FILE,
    GENESIS_FILE,
    ROLLUP_FILE,
    Addresses,
    Deployment,
    write_json,
)
from opcycle.errors import UserError

FILES = (ADDRESSES_FILE, ROLLUP_FILE, GENESIS_FILE)


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return run(EvmL1(), tmp_path, valid_config())


def test_load__what_was_written__same_deployment_and_no_leftovers(deployment: Deployment) -> None:
    assert Deployment.load(deployment.directory) == deployment
    assert deployment.genesis_file.exists()
    assert {file.name for file in deployment.directory.iterdir()} == {*FILES, "started.json"}


def test_addresses__json__names_of_the_op_stack(deployment: Deployment) -> None:
    data = deployment.addresses.to_json()
    assert Addresses.from_json(data) == deployment.addresses
    assert set(data) == {
        "BatchInbox",
        "L2OutputOracleProxy",
        "OptimismPortalProxy",
        "SystemConfigProxy",
        "SuperchainConfigProxy",
        "ProxyAdmin",
        "L1CrossDomainMessengerProxy",
        "L1StandardBridgeProxy",
        "L1ERC721BridgeProxy",
        "OptimismMintableERC20FactoryProxy",
    }


def test_addresses__json_of_a_chain_with_games__names_of_the_op_stack(tmp_path: Path) -> None:
    addresses = run(EvmL1(), tmp_path, valid_config(**GAMES)).addresses
    data = addresses.to_json()
    assert Addresses.from_json(data) == addresses
    assert addresses.settlement is Settlement.GAMES
    assert set(data) == {
        "BatchInbox",
        "OptimismPortalProxy",
        "SystemConfigProxy",
        "SuperchainConfigProxy",
        "DisputeGameFactoryProxy",
        "AnchorStateRegistryProxy",
        "DelayedWETHProxy",
        "PreimageOracle",
        "ProxyAdmin",
        "L1CrossDomainMessengerProxy",
        "L1StandardBridgeProxy",
        "L1ERC721BridgeProxy",
        "OptimismMintableERC20FactoryProxy",
    }
    for missing in set(data):
        with pytest.raises(KeyError, match=missing):
            Addresses.from_json({name: data[name] for name in data if name != missing})


def test_addresses__of_two_modes_or_of_half_a_mode__value_error(deployment: Deployment) -> None:
    addresses = deployment.addresses
    assert addresses.settlement is Settlement.ORACLE
    with pytest.raises(ValueError, match=r"not all of the oracle settlement mode.*: PreimageOracle"):
        replace(addresses, preimage_oracle=bytes(20))
    with pytest.raises(ValueError, match=r"not all of the games settlement mode.*: AnchorStateRegistryProxy"):
        replace(addresses, l2_output_oracle=None, preimage_oracle=bytes(20))


@pytest.mark.parametrize("name", FILES)
def test_load__file_is_missing__user_error(deployment: Deployment, name: str) -> None:
    (deployment.directory / name).unlink()
    with pytest.raises(UserError, match=f"there is no {name} in .*run the deployment"):
        Deployment.load(deployment.directory)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_load__file_is_damaged__user_error(deployment: Deployment, name: str, content: bytes) -> None:
    (deployment.directory / name).write_bytes(content)
    with pytest.raises(UserError, match=f"{name} is damaged"):
        Deployment.load(deployment.directory)


@pytest.mark.parametrize(("time", "is_refused"), [(1_783_526_401, True), (None, False)])
def test_load__fork_that_nobody_here_knows__user_error(
    deployment: Deployment, time: int | None, is_refused: bool
) -> None:
    data = {**deployment.rollup.to_json(), "karst_time": time}
    (deployment.directory / ROLLUP_FILE).write_bytes(orjson.dumps(data))
    if is_refused:
        with pytest.raises(UserError, match="schedules karst_time, whose rules"):
            Deployment.load(deployment.directory)
    else:
        assert Deployment.load(deployment.directory) == deployment


def test_load__address_too_short__user_error(deployment: Deployment) -> None:
    data = {**deployment.addresses.to_json(), "BatchInbox": "0x00"}
    (deployment.directory / ADDRESSES_FILE).write_bytes(orjson.dumps(data))
    with pytest.raises(UserError, match="'0x00' is no address"):
        Deployment.load(deployment.directory)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        (ADDRESSES_FILE, ["OptimismPortalProxy"], "0x" + "11" * 20),
        (ADDRESSES_FILE, ["SystemConfigProxy"], "0x" + "11" * 20),
        (ADDRESSES_FILE, ["BatchInbox"], "0x" + "11" * 20),
        (ROLLUP_FILE, ["genesis", "l2_time"], 5),
        (GENESIS_FILE, ["config", "chainId"], 5),
    ],
)
def test_load__files_of_two_deployments__user_error(
    deployment: Deployment, name: str, path: list[str], value: object
) -> None:
    file = deployment.directory / name
    data = orjson.loads(file.read_bytes())
    place = data
    for key in path[:-1]:
        place = place[key]
    assert place[path[-1]] != value
    place[path[-1]] = value
    file.write_bytes(orjson.dumps(data))
    with pytest.raises(UserError, match="of different deployments"):
        Deployment.load(deployment.directory)


def test_write__directory_cannot_be_made__user_error(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    elsewhere = Deployment(tmp_path / "file" / "below", deployment.addresses, deployment.rollup)
    with pytest.raises(UserError, match="cannot write"):
        elsewhere.write({})


@pytest.mark.parametrize("name", FILES)
def test_write__dies_in_a_file__the_old_one_is_whole(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = (deployment.directory / name).read_bytes()
    write_bytes = Path.write_bytes

    def write_half(path: Path, data: bytes) -> int:
        write_bytes(path, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(UserError, match=r"cannot write .*: No space left on device"):
        write_json(deployment.directory / name, {"something": "else"})
    assert (deployment.directory / name).read_bytes() == before
    assert Deployment.load(deployment.directory) == deployment
