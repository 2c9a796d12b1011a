"""Reading many blocks from a server that sets limits."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.protocol.test_block_payload import ENVELOPE
from tests.unit.protocol.test_l2_block import HEADER, RAW, config, encoded

from opcycle.engine.l2 import L2Client
from opcycle.errors import TemporaryError
from opcycle.protocol.l2_block import decode_l2_block
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.rpc.client import RpcError
from opcycle.rpc.hexjson import to_hex

NEWEST = 10


class Server:
    """Has the same block at every height up to `NEWEST`; answers at most `limit` calls in one request."""

    def __init__(self, limit: int):
        self.limit = limit
        self.requests: list[int] = []

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        self.requests.append(len(calls))
        if len(calls) > self.limit:
            raise RpcError("batch", -32003, "response too large")
        return [to_hex(RAW) if int(tag, 16) <= NEWEST else "0x" for _, (tag,) in calls]


def client(limit: int) -> tuple[L2Client, Server]:
    l2, server = L2Client("http://127.0.0.1:1", config()), Server(limit)
    l2.rpc = server  # type: ignore[assignment]
    return l2, server


@pytest.mark.parametrize(("limit", "requests"), [(8, [8]), (4, [8, 4, 4]), (3, [8, 4, 2, 2, 4, 2, 2])])
def test_envelopes__server_with_a_limit__all_blocks_in_as_many_requests_as_it_takes(
    limit: int, requests: list[int]
) -> None:
    l2, server = client(limit)
    assert l2.envelopes(1, 8) == [ENVELOPE] * 8
    assert server.requests == requests


def test_envelopes__not_even_one__the_servers_error() -> None:
    l2, server = client(0)
    with pytest.raises(RpcError, match="response too large"):
        l2.envelopes(1, 4)
    assert server.requests == [4, 2, 1]


def test_envelopes__block_that_is_not_there__temporary_error() -> None:
    l2, _ = client(64)
    assert len(l2.envelopes(NEWEST, NEWEST)) == 1
    with pytest.raises(TemporaryError, match="no L2 block 0xb yet"):
        l2.envelopes(NEWEST, NEWEST + 1)


def test_output__block_from_isthmus_on__header_alone() -> None:
    l2, _ = client(64)
    block = decode_l2_block(RAW, config())
    assert l2.output(block) == block.output


def test_output__block_before_isthmus__the_state_is_asked() -> None:
    l2, server = client(64)
    block = decode_l2_block(encoded(HEADER[:20]), config())

    def call(method: str, *params: Any) -> Any:
        assert (method, params) == (
            "eth_getProof",
            (to_hex(L2_TO_L1_MESSAGE_PASSER), [], to_hex(block.ref.hash)),
        )
        account = {
            "balance": "0x0",
            "nonce": "0x1",
            "codeHash": "0x" + "01" * 32,
            "storageHash": "0x" + "02" * 32,
        }
        return account | {"accountProof": [], "storageProof": []}

    server.call = call  # type: ignore[attr-defined]
    root = b"\x02" * 32
    assert l2.output(block) == OutputRootProof(bytes(32), block.state_root, root, block.ref.hash)
    assert l2.output(replace(block, withdrawals_root=root)) == l2.output(block)
