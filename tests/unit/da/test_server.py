"""The file-backed DA server, request by request, as op-alt-da's client and its tests make them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from eth_utils.crypto import keccak

from opcycle.da import server as server_module
from opcycle.da.server import DAServer, InputFiles, da_server_app
from opcycle.devnet.ports import free_ports
from opcycle.protocol.alt_da import Commitment, CommitmentType
from opcycle.rpc.server import serve

DATA = b"\x00frames"
KEY = "0x00" + keccak(DATA).hex()


@pytest.fixture(params=CommitmentType)
def kind(request: pytest.FixtureRequest) -> CommitmentType:
    found: CommitmentType = request.param
    return found


@pytest.fixture
def url(tmp_path: Path, kind: CommitmentType) -> Iterator[str]:
    server = serve(da_server_app(InputFiles(tmp_path), kind), free_ports().da_server)
    yield server.url
    server.stop()


def ask(method: str, url: str, body: bytes | None = None) -> tuple[int, bytes]:
    response = urllib3.request(method, url, body=body, retries=False)
    return response.status, response.data


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_put__named_by_its_keccak_commitment__is_served_under_it(url: str, method: str) -> None:
    assert ask(method, f"{url}/put/{KEY}", DATA) == (200, b"")
    assert ask("GET", f"{url}/get/{KEY}") == (200, DATA)


@pytest.mark.parametrize("path", ["put", "put/"])
def test_put__without_a_name__answers_with_one_of_the_servers_type(
    url: str, path: str, kind: CommitmentType
) -> None:
    status, name = ask("POST", f"{url}/{path}", DATA)
    body = keccak(DATA) if kind is CommitmentType.KECCAK else b"\xff" + keccak(DATA)
    assert (status, name) == (200, bytes([kind.code]) + body)
    assert ask("GET", f"{url}/get/0x{name.hex()}") == (200, DATA)


def test_get__nobody_put_it__is_not_found(url: str) -> None:
    assert ask("GET", f"{url}/get/{KEY}") == (404, b"")


@pytest.mark.parametrize("name", [KEY[2:], "0x", "0x0", "0xzz", "0x02ff", KEY[:-2], "0x01", "..%2f..%2fetc"])
def test_get__what_is_no_commitment__is_a_bad_request(url: str, name: str) -> None:
    assert ask("GET", f"{url}/get/{name}")[0] in (400, 404)
    assert ask("GET", f"{url}/get/{KEY}")[0] == 404


@pytest.mark.parametrize("name", [KEY, "0x01ff"])
def test_put__under_a_name_that_is_not_of_it__is_refused(url: str, name: str) -> None:
    assert ask("POST", f"{url}/put/{name}", b"\x00other")[0] == 400
    assert ask("GET", f"{url}/get/{name}")[0] == 404


def test_put__nothing__is_refused(url: str) -> None:
    assert ask("POST", f"{url}/put", b"")[0] == 400


def test_put__more_than_an_input_may_have__is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_INPUT", 100)
    assert ask("POST", f"{url}/put", bytes(100))[0] == 200
    assert ask("POST", f"{url}/put", bytes(101))[0] == 413


def test_start__stopped_before__serves_again_what_it_had(tmp_path: Path) -> None:
    server = DAServer(tmp_path, CommitmentType.KECCAK, free_ports().da_server)
    server.start()
    assert ask("POST", f"{server.url}/put/{KEY}", DATA)[0] == 200
    server.stop()
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask("GET", f"{server.url}/get/{KEY}")
    server.start()
    assert ask("GET", f"{server.url}/get/{KEY}") == (200, DATA)
    server.stop()


def test_get__what_another_server_stored_in_the_directory__is_there_after_a_restart(tmp_path: Path) -> None:
    commitment = Commitment.keccak_of(DATA)
    InputFiles(tmp_path / "new").put(commitment, DATA)
    assert InputFiles(tmp_path / "new").get(commitment) == DATA
    assert InputFiles(tmp_path / "other").get(commitment) is None
