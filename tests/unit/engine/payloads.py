"""Payloads for the tests of the engine's edges."""

from opcycle.protocol.payload import Blob, ExecutionEnvelope, ExecutionPayload


def block_hash(name: str) -> bytes:
    return name.encode().ljust(32, b"\x00")


def payload(name: str, parent: str = "genesis", *, number: int = 1) -> ExecutionPayload:
    """A payload with every field set to something of its own."""
    return ExecutionPayload(
        parent_hash=block_hash(parent),
        fee_recipient=b"\x02" * 20,
        state_root=b"\x03" * 32,
        receipts_root=b"\x04" * 32,
        logs_bloom=b"\x05" * 256,
        prev_randao=b"\x06" * 32,
        number=number,
        gas_limit=60_000_000,
        gas_used=0,
        timestamp=1_750_000_000,
        extra_data=b"\x01\x00",
        base_fee=10**18,
        block_hash=block_hash(name),
        transactions=(b"\x7e\x01", b"\x02\x00"),
        blob_gas_used=131_072,
        excess_blob_gas=15,
        withdrawals_root=b"\x08" * 32,
    )


def envelope(name: str, parent: str = "genesis", *, number: int = 1) -> ExecutionEnvelope:
    blob = Blob(commitment=b"\x09" * 48, data=b"\x0a" * 131_072)
    return ExecutionEnvelope(
        payload=payload(name, parent, number=number),
        parent_beacon_root=b"\x0b" * 32,
        execution_requests=(b"\x00\x01", b"\x02"),
        blobs=(blob,),
        versioned_hashes=(blob.versioned_hash,),
    )
