"""The copies of tokens that our factories make beside those that Optimism's make (`make reference`).

Where ours are meant to differ: docs/findings/token-bridges.md.
"""

from collections import Counter
from itertools import product
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.fuzz.evm import Contract
from tests.peers.bridge_builds import ALICE, APPROVAL, BOB, Build, builds, exchanged, succeeded

FACTORY_CALLS = (
    (0, "createOptimismMintableERC20", ("coin", "Another", "ANO")),
    (1, "createOptimismMintableERC20WithDecimals", ("coin", "Another", "ANO", 6)),
    (1, "createStandardL2Token", ("coin", "Another", "A longer name than fits into one slot of storage")),
    (2, "createOptimismMintableERC721", ("nft", "Another", "ANO")),
)
GETTERS = {
    "OptimismMintableERC20": (
        *("name", "symbol", "decimals", "remoteToken", "l1Token", "REMOTE_TOKEN", "bridge", "l2Bridge"),
        *("BRIDGE", "PERMIT2", "version", "totalSupply"),
    ),
    "OptimismMintableERC721": (
        *("name", "symbol", "remoteToken", "REMOTE_TOKEN", "bridge", "BRIDGE", "remoteChainId"),
        *("REMOTE_CHAIN_ID", "baseTokenURI", "version", "totalSupply"),
    ),
}


def made_and_told(build: Build, number: int, function: str, args: tuple[Any, ...]) -> tuple[Any, Any]:
    """What a factory logs, without the new token's address, and what the token answers."""
    name = "OptimismMintableERC721" if number == 2 else "OptimismMintableERC20"
    named = [build.tokens.get(item, item) if isinstance(item, str) else item for item in args]
    made = build.make(build.factories[number], function, *named)
    logs = [
        (log.address, [topic.replace(made, b"new") for topic in log.topics], log.data.replace(made, b"new"))
        for log in build.chain.logs()
    ]
    token = Contract(build.chain, name, made, build.artifact)
    return logs, [token.read(getter) for getter in GETTERS[name]]


def test_factories__log_the_same_and_make_the_same_token() -> None:
    ours, theirs = builds()
    before = ours.chain.snapshot(), theirs.chain.snapshot()
    for call in FACTORY_CALLS:
        logs, answers = made_and_told(ours, *call)
        assert (logs, answers) == made_and_told(theirs, *call)
        assert logs
    ours.chain.revert(before[0])
    theirs.chain.revert(before[1])


INTERFACES = ("01ffc9a7", "1d1d8b63", "ec4fc8e3", "80ac58cd", "5b5e139f", "780e9d63", "aecafc23", "ffffffff")


def test_tokens__support_the_same_interfaces() -> None:
    for name, interface in product(("twin on L1", "twin nft"), INTERFACES):
        ours, theirs = (
            build.number(build.tokens[name], "supportsInterface(bytes4)", bytes.fromhex(interface))
            for build in builds()
        )
        assert ours == theirs, (name, interface)


PERMIT2 = bytes.fromhex("000000000022d473030f116ddee9f6b43ac78ba3")
ERC20_CALLS = (
    *("transfer(address,uint256)", "approve(address,uint256)", "transferFrom(address,address,uint256)"),
    *("increaseAllowance(address,uint256)", "decreaseAllowance(address,uint256)"),
    *("mint(address,uint256)", "burn(address,uint256)", "allowance(address,address)"),
)
ERC721_CALLS = (
    *("approve(address,uint256)", "transferFrom(address,address,uint256)", "setApprovalForAll(address,bool)"),
    *("safeTransferFrom(address,address,uint256)", "getApproved(uint256)", "tokenByIndex(uint256)"),
    *("ownerOf(uint256)", "tokenOfOwnerByIndex(address,uint256)", "isApprovedForAll(address,address)"),
    *("tokenURI(uint256)", "safeMint(address,uint256)", "burn(address,uint256)"),
)


TO_ONESELF = ("ERC721: approval to current owner", "ERC721: approve to caller")
"""What only the older refuses: to approve oneself, which changes nothing."""

AMOUNTS = (0, 1, 7, 100, 999, 1000, 1001, 2**256 - 1)


@st.composite
def uses(draw: st.DrawFn) -> tuple[Any, ...]:
    """A call of a copy by one of the owners. That nobody may take all is refused by the newer only."""
    name, calls = draw(st.sampled_from((("twin on L2", ERC20_CALLS), ("twin nft", ERC721_CALLS))))
    sender, signature = draw(st.sampled_from((ALICE, BOB, PERMIT2))), draw(st.sampled_from(calls))
    nobody = () if signature.startswith("set") else (bytes(20),)
    whom = {
        "address": st.sampled_from((ALICE, BOB, PERMIT2, *nobody)),
        "uint256": st.integers(0, 5) if calls is ERC721_CALLS else st.sampled_from(AMOUNTS),
        "bool": st.booleans(),
    }
    kinds = signature[signature.index("(") + 1 : -1].split(",")
    args = [draw(whom[kind]) for kind in kinds]
    if "ransferFrom" in signature:
        args[0] = draw(st.sampled_from((sender, sender, args[0])))
    return sender, name, signature, *args


def without_approvals(outcome: Any) -> Any:
    """The older ERC-20 logs what is left of an allowance when some of it is used."""
    returned, logs = outcome
    return returned, [log for log in logs if log[1][0] != APPROVAL]


def test_copies_are_used__ours_and_the_reference_do_the_same() -> None:
    """Of a refusal only that it is one: errors are OpenZeppelin's of two times."""
    ours, theirs = builds()
    met = Counter[str]()

    @settings(max_examples=max(100, settings().max_examples))
    @given(st.lists(uses(), min_size=10, max_size=40))
    @example([(ALICE, "twin nft", "safeTransferFrom(address,address,uint256)", ALICE, BOB, 3)])  # rarely met
    def compare(calls: list[tuple[Any, ...]]) -> None:
        before = ours.chain.snapshot(), theirs.chain.snapshot()
        try:
            for call in calls:
                expected = exchanged(theirs.use(*call))
                if expected in TO_ONESELF:
                    continue
                found = ours.use(*call)
                assert succeeded(found) == succeeded(expected), (call, found, expected)
                if succeeded(found):
                    assert found == expected or found == without_approvals(expected), (call, found, expected)
                    met[call[2]] += 1
            assert ours.holdings() == theirs.holdings()
        finally:
            ours.chain.revert(before[0])
            theirs.chain.revert(before[1])

    compare()
    never = {"mint(address,uint256)", "safeMint(address,uint256)", "burn(address,uint256)"}
    assert {*ERC20_CALLS, *ERC721_CALLS} - set(met) == never
