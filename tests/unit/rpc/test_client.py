"""What the client makes of servers that are not there, or are something else."""

import gc
import socket
import threading
import warnings
from collections.abc import Iterator

import pytest
from tests.unit.rpc.scripted_server import answering

from opcycle.errors import UserError
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import Call, RpcClient, RpcError, RpcUnreachableError


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Accepts connections, and by itself does nothing with them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_call__nobody_listens__connection_refused_in_words(listener: socket.socket) -> None:
    url = url_of(listener)
    listener.close()
    with pytest.raises(RpcUnreachableError) as caught:
        RpcClient(url).call("eth_chainId")
    assert str(caught.value) == (
        f"no JSON-RPC server answers at {url} (connection refused); is it running, and is the URL right?"
    )


def test_call__server_never_answers__says_that_it_takes_too_long(listener: socket.socket) -> None:
    with pytest.raises(RpcUnreachableError, match="takes too long"):
        RpcClient(url_of(listener), timeout=0.05).call("eth_chainId")


def test_call__server_hangs_up__says_that_the_connection_broke_off(listener: socket.socket) -> None:
    def hang_up() -> None:
        listener.accept()[0].close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    with pytest.raises(RpcUnreachableError, match="connection broke off"):
        RpcClient(url_of(listener)).call("eth_chainId")
    thread.join()


@pytest.mark.parametrize("url", ["", "localhost:8545", "ws://127.0.0.1:8545", "8545"])
def test_call__no_http_url__says_how_one_begins(url: str) -> None:
    with pytest.raises(RpcUnreachableError, match="begin with http:// or https://"):
        RpcClient(url).call("eth_chainId")


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:99999", "http://no-such-machine.invalid"])
def test_call__url_of_no_machine__unreachable(url: str) -> None:
    with pytest.raises(RpcUnreachableError, match="no JSON-RPC server answers at http://"):
        RpcClient(url).call("eth_chainId")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>a web site</html>", "HTTP 200, not JSON"),
        (b"[1, 2]", "is answered by"),
        (b'"pong"', "is answered by"),
        (b"null", "is answered by"),
        (b'{"status": "ok"}', "is answered by"),
    ],
)
def test_call__something_else_than_json_rpc__unreachable(body: bytes, reason: str) -> None:
    with answering(body) as url, pytest.raises(RpcUnreachableError, match=reason):
        RpcClient(url).call("eth_chainId")


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        (b'{"error": {"code": -32005, "message": "slow down"}}', -32005, "slow down"),
        (b'{"error": {"message": "slow down"}}', 0, "slow down"),
        (b'{"error": "no such project"}', 0, "no such project"),
    ],
)
def test_call__error_of_any_shape__rpc_error(body: bytes, code: int, reason: str) -> None:
    with answering(body) as url, pytest.raises(RpcError) as caught:
        RpcClient(url).call("eth_chainId")
    assert (caught.value.code, caught.value.reason) == (code, reason)


def test_call__null_error_beside_a_result__the_result() -> None:
    with answering(b'{"id": 1, "error": null, "result": null}') as url:
        assert RpcClient(url).call("eth_getBlockByHash") is None


def test_batch__an_answer_lacks__unreachable() -> None:
    with answering(b'[{"id": 1, "result": "0x1"}]') as url:
        client = RpcClient(url)
        with pytest.raises(RpcUnreachableError, match="eth_blockNumber is answered by"):
            client.batch([("eth_chainId", []), ("eth_blockNumber", [])])


def test_batch__answers_in_any_order__results_in_the_order_asked() -> None:
    with answering(b'[{"id": 2, "result": "b"}, {"id": 1, "result": "a"}]') as url:
        assert RpcClient(url).batch([("first", []), ("second", [])]) == ["a", "b"]


def test_batch__an_error_among_results__is_raised_or_stands_in_its_place() -> None:
    body = b'[{"id": 1, "result": "a"}, {"id": 2, "error": {"code": -38001, "message": "unknown"}}]'
    calls: list[Call] = [("first", []), ("second", [])]
    with answering(body) as url:
        first, second = RpcClient(url).results_or_errors(calls)
        assert (first, second.code) == ("a", -38001)
        with pytest.raises(RpcError, match="second: unknown"):
            RpcClient(url).batch(calls)


def test_batch__refused_as_a_whole__its_error() -> None:
    with answering(b'{"error": {"code": -32600, "message": "batch too large"}}') as url:
        client = RpcClient(url)
        with pytest.raises(RpcError, match="batch too large"):
            client.batch([("eth_chainId", [])])


def test_batch__one_thing_that_is_no_batch__unreachable() -> None:
    with answering(b"7") as url, pytest.raises(RpcUnreachableError):
        RpcClient(url).batch([("eth_chainId", [])])


def test_ask_chain_id__a_chain__its_id() -> None:
    with answering(b'{"id": 1, "result": "0x384"}') as url:
        assert ask_chain_id(url) == 900


@pytest.mark.parametrize(
    "body",
    [b'{"id": 1, "result": "a string"}', b'{"id": 1, "result": 900}', b'{"error": {"code": -32601}}'],
)
def test_ask_chain_id__another_server__user_error_with_its_url(body: bytes) -> None:
    with answering(body) as url, pytest.raises(UserError, match=url):
        ask_chain_id(url)


def answer(connection: socket.socket) -> None:
    """Read a request to its end, and answer it."""
    request = b""
    while not request.endswith(b"}"):
        request += connection.recv(65_536)
    connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"result":"0x1"}')


def test_call__again__over_the_same_connection(listener: socket.socket) -> None:
    def answer_twice() -> None:
        with listener.accept()[0] as connection:
            answer(connection)
            answer(connection)

    thread = threading.Thread(target=answer_twice)
    thread.start()
    client = RpcClient(url_of(listener))
    assert [client.call("eth_chainId"), client.call("eth_chainId")] == ["0x1", "0x1"]
    thread.join()
    client.close()


def test_call__connection_closed_by_the_server_meanwhile__a_new_one_is_opened(
    listener: socket.socket,
) -> None:
    is_closed = threading.Event()

    def answer_once_each() -> None:
        for _ in range(2):
            with listener.accept()[0] as connection:
                answer(connection)
            is_closed.set()

    thread = threading.Thread(target=answer_once_each)
    thread.start()
    client = RpcClient(url_of(listener))
    assert client.call("eth_chainId") == "0x1"
    assert is_closed.wait(10)
    assert client.call("eth_chainId") == "0x1"
    thread.join()
    client.close()


def test_call__client_left_behind_in_a_cycle__its_connection_is_closed_all_the_same(
    listener: socket.socket,
) -> None:
    served: list[bytes] = []

    def answer_and_wait_for_the_end() -> None:
        with listener.accept()[0] as connection:
            answer(connection)
            served.append(connection.recv(1))

    thread = threading.Thread(target=answer_and_wait_for_the_end)
    thread.start()
    client = RpcClient(url_of(listener))
    client.call("eth_chainId")
    cycle = [client]
    cycle.append(cycle)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del client, cycle
        gc.collect()
    thread.join()
    assert served == [b""]
    assert [str(warning.message) for warning in caught] == []
