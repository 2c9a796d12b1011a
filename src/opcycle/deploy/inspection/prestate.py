"""Which absolute prestate a chain's games must be about: that of a program which was built here for it."""

from opcycle.artifacts import artifact
from opcycle.deploy.deployment import Addresses
from opcycle.deploy.inspection.checks import ask
from opcycle.deploy.inspection.findings import Finding, Severity
from opcycle.deploy.plan import Plan
from opcycle.engine.fault_proof_program import programs_of
from opcycle.l1.contract import Contract
from opcycle.protocol.types import ZERO_HASH, Address, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, to_hex

_PRESTATE = slice(64, 96)
"""In what `gameArgs` returns: offset 32 ‖ length 32 ‖ prestate 32 ‖ …"""


def with_prestate(plan: Plan, addresses: Addresses, l1: RpcClient) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan with the prestate of one of the programs that were built here, and nothing to say of it.

    Different versions of Go make different programs, all as good: the one that games are about is taken, if
    it is among them. If none was built here, nothing is said for or against what games are about, but that.
    """
    factory = addresses.dispute_game_factory
    assert factory is not None
    played = _played(factory, plan.config.games.game_type, l1)
    built = [program.absolute_prestate for program in programs_of(plan.chain_files)]
    if built:
        return plan.with_prestate(played if played in built else built[-1]), ()
    return plan.with_prestate(played), (
        Finding(
            Severity.NOTE,
            "DisputeGameFactory",
            factory,
            "the absolute prestate",
            to_hex(played),
            "that of a program which was built here for the chain, and none was",
            "`opcycle prestate --deployment DIR` builds it; then inspect again",
        ),
    )


def _played(factory: Address, game_type: int, l1: RpcClient) -> Hash:
    """What games are about as they are made now; zeros if the contract there does not say."""
    contract = Contract(l1, factory, artifact("DisputeGameFactory").abi)
    call = {"to": to_hex(factory), "data": to_hex(contract.encode("gameArgs", game_type))}
    (answer,) = ask(l1, [("eth_call", [call, "latest"])])
    if isinstance(answer, RpcError):
        return ZERO_HASH
    return from_hex(answer)[_PRESTATE].ljust(32, b"\0")
