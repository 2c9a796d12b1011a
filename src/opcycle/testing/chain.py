"""One of the two chains as a test uses it: balances, calls, transactions, contracts."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount
from web3 import Web3

from opcycle.errors import UserError
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.reverts import RevertDecoder
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex, to_quantity
from opcycle.testing.addresses import Addressed, to_address
from opcycle.testing.amounts import Ether, to_wei
from opcycle.testing.compiled import AbiEntry, Libraries, Source, load
from opcycle.testing.contracts import Contract
from opcycle.testing.provider import web3_of
from opcycle.testing.reverts import ContractRevertedError
from opcycle.testing.users import signer_of

WaitForBlock = Callable[[str, Callable[[], bool]], None]
"""Lets time pass until something holds, which is named first."""


class Chain:
    """`name` is "L1" or "L2", `url` its RPC. What is sent is mined when the call returns: time has passed.

    `errors`: by which reverts are told apart; those of every contract used here join them. Names of contracts
    are looked up in `project`, pytest's root directory at first.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        chain_id: int,
        project: Path,
        wait: WaitForBlock,
        errors: list[AbiEntry],
    ):
        self.name = name
        self.url = url
        self.chain_id = chain_id
        self.rpc = RpcClient(url)
        self.project = project
        self._wait = wait
        self._errors = errors

    @cached_property
    def web3(self) -> Web3:
        """A web3.py instance on this chain. What it sends waits in the pool until time passes."""
        return web3_of(self.rpc)

    @property
    def block_number(self) -> int:
        return from_quantity(self.rpc.call("eth_blockNumber"))

    @property
    def timestamp(self) -> int:
        """Of the newest block, in seconds."""
        return from_quantity(self.rpc.call("eth_getHeaderByNumber", "latest")["timestamp"])

    def balance(self, who: Addressed) -> int:
        """Wei."""
        return from_quantity(self.rpc.call("eth_getBalance", to_hex(to_address(who)), "latest"))

    def nonce(self, who: Addressed) -> int:
        """Of the next transaction, after those that are mined."""
        return from_quantity(self.rpc.call("eth_getTransactionCount", to_hex(to_address(who)), "latest"))

    def call(
        self, to: Addressed, data: bytes = b"", *, sender: Addressed | None = None, wei: int = 0
    ) -> bytes:
        """What `to` returns, without sending anything. Raises ContractRevertedError."""
        address = to_address(to)
        return from_hex(
            self._try(address, data, sender=sender, wei=wei, what=f"a call of {checksum(address)}")
        )

    def send(
        self,
        sender: LocalAccount,
        to: Addressed | None,
        *,
        ether: Ether | None = None,
        wei: int | None = None,
        data: bytes = b"",
        gas: int | None = None,
        what: str = "transaction",
    ) -> Receipt:
        """Send and wait until it is mined; without `to` it creates a contract from `data`.

        Without `gas`, which then is estimated, nothing is sent that would revert. Raises
        ContractRevertedError, and UserError for too little ether.
        """
        address, value = None if to is None else to_address(to), to_wei(ether=ether, wei=wei)
        if gas is None:
            self._try(address, data, sender=sender, wei=value, what=what)
        manager = TransactionManager(self.rpc, signer_of(sender), chain_id=self.chain_id)
        sent = manager.send(TransactionRequest(address, data, value, gas, what))
        receipt = self.wait_for(sent, what)
        if not receipt.succeeded:
            block = to_quantity(receipt.block.number - 1)
            self._try(address, data, sender=sender, wei=value, what=what, gas=gas, block=block)
            raise ContractRevertedError(what, b"", self.decoder)
        return receipt

    def wait_for(self, transaction: Hash, what: str = "transaction") -> Receipt:
        """Let time pass until it is mined, whether it succeeds or not."""
        self._wait(
            f"{what} 0x{transaction.hex()} on {self.name}",
            lambda: read_receipt(self.rpc, transaction) is not None,
        )
        receipt = read_receipt(self.rpc, transaction)
        if receipt is None:
            raise UserError(f"{what} 0x{transaction.hex()} was mined, and {self.name} has it no more")
        return receipt

    def deploy(
        self,
        source: Source,
        *arguments: Any,
        sender: LocalAccount,
        ether: Ether | None = None,
        wei: int | None = None,
        libraries: Libraries | None = None,
        gas: int | None = None,
    ) -> Contract:
        """Create a contract that your project compiled: `devnet.l2.deploy("Token", 1000, sender=user)`.

        `source`: see `opcycle.testing.compiled.Source`; `libraries`: addresses of those that it is linked
        to. Raises ContractRevertedError if the constructor reverts, UserError for an unknown contract or
        arguments that do not fit.
        """
        compiled = load(source, self.project)
        creation = compiled.creation_code(libraries or {})
        self._remember(compiled.abi)
        data = creation + _encoded_arguments(self.web3, compiled.name, compiled.abi, arguments)
        what = f"the constructor of {compiled.name}"
        receipt = self.send(sender, None, ether=ether, wei=wei, data=data, gas=gas, what=what)
        if receipt.contract is None:
            raise UserError(f"{what} created nothing")
        return Contract(self, receipt.contract, compiled.abi, compiled.name)

    def contract(self, address: Addressed, source: Source) -> Contract:
        """One that is there already, by the ABI of `source`. Raises UserError if nothing is there."""
        compiled = load(source, self.project)
        if self.rpc.call("eth_getCode", to_hex(to_address(address)), "latest") == "0x":
            raise UserError(f"{self.name} has no contract at {checksum(to_address(address))}")
        self._remember(compiled.abi)
        return Contract(self, address, compiled.abi, compiled.name)

    @property
    def decoder(self) -> RevertDecoder:
        """Knows the errors of every contract that was used here."""
        return RevertDecoder(self._errors)

    def reverted(self, what: str, data: object) -> ContractRevertedError:
        """`data` as an RPC attaches it to its error."""
        found = from_hex(data) if isinstance(data, str) and data.startswith("0x") else b""
        return ContractRevertedError(what, found, self.decoder)

    def close(self) -> None:
        self.rpc.close()

    def _try(
        self,
        to: Address | None,
        data: bytes,
        *,
        sender: Addressed | None,
        wei: int,
        what: str,
        gas: int | None = None,
        block: str = "latest",
    ) -> str:
        call = {"data": to_hex(data), "value": to_quantity(wei)}
        if to is not None:
            call["to"] = to_hex(to)
        if sender is not None:
            call["from"] = to_hex(to_address(sender))
        if gas is not None:
            call["gas"] = to_quantity(gas)
        try:
            reply: str = self.rpc.call("eth_call", call, block)
        except RpcError as error:
            if isinstance(error.data, str) or "execution reverted" in error.reason:
                raise self.reverted(what, error.data) from error
            raise UserError(f"{what} cannot be executed on {self.name}: {error.reason}") from error
        return reply

    def _remember(self, abi: Any) -> None:
        self._errors += [entry for entry in abi if entry["type"] == "error" and entry not in self._errors]


def _encoded_arguments(web3: Web3, name: str, abi: Any, arguments: tuple[Any, ...]) -> bytes:
    """Of a constructor."""
    plain = [getattr(item, "address", item) for item in arguments]
    inputs = [entry["inputs"] for entry in abi if entry["type"] == "constructor"]
    types = [item["type"] for item in inputs[0]] if inputs else []
    if len(types) != len(plain):
        raise UserError(f"the constructor of {name} takes ({', '.join(types)}), not {arguments!r}")
    try:
        encoded = web3.eth.contract(abi=abi, bytecode="0x00").constructor(*plain).data_in_transaction
    except (TypeError, ValueError) as error:
        raise UserError(f"the constructor of {name} takes ({', '.join(types)}), not {arguments!r}") from error
    return from_hex(encoded)[1:]
