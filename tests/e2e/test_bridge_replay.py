"""A play of the bridge's machine again, on a whole rollup: what the model says of it comes true on real
chains.

The model (tests/fuzz/bridge) plays first, against contracts in this process. Then the same steps are taken on
a devnet, where deposits are derived, withdrawals proven against a game, and all of it takes its time.
"""

import json
from pathlib import Path
from typing import Any

from eth_abi.abi import decode
from eth_account.signers.local import LocalAccount
from tests.fuzz.bridge.codec import Message, calldata
from tests.fuzz.bridge.deploy import GREEDY_CODE, L1, L2, PEOPLE, WEALTH
from tests.fuzz.bridge.doing import PAYABLE_BRIDGE, SEND, TOKEN_WAYS
from tests.fuzz.bridge.play import Play
from tests.fuzz.puppet import REVERTER

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.keccak import keccak
from opcycle.l1.receipts import Receipt
from opcycle.rpc.hexjson import from_hex
from opcycle.testing.chain import Chain
from opcycle.testing.rollup import LocalRollup

RUN = Path(__file__).parents[1] / "fuzz" / "bridge" / "runs" / "on-a-devnet.json"
STEPS: list[tuple[str, dict[str, Any]]] = json.loads(RUN.read_text())["steps"]
SENT = keccak(b"SentMessage(address,address,bytes,uint256,uint256)")
EXTENSION = keccak(b"SentMessageExtension1(address,uint256)")
DOOR = bytes.fromhex("36600114600f575f546015575f5ffd5b60015f55005b00")
"""Reverts until a call with one byte of calldata has opened it."""


def creating(code: bytes) -> bytes:
    """What creates a contract of this code."""
    return b"\x60" + bytes([len(code)]) + bytes.fromhex("8060095f395ff3") + code


