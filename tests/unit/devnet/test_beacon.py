"""The beacon endpoint over a chain of two slots, one with blobs, one without a block."""

from collections.abc import Iterator

import pytest
import urllib3

from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.ports import free_ports
from opcycle.protocol.types import Hash, L1BlockRef
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import serve

FIRST, SECOND, PRUNED = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
BLOBS = {FIRST: b"\x0a" * 131_072, SECOND: b"\x0b" * 131_072}


class TwoBlocks:
    """Genesis at 1000, a block with two blobs at slot 2, one with a lost blob at slot 4."""

    genesis = L1BlockRef(bytes(32), 0, bytes(32), 1000)

    def blob(self, versioned_hash: Hash) -> bytes | None:
        return BLOBS.get(versioned_hash)

    def blob_hashes_at(self, timestamp: int) -> tuple[Hash, ...] | None:
        return {1000: (), 1002: (FIRST, SECOND), 1004: (PRUNED,)}.get(timestamp)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = serve(beacon_app(TwoBlocks()), free_ports().l1_beacon)
    yield f"{server.url}/eth/v1"
    server.stop()


def get(url: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", url)


def test_beacon_app__what_op_node_asks_at_start__version_slot_time_genesis(url: str) -> None:
    assert get(f"{url}/node/version").json()["data"]["version"].startswith("opcycle/")
    assert get(f"{url}/config/spec").json() == {"data": {"SECONDS_PER_SLOT": "1"}}
    assert get(f"{url}/beacon/genesis").json()["data"]["genesis_time"] == "1000"
    assert get(f"{url}/beacon/headers").status == 404


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2", [FIRST, SECOND]),
        ("0", []),
        (f"2?versioned_hashes={to_hex(SECOND)}", [SECOND]),
        (f"2?versioned_hashes={to_hex(SECOND)},{to_hex(FIRST)}", [SECOND, FIRST]),
        (f"2?versioned_hashes={to_hex(SECOND)}&versioned_hashes={to_hex(FIRST)}", [SECOND, FIRST]),
        (f"9?versioned_hashes={to_hex(FIRST)}", [FIRST]),
    ],
)
def test_blobs__slot_and_hashes__those_blobs(url: str, path: str, expected: list[Hash]) -> None:
    answer = get(f"{url}/beacon/blobs/{path}").json()
    assert answer["data"] == [to_hex(BLOBS[item]) for item in expected]
    assert answer["finalized"] is False


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("1", 404, "no block in this slot"),
        ("4", 404, "blob not found"),
        (f"2?versioned_hashes={to_hex(PRUNED)}", 404, "blob not found"),
        (f"2?versioned_hashes={to_hex(FIRST)},{to_hex(PRUNED)}", 404, "blob not found"),
        ("2?versioned_hashes=01", 400, "invalid versioned_hashes"),
        ("2?versioned_hashes=0xzz", 400, "invalid versioned_hashes"),
    ],
)
def test_blobs__nothing_to_give__error_object(url: str, path: str, status: int, message: str) -> None:
    answer = get(f"{url}/beacon/blobs/{path}")
    assert answer.status == status
    assert message in answer.json()["message"]


def test_blobs__slots_of_two_seconds__a_block_is_in_the_slot_of_its_time() -> None:
    server = serve(beacon_app(TwoBlocks(), slot_seconds=2), free_ports().l1_beacon)
    assert get(f"{server.url}/eth/v1/config/spec").json() == {"data": {"SECONDS_PER_SLOT": "2"}}
    expected = [to_hex(BLOBS[item]) for item in (FIRST, SECOND)]
    assert get(f"{server.url}/eth/v1/beacon/blobs/1").json()["data"] == expected
    assert get(f"{server.url}/eth/v1/beacon/blobs/3").status == 404
    server.stop()
