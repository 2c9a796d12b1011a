"""Proposals in the oracle itself: wrong ones are challenged, right ones never, and ours are squeezed."""

import pytest
from tests.fuzz.evm import RefusedError
from tests.unit.challenger.preimages.oracle_place import (
    BOND,
    HONEST,
    LIAR,
    PERIOD,
    WEALTH,
    OraclePlace,
    lying,
    text,
)

from opcycle.challenger.due import Kind
from opcycle.challenger.preimages import watch as module
from opcycle.challenger.preimages.watch import ProposalWatch
from opcycle.keccak import keccak
from opcycle.protocol.large_preimages import LargePreimage
from opcycle.protocol.preimages import Hashed, HashKind
from opcycle.rpc.client import RpcError

DATA = text(1000)
LAST = 7


class Watched(OraclePlace):
    def __init__(self):
        super().__init__()
        self.watch = ProposalWatch(self.oracle, HONEST)

    def police(self, *, spare=()):
        self.watch.look(self.l1)
        return self.watch.police(self.l1, spare=spare)

    def act(self) -> list[str]:
        due, waits = self.police()
        assert not waits.for_others
        for item in due:
            self.send(item.request)
        return [item.why for item in due]


@pytest.fixture
def place() -> Watched:
    return Watched()


@pytest.mark.parametrize("lie", [0, 1, 3, LAST - 1, LAST])
def test_wrong_leaf__challenged_and_the_bond_is_ours(place, lie: int) -> None:
    place.propose(DATA, lies=[lie], at_once=3)
    (did,) = place.act()
    assert did.endswith(f"its leaf {lie} is wrong")
    assert place.last().is_countered
    assert place.balance(HONEST) == WEALTH + BOND
    assert place.act() == []


def test_all_leaves_right__left_alone_to_the_end(place) -> None:
    proposal = place.propose(DATA, at_once=3)
    assert place.act() == []
    place.mine(PERIOD + 1)
    assert place.act() == [], "who wants it may load it"
    place.send(place.oracle.squeeze(proposal, LargePreimage(DATA).last), by=LIAR)
    assert place.act() == []
    assert place.balance(LIAR) == WEALTH


def test_not_complete__not_looked_at(place) -> None:
    place.begin(DATA)
    first, *_ = LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=3)
    place.send(place.oracle.add(lying(first, [1])), by=LIAR)
    assert place.act() == [], "nobody can load it"


def test_period_over_but_not_squeezed_yet__still_challenged(place) -> None:
    place.propose(DATA, lies=[2])
    place.mine(10 * PERIOD)
    (due,), _ = place.police()
    assert due.left < 0
    place.send(due.request)
    assert place.last().is_countered


def test_challenges__those_with_least_time_are_first_and_worth_their_bond(place) -> None:
    for uuid in (1, 2, 3):
        place.propose(DATA, lies=[uuid], uuid=uuid)
        place.mine(10)
    due, _ = place.police()
    assert [item.left for item in due] == sorted(item.left for item in due)
    assert [item.paid for item in due] == [BOND] * 3
    assert {item.kind for item in due} == {Kind.PREIMAGE_CHALLENGE}


def test_somebody_else_challenges_first__nothing_is_due(place) -> None:
    place.propose(DATA, lies=[2])
    (due,), _ = place.police()
    place.send(due.request, by=LIAR)
    assert place.act() == []


def test_ours__squeezed_after_the_period_whatever_it_was_for(place) -> None:
    place.propose(DATA, by=LIAR)
    place.propose(DATA, by=HONEST, offset=40)
    assert place.act() == []
    assert place.watch.at_stake == BOND
    place.mine(PERIOD + 1)
    assert len(place.act()) == 1
    key = Hashed(HashKind.KECCAK256, DATA, 40).key
    assert place.contract.read("readPreimage", key, 40) == (DATA[32:64], 32)
    assert place.balance(HONEST) == WEALTH
    place.act()
    assert place.watch.at_stake == 0


def test_ours_that_somebody_squeezes_already__spared(place) -> None:
    place.propose(DATA, by=HONEST)
    place.mine(PERIOD + 1)
    assert place.police(spare={0}) == ([], place.police(spare={0})[1])


def test_ours__with_the_last_second_of_the_period_still_refused(place) -> None:
    proposal = place.propose(DATA, by=HONEST)
    place.mine(proposal.completed_at + PERIOD - place.now)
    assert place.police()[0] == []
    with pytest.raises(RefusedError, match="StillOpen"):
        place.send(place.oracle.squeeze(proposal, LargePreimage(DATA).last))
    place.mine(1)
    assert len(place.act()) == 1


# --- how leaves are found ---


def test_many_calls_in_one_block__all_found(place) -> None:
    place.is_one_block = True
    place.propose(DATA, lies=[6], at_once=2)
    place.propose(DATA, lies=[1], at_once=2, uuid=8)
    place.propose(DATA, at_once=2, uuid=7, by=HONEST)
    place.is_one_block = False
    place.mine()
    assert [why.split("leaf")[1] for why in place.act()] == [" 6 is wrong", " 1 is wrong"]


