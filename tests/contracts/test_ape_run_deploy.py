"""`ape run deploy` as its users type it: on anvil, and on a chain that says it is Sepolia."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import yaml
from eth_account import Account
from eth_utils.crypto import keccak

from opcycle.deploy.config import Settlement
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.ports import free_ports
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum

ROOT = Path(__file__).resolve().parents[2]
APE = str(Path(sys.executable).parent / "ape")
SEPOLIA = 11155111
PASSPHRASE = "only this test knows it"


def ape_run_deploy(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [APE, "run", "deploy", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def sepolia() -> Iterator[str]:
    """The URL of an anvil that poses as Sepolia."""
    port = str(free_ports().l1_rpc)
    with subprocess.Popen(
        ["anvil", "--chain-id", str(SEPOLIA), "--port", port], stdout=subprocess.PIPE, text=True
    ) as anvil:
        assert anvil.stdout is not None
        assert any(line.startswith("Listening on") for line in anvil.stdout)
        Thread(target=anvil.stdout.read, daemon=True).start()  # a full pipe would stop it
        yield f"http://127.0.0.1:{port}"
        anvil.kill()


@pytest.fixture(scope="module")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ape's data folder, with a rich account `deployer` and a poor one."""
    folder = tmp_path_factory.mktemp("ape")
    (folder / "accounts").mkdir()
    for name, key in {"deployer": ACCOUNTS["deployer"].key, "poor": keccak(text="poor")}.items():
        body = Account.encrypt(key, PASSPHRASE, kdf="pbkdf2", iterations=2)
        (folder / "accounts" / f"{name}.json").write_text(json.dumps(body))
    return folder


@pytest.fixture
def filled_in(tmp_path: Path) -> Path:
    """`deploy/sepolia.yaml`, with its accounts filled in."""
    return fill_in(tmp_path)


def fill_in(tmp_path: Path, **changes: str) -> Path:
    form = yaml.safe_load((ROOT / "deploy" / "sepolia.yaml").read_text()) | changes
    form["roles"] = {role: checksum(keccak(text=role)[12:]) for role in form["roles"]}
    form["fee_vault"]["recipient"] = checksum(keccak(text="recipient")[12:])
    file = tmp_path / "sepolia.yaml"
    file.write_text(yaml.safe_dump(form))
    return file


@pytest.mark.parametrize("settlement", list(Settlement))
def test_on_anvil_the_shipped_configuration_deploys_in_either_mode(
    tmp_path: Path, settlement: Settlement
) -> None:
    shipped = (ROOT / "deploy" / "local.yaml").read_text()
    assert "settlement: games" in shipped
    (tmp_path / "local.yaml").write_text(shipped.replace("settlement: games", f"settlement: {settlement}"))
    done = ape_run_deploy(
        *("--network", "ethereum:local:foundry", "--config", str(tmp_path / "local.yaml")),
        *("--account", "TEST::0", "--directory", str(tmp_path / "files")),
    )
    assert done.returncode == 0, done.stderr
    deployment = Deployment.load(tmp_path / "files")
    assert deployment.addresses.settlement is settlement
    for address in deployment.addresses.to_json().values():
        assert address in done.stdout
    assert (deployment.rollup.l1_chain_id, deployment.rollup.l2_chain_id) == (31337, 901)


def test_on_sepolia_an_account_of_apes_keystore_deploys(
    sepolia: str, keystore: Path, filled_in: Path, tmp_path: Path
) -> None:
    done = on_sepolia("deployer", sepolia, keystore, filled_in, tmp_path / "files")
    assert done.returncode == 0, done.stderr
    deployment = Deployment.load(tmp_path / "files")
    assert deployment.rollup.l1_chain_id == SEPOLIA
    assert deployment.addresses.settlement is Settlement.GAMES


def test_a_dry_run_wants_no_passphrase_and_leaves_nothing_behind(
    sepolia: str, keystore: Path, filled_in: Path, tmp_path: Path
) -> None:
    l1, directory = RpcClient(sepolia), tmp_path / "files"
    before = l1.call("eth_blockNumber")
    done = on_sepolia("deployer", sepolia, keystore, filled_in, directory, "--dry-run", passphrase=None)
    assert done.returncode == 0, done.stderr
    assert "the creation of SystemConfig" in done.stdout
    assert f"{checksum(ACCOUNTS['deployer'].address)} has" in done.stderr
    assert l1.call("eth_blockNumber") == before
    assert not directory.exists()


def test_on_sepolia_an_oracle_settles_when_the_file_says_so(
    sepolia: str, keystore: Path, tmp_path: Path
) -> None:
    done = on_sepolia(
        "deployer", sepolia, keystore, fill_in(tmp_path, settlement="oracle"), tmp_path / "files"
    )
    assert done.returncode == 0, done.stderr
    assert Deployment.load(tmp_path / "files").addresses.settlement is Settlement.ORACLE


def test_a_mode_that_nobody_knows_is_one_sentence(sepolia: str, keystore: Path, tmp_path: Path) -> None:
    done = on_sepolia("deployer", sepolia, keystore, fill_in(tmp_path, settlement="zk"), tmp_path / "files")
    assert done.returncode == 1
    assert "settlement must be one of games, oracle, not 'zk'" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_account_that_cannot_pay_is_one_sentence(
    sepolia: str, keystore: Path, filled_in: Path, tmp_path: Path
) -> None:
    done = on_sepolia("poor", sepolia, keystore, filled_in, tmp_path / "files")
    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert "has 0 ETH on chain 11155111 and needs" in sentence
    assert "Traceback" not in done.stdout + done.stderr


def on_sepolia(
    account: str,
    url: str,
    keystore: Path,
    config: Path,
    directory: Path,
    option: str = "--yes",
    *,
    passphrase: str | None = PASSPHRASE,
) -> subprocess.CompletedProcess[str]:
    return ape_run_deploy(
        *("--network", "ethereum:sepolia:node", "--config", str(config)),
        *("--account", account, "--directory", str(directory), option),
        L1_RPC_URL=url,
        APE_DATA_FOLDER=str(keystore),
        **({} if passphrase is None else {f"APE_ACCOUNTS_{account}_PASSPHRASE": passphrase}),
    )
