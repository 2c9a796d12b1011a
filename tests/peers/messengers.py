"""The messengers of both chains, of ours and of Optimism's own build: the same is done to both, and compared.

Nothing is in front of them: a messenger's code lies at its address, with the slot set by which it knows its
admin. The portal is each build's own where messages are sent; where they arrive it is `DOOR`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.disputes.deploy import OWNER, Artifacts, Deployment, Parameters, account
from tests.fuzz.disputes.truth import PRESTATE_HASH, l2
from tests.fuzz.disputes.twin import OtherDeployment
from tests.fuzz.evm import GAS, Chain, Contract, HaltedError, RefusedError

from opcycle.artifacts import Artifact, artifact
from opcycle.protocol.types import Log

L2_MESSENGER = bytes.fromhex("4200000000000000000000000000000000000007")
PASSER = bytes.fromhex("4200000000000000000000000000000000000016")
L1_MESSENGER = account("messenger on L1")
L1_RECEIVER = account("messenger on L1 behind a door")
ALIAS = ((int.from_bytes(L1_MESSENGER, "big") + int("1111" + "0" * 32 + "1111", 16)) % 2**160).to_bytes(
    20, "big"
)
DOOR = account("door")
"""Stands for the portal: says what its first slot has of the sender on L2, and calls what it is told to."""

DOOR_CODE = bytes.fromhex(
    "3660041460" + "2a57"  # four bytes of calldata: that is l2Sender()
    "6014360380" + "60145f37"  # else all but the first 20
    "5f5f915f34" + "5f3560601c5af1"  # for whom they name, with the ETH sent along
    "3d5f5f3e"
    "602657" + "3d5ffd"
    "5b3d5ff3"
    "5b5f545f5260205ff3"
)
ADMIN_SLOT = (int.from_bytes(keccak(text="eip1967.proxy.admin"), "big") - 1).to_bytes(32, "big")

MESSAGE = ["uint256", "address", "address", "uint256", "uint256", "bytes"]
Message = tuple[int, bytes, bytes, int, int, bytes]
"""nonce, sender, target, value, least gas, data."""

REFUSALS = {
    "CrossDomainMessenger_AlreadyReceived": "Panic",
    # Asked first here: whoever relays again what never failed is told that it is done, not that it cannot be.
    "CrossDomainMessenger_AlreadyRelayed": "message has already been relayed | message cannot be replayed | "
    "value must be zero unless message is from a system address | Panic",
    "CrossDomainMessenger_GasEstimation": "failed to relay message",
    "CrossDomainMessenger_LegacyAlreadyRelayed": "legacy withdrawal already relayed",
    "CrossDomainMessenger_NoMessage": "xDomainMessageSender is not set",
    "CrossDomainMessenger_NotFailed": "message cannot be replayed",
    "CrossDomainMessenger_Paused": "paused",
    "CrossDomainMessenger_ReplayWithValue": "value must be zero unless message is from a system address",
    "CrossDomainMessenger_UnknownVersion": "only version 0 or 1 messages are supported at this time",
    "CrossDomainMessenger_UnsafeTarget": "cannot send message to blocked system address",
    "CrossDomainMessenger_WrongValue": "Panic",
    "Deposits_DataTooLong": "OptimismPortal_CalldataTooLarge",
    "InvalidInitialization": "Initializable: contract is already initialized",
    "ProxyAdminOwned_NotAdminOrOwner": "ProxyAdminOwnedBase_NotProxyAdminOrProxyAdminOwner",
    "ResourceMetering_LimitReached": "OutOfGas",
    "SuperchainConfig_NotPaused": "SuperchainConfig_NotAlreadyPaused",
}
"""Ours, and what Optimism's say: custom errors' names, or texts without the contract's name."""


def message_hash(message: Message) -> bytes:
    return keccak(keccak(text=f"relayMessage({','.join(MESSAGE)})")[:4] + encode(MESSAGE, message))


