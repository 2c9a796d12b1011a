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
def watched() -> Watched:
    return Watched()


@pytest.mark.parametrize("lie", [0, 1, 3, LAST - 1, LAST])
def test_wrong_leaf__challenged_and_the_bond_is_ours(watched, lie: int) -> None:
    watched.propose(DATA, lies=[lie], at_once=3)
    (did,) = watched.act()
    assert did.endswith(f"its leaf {lie} is wrong")
    assert watched.last().is_countered
    assert watched.balance(HONEST) == WEALTH + BOND
    assert watched.act() == []


def test_all_leaves_right__left_alone_to_the_end(watched) -> None:
    proposal = watched.propose(DATA, at_once=3)
    assert watched.act() == []
    watched.mine(PERIOD + 1)
    assert watched.act() == [], "who wants it may load it"
    watched.send(watched.oracle.squeeze(proposal, LargePreimage(DATA).last), by=LIAR)
    assert watched.act() == []
    assert watched.balance(LIAR) == WEALTH


def test_not_complete__not_looked_at(watched) -> None:
    watched.begin(DATA)
    first, *_ = LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=3)
    watched.send(watched.oracle.add(lying(first, [1])), by=LIAR)
    assert watched.act() == [], "nobody can load it"


def test_period_over_but_not_squeezed_yet__still_challenged(watched) -> None:
    watched.propose(DATA, lies=[2])
    watched.mine(10 * PERIOD)
    (due,), _ = watched.police()
    assert due.left < 0
    watched.send(due.request)
    assert watched.last().is_countered


def test_challenges__those_with_least_time_are_first_and_worth_their_bond(watched) -> None:
    for uuid in (1, 2, 3):
        watched.propose(DATA, lies=[uuid], uuid=uuid)
        watched.mine(10)
    due, _ = watched.police()
    assert [item.left for item in due] == sorted(item.left for item in due)
    assert [item.paid for item in due] == [BOND] * 3
    assert {item.kind for item in due} == {Kind.PREIMAGE_CHALLENGE}


def test_somebody_else_challenges_first__nothing_is_due(watched) -> None:
    watched.propose(DATA, lies=[2])
    (due,), _ = watched.police()
    watched.send(due.request, by=LIAR)
    assert watched.act() == []


def test_ours__squeezed_after_the_period_whatever_it_was_for(watched) -> None:
    watched.propose(DATA, by=LIAR)
    watched.propose(DATA, by=HONEST, offset=40)
    assert watched.act() == []
    assert watched.watch.at_stake == BOND
    watched.mine(PERIOD + 1)
    assert len(watched.act()) == 1
    key = Hashed(HashKind.KECCAK256, DATA, 40).key
    assert watched.contract.read("readPreimage", key, 40) == (DATA[32:64], 32)
    assert watched.balance(HONEST) == WEALTH
    watched.act()
    assert watched.watch.at_stake == 0


def test_ours_that_somebody_squeezes_already__spared(watched) -> None:
    watched.propose(DATA, by=HONEST)
    watched.mine(PERIOD + 1)
    assert watched.police(spare={0}) == ([], watched.police(spare={0})[1])


def test_ours__with_the_last_second_of_the_period_still_refused(watched) -> None:
    proposal = watched.propose(DATA, by=HONEST)
    watched.mine(proposal.completed_at + PERIOD - watched.now)
    assert watched.police()[0] == []
    with pytest.raises(RefusedError, match=r"StillOpen|ActiveProposal"):
        watched.send(watched.oracle.squeeze(proposal, LargePreimage(DATA).last))
    watched.mine(1)
    assert len(watched.act()) == 1


# --- how leaves are found ---


def test_many_calls_in_one_block__all_found(watched) -> None:
    watched.is_one_block = True
    watched.propose(DATA, lies=[6], at_once=2)
    watched.propose(DATA, lies=[1], at_once=2, uuid=8)
    watched.propose(DATA, at_once=2, uuid=7, by=HONEST)
    watched.is_one_block = False
    watched.mine()
    assert [why.split("leaf")[1] for why in watched.act()] == [" 6 is wrong", " 1 is wrong"]


def test_proposals_of_one_name_by_two_claimants__told_apart(watched) -> None:
    watched.is_one_block = True
    watched.begin(DATA, by=LIAR)
    watched.begin(DATA, by=HONEST)
    for chunk in LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=3):
        watched.send(watched.oracle.add(chunk), by=HONEST)
        watched.send(watched.oracle.add(lying(chunk, [4])), by=LIAR)
    watched.mine()
    assert len(watched.act()) == 1
    assert [watched.look(index).is_countered for index in (0, 1)] == [True, False]


def test_calls_that_add_nothing__do_no_harm(watched) -> None:
    watched.begin(DATA)
    empty = LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=3)[0]
    empty = type(empty)(7, 0, b"", (), False)
    for _ in range(3):
        watched.send(watched.oracle.add(empty), by=LIAR)
    for chunk in LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=100):
        watched.send(watched.oracle.add(lying(chunk, [0])), by=LIAR)
    assert len(watched.act()) == 1


