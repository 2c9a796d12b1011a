"""Whether every contract was set up, and can be set up by nobody again: what storage says, and what happens
when somebody tries.

OpenZeppelin's `Initializable` keeps, in one word of ERC-7201 storage, the version that a contract was set up
to (8 bytes) and whether that is going on right now (the next byte). The highest version is that of logic,
which only proxies may be set up with.
"""

from collections.abc import Iterator

from opcycle.deploy.inspection.checks import Answer, Check
from opcycle.deploy.inspection.code import Behind
from opcycle.deploy.inspection.expected import Expected, Proxied
from opcycle.deploy.inspection.findings import Finding, Severity
from opcycle.engine.alloc import INITIALIZED_SLOT
from opcycle.keccak import keccak
from opcycle.protocol.types import ZERO_ADDRESS, Address
from opcycle.rpc.client import Call, RpcError
from opcycle.rpc.hexjson import from_quantity, to_hex

DISABLED = 2**64 - 1
STRANGER = keccak(b"a stranger who would like to own this")[12:]

SET_UP = "have its admin upgrade it and call `initialize` in one transaction, before somebody else does"
REPLACE = "upgrade its proxy to a copy whose constructor disables initializers"


def initialized_checks(contract: Expected, behind: Behind | None, tag: str) -> Iterator[Check]:
    """Of a contract behind a proxy; nothing else here is ever set up."""
    if behind is not None and contract.proxied is not None:
        yield initializer_check(contract.name, contract.address, contract.proxied, tag, is_proxy=True)
        yield initializer_check(contract.name, behind.logic, contract.proxied, tag, is_proxy=False)


def initializer_check(name: str, address: Address, proxied: Proxied, tag: str, *, is_proxy: bool) -> Check:
    """Of a proxy, which must be set up, or of the logic of one, where that must be impossible."""
    callers = {
        ZERO_ADDRESS: "the zero address",
        STRANGER: "a stranger",
        proxied.admin: "the proxy's admin",
        proxied.owner: "the owner",
    }
    calls = [_try(proxied.initialize, address, caller, tag) for caller in callers]

    def judge(word: Answer, *tries: Answer) -> Finding | None:
        state, is_under_way = _state(from_quantity(word))
        able = [who for who, answer in zip(callers.values(), tries, strict=True) if not _refused(answer)]
        if state == ("set up" if is_proxy else "disabled") and not able and not is_under_way:
            return None
        by = f", and {' and '.join(able)} can call `initialize`" if able else ""
        return Finding(
            Severity.ERROR,
            name,
            address,
            "the initializer" if is_proxy else "the logic's initializer",
            f"{'running' if is_under_way else state}{by}",
            "set up, once and for all" if is_proxy else "disabled",
            SET_UP if is_proxy else REPLACE,
            is_fatal=is_proxy and state == "not set up",
        )

    return Check((("eth_getStorageAt", [to_hex(address), to_hex(INITIALIZED_SLOT), tag]), *calls), judge)


def _try(data: bytes, address: Address, caller: Address, tag: str) -> Call:
    call = {"from": to_hex(caller), "to": to_hex(address), "data": to_hex(data)}
    return ("eth_call", [call, tag])


def _refused(answer: Answer) -> bool:
    return isinstance(answer, RpcError)


def _state(word: int) -> tuple[str, bool]:
    """In words, and whether it is going on: what must never be so between transactions."""
    version, is_under_way = word % 2**64, bool(word >> 64 & 0xFF)
    if version == 0:
        return "not set up", is_under_way
    return ("disabled" if version == DISABLED else "set up"), is_under_way
