"""What `benchmarks.bridge_gas` measures: each function of portal, messengers, bridges and configuration.

The other chain's half of a message is put in place by impersonation: who the portal's withdrawal is from, and
whose message a messenger relays, are slots of theirs.
"""

from collections.abc import Callable
from typing import Any

from tests.fuzz.disputes.deploy import GUARDIAN, OWNER, account
from tests.fuzz.evm import Contract

from opcycle.protocol import predeploys

USER, HEIR = account("user"), account("heir")
LEGACY_ETHER = bytes.fromhex("deaddeaddeaddeaddeaddeaddeaddeaddead0000")
L2_SENDER_SLOT, MESSAGE_SENDER_SLOT = (slot.to_bytes(32, "big") for slot in (50, 204))
NOBODY = bytes.fromhex("dead")
ETHER = 10**18
GAS = 200_000
"""What a message asks for its target on the other chain."""

REVERTS = bytes.fromhex("60006000fd")


def alias(address: bytes) -> bytes:
    offset = 0x1111000000000000000000000000000000001111
    return ((int.from_bytes(address, "big") + offset) % 2**160).to_bytes(20, "big")


def depositing(meter: Any) -> None:
    portal, deposit = meter.system.portal, ("depositTransaction", USER, 1, 21_000, False, b"")
    meter.send(portal, *deposit, value=1, note="portal: depositTransaction, first")
    meter.send(portal, *deposit, value=1, note="portal: depositTransaction")
    long = ("depositTransaction", HEIR, 0, GAS, False, bytes(1000))
    meter.send(portal, *long, note="portal: depositTransaction, 1,000 zeros")
    meter.send(portal, "", value=1, note="portal: receive")
    meter.send(portal, "donateETH", value=1, note="portal: donateETH")
    withdraw = ("initiateWithdrawal", USER, GAS, b"")
    meter.send(meter.system.passer, *withdraw, value=1, note="message passer: initiateWithdrawal, first")
    meter.send(meter.system.passer, *withdraw, value=1, note="message passer: initiateWithdrawal")
    meter.send(meter.system.passer, "burn", note="message passer: burn")


def messages(meter: Any) -> None:
    system, send = meter.system, ("sendMessage", HEIR, bytes(100), GAS)
    for name, messenger in (("L1", system.messenger), ("L2", system.l2_messenger)):
        meter.send(messenger, *send, value=1, note=f"{name} messenger: sendMessage, first")
        meter.send(messenger, *send, value=1, note=f"{name} messenger: sendMessage")
    _set_word(meter, system.portal, L2_SENDER_SLOT, system.l2_messenger.address)
    _relaying(meter, "L1", system.messenger, system.portal.address)
    _set_word(meter, system.portal, L2_SENDER_SLOT, NOBODY)
    _relaying(meter, "L2", system.l2_messenger, alias(system.messenger.address))


def _relaying(meter: Any, name: str, messenger: Contract, other: bytes) -> None:
    """A message that arrives, one that fails, and that one again when its target takes it."""
    target = account(f"target on {name}")
    meter.chain.set_balance(other, 1000 * ETHER)

    def relay(nonce: int) -> tuple[Any, ...]:
        return ("relayMessage", 2**240 + nonce, USER, target, 1, GAS, bytes(100))

    meter.send(messenger, *relay(1), sender=other, value=1, note=f"{name} messenger: relayMessage")
    meter.chain.set_code(target, REVERTS)
    meter.send(messenger, *relay(2), sender=other, value=1, note=f"{name} messenger: relayMessage, fails")
    meter.chain.set_code(target, b"")
    meter.send(messenger, *relay(2), note=f"{name} messenger: relayMessage, again")


