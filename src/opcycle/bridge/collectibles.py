"""ERC-721 tokens, each of which is its own, of one user between the chains.

L1 locks what L2 mints and burns; tokens of L2's own do not cross. The rest is as with ERC-20 tokens
(`opcycle.bridge.tokens`).
"""

from dataclasses import dataclass

from eth_abi.abi import encode

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_bridge import MIN_GAS, TokenBridge
from opcycle.bridge.token_pairs import Pair, Standard, ask
from opcycle.errors import UserError
from opcycle.keccak import keccak
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum


@dataclass(frozen=True, slots=True)
class Owners:
    """Who has a token on each chain; None where it is not. One that is on L2 is the bridge's on L1."""

    l1: Address | None
    l2: Address | None


class Collectibles(TokenBridge):
    """UserError means that the same call will never succeed, TemporaryError that it may later."""

    standard = Standard.ERC721

    def create(self, original: Address, *, name: str | None = None, symbol: str | None = None) -> Hash:
        """Have a copy made on L2 of a contract on L1; see `created`. It is called as the original unless
        something else is given."""
        found = self._said(Layer.L1, original, name=name, symbol=symbol).values()
        factory = self._factory(Layer.L2)
        chain_id = factory.read("remoteChainID", block="latest")
        made = _address_of(factory.address, self.ends[Layer.L2].bridge, chain_id, original, *found)
        self._require_absent(Layer.L2, made)
        return self._send(Layer.L2, factory.request("createOptimismMintableERC721", original, *found))

    def owners(self, pair: Pair, token_id: int) -> Owners:
        self.home(pair)
        return Owners(*(ask(self.token(layer, pair.on(layer)), "ownerOf", token_id) for layer in Layer))

    def approve(self, to: Layer, pair: Pair, token_id: int) -> Hash | None:
        """Let the bridge take a token of the sender's, which is about to go to the chain `to`; None if it may
        already, as with each copy."""
        on = to.other
        if self.home(pair) is not on or self._may_take(on, pair, token_id):
            return None
        token = self.token(on, pair.on(on))
        return self._send(on, token.request("approve", self.ends[on].bridge, token_id))

    def deposit(
        self, pair: Pair, token_id: int, *, recipient: Address | None = None, min_gas: int = MIN_GAS
    ) -> Hash:
        """Send from L1 to `recipient` on L2, oneself if None; returns the L1 transaction."""
        return self.send(Layer.L2, pair, token_id, recipient=recipient, min_gas=min_gas)

    def withdraw(
        self, pair: Pair, token_id: int, *, recipient: Address | None = None, min_gas: int = MIN_GAS
    ) -> Hash:
        """Send from L2 to L1; returns the L2 transaction, whose withdrawal is to be proven and finalized."""
        return self.send(Layer.L1, pair, token_id, recipient=recipient, min_gas=min_gas)

    def send(
        self,
        to: Layer,
        pair: Pair,
        token_id: int,
        *,
        recipient: Address | None = None,
        min_gas: int = MIN_GAS,
    ) -> Hash:
        """`deposit` or `withdraw`. Originals must be approved and in a block. A recipient that is a contract
        must be one that takes such tokens."""
        on = to.other
        receiver = self._sender(on).address if recipient is None else recipient
        self._require_recipient(to, receiver)
        self._require_sendable(to, pair, token_id)
        arguments = (pair.on(on), pair.on(to), receiver, token_id, min_gas, b"")
        return self._send(on, self._bridge(on).request("bridgeERC721To", *arguments))

    def _require_sendable(self, to: Layer, pair: Pair, token_id: int) -> None:
        on, sender = to.other, self._sender(to.other).address
        home, token = self.home(pair), pair.on(to.other)
        if home is Layer.L2:
            raise UserError(
                f"{checksum(pair.l2)} is a token of L2's own, and this bridge carries only those of L1"
            )
        owner = ask(self.token(on, token), "ownerOf", token_id)
        if owner is None:
            raise UserError(
                f"{checksum(token)} has no token {token_id} on {on}: it may be on {to}, or was never made"
            )
        if owner != sender:
            raise UserError(
                f"token {token_id} of {checksum(token)} is {checksum(owner)}'s on {on}, not "
                f"{checksum(sender)}'s: only its owner can send it"
            )
        if home is on and not self._may_take(on, pair, token_id):
            raise UserError(
                f"the bridge may not take token {token_id} of {checksum(token)}: approve it first, and send "
                "once that is in a block"
            )
        if home is to and not self._bridge(to).read("deposits", pair.on(to), token, token_id, block="latest"):
            raise UserError(
                f"token {token_id} of {checksum(pair.on(to))} is not locked on {to} for this copy: it could "
                "never be paid out"
            )

    def _may_take(self, on: Layer, pair: Pair, token_id: int) -> bool:
        token, bridge = self.token(on, pair.on(on)), self.ends[on].bridge
        if ask(token, "getApproved", token_id) == bridge:
            return True
        return bool(ask(token, "isApprovedForAll", self._sender(on).address, bridge))


def _address_of(
    factory: Address, bridge: Address, chain_id: int, original: Address, name: str, symbol: str
) -> Address:
    """Where a factory of ours makes that copy (CREATE2)."""
    described = ["address", "string", "string"]
    salt = keccak(encode(described, [original, name, symbol]))
    arguments = encode(["address", "uint256", *described], [bridge, chain_id, original, name, symbol])
    code = artifact("OptimismMintableERC721").bytecode + arguments
    return keccak(b"\xff" + factory + salt + keccak(code))[12:]
