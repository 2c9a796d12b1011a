"""Batches to a DA server, and to Ethereum while it is down."""

import pytest

from opcycle.da import Published
from opcycle.da.alt_da import AltDAPublisher
from opcycle.da.client import DAServerDownError
from opcycle.errors import TemporaryError
from opcycle.protocol.alt_da import Commitment, CommitmentType

FIRST, SECOND = b"\x00first", b"\x00second"


class Publisher:
    """L1, as far as a publisher shows it."""

    def __init__(self, takes=1):
        self.sent = []
        self.error = None
        self.takes = takes

    def publish(self, payloads):
        if self.error is not None:
            raise self.error
        taken = payloads[: self.takes]
        self.sent.append(list(taken))
        return Published(bytes([len(self.sent)]) * 32, len(taken))


class Store:
    """A DA server whose generic commitments count what was stored."""

    def __init__(self):
        self.stored = []
        self.error = None

    def put(self, data, kind):
        if self.error is not None:
            raise self.error
        self.stored.append(data)
        if kind is CommitmentType.KECCAK:
            return Commitment.keccak_of(data)
        return Commitment(kind, bytes([0xFF, len(self.stored)]))


class World:
    def __init__(self, kind=CommitmentType.GENERIC):
        self.store, self.commitments, self.ethereum = Store(), Publisher(), Publisher(takes=2)
        self.said = []
        self.publisher = AltDAPublisher(
            self.store, kind, commitments=self.commitments, ethereum=self.ethereum, say=self.said.append
        )

    def go_down(self):
        self.store.error = DAServerDownError("the DA server is down")


def test_publish__several_payloads__one_is_stored_and_its_commitment_posted():
    world = World(CommitmentType.KECCAK)
    published = world.publisher.publish([FIRST, SECOND])
    assert published == Published(b"\x01" * 32, 1)
    assert world.store.stored == [FIRST]
    assert world.commitments.sent == [[Commitment.keccak_of(FIRST).payload]]
    assert (world.ethereum.sent, world.said) == ([], [])


def test_publish__server_down__payloads_go_to_ethereum_as_they_are():
    world = World()
    world.go_down()
    assert world.publisher.publish([FIRST, SECOND]).count == 2
    assert (world.commitments.sent, world.ethereum.sent) == ([], [[FIRST, SECOND]])
    assert world.said == ["the DA server is down; batches go to Ethereum"]


def test_publish__server_back__later_payloads_return_to_it_and_each_change_is_said_once():
    world = World()
    world.publisher.publish([FIRST])
    world.go_down()
    for _ in range(3):
        world.publisher.publish([SECOND])
    world.store.error = None
    for _ in range(3):
        world.publisher.publish([FIRST])
    assert world.store.stored == [FIRST] * 4
    assert len(world.ethereum.sent) == 3
    assert [text[:22] for text in world.said] == ["the DA server is down;", "the DA server is back;"]


def test_publish__server_refuses__is_an_error_and_no_failover():
    world = World()
    world.store.error = TemporaryError("the DA server refuses")
    with pytest.raises(TemporaryError, match="refuses"):
        world.publisher.publish([FIRST])
    assert (world.commitments.sent, world.ethereum.sent) == ([], [])


def test_publish__commitment_broke_off__the_same_commitment_is_posted_even_if_the_server_is_down_now():
    world = World()
    world.commitments.error = TemporaryError("broke off")
    with pytest.raises(TemporaryError, match="broke off"):
        world.publisher.publish([FIRST])
    world.go_down()
    world.commitments.error = None
    world.publisher.publish([FIRST])
    assert (world.commitments.sent, world.ethereum.sent) == ([[b"\x01\x01\xff\x01"]], [])
    assert world.store.stored == [FIRST]


def test_publish__ethereum_broke_off__the_same_payload_goes_there_even_if_the_server_is_back():
    world = World()
    world.go_down()
    world.ethereum.error = TemporaryError("broke off")
    with pytest.raises(TemporaryError, match="broke off"):
        world.publisher.publish([FIRST])
    world.store.error, world.ethereum.error = None, None
    world.publisher.publish([FIRST])
    assert (world.store.stored, world.ethereum.sent) == ([], [[FIRST]])


def test_publish__broke_off_and_another_payload_follows__is_chosen_for_by_itself():
    world = World()
    world.go_down()
    world.ethereum.error = TemporaryError("broke off")
    with pytest.raises(TemporaryError, match="broke off"):
        world.publisher.publish([FIRST])
    world.store.error = None
    world.publisher.publish([SECOND])
    assert (world.store.stored, world.ethereum.sent) == ([SECOND], [])


def test_publish__sent_before__the_same_payload_is_chosen_for_anew():
    world = World()
    world.publisher.publish([FIRST])
    world.go_down()
    world.publisher.publish([FIRST])
    assert (world.store.stored, world.ethereum.sent) == ([FIRST], [[FIRST]])
