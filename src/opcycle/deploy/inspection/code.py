"""Whether the right code runs behind every address, and who may change it.

The right code is what the plan's creation code makes, immutables included: L1 is asked to run it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.deploy.creation import Creation
from opcycle.deploy.inspection.checks import Answer, Check, ask
from opcycle.deploy.inspection.expected import Expected
from opcycle.deploy.inspection.findings import Finding, Severity
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT
from opcycle.keccak import keccak
from opcycle.protocol.types import Address
from opcycle.rpc.client import Call, RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

NOT_OURS = "do not use it: whatever is there, it is not this contract"
UPGRADE = (
    "upgrade it to the compiled contract, or inspect with the version of opcycle that it was upgraded to"
)
NEW_ADMIN = "whoever owns that admin can replace the contract: have it change the admin back"


@dataclass(frozen=True, slots=True)
class Behind:
    """What the storage of a proxy says: what runs behind it and who may change that."""

    logic: Address
    admin: Address


def read_proxies(rpc: RpcClient, contracts: Sequence[Expected], tag: str) -> dict[str, Behind]:
    """By the names of those that have a proxy, as of the block `tag`."""
    proxied = [contract for contract in contracts if contract.proxied is not None]
    calls: list[Call] = [
        ("eth_getStorageAt", [to_hex(contract.address), to_hex(slot), tag])
        for contract in proxied
        for slot in (IMPLEMENTATION_SLOT, ADMIN_SLOT)
    ]
    words = [from_hex(word)[12:] for word in ask(rpc, calls)]
    return {contract.name: Behind(*words[2 * i : 2 * i + 2]) for i, contract in enumerate(proxied)}


def code_checks(contract: Expected, behind: Behind | None, tag: str) -> Iterator[Check]:
    """Of one contract; `behind` what its proxy says, if it has one."""
    if behind is None or contract.proxied is None:
        yield _code_check(contract, contract.address, tag, what="the code", advice=NOT_OURS)
        return
    yield _proxy_check(contract, tag)
    yield _admin_check(contract, behind, contract.proxied.admin)
    if behind.logic == contract.logic.address:
        yield _code_check(contract, behind.logic, tag, what="the logic's code", advice=UPGRADE)
    else:
        yield _other_logic_check(contract, behind.logic, tag)


def _code_check(contract: Expected, address: Address, tag: str, *, what: str, advice: str) -> Check:
    def judge(code: Answer, created: Answer) -> Finding | None:
        return _other_code(contract, address, what, (from_hex(code), _made(created)), advice)

    return Check((_get_code(address, tag), _create(contract.logic, tag)), judge)


def _proxy_check(contract: Expected, tag: str) -> Check:
    def judge(code: Answer) -> Finding | None:
        codes = (from_hex(code), artifact("Proxy").runtime)
        return _other_code(contract, contract.address, "the proxy's code", codes, NOT_OURS)

    return Check((_get_code(contract.address, tag),), judge)


def _admin_check(contract: Expected, behind: Behind, admin: Address) -> Check:
    def judge() -> Finding | None:
        if behind.admin == admin:
            return None
        found, wanted = checksum(behind.admin), checksum(admin)
        return Finding(
            Severity.ERROR, contract.name, contract.address, "the proxy's admin", found, wanted, NEW_ADMIN
        )

    return Check((), judge)


def _other_logic_check(contract: Expected, logic: Address, tag: str) -> Check:
    """The same code at another address is strange, but does the same."""

    def judge(code: Answer, created: Answer) -> Finding | None:
        found, wanted = from_hex(code), _made(created)
        is_same = found == wanted
        return Finding(
            Severity.WARNING if is_same else Severity.ERROR,
            contract.name,
            contract.address,
            "the implementation",
            f"{checksum(logic)}, {'with the same code' if is_same else summary(found)}",
            f"{checksum(contract.logic.address)}, {summary(wanted)}",
            UPGRADE,
            is_fatal=not is_same,
        )

    return Check((_get_code(logic, tag), _create(contract.logic, tag)), judge)


def _other_code(
    contract: Expected, address: Address, what: str, codes: tuple[bytes, bytes], advice: str
) -> Finding | None:
    """`codes`: what is there, and what should be."""
    code, wanted = codes
    if code == wanted:
        return None
    found = (what, summary(code), summary(wanted), advice)
    return Finding(Severity.ERROR, contract.name, address, *found, is_fatal=True)


def summary(code: bytes) -> str:
    return f"{len(code):,} bytes of code, hash {to_hex(keccak(code))}" if code else "no code"


def _made(created: Answer) -> bytes:
    """Raises RpcError if creation code does not run there."""
    if isinstance(created, RpcError):
        raise created
    return from_hex(created)


def _get_code(address: Address, tag: str) -> Call:
    return ("eth_getCode", [to_hex(address), tag])


def _create(creation: Creation, tag: str) -> Call:
    return ("eth_call", [{"data": to_hex(creation.initcode)}, tag])