def ether(meter: Any) -> None:
    l1, l2 = meter.system.bridge, meter.system.l2_bridge
    meter.send(l1, "depositETH", GAS, b"", value=1, note="L1 bridge: depositETH")
    meter.send(l1, "depositETHTo", HEIR, GAS, b"", value=1, note="L1 bridge: depositETHTo")
    meter.send(l2, "withdraw", LEGACY_ETHER, 1, GAS, b"", value=1, note="L2 bridge: withdraw, ETH")
    for name, bridge in (("L1", l1), ("L2", l2)):
        meter.send(bridge, "", value=1, note=f"{name} bridge: receive")
        meter.send(bridge, "bridgeETH", GAS, b"", value=1, note=f"{name} bridge: bridgeETH")
        meter.send(bridge, "bridgeETHTo", HEIR, GAS, b"", value=1, note=f"{name} bridge: bridgeETHTo")
    for name, bridge, by, other in _ends(meter.system):
        call = ("finalizeBridgeETH", USER, HEIR, 1, b"")
        _in_a_message(meter, bridge, by, other, *call, value=1, note=f"{name} bridge: finalizeBridgeETH")


def tokens(meter: Any) -> None:
    """A token of L1, and its twin on L2 as the factory there makes it."""
    system, token = meter.system, meter.system.token
    create = ("createOptimismMintableERC20", token.address, "Wrapped", "W")
    decimals = ("createOptimismMintableERC20WithDecimals", token.address, "Six", "S", 6)
    legacy = ("createStandardL2Token", token.address, "Standard", "S")
    for name, factory in (("L1", system.token_factory), ("L2", system.l2_token_factory)):
        twin = meter.address_of_next(factory, *create)
        meter.send(factory, *create, note=f"{name} factory: createOptimismMintableERC20")
        meter.send(factory, *decimals, note=f"{name} factory: …WithDecimals")
        meter.send(factory, *legacy, note=f"{name} factory: createStandardL2Token")
    meter.send(token, "deposit", value=ETHER)
    meter.send(token, "approve", system.bridge.address, ETHER)
    _tokens_away(meter, token.address, twin)
    _tokens_home(meter, token.address, twin)


def _tokens_away(meter: Any, token: bytes, twin: bytes) -> None:
    l1, pair = meter.system.bridge, (token, twin)
    meter.send(l1, "depositERC20", *pair, 9, GAS, b"", note="L1 bridge: depositERC20, first")
    meter.send(l1, "depositERC20", *pair, 9, GAS, b"", note="L1 bridge: depositERC20")
    meter.send(l1, "depositERC20To", *pair, HEIR, 9, GAS, b"", note="L1 bridge: depositERC20To")
    meter.send(l1, "bridgeERC20", *pair, 9, GAS, b"", note="L1 bridge: bridgeERC20")
    meter.send(l1, "bridgeERC20To", *pair, HEIR, 9, GAS, b"", note="L1 bridge: bridgeERC20To")
    _, (name, bridge, by, other) = _ends(meter.system)
    call = ("finalizeBridgeERC20", twin, token, USER, USER, 9, b"")
    for which in (", first", ""):
        _in_a_message(meter, bridge, by, other, *call, note=f"{name} bridge: finalizeBridgeERC20{which}")


def _tokens_home(meter: Any, token: bytes, twin: bytes) -> None:
    l2, to = meter.system.l2_bridge, (twin, token, HEIR, 1, GAS, b"")
    meter.send(l2, "bridgeERC20", twin, token, 1, GAS, b"", note="L2 bridge: bridgeERC20")
    meter.send(l2, "bridgeERC20To", *to, note="L2 bridge: bridgeERC20To")
    meter.send(l2, "withdraw", twin, 1, GAS, b"", note="L2 bridge: withdraw")
    meter.send(l2, "withdrawTo", twin, HEIR, 1, GAS, b"", note="L2 bridge: withdrawTo")
    (name, bridge, by, other), _ = _ends(meter.system)
    call = ("finalizeBridgeERC20", token, twin, USER, HEIR, 9, b"")
    _in_a_message(meter, bridge, by, other, *call, note=f"{name} bridge: finalizeBridgeERC20")


