"""Contracts whose addresses are known before they exist: the CREATE2 deployer makes them from salt and code.

A proxy is created empty, so its address depends on nothing that will run in it: contracts may name each
other. It is set up in one call of its admin, both upgrade and initialization: nobody can come in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """A contract to create. `abi` declares the errors with which its constructor may revert."""

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
    """The logic of a proxy and the arguments of its `initialize`, put in place at once."""

    name: str
    admin: Address
    proxy: Address
    logic: Address
    arguments: tuple[Any, ...]

    @property
    def request(self) -> TransactionRequest:
        """The call of the proxy's admin, which only that admin's owner may send."""
        abi, admins = artifact(self.name).abi, artifact("ProxyAdmin").abi
        initialize = encode_call(abi, "initialize", *self.arguments)
        return TransactionRequest(
            to=self.admin,
            data=encode_call(admins, "upgradeAndCall", self.proxy, self.logic, initialize),
            what=f"the set-up of {self.name}",
            errors=RevertDecoder([*abi, *admins]),
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

    def proxy(self, name: str, *, admin: Address) -> Creation:
        """An empty proxy for the contract `name`.

        All proxies have the same code, so each needs a salt of its own.
        """
        compiled = artifact("Proxy")
        initcode = compiled.bytecode + encode(["address"], [admin])
        return Creation(f"the proxy of {name}", keccak(self.salt + name.encode()), initcode, compiled.abi)


def create2_address(creator: Address, salt: Hash, initcode: bytes) -> Address:
    """EIP-1014: the last 20 bytes of `keccak(0xff ++ creator ++ salt ++ keccak(initcode))`."""
    return keccak(b"\xff" + creator + salt + keccak(initcode))[12:]
