"""What `opcycle message` waits for, takes and says."""

import json

import pytest
from click.testing import CliRunner

from opcycle.bridge.deposits import DepositStatus
from opcycle.bridge.message_status import Failed, Layer, MessageStatus, NotSentYet, Relayed, UnderWay
from opcycle.bridge.status import Finalized, WithdrawalStatus
from opcycle.cli import messages as verb
from opcycle.cli.messages import goes_on_by_itself, message
from opcycle.errors import UserError
from opcycle.protocol.types import Address, Hash

TARGET, TX, RELAY = "0x" + "33" * 20, "0x" + "aa" * 32, b"\xbb" * 32


class FakeMessages:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.state = MessageStatus(None, Layer.L2, Failed(Layer.L2))

    def send(self, to: Layer, target: Address, data: bytes, *, wei: int, min_gas: int) -> Hash:
        self.calls.append((to, target, data, wei, min_gas))
        return bytes.fromhex(TX[2:])

    def status(self, transaction: Hash, index: int | None = None) -> MessageStatus:
        self.calls.append(("status", transaction, index))
        return self.state

    def relay_again(self, transaction: Hash, index: int | None = None) -> Hash:
        self.calls.append(("again", transaction, index))
        self.state = MessageStatus(None, Layer.L2, Relayed(Layer.L2))
        return RELAY


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeMessages:
    found = FakeMessages()

    class FakeChain:
        messages = found

    monkeypatch.setattr("opcycle.cli.where._find", lambda *_: FakeChain())
    return found


def run(*arguments: str) -> str:
    done = CliRunner().invoke(message, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_send__what_is_typed_is_what_is_sent(fake: FakeMessages) -> None:
    told = run("send", "l2", TARGET, "--calldata", "0x01ff", "--value", "0.5", "--gas", "9", "--no-wait")
    assert fake.calls[0] == (Layer.L2, b"\x33" * 20, b"\x01\xff", 5 * 10**17, 9)
    assert told.splitlines()[0] == TX
    assert told.splitlines()[2].startswith("next: relay it again")


def test_send__nothing_but_a_target__neither_ether_nor_calldata(fake: FakeMessages) -> None:
    run("send", "L1", TARGET)
    assert fake.calls[0] == (Layer.L1, b"\x33" * 20, b"", 0, 200_000)


@pytest.mark.parametrize("data", ["0x1", "01", "0xzz", ""])
def test_send__no_calldata__one_sentence(fake: FakeMessages, data: str) -> None:
    with pytest.raises(UserError, match="is no calldata: it must be 0x and pairs of hex digits"):
        run("send", "L2", TARGET, "--calldata", data)
    assert not fake.calls


def test_status__as_json__one_object(fake: FakeMessages) -> None:
    told = json.loads(run("status", TX, "--index", "1", "--json"))
    assert fake.calls == [("status", bytes.fromhex(TX[2:]), 1)]
    assert told == {"transaction": TX, "status": str(fake.state), "next": fake.state.next}


def test_status__nothing_is_left_to_do__no_next_step(fake: FakeMessages) -> None:
    fake.state = MessageStatus(None, Layer.L1, Relayed(Layer.L1))
    assert run("status", TX) == f"{TX}\nrelayed on L1\n"


def test_replay__tells_the_relay_and_how_it_ended(fake: FakeMessages) -> None:
    assert run("replay", TX, "--no-wait") == f"0x{RELAY.hex()}\nrelayed on L2\n"
    assert ("again", bytes.fromhex(TX[2:]), None) in fake.calls


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (NotSentYet(Layer.L2), True),
        (UnderWay(DepositStatus(None, None, None)), True),
        (UnderWay(WithdrawalStatus(None, Finalized())), False),
        (Failed(Layer.L2), False),
        (Relayed(Layer.L2), False),
    ],
    ids=str,
)
def test_only_what_takes_seconds_is_waited_for(stage: object, expected: bool) -> None:
    assert goes_on_by_itself(MessageStatus(None, Layer.L2, stage)) is expected  # type: ignore[arg-type]


def test_every_command_has_an_example() -> None:
    assert all("opcycle message" in (command.help or "") for command in verb.message.commands.values())
