"""Asks the contracts of both chains everything after a step, and compares with the model.

All questions to a chain go into one call of Batch.sol, and what comes back is compared as bytes with what the
model expects. Only if they differ, somebody looks where.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tests.fuzz.bridge.codec import VERSION, base_gas
from tests.fuzz.bridge.deploy import L1, L2, USERS, End
from tests.fuzz.bridge.ledger import Side
from tests.fuzz.bridge.properties import VIEWS, broken
from tests.fuzz.bridge.tokens import Art, LyingToken, MintableToken, Token
from tests.fuzz.evm import Contract
from tests.fuzz.message_passer import withdrawal_hash

if TYPE_CHECKING:
    from tests.fuzz.bridge.rig import Rig

DEFAULT_SENDER = bytes.fromhex("dead".rjust(40, "0"))
SENDER_SLOT = 204
"""Of both messengers, where upstream has the cross-domain sender."""

View = tuple[str, bytes, bytes]
"""What it is about, the question as Batch takes it, and the answer that is expected."""


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def padded(address: bytes | None) -> bytes:
    return bytes(12) + (address or bytes(20))


class Observer:
    def __init__(self, rig: "Rig"):
        self.rig = rig
        self._questions: dict[tuple[bytes, str, tuple[Any, ...]], bytes] = {}

    def look(self, chains: Iterable[int]) -> None:
        for chain in chains:
            end, side = self.rig.sides(chain)
            views = [
                *self._messenger(chain, end, side),
                *self._bridges(end, side),
                *self._tokens(chain, end, side),
            ]
            views += self._portal(end, side) if chain == 1 else self._passer(end, side)
            self._compare(end, views)
            self._ether(chain, end, side)
            sender = end.chain.storage(end.messenger.address, SENDER_SLOT)[12:]
            if sender != DEFAULT_SENDER:
                broken("M-5", f"outside of a relay, L{chain}'s messenger has the sender 0x{sender.hex()}")

    def _compare(self, end: End, views: list[View]) -> None:
        calldata = b"".join([view[1] for view in views])
        expected = b"".join([view[2] for view in views])
        if end.chain.call(bytes(20), end.batch, calldata) == expected:
            return
        for name, question, wanted in views:
            found = end.chain.call(bytes(20), end.batch, question)
            if found != wanted:
                broken(
                    VIEWS[name], f"{name} 0x{question[22:].hex()} is 0x{found.hex()}, not 0x{wanted.hex()}"
                )
        raise AssertionError("a view answers differently when it is asked alone")

    def _ether(self, chain: int, end: End, side: Side) -> None:
        places = L1 if chain == 1 else L2
        special = {
            places[name]: f"{name}'s ether" for name in ("portal", "messenger", "passer") if name in places
        }
        special |= {places[name]: "bridge's ether" for name in ("bridge", "nft_bridge")}
        for address, wei in side.state.ether.items():
            if (found := end.chain.balance(address)) != wei:
                name = special.get(address, "ether")
                broken(VIEWS[name], f"on L{chain}, 0x{address.hex()} has {found} wei, not {wei}")

    def _view(self, name: str, contract: Contract, function: str, *args: Any, is_: bytes) -> View:
        key = contract.address, function, args
        try:
            question = self._questions[key]
        except KeyError:
            data = contract.encode(function, *args)
            question = self._questions[key] = contract.address + len(data).to_bytes(2, "big") + data
        return name, question, is_

    # --- parts ---

    def _messenger(self, chain: int, end: End, side: Side) -> Iterator[View]:
        view, at, state = self._view, end.messenger, side.state
        yield view("messageNonce", at, "messageNonce", is_=word(VERSION + state.nonces["messenger"]))
        yield view("baseGas", at, "baseGas", b"\1" * 99, 777, is_=word(base_gas(99, 777)))
        for message in self.rig.sent[2 - chain]:
            hash_ = message.hash
            yield view(
                "successfulMessages", at, "successfulMessages", hash_, is_=word(hash_ in state.successful)
            )
            yield view("failedMessages", at, "failedMessages", hash_, is_=word(hash_ in state.failed))

    def _portal(self, end: End, side: Side) -> Iterator[View]:
        view, state = self._view, side.state
        yield view("l2Sender", end.portal, "l2Sender", is_=padded(DEFAULT_SENDER))
        for contract in (end.portal, end.messenger, end.bridge, end.nft_bridge):
            yield view("paused", contract, "paused", is_=word(self.rig.model.is_paused()))
        for withdrawal in self.rig.withdrawals:
            hash_ = withdrawal_hash(withdrawal)
            is_ = word(hash_ in state.finalized)
            yield view("finalizedWithdrawals", end.portal, "finalizedWithdrawals", hash_, is_=is_)

    def _passer(self, end: End, side: Side) -> Iterator[View]:
        view = self._view
        yield view(
            "passer's nonce", end.passer, "messageNonce", is_=word(VERSION + side.state.nonces["passer"])
        )
        for withdrawal in self.rig.withdrawals:
            yield view("sentMessages", end.passer, "sentMessages", withdrawal_hash(withdrawal), is_=word(1))

    def _bridges(self, end: End, side: Side) -> Iterator[View]:
        view = self._view
        for (local, remote), amount in side.state.deposits.items():
            yield view("deposits", end.bridge, "deposits", local, remote, is_=word(amount))
        for local, remote in side.state.made.items():
            yield view("deployments", end.factory, "deployments", local, is_=padded(remote))
        for local, remote, id_ in self.rig.escrowed if side is self.rig.model.l1 else ():
            is_ = word((local, remote, id_) in side.state.escrow)
            yield view("escrow", end.nft_bridge, "deposits", local, remote, id_, is_=is_)

    def _tokens(self, chain: int, end: End, side: Side) -> Iterator[View]:
        view, bridge = self._view, end.bridge.address
        for contract in self.rig.tokens[chain].values():
            code = side.codes[contract.address]
            if isinstance(code, Art):
                for (token, id_), who in side.state.art.items():
                    if token == contract.address:
                        yield view("art", contract, "ownerOf", id_, is_=padded(who))
                for user in USERS:
                    count = sum(
                        1 for (t, _), who in side.state.art.items() if t == contract.address and who == user
                    )
                    yield view("art", contract, "balanceOf", user, is_=word(count))
            elif isinstance(code, Token) and not isinstance(code, LyingToken):
                holders = {
                    who: n for (token, who), n in side.state.tokens.items() if token == contract.address
                }
                for who, amount in {**dict.fromkeys(USERS, 0), **holders}.items():
                    name = "bridge's tokens" if who == bridge else "tokens"
                    yield view(name, contract, "balanceOf", who, is_=word(amount))
                if isinstance(code, MintableToken):
                    yield view("tokens", contract, "totalSupply", is_=word(sum(holders.values())))
