"""Our messengers beside Optimism's own, in the very bytes that upstream published (`make reference`).

Everything is done to both in one process, and both must come to the same. No call may cost more with ours.
Where ours are meant to differ: docs/findings/messengers.md.
"""

from functools import cache
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from tests.fuzz.disputes.deploy import GUARDIAN, account, in_directory
from tests.fuzz.evm import Chain, Contract, RefusedError
from tests.fuzz.puppet import GAS_EATER, REVERTER, Call, puppet_code
from tests.fuzz.tally import CountingMachine, run_and_count, run_until_it_fails
from tests.peers.messengers import (
    ALIAS,
    DOOR,
    L1_MESSENGER,
    L1_RECEIVER,
    L2_MESSENGER,
    PASSER,
    REFUSALS,
    Answer,
    Message,
    Side,
    both_builds,
    legacy_hash,
    message_hash,
)

REFERENCE = in_directory(Path(__file__).parents[2] / ".tools/reference/out")
RICH = 10**24
ALICE, BOB, ESTIMATOR = account("alice"), account("bob"), (1).to_bytes(20, "big")
TARGETS = tuple(account(f"target {number}") for number in range(3))
ENOUGH, LITTLE = 8_000_000, 110_000
"""Gas of a relay: for all that is promised; for recording that it cannot be."""

MOST = 2**32 - 1
VERSION_1 = 1 << 240

people = st.sampled_from((ALICE, ALICE, BOB, ESTIMATOR))
least_gas = st.sampled_from((0, 0, 21_000, 200_000, 1_000_000, MOST))
values = st.sampled_from((0, 0, 1, 10**18))
sizes = st.sampled_from((0, 4, 31, 32, 33, 500, 5_000, 20_000))
which = st.integers(0, 30)
receiving = st.sampled_from(("L1", "L2"))

RULES = (
    "send from L1",
    "send from L2",
    "arrive",
    "again",
    "mend",
    "pause",
    "unpause",
    "relayed before Bedrock",
)
REFUSED = tuple(name for name in REFUSALS if name.startswith("CrossDomainMessenger_"))


class World:
    """Newly made messengers, with rich people."""

    def __init__(self) -> None:
        ours, theirs = both_builds(REFERENCE)
        for build in (ours, theirs):
            for chain in (build.l1, build.l2):
                for person in (ALICE, BOB, ESTIMATOR, GUARDIAN, ALIAS):
                    chain.set_balance(person, RICH)
        self.superchain = ours.superchain
        self.sender = Side(ours.l1, theirs.l1, Contract(ours.l1, "L1CrossDomainMessenger", L1_MESSENGER))
        self.sides = {
            "L1": Side(ours.l1, theirs.l1, Contract(ours.l1, "L1CrossDomainMessenger", L1_RECEIVER)),
            "L2": Side(ours.l2, theirs.l2, Contract(ours.l2, "L2CrossDomainMessenger", L2_MESSENGER)),
        }
        self.chains: tuple[Chain, ...] = (ours.l1, theirs.l1, ours.l2, theirs.l2)


@cache
def world() -> World:
    return World()


