"""op-geth as a child process: initialised, started, watched and stopped. It never outlives us.

Flags, and why, from measurements: hash scheme with archive mode serves proofs for every block and loses
at most a few blocks when killed (see `journal`); a recommit of 100 ms lets transactions that arrive while a
block is being built into it.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from opcycle.engine import keeper
from opcycle.engine.jwt import create_secret
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.rpc.client import RpcClient

START_TIMEOUT = 60.0
"""Seconds until a started op-geth must answer."""

_REPOSITORY_BINARY = Path(__file__).resolve().parents[3] / ".tools" / "bin" / "geth"

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
    "--txpool.journal=",
    "--rollup.superchain-upgrades=false",
    "--cache=256",
    "--verbosity=3",
    "--rpc.allow-unprotected-txs",
]


class GethRole(Enum):
    """What the same binary is run as."""

    L1 = ("--http.api=eth,net,web3,debug,txpool,testing", "--txpool.pricelimit=1", "--miner.gasprice=1")
    L2 = (
        "--http.api=eth,net,web3,debug,txpool",
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
class Engine:
    """Where an execution engine listens: its public RPC, its Engine API and that API's secret.

    Our own op-geth or any other Engine API client, attached by URL and JWT file.
    """

    rpc_url: str
    engine_url: str
    jwt_secret: bytes


def geth_binary() -> str:
    """The op-geth to run: `$OPCYCLE_GETH`, the one built here, or `geth` on PATH. Raises UserError."""
    named = os.environ.get("OPCYCLE_GETH")
    if named:
        if not os.access(named, os.X_OK):
            raise UserError(f"OPCYCLE_GETH names {named}, which is not an executable file")
        return named
    if _REPOSITORY_BINARY.exists():
        return str(_REPOSITORY_BINARY)
    found = shutil.which("geth")
    if found is None:
        raise UserError("op-geth is not built yet; run `make engine` (four to five minutes, once)")
    return found


class GethProcess:
    """One op-geth: `directory` holds its database, its JWT secret and `geth.log`."""

    def __init__(
        self,
        directory: Path,
        genesis_file: Path,
        *,
        role: GethRole,
        chain_id: int,
        http_port: int,
        auth_port: int,
    ):
        self._directory = directory
        self._genesis_file = genesis_file
        self._role = role
        self._chain_id = chain_id
        self._http_port, self._auth_port = http_port, auth_port
        self._process: subprocess.Popen[bytes] | None = None
        secret = create_secret(directory / "jwt.hex")
        self.log_file = directory / "geth.log"
        self.engine = Engine(f"http://127.0.0.1:{http_port}", f"http://127.0.0.1:{auth_port}", secret)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Initialise the database if it is new, start, and wait until the RPC answers.

        Raises UserError for a busy port or a database of another chain, CriticalError if op-geth exits.
        """
        for port in (self._http_port, self._auth_port):
            require_free_port(port)
        self._init()
        log = self.log_file.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, geth_binary(), *self._arguments()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop cleanly; killed after the keeper's time-out."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(keeper.STOP_TIMEOUT + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """Stop it as `kill -9` would: for fault tests and for scenes of destruction."""
        if self._process is not None:
            self._process.kill()  # op-geth dies with its keeper
            self._process.wait()
            self._close()
            self._wait_until_ports_are_free()

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def _arguments(self) -> list[str]:
        return [
            f"--datadir={self._directory}",
            f"--networkid={self._chain_id}",
            f"--http.port={self._http_port}",
            f"--authrpc.port={self._auth_port}",
            f"--authrpc.jwtsecret={self._directory / 'jwt.hex'}",
            *_COMMON,
            *self._role.value,
        ]

    def _init(self) -> None:
        """`geth init` writes the genesis block, or refuses when the database holds another one."""
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
            lines = done.stderr.strip().splitlines()
            raise UserError(
                f"op-geth refuses the data directory {self._directory} with this genesis "
                f"({lines[-1] if lines else 'no reason given'}); use another --data directory or delete it"
            )

    def _wait_until_it_answers(self) -> None:
        rpc = RpcClient(self.engine.rpc_url, timeout=5)
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if not self.running:
                raise CriticalError(f"op-geth stopped while starting; its log is {self.log_file}")
            try:
                stated = int(rpc.call("eth_chainId"), 16)
            except TemporaryError:
                time.sleep(0.02)
                continue
            if stated != self._chain_id:
                raise UserError(f"port {self._http_port} serves chain {stated}, not {self._chain_id}")
            return
        raise CriticalError(
            f"op-geth did not answer within {START_TIMEOUT:.0f} s; its log is {self.log_file}"
        )

    def _wait_until_ports_are_free(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if port_is_free(self._http_port) and port_is_free(self._auth_port):
                return
            time.sleep(0.02)


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
        raise UserError(f"port {port} is busy: another program listens there; stop it, or use --auto-ports")