def test_calldata_that_no_encoder_makes__read_as_the_contract_does(watched) -> None:
    """The arrays the other way round, without padding, and rubbish at the end."""
    watched.begin(DATA)
    (chunk,) = LargePreimage(DATA).chunks(offset=0, uuid=7, start=0, size=100)
    told = lying(chunk, [5])
    hashes = b"".join(told.commitments)
    head = [7, 0, 160 + 32 + len(hashes), 160, 1, len(told.commitments)]
    words = b"".join(number.to_bytes(32, "big") for number in head)
    data = watched.oracle.contract.selector("addLeavesLPP") + words + hashes
    data += len(DATA).to_bytes(32, "big") + DATA + b"rubbish"
    request = watched.oracle.add(told)
    watched.send(type(request)(to=request.to, data=data), by=LIAR)
    assert watched.last().completed_at is not None
    assert watched.act() == [f"challenged {watched.look(0)}: its leaf 5 is wrong"]


def test_l1_without_the_logs__waits_and_goes_on_with_the_others(watched) -> None:
    watched.propose(DATA, lies=[2])
    forgotten = watched.last()
    hidden = dict(watched.rpc.logs)
    watched.rpc.logs.clear()
    watched.propose(DATA, lies=[3], uuid=8)
    due, waits = watched.police()
    assert [item.why.split("leaf")[1] for item in due] == [" 3 is wrong"]
    assert waits.for_others == [f"L1 has 0 of 8 leaves of {forgotten}"]
    watched.rpc.logs.update(hidden)
    assert len(watched.act()) == 2


@pytest.mark.parametrize("most", [1, 2, 3])
def test_server_that_refuses_long_answers__asked_for_fewer_blocks_at_once(watched, monkeypatch, most) -> None:
    """Whoever fills the same blocks with leaves must not keep us from finding those of a wrong proposal."""
    watched.propose(DATA, lies=[5], at_once=2)
    answer = watched.rpc.batch

    def batch(calls):
        answers = answer(calls)
        if calls[0][0] == "eth_getLogs" and sum(map(len, answers)) > most:
            raise RpcError("eth_getLogs", -32003, "response too large")
        return answers

    monkeypatch.setattr(watched.rpc, "batch", batch)
    assert watched.act() == [f"challenged {watched.look(0)}: its leaf 5 is wrong"]


def test_server_that_gives_no_logs_at_all__waited_for(watched, monkeypatch) -> None:
    watched.propose(DATA, lies=[5])
    answer = watched.rpc.batch

    def batch(calls):
        if calls[0][0] == "eth_getLogs":
            raise RpcError("eth_getLogs", -32601, "no such method")
        return answer(calls)

    monkeypatch.setattr(watched.rpc, "batch", batch)
    due, waits = watched.police()
    assert due == []
    assert "no such method" in waits.for_others[0]


def test_l1_with_other_logs_than_the_oracle_made__no_challenge_from_them(watched) -> None:
    """A reorganisation between two requests, or a server that lies."""
    watched.propose(DATA)
    (number,) = (number for number, logs in watched.rpc.logs.items() if logs)
    (log,) = watched.rpc.logs[number]
    claimed = LargePreimage(DATA).leaves[3].commitment
    wrong = log.data.replace(claimed, keccak(claimed))
    watched.rpc.logs[number] = [type(log)(log.address, log.topics, wrong, log.index)]
    due, waits = watched.police()
    assert due == []
    assert waits.for_others == [f"L1 gives other leaves of {watched.last()} than were added to it"]


# --- how much at once ---


def test_more_leaves_than_one_step_examines__the_rest_in_the_next(watched, monkeypatch) -> None:
    monkeypatch.setattr(module, "LEAVES_AT_ONCE", 5)
    watched.propose(DATA, lies=[6])
    watched.propose(DATA, lies=[0], uuid=8)
    due, waits = watched.police()
    assert due == []
    assert len(waits.for_others) == 2
    assert watched.watch.examined == 0
    due, waits = watched.police()
    assert [item.why.split("leaf")[1] for item in due] == [" 6 is wrong", " 0 is wrong"]
    assert watched.watch.examined == 2


def test_known_proposals__read_once_when_they_are_over(watched) -> None:
    for uuid in range(3):
        watched.propose(DATA, lies=[0], uuid=uuid)
    watched.act()
    watched.act()
    before = watched.rpc.requests
    watched.police()
    assert watched.rpc.requests == before + 1, "how many there are"
    assert (len(watched.watch.proposals), watched.watch.examined) == (3, 0)
    watched.watch.reset()
    watched.police()
    assert watched.rpc.requests == before + 4, "and then their names and what became of them"


def test_reset__all_is_found_again(watched) -> None:
    watched.propose(DATA, lies=[4])
    watched.police()
    watched.watch.reset()
    assert watched.watch.proposals == []
    assert len(watched.act()) == 1
