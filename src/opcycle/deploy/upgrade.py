"""Another implementation behind a proxy: what that changes, told before it is done, and then done.

The owner of the ProxyAdmin has one call for it. A new implementation is created first, at an address that
depends on its code alone, with the immutables of the one that runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from opcycle.artifacts import artifact
from opcycle.deploy.config import Settlement
from opcycle.deploy.creation import Creation
from opcycle.deploy.deployment import Addresses
from opcycle.deploy.verify import slot_address
from opcycle.engine.alloc import IMPLEMENTATION_SLOT, INITIALIZED_SLOT
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.keccak import keccak
from opcycle.l1.contract import Contract, encode_call
from opcycle.l1.reverts import RevertDecoder, TransactionRevertedError
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex

PATIENCE = 50
"""L1 blocks in which a transaction must be mined."""

PROXIED = {
    "SystemConfig": "system_config",
    "SuperchainConfig": "superchain_config",
    "L1CrossDomainMessenger": "l1_cross_domain_messenger",
    "L1StandardBridge": "l1_standard_bridge",
    "L1ERC721Bridge": "l1_erc721_bridge",
    "OptimismMintableERC20Factory": "optimism_mintable_erc20_factory",
    "OptimismPortal": "optimism_portal",
    "OptimismPortal2": "optimism_portal",
    "L2OutputOracle": "l2_output_oracle",
    "DisputeGameFactory": "dispute_game_factory",
    "AnchorStateRegistry": "anchor_state_registry",
    "DelayedWETH": "delayed_weth",
}
"""The contracts behind proxies, and what `Addresses` calls these."""

_IMMUTABLE = {
    "OptimismPortal2": "proofMaturityDelaySeconds",
    "AnchorStateRegistry": "disputeGameFinalityDelaySeconds",
    "DelayedWETH": "delay",
}
"""The getter of what a constructor is told: one number of seconds."""

_VERSION = keccak(b"version()")[:4]
_DISABLED = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Implementation:
    """Code that runs behind a proxy. `version` is empty if it does not say one."""

    address: Address
    code_hash: Hash
    version: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A change of implementation; `creation` is None if the new one is on L1 already.

    `initialized`: the version that the proxy was set up to, 0 if it never was.
    """

    contract: str
    proxy: Address
    admin: Address
    owner: Address
    before: Implementation
    after: Implementation
    creation: Creation | None
    initialized: int
    warnings: tuple[str, ...]

    @property
    def requests(self) -> list[TransactionRequest]:
        """What is to be sent: anybody may create, only `owner` may upgrade."""
        admins = artifact("ProxyAdmin").abi
        call = TransactionRequest(
            to=self.admin,
            data=encode_call(admins, "upgrade", self.proxy, self.after.address),
            what=f"the upgrade of {self.contract}",
            errors=RevertDecoder(admins),
        )
        return [*([self.creation.request] if self.creation else []), call]


def plan_upgrade(rpc: RpcClient, addresses: Addresses, name: str, *, to: Address | None = None) -> Upgrade:
    """What it means to run `to`, or else the compiled contract, behind the proxy of the contract `name`.

    Raises UserError if the deployment has no such contract, or if nothing would change.
    """
    proxy = _proxy_of(addresses, name)
    before = _implementation(rpc, slot_address(rpc, proxy, IMPLEMENTATION_SLOT))
    creation = None
    if to is None:
        creation = _creation(rpc, name, proxy)
        to = creation.address
    if creation is not None and not _code(rpc, to):
        after = _created(rpc, creation)
    else:
        creation, after = None, _implementation(rpc, to)
    if after.code_hash == before.code_hash:
        raise UserError(
            f"{name} runs that code already, version {before.version or 'unknown'} at "
            f"{checksum(before.address)}; there is nothing to upgrade to"
        )
    admin = addresses.proxy_admin
    found = Upgrade(
        contract=name,
        proxy=proxy,
        admin=admin,
        owner=Contract(rpc, admin, artifact("ProxyAdmin").abi).read("owner", block="latest"),
        before=before,
        after=after,
        creation=creation,
        initialized=_word(rpc, proxy, INITIALIZED_SLOT) % 2**64,
        warnings=(),
    )
    return replace(found, warnings=tuple(_warnings(rpc, found)))


def perform(
    upgrade: Upgrade,
    *,
    rpc: RpcClient,
    transactions: TransactionManager,
    next_block: Callable[[], object],
) -> list[Hash]:
    """Do it; returns the transactions. `next_block` returns when L1 has another block.

    Raises UserError before anything is sent if the account is not the owner; CriticalError if the proxy runs
    something else in the end; TemporaryError for what a later run may overcome.
    """
    require_owner(upgrade, transactions.address, is_contract=bool(_code(rpc, upgrade.owner)))
    sent = []
    for request in upgrade.requests:
        sent.append(transactions.send(request))
        _wait(sent[-1], request, transactions, next_block)
    found, wanted = slot_address(rpc, upgrade.proxy, IMPLEMENTATION_SLOT), upgrade.after.address
    if found != wanted:
        raise CriticalError(
            f"{upgrade.contract} runs {checksum(found)} after its upgrade to {checksum(wanted)}"
        )
    return sent


def simulate(upgrade: Upgrade, *, rpc: RpcClient) -> None:
    """Try in a call what the owner would send. Raises TransactionRevertedError with the reason if it fails.

    Where the implementation is not there yet, its creation was tried when the upgrade was planned.
    """
    if upgrade.creation is not None:
        return
    request = upgrade.requests[-1]
    call = {"from": to_hex(upgrade.owner), "to": to_hex(upgrade.admin), "data": to_hex(request.data)}
    try:
        rpc.call("eth_call", call, "latest")
    except RpcError as error:
        reason = from_hex(error.data) if isinstance(error.data, str) else b""
        raise TransactionRevertedError(request.what, request.errors.explain(reason)) from error


