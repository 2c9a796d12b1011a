"""What explorers get: solc makes the deployed bytes of it again, and of nothing else."""

import json
import os
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.unit.deploy.configs import DEPLOYER, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.artifacts import Artifact, artifact
from opcycle.deploy.config import GamesConfig
from opcycle.deploy.creation import create2_address
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.verification_input import compiler_input, write_verification
from opcycle.devnet.ports import free_ports
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.errors import UserError
from opcycle.rpc.hexjson import checksum
from opcycle.rpc.server import serve

ROOT = Path(__file__).resolve().parents[3]
SOLC = str(ROOT / "tools" / "solcx" / "solc-v0.8.30")


def without_immutables(contract: Artifact, code: bytes) -> bytes:
    """`code` with zeros for the contract's immutables, as in `contract.runtime`."""
    blank = bytearray(code)
    for spot in chain.from_iterable(contract.immutables.values()):
        blank[spot["start"] : spot["start"] + spot["length"]] = bytes(spot["length"])
    return bytes(blank)


def compiled(text: str) -> dict[str, Any]:
    """What the pinned compiler makes of a standard JSON input: the one contract that is asked for."""
    done = subprocess.run([SOLC], input=text, capture_output=True, text=True, check=True)
    (contracts,) = json.loads(done.stdout)["contracts"].values()
    (found,) = contracts.values()
    return dict(found["evm"])


def index_of(folder: Path) -> list[dict[str, str]]:
    return list(json.loads((folder / "contracts.json").read_text()))


@pytest.fixture(scope="module")
def l1() -> EvmL1:
    return EvmL1()


@pytest.fixture(scope="module")
def plan(l1: EvmL1, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A deployment with games, all of it on `l1`."""
    games = GamesConfig(absolute_prestate=b"\x03" + bytes(31))
    config, anchor = valid_config(**GAMES, games=games), l1.blocks[-1]
    run(l1, tmp_path_factory.mktemp("deployment"), config)
    return make_plan(config, l1_chain_id=900, deployer=DEPLOYER, anchor=anchor)


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("written")
    write_verification(plan, directory, l1_chain_id=900)
    return directory / "verification"


@pytest.mark.parametrize("name", ["MIPS64", "Proxy"])
def test_a_written_input_compiles_to_the_code_on_chain(
    l1: EvmL1, plan: Plan, folder: Path, name: str
) -> None:
    """Constructor arguments, immutables, and one source for several contracts; `tests/e2e` does all."""
    compile_once = cache(lambda file: compiled((folder / file).read_text()))
    salts = {creation.address: creation.salt for creation in [*plan.logic.values(), *plan.proxies.values()]}
    listed = [item for item in index_of(folder) if item["standardJson"] == f"{name}.json"]
    assert listed
    for item in listed:
        code = compile_once(item["standardJson"])
        address = bytes.fromhex(item["address"][2:])
        creation = bytes.fromhex(code["bytecode"]["object"] + item["constructorArguments"][2:])
        assert create2_address(CREATE2_DEPLOYER, salts[address], creation) == address, item["what"]
        on_chain = bytes.fromhex(l1.call("eth_getCode", item["address"], "latest")[2:])
        runtime = bytes.fromhex(code["deployedBytecode"]["object"])
        assert without_immutables(artifact(name), on_chain) == runtime != b"", item["what"]


def test_a_source_that_was_changed_no_longer_compiles_to_it(plan: Plan, folder: Path) -> None:
    written = json.loads((folder / "BatchInbox.json").read_text())
    assert (
        bytes.fromhex(compiled(json.dumps(written))["bytecode"]["object"]) == artifact("BatchInbox").bytecode
    )
    source = written["sources"]["contracts/inbox/BatchInbox.sol"]
    source["content"] = source["content"].replace(
        "contract BatchInbox {", "contract BatchInbox { uint256 public x;"
    )
    assert (
        bytes.fromhex(compiled(json.dumps(written))["bytecode"]["object"]) != artifact("BatchInbox").bytecode
    )


def test_each_contract_on_chain_is_listed_once(plan: Plan, folder: Path) -> None:
    created = [creation.address for creation in [*plan.logic.values(), *plan.proxies.values()]]
    assert [item["address"] for item in index_of(folder)] == [checksum(address) for address in created]
    assert len(set(created)) == len(created)


def test_the_compiler_is_named_as_explorers_list_it(folder: Path) -> None:
    assert {item["compiler"] for item in index_of(folder)} == {"v0.8.30+commit.73712a01"}
    version = subprocess.run([SOLC, "--version"], capture_output=True, text=True, check=True).stdout
    assert "0.8.30+commit.73712a01" in version


def test_a_source_that_is_newer_than_the_build_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "contracts" / "inbox" / "BatchInbox.sol"
    file.parent.mkdir(parents=True)
    original = (ROOT / "contracts" / "inbox" / "BatchInbox.sol").read_bytes()
    file.write_bytes(original)
    assert compiler_input("BatchInbox", tmp_path) == compiler_input("BatchInbox")
    file.unlink()
    with pytest.raises(UserError, match="has changed since it was compiled; run `make build`"):
        compiler_input("BatchInbox", tmp_path)
    file.write_bytes(original + b"\n")
    with pytest.raises(UserError, match="has changed since it was compiled; run `make build`"):
        compiler_input("BatchInbox", tmp_path)


class Explorer:
    """Takes whatever is submitted, and remembers the path, the query, the form's type and the form."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str, bytes]] = []
        self.status = 200

    async def take(self, request: Request) -> JSONResponse:
        kind = request.headers["content-type"]
        self.got.append((request.url.path, request.url.query, kind, await request.body()))
        return JSONResponse({"status": "1"}, status_code=self.status)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.take, methods=["POST"])])