class MessengersOfBoth(CountingMachine):
    """One example: messages to both chains, which fail and are relayed again, as it happens."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world()
        self.snapshots = [chain.snapshot() for chain in self.world.chains]
        for chain in self.world.chains:
            chain.set_block(2000, 1_700_010_000, 10**9)
        self.messages: dict[str, list[Message]] = {"L1": [], "L2": []}

    def teardown(self) -> None:
        for chain, snapshot in zip(self.world.chains, self.snapshots, strict=True):
            chain.revert(snapshot)

    # --- sending ---

    @rule(who=people, to=st.sampled_from(TARGETS), value=values, size=sizes, least=least_gas)
    def send_from_l1(self, who: bytes, to: bytes, value: int, size: int, least: int) -> None:
        self._send(self.world.sender, "send from L1", who, to, value, size, least)

    @rule(who=people, to=st.sampled_from(TARGETS), value=values, size=sizes, least=least_gas)
    def send_from_l2(self, who: bytes, to: bytes, value: int, size: int, least: int) -> None:
        self._send(self.world.sides["L2"], "send from L2", who, to, value, size, least)

    def _send(self, side: Side, name: str, who: bytes, to: bytes, value: int, size: int, least: int) -> None:
        data = side.messenger.encode("sendMessage", to, bytes([7]) * size, least)
        answer = side.call(who, side.messenger.address, data, value=value, named=name)
        self._count(name, answer)
        side.ask("messageNonce")
        side.ask("baseGas", bytes(size), least)

    # --- arriving ---

    @rule(
        at=receiving,
        version=st.sampled_from((0, 1, 1, 1, 1, 2)),
        whom=st.sampled_from((*3 * TARGETS, ALICE, L1_RECEIVER, L2_MESSENGER, PASSER, DOOR)),
        sender=people,
        value=values,
        short=st.sampled_from((0,) * 9 + (1,)),
        least=least_gas,
        size=sizes,
        gas=st.sampled_from((ENOUGH, ENOUGH, LITTLE)),
    )
    def arrive(
        self,
        at: str,
        version: int,
        whom: bytes,
        sender: bytes,
        value: int,
        short: int,
        least: int,
        size: int,
        gas: int,
    ) -> None:
        nonce = version << 240 | len(self.messages[at])
        data = bytes([7]) * (min(size, 500) if gas == LITTLE else size)
        message = (nonce, sender, whom, value, least, data)
        self.messages[at].append(message)
        self._arrive(at, message, value - short if value else 0, gas)

    @precondition(lambda self: any(self.messages.values()))
    @rule(at=receiving, k=which)
    def arrive_twice(self, at: str, k: int) -> None:
        if self.messages[at]:
            message = self.messages[at][k % len(self.messages[at])]
            self._arrive(at, message, message[3], ENOUGH)

    def _arrive(self, at: str, message: Message, value: int, gas: int) -> None:
        side = self.world.sides[at]
        data = side.messenger.encode("relayMessage", *message)
        who, to = ALIAS, L2_MESSENGER
        if at == "L1":
            who, to, data = ALICE, DOOR, L1_RECEIVER + data
        self._set_l2_sender(L2_MESSENGER)
        answer = side.call(who, to, data, value=value, gas=gas, named=f"arrive on {at}")
        self._set_l2_sender(bytes.fromhex("dead").rjust(20, b"\0"))
        self._count("arrive", answer)

    def _set_l2_sender(self, sender: bytes) -> None:
        for chain in self.world.sides["L1"].chains:
            chain.set_storage(DOOR, bytes(32), sender.rjust(32, b"\0"))

    @rule(at=receiving, k=which, who=people)
    def anybody_else(self, at: str, k: int, who: bytes) -> None:
        """What never arrived, relayed by whoever is not the other messenger."""
        side = self.world.sides[at]
        message = (VERSION_1 | (1000 + k), ALICE, TARGETS[0], 0, 0, b"")
        answer = side.call(who, side.messenger.address, side.messenger.encode("relayMessage", *message))
        assert answer.refusal
        assert answer.refusal[0] in ("CrossDomainMessenger_NotFailed", "CrossDomainMessenger_Paused")
        self._count("", answer)

    # --- again ---

    @precondition(lambda self: any(self.messages.values()))
    @rule(
        at=receiving,
        k=which,
        who=people,
        value=st.sampled_from((0,) * 9 + (1,)),
        changed=st.sampled_from((False,) * 9 + (True,)),
        gas=st.sampled_from((ENOUGH, ENOUGH, LITTLE)),
    )
    def again(self, at: str, k: int, who: bytes, value: int, changed: bool, gas: int) -> None:
        if not self.messages[at]:
            return
        side = self.world.sides[at]
        message = self.messages[at][k % len(self.messages[at])]
        if gas == LITTLE and len(message[5]) > 500:
            return
        data = side.messenger.encode("relayMessage", message[0] ^ changed, *message[1:])
        answer = side.call(who, side.messenger.address, data, value=value, gas=gas, named=f"again on {at}")
        self._count("again", answer)

    # --- around them ---

    @rule(
        at=receiving,
        whom=st.sampled_from(TARGETS),
        how=st.sampled_from(("notes", "notes", "fails", "eats all gas", "relays", "sends", "initializes")),
        k=which,
    )
    def mend(self, at: str, whom: bytes, how: str, k: int) -> None:
        """A target is another contract from now on."""
        side = self.world.sides[at]
        messenger, encode = side.messenger.address, side.messenger.encode
        asks = Call(messenger, encode("xDomainMessageSender"))
        message = (*self.messages[at], (VERSION_1, ALICE, ALICE, 0, 0, b""))[k % (len(self.messages[at]) + 1)]
        arguments = (L1_MESSENGER,) if at == "L2" else (self.world.superchain.address, DOOR)
        calls = {
            "relays": Call(messenger, encode("relayMessage", *message)),
            "sends": Call(messenger, encode("sendMessage", BOB, b"x", 5)),
            "initializes": Call(messenger, encode("initialize", *arguments)),
        }
        code = {"fails": REVERTER, "eats all gas": GAS_EATER}.get(how)
        if code is None:
            code = puppet_code([asks, *([calls[how]] if how in calls else []), asks])
        for chain in side.chains:
            chain.set_code(whom, code)
        self.done["mend"] += 1

    @rule(
        who=st.sampled_from((GUARDIAN, GUARDIAN, ALICE)),
        function=st.sampled_from(("pause", "unpause", "unpause")),
    )
    def pause(self, who: bytes, function: str) -> None:
        side, superchain = self.world.sides["L1"], self.world.superchain
        for chain in side.chains:
            chain.set_block(2001, 1_700_010_012, 10**9)
        answer = side.call(who, superchain.address, superchain.encode(f"{function}(address)", bytes(20)))
        self._count(function, answer)
        side.ask("paused")

    @precondition(lambda self: any(self.messages.values()))
    @rule(at=receiving, k=which)
    def relayed_before_bedrock(self, at: str, k: int) -> None:
        if not self.messages[at]:
            return
        message = self.messages[at][k % len(self.messages[at])]
        slot = keccak(legacy_hash(message) + (203).to_bytes(32, "big"))
        for chain in self.world.sides[at].chains:
            chain.set_storage(self.world.sides[at].messenger.address, slot, (1).to_bytes(32, "big"))
        self.done["relayed before Bedrock"] += 1
        self._arrive(at, message, message[3], ENOUGH)

    def _count(self, name: str, answer: Answer) -> None:
        if answer.refusal is not None:
            self.refused[answer.refusal[0]] += 1
        elif answer.returned is not None:
            self.done[name] += 1
        else:
            self.refused["out of gas"] += 1

    @invariant()
    def both_know_the_same(self) -> None:
        for at, side in self.world.sides.items():
            side.balance(side.messenger.address)
            self._count("", side.ask("xDomainMessageSender"))
            for message in self.messages[at]:
                for function in ("successfulMessages", "failedMessages"):
                    side.ask(function, message_hash(message))
                    side.ask(function, legacy_hash(message))


def test_messages_both_ways__ours_and_the_reference_do_the_same_and_ours_costs_no_more() -> None:
    run_and_count(MessengersOfBoth, deeds=RULES, refusals=REFUSED)
    sides = {"sending on L1": world().sender, **world().sides}
    for name, side in sides.items():
        ours, theirs = (counter.total() for counter in side.gas)
        assert 0 < ours < theirs, name


class WithAnotherNonce(MessengersOfBoth):
    """The other build has sent a message already."""

    def __init__(self) -> None:
        super().__init__()
        self.world.sides["L2"].chains[1].set_storage(
            L2_MESSENGER, (205).to_bytes(32, "big"), b"\1".rjust(32, b"\0")
        )


def test_the_other_build_differs_by_a_nonce__it_is_noticed() -> None:
    with pytest.raises(AssertionError, match="send from L2"):
        run_until_it_fails(WithAnotherNonce)


GAS_LOGGER = bytes.fromhex("5a5f5260205fa0")


@pytest.mark.parametrize(("size", "theirs"), [(50_000, "successfulMessages"), (119_744, "failedMessages")])
def test_a_long_message_with_the_gas_that_was_paid_for__ours_relays_it_whatever_its_length(
    size: int, theirs: str
) -> None:
    """The reference copies it between checking the gas and calling, which its reserve was not made for."""
    message = (VERSION_1, ALICE, TARGETS[0], 0, 3_000_000, bytes([7]) * size)
    for build, expected in zip(both_builds(REFERENCE), ("successfulMessages", theirs), strict=True):
        messenger = Contract(build.l2, "L2CrossDomainMessenger", L2_MESSENGER, build.artifacts)
        build.l2.set_code(TARGETS[0], GAS_LOGGER)
        gas = messenger.read("baseGas", message[5], message[4])
        build.l2.send(ALIAS, L2_MESSENGER, messenger.encode("relayMessage", *message), gas=gas)
        assert messenger.read(expected, message_hash(message))
        given = [int.from_bytes(log.data, "big") for log in build.l2.logs() if not log.topics]
        assert all(gas >= message[4] - 10 for gas in given), "the target's promise"


@pytest.mark.parametrize(("least", "theirs"), [(2**249, "failedMessages"), (2**250, "successfulMessages")])
def test_a_promise_of_more_gas_than_there_is__ours_never_takes_it_for_none(least: int, theirs: str) -> None:
    """The reference multiplies it by 64 modulo 2^256. Messengers promise less than 2^32 only."""
    message = (VERSION_1, ALICE, TARGETS[0], 0, least, b"")
    for build, expected in zip(both_builds(REFERENCE), ("failedMessages", theirs), strict=True):
        messenger = Contract(build.l2, "L2CrossDomainMessenger", L2_MESSENGER, build.artifacts)
        messenger.send(ALIAS, "relayMessage", *message)
        assert messenger.read(expected, message_hash(message))


def test_ours_in_the_place_of_the_references__goes_on_with_its_messages() -> None:
    """Storage is the same, so that a chain of Optimism's can be upgraded to ours."""
    ours, theirs = both_builds(REFERENCE)
    chain, target = theirs.l2, TARGETS[0]
    chain.set_balance(ALIAS, RICH)
    chain.set_balance(ALICE, RICH)
    messenger = Contract(chain, "L2CrossDomainMessenger", L2_MESSENGER)
    relayed, failed = ((VERSION_1 | number, ALICE, target, 7, 0, b"x") for number in range(2))
    messenger.send(ALICE, "sendMessage", target, b"x", 5)
    messenger.send(ALIAS, "relayMessage", *relayed, value=7)
    chain.set_code(target, REVERTER)
    messenger.send(ALIAS, "relayMessage", *failed, value=7)

    def known() -> list[object]:
        lists = ("successfulMessages", "failedMessages")
        messages = (relayed, failed)
        asked = [messenger.read(name, message_hash(message)) for name in lists for message in messages]
        return [*asked, *(messenger.read(name) for name in ("messageNonce", "otherMessenger", "proxyAdmin"))]

    before = known()
    chain.set_code(L2_MESSENGER, ours.l2.code(L2_MESSENGER))
    assert known() == before
    assert before[:4] == [True, False, False, True]
    chain.set_code(target, b"\0")
    messenger.send(ALICE, "relayMessage", *failed)
    assert messenger.read("successfulMessages", message_hash(failed))
    assert chain.balance(target) == 14
    with pytest.raises(RefusedError, match="AlreadyRelayed"):
        messenger.send(ALICE, "relayMessage", *relayed)
