"""What an inspection is of: a deployment's files, and the plan that its configuration makes for that L1."""

from dataclasses import dataclass
from pathlib import Path

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployment import Addresses, read_contracts
from opcycle.deploy.inspection.checks import head
from opcycle.deploy.inspection.findings import Finding
from opcycle.deploy.inspection.prestate import with_prestate
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import STATE_FILE, Start
from opcycle.errors import UserError
from opcycle.keccak import keccak
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, L1BlockRef
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex, to_quantity

DEPLOYED_WITHIN = 1_000
"""L1 blocks after the anchor, in which a deployment without `started.json` must have begun."""

_OWNERSHIP_TRANSFERRED = keccak(b"OwnershipTransferred(address,address)")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the files say, and what the configuration says. `notes`: what could not be looked at."""

    addresses: Addresses
    rollup: RollupConfig
    plan: Plan
    notes: tuple[Finding, ...] = ()


def read_subject(path: Path, config: DeployConfig, l1: RpcClient) -> Subject:
    """Of the deployment in `path`, a directory or one of its files.

    Raises UserError for files that are missing, damaged or not of this L1, TemporaryError if L1 is dead.
    """
    directory = path if path.is_dir() else path.parent
    if not path.exists():
        raise UserError(f"there is no deployment {path}; name its directory, or its addresses.json")
    addresses, rollup = read_contracts(directory)
    if addresses.settlement is not config.settlement:
        raise UserError(
            f"{directory} settles by {addresses.settlement}, its configuration by {config.settlement}: "
            "they are not of the same rollup"
        )
    anchor = _anchor(rollup, l1)
    start = Start.read(directory)
    deployer = start.deployer if start else _deployer(addresses.proxy_admin, anchor, l1)
    plan = make_plan(config, l1_chain_id=rollup.l1_chain_id, deployer=deployer, anchor=anchor)
    if not plan.needs_program:
        return Subject(addresses, rollup, plan)
    return Subject(addresses, rollup, *with_prestate(plan, addresses, l1))


def _deployer(proxy_admin: Address, anchor: L1BlockRef, l1: RpcClient) -> Address:
    """Who first owned the admin of all proxies: part of its creation code, and so of every address.

    Raises UserError if there is no such event soon after `anchor`.
    """
    last = min(anchor.number + DEPLOYED_WITHIN, head(l1).number)
    given = {
        "address": to_hex(proxy_admin),
        "topics": [to_hex(_OWNERSHIP_TRANSFERRED), to_hex(bytes(32))],
        "fromBlock": to_quantity(anchor.number),
        "toBlock": to_quantity(last),
    }
    logs = l1.call("eth_getLogs", given)
    if not logs:
        raise UserError(
            f"nothing tells who deployed: there is no {STATE_FILE}, and no ProxyAdmin was created at "
            f"{checksum(proxy_admin)} within {DEPLOYED_WITHIN} blocks after {anchor}"
        )
    return from_hex(logs[0]["topics"][2])[12:]


def _anchor(rollup: RollupConfig, l1: RpcClient) -> L1BlockRef:
    """The L1 block that the rollup begins after, which proves that this is its L1."""
    chain_id, anchor = ask_chain_id(l1.url), rollup.genesis_l1
    if chain_id != rollup.l1_chain_id:
        raise UserError(f"{l1.url} serves chain {chain_id}, the rollup settles on chain {rollup.l1_chain_id}")
    header = l1.call("eth_getBlockByNumber", to_quantity(anchor.number), False)
    if header is None or header["hash"] != to_hex(anchor.hash):
        raise UserError(
            f"the L1 at {l1.url} is another chain {chain_id} than the rollup's: it has no block {anchor}"
        )
    return L1BlockRef(
        hash=anchor.hash,
        number=anchor.number,
        parent_hash=from_hex(header["parentHash"]),
        timestamp=from_quantity(header["timestamp"]),
    )


def l2_of(subject: Subject, url: str) -> RpcClient:
    """The rollup's own chain. Raises UserError if something else is there, TemporaryError if nothing is."""
    chain_id = ask_chain_id(url)
    if chain_id != subject.rollup.l2_chain_id:
        raise UserError(f"{url} serves chain {chain_id}, the rollup is chain {subject.rollup.l2_chain_id}")
    return RpcClient(url)