class OnDevnet:
    """The rules that the run uses, with real transactions. `sent`: all messages, by the chain that sent
    them."""

    def __init__(self, devnet: LocalRollup):
        self.devnet = devnet
        self.people = {name: devnet.new_user() for name in ("alice", "bob", "relayer")}
        self.sent: tuple[list[Message], list[Message]] = ([], [])
        self.withdrawals: list[bytes] = []
        known = {name: from_hex(address) for name, address in devnet.addresses.items() if len(address) == 42}
        ours = {"messenger": known["L1CrossDomainMessengerProxy"], "bridge": known["L1StandardBridgeProxy"]}
        self.places = {1: ours, 2: L2}
        codes = {"refusing": REVERTER, "greedy": GREEDY_CODE, "flaky": DOOR}
        self.targets = {
            chain: {name: self._create(chain, creating(code)) for name, code in codes.items()}
            for chain in (1, 2)
        }
        self.tokens = self._make_tokens()

    def chain(self, number: int) -> Chain:
        return self.devnet.l1 if number == 1 else self.devnet.l2

    def _create(self, chain: int, code: bytes) -> bytes:
        contract = self.chain(chain).send(self.people["relayer"], None, data=code).contract
        assert contract is not None
        return contract

    def _make_tokens(self) -> dict[tuple[int, str], bytes]:
        """Gold of L1, which is Alice's, and its twin; silver of L2, for a mistake about the pair."""
        alice = self.people["alice"]
        gold, silver = (self._create(chain, artifact("PlainToken").bytecode) for chain in (1, 2))
        terms = self.address("alice"), WEALTH, self.places[1]["bridge"]
        self.devnet.l1.send(alice, gold, data=calldata("give(address,uint256,address)", *terms))
        tokens = self.devnet.bridge(alice).tokens
        created = tokens.create(gold)
        self.devnet.l2.wait_for(created)
        twin = tokens.created(Layer.L2, created)
        assert twin is not None
        return {(1, "gold"): gold, (2, "gold"): twin, (2, "silver"): silver}

    # --- rules ---

    def send_message(self, chain: int, by: str, callee: str, value: int, min_gas: int, data: str) -> None:
        message = calldata(SEND, self.targets[3 - chain][callee], data.encode(), min_gas)
        self._send(chain, by, "messenger", message, value)

    def bridge_ether(
        self, chain: int, by: str, to: str, value: int, min_gas: int, off: int, way: str
    ) -> None:
        data = calldata(PAYABLE_BRIDGE[way], self.targets[3 - chain][to], min_gas, b"extra")
        self._send(chain, by, "bridge", data, value + off)

    def bridge_tokens(
        self, chain: int, by: str, token: str, remote: str, to: str, amount: int, min_gas: int, way: str
    ) -> None:
        pair = self.tokens[chain, token], self.tokens[3 - chain, token if remote == "true" else remote]
        self._send(
            chain, by, "bridge", calldata(TOKEN_WAYS[way], *pair, self.address(to), amount, min_gas, b"extra")
        )

    def derive(self, count: int) -> None:
        """All that was sent to L2 is recorded there."""
        self.devnet.advance_until(lambda: all(any(self.state(2, message)) for message in self.sent[0]))

    def deliver(self, by: str) -> None:
        for transaction in self.withdrawals:
            withdrawal = self.devnet.withdrawal(transaction, self.people[by])
            self.devnet.advance_until(withdrawal.provable)
            withdrawal.prove()
            self.devnet.advance_until(withdrawal.finalizable)
            withdrawal.finalize()

    def mend(self, chain: int, works: bool) -> None:
        assert works
        self.chain(chain).send(self.people["relayer"], self.targets[chain]["flaky"], data=b"\1")

    def replay(self, chain: int, which: int, by: str, gas: int) -> None:
        """As `Carrying.replay` picks it."""
        failed = [message for message in self.sent[2 - chain] if self.state(chain, message) == (False, True)]
        data, to = failed[which // 4 % len(failed)].calldata, self.places[chain]["messenger"]
        self.chain(chain).send(self.people[by], to, data=data, gas=3_000_000)

    def _send(self, chain: int, by: str, where: str, data: bytes, value: int = 0) -> None:
        receipt = self.chain(chain).send(self.people[by], self.places[chain][where], data=data, wei=value)
        self.sent[chain - 1].append(_message(receipt))
        if chain == 2:
            self.withdrawals.append(receipt.transaction)

    # --- what came of it ---

    def address(self, name: str) -> bytes:
        return from_hex(self.people[name].address)

    def state(self, chain: int, message: Message) -> tuple[bool, bool]:
        """Whether it succeeded, and whether it ever failed."""
        return tuple(  # type: ignore[return-value]
            bool(self.read(chain, "messenger", calldata(f"{name}(bytes32)", message.hash)))
            for name in ("successfulMessages", "failedMessages")
        )

    def read(self, chain: int, where: str | bytes, data: bytes) -> int:
        to = self.places[chain][where] if isinstance(where, str) else where
        return int.from_bytes(self.chain(chain).call(to, data), "big")

    def tokens_of(self, chain: int, name: str) -> int:
        return self.read(
            chain, self.tokens[chain, "gold"], calldata("balanceOf(address)", self.address(name))
        )


def _message(receipt: Receipt) -> Message:
    """The one that a transaction sent, by what the messenger logged."""
    sent = next(log for log in receipt.logs if log.topics[0] == SENT)
    extension = next(log for log in receipt.logs if log.topics[0] == EXTENSION)
    sender, data, nonce, gas = decode(["address", "bytes", "uint256", "uint256"], sent.data)
    (value,) = decode(["uint256"], extension.data)
    return Message(nonce, from_hex(sender), sent.topics[1][12:], value, gas, data)


def states(play: Play) -> list[list[tuple[bool, bool]]]:
    """Of each message, by the chain that sent it: whether the model says that it succeeded, that it
    failed."""
    found = []
    for chain in (2, 1):
        state = play.sides(chain)[1].state
        sent = play.sent[2 - chain]
        found.append([(message.hash in state.successful, message.hash in state.failed) for message in sent])
    return found


def test_a_play_on_a_whole_rollup__comes_to_what_the_model_says(
    devnet: LocalRollup, user: LocalAccount
) -> None:
    play, real = Play(settlement="games"), OnDevnet(devnet)
    try:
        for rule, terms in STEPS:
            play.do(rule, **terms)
            getattr(real, rule)(**terms)
    finally:
        play.end()
    found = [[real.state(2, m) for m in real.sent[0]], [real.state(1, m) for m in real.sent[1]]]
    assert found == states(play), "M-1, M-2, M-3"
    model = (play.model.l1.state, play.model.l2.state)
    gold = {chain: play.tokens[chain]["gold"].address for chain in (1, 2)}
    for name in ("alice", "bob"):
        had = WEALTH if name == "bob" else 0  # in the machine, Bob has some in the beginning
        said = model[0].tokens.get((gold[1], PEOPLE[name]), 0) - had
        assert real.tokens_of(1, name) == said, "T-5"
        assert real.tokens_of(2, name) == model[1].tokens.get((gold[2], PEOPLE[name]), 0), "T-5"
    pair = real.tokens[1, "gold"], real.tokens[2, "gold"]
    locked = real.read(1, "bridge", calldata("deposits(address,address)", *pair))
    assert (
        locked == model[0].deposits[gold[1], gold[2]] == real.read(2, pair[1], calldata("totalSupply()"))
    ), "T-1"
    for chain, places in ((1, L1), (2, L2)):
        held = real.chain(chain).balance(real.places[chain]["messenger"])
        assert held == model[chain - 1].ether.get(places["messenger"], 0), "E-3"
