"""Messages and tokens of the fixtures' bridge, on a whole rollup."""

from eth_account.signers.local import LocalAccount

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_pairs import Pair
from opcycle.testing.addresses import to_address
from opcycle.testing.contracts import Contract
from opcycle.testing.rollup import LocalRollup
from opcycle.testing.user_bridge import UserBridge

ETHER = 10**18


def wrapped_ether(devnet: LocalRollup, layer: str, owner: LocalAccount) -> Contract:
    """A token, and a contract that takes ether and calls."""
    found = artifact("WETH")
    chain = devnet.l1 if layer == "L1" else devnet.l2
    return chain.deploy((found.abi, found.bytecode), sender=owner)


def test_a_message_reaches_a_contract_on_the_other_chain(
    devnet: LocalRollup, bridge: UserBridge, user: LocalAccount
) -> None:
    weth = wrapped_ether(devnet, "L2", user)
    sent = bridge.messages.send(Layer.L2, to_address(weth), weth.deposit.encode(), wei=7)
    devnet.l1.wait_for(sent)
    devnet.advance_until(lambda: bridge.messages.status(sent).is_relayed)
    assert devnet.l2.balance(weth) == 7


def test_a_token_goes_over_and_its_copy_is_minted(
    devnet: LocalRollup, bridge: UserBridge, user: LocalAccount
) -> None:
    weth, tokens = wrapped_ether(devnet, "L1", user), bridge.tokens
    weth.deposit(sender=user, ether=1)
    created = tokens.create(to_address(weth))
    devnet.l2.wait_for(created)
    copy = tokens.created(Layer.L2, created)
    assert copy is not None
    pair = Pair(to_address(weth), copy)
    approved = tokens.approve(Layer.L2, pair, 5)
    assert approved is not None
    devnet.l1.wait_for(approved)
    devnet.l1.wait_for(tokens.deposit(pair, 5))
    minted = devnet.l2.contract(pair.l2, (artifact("OptimismMintableERC20").abi, b""))
    devnet.advance_until(lambda: minted.balanceOf(user) == 5)
    assert weth.balanceOf(user) == ETHER - 5
