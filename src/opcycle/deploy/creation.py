"""Contracts whose addresses are known before they exist: the CREATE2 deployer makes them from salt and code.

A proxy is initialized by its own constructor. One that is named by what it must itself name cannot be, since
no creation code contains a hash of itself: its place is reserved first, and set up in one call of its admin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_abi.abi import encode

from opcycle.artifacts import artifact
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.keccak import keccak
from opcycle.l1.contract import encode_call
from opcycle.l1.reverts import AbiEntry, RevertDecoder
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address, Hash


@dataclass(frozen=True, slots=True)
class Creation:
    """A contract to create. `abi` declares the errors with which its initialization may revert."""

    name: str
    salt: Hash
    initcode: bytes
    abi: Sequence[AbiEntry] = field(repr=False)

    @property
    def address(self) -> Address:
        return create2_address(CREATE2_DEPLOYER, self.salt, self.initcode)

    @property
    def request(self) -> TransactionRequest:
        """The call of the CREATE2 deployer: salt and creation code."""
        return TransactionRequest(
            to=CREATE2_DEPLOYER,
            data=self.salt + self.initcode,
            what=f"the creation of {self.name}",
            errors=RevertDecoder(self.abi),
        )


@dataclass(frozen=True, slots=True)
class Setup:
    """The logic of a reserved proxy and the arguments of its `initialize`, put in place at once."""

    name: str
    proxy: Address
    logic: Address
    arguments: tuple[Any, ...]

    @property
    def request(self) -> TransactionRequest:
        """The call of the proxy's admin, which only that admin's owner may send."""
        abi, admin = artifact(self.name).abi, artifact("ProxyAdmin").abi
        initialize = encode_call(abi, "initialize", *self.arguments)
        return TransactionRequest(
            to=proxy_admin_of(self.proxy),
            data=encode_call(admin, "upgradeAndCall", self.proxy, self.logic, initialize),
            what=f"the set-up of {self.name}",
            errors=RevertDecoder([*abi, *admin]),
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that no initializer takes: the call of `contract` that sets it, and the getters that show it.

    `shown`: for each getter its name, its arguments if any, and what it returns afterwards.
    """

    contract: str
    setter: str
    arguments: tuple[Any, ...]
    shown: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Creator:
    """Makes the creations of one deployment, which share a salt."""

    salt: Hash

    def logic(self, name: str, kinds: Sequence[str] = (), values: Sequence[Any] = ()) -> Creation:
        """A contract that stands for itself or behind a proxy; `kinds` are its constructor's ABI types."""
        compiled = artifact(name)
        return Creation(name, self.salt, compiled.bytecode + encode(kinds, values), compiled.abi)

    def proxy(self, logic: Creation, *arguments: Any, owner: Address) -> Creation:
        """Initialized with `arguments`; its admin belongs to `owner`."""
        data = encode_call(logic.abi, "initialize", *arguments)
        initcode = _proxy_initcode(logic.address, owner, data)
        return Creation(f"the proxy of {logic.name}", self.salt, initcode, logic.abi)

    def reserved(self, name: str, placeholder: Creation, *, owner: Address) -> Creation:
        """A proxy for the contract `name`, to be set up by its admin's owner.

        All reserved proxies have the same code, so each needs a salt of its own.
        """
        initcode = _proxy_initcode(placeholder.address, owner, b"")
        return Creation(f"the proxy of {name}", keccak(self.salt + name.encode()), initcode, ())


def create2_address(creator: Address, salt: Hash, initcode: bytes) -> Address:
    """EIP-1014: the last 20 bytes of `keccak(0xff ++ creator ++ salt ++ keccak(initcode))`."""
    return keccak(b"\xff" + creator + salt + keccak(initcode))[12:]


def proxy_admin_of(proxy: Address) -> Address:
    """The admin that a proxy makes in its constructor: its first CREATE (nonce 1, EIP-161)."""
    return keccak(rlp.encode([proxy, 1]))[12:]


def _proxy_initcode(logic: Address, owner: Address, data: bytes) -> bytes:
    return artifact("Proxy").bytecode + encode(["address", "address", "bytes"], [logic, owner, data])
