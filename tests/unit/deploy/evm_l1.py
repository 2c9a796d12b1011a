"""An L1 in this process: an EVM behind the RPC methods of a deployment, blocks on demand, planned faults."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import rlp
from eth_account import Account
from eth_utils.crypto import keccak
from pyrevm import EVM, AccountInfo, BlockEnv
from tests.unit.deploy.configs import DEPLOYER_KEY

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.engine.system_contracts import CREATE2_DEPLOYER, SYSTEM_CODE
from opcycle.l1.receipts import log_from_json
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.types import L1BlockRef, Log
from opcycle.rpc.client import RpcError, RpcUnreachableError
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

BLOCK_TIME = 12
GENESIS_TIME = 1_700_000_000
NOBODY = checksum(bytes(20))
_REVERT = re.compile(r"output: (0x[0-9a-f]*)")


class EvmL1:
    """`cut_after` so many sends the line is cut until `repair()`; with `fail_next` one runs out of gas."""

    def __init__(self, *, chain_id: int = 900, fork: str = "main", has_create2_deployer: bool = True):
        self.url = "evm"
        self.chain_id = chain_id
        self.fork = fork
        self.evm = EVM(spec_id="PRAGUE")
        if has_create2_deployer:
            code = SYSTEM_CODE[CREATE2_DEPLOYER]
            self.evm.insert_account_info(checksum(CREATE2_DEPLOYER), AccountInfo(nonce=1, code=code))
        self.blocks: list[L1BlockRef] = []
        self.pool: dict[int, bytes] = {}
        self.nonce = 0
        self.sent = 0
        self.cut_after: int | None = None
        self.fail_next = False
        self.logs: list[Log] = []
        self._receipts: dict[str, dict[str, Any]] = {}
        self._before: list[tuple[Any, int, list[bytes]]] = []
        self.balance = 10**20
        self.mine()

    def mine(self) -> None:
        """The next block, with all of the pool that has its turn."""
        parent = self.blocks[-1] if self.blocks else L1BlockRef(bytes(32), -1, bytes(32), GENESIS_TIME)
        number = parent.number + 1
        block = L1BlockRef(
            keccak(text=f"{self.fork} {number}"), number, parent.hash, parent.timestamp + BLOCK_TIME
        )
        self.blocks.append(block)
        mined: list[bytes] = []
        self._before.append((self.evm.snapshot(), self.nonce, mined))
        self.evm.set_block_env(BlockEnv(number=number, timestamp=block.timestamp))
        while self.nonce in self.pool:
            mined.append(self.pool.pop(self.nonce))
            self._execute(mined[-1], block)
            self.nonce += 1

    def reorg(self, depth: int) -> None:
        """Take so many blocks back; what was in them is in the pool again."""
        checkpoint, nonce, _ = self._before[-depth]
        for _, _, mined in self._before[-depth:]:
            for raw in mined:
                self.pool[int.from_bytes(rlp.decode(raw[1:])[1], "big")] = raw
                del self._receipts[to_hex(keccak(raw))]
        self.evm.revert(checkpoint)
        self.nonce, self.fork = nonce, f"{self.fork}'"
        del self.blocks[-depth:], self._before[-depth:]

    def repair(self) -> None:
        self.cut_after = None

    def call(self, method: str, *params: Any) -> Any:
        return getattr(self, "_" + method)(*params)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [self.call(method, *params) for method, params in calls]

    def results_or_errors(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [self._result_or_error(method, *params) for method, params in calls]

    def _result_or_error(self, method: str, *params: Any) -> Any:
        try:
            return self.call(method, *params)
        except RpcError as error:
            return error

    def _execute(self, raw: bytes, block: L1BlockRef) -> None:
        fields = rlp.decode(raw[1:])
        gas = 22_000 if self.fail_next else int.from_bytes(fields[4], "big")
        self.fail_next = False
        succeeded = True
        try:
            self._message(Account.recover_transaction(raw), checksum(fields[5]), fields[7], gas)
        except RuntimeError:
            succeeded = False
        logs = [self._log(index, log) for index, log in enumerate(self.evm.result.logs)] if succeeded else []
        self.logs += map(log_from_json, logs)
        self._receipts[to_hex(keccak(raw))] = {
            "transactionHash": to_hex(keccak(raw)),
            "blockHash": to_hex(block.hash),
            "blockNumber": hex(block.number),
            "status": hex(succeeded),
            "gasUsed": hex(gas),
            "effectiveGasPrice": "0x1",
            "logs": logs,
            "contractAddress": None,
        }

    def _message(self, caller: str, to: str | None, data: bytes, gas: int) -> bytes:
        if to is None:
            return from_hex(self.evm.deploy(caller, data, gas=gas).lower())
        return bytes(self.evm.message_call(caller, to, calldata=data, gas=gas))

    def _simulate(self, method: str, call: dict[str, str]) -> tuple[bytes, int]:
        before = self.evm.snapshot()
        to = checksum(from_hex(call["to"])) if "to" in call else None
        try:
            data = self._message(
                checksum(from_hex(call.get("from", "0x" + "00" * 20))),
                to,
                from_hex(call["data"]),
                int(call.get("gas", hex(2**24)), 16),
            )
            if to is None:
                data = from_hex(self._eth_getCode(to_hex(data), "latest"))
            return data, self.evm.result.gas_used
        except RuntimeError as error:
            found = _REVERT.search(str(error))
            raise RpcError(method, 3, "execution reverted", found.group(1) if found else "0x") from error
        finally:
            self.evm.revert(before)

    @staticmethod
    def _log(index: int, log: Any) -> dict[str, Any]:
        _, data = log.data
        return {
            "address": log.address.lower(),
            "topics": list(log.topics),
            "data": to_hex(bytes(data)),
            "logIndex": hex(index),
        }

    def _eth_chainId(self) -> str:
        return hex(self.chain_id)

    def _eth_blockNumber(self) -> str:
        return hex(self.blocks[-1].number)

    def _eth_getBlockByNumber(self, label: str, is_full: bool) -> dict[str, str] | None:
        number = self.blocks[-1].number if label == "latest" else int(label, 16)
        if number >= len(self.blocks):
            return None
        block = self.blocks[number]
        return {
            "hash": to_hex(block.hash),
            "number": hex(number),
            "parentHash": to_hex(block.parent_hash),
            "timestamp": hex(block.timestamp),
        }

    def _eth_getCode(self, address: str, tag: str) -> str:
        padded = bytes(self.evm.get_code(checksum(from_hex(address))) or b"")
        return to_hex(padded.rstrip(b"\0"))  # revm pads code with zeros; none of ours ends with one

    def _eth_getStorageAt(self, address: str, slot: str, tag: str) -> str:
        return to_hex(self.evm.storage(checksum(from_hex(address)), int(slot, 16)).to_bytes(32, "big"))

    def _eth_getBalance(self, address: str, tag: str) -> str:
        return hex(self.balance)

    def _eth_getTransactionCount(self, address: str, tag: str) -> str:
        pending = self.nonce
        while tag == "pending" and pending in self.pool:
            pending += 1
        return hex(pending)

    def _eth_feeHistory(self, count: str, newest: str, percentiles: list[int]) -> dict[str, Any]:
        return {"baseFeePerGas": [hex(7)], "reward": [[hex(3)]]}

    def _eth_estimateGas(self, call: dict[str, str]) -> str:
        return hex(self._simulate("eth_estimateGas", call)[1] * 2)

    def _eth_call(self, call: dict[str, str], tag: str) -> str:
        return to_hex(self._simulate("eth_call", call)[0])

    def _eth_sendRawTransaction(self, raw: str) -> str:
        if self.cut_after == self.sent:
            raise RpcUnreachableError(self.url, "cut")
        self.sent += 1
        data = from_hex(raw)
        self.pool[int.from_bytes(rlp.decode(data[1:])[1], "big")] = data
        return to_hex(keccak(data))

    def _eth_getTransactionByHash(self, tx_hash: str) -> dict[str, str] | None:
        return None

    def _eth_getTransactionReceipt(self, tx_hash: str) -> dict[str, Any] | None:
        return self._receipts.get(tx_hash)


def run(
    l1: EvmL1,
    directory: Path,
    config: DeployConfig,
    *,
    key: bytes = DEPLOYER_KEY,
    next_block: Callable[[], object] | None = None,
    **options: Any,
) -> Deployment:
    """A deployment by a new process; a block is mined whenever it waits, unless a test says otherwise."""
    return deploy(
        config,
        rpc=l1,
        transactions=TransactionManager(l1, KeySigner(key), chain_id=l1.chain_id),
        directory=directory,
        next_block=next_block or l1.mine,
        progress=options.pop("progress", lambda _: None),
        **options,
    )
