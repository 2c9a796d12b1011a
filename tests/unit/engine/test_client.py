"""How the Engine API's answers become results and errors; the server is ours, the answers are op-geth's."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.engine.payloads import envelope, payload

from opcycle.devnet.ports import free_ports
from opcycle.engine.client import (
    EngineClient,
    EngineSyncingError,
    InvalidAttributesError,
    InvalidPayloadError,
    payload_version,
)
from opcycle.engine.codec import payload_to_json
from opcycle.engine.payload_id import foreseen_payload_id
from opcycle.errors import CriticalError, ResetError
from opcycle.protocol.payload import ForkchoiceState, PayloadAttributes
from opcycle.protocol.rollup import Fork
from opcycle.rpc.client import RpcError
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import RpcFaultError, json_rpc_app, serve

STATE = ForkchoiceState(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)
ATTRIBUTES = PayloadAttributes(5, b"\x04" * 32, b"\x05" * 20, b"\x06" * 32)
ANCESTOR = "0x" + "0a" * 32


class ScriptedEngine:
    """Answers each Engine API method with what the test laid out, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[Any, ...]] = []

    def answer(self, method: str, *params: Any) -> Any:
        self.asked.append((method, *params))
        reply = self.answers[method]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def methods(self) -> dict[str, Any]:
        names = [
            *(f"forkchoiceUpdatedV{n}" for n in (1, 2, 3)),
            *(f"getPayloadV{n}" for n in (2, 3, 4, 5)),
            *(f"newPayloadV{n}" for n in (2, 3, 4)),
        ]
        return {
            f"engine_{name}": lambda *params, name=name: self.answer(f"engine_{name}", *params)
            for name in names
        }


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def client(engine: ScriptedEngine) -> Iterator[EngineClient]:
    server = serve(json_rpc_app(engine.methods()), free_ports().node_rpc)
    client = EngineClient(server.url, bytes(32))
    yield client
    client.close()
    server.stop()


def status(kind: str, **more: Any) -> dict[str, Any]:
    return {"status": kind, "latestValidHash": None, "validationError": None} | more


def updated(payload_status: dict[str, Any], payload_id: str | None = None) -> dict[str, Any]:
    return {"payloadStatus": payload_status, "payloadId": payload_id}


def test_forkchoice_updated__valid__payload_id_or_none(client: EngineClient, engine: ScriptedEngine) -> None:
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"))
    assert client.forkchoice_updated(STATE) is None
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"), "0x0300000000000001")
    assert client.forkchoice_updated(STATE, ATTRIBUTES) == bytes.fromhex("0300000000000001")
    assert [call[2] is None for call in engine.asked] == [True, False]


def test_forkchoice_updated__attributes_and_no_id__critical(
    client: EngineClient, engine: ScriptedEngine
) -> None:
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"))
    with pytest.raises(CriticalError, match="started no block"):
        client.forkchoice_updated(STATE, ATTRIBUTES)


@pytest.mark.parametrize(
    ("fault", "expected", "text"),
    [
        (
            RpcFaultError("Invalid forkchoice state", -38002, {"err": "final block not in canonical chain"}),
            ResetError,
            "refuses the forkchoice: final block not in canonical chain",
        ),
        (
            RpcFaultError("Invalid payload attributes", -38003, {"err": "nonce too low"}),
            InvalidAttributesError,
            "nonce too low",
        ),
        (RpcFaultError("Invalid payload attributes", -38003), InvalidAttributesError, "Invalid payload"),
        (RpcFaultError("transaction 12 is not valid: typed"), InvalidAttributesError, "transaction 12"),
        (RpcFaultError("Unsupported fork", -38005), RpcError, "Unsupported fork"),
        (RpcFaultError("no transaction 12 is not valid"), RpcError, "code -32000"),
    ],
)
def test_forkchoice_updated__error_object__sorted_by_reaction(
    client: EngineClient, engine: ScriptedEngine, fault: RpcFaultError, expected: type[Exception], text: str
) -> None:
    engine.answers["engine_forkchoiceUpdatedV3"] = fault
    with pytest.raises(expected, match=text) as error:
        client.forkchoice_updated(STATE, ATTRIBUTES)
    assert type(error.value) is expected


def test_assemble__name_as_foreseen__block_of_the_same_request(
    client: EngineClient, engine: ScriptedEngine
) -> None:
    name = to_hex(foreseen_payload_id(STATE.head, ATTRIBUTES, version=3))
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"), name)
    engine.answers["engine_getPayloadV4"] = {"executionPayload": payload_to_json(payload("a"))}
    assert client.assemble(STATE, ATTRIBUTES).payload == payload("a")
    assert [call[0] for call in engine.asked] == ["engine_forkchoiceUpdatedV3", "engine_getPayloadV4"]
    assert engine.asked[1][1] == name


def test_assemble__another_name__block_of_that_name(client: EngineClient, engine: ScriptedEngine) -> None:
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"), "0x0300000000000001")
    engine.answers["engine_getPayloadV4"] = {"executionPayload": payload_to_json(payload("a"))}
    assert client.assemble(STATE, ATTRIBUTES).payload == payload("a")
    assert engine.asked[-1] == ("engine_getPayloadV4", "0x0300000000000001")


def test_assemble__nothing_started__says_why(client: EngineClient, engine: ScriptedEngine) -> None:
    engine.answers["engine_getPayloadV4"] = RpcFaultError("Unknown payload", -38001)
    engine.answers["engine_forkchoiceUpdatedV3"] = RpcFaultError("transaction 3 is not valid: typed")
    with pytest.raises(InvalidAttributesError, match="transaction 3"):
        client.assemble(STATE, ATTRIBUTES)
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("SYNCING"))
    with pytest.raises(EngineSyncingError):
        client.assemble(STATE, ATTRIBUTES)
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"))
    with pytest.raises(CriticalError, match="started no block"):
        client.assemble(STATE, ATTRIBUTES)