def require_owner(upgrade: Upgrade, account: Address, *, is_contract: bool) -> None:
    """Raises UserError unless `account` may upgrade."""
    if account == upgrade.owner:
        return
    do = "print the calls" if is_contract else "use its key, or print the calls"
    raise UserError(
        f"{checksum(account)} may not upgrade {upgrade.contract}: the owner of its admin is "
        f"{checksum(upgrade.owner)}{', a contract' if is_contract else ''}; {do} for it with --print"
    )


def _proxy_of(addresses: Addresses, name: str) -> Address:
    field = PROXIED.get(name)
    found = getattr(addresses, field) if field else None
    portals = {Settlement.GAMES: "OptimismPortal2", Settlement.ORACLE: "OptimismPortal"}
    portal = portals[addresses.settlement]
    if found is None or (name in portals.values() and name != portal):
        raise UserError(
            f"this deployment, which settles by {addresses.settlement}, has no {name}; its portal is {portal}"
        )
    proxy: Address = found
    return proxy


def _creation(rpc: RpcClient, name: str, proxy: Address) -> Creation:
    """Of the compiled contract, with the constructor's argument as the proxy shows it now."""
    compiled = artifact(name)
    arguments = b""
    if getter := _IMMUTABLE.get(name):
        seconds = Contract(rpc, proxy, compiled.abi).read(getter, block="latest")
        arguments = encode(["uint256"], [seconds])
    return Creation(name, bytes(32), compiled.bytecode + arguments, compiled.abi)


def _implementation(rpc: RpcClient, address: Address) -> Implementation:
    """Raises UserError if there is no contract."""
    code = _code(rpc, address)
    if not code:
        raise UserError(f"there is no contract at {checksum(address)} that a proxy could run")
    call = {"to": to_hex(address), "data": to_hex(_VERSION)}
    return Implementation(address, keccak(code), _version(rpc, call))


def _created(rpc: RpcClient, creation: Creation) -> Implementation:
    """What a creation would leave: L1 is asked to run it, and then to ask the contract for its version."""
    code = from_hex(rpc.call("eth_call", {"data": to_hex(creation.initcode)}, "latest"))
    call = {"data": to_hex(_asking_version_of(creation.initcode))}
    return Implementation(creation.address, keccak(code), _version(rpc, call))


def _asking_version_of(initcode: bytes) -> bytes:
    """Creation code that creates `initcode`'s contract and returns what its `version()` does."""
    size = len(initcode).to_bytes(2, "big")
    beginning = bytes.fromhex("61") + size + bytes.fromhex("80 61")  # PUSH2 size, DUP1, PUSH2 offset
    rest = bytes.fromhex(
        "5f 39"  # PUSH0 CODECOPY: the code that follows to memory
        "5f 5f f0"  # CREATE without value
        "63" + _VERSION.hex() + "5f 52"  # MSTORE the selector
        "5f 5f 60 04 60 1c 84 5a fa"  # STATICCALL the contract with all gas
        "3d 5f 5f 3e 3d 5f f3"  # RETURN what it returned
    )
    offset = len(beginning) + 2 + len(rest)
    return beginning + offset.to_bytes(2, "big") + rest + initcode


def _version(rpc: RpcClient, call: dict[str, str]) -> str:
    try:
        data = from_hex(rpc.call("eth_call", call, "latest"))
        (text,) = decode(["string"], data + bytes(-len(data) % 32))
    except (RpcError, DecodingError, ValueError):  # it has none, or says something else under that name
        return ""
    return str(text)


def _warnings(rpc: RpcClient, upgrade: Upgrade) -> Iterator[str]:
    before, after = _numbers(upgrade.before.version), _numbers(upgrade.after.version)
    if before is None or after is None:
        yield "versions cannot be compared: whether the storage of one fits the other is for you to know"
    elif after < before:
        yield (
            f"version {upgrade.after.version} is older than {upgrade.before.version}: its storage may lie "
            "elsewhere, and what the newer one has stored may be misread"
        )
    elif after[0] > before[0]:
        yield "a new major version may need its storage changed, too; this only upgrades"
    if not upgrade.initialized:
        yield "the proxy was never initialized, and an upgrade alone does not do it"
    if upgrade.creation is None:
        if _word(rpc, upgrade.after.address, INITIALIZED_SLOT) % 2**64 != _DISABLED:
            yield "anybody may initialize the implementation itself; its constructor should forbid it"
        compiled = _created(rpc, _creation(rpc, upgrade.contract, upgrade.proxy))
        if upgrade.after.code_hash != compiled.code_hash:
            yield "the implementation is not the compiled contract; nothing here knows what it does"


def _numbers(version: str) -> tuple[int, ...] | None:
    """A semantic version as numbers that compare; what follows a hyphen or a plus does not count."""
    parts = version.split("-")[0].split("+")[0].split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None


def _code(rpc: RpcClient, address: Address) -> bytes:
    return from_hex(rpc.call("eth_getCode", to_hex(address), "latest"))


def _word(rpc: RpcClient, address: Address, slot: bytes) -> int:
    return from_quantity(rpc.call("eth_getStorageAt", to_hex(address), to_hex(slot), "latest"))


def _wait(
    sent: Hash,
    request: TransactionRequest,
    transactions: TransactionManager,
    next_block: Callable[[], object],
) -> None:
    for _ in range(PATIENCE):
        receipt = transactions.receipt(sent)
        if receipt is not None:
            transactions.require_success(receipt, request)
            return
        transactions.in_flight()
        next_block()
    raise TemporaryError(
        f"{request.what} was not mined in {PATIENCE} blocks; run the upgrade again, it does what is missing"
    )
