"""The state that an L2 starts from: predeploys behind proxies, system contracts, from compiled artifacts.

A predeploy's address holds a proxy; its logic sits at the same low bytes in the code namespace
0xc0d3…. The proxies' admin is the ProxyAdmin predeploy. Source: OP Stack specs, "Predeploys".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import rlp
from trie import HexaryTrie

from opcycle.artifacts import Artifact, artifact
from opcycle.engine.system_contracts import L2_SYSTEM_CONTRACTS, SYSTEM_CODE
from opcycle.keccak import keccak
from opcycle.protocol import predeploys
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum, to_hex, to_quantity

IMPLEMENTATION_SLOT = (int.from_bytes(keccak(b"eip1967.proxy.implementation"), "big") - 1).to_bytes(32, "big")
ADMIN_SLOT = (int.from_bytes(keccak(b"eip1967.proxy.admin"), "big") - 1).to_bytes(32, "big")

_CODE_NAMESPACE = bytes.fromhex("c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3")

Immutable = Address | int

_PROXIED = {
    predeploys.GAS_PRICE_ORACLE: "GasPriceOracle",
    predeploys.SEQUENCER_FEE_VAULT: "SequencerFeeVault",
    predeploys.L1_BLOCK_NUMBER: "L1BlockNumber",
    predeploys.L1_BLOCK: "L1Block",
    predeploys.L2_TO_L1_MESSAGE_PASSER: "L2ToL1MessagePasser",
    predeploys.BASE_FEE_VAULT: "BaseFeeVault",
    predeploys.L1_FEE_VAULT: "L1FeeVault",
    predeploys.OPERATOR_FEE_VAULT: "OperatorFeeVault",
}

_UNPROXIED = {predeploys.WETH: "WETH", predeploys.PROXY_ADMIN: "ProxyAdmin"}

_VAULTS = (
    predeploys.SEQUENCER_FEE_VAULT,
    predeploys.BASE_FEE_VAULT,
    predeploys.L1_FEE_VAULT,
    predeploys.OPERATOR_FEE_VAULT,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the genesis state. `balance` in wei; storage maps 32-byte slots to non-zero words."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: Mapping[Hash, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """RLP as the state trie holds it."""
        fields = [self.nonce, self.balance, storage_root(self.storage), keccak(self.code)]
        return bytes(rlp.encode(fields))

    def to_json(self) -> dict[str, Any]:
        """As geth's `alloc` wants it."""
        body: dict[str, Any] = {"balance": to_quantity(self.balance)}
        if self.nonce:
            body["nonce"] = to_quantity(self.nonce)
        if self.code:
            body["code"] = to_hex(self.code)
        if self.storage:
            body["storage"] = {to_hex(slot): to_hex(word) for slot, word in self.storage.items()}
        return body


def predeploy_alloc(
    *, owner: Address, vault_immutables: Sequence[Immutable], is_jovian: bool
) -> dict[Address, Account]:
    """Every contract of the genesis state. `vault_immutables` are recipient, minimum and network."""
    alloc = {address: Account(nonce=1, code=SYSTEM_CODE[address]) for address in L2_SYSTEM_CONTRACTS}
    alloc[predeploys.WETH] = Account(nonce=1, code=artifact("WETH").runtime)
    alloc[predeploys.PROXY_ADMIN] = Account(
        nonce=1, code=artifact("ProxyAdmin").runtime, storage={bytes(32): owner.rjust(32, b"\0")}
    )
    proxy = artifact("Proxy").runtime
    for address, name in _PROXIED.items():
        logic = _CODE_NAMESPACE + address[-2:]
        immutables = vault_immutables if address in _VAULTS else ()
        alloc[logic] = Account(nonce=1, code=with_immutables(artifact(name), immutables))
        storage = {
            IMPLEMENTATION_SLOT: logic.rjust(32, b"\0"),
            ADMIN_SLOT: predeploys.PROXY_ADMIN.rjust(32, b"\0"),
        }
        if address == predeploys.GAS_PRICE_ORACLE and is_jovian:
            storage[bytes(32)] = (1).to_bytes(32, "big")  # isJovian
        alloc[address] = Account(nonce=1, code=proxy, storage=storage)
    return alloc


def contract_name(address: Address) -> str:
    """Of a contract of the genesis state; for the logic of a predeploy, that of the predeploy.

    What has no name is called by its address.
    """
    front = predeploys.PROXY_ADMIN[:18] + address[-2:] if address[:18] == _CODE_NAMESPACE else address
    return _PROXIED.get(front) or _UNPROXIED.get(front) or checksum(address)


def with_immutables(contract: Artifact, values: Sequence[Immutable]) -> bytes:
    """Runtime code with its immutables filled in, in the order of their declaration.

    Raises ValueError if the contract has another number of immutables.
    """
    places = [contract.immutables[ast_id] for ast_id in sorted(contract.immutables, key=int)]
    code = bytearray(contract.runtime)
    for spots, value in zip(places, values, strict=True):
        word = value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")
        for spot in spots:
            code[spot["start"] : spot["start"] + spot["length"]] = word
    return bytes(code)


def without_immutables(contract: Artifact, code: bytes) -> bytes:
    """`code` with zeros for the contract's immutables, as in `contract.runtime`."""
    blank = bytearray(code)
    for spot in chain.from_iterable(contract.immutables.values()):
        blank[spot["start"] : spot["start"] + spot["length"]] = bytes(spot["length"])
    return bytes(blank)


def storage_root(storage: Mapping[Hash, bytes]) -> Hash:
    """Root of a storage trie; words are stored without leading zeros."""
    return trie_root({slot: bytes(rlp.encode(word.lstrip(b"\0"))) for slot, word in storage.items()})


def trie_root(leaves: Mapping[bytes, bytes]) -> Hash:
    """Root of a secure Merkle-Patricia trie: keys are hashed."""
    trie = HexaryTrie({})
    for key, value in leaves.items():
        trie[keccak(key)] = value
    return bytes(trie.root_hash)
