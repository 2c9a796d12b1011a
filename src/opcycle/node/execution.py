"""Making a derived block on the engine, or what takes its place if the engine rejects it.

Source: OP Stack specs, "Holocene: Derivation" ("Engine Queue"); op-node `engine/build_invalid.go`.
"""

from opcycle.derivation.attributes import DerivedAttributes
from opcycle.derivation.pipeline import DerivationPipeline
from opcycle.engine.client import (
    EngineClient,
    InvalidAttributesError,
    InvalidPayloadError,
    payload_version,
)
from opcycle.errors import CriticalError
from opcycle.node.heads import Heads
from opcycle.protocol.l2_block import L2Block, l2_block_of_payload
from opcycle.protocol.payload import ExecutionEnvelope
from opcycle.protocol.rollup import RollupConfig

BLOB_TRANSACTION = 3
"""A transaction type that L2 does not have."""


class _RejectedError(Exception):
    """The engine does not take the block. Only between the two functions here."""


def execute(
    config: RollupConfig,
    engine: EngineClient,
    pipeline: DerivationPipeline,
    heads: Heads,
    derived: DerivedAttributes,
) -> L2Block | None:
    """The block of `derived` on the safe head, stored in the engine; it becomes the head at the next call.

    If the engine rejects it, the block with its deposits only; None before Holocene, where the pipeline has
    another batch. The forkchoice update that starts it makes `heads` those of the engine: one call saved per
    block. Raises CriticalError if the engine rejects a block of deposits, or a head.
    """
    try:
        envelope = _build(config, engine, heads, derived)
    except _RejectedError:
        replacement = pipeline.invalidate(derived)
        if replacement is None:
            return None
        try:
            envelope = _build(config, engine, heads, replacement)
        except _RejectedError as error:
            raise CriticalError(
                f"the engine rejects the deposits-only block after {heads.safe}: {error}; "
                "engine and rollup config do not fit together"
            ) from error
    return l2_block_of_payload(envelope.payload)


def announce(engine: EngineClient, heads: Heads) -> None:
    """Make `heads` those of the engine. Raises CriticalError if it rejects them."""
    try:
        engine.forkchoice_updated(heads.forkchoice)
    except InvalidPayloadError as error:
        raise _own_head_rejected(heads, error) from error


def _build(
    config: RollupConfig, engine: EngineClient, heads: Heads, derived: DerivedAttributes
) -> ExecutionEnvelope:
    if any(tx[0] == BLOB_TRANSACTION for tx in derived.attributes.transactions or ()):
        raise _RejectedError("a blob transaction")  # which op-geth crashes on, where op-reth refuses it
    try:
        version = payload_version(config, derived.attributes.timestamp)
        envelope = engine.assemble(heads.forkchoice, derived.attributes, version=version)
    except InvalidAttributesError as error:
        raise _RejectedError(str(error)) from error
    except InvalidPayloadError as error:
        raise _own_head_rejected(heads, error) from error
    try:
        engine.new_payload(envelope)
    except InvalidPayloadError as error:
        raise _RejectedError(str(error)) from error
    return envelope


def _own_head_rejected(heads: Heads, error: InvalidPayloadError) -> CriticalError:
    return CriticalError(
        f"the engine rejects L2 block {heads.unsafe}, which it had executed itself: {error}; "
        "delete its data directory, and the node derives the chain again"
    )
