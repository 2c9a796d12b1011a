"""A live deployment beside its plan: everything about it that is not as it should be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from opcycle.deploy.deployment import Addresses
from opcycle.deploy.inspection.checks import Check, head, look
from opcycle.deploy.inspection.code import code_checks, read_proxies
from opcycle.deploy.inspection.expected import Expected, expected_contracts
from opcycle.deploy.inspection.findings import Finding, Report, Severity, worst_first
from opcycle.deploy.inspection.initialized import initialized_checks
from opcycle.deploy.inspection.values import value_checks
from opcycle.deploy.plan import Plan
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, to_quantity

Checks = Callable[[Expected], Iterator[Check]]


def inspect(rpc: RpcClient, plan: Plan, addresses: Addresses) -> Report:
    """Everything on L1 that is not as `plan` has it, of the contracts at `addresses`.

    What does not run the right code is asked nothing, and what was not set up not for its parameters.
    Raises TemporaryError if L1 does not answer.
    """
    block = head(rpc)
    tag = to_quantity(block.number)
    moved = _moved(plan.addresses, addresses)
    contracts = [_at(moved, contract) for contract in expected_contracts(plan)]
    behind = read_proxies(rpc, contracts, tag)

    rounds = _Rounds(rpc, contracts, list(_provenance(moved, contracts)))
    rounds.look(lambda contract: code_checks(contract, behind.get(contract.name), tag))
    rounds.look(lambda contract: initialized_checks(contract, behind.get(contract.name), tag))
    rounds.look(lambda contract: value_checks(rpc, contract, tag))
    return Report(block, rounds.checks, worst_first(rounds.findings))


@dataclass(slots=True)
class _Rounds:
    """Looks at all contracts at once, then at those that have stood so far."""

    rpc: RpcClient
    standing: Sequence[Expected]
    findings: list[Finding]
    checks: int = 0

    def look(self, checks_of: Checks) -> None:
        checks = [check for contract in self.standing for check in checks_of(contract)]
        found = look(self.rpc, checks)
        fallen = {finding.contract for finding in found if finding.is_fatal}
        self.standing = [contract for contract in self.standing if contract.name not in fallen]
        self.findings += found
        self.checks += len(checks)


def _moved(planned: Addresses, given: Addresses) -> dict[Address, Address]:
    """From the planned address of each contract to the one that it has, where it has another."""
    pairs = [(getattr(planned, item.name), getattr(given, item.name)) for item in fields(Addresses)]
    return {plan: live for plan, live in pairs if plan != live and plan is not None and live is not None}


def _at(moved: Mapping[Address, Address], contract: Expected) -> Expected:
    """The contract where it is, which is also where others must look for it."""

    def live(value: Any) -> Any:
        if isinstance(value, bytes):
            for planned, there in moved.items():
                value = value.replace(planned, there)
        return value

    proxied = contract.proxied
    if proxied is not None:
        proxied = replace(proxied, admin=live(proxied.admin), initialize=live(proxied.initialize))
    values = tuple(replace(value, wanted=live(value.wanted)) for value in contract.values)
    return replace(contract, address=live(contract.address), proxied=proxied, values=values)


def _provenance(moved: Mapping[Address, Address], contracts: Sequence[Expected]) -> Iterator[Finding]:
    """An address says by what code a contract was created; any other needs another explanation."""
    names = {contract.address: contract.name for contract in contracts}
    for planned, live in moved.items():
        yield Finding(
            Severity.WARNING,
            names.get(live, "a contract"),
            live,
            "the address",
            checksum(live),
            f"{checksum(planned)}, to which this configuration deploys it",
            "inspect with the configuration, the start and the version of opcycle that it was deployed with",
        )
