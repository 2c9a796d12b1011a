"""The JSON-RPC server, asked over real HTTP."""

import socket
import threading
from collections.abc import Callable, Iterator

import orjson
import pytest
import urllib3

from opcycle.errors import TemporaryError, UserError
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.server import RpcFaultError, Server, json_rpc_app, serve


def subtract(minuend: int, subtrahend: int = 1) -> int:
    return minuend - subtrahend


def fault(code: int) -> None:
    raise RpcFaultError("asked for", code, {"asked": code})


def malformed(text: str) -> int:
    return int(text, 16)


def retry_later() -> None:
    raise TemporaryError("L1 is away")


def bug() -> None:
    raise KeyError("a bug of ours")


METHODS: dict[str, Callable[..., object]] = {
    "subtract": subtract,
    "fault": fault,
    "malformed": malformed,
    "retry_later": retry_later,
    "bug": bug,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = serve(json_rpc_app(METHODS), free_port())
    yield server
    server.stop()


@pytest.fixture
def client(server: Server) -> Iterator[RpcClient]:
    client = RpcClient(server.url)
    yield client
    client.close()


def post(url: str, body: bytes) -> urllib3.BaseHTTPResponse:
    return urllib3.request("POST", url, body=body)


def test_call__known_method__result(client: RpcClient) -> None:
    assert client.call("subtract", 5, 3) == 2
    assert client.call("subtract", 5) == 4


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("add", [1, 2], -32601),
        ("subtract", [], -32602),
        ("subtract", [1, 2, 3], -32602),
        ("malformed", ["0xzz"], -32602),
        ("fault", [-38005], -38005),
        ("retry_later", [], -32000),
    ],
)
def test_call__refused__error_object_with_the_code(
    client: RpcClient, method: str, params: list[object], code: int
) -> None:
    with pytest.raises(RpcError) as error:
        client.call(method, *params)
    assert error.value.code == code


def test_call__fault_with_data__data_arrives(client: RpcClient) -> None:
    with pytest.raises(RpcError) as error:
        client.call("fault", 7)
    assert (error.value.reason, error.value.data) == ("asked for", {"asked": 7})


def test_call__bug_in_a_method__internal_error_and_a_logged_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = serve(json_rpc_app(METHODS), free_port())
    client = RpcClient(server.url)
    with pytest.raises(RpcError) as error:
        client.call("bug")
    assert error.value.code == -32603
    assert client.call("subtract", 2) == 1  # the server lives on
    client.close()
    server.stop()  # the traceback is logged after the answer
    assert "a bug of ours" in caplog.text


def test_batch__good_and_bad__each_answered_under_its_own_id(server: Server) -> None:
    body = orjson.dumps(
        [
            {"jsonrpc": "2.0", "id": "a", "method": "subtract", "params": [9, 4]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [1]},
            {"jsonrpc": "2.0", "id": 2, "method": "none"},
            17,
        ]
    )
    replies = post(server.url, body).json()
    assert [(reply["id"], reply.get("result"), reply.get("error", {}).get("code")) for reply in replies] == [
        ("a", 5, None),
        (2, None, -32601),
        (None, None, -32600),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"[]", -32600),
        (b'"text"', -32600),
        (b'{"id": 1, "method": 5}', -32600),
        (b'{"id": 1, "method": "subtract", "params": {"minuend": 1}}', -32602),
    ],
)
def test_post__not_a_request__error_object(server: Server, body: bytes, code: int) -> None:
    assert post(server.url, body).json()["error"]["code"] == code


@pytest.mark.parametrize("body", [b'{"method": "subtract", "params": [1]}', b'[{"method": "none"}]'])
def test_post__notification__no_content(server: Server, body: bytes) -> None:
    response = post(server.url, body)
    assert (response.status, response.data) == (204, b"")


def test_healthz__get__ok_and_no_other_page(server: Server) -> None:
    assert urllib3.request("GET", f"{server.url}/healthz").json() == {"status": "ok"}
    assert urllib3.request("GET", f"{server.url}/other").status == 404


def test_call__one_method_waits__others_are_answered() -> None:
    release = threading.Event()
    server = serve(json_rpc_app({"wait": lambda: release.wait(60), "free": lambda: "free"}), free_port())
    client = RpcClient(server.url)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(client.call("wait")))
    waiting.start()
    assert client.call("free") == "free"
    assert answers == []
    release.set()
    waiting.join()
    assert answers == [True]
    client.close()
    server.stop()


def test_start__busy_port__user_error_names_it(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with pytest.raises(UserError, match=f"port {port} .*--auto-ports"):
        serve(json_rpc_app({}), port)


def test_stop__at_once_after_start__port_is_free_again() -> None:
    port = free_port()
    for _ in range(3):
        serve(json_rpc_app({}), port).stop()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
