"""`opcycle deploy` as users type it, to an L1 like Sepolia: tried, by several kinds of accounts, refused."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pexpect
import pytest
import yaml
from eth_account import Account
from eth_utils.crypto import keccak
from tests.e2e.programs import OPCYCLE, PATIENCE, ROOT, opcycle
from tests.e2e.sepolia import Sepolia

from opcycle.deploy.creation import create2_address
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.ports import free_ports
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.rpc.hexjson import checksum, to_hex
from opcycle.rpc.server import RpcFaultError, json_rpc_app, serve

DEPLOYER = ACCOUNTS["deployer"]
KEY = {"OPCYCLE_PRIVATE_KEY": DEPLOYER.key.hex()}
POOR = checksum(keccak(text="poor")[12:])
SOLC = str(ROOT / "tools" / "solcx" / "solc-v0.8.30")


@pytest.fixture(scope="module")
def l1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sepolia]:
    with Sepolia(tmp_path_factory.mktemp("sepolia")) as l1:
        l1.run(every=0.2)
        yield l1


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """`deploy/sepolia.yaml`, with its accounts filled in."""
    form = yaml.safe_load((ROOT / "deploy" / "sepolia.yaml").read_text())
    form["roles"] = {role: checksum(keccak(text=role)[12:]) for role in form["roles"]}
    form["fee_vault"]["recipient"] = checksum(keccak(text="recipient")[12:])
    file = tmp_path / "sepolia.yaml"
    file.write_text(yaml.safe_dump(form))
    return file


def deploy(l1: Sepolia, config: Path, *options: str, key: dict[str, str] = KEY) -> CompletedProcess[str]:
    files = ("--directory", str(config.parent / "files"))
    return opcycle("deploy", "--config", str(config), "--l1", l1.url, *files, *options, env=key)


def nonce_of(l1: Sepolia, address: str) -> int:
    return int(l1.chain.rpc.call("eth_getTransactionCount", address, "latest"), 16)


def the_error(done: CompletedProcess[str]) -> str:
    """One sentence on one line, and the exit status that goes with it."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return line


def test_a_dry_run_says_what_a_deployment_then_does_and_costs(
    l1: Sepolia, config: Path, tmp_path: Path
) -> None:
    address, kept = checksum(DEPLOYER.address), tmp_path / "kept"
    before = nonce_of(l1, address)
    tried = deploy(l1, config, "--dry-run", "--json", "--from", address, "--keep", str(kept), key={})
    assert tried.returncode == 0, tried.stderr
    assert nonce_of(l1, address) == before
    assert not (tmp_path / "files").exists()
    promised = json.loads(tried.stdout)
    assert Deployment.load(kept).addresses.to_json() == promised["addresses"]

    (tmp_path / "files").mkdir()
    os.rename(kept / "started.json", tmp_path / "files" / "started.json")
    done = deploy(l1, config, "--json", "--yes")
    assert done.returncode == 0, done.stderr
    paid = json.loads(done.stdout)
    assert paid["addresses"] == promised["addresses"]
    whats = [[item["what"] for item in report["transactions"]] for report in (promised, paid)]
    assert whats[0] == whats[1]
    assert abs(paid["gasUsed"] - promised["gasUsed"]) < 1000, "a byte of a hash may be zero, or not"
    assert nonce_of(l1, address) == before + len(whats[0])
    again = deploy(l1, config, "--dry-run")
    assert again.returncode == 0, again.stderr
    assert "nothing was sent" in again.stdout


def test_a_dry_run_of_an_account_that_cannot_pay_is_told_to_the_end_and_fails(
    l1: Sepolia, config: Path
) -> None:
    done = deploy(l1, config, "--dry-run", "--from", POOR, key={})
    assert f"{POOR} has 0 ETH on chain 11155111 and needs" in the_error(done)
    assert "OptimismPortalProxy" in done.stdout
    assert "the creation of SystemConfig" in done.stdout


def test_who_cannot_pay_is_told_before_anything_is_sent_or_written(l1: Sepolia, config: Path) -> None:
    done = deploy(l1, config, "--yes", key={"OPCYCLE_PRIVATE_KEY": keccak(text="poor").hex()})
    assert "has 0 ETH on chain 11155111 and needs" in the_error(done)
    assert not (config.parent / "files").exists()


def test_nobody_is_asked_where_nobody_can_answer(l1: Sepolia, config: Path) -> None:
    assert "there is nobody to ask before this spends ether on chain 11155111" in the_error(
        deploy(l1, config)
    )
    assert not (config.parent / "files").exists()


@pytest.mark.parametrize("answer", ["n", "y"])
def test_on_a_terminal_it_says_the_price_and_asks(l1: Sepolia, config: Path, answer: str) -> None:
    files = config.parent / "files"
    arguments = ["deploy", "--config", str(config), "--l1", l1.url, "--directory", str(files)]
    terminal = pexpect.spawn(OPCYCLE, arguments, env=os.environ | KEY, timeout=PATIENCE, encoding="utf-8")
    terminal.expect("transactions, about .* gas: .* ETH")
    terminal.expect("Send them\\?")
    terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == (0 if answer == "y" else 130)
    assert files.exists() == (answer == "y")


