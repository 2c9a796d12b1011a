"""What docs/findings says of op-node 1.18.1 and us, shown on both: what the fuzz keeps away from."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from eth_account import Account
from tests.e2e.rollup import L2_CHAIN_ID
from tests.peers.differential.comparison import safe_heads_of, wait_until_read
from tests.peers.differential.material import Batch, Material
from tests.peers.differential.rig import Rig
from tests.peers.differential.sequencing import Sequencing

from opcycle.derivation.verdicts import Reason
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.runner import Runner
from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.span_batches import CHECK_SIZE

PATIENCE = 90


class World:
    """A rig whose blocks up to `safe` are safe, and blocks that may follow."""

    def __init__(self, rig: Rig):
        self.rig = rig
        rig.derive()
        self.sequencing = Sequencing(rig, Random(7))
        for _ in range(4):
            rig.mine()
        self._post(lambda m: m.singulars(), count=4)
        self.safe = rig.derive()

    def material(self, count: int) -> Material:
        safe = self.rig.safe_head
        head = self.rig.l1.head.number
        return Material(
            rng=Random(7),
            config=self.rig.config,
            safe=safe,
            earlier=self.rig.ours.client.blocks(0, safe.ref.number - 1) if safe.ref.number else [],
            blocks=self.sequencing.extend(safe, count, l1_head=head, eager=True),
            l1=[self.rig.l1_block(number).ref for number in range(head + 1)],
            posted=[],
        )

    def post(self, make: Callable[[Material], list[Batch]], *, count: int = 3) -> int:
        """In one L1 block, whose number it gives; two empty ones follow."""
        number = self._post(make, count=count)
        for _ in range(2):
            self.rig.mine()
        self.rig.derive()
        return number

    def _post(self, make: Callable[[Material], list[Batch]], *, count: int) -> int:
        material = self.material(count)
        (transactions,) = material.post(make(material))
        self.rig.send(*transactions)
        return self.rig.mine().number

    @property
    def reasons(self) -> set[Reason]:
        return {verdict.reason for verdict in self.rig.verdicts.seen}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Rig(tmp_path) as rig:
        yield World(rig)


def test_span_that_overlaps_with_other_content__op_node_derives_its_new_blocks_and_we_drop_it(
    world: World,
) -> None:
    def overlapping(m: Material) -> list[Batch]:
        known = m.known()
        first = next(index for index, block in enumerate(known) if block.user_transactions)
        blocks = [replace(block, transactions=block.transactions[:1]) for block in known[first:]]
        new = [replace(block, transactions=block.transactions[:1]) for block in m.blocks]
        return [m.span([*blocks, *new])]

    number = world.post(overlapping)
    assert world.rig.safe_head == world.safe
    assert Reason.OVERLAP_TRANSACTIONS in world.reasons
    with world.rig.op_node() as (client, _):
        wait_until_read(client, number + 2)
        assert safe_heads_of(client)(number).safe_head.number == world.safe.ref.number + 3


def test_span_whose_last_l1_origin_is_not_known_yet__op_node_forgets_it_and_we_come_back_to_it(
    world: World,
) -> None:
    """Nobody can know the hash of a block to come: 20 bytes of it that turn out wrong are enough to see who
    remembers the span, for it then takes the batch behind it along."""

    def ahead(m: Material) -> list[Batch]:
        span = m.span()
        to_come = m.l1[-1].number + 2
        steps = to_come - m.blocks[0].ref.l1_origin.number
        ahead = replace(
            span,
            l1_origin_number=to_come,
            origin_check=bytes(CHECK_SIZE),
            origin_bits=Bitlist.of([False] * len(m.blocks) + [True] * steps),
            tx_counts=(*span.tx_counts, *[0] * steps),
        )
        return [ahead, *m.singulars()]

    number = world.post(ahead)
    assert world.rig.safe_head == world.safe
    assert {Reason.END_ORIGIN_UNKNOWN, Reason.EPOCH_HASH_MISMATCH, Reason.INVALIDATED} <= world.reasons
    with world.rig.op_node() as (client, _):
        wait_until_read(client, number + 2)
        assert safe_heads_of(client)(number).safe_head.number == world.safe.ref.number + 3


def undecodable() -> bytes:
    return b"\x05 a type that op-geth does not know"


def blob_transaction() -> bytes:
    fields = {
        "type": 3,
        "chainId": L2_CHAIN_ID,
        "nonce": 0,
        "to": b"\x77" * 20,
        "value": 0,
        "gas": 30_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 1,
        "maxFeePerBlobGas": 1,
        "blobVersionedHashes": [b"\x01" + bytes(31)],
    }
    return bytes(Account.sign_transaction(fields, ACCOUNTS["third user"].key).raw_transaction)


@pytest.mark.parametrize(
    ("transaction", "complaint"),
    [(undecodable, "transaction type not supported"), (blob_transaction, "method handler crashed")],
)
def test_transaction_that_op_geth_neither_executes_nor_refuses__op_node_stops_and_we_go_on(
    world: World, transaction: Callable[[], bytes], complaint: str
) -> None:
    def bad(m: Material) -> list[Batch]:
        return [replace(m.singulars()[0], transactions=(transaction(),))]

    world.post(bad)
    after = world.rig.safe_head
    assert after.ref.number == world.safe.ref.number + 1
    assert after.user_transactions == ()
    assert Reason.INVALID_PAYLOAD in world.reasons
    log = world.rig.directory / "op-node" / "op-node.log"
    with world.rig.op_node() as (client, _):
        has_asked_again = Runner().until(
            lambda: log.read_text().count('"Engine temporary error" err="temporarily cannot insert') >= 3,
            seconds=PATIENCE,
        )
        assert has_asked_again
        assert complaint in log.read_text()
        assert client.sync_status().safe_l2 == world.safe.ref
