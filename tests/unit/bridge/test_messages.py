"""A user's messages over two small chains."""

from dataclasses import replace

import pytest
from eth_abi import decode, encode
from eth_utils.crypto import keccak
from tests.unit.bridge.chains import PORTAL
from tests.unit.bridge.message_chains import BLOCK, L1_MESSENGER, ONE, TARGET, TX, World, carrier

from opcycle.artifacts import artifact
from opcycle.bridge.bridge import UnknownTransactionError
from opcycle.bridge.message_status import Failed, Layer, NotSentYet, Refused, Relayed, UnderWay
from opcycle.bridge.status import (
    Basis,
    Finalizable,
    Finalized,
    Paused,
    Provable,
    WithdrawalStatus,
)
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.fees import MAX_TRANSACTION_GAS
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.messages import MAX_DATA
from opcycle.protocol.predeploys import L2_CROSS_DOMAIN_MESSENGER, L2_TO_L1_MESSAGE_PASSER


@pytest.fixture
def world():
    return World()


# Sending


@pytest.mark.parametrize(
    ("to", "messenger"), [(Layer.L2, L1_MESSENGER), (Layer.L1, L2_CROSS_DOMAIN_MESSENGER)]
)
def test_send__calls_the_messenger_of_the_other_chain(world, to, messenger) -> None:
    assert world.messages.send(to, TARGET, b"call", wei=7, min_gas=9) == keccak(text="sent 1")
    [request] = world.senders[to.other].sent
    assert not world.senders[to].sent
    assert (request.to, request.value) == (messenger, 7)
    assert request.data[:4] == keccak(text="sendMessage(address,bytes,uint32)")[:4]
    target, data, min_gas = decode(["address", "bytes", "uint32"], request.data[4:])
    assert (bytes.fromhex(target[2:]), data, min_gas) == (TARGET, b"call", 9)


@pytest.mark.parametrize(
    ("to", "target"),
    [
        (Layer.L1, L1_MESSENGER),
        (Layer.L1, PORTAL),
        (Layer.L2, L2_CROSS_DOMAIN_MESSENGER),
        (Layer.L2, L2_TO_L1_MESSAGE_PASSER),
    ],
)
def test_send__to_what_messages_may_not_call__refused_before_ether_is_lost(world, to, target) -> None:
    with pytest.raises(UserError, match="is a contract of the bridge on"):
        world.messages.send(to, target, wei=1)
    world.messages.send(to.other, target)
    assert len(world.senders[to].sent) == 1, "on the other chain it is anybody's"


def test_send__to_nobody__refused(world) -> None:
    with pytest.raises(UserError, match="the zero address"):
        world.messages.send(Layer.L2, bytes(20))


@pytest.mark.parametrize("gas", [0, 2**32 - 1])
def test_send__gas_that_can_be_promised(world, gas: int) -> None:
    world.messages.send(Layer.L2, TARGET, min_gas=gas)


@pytest.mark.parametrize("gas", [-1, 2**32])
def test_send__gas_that_cannot_be_promised__refused(world, gas: int) -> None:
    with pytest.raises(UserError, match=f"at most 4294967295 gas, not {gas}"):
        world.messages.send(Layer.L2, TARGET, min_gas=gas)


def test_send__more_gas_than_a_transaction_on_l1_may_have__refused_before_ether_is_lost(world) -> None:
    world.messages.send(Layer.L1, TARGET, min_gas=15_600_000)
    for gas, data in ((15_800_000, b""), (15_600_000, bytes(MAX_DATA))):
        with pytest.raises(UserError, match=rf"cannot be promised {gas} gas.*promise less"):
            world.messages.send(Layer.L1, TARGET, data, min_gas=gas)
    world.messages.send(Layer.L2, TARGET, min_gas=16_000_000)  # the market for deposits has its own limit


@pytest.mark.parametrize("to", list(Layer))
def test_send__as_long_as_can_be_carried__accepted__longer__refused(world, to) -> None:
    world.messages.send(to, TARGET, bytes(MAX_DATA))
    assert len(world.senders[to.other].sent) == 1
    with pytest.raises(UserError, match="at most 119744 bytes, this one has 119745: split it"):
        world.messages.send(to, TARGET, bytes(MAX_DATA + 1))


