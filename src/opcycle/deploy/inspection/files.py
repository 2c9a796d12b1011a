"""Whether `rollup.json`, which every node of a rollup starts from, says what the plan says.

Addresses are not compared here: contracts are inspected where the files say that they are.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opcycle.deploy.deployment import ROLLUP_FILE
from opcycle.deploy.inspection.findings import Finding, Severity
from opcycle.deploy.plan import Plan
from opcycle.protocol.rollup import RollupConfig

_ADDRESSES = ("batch_inbox_address", "deposit_contract_address", "l1_system_config_address")
ADVICE = "give every node the right file: those that start from different ones are on different chains"


def file_findings(plan: Plan, rollup: RollupConfig) -> list[Finding]:
    """Each value of the file that the plan has otherwise, or not at all."""
    wanted = dict(_flat(plan.rollup.to_json()))
    found = dict(_flat(rollup.to_json()))
    return [
        Finding(Severity.ERROR, ROLLUP_FILE, None, name, str(found.get(name)), str(wanted.get(name)), ADVICE)
        for name in sorted(wanted | found)
        if name not in _ADDRESSES and found.get(name) != wanted.get(name)
    ]


def _flat(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """`genesis.l2.hash` and so on."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield path + name, value
