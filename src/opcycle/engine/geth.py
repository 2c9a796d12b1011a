"""op-geth as a child process: initialised, started, watched and stopped. It never outlives us.

Flags, and why, from measurements: hash scheme with archive mode serves proofs for every block and loses
at most a few blocks when killed (see `journal`); a recommit of 100 ms lets transactions that arrive while a
block is being built into it. The pool keeps its own journal: a killed op-geth has its transactions back ten
seconds after its restart, and one that lost them in another way a minute later, unless told otherwise.
"""

import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from opcycle.engine import keeper
from opcycle.engine.client import EngineClient
from opcycle.engine.jwt import create_secret, read_secret
from opcycle.engine.programs import geth_binary
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_quantity

START_TIMEOUT = 60.0
"""Seconds until a started op-geth must answer, or a killed one be gone."""

HANDOVER_TIMEOUT = 5.0
"""Seconds that an op-geth whose parent was killed has to leave its directory to the next one."""

POLL = 0.02
"""Seconds between two looks at a process that starts or ends."""

_COMMON = [
    "--state.scheme=hash",
    "--gcmode=archive",
    "--syncmode=full",
    "--nodiscover",
    "--maxpeers=0",
    "--port=0",
    "--nat=none",
    "--ipcdisable",
    "--http",
    "--http.addr=127.0.0.1",
    "--http.vhosts=*",
    "--http.corsdomain=*",
    "--authrpc.addr=127.0.0.1",
    "--authrpc.vhosts=*",
    "--rpc.batch-request-limit=0",
    "--rpc.batch-response-max-size=0",
    "--rollup.superchain-upgrades=false",
    "--history.logs.disable",  # an index of logs costs as much as the blocks; eth_getLogs reads blooms
    "--cache=256",
    "--verbosity=3",
    "--rpc.allow-unprotected-txs",
]


class GethRole(Enum):
    """What the same binary is run as."""

    L1 = (
        "--http.api=eth,net,web3,debug,txpool,testing,miner",  # miner: the least price that the pool takes
        "--txpool.pricelimit=1",
        "--miner.gasprice=1",
    )
    L2 = (
        "--http.api=eth,net,web3,debug,txpool,miner",  # miner: limits on the data of a block
        "--rollup.disabletxpoolgossip",
        "--miner.recommit=100ms",
        "--txpool.pricelimit=1",
        "--miner.gasprice=1",
        "--txpool.accountslots=100000",
        "--txpool.accountqueue=100000",
        "--txpool.globalslots=200000",
        "--txpool.globalqueue=200000",
    )


@dataclass(frozen=True, slots=True)
class AttachedEngine:
    """An execution engine that somebody else runs (op-reth, say): its public RPC, its Engine API, its secret.

    `GethProcess` has the same three attributes.
    """

    http_url: str
    engine_url: str
    jwt_secret: bytes

    @classmethod
    def from_jwt_file(cls, *, http_url: str, engine_url: str, jwt_file: Path) -> "AttachedEngine":
        """Raises UserError if the file holds no secret."""
        return cls(http_url, engine_url, read_secret(jwt_file))

    def check(self, chain_id: int) -> None:
        """Raises UserError unless both RPCs answer, accept the secret, and serve chain `chain_id`."""
        with contextlib.closing(EngineClient(self.engine_url, self.jwt_secret)) as engine:
            _require_chain(self.engine_url, engine.chain_id, chain_id)
        with contextlib.closing(RpcClient(self.http_url)) as rpc:
            _require_chain(self.http_url, lambda: from_quantity(rpc.call("eth_chainId")), chain_id)


