"""Somebody who follows docs/testnet.md: types its commands in a directory of his own, on an L1 like Sepolia.

Not word for word are ports, so that several tests can run at once, and times: see `SHORTER`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

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
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum

TEXT = (ROOT / "docs" / "testnet.md").read_text()

SHORTER = {
    "max_clock_duration: 3600": "max_clock_duration: 120",
    "clock_extension: 600": "clock_extension: 24",
    "preimage_challenge_period: 600": "preimage_challenge_period: 24",
    "finality_delay: 1800": "finality_delay: 36",
    "proof_maturity_delay: 3600": "proof_maturity_delay: 60",
    "weth_delay: 1800": "weth_delay: 36",
    "--proposal-interval 1h": "--proposal-interval 2m",
    "--proposal-interval=1h": "--proposal-interval=2m",
}
"""What the document says, and what is done here: the same order, in minutes instead of hours."""

AGENTS = ("sequencer", "node", "batcher", "proposer", "challenger")
AGENT = re.compile(rf"\bopcycle ({'|'.join(AGENTS)}) |^(op-[a-z]+|geth) (?!init)")
"""What goes on until it is stopped: our agents, and their twins."""

LAG = 2
"""L1 blocks that they may be behind."""

BLOCK_EVERY = 0.2
"""Seconds of the machine's from one L1 block to the next, if nobody is behind."""


def commands(language: str = "sh") -> list[str]:
    """What the document has in blocks of that language, line by line."""
    blocks = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def stated(what: str) -> int:
    """A figure of the document: the number before these words."""
    (figure,) = set(re.findall(rf"([\d,]+) {what}", TEXT))
    return int(figure.replace(",", ""))


@dataclass
class Operator:
    """Types commands in a directory of its own; agents go on in the background, some with `more` options."""

    directory: Path
    l1: Sepolia
    ports: Ports
    environment: dict[str, str]
    more: Mapping[str, str] = field(default_factory=dict)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._l2 = RpcClient(f"http://127.0.0.1:{self.ports.sequencer_rpc}")
        self._node = RollupClient(f"http://127.0.0.1:{self.ports.node_rpc}")

    def type(self, line: str) -> str:
        """What the command printed. It must succeed."""
        if agent := AGENT.search(line):
            self._start(agent[1] or agent[2], line)
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
            **self.more,
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
            "6545": ports.batcher_rpc,
            "6555": ports.control,
            "9745": ports.rebuilt_rpc,
            "9751": ports.rebuilt_engine,
            "7745": ports.rebuilt_node_rpc,
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
        for name in {"sequencer", "node"} & set(self.running):
            wait_until_gone(self.directory / "data" / name / "geth")

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            self.require_all_running()
            with suppress(TemporaryError):
                return condition()
            return False

        assert Runner().until(holds, seconds=PATIENCE), f"waited in vain for {what}\n{self.logs()}"


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


@contextmanager
def following(
    directory: Path, more: Mapping[str, str] | None = None, **environment: str
) -> Iterator[Operator]:
    """An operator with everything that the document asks for before its first command."""
    ports, venv = free_ports(), str(Path(sys.executable).parent)
    with ExitStack() as stack:
        l1 = stack.enter_context(Sepolia(directory / "l1", ports))
        known = {
            **os.environ,
            **accounts(),
            "PATH": f"{venv}:{os.environ['PATH']}",
            "OPCYCLE_HOME": str(directory / "home"),
            "L1_RPC_URL": l1.url,
            "L1_BEACON_URL": l1.beacon,
            **environment,
        }
        operator = Operator(directory, l1, ports, known, more or {})
        stack.callback(operator.clean_up)
        l1.run(every=BLOCK_EVERY, unless=operator.is_behind)
        operator.write("mine.yaml", "yaml")
        yield operator
