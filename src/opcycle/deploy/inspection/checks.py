"""A check: what to ask an RPC server, and what to make of its answers. Asking is done in few requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opcycle.deploy.inspection.findings import Finding
from opcycle.errors import TemporaryError
from opcycle.protocol.types import BlockId
from opcycle.rpc.client import Call, RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity

AT_ONCE = 40
"""Calls in one request: public RPC servers refuse more than fifty or a hundred."""

_EXECUTION = ("revert", "invalid opcode", "out of gas", "stack", "invalid jump")
"""By these words in its message an error is the contract's, not the server's."""

Answer = Any
"""A JSON result; an RpcError where a contract refused."""


@dataclass(frozen=True, slots=True)
class Check:
    """`judge` gets the answers to `calls`, in their order, and returns what is wrong, if anything."""

    calls: tuple[Call, ...]
    judge: Callable[..., Finding | None]


def head(rpc: RpcClient) -> BlockId:
    """The block at whose end everything is looked at. Raises TemporaryError if there is none yet."""
    block = rpc.call("eth_getBlockByNumber", "latest", False)
    if block is None:
        raise TemporaryError(f"the server at {rpc.url} has no blocks; inspect when it has caught up")
    return BlockId(from_hex(block["hash"]), from_quantity(block["number"]))


def look(rpc: RpcClient, checks: Sequence[Check]) -> list[Finding]:
    """All that is wrong. Raises RpcError for a call that the server could not make."""
    answers = iter(ask(rpc, [call for check in checks for call in check.calls]))
    found = [check.judge(*(next(answers) for _ in check.calls)) for check in checks]
    return [finding for finding in found if finding is not None]


def ask(rpc: RpcClient, calls: Sequence[Call]) -> list[Answer]:
    """The answers, in the order of `calls`. Raises RpcError for a call that the server could not make."""
    answers: list[Answer] = []
    for start in range(0, len(calls), AT_ONCE):
        answers += rpc.results_or_errors(calls[start : start + AT_ONCE])
    for answer in answers:
        if isinstance(answer, RpcError) and not is_refusal(answer):
            raise answer
    return answers


def is_refusal(error: RpcError) -> bool:
    """Whether a contract refused a call, rather than the server."""
    return isinstance(error.data, str) or any(word in error.reason.lower() for word in _EXECUTION)