def collectibles(meter: Any) -> None:
    system, nft = meter.system, meter.system.nft
    create = ("createOptimismMintableERC721", nft.address, "Twin", "T")
    twin = meter.address_of_next(system.l2_nft_factory, *create)
    meter.send(system.l2_nft_factory, *create, note="L2 factory: createOptimismMintableERC721")
    for number in (1, 2):
        meter.send(nft, "safeMint", USER, number, sender=OWNER)
    meter.send(nft, "setApprovalForAll", system.nft_bridge.address, True)
    l1, l2 = system.nft_bridge, system.l2_nft_bridge
    meter.send(l1, "bridgeERC721", nft.address, twin, 1, GAS, b"", note="L1 NFT bridge: bridgeERC721")
    to = (nft.address, twin, HEIR, 2, GAS, b"")
    meter.send(l1, "bridgeERC721To", *to, note="L1 NFT bridge: bridgeERC721To")
    for number in (1, 2):
        call = ("finalizeBridgeERC721", twin, nft.address, USER, USER, number, b"")
        note = "L2 NFT bridge: finalizeBridgeERC721" + ", first" * (number == 1)
        _in_a_message(meter, l2, system.l2_messenger, l1.address, *call, note=note)
    meter.send(l2, "bridgeERC721", twin, nft.address, 1, GAS, b"", note="L2 NFT bridge: bridgeERC721")
    to = (twin, nft.address, HEIR, 2, GAS, b"")
    meter.send(l2, "bridgeERC721To", *to, note="L2 NFT bridge: bridgeERC721To")
    call = ("finalizeBridgeERC721", nft.address, twin, USER, HEIR, 1, b"")
    note = "L1 NFT bridge: finalizeBridgeERC721"
    _in_a_message(meter, l1, system.messenger, l2.address, *call, note=note)


def configuration(meter: Any) -> None:
    config, superchain = meter.system.system_config, meter.system.superchain
    calls: list[tuple[Any, ...]] = [
        ("setBatcherHash(address)", USER),
        ("setBatcherHash(bytes32)", USER.rjust(32, b"\0")),
        ("setGasConfig", 1, 2),
        ("setGasConfigEcotone", 3, 4),
        ("setGasLimit", 30_000_000),
        ("setUnsafeBlockSigner", USER),
        ("setEIP1559Params", 250, 6),
        ("setOperatorFeeScalars", 5, 6),
        ("setMinBaseFee", 7),
        ("setDAFootprintGasScalar", 400),
        ("setFeature", b"x".ljust(32, b"\0"), True),
    ]
    for name, *args in calls:
        meter.send(config, name, *args, sender=OWNER, note=f"SystemConfig: {name}")
    for name in ("pause", "extend", "unpause"):
        portal = meter.system.portal.address
        meter.send(superchain, name, portal, sender=GUARDIAN, note=f"SuperchainConfig: {name}")


def attributes(meter: Any) -> None:
    contract, by = meter.system.attributes, predeploys.DEPOSITOR_ACCOUNT
    body = bytes(range(1, 161))
    isthmus = (bytes.fromhex("098999be") + body + bytes(12), ", Isthmus")
    jovian = (bytes.fromhex("3db6be2b") + body + bytes(12) + b"\1\2", ", Jovian")
    for data, name in ((bytes.fromhex("440a5e20") + body, ", Ecotone"), isthmus, jovian):
        meter.chain.send(by, contract.address, data)
        meter.chain.send(by, contract.address, data[:30] + b"\7" + data[31:])
        meter.gas[f"L1Block: attributes{name}"] = meter.chain.gas_used


def _ends(system: Any) -> tuple[tuple[str, Contract, Contract, bytes], ...]:
    """Of L1 and of L2: name, bridge, messenger, and the other chain's bridge."""
    return (
        ("L1", system.bridge, system.messenger, system.l2_bridge.address),
        ("L2", system.l2_bridge, system.l2_messenger, system.bridge.address),
    )


def _in_a_message(
    meter: Any, bridge: Contract, messenger: Contract, other: bytes, *call: Any, **options: Any
) -> None:
    """Call a bridge as its messenger does when it relays a message of the other chain's bridge."""
    _set_word(meter, messenger, MESSAGE_SENDER_SLOT, other)
    meter.chain.set_balance(messenger.address, 1000 * ETHER)
    meter.send(bridge, *call, sender=messenger.address, **options)
    _set_word(meter, messenger, MESSAGE_SENDER_SLOT, NOBODY)


def _set_word(meter: Any, contract: Contract, slot: bytes, address: bytes) -> None:
    meter.chain.set_storage(contract.address, slot, address.rjust(32, b"\0"))


SCENES: tuple[Callable[[Any], None], ...] = (
    depositing,
    messages,
    ether,
    tokens,
    collectibles,
    configuration,
    attributes,
)
