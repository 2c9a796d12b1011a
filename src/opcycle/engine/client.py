"""The Engine API: how a consensus client drives its execution engine.

One block is four calls: forkchoiceUpdated with attributes → getPayload → newPayload → forkchoiceUpdated, of
which the first two may be one request, and the last is the next block's first.
The version of a method follows from what it carries. Source: Engine API (Paris to Osaka) and OP Stack specs,
"L2 Execution Engine"; op-node `rollup/types.go` (`NewPayloadVersion` and the like).
"""

import re
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from opcycle.engine.codec import (
    attributes_to_json,
    envelope_from_json,
    forkchoice_to_json,
    payload_to_json,
)
from opcycle.engine.jwt import bearer
from opcycle.engine.payload_id import foreseen_payload_id
from opcycle.errors import CriticalError, OpcycleError, ResetError, TemporaryError
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState, PayloadAttributes
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import Hash
from opcycle.rpc.client import Call, RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex

PayloadVersion: TypeAlias = Literal[2, 3, 4, 5]
"""Of `engine_getPayload`: 2 up to Canyon (Shanghai), 3 from Ecotone (Cancun), 4 from Isthmus (Prague); 5 from
Osaka, on L1 only."""

INVALID_FORKCHOICE_STATE = -38002
INVALID_PAYLOAD_ATTRIBUTES = -38003

_UNDECODABLE_TRANSACTION = re.compile(r"transaction \d+ is not valid")
"""op-geth's answer, with a generic code, to attributes that hold bytes which are no transaction."""


class InvalidPayloadError(OpcycleError):
    """The engine rejects a block. `validation_error` is its own reason; `latest_valid_hash` the newest
    ancestor it accepts, None if it names none.

    Not sorted by reaction: the node replaces the block by a deposits-only one, others stop.
    """

    def __init__(self, validation_error: str, latest_valid_hash: Hash | None = None):
        super().__init__(f"the engine rejects the block: {validation_error}")
        self.validation_error, self.latest_valid_hash = validation_error, latest_valid_hash


class InvalidAttributesError(InvalidPayloadError):
    """The engine cannot build a block from these attributes: a forced transaction is none or cannot run,
    or a field breaks a rule. The heads of the same call are set all the same."""


class EngineSyncingError(TemporaryError):
    """The engine lacks the block or its ancestors: nothing was done."""


