"""Messages on real chains: both ways with ETH, failing and relayed again, with too little gas and enough."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from tests.e2e.withdrawing import CLOCK, FINALITY, MATURITY, Place, place_in

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Failed, Layer, Refused, Relayed, UnderWay
from opcycle.cli.messages import goes_on_by_itself, message
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.errors import UserError
from opcycle.l1.contract import Contract
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex

USER = ACCOUNTS["user"]
WEI = 10**16

DOOR = bytes.fromhex(
    "3660011460" + "2e" + "57"  # one byte of calldata opens it
    "5f5460" + "0f" + "575f5ffd"  # closed: revert
    "5b636e296e4560e01b5f52"  # the caller's xDomainMessageSender()
    "60205f60045f335afa50"
    "5f51600155"  # goes to slot 1,
    "34600255" + "00"  # the ETH to slot 2
    "5b60015f5500"
)
"""A contract that takes nothing until it is opened, and then remembers who sent what."""

GREEDY = bytes.fromhex("62061a805a1160" + "0c" + "575f5ffd" + "5b00")
"""A contract that wants more than 400,000 gas."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("messages")) as place:
        yield place


class User:
    """Whoever sends messages on the devnet."""

    def __init__(self, place: Place):
        assembly, signer = place.devnet.assembly, KeySigner(USER.key)
        self.place, self.devnet = place, place.devnet
        self.messages = assembly.messages(signer)
        self.senders = {
            Layer.L1: assembly.l1_sender(signer),
            Layer.L2: assembly.l2_sender(signer),
        }
        self.rpc = {Layer.L1: self.devnet.l1.rpc, Layer.L2: self.devnet.l2.rpc}

    def transact(self, on: Layer, to: Address | None, data: bytes) -> Address | None:
        """And wait for it; the contract that it creates."""
        sent = self.senders[on].send(TransactionRequest(to=to, data=data))
        self.devnet.until("the transaction", lambda: self.messages.receipt(on, sent) is not None, seconds=20)
        receipt = self.messages.receipt(on, sent)
        assert receipt is not None
        assert receipt.succeeded
        return receipt.contract

    def create(self, on: Layer, code: bytes) -> Address:
        created = self.transact(on, None, bytes([0x60, len(code)]) + bytes.fromhex("8060095f395ff3") + code)
        assert created is not None
        return created

    def open(self, on: Layer, door: Address) -> None:
        self.transact(on, door, b"\1")

    def relay_again(self, message: Hash) -> None:
        to = self.messages.status(message).to
        sent = self.messages.relay_again(message)
        self.devnet.until("the relay", lambda: self.messages.receipt(to, sent) is not None, seconds=20)

    def until_arrived(self, message: Hash) -> None:
        """On L2, where it comes by itself."""
        stages = Relayed | Failed
        self.devnet.until(
            "the message", lambda: isinstance(self.messages.status(message).stage, stages), seconds=60
        )

    def balance(self, on: Layer, who: Address) -> int:
        return from_quantity(self.rpc[on].call("eth_getBalance", to_hex(who), "latest"))

    def remembered(self, on: Layer, door: Address) -> tuple[Address, int]:
        """Who sent it a message, with how much."""
        words = [
            from_hex(self.rpc[on].call("eth_getStorageAt", to_hex(door), slot, "latest"))
            for slot in ("0x1", "0x2")
        ]
        return words[0][12:], int.from_bytes(words[1], "big")


@pytest.fixture(scope="module")
def user(place: Place) -> User:
    return User(place)


def test_to_l2_with_ether__the_target_learns_who_sent_it(user: User) -> None:
    door = user.create(Layer.L2, DOOR)
    user.open(Layer.L2, door)
    sent = user.messages.send(Layer.L2, door, b"hello", wei=WEI)
    user.until_arrived(sent)
    assert user.messages.status(sent).stage == Relayed(Layer.L2)
    assert user.remembered(Layer.L2, door) == (USER.address, WEI)
    assert user.balance(Layer.L2, door) == WEI


def test_to_l2__its_target_fails__waits_until_somebody_relays_it_again(user: User) -> None:
    door = user.create(Layer.L2, DOOR)
    sent = user.messages.send(Layer.L2, door, b"hello", wei=WEI)
    user.until_arrived(sent)
    assert user.messages.status(sent).stage == Failed(Layer.L2)
    assert user.balance(Layer.L2, door) == 0
    with pytest.raises(UserError, match="the message's target still fails"):
        user.messages.relay_again(sent)

    user.open(Layer.L2, door)
    user.relay_again(sent)
    assert user.messages.status(sent).stage == Relayed(Layer.L2)
    assert user.remembered(Layer.L2, door) == (USER.address, WEI)
    with pytest.raises(UserError, match="this one is relayed on L2"):
        user.messages.relay_again(sent)
    assert user.balance(Layer.L2, door) == WEI, "once"


