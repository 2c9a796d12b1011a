"""What op-geth charges for the same transactions under every fork that changed how.

The chain's L1 block contract is no contract, but it has storage, as its deposits would have left it: there
op-geth reads what it charges. Receipts say what follows from the deposit's calldata.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from eth_account import Account
from eth_utils.crypto import keccak
from tests.e2e.builders import GAS_LIMIT, L1_ORIGIN, L2_CHAIN_ID, L2_GENESIS_TIME, l2_genesis, rollup_config
from tests.vectors.read import binary

from opcycle.derivation.attributes import prepare_attributes
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.ports import free_ports
from opcycle.engine.client import EngineClient, payload_version
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.protocol.deposits import DepositTransaction
from opcycle.protocol.l1_chain import local_l1
from opcycle.protocol.payload import ExecutionPayload, ForkchoiceState, PayloadAttributes
from opcycle.protocol.predeploys import L1_BLOCK, L1_FEE_VAULT, OPERATOR_FEE_VAULT
from opcycle.protocol.rollup import Fork, RollupConfig, SystemConfig
from opcycle.protocol.types import ZERO_HASH, BlockId, Hash, L1Block, L2BlockRef
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex

FORKS = ("bedrock", "regolith", "ecotone", "fjord", "isthmus", "jovian")
"""Those that changed a fee. Each is active from the genesis on, and nothing after it."""

HEADER = replace(L1_ORIGIN, excess_blob_gas=70_000_000)
BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR = 1_368, 810_949
OVERHEAD, SCALAR = 188, 684_000
OPERATOR_FEE = (5_000_001).to_bytes(4, "big") + (123_456_789).to_bytes(8, "big")
CALLDATA = (
    b"",
    bytes(1_000),
    b"\x01" * 1_000,
    bytes(range(256)),
    b"".join(keccak(bytes([index])) for index in range(30)),
    b"the quick brown fox jumps over the lazy dog" * 40,
    binary("span/op_mainnet_117369690.calldata.bin")[:3_000] + bytes(500),
)
_ENGINE_FORKS = [fork for fork in Fork if fork is not Fork.DELTA]
_TWINS = {"canyon": "shanghai", "ecotone": "cancun", "isthmus": "prague"}


def transactions() -> list[bytes]:
    """Of type 2, and one legacy transaction as the last."""
    sender = ACCOUNTS["user"]
    common = {"chainId": L2_CHAIN_ID, "to": b"\x77" * 20, "value": 1, "gas": 400_000}
    fees = {"type": 2, "maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**6}
    requests = [{**common, **fees, "nonce": nonce, "data": data} for nonce, data in enumerate(CALLDATA)]
    requests.append({**common, "gasPrice": 10**11, "nonce": len(CALLDATA), "data": b"legacy"})
    return [bytes(Account.sign_transaction(request, sender.key).raw_transaction) for request in requests]


def charged(fork: str, sent: Sequence[bytes], directory: Path) -> dict[str, Any]:
    """What an op-geth of its own charges for `sent`, all in one block."""
    geth = _geth(fork, directory)
    geth.start()
    rpc, engine = RpcClient(geth.http_url), EngineClient(geth.engine_url, geth.jwt_secret)
    try:
        genesis = from_hex(rpc.call("eth_getBlockByNumber", "0x0", False)["hash"])
        config = _config(fork, genesis)
        payload_id = engine.forkchoice_updated(_heads(genesis), _attributes(config, genesis, sent))
        envelope = engine.get_payload(
            payload_id or b"", version=payload_version(config, L2_GENESIS_TIME + config.block_time)
        )
        engine.new_payload(envelope)
        payload = envelope.payload
        engine.forkchoice_updated(_heads(payload.block_hash))
        return {"fork": fork, "l1_info": _l1_info(payload), **_fees(rpc, payload)}
    finally:
        engine.close()
        rpc.close()
        geth.stop()


def _fees(rpc: RpcClient, payload: ExecutionPayload) -> dict[str, Any]:
    receipts = rpc.call("eth_getBlockReceipts", "latest")[1:]
    paid = {
        name: from_quantity(rpc.call("eth_getBalance", to_hex(vault), "latest"))
        for name, vault in (("l1_fees_paid", L1_FEE_VAULT), ("operator_fees_paid", OPERATOR_FEE_VAULT))
    }
    return {
        "l1_fees": [from_quantity(receipt["l1Fee"]) for receipt in receipts],
        "gas_used": [from_quantity(receipt["gasUsed"]) for receipt in receipts],
        **paid,
        "blob_gas_used": payload.blob_gas_used,
    }


def _l1_info(payload: ExecutionPayload) -> str:
    return to_hex(DepositTransaction.decode(payload.transactions[0]).data)


def _attributes(config: RollupConfig, genesis: Hash, sent: Sequence[bytes]) -> PayloadAttributes:
    parent = L2BlockRef(genesis, 0, ZERO_HASH, L2_GENESIS_TIME, HEADER.id, 0)
    epoch = L1Block(HEADER, (), ())
    template = prepare_attributes(config, local_l1(), parent, config.genesis_system_config, epoch=epoch)
    return replace(template, transactions=(*(template.transactions or ()), *sent))


def _config(fork: str, genesis: Hash) -> RollupConfig:
    is_packed = _is_active(fork, "ecotone")
    packed = BLOB_BASE_FEE_SCALAR.to_bytes(4, "big") + BASE_FEE_SCALAR.to_bytes(4, "big")
    system_config = SystemConfig(
        batcher_address=b"\xba" * 20,
        scalar=b"\x01" + bytes(23) + packed if is_packed else SCALAR.to_bytes(32, "big"),
        overhead=bytes(32) if is_packed else OVERHEAD.to_bytes(32, "big"),
        gas_limit=GAS_LIMIT,
        operator_fee_params=bytes(20) + OPERATOR_FEE,
    )
    return replace(
        rollup_config(BlockId(genesis, 0)),
        genesis_l1=HEADER.id,
        genesis_system_config=system_config,
        fork_times={item: 0 for item in Fork if _is_active(fork, item)},
    )


def _geth(fork: str, directory: Path) -> GethProcess:
    genesis = l2_genesis(L2_GENESIS_TIME, ACCOUNTS["user"])
    for item in _ENGINE_FORKS:
        if not _is_active(fork, item):
            del genesis["config"][f"{item}Time"]
            genesis["config"].pop(f"{_TWINS.get(item)}Time", None)
    if not _is_active(fork, "ecotone"):
        del genesis["excessBlobGas"], genesis["blobGasUsed"]
    if not _is_active(fork, "holocene"):
        genesis["extraData"] = "0x"
    elif not _is_active(fork, "jovian"):
        genesis["extraData"] = "0x00" + genesis["extraData"][4:20]
    genesis["alloc"][to_hex(L1_BLOCK)] = {"balance": "0x0", "nonce": "0x1", "storage": _storage()}
    file = directory / "genesis.json"
    file.write_bytes(orjson.dumps(genesis))
    ports = free_ports()
    return GethProcess(
        directory / "geth",
        file,
        role=GethRole.L2,
        chain_id=L2_CHAIN_ID,
        http_port=ports.sequencer_rpc,
        auth_port=ports.sequencer_engine,
    )


def _storage() -> dict[str, str]:
    """Of the L1 block contract, where op-geth looks (`core/types/rollup_cost.go`)."""
    scalars = BASE_FEE_SCALAR.to_bytes(4, "big") + BLOB_BASE_FEE_SCALAR.to_bytes(4, "big")
    slots = {
        1: HEADER.base_fee.to_bytes(32, "big"),
        3: bytes(16) + scalars + bytes(8),
        5: OVERHEAD.to_bytes(32, "big"),
        6: SCALAR.to_bytes(32, "big"),
        7: local_l1().blob_base_fee(HEADER).to_bytes(32, "big"),
        8: bytes(20) + OPERATOR_FEE,
    }
    return {to_hex(slot.to_bytes(32, "big")): to_hex(value) for slot, value in slots.items()}


def _is_active(newest: str, fork: str) -> bool:
    order = ["bedrock", *Fork]
    return order.index(fork) <= order.index(newest)


def _heads(head: Hash) -> ForkchoiceState:
    return ForkchoiceState(head, ZERO_HASH, ZERO_HASH)


def record(directory: Path) -> dict[str, Any]:
    """`tests/vectors/l1_fees.json`, by one op-geth after the other."""
    sent, found = transactions(), []
    for fork in FORKS:
        (directory / fork).mkdir()
        found.append(charged(fork, sent, directory / fork))
    return {"transactions": list(map(to_hex, sent)), "forks": found}
