"""Our proxy and its admin beside Optimism's own: the same calls, whoever makes them, come to the same.

Ours differ on purpose in two things, and here only in these: they take no implementation without code and no
admin that is nobody, with either of which a proxy of Optimism's is lost. Errors have other names.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.disputes.deploy import Artifacts, in_directory
from tests.fuzz.evm import Chain, HaltedError, RefusedError

from opcycle.artifacts import artifact
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT

REFERENCE = in_directory(Path(__file__).parents[2] / ".tools/reference/out")
DEPLOYER, OWNER, OTHER_ADMIN, ALICE = (bytes([tag]) * 20 for tag in (0xD0, 0x01, 0xAD, 0xA1))
NOBODY = bytes(20)
CALLERS = (OWNER, OTHER_ADMIN, ALICE, NOBODY)
RICH = 10**24


def call(signature: str, *arguments: object) -> bytes:
    types = signature.partition("(")[2].rstrip(")").split(",")
    return keccak(text=signature)[:4] + encode([kind for kind in types if kind], arguments)


class Build:
    """A proxy of the admin contract's, one of an account's, and two implementations that take any call."""

    def __init__(self, artifacts: Artifacts) -> None:
        self.chain = Chain()
        self.first, self.second = (
            self._create(artifact, "WETH"),
            self._create(artifact, "LegacyMessagePasser"),
        )
        self.admin = self._create(artifacts, "ProxyAdmin", OWNER)
        self.proxy = self._create(artifacts, "Proxy", self.admin)
        self.other = self._create(artifacts, "Proxy", OTHER_ADMIN)
        for caller in CALLERS:
            self.chain.set_balance(caller, RICH)

    def _create(self, artifacts: Artifacts, name: str, *addresses: bytes) -> bytes:
        arguments = encode(["address"] * len(addresses), addresses)
        return self.chain.deploy(DEPLOYER, artifacts(name).bytecode + arguments)

    @property
    def places(self) -> tuple[bytes, ...]:
        return (self.admin, self.proxy, self.other, self.first, self.second, ALICE, NOBODY)

    def told(self, caller: bytes, target: bytes, data: bytes, value: int) -> object:
        """What it returns and logs, or that it does not."""
        try:
            returned = self.chain.send(caller, target, data, value=value)
        except (RefusedError, HaltedError):
            return None
        return returned, [(log.address, log.topics, log.data) for log in self.chain.logs()]

    @property
    def state(self) -> list[object]:
        slots = (IMPLEMENTATION_SLOT, ADMIN_SLOT)
        proxies = (self.proxy, self.other)
        return [
            self.chain.storage(self.admin, 0),
            *(self.chain.storage(proxy, slot) for proxy in proxies for slot in slots),
            *(self.chain.balance(address) for address in (*proxies, self.admin, *CALLERS)),
        ]


@dataclass(frozen=True, slots=True)
class Deed:
    """Numbers choose among the places of a build. `inner` is what an upgrade calls."""

    caller: bytes
    target: int
    function: str
    places: tuple[int, int]
    inner: bytes
    value: int

    def data(self, build: Build) -> bytes:
        one, two = (build.places[index] for index in self.places)
        calls = {
            "upgradeTo": call("upgradeTo(address)", one),
            "upgradeToAndCall": call("upgradeToAndCall(address,bytes)", one, self.inner),
            "changeAdmin": call("changeAdmin(address)", one),
            "admin": call("admin()"),
            "implementation": call("implementation()"),
            "upgrade": call("upgrade(address,address)", one, two),
            "upgradeAndCall": call("upgradeAndCall(address,address,bytes)", one, two, self.inner),
            "changeProxyAdmin": call("changeProxyAdmin(address,address)", one, two),
            "getProxyAdmin": call("getProxyAdmin(address)", one),
            "getProxyImplementation": call("getProxyImplementation(address)", one),
            "transferOwnership": call("transferOwnership(address)", one),
            "owner": call("owner()"),
            "inner": self.inner,
        }
        return calls[self.function]

    def is_refused_by_ours_only(self, build: Build) -> bool:
        one, two = (build.places[index] for index in self.places)
        named = two if self.function in ("upgrade", "upgradeAndCall", "changeProxyAdmin") else one
        if self.function in ("changeAdmin", "changeProxyAdmin", "transferOwnership"):
            return named == NOBODY
        return self.function.startswith("upgrade") and not build.chain.code(named).rstrip(b"\0")


DEEDS = st.builds(
    Deed,
    caller=st.sampled_from(CALLERS),
    target=st.integers(0, 2),
    function=st.sampled_from(
        [
            *("upgradeTo", "upgradeToAndCall", "changeAdmin", "admin", "implementation", "inner", "upgrade"),
            *("upgradeAndCall", "changeProxyAdmin", "getProxyAdmin", "getProxyImplementation"),
            *("transferOwnership", "owner"),
        ]
    ),
    places=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    inner=st.sampled_from(
        [
            b"",
            call("deposit()"),
            call("withdraw(uint256)", 1),
            call("name()"),
            call("passMessageToL1(bytes)", b"x"),
        ]
    ),
    value=st.sampled_from([0, 0, 5]),
)


@given(deeds=st.lists(DEEDS, min_size=1, max_size=12))
def test_anything_is_called__ours_and_the_reference_do_the_same(deeds: list[Deed]) -> None:
    ours, theirs = Build(artifact), Build(REFERENCE)
    assert ours.places == theirs.places
    for deed in deeds:
        target, data = ours.places[deed.target], deed.data(ours)
        if deed.is_refused_by_ours_only(ours):
            continue
        told = ours.told(deed.caller, target, data, deed.value)
        assert told == theirs.told(deed.caller, target, data, deed.value), deed
        assert ours.state == theirs.state, deed


@pytest.mark.parametrize(
    ("caller", "target", "function", "places"),
    [
        *((OWNER, 0, name, (1, 4)) for name in ("upgrade", "upgradeAndCall", "changeProxyAdmin")),
        *((ALICE, 0, name, (1, 4)) for name in ("getProxyAdmin", "getProxyImplementation", "owner")),
        *((OTHER_ADMIN, 2, name, (3, 4)) for name in ("upgradeTo", "upgradeToAndCall", "changeAdmin")),
        *((NOBODY, 1, name, (3, 4)) for name in ("upgradeTo", "admin", "implementation")),
        (OWNER, 0, "transferOwnership", (5, 5)),
    ],
)
def test_who_may_call_it_does__ours_and_the_reference_do_the_same(
    caller: bytes, target: int, function: str, places: tuple[int, int]
) -> None:
    deed = Deed(caller, target, function, places, call("passMessageToL1(bytes)", b"x"), 0)
    if function == "upgradeToAndCall":
        deed = Deed(caller, target, function, places, call("deposit()"), 5)
    ours, theirs = Build(artifact), Build(REFERENCE)
    told = ours.told(caller, ours.places[target], deed.data(ours), deed.value)
    assert told is not None
    assert told == theirs.told(caller, theirs.places[target], deed.data(theirs), deed.value)
    assert ours.state == theirs.state


@pytest.mark.parametrize("function", ["upgradeTo(address)", "changeAdmin(address)"])
def test_what_would_lose_a_proxy__only_the_reference_does_it(function: str) -> None:
    ours, theirs = Build(artifact), Build(REFERENCE)
    for build, is_done in ((ours, False), (theirs, True)):
        before = build.state
        told = build.told(OTHER_ADMIN, build.other, call(function, NOBODY), 0)
        assert (told is not None, build.state != before) == (
            is_done,
            is_done and function != "upgradeTo(address)",
        )


def test_fork_upgrades__from_the_zero_address__are_taken_by_both() -> None:
    for build in (Build(artifact), Build(REFERENCE)):
        assert build.told(NOBODY, build.proxy, call("upgradeTo(address)", build.second), 0) is not None
        assert build.chain.storage(build.proxy, IMPLEMENTATION_SLOT)[12:] == build.second