def test_without_a_key__tells_but_does_not_send(world) -> None:
    messages = world.new_messages()
    world.sent_from_l2(ONE)
    world.l1.relayed.add(ONE.hash)
    assert messages.status(TX).is_relayed
    for to in Layer:
        with pytest.raises(UserError, match=f"sending on {to.other} needs an account"):
            messages.send(to, TARGET)


def test_a_chain_without_messengers__one_sentence(world) -> None:
    world.l1.l1_messenger = bytes(20)
    with pytest.raises(UserError, match="names no messenger on L1"):
        world.messages.send(Layer.L1, TARGET)


def test_send__the_portal_refuses__in_words(world) -> None:
    def refuse(_):
        raise TransactionRevertedError("sendMessage", "ResourceMetering_LimitReached(1, 2)")

    world.senders[Layer.L1].send = refuse
    with pytest.raises(TemporaryError, match=r"send again in the next block.*LimitReached"):
        world.messages.send(Layer.L2, TARGET)


# To L2


def test_to_l2__from_the_pool_to_the_target(world) -> None:
    world.l1.chain.pool.add("0x" + TX.hex())
    status = world.messages.status(TX)
    assert (status.stage, status.message, status.to) == (NotSentYet(Layer.L1), None, Layer.L2)
    assert str(status) == "waiting for an L1 block"

    [deposit] = world.sent_from_l1(ONE)
    status = world.messages.status(TX)
    assert status.message == ONE
    assert "waiting for L2 to take it up" in str(status)
    assert status.next == "wait: L2 takes it up by itself"

    world.l2.receipts[deposit] = L2Receipt(BLOCK, True, 1, None, ())
    world.l2.rpc.relayed.add(ONE.hash)
    status = world.messages.status(TX)
    assert (status.stage, status.to, status.next) == (Relayed(Layer.L2), Layer.L2, "")
    assert status.is_relayed


def test_to_l2__target_fails__waits_to_be_relayed_again(world) -> None:
    [deposit] = world.sent_from_l1(ONE)
    world.l2.receipts[deposit] = L2Receipt(BLOCK, True, 1, None, ())
    world.l2.rpc.failed.add(ONE.hash)
    status = world.messages.status(TX)
    assert (status.stage, status.has_failed) == (Failed(Layer.L2), True)
    assert "relay it again" in status.next


def test_to_l2__the_deposit_failed__refused_for_good(world) -> None:
    [deposit] = world.sent_from_l1(ONE)
    world.l2.receipts[deposit] = L2Receipt(BLOCK, False, 1, None, ())
    assert world.stage == Refused(Layer.L2)
    with pytest.raises(UserError, match="only a message that failed"):
        world.messages.relay_again(TX)


# To L1


BASIS = Basis("game 1", 1, 9, b"\x0f" * 32)


@pytest.mark.parametrize(
    ("stage", "what_next"),
    [
        (Provable(BASIS), "prove withdrawal 0 of its transaction, then finalize it: that relays it"),
        (Finalizable("game 1"), "finalize withdrawal 0 of its transaction: that relays it"),
        (Paused(Finalizable("game 1")), "wait"),
    ],
    ids=str,
)
def test_to_l1__rides_on_a_withdrawal(world, stage, what_next) -> None:
    world.sent_from_l2(ONE)
    world.withdrawals[TX, 0] = stage
    status = world.messages.status(TX)
    assert status.stage == UnderWay(WithdrawalStatus(None, stage), 0)
    assert (str(status), status.next, status.to) == (str(stage), what_next, Layer.L1)


def test_to_l1__among_other_withdrawals__its_own(world) -> None:
    others = (carrier(replace(ONE, nonce=1)), carrier(replace(ONE, nonce=2)))
    world.sent_from_l2(ONE, before=others)
    world.withdrawals[TX, 2] = Provable(BASIS)
    assert world.stage == UnderWay(WithdrawalStatus(None, Provable(BASIS)), 2)


@pytest.mark.parametrize(
    ("known", "stage"),
    [("relayed", Relayed(Layer.L1)), ("failed", Failed(Layer.L1)), ("", Refused(Layer.L1))],
)
def test_to_l1__finalized__the_messenger_says_how_it_ended(world, known, stage) -> None:
    world.sent_from_l2(ONE)
    world.withdrawals[TX, 0] = Finalized()
    if known:
        getattr(world.l1, known).add(ONE.hash)
    assert world.stage == stage