@contextmanager
def signing_server(*, refuses: bool = False) -> Iterator[str]:
    """An external signer with the deployer's key."""

    def sign(transaction: dict[str, Any]) -> str:
        if refuses:
            raise RpcFaultError("the rules of this signer forbid it")
        fields = {name: value for name, value in transaction.items() if name != "from"}
        fields["to"] = checksum(bytes.fromhex(fields["to"][2:]))
        return to_hex(bytes(Account.sign_transaction(fields, DEPLOYER.key).raw_transaction))

    methods = {"eth_accounts": lambda: [to_hex(DEPLOYER.address)], "eth_signTransaction": sign}
    server = serve(json_rpc_app(methods), free_ports().metrics)
    yield server.url
    server.stop()


def test_an_external_signer_signs_for_its_account(l1: Sepolia, config: Path) -> None:
    with signing_server() as url:
        options = ("--signer-url", url, "--from", checksum(DEPLOYER.address), "--yes")
        done = deploy(l1, config, *options, key={})
    assert done.returncode == 0, done.stderr
    assert Deployment.load(config.parent / "files").rollup.l1_chain_id == 11155111


def test_an_external_signer_that_refuses_ends_it_in_a_sentence(l1: Sepolia, config: Path) -> None:
    before = nonce_of(l1, checksum(DEPLOYER.address))
    with signing_server(refuses=True) as url:
        options = ("--signer-url", url, "--from", checksum(DEPLOYER.address), "--yes")
        done = deploy(l1, config, *options, key={})
        assert "does not sign for 0x" in the_error(done)
        assert "the rules of this signer forbid it; nothing was sent" in the_error(done)
        stranger = deploy(l1, config, "--signer-url", url, "--from", POOR, "--yes", key={})
        assert f"has no account {POOR}" in the_error(stranger)
    assert nonce_of(l1, checksum(DEPLOYER.address)) == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--signer-url", "http://127.0.0.1:1"), "--signer-url needs --from"),
        (("--from", POOR), "--from names an account, but not who signs for it"),
        (("--keep", "somewhere"), "--keep is for a --dry-run"),
        (
            ("--dry-run", "--keep", "."),
            "is not empty; keep the files of a dry run in a directory of their own",
        ),
        (("--from", "0x1234"), "0x1234"),
    ],
)
def test_options_that_do_not_fit_together_are_told(
    l1: Sepolia, config: Path, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in the_error(deploy(l1, config, *options))


def test_another_chain_is_noticed_before_anything_is_sent(l1: Sepolia, config: Path) -> None:
    config.write_text(config.read_text().replace("l1_chain_id: 11155111", "l1_chain_id: 17000"))
    done = deploy(l1, config, "--yes")
    assert "sepolia is to settle on chain 17000, but http" in the_error(done)
    assert "serves chain 11155111" in the_error(done)


def test_an_l1_that_is_not_there_is_told(config: Path) -> None:
    done = opcycle("deploy", "--config", str(config), "--l1", "http://127.0.0.1:1", env=KEY)
    assert "no JSON-RPC server answers at http://127.0.0.1:1" in the_error(done)


def test_every_source_that_explorers_get_compiles_to_the_code_on_chain(l1: Sepolia, config: Path) -> None:
    """Of a rollup that settles by games, which is nearly every contract that we have on L1."""
    done = deploy(l1, config, "--yes")
    assert done.returncode == 0, done.stderr
    folder = config.parent / "files" / "verification"
    index = json.loads((folder / "contracts.json").read_text())
    with ThreadPoolExecutor(2) as pool:
        files = sorted({item["standardJson"] for item in index})
        compiled = dict(
            zip(files, pool.map(lambda file: compile_with_solc(folder / file), files), strict=True)
        )
    creations = created_on(
        l1, int(json.loads((folder.parent / "started.json").read_text())["anchor"]["number"])
    )
    for item in index:
        code = bytes.fromhex(compiled[item["standardJson"]] + item["constructorArguments"][2:])
        address = bytes.fromhex(item["address"][2:])
        assert creations[address] == code, item["what"]


def compile_with_solc(file: Path) -> str:
    done = subprocess.run([SOLC], input=file.read_text(), capture_output=True, text=True, check=True)
    (contracts,) = json.loads(done.stdout)["contracts"].values()
    (found,) = contracts.values()
    return str(found["evm"]["bytecode"]["object"])


def created_on(l1: Sepolia, since: int) -> dict[bytes, bytes]:
    """Creation code by address, of what the CREATE2 deployer was asked to make, as L1's blocks have it."""
    blocks = range(since + 1, l1.chain.head.number + 1)
    found = [l1.chain.rpc.call("eth_getBlockByNumber", hex(number), True) for number in blocks]
    calls = [
        tx["input"] for block in found for tx in block["transactions"] if tx["to"] == to_hex(CREATE2_DEPLOYER)
    ]
    inputs = [bytes.fromhex(call[2:]) for call in calls]
    return {create2_address(CREATE2_DEPLOYER, data[:32], data[32:]): data[32:] for data in inputs}
