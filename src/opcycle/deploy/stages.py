"""What a deployment has to send, in stages that need each other, and what of it L1 does not have yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.deploy.creation import Creation, Setting, Setup
from opcycle.deploy.plan import Plan
from opcycle.deploy.verify import slot_address
from opcycle.engine.alloc import IMPLEMENTATION_SLOT
from opcycle.l1.contract import Contract
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex


@dataclass(frozen=True, slots=True)
class Stage:
    """Transactions that may be in flight together. `missing` asks L1; it needs the stages before on L1."""

    what: str
    everything: Sequence[TransactionRequest]
    missing: Callable[[], list[TransactionRequest]]


def stages_of(plan: Plan, rpc: RpcClient) -> list[Stage]:
    """In order: contracts and empty proxies; what goes behind these; the portal, which asks the system config
    when it is set up, and what no initializer takes; the hand-over to the owner."""
    read = _Reader(plan, rpc)
    portal = [setup for setup in plan.setups if setup.name == plan.portal]
    others = [setup for setup in plan.setups if setup.name != plan.portal]
    return [
        _creating("contracts and proxies", [*plan.logic.values(), *plan.proxies.values()], rpc),
        Stage("setting them up", [setup.request for setup in others], lambda: read.missing_setups(others)),
        Stage(
            "setting up the portal and parameters",
            [*(setup.request for setup in portal), *map(read.setting, plan.settings)],
            lambda: [*read.missing_setups(portal), *read.missing_settings()],
        ),
        Stage(
            "handing over to the owner",
            read.all_hand_overs(),
            read.missing_hand_over,
        ),
    ]


def missing_of(stages: Sequence[Stage]) -> list[TransactionRequest]:
    """What is to be sent: of the first stage that lacks something just that, of later ones everything."""
    for number, stage in enumerate(stages):
        if found := stage.missing():
            return [*found, *(request for later in stages[number + 1 :] for request in later.everything)]
    return []


def has_code(rpc: RpcClient, addresses: Sequence[Address]) -> list[bool]:
    """Of each, whether there is a contract."""
    codes = rpc.batch([("eth_getCode", [to_hex(address), "latest"]) for address in addresses])
    return [code != "0x" for code in codes]


def _creating(what: str, wanted: Sequence[Creation], rpc: RpcClient) -> Stage:
    def missing() -> list[TransactionRequest]:
        exists = has_code(rpc, [creation.address for creation in wanted])
        return [creation.request for creation, there in zip(wanted, exists, strict=True) if not there]

    return Stage(f"creating {what}", [creation.request for creation in wanted], missing)


@dataclass(frozen=True, slots=True)
class _Reader:
    plan: Plan
    rpc: RpcClient

    def missing_setups(self, setups: Sequence[Setup]) -> list[TransactionRequest]:
        return [
            setup.request
            for setup in setups
            if slot_address(self.rpc, setup.proxy, IMPLEMENTATION_SLOT) != setup.logic
        ]

    def setting(self, setting: Setting) -> TransactionRequest:
        return self._set(setting).request(setting.setter, *setting.arguments)

    def missing_settings(self) -> list[TransactionRequest]:
        return [self.setting(setting) for setting in self.plan.settings if not self._is_shown(setting)]

    def _is_shown(self, setting: Setting) -> bool:
        calls = [(getter, arguments) for getter, *arguments, _ in setting.shown]
        found = self._set(setting).read_many(calls, block="latest")
        return found == [wanted for *_, wanted in setting.shown]

    def _set(self, setting: Setting) -> Contract:
        return self._contract(setting.contract, self.plan.proxies[setting.contract].address)

    def all_hand_overs(self) -> list[TransactionRequest]:
        if self.plan.deployer == self.plan.config.roles.owner:
            return []
        return [self.handing_over(name, address) for name, address in self.plan.hand_over]

    def handing_over(self, name: str, address: Address) -> TransactionRequest:
        return self._contract(name, address).request("transferOwnership", self.plan.config.roles.owner)

    def missing_hand_over(self) -> list[TransactionRequest]:
        owner = self.plan.config.roles.owner
        return [
            self.handing_over(name, address)
            for name, address in self.plan.hand_over
            if self._contract(name, address).read("owner", block="latest") != owner
        ]

    def _contract(self, name: str, address: Address) -> Contract:
        return Contract(self.rpc, address, artifact(name).abi)
