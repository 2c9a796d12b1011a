"""A contract in a test: `token.balanceOf(user)` reads, `token.transfer(other, 5, sender=user)` sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_account.signers.local import LocalAccount
from eth_utils.abi import get_abi_input_types
from web3.exceptions import BadFunctionCallOutput, ContractLogicError
from web3.logs import DISCARD

from opcycle.errors import UserError
from opcycle.l1.receipts import Receipt
from opcycle.rpc.hexjson import checksum, to_hex
from opcycle.testing.addresses import Addressed, to_address
from opcycle.testing.amounts import Ether, to_wei
from opcycle.testing.compiled import AbiEntry

if TYPE_CHECKING:
    from opcycle.testing.chain import Chain

_READING = ("view", "pure")


@dataclass(frozen=True, slots=True)
class Event:
    """What a contract logged: `event.name`, `event.args["to"]`."""

    name: str
    args: dict[str, Any]


class Contract:
    """One on `chain`. Its functions are attributes; where one is named like something below, or has a name
    that Python cannot say, `contract.function("name")` is the same."""

    def __init__(self, chain: "Chain", address: Addressed, abi: Sequence[AbiEntry], name: str = ""):
        self.chain = chain
        self.address = checksum(to_address(address))
        self.abi = abi
        self.name = name or "contract"
        self.web3 = chain.web3.eth.contract(self.address, abi=abi)  # type: ignore[call-overload]

    def function(self, name: str) -> "Function":
        """By name, or by signature ("mint(address,uint256)") where there are several of one name.

        Raises UserError if there is none."""
        known = [entry for entry in self.abi if entry["type"] == "function"]
        found = [entry for entry in known if name in (entry["name"], _signature(entry))]
        if not found:
            names = ", ".join(sorted({entry["name"] for entry in known}))
            raise UserError(f"{self.name} has no function {name!r}; it has {names or 'none at all'}")
        return Function(self, name, found)

    def __getattr__(self, name: str) -> "Function":
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self.function(name)
        except UserError as error:
            raise AttributeError(str(error)) from error

    def events(self, name: str | None = None, *, receipt: Receipt | None = None) -> list[Event]:
        """What it logged, oldest first: all its events or those of one name, of a transaction or of all time.

        Raises UserError for a name that its ABI does not have."""
        declared = {entry["name"] for entry in self.abi if entry["type"] == "event"}
        if name is not None and name not in declared:
            raise UserError(f"{self.name} has no event {name!r}; it has {', '.join(sorted(declared))}")
        query: dict[str, Any] = {"address": self.address, "fromBlock": "0x0", "toBlock": "latest"}
        if receipt is not None:
            query = {"address": self.address, "blockHash": to_hex(receipt.block.hash)}
        found: list[Event] = []
        for log in self.chain.web3.eth.get_logs(query):  # type: ignore[arg-type]
            if receipt is not None and log["transactionHash"] != receipt.transaction:
                continue
            decoded = self._decode(log)
            if decoded is not None and name in (None, decoded.name):
                found.append(decoded)
        return found

    def _decode(self, log: Any) -> Event | None:
        """None for a log that the ABI does not declare."""
        for event in self.web3.events:
            for entry in event().process_receipt({"logs": [log]}, errors=DISCARD):
                return Event(entry["event"], dict(entry["args"]))
        return None

    def __repr__(self) -> str:
        return f"<{self.name} at {self.address} on {self.chain.name}>"


class Function:
    """`token.transfer`: called it reads or sends, `call` only reads, `encode` gives the calldata."""

    def __init__(self, contract: Contract, name: str, overloads: Sequence[AbiEntry]):
        self._contract = contract
        self._name = name
        self._overloads = overloads

    def __call__(
        self,
        *arguments: Any,
        sender: LocalAccount | None = None,
        ether: Ether | None = None,
        wei: int | None = None,
        gas: int | None = None,
    ) -> Any:
        """A function that only reads returns its value, any other is sent by `sender`, mined, and returns the
        receipt. Raises ContractRevertedError, and UserError for arguments that do not fit."""
        if all(entry["stateMutability"] in _READING for entry in self._overloads):
            return self.call(*arguments, sender=sender, ether=ether, wei=wei)
        if sender is None:
            raise UserError(
                f"{self} changes state: say who sends it, sender=user; or only try it, {self._name}.call(…)"
            )
        chain, what = self._contract.chain, str(self)
        data, value = self.encode(*arguments), to_wei(ether=ether, wei=wei)
        return chain.send(sender, self._contract, wei=value, data=data, gas=gas, what=what)

    def call(
        self,
        *arguments: Any,
        sender: Addressed | None = None,
        ether: Ether | None = None,
        wei: int | None = None,
        block: int | str = "latest",
    ) -> Any:
        """What it returns at the end of `block`, without sending anything: a value, or a tuple of several.

        Raises ContractRevertedError, and UserError where no contract answers.
        """
        transaction: dict[str, Any] = {"value": to_wei(ether=ether, wei=wei)}
        if sender is not None:
            transaction["from"] = checksum(to_address(sender))
        found = self._contract.web3.get_function_by_signature(self._signature_for(arguments))
        try:
            values = found(*map(_plain, arguments)).call(transaction, block_identifier=block)
        except BadFunctionCallOutput as error:
            raise UserError(
                f"nothing answers {self} on {self._contract.chain.name}: {self._contract.address} has no "
                "contract there, or one with another ABI"
            ) from error
        except ContractLogicError as error:
            raise self._contract.chain.reverted(str(self), error.data) from error
        return tuple(values) if len(found.abi["outputs"]) > 1 else values

    def encode(self, *arguments: Any) -> bytes:
        """Calldata."""
        signature = self._signature_for(arguments)
        encoded = self._contract.web3.encode_abi(signature, args=[_plain(item) for item in arguments])
        return bytes.fromhex(encoded[2:])

    def _signature_for(self, arguments: Sequence[Any]) -> str:
        """Of the overloads the one that takes these."""
        plain = [_plain(argument) for argument in arguments]
        takes = [_signature(entry) for entry in self._overloads]
        for entry, signature in zip(self._overloads, takes, strict=True):
            if _takes(self._contract.chain, entry, plain):
                return signature
        raise UserError(f"{self} is {' or '.join(takes)}; it does not take {tuple(arguments)!r}")

    def __str__(self) -> str:
        return f"{self._contract.name}.{self._name}"


def _signature(entry: AbiEntry) -> str:
    return f"{entry['name']}({','.join(get_abi_input_types(entry))})"  # type: ignore[arg-type]


def _takes(chain: "Chain", entry: AbiEntry, arguments: Sequence[Any]) -> bool:
    types = get_abi_input_types(entry)  # type: ignore[arg-type]
    return len(types) == len(arguments) and all(
        chain.web3.is_encodable(kind, argument) for kind, argument in zip(types, arguments, strict=True)
    )


def _plain(argument: Any) -> Any:
    """Accounts and contracts by their address, also inside lists and structs."""
    if isinstance(argument, list | tuple):
        return type(argument)(map(_plain, argument))
    if isinstance(argument, dict):
        return {key: _plain(value) for key, value in argument.items()}
    return getattr(argument, "address", argument)
