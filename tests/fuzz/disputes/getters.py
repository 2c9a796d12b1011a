"""Every getter of every contract, asked of two builds at once about all that there is."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import collapse_if_tuple
from eth_utils.crypto import keccak
from tests.fuzz.disputes.deploy import CANNON, L2_CHAIN_ID, Artifacts, Deployment
from tests.fuzz.disputes.truth import l2
from tests.fuzz.evm import Contract, HaltedError, RefusedError
from tests.fuzz.message_passer import withdrawal_hash

MOST_CLAIMS = 16
"""Of a game; a getter of two numbers is asked about all pairs."""

Values = Mapping[str, Sequence[Any]]
"""What to ask about, by ABI type; or, for all arguments at once, by signature."""

Getter = tuple[str, tuple[str, ...]]
"""Signature and types of arguments."""


def compare_getters(
    ours: Deployment, theirs: Artifacts, games: Sequence[Contract], people: Sequence[bytes]
) -> None:
    """Raises DifferenceError (ours is on a TwinChain) at the first answer that differs."""
    addresses = [*people, *(game.address for game in games), ours.weth.address]
    for game in games:
        indices = range(min(game.read("claimDataLen"), MOST_CLAIMS) + 1)
        values = {
            "uint256": [*indices, L2_CHAIN_ID],
            "uint128": [1, 2, 5, 127, 128],
            "address": addresses,
            "bytes32": [_claim_hash(game, index) for index in indices[:-1]],
        }
        _ask(ours, _shared_getters(ours, theirs, "FaultDisputeGame"), game.address, values)
    data = [tuple(game.read("gameData")) for game in games]
    hashes = [withdrawal_hash(withdrawal) for withdrawal in l2().withdrawals]
    values = {
        "uint256": range(len(games) + 1),
        "uint32": (CANNON, 7),
        "uint64": (0, 1000),
        "address": addresses,
        "bytes32": hashes,
        "games(uint32,bytes32,bytes)": data,
        "getGameUUID(uint32,bytes32,bytes)": data,
        **{f"isGame{what}(address)": [(game.address,) for game in games] for what in _JUDGEMENTS},
    }
    for name, contract in (
        ("DisputeGameFactory", ours.factory),
        ("AnchorStateRegistry", ours.registry),
        ("DelayedWETH", ours.weth),
        ("OptimismPortal2", ours.portal),
    ):
        _ask(ours, _shared_getters(ours, theirs, name), contract.address, values)


def _claim_hash(game: Contract, index: int) -> bytes:
    """What a claim is called in `claims`."""
    parent, _, _, _, claim, position, _ = game.read("claimData", index)
    return keccak(claim + position.to_bytes(16, "big") + parent.to_bytes(16, "big"))


_JUDGEMENTS = (
    "Registered",
    "Respected",
    "Blacklisted",
    "Retired",
    "Resolved",
    "Proper",
    "Finalized",
    "ClaimValid",
)


def _shared_getters(ours: Deployment, theirs: Artifacts, name: str) -> list[Getter]:
    shared = set(_getters(theirs(name).abi))
    return [getter for getter in _getters(ours.artifacts(name).abi) if getter in shared]


def _getters(abi: Sequence[Mapping[str, Any]]) -> Iterator[Getter]:
    for entry in abi:
        if entry["type"] == "function" and entry["stateMutability"] in ("view", "pure"):
            types = tuple(map(collapse_if_tuple, entry["inputs"]))
            yield f"{entry['name']}({','.join(types)})", types


def _ask(ours: Deployment, getters: Sequence[Getter], address: bytes, values: Values) -> None:
    for signature, types in getters:
        listed = values[signature] if signature in values else product(*(values[kind] for kind in types))
        for args in listed:
            with suppress(RefusedError, HaltedError):
                ours.chain.call(bytes(20), address, keccak(text=signature)[:4] + encode(types, args))
