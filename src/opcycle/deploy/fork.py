"""A throw-away copy of an L1, on which any account's transactions may be tried: anvil, which impersonates it.

What is sent there is mined at once, each transaction in a block of its own. It never outlives us.
"""

import contextlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rlp

from opcycle.engine import keeper
from opcycle.errors import TemporaryError, UserError
from opcycle.keccak import keccak
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex, to_quantity

START_TIMEOUT = 60.0
"""Seconds that anvil may take until it has what it needs of the L1."""

POLL = 0.05
"""Seconds between two looks at an anvil that starts."""

STOP_TIMEOUT = 10.0

RICH = 10**24
"""Wei: nobody's deployment costs a million ETH."""

_FLAGS = ("--port", "0", "--accounts", "0", "--auto-impersonate", "--no-storage-caching", "--retries", "2")
_LISTENING = re.compile(r"Listening on (127\.0\.0\.1:\d+)")


class UnsignedAccount:
    """Implements `l1.signer.Signer` without a key, for `ForkRpc` only: its signatures are zeros."""

    def __init__(self, address: Address):
        self._address = address

    @property
    def address(self) -> Address:
        return self._address

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        names = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas")
        plain = [
            *(fields[name] for name in names),
            fields.get("to", b""),
            fields["value"],
            fields["data"],
            [],
        ]
        return bytes([fields["type"]]) + bytes(rlp.encode([*plain, 0, 0, 0]))


class ForkRpc(RpcClient):
    """Sends what an `UnsignedAccount` "signed" as the account's; it stays known by the hash of that."""

    def __init__(self, url: str, account: Address):
        super().__init__(url)
        self._account = account
        self._known_as: dict[str, str] = {}

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_sendRawTransaction":
            raw = from_hex(params[0])
            self._known_as[to_hex(keccak(raw))] = super().call("eth_sendTransaction", self._unpacked(raw))
            return to_hex(keccak(raw))
        if method == "eth_getTransactionReceipt":
            return super().call(method, self._known_as.get(params[0], params[0]))
        return super().call(method, *params)

    def make_rich(self) -> None:
        """So that the deployment is tried to the end, whatever the account has."""
        super().call("anvil_setBalance", to_hex(self._account), to_quantity(RICH))

    def next_block(self) -> None:
        super().call("evm_mine")

    def _unpacked(self, raw: bytes) -> dict[str, str]:
        _, nonce, tip, max_fee, gas, to, value, data, *_ = rlp.decode(raw[1:])
        numbers = {"maxPriorityFeePerGas": tip, "maxFeePerGas": max_fee, "gas": gas, "value": value}
        return {
            "from": to_hex(self._account),
            "nonce": to_quantity(int.from_bytes(nonce, "big")),
            "data": to_hex(data),
            **({"to": to_hex(to)} if to else {}),
            **{name: to_quantity(int.from_bytes(number, "big")) for name, number in numbers.items()},
        }


@contextlib.contextmanager
def fork_of(l1: str, account: Address) -> Iterator[ForkRpc]:
    """A fork of the L1 at this URL, at its newest block, while the context lasts.

    Raises UserError without anvil on PATH, TemporaryError if it cannot fork that L1.
    """
    program = shutil.which("anvil")
    if program is None:
        raise UserError("a dry run needs anvil, which is not on PATH; it comes with Foundry")
    with TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        log = Path(folder) / "anvil.log"
        process = _start([program, "--fork-url", l1, *_FLAGS], log)
        stack.callback(_stop, process)
        rpc = ForkRpc(_url(process, log, l1), account)
        stack.callback(rpc.close)
        yield rpc


def _start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _url(process: subprocess.Popen[bytes], log: Path, l1: str) -> str:
    """Where anvil listens, once it says so."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        is_over = process.poll() is not None
        said = log.read_text(errors="replace")
        if found := _LISTENING.search(said):
            return f"http://{found[1]}"
        if is_over:
            raise TemporaryError(f"anvil cannot fork the L1 at {l1}: {_reason(said)}")
        time.sleep(POLL)
    raise TemporaryError(
        f"anvil did not get what it needs from the L1 at {l1} in {START_TIMEOUT:.0f} seconds"
    )


def _reason(said: str) -> str:
    """The last cause that anvil names, which is the first in time."""
    lines = [line.strip("- ") for line in said.splitlines() if line.strip()]
    return re.sub(r"^(Error:|Error #\d+:) ", "", lines[-1]) if lines else "it ended without a word"
