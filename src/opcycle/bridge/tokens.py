"""ERC-20 tokens of one user between the chains.

    original ─ approve ─► locked by its bridge ─ message ─► copy minted on the other chain
    copy     ───────────► burnt by its bridge  ─ message ─► original unlocked

To L2 a message comes by itself, within seconds; to L1 it rides on a withdrawal, which `opcycle.bridge.bridge`
proves and finalizes. Like the bridge, every call acts or tells at once, and the two chains tell everything.
Amounts are in the smallest units, of which a token has 10^decimals.
"""

from dataclasses import dataclass

from eth_abi.abi import encode

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_bridge import MIN_GAS, TokenBridge
from opcycle.bridge.token_pairs import Pair, Standard
from opcycle.errors import UserError
from opcycle.keccak import keccak
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum


@dataclass(frozen=True, slots=True)
class Described:
    """What a token says of itself."""

    name: str
    symbol: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Balances:
    """What somebody has of a token on each chain."""

    l1: int
    l2: int


class Tokens(TokenBridge):
    """UserError means that the same call will never succeed, TemporaryError that it may later."""

    standard = Standard.ERC20

    def create(
        self,
        original: Address,
        *,
        on: Layer = Layer.L2,
        name: str | None = None,
        symbol: str | None = None,
        decimals: int | None = None,
    ) -> Hash:
        """Have a copy made on the chain `on` of a token of the other one; see `created`. What is not given is
        as the original says. Anybody can have copies made; each is a token of its own."""
        found = self._said(on.other, original, name=name, symbol=symbol, decimals=decimals)
        arguments = (original, found["name"], found["symbol"], found["decimals"])
        factory = self._factory(on)
        self._require_absent(on, _address_of(factory.address, self.ends[on].bridge, *arguments))
        return self._send(on, factory.request("createOptimismMintableERC20WithDecimals", *arguments))

    def describe(self, on: Layer, token: Address) -> Described:
        """Raises UserError if it is no ERC-20 token with a name, a symbol and decimals."""
        return Described(**self._said(on, token, name=None, symbol=None, decimals=None))

    def balances(self, pair: Pair, owner: Address) -> Balances:
        self.home(pair)
        return Balances(*(self._balance(layer, pair, owner) for layer in Layer))

    def approve(self, to: Layer, pair: Pair, amount: int) -> Hash | None:
        """Let the bridge take `amount` of the sender's, which is about to go to the chain `to`; None if it
        may already, as with each copy."""
        on = to.other
        if self.home(pair) is not on or self._allowance(on, pair) >= amount:
            return None
        request = self.token(on, pair.on(on)).request("approve", self.ends[on].bridge, amount)
        return self._send(on, request)

    def deposit(
        self, pair: Pair, amount: int, *, recipient: Address | None = None, min_gas: int = MIN_GAS
    ) -> Hash:
        """Send from L1 to `recipient` on L2, oneself if None; returns the L1 transaction."""
        return self.send(Layer.L2, pair, amount, recipient=recipient, min_gas=min_gas)

    def withdraw(
        self, pair: Pair, amount: int, *, recipient: Address | None = None, min_gas: int = MIN_GAS
    ) -> Hash:
        """Send from L2 to L1; returns the L2 transaction, whose withdrawal is to be proven and finalized."""
        return self.send(Layer.L1, pair, amount, recipient=recipient, min_gas=min_gas)

    def send(
        self,
        to: Layer,
        pair: Pair,
        amount: int,
        *,
        recipient: Address | None = None,
        min_gas: int = MIN_GAS,
    ) -> Hash:
        """`deposit` or `withdraw`. Originals must be approved and in a block. `min_gas` is what paying out
        gets at least. Raises UserError for what could not be paid out."""
        on = to.other
        receiver = self._sender(on).address if recipient is None else recipient
        self._require_recipient(to, receiver)
        self._require_sendable(to, pair, amount)
        arguments = (pair.on(on), pair.on(to), receiver, amount, min_gas, b"")
        return self._send(on, self._bridge(on).request("bridgeERC20To", *arguments))

    def _require_sendable(self, to: Layer, pair: Pair, amount: int) -> None:
        on, sender = to.other, self._sender(to.other).address
        home = self.home(pair)
        if amount <= 0:
            raise UserError(f"nothing to send: the amount is {amount}")
        balance = self._balance(on, pair, sender)
        if balance < amount:
            raise UserError(
                f"{checksum(sender)} has {balance} of {checksum(pair.on(on))} on {on}, not {amount}: "
                "send less"
            )
        if home is on:
            allowance = self._allowance(on, pair)
            if allowance < amount:
                raise UserError(
                    f"the bridge may take {allowance} of {checksum(pair.on(on))}, not {amount}: approve it "
                    "first, and send once that is in a block"
                )
            return
        locked = self._bridge(to).read("deposits", pair.on(to), pair.on(on), block="latest")
        if locked < amount:
            raise UserError(
                f"only {locked} of {checksum(pair.on(to))} is locked on {to} for this copy, which is less "
                f"than {amount}: what is not there could never be paid out"
            )

    def _balance(self, on: Layer, pair: Pair, owner: Address) -> int:
        found: int = self.token(on, pair.on(on)).read("balanceOf", owner, block="latest")
        return found

    def _allowance(self, on: Layer, pair: Pair) -> int:
        owner, bridge = self._sender(on).address, self.ends[on].bridge
        found: int = self.token(on, pair.on(on)).read("allowance", owner, bridge, block="latest")
        return found


def _address_of(
    factory: Address, bridge: Address, original: Address, name: str, symbol: str, decimals: int
) -> Address:
    """Where a factory of ours makes that copy (CREATE2)."""
    described = ["address", "string", "string", "uint8"]
    salt = keccak(encode(described, [original, name, symbol, decimals]))
    arguments = encode(["address", *described], [bridge, original, name, symbol, decimals])
    code = artifact("OptimismMintableERC20").bytecode + arguments
    return keccak(b"\xff" + factory + salt + keccak(code))[12:]
