"""How a command finds its chain and its key."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.unit.deploy.configs import OTHERS
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.cli.where import KEY_VARIABLE, Chain, Endpoints, chain_options, key_signer
from opcycle.deploy.deployment import Addresses, Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import Claim, DevnetConfig
from opcycle.errors import UserError

ENDPOINTS = Endpoints(
    l1="http://127.0.0.1:1",
    l2="http://127.0.0.1:2",
    node="http://127.0.0.1:3",
    control="",
    batcher="",
    metrics="",
    deployment="",
    node_l2="",
    cannon="",
)


@pytest.fixture(autouse=True)
def _no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv("OPCYCLE_DATA", raising=False)


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """The directory of a deployment's files."""
    addresses = Addresses(
        batch_inbox=CONFIG.batch_inbox,
        l2_output_oracle=b"\x01" * 20,
        optimism_portal=CONFIG.deposit_contract,
        system_config=CONFIG.l1_system_config,
        superchain_config=b"\x02" * 20,
        **OTHERS,
    )
    genesis = {"timestamp": hex(CONFIG.genesis_time), "config": {"chainId": CONFIG.l2_chain_id}}
    Deployment(tmp_path / "deployment", addresses, CONFIG).write(genesis)
    return tmp_path / "deployment"


@pytest.fixture
def running(tmp_path: Path, deployment: Path) -> Iterator[Path]:
    """The directory of a devnet that runs."""
    claim = Claim(DevnetConfig(tmp_path / "devnet"))
    replace(ENDPOINTS, deployment=str(deployment)).write(tmp_path / "devnet")
    yield tmp_path / "devnet"
    claim.release()


def found(*arguments: str) -> Chain:
    """What a command with `chain_options` is given."""
    chains: list[Chain] = []

    @click.command()
    @chain_options
    def command(chain: Chain) -> None:
        chains.append(chain)

    CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
    return chains[0]


def test_a_running_devnet_says_where_everything_is(running: Path) -> None:
    chain = found("--data", str(running))
    assert (chain.assembly.l1, chain.assembly.l2, chain.assembly.node) == (
        ENDPOINTS.l1,
        ENDPOINTS.l2,
        ENDPOINTS.node,
    )
    assert chain.signer.address == ACCOUNTS["user"].address
    assert chain.assembly.deployment.rollup == CONFIG


def test_the_environment_may_name_the_devnet(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPCYCLE_DATA", str(running))
    assert found().assembly.l2 == ENDPOINTS.l2


def test_what_is_named_by_hand_goes_before_what_the_devnet_says(running: Path) -> None:
    chain = found("--data", str(running), "--l1", "http://l1", "--l2", "http://l2")
    assert (chain.assembly.l1, chain.assembly.l2) == ("http://l1", "http://l2")


def test_a_devnet_that_has_stopped_is_not_found(tmp_path: Path) -> None:
    Claim(DevnetConfig(tmp_path)).release()
    ENDPOINTS.write(tmp_path)
    with pytest.raises(UserError, match="does not run; start it with `opcycle devnet --data"):
        Endpoints.read(tmp_path)


def test_where_no_devnet_was_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no devnet has run in"):
        Endpoints.read(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "{}", '{"l1": "x"}', '"text"'])
def test_damaged_endpoints_are_one_sentence(running: Path, text: str) -> None:
    (running / "endpoints.json").write_text(text)
    with pytest.raises(UserError, match=r"endpoints\.json is damaged"):
        Endpoints.read(running)


def test_a_deployment_takes_two_urls_and_a_key(deployment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--deployment", str(deployment), "--l1", "http://l1", "--l2", "http://l2"]
    with pytest.raises(UserError, match="no key"):
        found(*arguments)
    monkeypatch.setenv(KEY_VARIABLE, "0x" + ACCOUNTS["batcher"].key.hex())
    assert found(*arguments).signer.address == ACCOUNTS["batcher"].address
    with pytest.raises(UserError, match="--deployment needs --l1 and --l2"):
        found(*arguments[:-2])


@pytest.mark.parametrize("prefix", ["", "0x", " "])
def test_a_key_is_64_hex_digits(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    account = ACCOUNTS["proposer"]
    monkeypatch.setenv(KEY_VARIABLE, prefix + account.key.hex() + "\n")
    assert key_signer(default=None).address == account.address


@pytest.mark.parametrize("text", ["0x", "secret", "12" * 31, "12" * 33, "00" * 32, "ff" * 32])
def test_anything_else_is_no_key_and_is_not_repeated(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(KEY_VARIABLE, text)
    with pytest.raises(UserError, match="private key") as caught:
        key_signer(default=ACCOUNTS["user"].key)
    assert text not in str(caught.value)