def test_relayed_in_the_end__that_counts(world) -> None:
    world.sent_from_l2(ONE)
    world.l1.failed.add(ONE.hash)
    world.l1.relayed.add(ONE.hash)
    assert world.stage == Relayed(Layer.L1)


def test_to_l2__it_arrives_while_we_look__not_taken_for_refused(world) -> None:
    [deposit] = world.sent_from_l1(ONE)

    class Arriving(dict):
        """L2 takes the deposit up just when somebody asks for it."""

        def get(self, transaction):
            if transaction != deposit:
                return None
            world.l2.rpc.relayed.add(ONE.hash)
            return L2Receipt(BLOCK, True, 1, None, ())

    world.l2.receipts = Arriving()
    assert world.stage == Relayed(Layer.L2)


# Which message


def test_several_messages__index_says_which(world) -> None:
    other = replace(ONE, nonce=ONE.nonce + 1)
    world.sent_from_l1(ONE, other)
    world.l2.rpc.relayed.add(other.hash)
    assert isinstance(world.messages.status(TX, 0).stage, UnderWay)
    assert world.messages.status(TX, 1).is_relayed
    with pytest.raises(UserError, match="makes 2 messages; say which one"):
        world.messages.status(TX)


def test_unknown_failed_and_other_transactions__one_sentence(world) -> None:
    with pytest.raises(UnknownTransactionError, match=r"neither chain knows transaction 0x(aa){32}"):
        world.messages.status(TX)
    world.sent_from_l1(ONE, succeeded=False)
    with pytest.raises(UserError, match="failed in block 7:0xb1b1b1b1: it has sent nothing"):
        world.messages.status(TX)
    world.sent_from_l1()
    with pytest.raises(UserError, match="makes no message; is it the right hash"):
        world.messages.status(TX)


# Again


@pytest.mark.parametrize("to", list(Layer))
def test_relay_again__with_the_gas_that_its_target_needs(world, to) -> None:
    (world.sent_from_l1 if to is Layer.L2 else world.sent_from_l2)(ONE)
    world.rpc[to].failed.add(ONE.hash)
    assert world.messages.relay_again(TX) == keccak(text="sent 1")
    [request] = world.senders[to].sent
    messenger = L1_MESSENGER if to is Layer.L1 else L2_CROSS_DOMAIN_MESSENGER
    assert (request.to, request.data, request.value, request.gas) == (messenger, ONE.encode(), 0, 120_000)
    [asked] = world.rpc[to].estimated
    assert asked == {
        "from": "0x0000000000000000000000000000000000000001",
        "to": "0x" + messenger.hex(),
        "data": "0x" + ONE.encode().hex(),
    }, "from whom a failing relay reverts"


def test_relay_again__never_more_gas_than_a_transaction_can_have(world) -> None:
    world.sent_from_l1(ONE)
    world.l2.rpc.failed.add(ONE.hash)
    world.l2.rpc.estimate = MAX_TRANSACTION_GAS - 1
    world.messages.relay_again(TX)
    assert world.senders[Layer.L2].sent[0].gas == MAX_TRANSACTION_GAS


def error_data(name: str, *arguments) -> bytes:
    [entry] = [entry for entry in artifact("L1CrossDomainMessenger").abi if entry.get("name") == name]
    types = [item["type"] for item in entry["inputs"]]
    return keccak(text=f"{name}({','.join(types)})")[:4] + encode(types, arguments)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (error_data("CrossDomainMessenger_GasEstimation", ONE.hash), UserError, "target still fails"),
        (error_data("CrossDomainMessenger_Paused"), TemporaryError, "guardian has paused"),
        (error_data("CrossDomainMessenger_AlreadyRelayed", ONE.hash), UserError, "nothing is left to do"),
    ],
)
def test_relay_again__would_fail__not_sent_but_explained(world, error, kind, words) -> None:
    world.sent_from_l2(ONE)
    world.l1.failed.add(ONE.hash)
    world.l1.estimate = error
    with pytest.raises(kind, match=words):
        world.messages.relay_again(TX)
    assert not world.senders[Layer.L1].sent


def test_relay_again__of_what_did_not_fail__refused(world) -> None:
    world.sent_from_l1(ONE)
    with pytest.raises(
        TemporaryError, match="only a message that failed can be relayed again; this one is in"
    ):
        world.messages.relay_again(TX)
    world.l2.rpc.relayed.add(ONE.hash)
    with pytest.raises(UserError, match="this one is relayed on L2"):
        world.messages.relay_again(TX)