def test_proposals_of_one_name_by_two_claimants__told_apart(place) -> None:
    place.is_one_block = True
    place.begin(DATA, by=LIAR)
    place.begin(DATA, by=HONEST)
    for chunk in LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=3):
        place.send(place.oracle.add(chunk), by=HONEST)
        place.send(place.oracle.add(lying(chunk, [4])), by=LIAR)
    place.mine()
    assert len(place.act()) == 1
    assert [place.look(index).is_countered for index in (0, 1)] == [True, False]


def test_calls_that_add_nothing__do_no_harm(place) -> None:
    place.begin(DATA)
    empty = LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=3)[0]
    empty = type(empty)(7, 0, b"", (), False)
    for _ in range(3):
        place.send(place.oracle.add(empty), by=LIAR)
    for chunk in LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=100):
        place.send(place.oracle.add(lying(chunk, [0])), by=LIAR)
    assert len(place.act()) == 1


def test_calldata_that_no_encoder_makes__read_as_the_contract_does(place) -> None:
    """The arrays the other way round, without padding, and rubbish at the end."""
    place.begin(DATA)
    (chunk,) = LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=100)
    told = lying(chunk, [5])
    hashes = b"".join(told.commitments)
    head = [7, 0, 160 + 32 + len(hashes), 160, 1, len(told.commitments)]
    words = b"".join(number.to_bytes(32, "big") for number in head)
    data = place.oracle.contract.selector("addLeavesLPP") + words + hashes
    data += len(DATA).to_bytes(32, "big") + DATA + b"rubbish"
    request = place.oracle.add(told)
    place.send(type(request)(to=request.to, data=data), by=LIAR)
    assert place.last().completed_at is not None
    assert place.act() == [f"challenged {place.look(0)}: its leaf 5 is wrong"]


def test_l1_without_the_logs__waits_and_goes_on_with_the_others(place) -> None:
    place.propose(DATA, lies=[2])
    forgotten = place.last()
    hidden = dict(place.rpc.logs)
    place.rpc.logs.clear()
    place.propose(DATA, lies=[3], uuid=8)
    due, waits = place.police()
    assert [item.why.split("leaf")[1] for item in due] == [" 3 is wrong"]
    assert waits.for_others == [f"L1 has 0 of 8 leaves of {forgotten}"]
    place.rpc.logs.update(hidden)
    assert len(place.act()) == 2


@pytest.mark.parametrize("most", [1, 2, 3])
def test_server_that_refuses_long_answers__asked_for_fewer_blocks_at_once(place, monkeypatch, most) -> None:
    """Whoever fills the same blocks with leaves must not keep us from finding those of a wrong proposal."""
    place.propose(DATA, lies=[5], at_once=2)
    answer = place.rpc.batch

    def batch(calls):
        answers = answer(calls)
        if calls[0][0] == "eth_getLogs" and sum(map(len, answers)) > most:
            raise RpcError("eth_getLogs", -32003, "response too large")
        return answers

    monkeypatch.setattr(place.rpc, "batch", batch)
    assert place.act() == [f"challenged {place.look(0)}: its leaf 5 is wrong"]


def test_server_that_gives_no_logs_at_all__waited_for(place, monkeypatch) -> None:
    place.propose(DATA, lies=[5])
    answer = place.rpc.batch

    def batch(calls):
        if calls[0][0] == "eth_getLogs":
            raise RpcError("eth_getLogs", -32601, "no such method")
        return answer(calls)

    monkeypatch.setattr(place.rpc, "batch", batch)
    due, waits = place.police()
    assert due == []
    assert "no such method" in waits.for_others[0]


def test_l1_with_other_logs_than_the_oracle_made__no_challenge_from_them(place) -> None:
    """A reorganisation between two requests, or a server that lies."""
    place.propose(DATA)
    (number,) = (number for number, logs in place.rpc.logs.items() if logs)
    (log,) = place.rpc.logs[number]
    claimed = LargePreimage(DATA).leaves[3].commitment
    wrong = log.data.replace(claimed, keccak(claimed))
    place.rpc.logs[number] = [type(log)(log.address, log.topics, wrong, log.index)]
    due, waits = place.police()
    assert due == []
    assert waits.for_others == [f"L1 gives other leaves of {place.last()} than were added to it"]


# --- how much at once ---


def test_more_leaves_than_one_step_examines__the_rest_in_the_next(place, monkeypatch) -> None:
    monkeypatch.setattr(module, "LEAVES_AT_ONCE", 5)
    place.propose(DATA, lies=[6])
    place.propose(DATA, lies=[0], uuid=8)
    due, waits = place.police()
    assert due == []
    assert len(waits.for_others) == 2
    assert place.watch.examined == 0
    due, waits = place.police()
    assert [item.why.split("leaf")[1] for item in due] == [" 6 is wrong", " 0 is wrong"]
    assert place.watch.examined == 2


def test_known_proposals__read_once_when_they_are_over(place) -> None:
    for uuid in range(3):
        place.propose(DATA, lies=[0], uuid=uuid)
    place.act()
    place.act()
    before = place.rpc.requests
    place.police()
    assert place.rpc.requests == before + 1, "how many there are"
    assert (len(place.watch.proposals), place.watch.examined) == (3, 0)
    place.watch.reset()
    place.police()
    assert place.rpc.requests == before + 4, "and then their names and what became of them"


def test_reset__all_is_found_again(place) -> None:
    place.propose(DATA, lies=[4])
    place.police()
    place.watch.reset()
    assert place.watch.proposals == []
    assert len(place.act()) == 1
