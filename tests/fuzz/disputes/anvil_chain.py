"""An anvil of its own behind the face of the in-process EVM: a dispute game's play runs on it unchanged.

Anvil has blocks where the other only has a clock: each transaction is one, at the time that was set.
"""

from typing import Any

from tests.fuzz.evm import GAS, Chain, HaltedError, RefusedError, Snapshot

from opcycle.l1.receipts import log_from_json
from opcycle.protocol.types import Log
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, to_hex

NOBODY = bytes(20)


class AnvilChain(Chain):
    """Who calls as nobody only asks; everybody else sends a transaction.

    `after_others`: calls of this contract wait for the next transaction, which so keeps the head that it saw.
    """

    def __init__(self, rpc: RpcClient):
        super().__init__()
        self.rpc = rpc
        self.sent = 0
        self.after_others = b""
        self._waiting: list[dict[str, str]] = []
        self._receipt: dict[str, Any] = {}
        self._now = 0

    def head_hash(self) -> bytes:
        """What the next transaction sees as the hash of the block before its own."""
        return from_hex(self.rpc.call("eth_getBlockByNumber", "latest", False)["hash"])

    def snapshot(self) -> Snapshot:
        return self.rpc.call("evm_snapshot")

    def revert(self, snapshot: Snapshot) -> None:
        assert self.rpc.call("evm_revert", snapshot)
        self._waiting.clear()

    def deploy(self, sender: bytes, creation_code: bytes) -> bytes:
        self._mine({"from": to_hex(sender), "data": to_hex(creation_code), "gas": hex(GAS)})
        return from_hex(self._receipt["contractAddress"])

    def set_block(self, number: int, timestamp: int, base_fee: int = 0) -> None:
        self._now = timestamp
        self.rpc.call("evm_mine", {"timestamp": timestamp})

    def set_balance(self, address: bytes, wei: int) -> None:
        self.rpc.call("anvil_setBalance", to_hex(address), hex(wei))

    def set_code(self, address: bytes, code: bytes) -> None:
        self.rpc.call("anvil_setCode", to_hex(address), to_hex(code))

    def balance(self, address: bytes) -> int:
        return int(self.rpc.call("eth_getBalance", to_hex(address), "latest"), 16)

    def send(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        return self.call(sender, to, data, value=value, gas=gas)

    def call(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        request = {"from": to_hex(sender), "to": to_hex(to), "data": to_hex(data)}
        request |= {"value": hex(value), "gas": hex(gas)}
        try:
            returned = from_hex(self.rpc.call("eth_call", request, "latest"))
        except RpcError as error:
            if isinstance(error.data, str):
                raise RefusedError(*self.explain(from_hex(error.data))) from None
            raise HaltedError(str(error)) from None
        if sender == NOBODY:
            return returned
        if to == self.after_others:
            self._waiting.append(request)
            return returned
        return self._send(request)

    def _send(self, request: dict[str, str]) -> bytes:
        """What the transaction returned: more may be known in its block than in the one before it."""
        self._mine(request)
        self.sent += 1
        receipt = self._receipt
        while self._waiting:
            self._mine(self._waiting.pop(0))
        self._receipt = receipt
        trace = self.rpc.call("debug_traceTransaction", receipt["transactionHash"], {"tracer": "callTracer"})
        return from_hex(trace.get("output", "0x"))

    def logs(self) -> list[Log]:
        return [log_from_json(log) for log in self._receipt["logs"]]

    def _mine(self, request: dict[str, str]) -> None:
        sent = self.rpc.call("eth_sendTransaction", {"gasPrice": "0x0", **request})
        self.rpc.call("evm_mine", {"timestamp": self._now})
        self._receipt = self.rpc.call("eth_getTransactionReceipt", sent)
        assert self._receipt["status"] == "0x1", f"is refused, though a call was not: {request}"
        self.gas_used = int(self._receipt["gasUsed"], 16)
