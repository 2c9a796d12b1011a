"""`opcycle inspect` on anvil: nothing deviates after a deployment; what changed since is found, alone."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from opcycle.artifacts import artifact
from opcycle.cli.ape_signer import ApeSigner
from opcycle.cli.inspect import inspect
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Addresses, Deployment
from opcycle.errors import OpcycleError
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, to_hex

CONFIG = Path(__file__).parents[2] / "deploy/local.yaml"

# as EIP-1967 and OpenZeppelin's sources state them
IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
ADMIN = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103"
INITIALIZED = "0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00"

STRANGER = "0x" + "66" * 20
NOTHING = "0x" + "00" * 32


class Site:
    """A deployment of `deploy/local.yaml` on anvil, and what can be done to it there."""

    def __init__(self, chain: Any, project: Any, accounts: Any, deployment: Deployment):
        self._chain, self._project, self._accounts = chain, project, accounts
        self.deployment = deployment

    @property
    def at(self) -> Addresses:
        return self.deployment.addresses

    def use(self, account: int, name: str, address: bytes | None, function: str, *arguments: object) -> None:
        """A call by the holder of a role: 0 is the owner, 1 the guardian."""
        assert address is not None
        contract = getattr(self._project, name).at(to_hex(address))
        getattr(contract, function)(*arguments, sender=self._accounts[account])

    def write(self, address: bytes | str | None, slot: str, word: str) -> None:
        where = address if isinstance(address, str) else to_hex(address or b"")
        self._chain.provider.make_request("anvil_setStorageAt", [where, slot, word])

    def place(self, address: bytes | str, code: bytes) -> None:
        where = address if isinstance(address, str) else to_hex(address)
        self._chain.provider.make_request("anvil_setCode", [where, to_hex(code)])

    def logic_of(self, proxy: bytes | None) -> str:
        request = [to_hex(proxy or b""), IMPLEMENTATION, "latest"]
        return "0x" + self._chain.provider.make_request("eth_getStorageAt", request)[-40:]

    def code_of(self, address: str) -> bytes:
        return bytes.fromhex(self._chain.provider.make_request("eth_getCode", [address, "latest"])[2:])

    def inspect(self, *options: str, config: Path = CONFIG, path: Path | None = None) -> Result:
        """Runs the command."""
        where = str(path or self.deployment.directory)
        url = [] if "--l1" in options else ["--l1", self._chain.provider.http_uri]
        return CliRunner().invoke(inspect, [where, "--config", str(config), *url, *options])

    def found(self) -> tuple[list[tuple[str, str, str]], int]:
        """What deviates, and the exit status."""
        result = self.inspect("--json")
        findings = orjson.loads(result.stdout)["l1"]["findings"]
        return [(item["severity"], item["contract"], item["what"]) for item in findings], result.exit_code


@pytest.fixture(scope="module")
def site(
    chain: Any, project: Any, accounts: Any, rpc: RpcClient, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    deployment = deploy(
        DeployConfig.load(CONFIG),
        rpc=rpc,
        transactions=TransactionManager(rpc, ApeSigner(accounts[6]), chain_id=chain.provider.chain_id),
        directory=tmp_path_factory.mktemp("inspected"),
        next_block=chain.mine,
        progress=lambda _: None,
    )
    return Site(chain, project, accounts, deployment)


def other_owner(site: Site) -> None:
    site.use(0, "SystemConfig", site.at.system_config, "transferOwnership", STRANGER)


def other_batcher(site: Site) -> None:
    site.use(0, "SystemConfig", site.at.system_config, "setBatcherHash", b"\x66" * 32)


def other_gas_limit(site: Site) -> None:
    site.use(0, "SystemConfig", site.at.system_config, "setGasLimit", 70_000_000)


def paused(site: Site) -> None:
    site.use(1, "SuperchainConfig", site.at.superchain_config, "pause", site.at.optimism_portal)


def other_game(site: Site) -> None:
    site.use(0, "DisputeGameFactory", site.at.dispute_game_factory, "setInitBond", 255, 1)


def other_respected_type(site: Site) -> None:
    site.use(1, "AnchorStateRegistry", site.at.anchor_state_registry, "setRespectedGameType", 254)


def other_implementation(site: Site) -> None:
    """As the right one, but for its last byte, which no call reaches."""
    site.place(STRANGER, site.code_of(site.logic_of(site.at.optimism_portal))[:-1] + b"\xff")
    site.write(site.at.optimism_portal, IMPLEMENTATION, "0x" + "00" * 12 + STRANGER[2:])


def other_admin(site: Site) -> None:
    site.write(site.at.superchain_config, ADMIN, "0x" + "00" * 12 + STRANGER[2:])


def uninitialized(site: Site) -> None:
    site.write(site.at.delayed_weth, INITIALIZED, NOTHING)


def logic_open(site: Site) -> None:
    site.write(site.logic_of(site.at.anchor_state_registry), INITIALIZED, NOTHING)


def other_inbox(site: Site) -> None:
    site.place(site.at.batch_inbox, artifact("ProxyAdmin").runtime)


@pytest.mark.parametrize(
    ("plant", "severity", "contract", "what"),
    [
        (other_owner, "error", "SystemConfig", "owner"),
        (other_batcher, "error", "SystemConfig", "batcherHash"),
        (other_gas_limit, "warning", "SystemConfig", "gasLimit"),
        (paused, "warning", "SystemConfig", "paused"),
        (other_game, "warning", "DisputeGameFactory", "initBonds(255)"),
        (other_respected_type, "error", "AnchorStateRegistry", "respectedGameType"),
        (other_implementation, "error", "OptimismPortal2", "the implementation"),
        (other_admin, "error", "SuperchainConfig", "the proxy's admin"),
        (uninitialized, "error", "DelayedWETH", "the initializer"),
        (logic_open, "error", "AnchorStateRegistry", "the logic's initializer"),
        (other_inbox, "error", "BatchInbox", "the code"),
    ],
)
def test_one_thing_that_is_changed_is_found_and_nothing_else(
    site: Site, plant: Callable[[Site], None], severity: str, contract: str, what: str
) -> None:
    assert site.found() == ([], 0)
    plant(site)
    assert site.found() == ([(severity, contract, what)], 1 if severity == "error" else 0)


def test_people_are_told_what_is_what_should_be_and_what_to_do(site: Site) -> None:
    untouched = site.inspect().output
    assert "nothing deviates" in untouched
    other_owner(site)
    title, row, is_, should_be, to_do, sums = site.inspect().output.splitlines()
    assert title.split() == ["severity", "contract", "at", "what"]
    assert row.split()[:2] == ["error", "SystemConfig"]
    assert is_.split() == ["is", STRANGER]
    assert should_be.split() == ["should", "be", checksum(DeployConfig.load(CONFIG).roles.owner)]
    assert to_do.strip().startswith("to do")
    assert sums.startswith("L1: 1 error;")


def copied(site: Site, directory: Path, **changes: object) -> Path:
    """The deployment's files with other values in `rollup.json`."""
    shutil.copytree(site.deployment.directory, directory, dirs_exist_ok=True)
    rollup = orjson.loads((directory / "rollup.json").read_bytes())
    (directory / "rollup.json").write_bytes(orjson.dumps(rollup | changes))
    return directory


