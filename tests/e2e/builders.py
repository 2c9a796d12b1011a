"""What the tests of op-geth itself need: signed transfers, and a bare L2 of three genesis accounts.

The L2 has Jovian rules and no contracts: an L1-attributes deposit to an empty account succeeds, and the
message passer is one slot, which is all that op-geth asks of it.
"""

import fcntl
from pathlib import Path
from typing import Any

import orjson
from eth_account import Account

from opcycle.devnet.accounts import TestAccount
from opcycle.devnet.ports import free_ports
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.protocol.l1_info import l1_info_deposit
from opcycle.protocol.payload import PayloadAttributes
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER, SEQUENCER_FEE_VAULT
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.types import BlockId, L1Header, L2BlockRef
from opcycle.rpc.hexjson import to_hex, to_quantity

L2_CHAIN_ID = 901
L2_GENESIS_TIME = 1_750_000_100
GAS_LIMIT = 60_000_000
PASSER_SLOT, PASSER_VALUE = b"\x01" * 32, 0x1234

L1_ORIGIN = L1Header(
    hash=b"\x11" * 32,
    number=7,
    parent_hash=b"\x10" * 32,
    timestamp=L2_GENESIS_TIME,
    base_fee=10**9,
    mix_hash=b"\x12" * 32,
    parent_beacon_root=b"\x13" * 32,
    excess_blob_gas=0,
)

SYSTEM_CONFIG = SystemConfig(
    batcher_address=b"\xba" * 20,
    scalar=b"\x01" + bytes(23) + (810_949).to_bytes(4, "big") + (1368).to_bytes(4, "big"),
    gas_limit=GAS_LIMIT,
)

_BLOCK_FORKS = (
    "homestead eip150 eip155 eip158 byzantium constantinople petersburg istanbul muirGlacier berlin london "
    "arrowGlacier grayGlacier bedrock"
)
_TIME_FORKS = "regolith shanghai canyon cancun ecotone fjord granite holocene prague isthmus jovian"


def signed_transfer(
    sender: TestAccount, *, nonce: int, chain_id: int, to: bytes = b"\x77" * 20, value: int = 1
) -> tuple[str, str]:
    """(raw transaction, hash) of an EIP-1559 transfer, as hex."""
    signed = Account.sign_transaction(
        {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "to": to,
            "value": value,
            "gas": 21_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**6,
        },
        sender.key,
    )
    return to_hex(signed.raw_transaction), to_hex(signed.hash)


def l2_genesis(timestamp: int, funded: TestAccount) -> dict[str, Any]:
    return {
        "config": {
            "chainId": L2_CHAIN_ID,
            "terminalTotalDifficulty": 0,
            "mergeNetsplitBlock": 0,
            **{f"{fork}Block": 0 for fork in _BLOCK_FORKS.split()},
            **{f"{fork}Time": 0 for fork in _TIME_FORKS.split()},
            "optimism": {
                "eip1559Elasticity": 6,
                "eip1559Denominator": 50,
                "eip1559DenominatorCanyon": 250,
            },
        },
        "timestamp": to_quantity(timestamp),
        "extraData": "0x01" + (250).to_bytes(4, "big").hex() + (6).to_bytes(4, "big").hex() + "00" * 8,
        "gasLimit": to_quantity(GAS_LIMIT),
        "difficulty": "0x0",
        "baseFeePerGas": "0xf4240",
        "excessBlobGas": "0x0",
        "blobGasUsed": "0x0",
        "alloc": {
            to_hex(funded.address): {"balance": to_quantity(10**21)},
            to_hex(L2_TO_L1_MESSAGE_PASSER): {
                "balance": "0x0",
                "nonce": "0x1",
                "storage": {to_hex(PASSER_SLOT): to_hex(PASSER_VALUE.to_bytes(32, "big"))},
            },
        },
    }


def rollup_config(genesis: BlockId) -> RollupConfig:
    return RollupConfig(
        genesis_l1=L1_ORIGIN.id,
        genesis_l2=genesis,
        genesis_time=L2_GENESIS_TIME,
        genesis_system_config=SYSTEM_CONFIG,
        block_time=1,
        l1_chain_id=900,
        l2_chain_id=L2_CHAIN_ID,
        batch_inbox=b"\xff" * 20,
        deposit_contract=b"\xde" * 20,
        l1_system_config=b"\x5c" * 20,
    )


def l2_process(directory: Path, funded: TestAccount, *, timestamp: int = L2_GENESIS_TIME) -> GethProcess:
    """An op-geth for that L2 on free ports, not started yet."""
    ports = free_ports()
    genesis_file = directory / f"genesis-{timestamp}.json"
    genesis_file.write_bytes(orjson.dumps(l2_genesis(timestamp, funded)))
    return GethProcess(
        directory / "geth",
        genesis_file,
        role=GethRole.L2,
        chain_id=L2_CHAIN_ID,
        http_port=ports.sequencer_rpc,
        auth_port=ports.sequencer_engine,
    )


def attributes_on(
    parent: L2BlockRef, config: RollupConfig, *transactions: bytes, no_tx_pool: bool = True
) -> PayloadAttributes:
    """Attributes of the next block on `parent`, in the epoch of `L1_ORIGIN`."""
    timestamp = parent.timestamp + 1
    deposit = l1_info_deposit(
        config,
        SYSTEM_CONFIG,
        L1_ORIGIN,
        sequence_number=parent.sequence_number + 1,
        l2_timestamp=timestamp,
        blob_base_fee=1,
    )
    return PayloadAttributes(
        timestamp=timestamp,
        prev_randao=L1_ORIGIN.mix_hash,
        fee_recipient=SEQUENCER_FEE_VAULT,
        parent_beacon_root=b"\x13" * 32,
        transactions=(deposit.encode(), *transactions),
        no_tx_pool=no_tx_pool,
        gas_limit=GAS_LIMIT,
        eip_1559_params=bytes(8),
        min_base_fee=0,
    )


def wait_until_gone(geth_directory: Path) -> None:
    """Block until no op-geth holds this data directory: the kernel drops a process's lock when it ends."""
    with (geth_directory / "geth" / "LOCK").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
