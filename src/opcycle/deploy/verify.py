"""The last step of a deployment: read everything back from L1 and compare it with the configuration."""

from opcycle.deploy.inspection.findings import Severity
from opcycle.deploy.inspection.inspect import inspect
from opcycle.deploy.plan import Plan
from opcycle.errors import CriticalError
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex


def require_as_planned(rpc: RpcClient, plan: Plan) -> None:
    """Raises CriticalError that names everything that `opcycle inspect` finds, but for notes.

    What somebody may change on purpose, nobody can have changed yet.
    """
    findings = inspect(rpc, plan, plan.addresses).findings
    wrong = [str(finding) for finding in findings if finding.severity is not Severity.NOTE]
    if wrong:
        raise CriticalError(f"the contracts are not what the configuration says: {'; '.join(wrong)}")


def slot_address(rpc: RpcClient, contract: Address, slot: bytes) -> Address:
    """The address that a storage slot holds."""
    return from_hex(rpc.call("eth_getStorageAt", to_hex(contract), to_hex(slot), "latest"))[12:]
