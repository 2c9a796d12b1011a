"""A chain small enough to read: it answers the calls that a transaction manager makes."""

from collections.abc import Sequence
from typing import Any

import pytest
import rlp
from eth_account import Account
from eth_utils.crypto import keccak

from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import Resubmission, TransactionManager
from opcycle.rpc.client import RpcError, RpcUnreachableError

SENDER_KEY = keccak(text="a key that only this test uses")
CHAIN_ID = 900


class FakeChain:
    """One account, a pool, a nonce. `cut_after_next_send` loses one send's answer, not the transaction."""

    def __init__(self) -> None:
        self.url = "fake"
        self.chain_id = CHAIN_ID
        self.balance = 10**18
        self.height = 100
        self.tells_pending = True
        self.base_fee, self.blob_base_fee, self.tip = 1000, 9, 3
        self.mined: list[bytes] = []
        self.pool: dict[int, bytes] = {}
        self.broadcasts: list[bytes] = []
        self.gas_estimate = 50_000
        self.revert_data: str | None = None
        self.send_error = ""
        self.cut_before_next_send = False
        self.cut_after_next_send = False

    def mine(self, blocks: int = 1) -> None:
        """Blocks with all that pays enough, in nonce order."""
        for _ in range(blocks):
            self.height += 1
            while (raw := self.pool.get(len(self.mined))) is not None and self._pays(fields_of(raw)):
                del self.pool[len(self.mined)]
                self.mined.append(raw)

    def _pays(self, fields: dict[str, Any]) -> bool:
        return fields["max_fee"] >= self.base_fee and fields.get("max_blob_fee", 10**9) >= self.blob_base_fee

    def lose_pool(self) -> None:
        self.pool.clear()

    def call(self, method: str, *params: Any) -> Any:
        return getattr(self, "_" + method)(*params)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [self.call(method, *params) for method, params in calls]

    def _eth_chainId(self) -> str:
        return hex(self.chain_id)

    def _eth_getBalance(self, address: str, tag: str) -> str:
        return hex(self.balance)

    def _eth_getTransactionCount(self, address: str, tag: str) -> str:
        pending = len(self.mined)
        while tag == "pending" and self.tells_pending and pending in self.pool:
            pending += 1
        return hex(pending)

    def _eth_feeHistory(self, count: str, newest: str, percentiles: list[int]) -> dict[str, Any]:
        return {
            "baseFeePerGas": [hex(7), hex(self.base_fee)],
            "baseFeePerBlobGas": [hex(1), hex(self.blob_base_fee)],
            "reward": [[hex(self.tip)]],
        }

    def _eth_blockNumber(self) -> str:
        return hex(self.height)

    def _eth_getTransactionReceipt(self, tx_hash: str) -> dict[str, Any] | None:
        if tx_hash not in {"0x" + hash_of(raw).hex() for raw in self.mined}:
            return None
        return {
            "transactionHash": tx_hash,
            "blockHash": "0x" + "bb" * 32,
            "blockNumber": hex(self.height),
            "status": "0x1",
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x1",
            "logs": [],
        }

    def _eth_estimateGas(self, call: dict[str, str]) -> str:
        if self.revert_data is not None:
            raise RpcError("eth_estimateGas", 3, "execution reverted", self.revert_data)
        return hex(self.gas_estimate)

    def _eth_sendRawTransaction(self, raw: str) -> str:
        data = bytes.fromhex(raw[2:])
        if self.cut_before_next_send:
            self.cut_before_next_send = False
            raise RpcUnreachableError(self.url, "cut")
        if self.send_error:
            raise RpcError("eth_sendRawTransaction", -32000, self.send_error)
        nonce = fields_of(data)["nonce"]
        if nonce < len(self.mined):
            raise RpcError("eth_sendRawTransaction", -32000, f"nonce too low: next nonce {len(self.mined)}")
        if self.pool.get(nonce) == data:
            raise RpcError("eth_sendRawTransaction", -32000, "already known")
        self._check_pool(nonce, data)
        self.pool[nonce] = data
        self.broadcasts.append(data)
        if self.cut_after_next_send:
            self.cut_after_next_send = False
            raise RpcUnreachableError(self.url, "cut")
        return "0x" + hash_of(data).hex()

    def _check_pool(self, nonce: int, data: bytes) -> None:
        """go-ethereum's rules for replacements."""
        has_others = any(raw[0] != data[0] for raw in self.pool.values())
        if has_others and data[0] == 3 and nonce > len(self.mined):
            gap = f"nonce too high: tx nonce {nonce}, gapped nonce {len(self.mined)}"
            raise RpcError("eth_sendRawTransaction", -32000, gap)
        if has_others:
            raise RpcError("eth_sendRawTransaction", -32000, "address already reserved")
        if nonce not in self.pool:
            return
        old, new = fields_of(self.pool[nonce]), fields_of(data)
        percent = 200 if data[0] == 3 else 110
        for fee in ("max_fee", "tip", "max_blob_fee"):
            if fee in old and new[fee] < max(old[fee] + 1, old[fee] * percent // 100):
                raise RpcError("eth_sendRawTransaction", -32000, "replacement transaction underpriced")

    def _eth_getTransactionByHash(self, tx_hash: str) -> dict[str, str] | None:
        known = {"0x" + hash_of(raw).hex() for raw in (*self.mined, *self.pool.values())}
        return {"hash": tx_hash} if tx_hash in known else None


def without_sidecar(raw: bytes) -> bytes:
    """A transaction as it stands in a block; those with blobs travel wrapped (EIP-4844)."""
    return raw[:1] + rlp.encode(rlp.decode(raw[1:])[0]) if raw[0] == 3 else raw


def hash_of(raw: bytes) -> bytes:
    return keccak(without_sidecar(raw))


def fields_of(raw: bytes) -> dict[str, Any]:
    """What a signed EIP-1559 or EIP-4844 transaction says."""
    inner = without_sidecar(raw)
    assert inner[0] in (2, 3)
    values = rlp.decode(inner[1:])
    names = ("chainId", "nonce", "tip", "max_fee", "gas", "to", "value", "data")
    fields = dict(zip(names, values[:8], strict=True))
    if inner[0] == 3:
        fields["max_blob_fee"] = values[9]
    numbers = {k: int.from_bytes(v, "big") for k, v in fields.items() if k not in ("to", "data")}
    return {
        **numbers,
        "to": fields["to"],
        "data": fields["data"],
        "blob_hashes": values[10] if inner[0] == 3 else [],
        "sender": Account.recover_transaction(inner),
    }


@pytest.fixture
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture
def manager(chain: FakeChain) -> TransactionManager:
    return new_manager(chain)


@pytest.fixture
def restart(chain: FakeChain):
    """A manager of a new process: same account, empty memory."""
    return lambda **options: new_manager(chain, **options)


@pytest.fixture
def read_transaction():
    return fields_of


def new_manager(chain: FakeChain, **resubmission: Any) -> TransactionManager:
    return TransactionManager(
        chain, KeySigner(SENDER_KEY), chain_id=CHAIN_ID, resubmission=Resubmission(**resubmission)
    )
