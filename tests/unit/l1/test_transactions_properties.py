"""Whatever prices, pools and connections do: each message is mined once, in order, and none is stuck."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.l1.conftest import FakeChain, fields_of, new_manager

from opcycle.errors import TemporaryError
from opcycle.l1.transactions import TransactionRequest

TARGET = b"\x11" * 20
PATIENCE = 200
"""Blocks in which all must be mined once prices are still; each replacement takes four."""

events = st.one_of(
    st.tuples(st.just("send"), st.just(1)),
    st.tuples(st.just("send"), st.just(1)),
    st.tuples(st.just("block"), st.integers(1, 5)),
    st.tuples(st.just("base fee"), st.sampled_from([10, 1000, 10**6, 10**8, 10**10])),
    st.tuples(st.just("tip"), st.sampled_from([1, 10**5, 10**7])),
    st.tuples(st.just("lose pool"), st.just(1)),
    st.tuples(st.just("lose one"), st.integers(0, 3)),
    st.tuples(st.just("cut before"), st.just(1)),
    st.tuples(st.just("cut after"), st.just(1)),
    st.tuples(st.just("restart"), st.just(1)),
)


class Sender:
    """Sends numbered messages as an agent does: the same again until it has a hash."""

    def __init__(self, **resubmission):
        self.chain = FakeChain()
        self.chain.balance = 10**30
        self.resubmission = resubmission
        self.restart()
        self.next = 0
        self.hashes = {}

    def restart(self):
        self.manager = new_manager(self.chain, **self.resubmission)

    def send(self):
        request = TransactionRequest(to=TARGET, data=self.next.to_bytes(2, "big"), gas=100_000)
        try:
            self.hashes[self.next] = self.manager.send(request)
        except TemporaryError:
            return
        self.next += 1

    def look(self):
        try:
            return self.manager.in_flight()
        except TemporaryError:
            return None

    def happens(self, what, how_much):
        chain = self.chain
        match what:
            case "send":
                self.send()
            case "block":
                chain.mine(how_much)
            case "base fee":
                chain.base_fee = how_much
            case "tip":
                chain.tip = how_much
            case "lose pool":
                chain.lose_pool()
            case "lose one" if chain.pool:
                del chain.pool[sorted(chain.pool)[how_much % len(chain.pool)]]
            case "cut before":
                chain.cut_before_next_send = True
            case "cut after":
                chain.cut_after_next_send = True
            case "restart":
                self.restart()
        self.look()

    def comes_to_rest(self):
        """Prices stand still; whether everything is mined in time."""
        self.chain.cut_before_next_send = self.chain.cut_after_next_send = False
        for _ in range(PATIENCE):
            self.chain.mine()
            if self.look() == 0 and not self.chain.pool:
                return True
        return False

    @property
    def mined(self):
        """The numbers of the messages in blocks."""
        return [int.from_bytes(fields_of(raw)["data"], "big") for raw in self.chain.mined]


@given(st.lists(events.filter(lambda event: event[0] != "restart"), max_size=30))
@settings(deadline=None, max_examples=200)
def test_one_process__every_message_is_mined_once_and_in_order(happenings):
    sender = Sender()
    for event in happenings:
        sender.happens(*event)
    sender.chain.cut_before_next_send = sender.chain.cut_after_next_send = False
    sender.send()  # what may have broken off is asked for again
    assert sender.comes_to_rest()
    assert sender.mined == list(range(sender.next))
    receipts = [sender.manager.receipt(sent) for sent in sender.hashes.values()]
    assert None not in receipts


@given(st.lists(events, max_size=30))
@settings(deadline=None, max_examples=200)
def test_restarts__whatever_was_left_behind_the_account_comes_to_rest(happenings):
    sender = Sender(owns_account=True)
    for event in happenings:
        sender.happens(*event)
    assert sender.comes_to_rest()