def test_assemble__block_forgotten__its_error(client: EngineClient, engine: ScriptedEngine) -> None:
    name = to_hex(foreseen_payload_id(STATE.head, ATTRIBUTES, version=3))
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status("VALID"), name)
    engine.answers["engine_getPayloadV4"] = RpcFaultError("Unknown payload", -38001)
    with pytest.raises(RpcError, match="Unknown payload"):
        client.assemble(STATE, ATTRIBUTES)


@pytest.mark.parametrize("kind", ["SYNCING", "ACCEPTED"])
def test_new_payload__ancestors_missing__syncing(
    client: EngineClient, engine: ScriptedEngine, kind: str
) -> None:
    engine.answers["engine_newPayloadV4"] = status(kind)
    with pytest.raises(EngineSyncingError):
        client.new_payload(envelope("a"))
    engine.answers["engine_forkchoiceUpdatedV3"] = updated(status(kind))
    with pytest.raises(EngineSyncingError):
        client.forkchoice_updated(STATE)


def test_new_payload__invalid__reason_and_latest_valid_hash(
    client: EngineClient, engine: ScriptedEngine
) -> None:
    engine.answers["engine_newPayloadV4"] = status(
        "INVALID", validationError="invalid merkle root", latestValidHash=ANCESTOR
    )
    with pytest.raises(InvalidPayloadError, match="invalid merkle root") as error:
        client.new_payload(envelope("a"))
    assert error.value.latest_valid_hash == b"\x0a" * 32
    engine.answers["engine_newPayloadV4"] = status("INVALID_BLOCK_HASH")
    with pytest.raises(InvalidPayloadError, match="INVALID_BLOCK_HASH") as error:
        client.new_payload(envelope("a"))
    assert error.value.latest_valid_hash is None
    assert not isinstance(error.value, InvalidAttributesError)


def test_new_payload__valid__four_parameters(client: EngineClient, engine: ScriptedEngine) -> None:
    engine.answers["engine_newPayloadV4"] = status("VALID")
    sent = envelope("a")
    client.new_payload(sent)
    assert engine.asked == [
        (
            "engine_newPayloadV4",
            payload_to_json(sent.payload),
            ["0x" + sent.versioned_hashes[0].hex()],
            "0x" + "0b" * 32,
            ["0x0001", "0x02"],
        )
    ]


BEDROCK_ATTRIBUTES = replace(ATTRIBUTES, parent_beacon_root=None, has_withdrawals=False)


@pytest.mark.parametrize(
    ("attributes", "version"),
    [
        (None, 3),
        (ATTRIBUTES, 3),
        (replace(ATTRIBUTES, parent_beacon_root=None), 2),
        (BEDROCK_ATTRIBUTES, 1),
    ],
    ids=["none", "Ecotone", "Canyon", "Bedrock"],
)
def test_forkchoice_updated__attributes_of_a_fork__method_that_takes_them(
    client: EngineClient, engine: ScriptedEngine, attributes: PayloadAttributes | None, version: int
) -> None:
    engine.answers[f"engine_forkchoiceUpdatedV{version}"] = updated(status("VALID"), "0x01")
    client.forkchoice_updated(STATE, attributes)
    assert [call[0] for call in engine.asked] == [f"engine_forkchoiceUpdatedV{version}"]


@pytest.mark.parametrize(
    ("root", "requests", "version", "params"),
    [(b"\x0b" * 32, (), 4, 4), (b"\x0b" * 32, None, 3, 3), (None, None, 2, 1)],
    ids=["Isthmus", "Ecotone", "before"],
)
def test_new_payload__block_of_a_fork__method_that_takes_it(
    client: EngineClient, engine: ScriptedEngine, root: Any, requests: Any, version: int, params: int
) -> None:
    engine.answers[f"engine_newPayloadV{version}"] = status("VALID")
    client.new_payload(replace(envelope("a"), parent_beacon_root=root, execution_requests=requests))
    ((method, *sent),) = engine.asked
    assert (method, len(sent)) == (f"engine_newPayloadV{version}", params)


def test_payload_version__time__of_the_fork_then_active() -> None:
    config = replace(CONFIG, fork_times={Fork.ECOTONE: 10, Fork.ISTHMUS: 20})
    assert [payload_version(config, time) for time in (9, 10, 19, 20)] == [2, 3, 3, 4]


@pytest.mark.parametrize(("version", "requests"), [(2, None), (3, None), (4, ()), (5, ())])
def test_get_payload__version__requests_from_the_fourth_on(
    client: EngineClient, engine: ScriptedEngine, version: Any, requests: Any
) -> None:
    engine.answers[f"engine_getPayloadV{version}"] = {"executionPayload": payload_to_json(payload("a"))}
    assert client.get_payload(b"\x03" * 8, version=version).execution_requests == requests


@pytest.mark.parametrize("version", [4, 5])
def test_get_payload__version__method_of_that_version(
    client: EngineClient, engine: ScriptedEngine, version: Any
) -> None:
    engine.answers[f"engine_getPayloadV{version}"] = {"executionPayload": payload_to_json(payload("a"))}
    got = client.get_payload(b"\x03" * 8, version=version, parent_beacon_root=b"\x0b" * 32)
    assert (got.payload, got.parent_beacon_root) == (payload("a"), b"\x0b" * 32)
    assert engine.asked == [(f"engine_getPayloadV{version}", "0x0303030303030303")]
