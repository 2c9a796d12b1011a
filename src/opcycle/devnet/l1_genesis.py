"""Genesis of the local L1: all forks through Osaka, Ethereum's system contracts, ten funded accounts."""

from pathlib import Path
from typing import Any

import orjson

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.engine.system_contracts import SYSTEM_CODE
from opcycle.errors import UserError
from opcycle.protocol.l1_chain import LOCAL_L1, L1ChainConfig
from opcycle.protocol.types import ZERO_ADDRESS
from opcycle.rpc.hexjson import from_quantity, to_hex, to_quantity

LOCAL_GENESIS_TIME = 1_750_000_000
"""Seconds; fixed, so that the same scenario gives the same hashes on any day."""

GAS_LIMIT = 60_000_000
BALANCE = 10**24
"""Wei on each test account: a million ETH. The zero address, too, has ETH on every public chain, and clients
count on it: viem estimates the gas of what a withdrawal will do from there."""


def l1_genesis(timestamp: int = LOCAL_GENESIS_TIME, chain: L1ChainConfig = LOCAL_L1) -> dict[str, Any]:
    """`genesis.json` of a plain op-geth."""
    alloc: dict[str, Any] = {
        to_hex(address): {"balance": "0x0", "nonce": "0x1", "code": to_hex(code)}
        for address, code in SYSTEM_CODE.items()
    }
    funded = [ZERO_ADDRESS, *(account.address for account in ACCOUNTS.values())]
    alloc |= {to_hex(address): {"balance": to_quantity(BALANCE)} for address in funded}
    return {
        "config": chain.to_geth_json(),
        "nonce": "0x0",
        "timestamp": to_quantity(timestamp),
        "extraData": "0x",
        "gasLimit": to_quantity(GAS_LIMIT),
        "difficulty": "0x0",
        "mixHash": to_hex(bytes(32)),
        "coinbase": to_hex(bytes(20)),
        "baseFeePerGas": to_quantity(10**9),
        "excessBlobGas": "0x0",
        "blobGasUsed": "0x0",
        "number": "0x0",
        "gasUsed": "0x0",
        "parentHash": to_hex(bytes(32)),
        "alloc": alloc,
    }


def l1_genesis_file(directory: Path, timestamp: int | None, chain: L1ChainConfig = LOCAL_L1) -> Path:
    """`genesis.json` of an L1's directory, written at its first start (default: `LOCAL_GENESIS_TIME`).

    Raises UserError if the file is damaged or the L1 there began at another time.
    """
    file = directory / "genesis.json"
    if not file.exists():
        fresh = directory / "genesis.json.new"
        genesis = l1_genesis(LOCAL_GENESIS_TIME if timestamp is None else timestamp, chain)
        fresh.write_bytes(orjson.dumps(genesis))
        fresh.replace(file)
    try:
        written = from_quantity(orjson.loads(file.read_bytes())["timestamp"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} is damaged ({error}); use another --data directory") from error
    if timestamp not in (None, written):
        raise UserError(
            f"the L1 in {directory} began at {written}, not at {timestamp}; use another --data directory"
        )
    return file
