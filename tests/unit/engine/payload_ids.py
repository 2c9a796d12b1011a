"""The id that an engine gives to a block being built: a hash of all that it was asked for.

Two engines that read the same attributes differently name their jobs differently. Source: op-geth
`miner/payload_building.go` (`BuildPayloadArgs.Id`).
"""

from hashlib import sha256

import rlp
from eth_utils.crypto import keccak

from opcycle.protocol.payload import PayloadAttributes
from opcycle.protocol.types import Hash


def payload_id(parent: Hash, attributes: PayloadAttributes, *, version: int) -> bytes:
    """Eight bytes; the first one is the version of the method that fetches the block."""
    transactions = attributes.transactions or ()
    parts = [
        parent,
        u64(attributes.timestamp),
        attributes.prev_randao,
        attributes.fee_recipient,
        rlp.encode([]),
        attributes.parent_beacon_root or b"",
    ]
    if attributes.no_tx_pool or transactions:
        parts += [bytes([bool(attributes.no_tx_pool)]), u64(len(transactions)), *map(keccak, transactions)]
    parts += [
        b"" if attributes.gas_limit is None else u64(attributes.gas_limit),
        attributes.eip_1559_params or b"",
        b"" if attributes.min_base_fee is None else u64(attributes.min_base_fee),
    ]
    return bytes([version]) + sha256(b"".join(parts)).digest()[1:8]


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")
