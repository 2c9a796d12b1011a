"""docs/testnet.md, followed word for word on an L1 like Sepolia, from no contract to a finalized withdrawal.

Not word for word are ports, so that several tests can run at once, and times: see `SHORTER`.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.e2e.builders import wait_until_gone
from tests.e2e.programs import PATIENCE, ROOT
from tests.e2e.sepolia import SLOT, Sepolia

from opcycle.bridge.bridge import Bridge
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.assembly import Assembly
from opcycle.devnet.ports import Ports, free_ports
from opcycle.devnet.runner import Runner
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.l1.receipts import receipt_from_json
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, from_hex, to_hex
from opcycle.rpc.server import serve

TEXT = (ROOT / "docs" / "testnet.md").read_text()

SHORTER = {
    "max_clock_duration: 3600": "max_clock_duration: 120",
    "clock_extension: 600": "clock_extension: 24",
    "preimage_challenge_period: 600": "preimage_challenge_period: 24",
    "finality_delay: 1800": "finality_delay: 36",
    "proof_maturity_delay: 3600": "proof_maturity_delay: 60",
    "weth_delay: 1800": "weth_delay: 36",
    "--proposal-interval 1h": "--proposal-interval 2m",
}
"""What the document says, and what is done here: the same order, in minutes instead of hours."""

AGENTS = ("sequencer", "node", "batcher", "proposer", "challenger")
AGENT = re.compile(rf"\bopcycle ({'|'.join(AGENTS)}) ")
LAG = 2
"""L1 blocks that they may be behind."""

BLOCK_EVERY = 0.2
"""Seconds of the machine's from one L1 block to the next, if nobody is behind."""