@pytest.fixture
def explorer() -> Explorer:
    return Explorer()


@pytest.fixture
def url(explorer: Explorer) -> Iterator[str]:
    server = serve(explorer.app, free_ports().metrics)
    yield server.url
    server.stop()


def submit(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PAUSE": "0", **environment}
    return subprocess.run(["sh", str(script)], env=known, capture_output=True, text=True, check=False)


def test_one_command_submits_all_to_an_explorer_like_etherscan(
    folder: Path, explorer: Explorer, url: str
) -> None:
    done = submit(folder / "etherscan.sh", EXPLORER=f"{url}/v2/api", ETHERSCAN_API_KEY="key")
    assert done.returncode == 0, done.stderr
    forms = [
        parse_qs(body.decode(), strict_parsing=True, keep_blank_values=True) for *_, body in explorer.got
    ]
    assert {(path, query) for path, query, *_ in explorer.got} == {("/v2/api", "chainid=900")}
    for form, item in zip(forms, index_of(folder), strict=True):
        assert {key: value for key, (value,) in form.items()} == {
            "apikey": "key",
            "module": "contract",
            "action": "verifysourcecode",
            "codeformat": "solidity-standard-json-input",
            "contractaddress": item["address"],
            "contractname": item["contract"],
            "compilerversion": item["compiler"],
            "constructorArguements": item["constructorArguments"][2:],
            "sourceCode": (folder / item["standardJson"]).read_text(),
        }


def test_one_command_submits_all_to_a_blockscout(folder: Path, explorer: Explorer, url: str) -> None:
    done = submit(folder / "blockscout.sh", EXPLORER=url)
    assert done.returncode == 0, done.stderr
    for (path, _, kind, body), item in zip(explorer.got, index_of(folder), strict=True):
        assert path == f"/api/v2/smart-contracts/{item['address']}/verification/via/standard-input"
        form = message_from_bytes(f"content-type: {kind}\n\n".encode() + body)
        fields = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.walk()
            if not part.is_multipart()
        }
        assert fields == {
            "contract_name": item["contract"].encode(),
            "compiler_version": item["compiler"].encode(),
            "license_type": b"mit",
            "autodetect_constructor_args": b"false",
            "constructor_args": item["constructorArguments"][2:].encode(),
            "files[0]": (folder / item["standardJson"]).read_bytes(),
        }


def test_an_explorer_that_refuses_ends_the_command(folder: Path, explorer: Explorer, url: str) -> None:
    explorer.status = 400
    done = submit(folder / "blockscout.sh", EXPLORER=url)
    assert done.returncode != 0
    assert len(explorer.got) == 1


@pytest.mark.parametrize(
    ("script", "variable"), [("etherscan", "ETHERSCAN_API_KEY"), ("blockscout", "EXPLORER")]
)
def test_what_a_script_needs_is_said(folder: Path, script: str, variable: str) -> None:
    done = submit(folder / f"{script}.sh")
    assert done.returncode != 0
    assert f"{variable}: put the" in done.stderr
