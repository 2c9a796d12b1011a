"""The five agents as an operator runs them: a process each, killed with -9 in turn and started again."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.e2e.builders import wait_until_gone
from tests.e2e.inbox import batches_on_l1
from tests.e2e.programs import OPCYCLE, PATIENCE, ROOT

from opcycle.deploy.config import Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.clock import LiveClock
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.deploying import load_or_deploy
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.ports import free_ports
from opcycle.devnet.runner import Runner
from opcycle.engine.codec import posted_envelope_to_json
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.engine.l2 import L2Client
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.l1.oracle import L2OutputOracle
from opcycle.protocol.sync_status import SyncStatus
from opcycle.rpc.client import RpcClient

L1_BLOCK_TIME = 1
SUBMISSION_INTERVAL = 5


class Chain:
    """A local L1 that runs, a deployment on it, and the processes around it. Use it as a context."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.ports = ports = free_ports()
        self._stack = ExitStack()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.l1 = LocalL1(
            directory / "l1",
            http_port=ports.l1_rpc,
            auth_port=ports.l1_engine,
            block_time=L1_BLOCK_TIME,
            safe_lag=1,
            finalized_lag=2,
        )
        self._l1_runner = Runner()

    def __enter__(self) -> "Chain":
        with ExitStack() as on_failure:
            on_failure.push(self._stack)
            self._start()
            on_failure.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self) -> None:
        self._stack.callback(self.l1.stop)
        self.l1.start()
        config = DevnetConfig(
            self.directory, settlement=Settlement.ORACLE, submission_interval=SUBMISSION_INTERVAL
        )
        deployment = load_or_deploy(config, self.l1.url, next_block=self.l1.mine, progress=lambda _: None)
        self.rollup = deployment.rollup
        self.l2 = L2Client(self.url(self.ports.sequencer_rpc), self.rollup)
        self.verifier_l2 = L2Client(self.url(self.ports.verifier_rpc), self.rollup)
        self.node = RollupClient(self.url(self.ports.node_rpc))
        self.oracle = L2OutputOracle(self.l1.rpc, deployment.addresses.l2_output_oracle)
        self.l1.follow(LiveClock(self.l1.head.timestamp))
        self._stack.callback(self._l1_runner.stop)
        self._l1_runner.add(self.l1)
        self._stack.callback(self._kill_all)

    def run(self, name: str) -> None:
        """Start an agent; its log goes on where it ended."""
        self._run(name, name, self._arguments(name))

    def run_node_on(self, engine: GethProcess) -> None:
        """One more node, on an engine that it does not start; it follows the sequencer ahead of L1."""
        urls = ("--engine-url", engine.engine_url, "--engine-l2-url", engine.http_url)
        secret = ("--jwt-secret", str(self.directory / "engine" / "jwt.hex"))
        port = ("--rpc-port", str(self.ports.rebuilt_node_rpc), "--rpc-enable-admin")
        source = ("--unsafe-source", self.l2.rpc.url)
        data = ("--data", str(self.directory / "attached"))
        self._run("attached", "node", [*self._common, *data, *port, *source, *urls, *secret])

    def _run(self, name: str, verb: str, arguments: Sequence[str]) -> None:
        role = ACCOUNTS.get(verb)
        key = {} if role is None else {"OPCYCLE_PRIVATE_KEY": role.key.hex()}
        with self.log(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [OPCYCLE, verb, *arguments], stdout=log, stderr=log, cwd=ROOT, env=os.environ | key
            )

    def kill(self, name: str) -> None:
        """As `kill -9` does."""
        process = self._processes[name]
        assert process.poll() is None, self.log(name).read_text()
        process.kill()
        process.wait(PATIENCE)

    def terminate_all(self) -> dict[str, int]:
        """As an operator does; their exit statuses."""
        for process in self._processes.values():
            process.terminate()
        return {name: process.wait(PATIENCE) for name, process in self._processes.items()}

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            try:
                return condition()
            except TemporaryError:
                return False

        assert self._l1_runner.until(holds, seconds=PATIENCE), f"waited in vain for {what}: {self._logs()}"

    def safe_number(self) -> int:
        return self.node.sync_status().safe_l2.number

    def outputs(self) -> int:
        return self.oracle.next_output_index(block="latest")

    def checked(self) -> int:
        """How many outputs the challenger says that it has compared with its node's."""
        return self.log("challenger").read_text().count("checked the output of L2 block")

    @property
    def _common(self) -> list[str]:
        return ["--deployment", str(self.directory / "deployment"), "--l1", self.l1.url]

    def _arguments(self, name: str) -> list[str]:
        ports, data = self.ports, str(self.directory / name)
        node, l2 = ["--node", self.node.url], self.l2.rpc.url
        own: dict[str, Sequence[object]] = {
            "sequencer": [
                *("--l2-port", ports.sequencer_rpc, "--engine-port", ports.sequencer_engine),
                *(*node, "--node-l2", self.verifier_l2.rpc.url),
            ],
            "node": [
                *("--l2-port", ports.verifier_rpc, "--engine-port", ports.verifier_engine),
                *("--rpc-port", ports.node_rpc, "--metrics-port", ports.metrics),
            ],
            "batcher": ["--l2", l2, *node, "--rpc-port", ports.batcher_rpc, "--rpc-enable-admin"],
            "proposer": node,
            "challenger": node,
        }
        data_option = ["--data", data] if name in ("sequencer", "node") else []
        return [*self._common, *data_option, *map(str, own[name])]

    def _kill_all(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait(PATIENCE)
        for name in ("sequencer", "node"):
            wait_until_gone(self.directory / name / "geth")

    def _logs(self) -> str:
        return "\n".join(f"{name}: {self.log(name).read_text()[-1500:]}" for name in self._processes)

    @staticmethod
    def url(port: int) -> str:
        return f"http://127.0.0.1:{port}"


AGENTS = ("sequencer", "node", "batcher", "proposer", "challenger")


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    with Chain(tmp_path) as chain:
        for name in AGENTS:
            chain.run(name)
        yield chain


@pytest.fixture
def engine(chain: Chain) -> Iterator[GethProcess]:
    """An engine that an operator runs, and agents attach to."""
    engine = GethProcess(
        chain.directory / "engine",
        chain.directory / "deployment" / "genesis.json",
        role=GethRole.L2,
        chain_id=chain.rollup.l2_chain_id,
        http_port=chain.ports.rebuilt_rpc,
        auth_port=chain.ports.rebuilt_engine,
    )
    engine.start()
    yield engine
    engine.stop()


def test_five_processes_go_on_whichever_is_killed_and_nothing_is_lost_or_posted_twice(
    chain: Chain, engine: GethProcess
) -> None:
    chain.until("a first checked output", lambda: chain.checked() > 0)
    for victim in ("batcher", "node", "sequencer", "batcher"):
        require_safe_blocks_after_a_kill(chain, victim)
    require_checked_outputs_after_a_kill(chain, "proposer", "challenger")
    assert RpcClient(chain.url(chain.ports.batcher_rpc)).call("admin_flushBatcher") is None
    with urlopen(f"{chain.url(chain.ports.metrics)}/metrics") as reply:
        assert b"op_node_default_up 1.0" in reply.read()
    safe = chain.safe_number()
    hashes = [chain.l2.hash_of(number) for number in range(safe + 1)]
    assert [chain.verifier_l2.hash_of(number) for number in range(safe + 1)] == hashes
    chain.run_node_on(engine)
    attached = L2Client(engine.http_url, chain.rollup)
    chain.until("a node on somebody else's engine", lambda: (attached.number("safe") or 0) >= safe)
    assert [attached.hash_of(number) for number in range(safe + 1)] == hashes
    require_unsafe_blocks(chain, RpcClient(chain.url(chain.ports.rebuilt_node_rpc)))
    posted = batches_on_l1(chain.rollup, chain.l1)
    assert [posted[number] for number in range(1, safe + 1)] == [1] * safe
    assert set(posted.values()) == {1}
    proposed = chain.oracle.outputs(range(chain.outputs()), block="latest")
    numbers = [output.l2_block_number for output in proposed]
    assert numbers == [SUBMISSION_INTERVAL * (1 + index) for index in range(len(numbers))]
    assert set(chain.terminate_all().values()) == {0}
    assert engine.running


def require_safe_blocks_after_a_kill(chain: Chain, victim: str) -> None:
    head, safe = chain.l2.block("latest").ref, chain.safe_number()
    chain.kill(victim)
    chain.run(victim)
    chain.until(f"safe blocks after a kill of the {victim}", lambda: chain.safe_number() > safe + 2)
    assert chain.l2.hash_of(head.number) == head.hash, f"the kill of the {victim} cost a block"


def require_unsafe_blocks(chain: Chain, node: RpcClient) -> None:
    """It follows the sequencer ahead of L1, and takes what is posted to it."""

    def is_ahead() -> bool:
        status = SyncStatus.from_json(node.call("optimism_syncStatus"))
        unsafe = status.unsafe_l2
        return unsafe.number > status.safe_l2.number and unsafe.hash == chain.l2.hash_of(unsafe.number)

    chain.until("blocks ahead of L1", is_ahead)
    (first,) = chain.l2.envelopes(1, 1)
    assert node.call("admin_postUnsafePayload", posted_envelope_to_json(first)) is None


def require_checked_outputs_after_a_kill(chain: Chain, *victims: str) -> None:
    outputs, checked = chain.outputs(), chain.checked()
    for victim in victims:
        chain.kill(victim)
        chain.run(victim)
    chain.until(f"outputs after a kill of {victims}", lambda: chain.outputs() > outputs)
    chain.until(f"checks after a kill of {victims}", lambda: chain.checked() > checked)
