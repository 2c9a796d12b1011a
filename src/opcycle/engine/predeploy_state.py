"""What the genesis state has at the predeploys' addresses: set up as their initializers would have done it.

A predeploy's address holds a proxy; its logic sits at the same low bytes in the code namespace 0xc0d3…, where
nobody can set it up. The proxies' admin is the ProxyAdmin predeploy. Source: OP Stack specs, "Predeploys".

Upstream's genesis has proxies in all 2,048 places of the namespace, most of them empty. Ours has those that
something runs in: with the others, genesis.json has 9.5 MB instead of 0.2, and hashing it here and loading it
into op-geth takes more than a second longer, each time that a devnet starts anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, INITIALIZED_SLOT, Account
from opcycle.engine.system_contracts import L2_SYSTEM_CONTRACTS, SYSTEM_CODE
from opcycle.protocol import predeploys
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum

_CODE_NAMESPACE = bytes.fromhex("c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3")

_PROXIED = {
    predeploys.LEGACY_MESSAGE_PASSER: "LegacyMessagePasser",
    predeploys.DEPLOYER_WHITELIST: "DeployerWhitelist",
    predeploys.L2_CROSS_DOMAIN_MESSENGER: "L2CrossDomainMessenger",
    predeploys.GAS_PRICE_ORACLE: "GasPriceOracle",
    predeploys.L2_STANDARD_BRIDGE: "L2StandardBridge",
    predeploys.SEQUENCER_FEE_VAULT: "SequencerFeeVault",
    predeploys.OPTIMISM_MINTABLE_ERC20_FACTORY: "OptimismMintableERC20Factory",
    predeploys.L1_BLOCK_NUMBER: "L1BlockNumber",
    predeploys.L2_ERC721_BRIDGE: "L2ERC721Bridge",
    predeploys.L1_BLOCK: "L1Block",
    predeploys.L2_TO_L1_MESSAGE_PASSER: "L2ToL1MessagePasser",
    predeploys.OPTIMISM_MINTABLE_ERC721_FACTORY: "OptimismMintableERC721Factory",
    predeploys.PROXY_ADMIN: "ProxyAdmin",
    predeploys.BASE_FEE_VAULT: "BaseFeeVault",
    predeploys.L1_FEE_VAULT: "L1FeeVault",
    predeploys.OPERATOR_FEE_VAULT: "OperatorFeeVault",
}

_PLAIN = {predeploys.WETH: "WETH"}

_VAULTS = (
    predeploys.SEQUENCER_FEE_VAULT,
    predeploys.BASE_FEE_VAULT,
    predeploys.L1_FEE_VAULT,
    predeploys.OPERATOR_FEE_VAULT,
)

_NO_SENDER = 0xDEAD
"""Whom a messenger names while it relays nothing."""

_SET_UP, _DISABLED = 1, 2**64 - 1
"""What OpenZeppelin's `Initializable` stores after `initialize`, and where it can never be called."""


@dataclass(frozen=True, slots=True)
class FeeVaultConfig:
    """Where a vault's fees go: `network` 0 is L1, 1 is L2; `minimum` in wei."""

    recipient: Address
    minimum: int
    network: int


@dataclass(frozen=True, slots=True)
class L1Side:
    """The L1 that a rollup is of, and the contracts there that its predeploys work with."""

    chain_id: int
    messenger: Address
    standard_bridge: Address
    erc721_bridge: Address


def predeploy_alloc(
    *, owner: Address, l1: L1Side, vault: FeeVaultConfig, is_jovian: bool
) -> dict[Address, Account]:
    """Every contract of the genesis state; `owner` may upgrade predeploys."""
    alloc = {address: Account(nonce=1, code=SYSTEM_CODE[address]) for address in L2_SYSTEM_CONTRACTS}
    alloc |= {address: Account(nonce=1, code=artifact(name).runtime) for address, name in _PLAIN.items()}
    initialized = _initialized(l1, vault)
    others = {predeploys.PROXY_ADMIN: {0: _number(owner)}, predeploys.GAS_PRICE_ORACLE: {0: int(is_jovian)}}
    for address, name in _PROXIED.items():
        logic = _CODE_NAMESPACE + address[-2:]
        disabled = {INITIALIZED_SLOT: _word(_DISABLED)} if address in initialized else {}
        alloc[logic] = Account(nonce=1, code=artifact(name).runtime, storage=disabled)
        storage = {IMPLEMENTATION_SLOT: _word(logic), ADMIN_SLOT: _word(predeploys.PROXY_ADMIN)}
        if address in initialized:
            storage |= {INITIALIZED_SLOT: _word(_SET_UP), **_words(initialized[address])}
        storage |= _words(others.get(address, {}))
        alloc[address] = Account(nonce=1, code=artifact("Proxy").runtime, storage=storage)
    return alloc


def contract_name(address: Address) -> str:
    """Of a contract of the genesis state; for the logic of a predeploy, that of the predeploy.

    What has no name is called by its address.
    """
    front = predeploys.PROXY_ADMIN[:18] + address[-2:] if address[:18] == _CODE_NAMESPACE else address
    return _PROXIED.get(front) or _PLAIN.get(front) or checksum(address)


def _initialized(l1: L1Side, vault: FeeVaultConfig) -> dict[Address, Mapping[int, int]]:
    """Slots and values of those that have an initializer; in a word, what comes first is lowest."""
    messenger = _number(predeploys.L2_CROSS_DOMAIN_MESSENGER)
    of_vault = {1: vault.minimum, 2: _number(vault.recipient) | vault.network << 160}
    return {
        predeploys.L2_CROSS_DOMAIN_MESSENGER: {204: _NO_SENDER, 207: _number(l1.messenger)},
        predeploys.L2_STANDARD_BRIDGE: {3: messenger, 4: _number(l1.standard_bridge)},
        predeploys.L2_ERC721_BRIDGE: {1: messenger, 2: _number(l1.erc721_bridge)},
        predeploys.OPTIMISM_MINTABLE_ERC20_FACTORY: {1: _number(predeploys.L2_STANDARD_BRIDGE)},
        predeploys.OPTIMISM_MINTABLE_ERC721_FACTORY: {
            1: _number(predeploys.L2_ERC721_BRIDGE) << 16,
            2: l1.chain_id,
        },
        **dict.fromkeys(_VAULTS, of_vault),
    }


def _words(slots: Mapping[int, int]) -> dict[Hash, bytes]:
    """A state has no zeros."""
    return {_word(slot): _word(value) for slot, value in slots.items() if value}


def _word(value: int | Address) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")


def _number(address: Address) -> int:
    return int.from_bytes(address, "big")