def sentence(result: Result) -> str:
    """Why the command did not run; one line."""
    assert isinstance(result.exception, OpcycleError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_any_of_its_files_names_a_deployment_and_two_of_them_are_enough(site: Site, tmp_path: Path) -> None:
    for name in ("addresses.json", "rollup.json"):
        (tmp_path / name).write_bytes((site.deployment.directory / name).read_bytes())
    for path in (tmp_path, tmp_path / "addresses.json", tmp_path / "rollup.json"):
        result = site.inspect(path=path)
        assert result.exit_code == 0, result.output


def test_where_there_is_no_deployment_the_directory_is_named(site: Site, tmp_path: Path) -> None:
    assert str(tmp_path / "none") in sentence(site.inspect(path=tmp_path / "none"))
    assert "there is no addresses.json" in sentence(site.inspect(path=tmp_path))
    damaged = copied(site, tmp_path / "damaged")
    (damaged / "addresses.json").write_text("{")
    assert "addresses.json is damaged" in sentence(site.inspect(path=damaged))


def test_another_l1_is_told_apart_by_its_id_or_by_its_blocks(site: Site, tmp_path: Path) -> None:
    other_id = copied(site, tmp_path / "id", l1_chain_id=1)
    assert "the rollup settles on chain 1" in sentence(site.inspect(path=other_id))
    genesis = orjson.loads((site.deployment.directory / "rollup.json").read_bytes())["genesis"]
    other_block = copied(site, tmp_path / "block", genesis=genesis | {"l1": {"hash": NOTHING, "number": 1}})
    assert "it has no block 1" in sentence(site.inspect(path=other_block))


def test_a_dead_or_strange_rpc_server_is_named(site: Site) -> None:
    assert "http://127.0.0.1:1" in sentence(site.inspect("--l1", "http://127.0.0.1:1"))
    assert "would begin with http" in sentence(site.inspect("--l1", "localhost:8545"))


def test_a_configuration_of_the_other_settlement_is_refused(site: Site, tmp_path: Path) -> None:
    config = tmp_path / "oracle.yaml"
    config.write_text(CONFIG.read_text().replace("settlement: games", "settlement: oracle"))
    assert "they are not of the same rollup" in sentence(site.inspect(config=config))


def test_a_configuration_that_was_changed_since_is_told_as_well_as_a_contract(
    site: Site, tmp_path: Path
) -> None:
    config = tmp_path / "changed.yaml"
    config.write_text(CONFIG.read_text().replace("clock_extension: 10_800", "clock_extension: 10_801"))
    result = site.inspect("--json", config=config)
    found = [(item["contract"], item["what"]) for item in orjson.loads(result.stdout)["l1"]["findings"]]
    assert found == [("FaultDisputeGame", "the code"), ("DisputeGameFactory", "gameImpls(255)")]
    assert result.exit_code == 1


def test_a_rollup_json_that_is_not_the_plans_is_told(site: Site, tmp_path: Path) -> None:
    other = copied(site, tmp_path / "other", seq_window_size=7, fjord_time=5)
    result = site.inspect("--json", path=other)
    found = [(item["contract"], item["what"]) for item in orjson.loads(result.stdout)["l1"]["findings"]]
    assert found == [("rollup.json", "fjord_time"), ("rollup.json", "seq_window_size")]
    assert result.exit_code == 1
    assert "rollup.json" in site.inspect(path=other).output
