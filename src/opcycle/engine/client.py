"""The Engine API: how a consensus client drives its execution engine.

One block is four calls: forkchoiceUpdated with attributes → getPayload → newPayload → forkchoiceUpdated.
Source: Engine API (Cancun, Prague, Osaka) and OP Stack specs, "L2 Execution Engine".
"""

from collections.abc import Callable
from typing import Any

from opcycle.engine.codec import (
    attributes_to_json,
    envelope_from_json,
    forkchoice_to_json,
    payload_to_json,
)
from opcycle.engine.jwt import bearer
from opcycle.errors import CriticalError, OpcycleError, ResetError, TemporaryError
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState, PayloadAttributes
from opcycle.protocol.types import ZERO_HASH
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, to_hex

INVALID_FORKCHOICE_STATE = -38002
INVALID_PAYLOAD_ATTRIBUTES = -38003


class InvalidPayloadError(OpcycleError):
    """The engine executed a payload (or built from attributes) and rejects it; `why` is its own reason.

    Not sorted by reaction: the node replaces the block by a deposits-only one, others stop.
    """

    def __init__(self, why: str):
        super().__init__(f"the engine rejects the block: {why}")
        self.why = why


class EngineClient:
    """`url` is the engine's authenticated RPC; `jwt_secret` its 32 bytes."""

    def __init__(self, url: str, jwt_secret: bytes):
        self._rpc = RpcClient(url, headers=bearer(jwt_secret))

    def forkchoice_updated(
        self, state: ForkchoiceState, attributes: PayloadAttributes | None = None
    ) -> bytes | None:
        """Set the heads; with attributes, start a block on the head and return its payload id.

        Raises InvalidPayloadError, ResetError (the engine does not know these heads as one chain), or
        TemporaryError (it is syncing).
        """
        wanted = None if attributes is None else attributes_to_json(attributes)
        try:
            reply = self._rpc.call("engine_forkchoiceUpdatedV3", forkchoice_to_json(state), wanted)
        except RpcError as error:
            if error.code == INVALID_FORKCHOICE_STATE:
                raise ResetError(f"the engine refuses the forkchoice: {error.reason}") from error
            if error.code == INVALID_PAYLOAD_ATTRIBUTES:
                raise InvalidPayloadError(f"attributes refused: {error.reason}") from error
            raise
        _require_valid(reply["payloadStatus"])
        payload_id = reply.get("payloadId")
        if attributes is not None and payload_id is None:
            raise CriticalError("the engine accepted payload attributes and started no block")
        return None if payload_id is None else from_hex(payload_id)

    def get_payload(
        self, payload_id: bytes, *, version: int = 4, parent_beacon_root: bytes = ZERO_HASH
    ) -> ExecutionEnvelope:
        """The block built so far. `version` is 4 on L2 (Prague), 5 on an Osaka L1."""
        reply = self._rpc.call(f"engine_getPayloadV{version}", to_hex(payload_id))
        return envelope_from_json(reply, parent_beacon_root)

    def new_payload(self, envelope: ExecutionEnvelope) -> None:
        """Execute and store a block. Raises InvalidPayloadError or TemporaryError (its parent is unknown)."""
        reply = self._rpc.call(
            "engine_newPayloadV4",
            payload_to_json(envelope.payload),
            [to_hex(item) for item in envelope.versioned_hashes],
            to_hex(envelope.parent_beacon_root),
            [to_hex(request) for request in envelope.execution_requests],
        )
        _require_valid(reply)

    def build(
        self,
        state: ForkchoiceState,
        attributes: PayloadAttributes,
        *,
        fill: Callable[[], None] | None = None,
    ) -> ExecutionEnvelope:
        """Build and store a block on `state.head`; it becomes a head at the next forkchoice update.

        `fill` is called while the engine takes transactions from its pool; without it the block holds
        what the attributes force in and whatever the engine found at once.
        """
        payload_id = self.forkchoice_updated(state, attributes)
        if payload_id is None:
            raise CriticalError("the engine started no block")
        if fill is not None:
            fill()
        envelope = self.get_payload(payload_id)
        self.new_payload(envelope)
        return envelope


def _require_valid(status: dict[str, Any]) -> None:
    match status["status"]:
        case "VALID":
            return
        case "SYNCING" | "ACCEPTED":
            raise TemporaryError("the engine is syncing")
        case _:
            raise InvalidPayloadError(status.get("validationError") or status["status"])