def legacy_hash(message: Message) -> bytes:
    nonce, sender, target, _, _, data = message
    types = ["address", "address", "bytes", "uint256"]
    selector = keccak(text=f"relayMessage({','.join(types)})")[:4]
    return keccak(selector + encode(types, [target, sender, data, nonce]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to; `gas` as a transaction's, if it succeeded."""

    returned: bytes | None
    logs: tuple[Log, ...]
    refusal: tuple[str, Any] | None
    gas: int


@dataclass(frozen=True, slots=True)
class Build:
    """One build's contracts: the chain of L1, the chain of L2."""

    artifacts: Artifacts
    l1: Chain
    l2: Chain
    superchain: Contract
    portal: Contract


def build(artifacts: Artifacts, make: Callable[..., Deployment]) -> Build:
    parameters = Parameters()
    root = l2().root(parameters.anchor_block)
    settlement = make(artifacts, parameters, anchor_root=root, prestate=PRESTATE_HASH)
    l1, other = settlement.chain, Chain()
    config = settlement.system_config.address
    l1.set_code(DOOR, DOOR_CODE)
    other.set_code(PASSER, artifacts("L2ToL1MessagePasser").runtime)
    Contract(other, "L2ToL1MessagePasser", PASSER, artifacts)
    for address, portal in ((L1_MESSENGER, settlement.portal.address), (L1_RECEIVER, DOOR)):
        _install(l1, artifacts("L1CrossDomainMessenger"), address)
        Contract(l1, "L1CrossDomainMessenger", address, artifacts).send(OWNER, "initialize", config, portal)
    _install(other, artifacts("L2CrossDomainMessenger"), L2_MESSENGER)
    messenger = Contract(other, "L2CrossDomainMessenger", L2_MESSENGER, artifacts)
    messenger.send(OWNER, "initialize", L1_MESSENGER)
    return Build(artifacts, l1, other, settlement.superchain, settlement.portal)


def both_builds(reference: Artifacts) -> tuple[Build, Build]:
    return build(artifact, Deployment), build(reference, OtherDeployment)


def _install(chain: Chain, found: Artifact, address: bytes) -> None:
    made = chain.deploy(OWNER, found.bytecode)
    chain.set_code(address, chain.code(made))
    chain.set_storage(address, ADMIN_SLOT, bytes(12) + OWNER)


class Side:
    """A chain of both builds. `gas` adds up what the functions cost in calls that both carried out."""

    def __init__(self, ours: Chain, theirs: Chain, messenger: Contract):
        self.chains = (ours, theirs)
        self.messenger = messenger
        self.gas: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def call(
        self, who: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS, named: str = ""
    ) -> Answer:
        """Both do it; AssertionError if they differ, or ours costs more. Returns ours."""
        ours, theirs = (_call(chain, who, to, data, value, gas) for chain in self.chains)
        if ours.refusal is not None or theirs.refusal is not None:
            assert mean_the_same(ours.refusal, theirs.refusal), f"{named}: {ours}, {theirs}"
            return ours
        assert ours.returned == theirs.returned, f"{named}: {ours}, {theirs}"
        assert [_without_gas(log) for log in ours.logs] == [_without_gas(log) for log in theirs.logs], named
        has_refused = any(not log.topics and not any(log.data[32:64]) for log in ours.logs)
        if ours.gas > gas * 7 // 8 or has_refused:
            # A target has eaten all that it was given, what ours has saved included; or it was refused
            # something, for which ours may look further, to give the better reason.
            return ours
        assert ours.gas <= theirs.gas, f"{named} costs {ours.gas}, the reference's {theirs.gas}"
        if named and ours.returned is not None:
            for counter, answer in zip(self.gas, (ours, theirs), strict=True):
                counter[named] += answer.gas
        return ours

    def ask(self, function: str, *args: Any) -> Answer:
        """A view of the messenger."""
        return self.call(bytes(20), self.messenger.address, self.messenger.encode(function, *args))

    def each(self, change: Callable[[Chain], Any]) -> None:
        for chain in self.chains:
            change(chain)

    def balance(self, address: bytes) -> int:
        ours, theirs = (chain.balance(address) for chain in self.chains)
        assert ours == theirs, f"0x{address.hex()} has {ours} wei with ours, {theirs} with the reference"
        return ours


def _call(chain: Chain, who: bytes, to: bytes, data: bytes, value: int, gas: int) -> Answer:
    try:
        returned = chain.send(who, to, data, value=value, gas=gas)
    except RefusedError as error:
        return Answer(None, (), (error.args[0], error.args[1]), 0)
    except HaltedError:
        return Answer(None, (), None, 0)
    return Answer(returned, tuple(chain.logs()), None, chain.gas_used)


def _without_gas(log: Log) -> tuple[Any, ...]:
    """A puppet's log (see tests/fuzz/puppet.py) begins with the gas that it had; what it was refused with has
    other words. Of that, only that it was refused counts."""
    if log.topics:
        return (log.address, log.topics, log.data)
    succeeded, returned = log.data[32:64], log.data[64:]
    return (log.address, succeeded, returned if any(succeeded) else b"")


def mean_the_same(ours: tuple[str, Any] | None, theirs: tuple[str, Any] | None) -> bool:
    """Whether two refusals have the same reason."""
    if ours is None or theirs is None:
        return False
    said = str(theirs[1][0]) if theirs[0] == "Error" else theirs[0]
    said = said.removeprefix("CrossDomainMessenger: ")
    return bool(ours[0]) and said in REFUSALS.get(ours[0], ours[0]).split(" | ")
