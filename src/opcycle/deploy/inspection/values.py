"""Whether contracts answer what the plan says."""

from collections.abc import Iterator
from typing import Any

from eth_abi.exceptions import DecodingError

from opcycle.artifacts import artifact
from opcycle.deploy.inspection.checks import Answer, Check
from opcycle.deploy.inspection.expected import Expected, Value
from opcycle.deploy.inspection.findings import Finding, shown
from opcycle.errors import CriticalError
from opcycle.l1.contract import Contract
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, to_hex


def value_checks(rpc: RpcClient, contract: Expected, tag: str) -> Iterator[Check]:
    """Every getter of which the plan says something."""
    bound = Contract(rpc, contract.address, artifact(contract.name).abi)
    for value in contract.values:
        yield _check(bound, contract, value, tag)


def _check(bound: Contract, contract: Expected, value: Value, tag: str) -> Check:
    def judge(answer: Answer) -> Finding | None:
        found = _read(bound, value.getter, answer)
        if found == value.wanted:
            return None
        arguments = ", ".join(map(shown, value.arguments))
        return Finding(
            value.kind.severity,
            contract.name,
            contract.address,
            f"{value.getter}({arguments})" if arguments else value.getter,
            shown(found),
            shown(value.wanted),
            value.kind.advice,
        )

    call = {"to": to_hex(bound.address), "data": to_hex(bound.encode(value.getter, *value.arguments))}
    return Check((("eth_call", [call, tag]),), judge)


def _read(bound: Contract, getter: str, answer: Answer) -> Any:
    """What the getter returned, or in words that it did not."""
    if isinstance(answer, RpcError):
        return "no answer: the call reverts"
    try:
        return bound.returned(getter, from_hex(answer))
    except (CriticalError, DecodingError):
        return f"no answer of that type: {answer}"
