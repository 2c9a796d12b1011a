"""The client of a DA server, against our own server and against such as answer nonsense."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opcycle.da import client as client_module
from opcycle.da.client import DAClient, DAServerDownError
from opcycle.da.server import InputFiles, da_server_app
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.alt_da import Commitment, CommitmentType
from opcycle.rpc.server import serve

DATA = b"\x00frames"
KECCAK, GENERIC = CommitmentType.KECCAK, CommitmentType.GENERIC
NAMED = Commitment.keccak_of(DATA)


@contextmanager
def client_of(app: Starlette) -> Iterator[DAClient]:
    server = serve(app, free_ports().da_server)
    client = DAClient(server.url + "/")
    try:
        yield client
    finally:
        client.close()
        server.stop()


@contextmanager
def answering(body: bytes, *, status: int = 200) -> Iterator[DAClient]:
    """A client of a server that answers everything in the same way."""

    def answer(_: Request) -> Response:
        return Response(body, status_code=status)

    route = Route("/{path:path}", answer, methods=["GET", "POST"])
    with client_of(Starlette(routes=[route])) as client:
        yield client


@pytest.mark.parametrize("kind", CommitmentType)
def test_get__what_was_put__comes_back_by_its_commitment(tmp_path: Path, kind: CommitmentType) -> None:
    with client_of(da_server_app(InputFiles(tmp_path), kind)) as client:
        commitment = client.put(DATA, kind)
        assert commitment.kind is kind
        assert client.get(commitment) == DATA
        assert client.get(Commitment(kind, b"\xff" * 32)) is None


def test_put__keccak__is_the_hash_that_everybody_can_compute(tmp_path: Path) -> None:
    with client_of(da_server_app(InputFiles(tmp_path), KECCAK)) as client:
        assert client.put(DATA, KECCAK) == NAMED


def test_put__generic_on_a_keccak_server__is_refused_before_it_is_posted(tmp_path: Path) -> None:
    with (
        client_of(da_server_app(InputFiles(tmp_path), KECCAK)) as client,
        pytest.raises(TemporaryError, match="gives keccak commitments, the chain uses generic ones"),
    ):
        client.put(DATA, GENERIC)


def test_get__other_data_than_committed_to__is_waited_for() -> None:
    with answering(b"\x00other") as client, pytest.raises(TemporaryError, match="6 bytes for keccak"):
        client.get(NAMED)


def test_get__other_data_behind_a_generic_commitment__only_the_server_could_tell() -> None:
    with answering(b"\x00other") as client:
        assert client.get(Commitment(GENERIC, b"\xff")) == b"\x00other"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_put__server_or_gateway_says_it_is_down__is_down(status: int) -> None:
    with answering(b"", status=status) as client:
        with pytest.raises(DAServerDownError, match=f"HTTP {status}"):
            client.put(DATA, KECCAK)
        with pytest.raises(DAServerDownError, match=f"HTTP {status}"):
            client.get(NAMED)


@pytest.mark.parametrize("status", [400, 413, 500, 404])
def test_put__refused_otherwise__is_no_reason_to_fail_over(status: int) -> None:
    with answering(b"", status=status) as client, pytest.raises(TemporaryError, match=f"HTTP {status}") as it:
        client.put(DATA, GENERIC)
    assert not isinstance(it.value, DAServerDownError)


@pytest.mark.parametrize("status", [400, 500])
def test_get__an_error__is_not_the_same_as_not_found(status: int) -> None:
    with answering(b"", status=status) as client, pytest.raises(TemporaryError, match=f"HTTP {status}"):
        client.get(NAMED)


@pytest.mark.parametrize("answer", [b"", b"\x02\x00", b"<html>", b"\x00\x01"])
def test_put__what_comes_back_is_no_commitment__is_an_error(answer: bytes) -> None:
    with answering(answer) as client, pytest.raises(TemporaryError, match="commitment"):
        client.put(DATA, GENERIC)


def test_get__nobody_there__is_down() -> None:
    client = DAClient(f"http://127.0.0.1:{free_ports().da_server}")
    with pytest.raises(DAServerDownError, match="no DA server answers"):
        client.get(NAMED)


@pytest.mark.parametrize("url", ["", "localhost:3100", "ftp://host"])
def test_init__no_url__is_the_users_mistake(url: str) -> None:
    with pytest.raises(UserError, match="is no DA server's URL"):
        DAClient(url)


def test_get__longer_than_any_input__is_not_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_ANSWER", 100)
    with answering(bytes(100)) as client:
        assert client.get(Commitment(GENERIC, b"\xff")) == bytes(100)
    with answering(bytes(101)) as client, pytest.raises(TemporaryError, match="more than 100 bytes"):
        client.get(Commitment(GENERIC, b"\xff"))


def test_get__slower_than_the_limit__is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 30.5])
    monkeypatch.setattr(client_module, "monotonic", lambda: next(now))
    with answering(DATA) as client, pytest.raises(DAServerDownError, match="more than 30 s"):
        client.get(NAMED)
