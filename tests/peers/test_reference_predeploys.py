"""L2's predeploys and Optimism's: the same calls, whoever makes them, whatever they carry, come to the same.

Each predeploy is called by the functions of the reference's ABI that ours has, with arguments at random and
with calldata cut short. Results, events, balances and what L1Block stores are compared; of a refusal that it
is one: errors have other names. The base fee's scalar stays below 2^28, from where on the reference's oracle
answers nothing: it takes 16 times the scalar for a number of 32 bits.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.abi import collapse_if_tuple
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.evm import Chain, HaltedError, RefusedError

from opcycle.artifacts import OUT, artifact
from opcycle.protocol import predeploys

REFERENCE = Path(".tools/reference/out")
ALICE, BOB = b"\xa1" * 20, b"\xb0" * 20
CALLERS = (ALICE, BOB, predeploys.DEPOSITOR_ACCOUNT)
PLACES = {
    "L1Block": predeploys.L1_BLOCK,
    "GasPriceOracle": predeploys.GAS_PRICE_ORACLE,
    "L2ToL1MessagePasser": predeploys.L2_TO_L1_MESSAGE_PASSER,
    "L1BlockNumber": predeploys.L1_BLOCK_NUMBER,
    "WETH": predeploys.WETH,
    "LegacyMessagePasser": predeploys.L1_BLOCK[:-1] + b"\x00",
    "DeployerWhitelist": predeploys.L1_BLOCK[:-1] + b"\x02",
}
JOVIAN = (1 << 24 | 1 << 16 | 1 << 8 | 1).to_bytes(32, "big")
"""Upstream's GasPriceOracle is told of four forks; ours knows three from the start."""

FORKS = {f"set{fork}()" for fork in ("Ecotone", "Fjord", "Isthmus", "Jovian")}


@dataclass(frozen=True, slots=True)
class Function:
    """One that both have, as the ABI describes it."""

    name: str
    types: tuple[str, ...]
    is_payable: bool

    @property
    def selector(self) -> bytes:
        return keccak(text=self.signature)[:4]

    @property
    def signature(self) -> str:
        return f"{self.name}({','.join(self.types)})"


def functions_of(abi: list[dict[str, Any]]) -> set[Function]:
    return {
        Function(
            entry["name"],
            tuple(map(collapse_if_tuple, entry["inputs"])),
            entry["stateMutability"] == "payable",
        )
        for entry in abi
        if entry["type"] == "function"
    }


@cache
def shared_functions(name: str) -> tuple[Function, ...]:
    both = functions_of(artifact(name).abi) & functions_of(artifact(name, REFERENCE).abi)
    return tuple(sorted(both, key=lambda found: found.signature))


@cache
def chains() -> tuple[Chain, Chain]:
    """Ours and the reference's, all predeploys in place."""
    made = []
    for directory in (OUT, REFERENCE):
        chain = Chain()
        chain.set_block(1000, 1_700_000_000, 7)
        for name, address in PLACES.items():
            chain.set_code(address, artifact(name, directory).runtime)
        chain.set_storage(PLACES["GasPriceOracle"], bytes(32), JOVIAN if directory == REFERENCE else b"\1")
        for caller in CALLERS:
            chain.set_balance(caller, 10**30)
        made.append(chain)
    ours, theirs = made
    return ours, theirs


def values(kind: str) -> st.SearchStrategy[Any]:
    if kind.startswith("uint"):
        bits = int(kind.removeprefix("uint"))
        return st.one_of(st.integers(0, 2**bits - 1), st.integers(0, min(2**bits - 1, 10_000)))
    fixed: dict[str, st.SearchStrategy[Any]] = {
        "address": st.sampled_from(CALLERS),
        "bool": st.booleans(),
        "bytes32": st.binary(min_size=32, max_size=32),
        "bytes": st.binary(max_size=300),
    }
    return fixed[kind]


@st.composite
def attributes(draw: st.DrawFn) -> bytes:
    """Calldata of an L1-attributes deposit of any form but Bedrock's, often too short."""
    selector = draw(st.sampled_from(("440a5e20", "098999be", "3db6be2b")))
    scalar = draw(st.integers(0, 2**28 - 1)).to_bytes(4, "big")
    return bytes.fromhex(selector) + (scalar + draw(st.binary(max_size=176)))[: draw(st.integers(0, 180))]


@st.composite
def calls(draw: st.DrawFn, name: str) -> tuple[bytes, bytes, int]:
    """Who calls, with what, and how much ETH comes along."""
    if name == "L1Block" and draw(st.booleans()):
        return predeploys.DEPOSITOR_ACCOUNT, draw(attributes()), 0
    function = draw(st.sampled_from(shared_functions(name)))
    arguments = [draw(values(kind)) for kind in function.types]
    data = function.selector + encode(function.types, arguments)
    if draw(st.integers(0, 9)) == 0:
        data = data[: draw(st.integers(0, len(data)))]
    worth = draw(st.integers(0, 10**20)) if function.is_payable or draw(st.integers(0, 9)) == 0 else 0
    return draw(st.sampled_from(CALLERS)), data, worth


def outcome(chain: Chain, to: bytes, call: tuple[bytes, bytes, int]) -> Any:
    sender, data, worth = call
    try:
        returned = chain.call(sender, to, data, value=worth)
    except (RefusedError, HaltedError):
        return "refused"
    return returned, [(log.address, log.topics, log.data) for log in chain.logs()], chain.balance(to)


@pytest.mark.parametrize("name", PLACES)
def test_a_predeploy_answers_as_the_references_does(name: str) -> None:
    ours, theirs = chains()
    successes = 0

    @given(st.lists(calls("L1Block"), max_size=3), st.lists(calls(name), min_size=1, max_size=8))
    def compare(before: list[Any], after: list[Any]) -> None:
        nonlocal successes
        snapshots = ours.snapshot(), theirs.snapshot()
        try:
            for at, call in [*(("L1Block", call) for call in before), *((name, call) for call in after)]:
                found = outcome(ours, PLACES[at], call)
                assert found == outcome(theirs, PLACES[at], call), (at, call)
                successes += found != "refused"
            for slot in range(10):
                place = PLACES["L1Block"]
                assert ours.storage(place, slot) == theirs.storage(place, slot), f"slot {slot} of L1Block"
        finally:
            ours.revert(snapshots[0])
            theirs.revert(snapshots[1])

    compare()
    assert successes > 50


def test_what_is_left_out_of_the_comparison_is_known() -> None:
    for name in PLACES:
        theirs = functions_of(json.loads(json.dumps(artifact(name, REFERENCE).abi)))
        missing = {found.signature for found in theirs} - {f.signature for f in shared_functions(name)}
        known = {"GasPriceOracle": FORKS, "L1Block": {"isFeatureEnabled(bytes32)", "setFeature(bytes32)"}}
        assert missing - {"proxyAdmin()", "proxyAdminOwner()"} == known.get(name, set()), name
