"""Genesis of the local L1: all forks through Osaka, Ethereum's system contracts, ten funded accounts."""

from pathlib import Path
from typing import Any

import orjson
import rlp

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.engine.alloc import Account, trie_root
from opcycle.engine.genesis import EMPTY_LIST_HASH, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT
from opcycle.engine.system_contracts import SYSTEM_CODE
from opcycle.errors import UserError
from opcycle.keccak import keccak
from opcycle.protocol.l1_chain import LOCAL_L1, L1ChainConfig
from opcycle.protocol.types import ZERO_ADDRESS, ZERO_HASH, Address, L1BlockRef
from opcycle.rpc.hexjson import from_quantity, to_hex, to_quantity

LOCAL_GENESIS_TIME = 1_750_000_000
"""Seconds; fixed, so that the same scenario gives the same hashes on any day."""

GAS_LIMIT = 60_000_000
BASE_FEE = 10**9
"""Wei."""

BALANCE = 10**24
"""Wei on each test account: a million ETH. The zero address, too, has ETH on every public chain, and clients
count on it: viem estimates the gas of what a withdrawal will do from there."""


def l1_genesis(timestamp: int = LOCAL_GENESIS_TIME, chain: L1ChainConfig = LOCAL_L1) -> dict[str, Any]:
    """`genesis.json` of a plain op-geth."""
    return {
        "config": chain.to_geth_json(),
        "nonce": "0x0",
        "timestamp": to_quantity(timestamp),
        "extraData": "0x",
        "gasLimit": to_quantity(GAS_LIMIT),
        "difficulty": "0x0",
        "mixHash": to_hex(bytes(32)),
        "coinbase": to_hex(bytes(20)),
        "baseFeePerGas": to_quantity(BASE_FEE),
        "excessBlobGas": "0x0",
        "blobGasUsed": "0x0",
        "number": "0x0",
        "gasUsed": "0x0",
        "parentHash": to_hex(bytes(32)),
        "alloc": {to_hex(address): account.to_json() for address, account in _accounts().items()},
    }


def local_anchor() -> L1BlockRef:
    """The first block of the local L1, after which its rollups begin: the same on every machine.

    The header's fields are those of Prague (EIP-7685), of zeros but for what the genesis says.
    """
    state_root = trie_root({address: account.encode() for address, account in _accounts().items()})
    roots = [state_root, EMPTY_TRIE_ROOT, EMPTY_TRIE_ROOT]
    numbers = [0, 0, GAS_LIMIT, 0, LOCAL_GENESIS_TIME]
    seal = [b"", ZERO_HASH, bytes(8), BASE_FEE]
    newer = [EMPTY_TRIE_ROOT, 0, 0, ZERO_HASH, EMPTY_REQUESTS_HASH]
    fields = [ZERO_HASH, EMPTY_LIST_HASH, ZERO_ADDRESS, *roots, bytes(256), *numbers, *seal, *newer]
    return L1BlockRef(keccak(rlp.encode(fields)), 0, ZERO_HASH, LOCAL_GENESIS_TIME)


def _accounts() -> dict[Address, Account]:
    funded = [ZERO_ADDRESS, *(account.address for account in ACCOUNTS.values())]
    return {
        **{address: Account(nonce=1, code=code) for address, code in SYSTEM_CODE.items()},
        **dict.fromkeys(funded, Account(balance=BALANCE)),
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