def test_to_l2__promised_too_little_gas__relayed_again_with_what_it_takes(user: User) -> None:
    greedy = user.create(Layer.L2, GREEDY)
    enough = user.messages.send(Layer.L2, greedy, min_gas=450_000)
    user.until_arrived(enough)
    assert user.messages.status(enough).stage == Relayed(Layer.L2)

    little = user.messages.send(Layer.L2, greedy, min_gas=0)
    user.until_arrived(little)
    assert user.messages.status(little).stage == Failed(Layer.L2)
    user.relay_again(little)
    assert user.messages.status(little).stage == Relayed(Layer.L2)


def test_to_what_messages_may_not_call__refused_on_the_other_chain(user: User) -> None:
    """Not sent by `Messages`, which would not."""
    config = Contract(
        user.devnet.l1.rpc, user.devnet.deployment.addresses.system_config, artifact("SystemConfig").abi
    )
    address = config.read("l1CrossDomainMessenger", block="latest")
    messenger = Contract(user.devnet.l1.rpc, address, artifact("L1CrossDomainMessenger").abi)
    request = messenger.request("sendMessage", L2_TO_L1_MESSAGE_PASSER, b"", 0, value=WEI)
    sent = user.senders[Layer.L1].send(request)
    user.devnet.until("the refusal", lambda: not goes_on_by_itself(user.messages.status(sent)), seconds=60)
    assert user.messages.status(sent).stage == Refused(Layer.L2)
    with pytest.raises(UserError, match="only a message that failed"):
        user.messages.relay_again(sent)


def test_the_command_line__sends_follows_and_relays_again(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPCYCLE_PRIVATE_KEY", USER.key.hex())
    assembly = user.devnet.assembly
    chain = ["--deployment", str(assembly.deployment.directory), "--l1", assembly.l1, "--l2", assembly.l2]

    def run(*arguments: str) -> dict[str, str]:
        done = CliRunner().invoke(message, [*arguments, *chain, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        found: dict[str, str] = json.loads(done.output)
        return found

    door = user.create(Layer.L2, DOOR)
    sent = run("send", "L2", checksum(door), "--calldata", "0x6869", "--value", "0.01", "--no-wait")
    user.until_arrived(from_hex(sent["transaction"]))
    told = run("status", sent["transaction"])
    assert told["status"].startswith("failed on L2: its target reverted")
    assert told["next"].startswith("relay it again")

    user.open(Layer.L2, door)
    relay = run("replay", sent["transaction"], "--no-wait")["transaction"]
    user.devnet.until(
        "the relay", lambda: user.messages.receipt(Layer.L2, from_hex(relay)) is not None, seconds=20
    )
    assert run("status", sent["transaction"])["status"] == "relayed on L2"
    assert user.remembered(Layer.L2, door) == (USER.address, WEI)


def test_to_l1_with_ether__proven_and_finalized__relayed_or_waiting(user: User) -> None:
    """The last test: L1 travels ahead, and L2 stays behind."""
    place, devnet, messages = user.place, user.devnet, user.messages
    door, closed = user.create(Layer.L1, DOOR), user.create(Layer.L1, DOOR)
    user.open(Layer.L1, door)
    sent = [messages.send(Layer.L1, target, b"hello", wei=WEI) for target in (door, closed)]
    devnet.until(
        "L2 blocks", lambda: all(messages.status(each).message is not None for each in sent), seconds=20
    )
    head = devnet.l2.block("latest").ref.number
    devnet.until("safe blocks", lambda: devnet.node.sync_status().safe_l2.number >= head, seconds=60)
    assert [messages.status(each).next for each in sent] == ["wait", "wait"]

    game = place.propose()
    devnet.advance(1)
    for each in sent:
        assert messages.status(each).next.startswith("prove withdrawal 0 of its transaction")
        place.prove(each)
    place.travel_to(place.now + CLOCK + 1)
    place.decide(game)
    place.travel_to(place.now + max(FINALITY, MATURITY) + 1)
    for each in sent:
        assert messages.status(each).next == "finalize withdrawal 0 of its transaction: that relays it"
        assert isinstance(messages.status(each).stage, UnderWay)
        place.bridge.finalize(each)
        devnet.advance(1)
    assert [messages.status(each).stage for each in sent] == [Relayed(Layer.L1), Failed(Layer.L1)]
    assert user.remembered(Layer.L1, door) == (USER.address, WEI)
    assert user.balance(Layer.L1, closed) == 0

    user.open(Layer.L1, closed)
    user.relay_again(sent[1])
    assert messages.status(sent[1]).stage == Relayed(Layer.L1)
    assert user.remembered(Layer.L1, closed) == (USER.address, WEI)
    assert user.balance(Layer.L1, closed) == WEI