def commands() -> list[str]:
    """What the document has in blocks of `sh`, line by line."""
    return [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def stated(what: str) -> int:
    """A figure of the document: the number before these words."""
    (figure,) = set(re.findall(rf"([\d,]+) {what}", TEXT))
    return int(figure.replace(",", ""))


@dataclass
class Operator:
    """Types commands in a directory of its own; agents go on in the background."""

    directory: Path
    l1: Sepolia
    ports: Ports
    environment: dict[str, str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._l2 = RpcClient(f"http://127.0.0.1:{self.ports.sequencer_rpc}")
        self._node = RollupClient(f"http://127.0.0.1:{self.ports.node_rpc}")

    def type(self, line: str) -> str:
        """What the command printed. It must succeed."""
        if agent := AGENT.search(line):
            self._start(agent[1], line)
            return ""
        if line.startswith("export "):
            line = f"{line} && env -0 >exported"
        done = self._shell(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}\n{self.logs()}"
        if line.startswith("export "):
            pairs = (self.directory / "exported").read_text().split("\0")[:-1]
            self.environment |= dict(pair.split("=", 1) for pair in pairs)
        return done.stdout

    def _shell(self, line: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._here(line)],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def _start(self, agent: str, line: str) -> None:
        """Where the document relies on a default port, this machine may have another use for it."""
        own = {
            "sequencer": f"--l2-port {self.ports.sequencer_rpc} --engine-port {self.ports.sequencer_engine}",
            "node": f"--rpc-port {self.ports.node_rpc}",
        }
        command = f"exec env {self._here(line)} {own.get(agent, '')}"
        with (self.directory / f"{agent}.log").open("wb") as log:
            self.running[agent] = subprocess.Popen(
                ["bash", "-c", command], cwd=self.directory, env=self.environment, stdout=log, stderr=log
            )

    def _here(self, line: str) -> str:
        ports = self.ports
        for theirs, ours in {
            "9545": ports.sequencer_rpc,
            "7545": ports.node_rpc,
            "9645": ports.verifier_rpc,
            "9651": ports.verifier_engine,
        }.items():
            line = line.replace(theirs, str(ours))
        for long, short in SHORTER.items():
            line = line.replace(long, short)
        return line

    def write(self, name: str, language: str) -> None:
        """A file that the document shows."""
        (block,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
        filled = re.sub(r"\$(\w+)", lambda match: self.environment[match[1]], self._here(block))
        (self.directory / name).write_text(filled)

    def logs(self) -> str:
        return "\n".join(
            f"--- {name}\n{(self.directory / f'{name}.log').read_text()[-3000:]}" for name in self.running
        )

    def require_all_running(self) -> None:
        ended = [name for name, process in self.running.items() if process.poll() is not None]
        assert not ended, self.logs()

    def stop(self) -> dict[str, int]:
        for process in self.running.values():
            process.terminate()
        return {name: process.wait(PATIENCE) for name, process in self.running.items()}

    @property
    def deployment(self) -> Deployment:
        return Deployment.load(self.directory / "deployments" / "mine")

    @property
    def bridge(self) -> Bridge:
        return Assembly(self.deployment, l1=self.l1.url, l2=self._l2.url, node="").bridge(None)

    def is_behind(self) -> bool:
        """Whether sequencer or node have yet to come to L1's newest blocks; they get the time for it."""
        if "sequencer" not in self.running:
            return False
        newest = self.l1.chain.head
        try:
            head = self._l2.call("eth_getBlockByNumber", "latest", False)
            read = self._node.sync_status().current_l1
        except TemporaryError:
            return True
        return newest.timestamp - int(head["timestamp"], 16) > LAG * SLOT or newest.number - read.number > LAG

    def clean_up(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait(PATIENCE)
        for name in ("sequencer", "node"):
            wait_until_gone(self.directory / "data" / name / "geth")

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            self.require_all_running()
            with suppress(TemporaryError):
                return condition()
            return False

        assert Runner().until(holds, seconds=PATIENCE), f"waited in vain for {what}\n{self.logs()}"


class Explorer:
    """A Blockscout that takes whatever is submitted."""

    def __init__(self) -> None:
        self.verified: set[str] = set()

    async def take(self, request: Request) -> JSONResponse:
        assert b'name="files[0]"' in await request.body()
        self.verified.add(request.path_params["address"])
        return JSONResponse({"message": "Smart-contract verification started"})

    @property
    def app(self) -> Starlette:
        path = "/api/v2/smart-contracts/{address}/verification/via/standard-input"
        return Starlette(routes=[Route(path, self.take, methods=["POST"])])


def accounts() -> dict[str, str]:
    """The variables that section 2 of the document sets: addresses of all roles, keys of those that send."""
    owner, signer = ACCOUNTS["second user"], ACCOUNTS["unsafe block signer"]
    roles = ("guardian", "deployer", "batcher", "proposer", "challenger", "user")
    keys = ("deployer", "batcher", "proposer", "challenger", "user")
    return {
        "OWNER": checksum(owner.address),
        "SIGNER": checksum(signer.address),
        **{role.upper(): checksum(ACCOUNTS[role].address) for role in roles},
        **{f"{role.upper()}_KEY": ACCOUNTS[role].key.hex() for role in keys},
    }


@pytest.fixture
def explorer() -> Iterator[tuple[Explorer, str]]:
    explorer = Explorer()
    server = serve(explorer.app, free_ports().metrics)
    yield explorer, server.url
    server.stop()


@pytest.fixture
def operator(tmp_path: Path, explorer: tuple[Explorer, str]) -> Iterator[Operator]:
    ports, venv = free_ports(), str(Path(sys.executable).parent)
    with ExitStack() as stack:
        l1 = stack.enter_context(Sepolia(tmp_path / "l1", ports))
        environment = {
            **os.environ,
            **accounts(),
            "PATH": f"{venv}:{os.environ['PATH']}",
            "L1_RPC_URL": l1.url,
            "L1_BEACON_URL": l1.beacon,
            "EXPLORER_URL": explorer[1],
            "PAUSE": "0",
        }
        operator = Operator(tmp_path, l1, ports, environment)
        stack.callback(operator.clean_up)
        l1.run(every=BLOCK_EVERY, unless=operator.is_behind)
        yield operator


def test_from_nothing_to_a_finalized_withdrawal(operator: Operator, explorer: tuple[Explorer, str]) -> None:
    typed = iter(commands())
    operator.write("mine.yaml", "yaml")

    tried = operator.type(next(typed))
    assert "--dry-run" not in tried
    assert not (operator.directory / "deployments").exists()
    assert "ETH spent" in operator.type(next(typed))
    assert operator.type(next(typed)).startswith("nothing deviates")
    operator.type(next(typed))
    contracts = json.loads((operator.deployment.directory / "verification" / "contracts.json").read_text())
    assert explorer[0].verified == {item["address"] for item in contracts}

    for line in typed:
        if "opcycle status" in line:
            break
        said = operator.type(line)
        if "opcycle deposit" in line:
            assert "arrived in L2 block" in said
    assert set(operator.running) == set(AGENTS)
    withdrawal = from_hex(operator.environment["WITHDRAWAL"])
    assert "wait" in operator.type(line)
    operator.until("a game that has it", lambda: operator.bridge.status(withdrawal).is_provable)
    assert "proven against game" in operator.type(next(typed))
    operator.until("its windows", lambda: operator.bridge.status(withdrawal).is_finalizable)
    assert operator.type(next(typed)).splitlines()[1] == "finalized"

    assert "blobs" in operator.type(next(typed))
    assert list(typed) == []
    assert set(operator.stop().values()) == {0}
    assert operator.l1.asked_in_vain == set(), "the L1 offers what a public RPC does"
    require_stated_gas(operator)


def require_stated_gas(operator: Operator) -> None:
    """What the document says of gas is enough, and not far too much."""
    used = gas_by_sender(operator.l1.chain.rpc, operator.l1.chain.head.number)
    deposit, *withdrawal = used["user"]
    measured = {
        "for all of it": sum(used["deployer"]),
        "and one blob a transaction": max(used["batcher"]),
        "a game, and the bond": max(used["proposer"]),
        "at most for each": max(used["challenger"]),
        "a deposit": deposit,
        "a withdrawal": sum(withdrawal),
    }
    says = {what: stated(what) for what in measured}
    wrong = {what: gas for what, gas in measured.items() if not gas <= says[what] <= gas * 3 // 2}
    assert not wrong, f"the document says {says}; measured are {measured}"


def gas_by_sender(rpc: RpcClient, head: int) -> dict[str, list[int]]:
    roles = {to_hex(account.address): role for role, account in ACCOUNTS.items()}
    used: dict[str, list[int]] = {}
    for number in range(head + 1):
        for body in rpc.call("eth_getBlockReceipts", hex(number)):
            used.setdefault(roles[body["from"]], []).append(receipt_from_json(body).gas_used)
    return used


def test_what_the_test_shortens_is_in_the_document() -> None:
    for said in SHORTER:
        assert TEXT.count(said) == 1, said


def test_the_file_is_a_configuration_and_its_times_are_what_the_text_says() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    games = yaml.safe_load(block)["games"]
    hours = (games["max_clock_duration"] + games["finality_delay"] + 3600) / 3600
    assert hours == 2.5, "about three hours, with what the proposer waits for L1's finality"
