"""The beacon client against the devnet's own beacon endpoint, honest and not."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError
from opcycle.l1.beacon import BeaconClient
from opcycle.l1.blobs import committed
from opcycle.protocol.blobs import encode_blob
from opcycle.protocol.types import Hash, L1BlockRef
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import serve

BLOBS = {blob.versioned_hash: blob.data for blob in (committed(encode_blob(text)) for text in (b"1", b"2"))}
FIRST, SECOND = BLOBS
UNKNOWN = b"\x01" * 32


class OneBlock:
    """Genesis at 1000 and a block with two blobs at 1002. `stored` may be changed."""

    genesis = L1BlockRef(bytes(32), 0, bytes(32), 1000)

    def __init__(self) -> None:
        self.stored = dict(BLOBS)

    def blob(self, versioned_hash: Hash) -> bytes | None:
        return self.stored.get(versioned_hash)

    def blob_hashes_at(self, timestamp: int) -> tuple[Hash, ...] | None:
        return {1002: (FIRST, SECOND)}.get(timestamp)


@pytest.fixture
def chain() -> OneBlock:
    return OneBlock()


@pytest.fixture
def client(chain: OneBlock) -> Iterator[BeaconClient]:
    yield from client_of(beacon_app(chain))


def client_of(app: Starlette) -> Iterator[BeaconClient]:
    server = serve(app, free_ports().l1_beacon)
    client = BeaconClient(server.url + "/")
    yield client
    client.close()
    server.stop()


def test_blobs__asked_for_by_hash__exactly_those(client: BeaconClient) -> None:
    assert client.blobs(1002, [SECOND]) == {SECOND: BLOBS[SECOND]}
    assert client.blobs(1002, [SECOND, FIRST, SECOND]) == BLOBS


def test_blobs__not_there_yet__temporary_and_given_once_it_is(chain: OneBlock, client: BeaconClient) -> None:
    del chain.stored[SECOND]
    with pytest.raises(TemporaryError, match=r"has no beacon/blobs/2 \(yet\)"):
        client.blobs(1002, [FIRST, SECOND])
    chain.stored[SECOND] = BLOBS[SECOND]
    assert client.blobs(1002, [FIRST, SECOND]) == BLOBS


def test_blobs__another_blob_than_the_hash_says__is_refused(chain: OneBlock, client: BeaconClient) -> None:
    chain.stored[FIRST] = BLOBS[SECOND]
    with pytest.raises(TemporaryError, match=f"did not give blob {to_hex(FIRST)}"):
        client.blobs(1002, [FIRST])
    assert client.blobs(1002, [SECOND]) == {SECOND: BLOBS[SECOND]}


@pytest.mark.parametrize("data", [b"", b"\x01" * 10, b"\xff" * 131_072])
def test_blobs__no_blob_at_all__is_refused(chain: OneBlock, client: BeaconClient, data: bytes) -> None:
    chain.stored[FIRST] = data
    with pytest.raises(TemporaryError, match="gave no blob"):
        client.blobs(1002, [FIRST])


@pytest.mark.parametrize(
    ("genesis_time", "seconds_per_slot", "timestamp", "slot"),
    [(1000, 1, 1002, 2), (1000, 12, 1012, 1), (1000, 12, 1011, 0), (1_606_824_023, 12, 1_606_824_047, 2)],
)
def test_slot_at__genesis_and_slot_time__counts_from_there(
    genesis_time: int, seconds_per_slot: int, timestamp: int, slot: int
) -> None:
    answers = {
        "/eth/v1/beacon/genesis": {"data": {"genesis_time": str(genesis_time)}},
        "/eth/v1/config/spec": {"data": {"SECONDS_PER_SLOT": str(seconds_per_slot)}},
    }
    app = Starlette(routes=[Route(path, lambda r: JSONResponse(answers[r.url.path])) for path in answers])
    for client in client_of(app):
        assert client.slot_at(timestamp) == slot


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (PlainTextResponse("<html>", 502), "HTTP 502 and no data"),
        (JSONResponse({"jsonrpc": "2.0"}), "HTTP 200 and no data"),
        (JSONResponse({"data": {}}), "does not tell its slot times"),
    ],
)
def test_slot_at__no_beacon_node__temporary_and_says_what_it_got(answer: PlainTextResponse, why: str) -> None:
    for client in client_of(Starlette(routes=[Route("/{path:path}", lambda _: answer)])):
        with pytest.raises(TemporaryError, match=why):
            client.slot_at(1002)


def test_blobs__nobody_listens__temporary_and_names_the_url() -> None:
    url = f"http://127.0.0.1:{free_ports().l1_beacon}"
    with pytest.raises(TemporaryError, match=f"no beacon node answers at {url}"):
        BeaconClient(url).blobs(1002, [UNKNOWN])