class EngineClient:
    """`url` is the engine's authenticated RPC; `jwt_secret` its 32 bytes. Thread-safe."""

    def __init__(self, url: str, jwt_secret: bytes):
        self._rpc = RpcClient(url, headers=bearer(jwt_secret))

    def forkchoice_updated(
        self, state: ForkchoiceState, attributes: PayloadAttributes | None = None
    ) -> bytes | None:
        """Set the heads; with attributes, start a block on the head and return its payload id.

        A zero hash for safe or finalized leaves that head alone. Raises InvalidAttributesError,
        InvalidPayloadError (the head), ResetError (the heads are not one chain) or EngineSyncingError.
        """
        method, params = _update(state, attributes)
        try:
            reply = self._rpc.call(method, *params)
        except RpcError as error:
            reply = error
        payload_id = _started(reply)
        if attributes is not None and payload_id is None:
            raise CriticalError("the engine accepted payload attributes and started no block")
        return payload_id

    def assemble(
        self, state: ForkchoiceState, attributes: PayloadAttributes, *, version: PayloadVersion = 4
    ) -> ExecutionEnvelope:
        """The L2 block on `state.head` that holds what `attributes` force in; not stored yet.

        `forkchoice_updated` and `get_payload` in one request: the engine's name for the block is foreseen.
        Raises what they raise.
        """
        foreseen = foreseen_payload_id(state.head, attributes, version=_attributes_version(attributes))
        method = f"engine_getPayloadV{version}"
        update, found = self._rpc.results_or_errors(
            [_update(state, attributes), (method, [to_hex(foreseen)])]
        )
        name = _started(update)
        if name is None:
            raise CriticalError("the engine accepted payload attributes and started no block")
        if name != foreseen:  # an engine with another way of naming
            return self.get_payload(name, version=version)
        if isinstance(found, RpcError):
            raise found
        return envelope_from_json(found, None, has_requests=version >= 4)

    def get_payload(
        self, payload_id: bytes, *, version: PayloadVersion = 4, parent_beacon_root: Hash | None = None
    ) -> ExecutionEnvelope:
        """The block built so far; for an L2 block `version` is what `payload_version` says.

        An L1 engine does not repeat the attributes' `parent_beacon_root`, so its caller states it again.
        Raises RpcError if the engine has forgotten the id (it restarted).
        """
        reply = self._rpc.call(f"engine_getPayloadV{version}", to_hex(payload_id))
        return envelope_from_json(reply, parent_beacon_root, has_requests=version >= 4)

    def new_payload(self, envelope: ExecutionEnvelope) -> None:
        """Execute and store a block, not yet as a head. Raises InvalidPayloadError or EngineSyncingError
        (its parent is unknown)."""
        params: list[Any] = [payload_to_json(envelope.payload)]
        if envelope.parent_beacon_root is not None:
            hashes = [to_hex(item) for item in envelope.versioned_hashes]
            params += [hashes, to_hex(envelope.parent_beacon_root)]
        if envelope.execution_requests is not None:
            params.append([to_hex(request) for request in envelope.execution_requests])
        version = {1: 2, 3: 3, 4: 4}[len(params)]  # V2 takes what V1 takes
        _require_valid(self._rpc.call(f"engine_newPayloadV{version}", *params))

    def build(
        self,
        state: ForkchoiceState,
        attributes: PayloadAttributes,
        *,
        version: PayloadVersion = 4,
        fill: Callable[[], None] | None = None,
    ) -> ExecutionEnvelope:
        """Build and store an L2 block on `state.head`; it becomes a head at the next forkchoice update.

        `version` is what `payload_version` says. `fill` is called while the engine takes transactions from
        its pool; without it the block holds what the attributes force in and whatever the engine found at
        once.
        """
        payload_id = self.forkchoice_updated(state, attributes)
        if payload_id is None:
            raise CriticalError("the engine started no block")
        if fill is not None:
            fill()
        envelope = self.get_payload(payload_id, version=version)
        self.new_payload(envelope)
        return envelope

    def chain_id(self) -> int:
        """What the authenticated RPC states; proves that it is an Engine API and that the secret is right."""
        calls: list[tuple[str, list[list[str]]]] = [
            ("engine_exchangeCapabilities", [[]]),
            ("eth_chainId", []),
        ]
        return from_quantity(self._rpc.batch(calls)[1])

    def close(self) -> None:
        self._rpc.close()


def payload_version(config: RollupConfig, timestamp: int) -> PayloadVersion:
    """Of `engine_getPayload` for an L2 block at `timestamp`."""
    if config.is_active(Fork.ISTHMUS, timestamp):
        return 4
    return 3 if config.is_active(Fork.ECOTONE, timestamp) else 2


def _update(state: ForkchoiceState, attributes: PayloadAttributes | None) -> Call:
    method = f"engine_forkchoiceUpdatedV{_attributes_version(attributes)}"
    return method, [forkchoice_to_json(state), None if attributes is None else attributes_to_json(attributes)]


def _started(answer: dict[str, Any] | RpcError) -> bytes | None:
    """The name of the block that was started with a forkchoice update; raises what went wrong with that."""
    if isinstance(answer, RpcError):
        if answer.code == INVALID_FORKCHOICE_STATE:
            raise ResetError(f"the engine refuses the forkchoice: {_detail(answer)}") from answer
        if answer.code == INVALID_PAYLOAD_ATTRIBUTES or _UNDECODABLE_TRANSACTION.match(answer.reason):
            raise InvalidAttributesError(_detail(answer)) from answer
        raise answer
    _require_valid(answer["payloadStatus"])
    name = answer.get("payloadId")
    return None if name is None else from_hex(name)


def _attributes_version(attributes: PayloadAttributes | None) -> int:
    if attributes is None or attributes.parent_beacon_root is not None:
        return 3
    return 2 if attributes.has_withdrawals else 1  # op-geth takes V2 from Shanghai on only


def _require_valid(status: dict[str, Any]) -> None:
    match status["status"]:
        case "VALID":
            return
        case "SYNCING" | "ACCEPTED":
            raise EngineSyncingError(
                "the engine does not have this block's ancestors (it says it is syncing)"
            )
        case _:
            ancestor = status.get("latestValidHash")
            raise InvalidPayloadError(
                status.get("validationError") or status["status"],
                None if ancestor is None else from_hex(ancestor),
            )


def _detail(error: RpcError) -> str:
    """go-ethereum says "Invalid payload attributes" or the like, and keeps the reason in `data.err`."""
    data = error.data
    return data["err"] if isinstance(data, dict) and "err" in data else error.reason
