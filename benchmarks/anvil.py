"""anvil behind the face of the in-process EVM: the same set-up, and the gas that a real transaction uses.

The EVM in our process keeps storage slots and accounts warm from one call to the next, so its gas is no
measure of what users pay.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.evm import GAS, Chain

from benchmarks.child import Child, child
from opcycle.devnet.ports import free_ports
from opcycle.protocol.types import Log
from opcycle.rpc.client import RpcClient, RpcUnreachableError
from opcycle.rpc.hexjson import to_hex

PROGRAM = Path(__file__).resolve().parents[1] / "tools" / "bin" / "anvil"
FLAGS = (
    *("--silent", "--no-mining", "--auto-impersonate", "--hardfork", "prague", "--timestamp", "1600000000"),
    *("--gas-price", "0"),
)


class AnvilChain(Chain):
    """A transaction is a block of its own, a second after the last where no other time is set.

    `base_fee`, of every block, in wei a gas: senders pay that.
    """

    def __init__(self, rpc: RpcClient, base_fee: int = 0):
        super().__init__()
        self._rpc = rpc
        self._base_fee = base_fee
        self._last, self._now = 0, 0

    def deploy(self, sender: bytes, creation_code: bytes) -> bytes:
        receipt = self._mine({"from": to_hex(sender), "data": to_hex(creation_code)})
        return bytes.fromhex(receipt["contractAddress"][2:])

    def set_block(self, number: int, timestamp: int, base_fee: int = 0) -> None:
        self._now = timestamp

    def advance(self, seconds: int) -> None:
        """The next transaction is so much later than the last."""
        self._now = self._last + seconds

    def set_balance(self, address: bytes, wei: int) -> None:
        self._rpc.call("anvil_setBalance", to_hex(address), hex(wei))

    def set_code(self, address: bytes, code: bytes) -> None:
        self._rpc.call("anvil_setCode", to_hex(address), to_hex(code))

    def set_storage(self, address: bytes, slot: bytes, value: bytes) -> None:
        self._rpc.call("anvil_setStorageAt", to_hex(address), to_hex(slot), to_hex(value))

    def send(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        """What is returned is not known of a real transaction."""
        receipt = self._mine(
            {"from": to_hex(sender), "to": to_hex(to), "data": to_hex(data), "value": hex(value)}
        )
        self.gas_used = int(receipt["gasUsed"], 16)
        return b""

    def logs(self) -> list[Log]:
        """Not asked for."""
        return []

    def call(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        request = {"from": to_hex(sender), "to": to_hex(to), "data": to_hex(data)}
        found = self._rpc.call("eth_call", request, "latest")
        return bytes.fromhex(found[2:])

    def _mine(self, transaction: dict[str, str]) -> dict[str, str]:
        self._last = max(self._now, self._last + 1)
        request = {"gas": hex(GAS), "gasPrice": hex(self._base_fee), **transaction}
        self._rpc.call("anvil_setNextBlockBaseFeePerGas", hex(self._base_fee))
        sent = self._rpc.call("eth_sendTransaction", request)
        self._rpc.call("evm_mine", {"timestamp": self._last})
        receipt: dict[str, str] = self._rpc.call("eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1", f"reverted: {transaction}"
        return receipt


@contextmanager
def anvil_rpc(base_fee: int = 0) -> Iterator[RpcClient]:
    """A fresh anvil on a free port, which ends with the context."""
    port = free_ports().l1_rpc
    with (
        TemporaryDirectory() as folder,
        child(
            str(PROGRAM), [*FLAGS, "--base-fee", str(base_fee), "--port", str(port)], Path(folder) / "log"
        ) as program,
    ):
        rpc = RpcClient(f"http://127.0.0.1:{port}")
        _wait_for(rpc, program)
        yield rpc


@contextmanager
def anvil(base_fee: int = 0) -> Iterator[AnvilChain]:
    """The same, for transactions."""
    with anvil_rpc(base_fee) as rpc:
        yield AnvilChain(rpc, base_fee)


def _wait_for(rpc: RpcClient, program: Child) -> None:
    while program.is_running:
        with suppress(RpcUnreachableError):
            rpc.call("eth_chainId")
            return
        time.sleep(0.05)
    raise RuntimeError("anvil has ended; is another version of it installed?")
