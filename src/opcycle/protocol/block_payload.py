"""An L2 block in its consensus encoding as the payload that an engine takes, and a payload's block hash.

Source: Engine API, "ExecutionPayload"; op-node `op-service/eth/types.go` (`CheckBlockHash`).
"""

from hashlib import sha256

import rlp
from trie import HexaryTrie

from opcycle.keccak import keccak
from opcycle.protocol.l2_block import (
    CANYON_FIELDS,
    ECOTONE_FIELDS,
    HEADER_FIELDS,
    ISTHMUS_FIELDS,
    BlockError,
    block_parts,
)
from opcycle.protocol.payload import ExecutionEnvelope, ExecutionPayload
from opcycle.protocol.rlp_items import RlpError
from opcycle.protocol.types import Hash

EMPTY_UNCLES = keccak(rlp.encode([]))
EMPTY_TRIE = keccak(rlp.encode(b""))
EMPTY_REQUESTS = sha256().digest()


def envelope_of_block(raw: bytes) -> ExecutionEnvelope:
    """The payload of an encoded block (`debug_getRawBlock`). Raises BlockError.

    Its hash is that of the header; that transactions and header belong together, an engine finds out.
    """
    try:
        block_hash, header, transactions = block_parts(raw)
    except RlpError as error:
        raise BlockError(str(error)) from error
    if len(header) not in HEADER_FIELDS:
        raise BlockError(f"no L2 block has {len(header)} header fields")
    has_blob_gas, is_isthmus = len(header) >= ECOTONE_FIELDS, len(header) == ISTHMUS_FIELDS
    payload = ExecutionPayload(
        parent_hash=header[0],
        fee_recipient=header[2],
        state_root=header[3],
        receipts_root=header[5],
        logs_bloom=header[6],
        prev_randao=header[13],
        number=_number(header[8]),
        gas_limit=_number(header[9]),
        gas_used=_number(header[10]),
        timestamp=_number(header[11]),
        extra_data=header[12],
        base_fee=_number(header[15]),
        block_hash=block_hash,
        transactions=transactions,
        blob_gas_used=_number(header[17]) if has_blob_gas else None,
        excess_blob_gas=_number(header[18]) if has_blob_gas else None,
        withdrawals_root=header[16] if is_isthmus else None,
        has_withdrawals=len(header) >= CANYON_FIELDS,
    )
    return ExecutionEnvelope(
        payload,
        parent_beacon_root=header[19] if has_blob_gas else None,
        execution_requests=() if is_isthmus else None,
    )


def block_hash_of(envelope: ExecutionEnvelope) -> Hash:
    """The hash of the block that the envelope's fields make, whatever hash it states."""
    payload = envelope.payload
    header: list[bytes | int] = [
        payload.parent_hash,
        EMPTY_UNCLES,
        payload.fee_recipient,
        payload.state_root,
        _transactions_root(payload.transactions),
        payload.receipts_root,
        payload.logs_bloom,
        0,  # difficulty
        payload.number,
        payload.gas_limit,
        payload.gas_used,
        payload.timestamp,
        payload.extra_data,
        payload.prev_randao,
        bytes(8),  # nonce
        payload.base_fee,
    ]
    if payload.has_withdrawals:
        header.append(payload.withdrawals_root or EMPTY_TRIE)
    if payload.blob_gas_used is not None and payload.excess_blob_gas is not None:
        header += [payload.blob_gas_used, payload.excess_blob_gas]
    if envelope.parent_beacon_root is not None:
        header.append(envelope.parent_beacon_root)
    if payload.withdrawals_root is not None:
        header.append(EMPTY_REQUESTS)
    return keccak(rlp.encode(header))


def _transactions_root(transactions: tuple[bytes, ...]) -> Hash:
    trie = HexaryTrie({})
    for index, transaction in enumerate(transactions):
        trie[rlp.encode(index)] = transaction
    root: Hash = trie.root_hash
    return root


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big")
