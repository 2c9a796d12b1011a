"""`forge create`, the way a user deploys a contract on L2: the real program, against op-geth's own RPC."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from opcycle.devnet.accounts import TestAccount
from opcycle.errors import CriticalError, UserError
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import from_hex, to_hex

CONTRACT = "contracts/predeploys/WETH.sol:WETH"
"""What the demo deploys once more, as a user's contract: it takes ether and remembers whose it is."""

GLANCE = 0.5
"""Seconds that a look at the running program takes at most."""


@dataclass(frozen=True, slots=True)
class Created:
    address: Address
    transaction: Hash


class ForgeCreate:
    """A running `forge create`; it ends when its transaction is mined."""

    def __init__(self, process: "subprocess.Popen[bytes]"):
        self._process = process

    @classmethod
    def start(cls, checkout: Path, rpc_url: str, account: TestAccount) -> Self:
        """`checkout` has the contract. Raises UserError when forge is not installed."""
        forge = shutil.which("forge")
        if forge is None:
            raise UserError("forge is not on PATH; run `make setup`")
        command = [forge, "create", "--json", "--broadcast", "--rpc-url", rpc_url]
        command += ["--private-key", to_hex(account.key), CONTRACT]
        return cls(
            subprocess.Popen(
                command,
                cwd=checkout,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )

    def is_done(self) -> bool:
        try:
            self._process.wait(GLANCE)
        except subprocess.TimeoutExpired:
            return False
        return True

    def result(self) -> Created:
        """What was created. Raises CriticalError with forge's last words if it failed."""
        output, errors = self._process.communicate()
        if self._process.returncode:
            lines = errors.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise CriticalError(f"forge create failed: {lines[-1]}")
        reply = orjson.loads(output)
        return Created(from_hex(reply["deployedTo"]), from_hex(reply["transactionHash"]))