class GethProcess:
    """One op-geth: `directory` holds its database, its JWT secret and `geth.log`. `keeps_transactions`: those
    sent to it stay on disk until they are in a block."""

    def __init__(
        self,
        directory: Path,
        genesis_file: Path,
        *,
        role: GethRole,
        chain_id: int,
        http_port: int,
        auth_port: int,
        keeps_transactions: bool = True,
    ):
        self.http_url = f"http://127.0.0.1:{http_port}"
        self.engine_url = f"http://127.0.0.1:{auth_port}"
        self.jwt_secret = create_secret(directory / "jwt.hex")
        self.log_file = directory / "geth.log"
        self._directory = directory
        self._genesis_file = genesis_file
        self._chain_id = chain_id
        self._ports = (http_port, auth_port)
        self._flags = [
            f"--datadir={directory}",
            f"--networkid={chain_id}",
            f"--http.port={http_port}",
            f"--authrpc.port={auth_port}",
            f"--authrpc.jwtsecret={directory / 'jwt.hex'}",
            *_COMMON,
            *role.value,
            *([] if keeps_transactions else ["--txpool.nolocals"]),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the keeper, whose one child is op-geth; None before `start` and after `stop`."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Initialise the database if it is new, start, and wait until both RPCs answer.

        Raises UserError for a busy port or directory or a database of another chain, CriticalError if
        op-geth exits.
        """
        if self.running:
            return
        self._forget()
        self._wait_for_directory()
        for port in self._ports:
            require_free_port(port)
        self._init()
        with self.log_file.open("ab") as log:
            log_start = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, geth_binary(), *self._flags],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self.stop)
            self._wait_until_it_answers(log_start)
            on_failure.pop_all()

    def stop(self) -> None:
        """Stop cleanly; killed after the keeper's time-out."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(keeper.STOP_TIMEOUT + 5)
        except subprocess.TimeoutExpired:
            self.kill()
        self._forget()

    def kill(self) -> None:
        """End it as `kill -9` does, database buffers and all; returns when its ports are free again."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the keeper leads a session of its own
        self._forget()
        deadline = time.monotonic() + START_TIMEOUT
        while not all(map(port_is_free, self._ports)):
            if time.monotonic() > deadline:
                raise CriticalError(f"op-geth on port {self._ports[0]} was killed and still holds its ports")
            time.sleep(POLL)

    def restart(self) -> None:
        """Stop cleanly and start again."""
        self.stop()
        self.start()

    def _forget(self) -> None:
        """Reap what is left of an ended process."""
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait()
            self._process = None

    def _wait_for_directory(self) -> None:
        """A predecessor of ours that has just lost its parent needs a moment to write its database."""
        lock = self._directory / "geth" / "LOCK"
        deadline = time.monotonic() + HANDOVER_TIMEOUT
        while _is_locked(lock):
            if time.monotonic() > deadline:
                raise UserError(
                    f"another op-geth uses the data directory {self._directory}; "
                    "stop it, or use another --data directory"
                )
            time.sleep(POLL)

    def _init(self) -> None:
        """Write the genesis block, once. `geth init` refuses a database that holds another one."""
        digest = hashlib.sha256(self._genesis_file.read_bytes()).hexdigest()
        marker, database = self._directory / "genesis.sha256", self._directory / "geth" / "chaindata"
        if database.exists() and marker.exists() and marker.read_bytes() == digest.encode():
            return
        done = subprocess.run(
            [
                geth_binary(),
                "init",
                f"--datadir={self._directory}",
                "--state.scheme=hash",
                str(self._genesis_file),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise UserError(_init_refusal(self._directory, done.stderr))
        marker.write_text(digest)

    def _wait_until_it_answers(self, log_start: int) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        attached = AttachedEngine(self.http_url, self.engine_url, self.jwt_secret)
        while not all(map(port_answers, self._ports)):
            if not self.running:
                raise CriticalError(f"op-geth stopped while starting: {self._last_words(log_start)}")
            if time.monotonic() > deadline:
                raise CriticalError(
                    f"op-geth did not answer within {START_TIMEOUT:.0f} s; its log is {self.log_file}"
                )
            time.sleep(POLL)
        attached.check(self._chain_id)

    def _last_words(self, log_start: int) -> str:
        """The `Fatal:` line of this start, or where the log is."""
        with self.log_file.open("rb") as log:
            log.seek(log_start)
            lines = log.read().decode(errors="replace").splitlines()
        fatal = next((line for line in reversed(lines) if line.startswith("Fatal:")), "no reason given")
        return f"{fatal} (its log is {self.log_file})"


def _init_refusal(directory: Path, stderr: str) -> str:
    lines = stderr.strip().splitlines()
    reason = lines[-1].removeprefix("Fatal: ") if lines else "no reason given"
    return (
        f"the data directory {directory} does not fit this genesis ({reason}); "
        "use another --data directory, or delete this one"
    )


def _require_chain(url: str, ask: Callable[[], int], chain_id: int) -> None:
    try:
        stated = ask()
    except TemporaryError as error:
        raise UserError(
            f"no execution engine answers at {url}: {error} (HTTP 401: its JWT secret is another one)"
        ) from error
    if stated != chain_id:
        raise UserError(f"{url} serves chain {stated}, not {chain_id}")


def _is_locked(file: Path) -> bool:
    """Whether a process holds the lock file, as op-geth does that of its data directory."""
    try:
        with file.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def port_answers(port: int) -> bool:
    """Whether something on this machine accepts connections on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def require_free_port(port: int) -> None:
    """Raises UserError if something else listens there."""
    if not port_is_free(port):
        raise UserError(
            f"port {port} is busy: another program listens there; "
            "stop it, or use another port (demo and devnet: --auto-ports)"
        )
