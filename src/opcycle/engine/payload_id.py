"""The name that op-geth gives to a block being built: a hash of all that it was asked for.

Whoever foresees it can ask for the block in the request that orders it. The Engine API leaves names to the
engine, so nothing may rest on it. Two engines that read the same attributes differently give different names.
Source: op-geth `miner/payload_building.go` (`BuildPayloadArgs.Id`).
"""

from hashlib import sha256

from opcycle.keccak import keccak
from opcycle.protocol.payload import PayloadAttributes
from opcycle.protocol.rlp_items import encode_list
from opcycle.protocol.types import Hash

_NO_WITHDRAWALS = encode_list([])


def foreseen_payload_id(parent: Hash, attributes: PayloadAttributes, *, version: int) -> bytes:
    """Eight bytes; the first one is the version of the method that orders the block."""
    transactions = attributes.transactions or ()
    parts = [
        parent,
        _u64(attributes.timestamp),
        attributes.prev_randao,
        attributes.fee_recipient,
        _NO_WITHDRAWALS,
        attributes.parent_beacon_root or b"",
    ]
    if attributes.no_tx_pool or transactions:
        parts += [bytes([bool(attributes.no_tx_pool)]), _u64(len(transactions)), *map(keccak, transactions)]
    parts += [
        b"" if attributes.gas_limit is None else _u64(attributes.gas_limit),
        attributes.eip_1559_params or b"",
        b"" if attributes.min_base_fee is None else _u64(attributes.min_base_fee),
    ]
    return bytes([version]) + sha256(b"".join(parts)).digest()[1:8]


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "big")
