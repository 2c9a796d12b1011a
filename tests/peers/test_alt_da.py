"""Alt-DA beside the real op-node and op-batcher: commitments, our DA server, failover, and challenges.

The challenge contract here (`DataAvailabilityChallenge.sol`) is not deployed by us but by the tests, where
rollup.json says that it is; its rules are the tests' to keep.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import rlp
from benchmarks.op_batcher import op_batcher
from benchmarks.op_node import op_node
from eth_utils.crypto import keccak
from tests.e2e.rollup import batch_of, frames_of
from tests.peers.solidity import compile_solidity

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.da.client import DAClient
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig, local_alt_da
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.l1.contract import Contract
from opcycle.l1.reader import L1Reader
from opcycle.l1.receipts import Receipt
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.alt_da import MAX_INPUT_SIZE, AltDAConfig, Commitment, CommitmentType
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.types import L1Transaction
from opcycle.rpc.client import RpcClient

PATIENCE = 180
BATCHER, CHALLENGER, USER = ACCOUNTS["batcher"], ACCOUNTS["unsafe block signer"], ACCOUNTS["user"]
CONTRACT = keccak(rlp.encode([CHALLENGER.address, b""]))[12:]
"""Where the first contract of the challenging account goes."""

CHALLENGE_WINDOW, RESOLVE_WINDOW = 20, 6

Peer = tuple[RollupClient, L2Engine]


def altda_flags(devnet: Devnet) -> tuple[str, ...]:
    """Of op-node and op-batcher."""
    assert devnet.da_server is not None
    return "--altda.enabled", f"--altda.da-server={devnet.da_server.url}"


def assert_both_derive(devnet: Devnet, peer: Peer, number: int) -> None:
    """op-node and our node come to call block `number` safe; up to it they have the sequencer's chain."""
    client, engine = peer
    for node in (devnet.node, client):
        devnet.until(
            f"safe block {number} of {node.url}",
            lambda node=node: node.sync_status().safe_l2.number >= number,
            seconds=PATIENCE,
        )
    wanted = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in wanted
    assert [engine.l2.hash_of(n) for n in range(number + 1)] == wanted
    assert [devnet.verifier.engine.l2.hash_of(n) for n in range(number + 1)] == wanted


def assert_same_safe_heads(devnet: Devnet, peer: Peer) -> None:
    """Of the newest L1 block that both have read for sure."""
    client, _ = peer
    l1_number = min(client.sync_status().current_l1.number, devnet.node.sync_status().current_l1.number) - 2
    assert client.safe_head_at_l1_block(l1_number) == devnet.node.safe_head_at_l1_block(l1_number)


def head(devnet: Devnet) -> int:
    return devnet.l2.block("latest").ref.number


def inbox(devnet: Devnet) -> list[tuple[int, L1Transaction]]:
    """Transactions to the inbox with their L1 blocks, oldest first."""
    rollup = devnet.deployment.rollup
    blocks = L1Reader(devnet.l1.rpc).blocks(
        0,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    return [(block.header.number, tx) for block in blocks for tx in block.transactions]


def carriers(devnet: Devnet) -> list[bytes]:
    """First byte of each batcher payload in calldata, empty for blobs."""
    return [tx.data[:1] for _, tx in inbox(devnet)]


# --- our batcher and our DA server


@pytest.fixture(scope="module", params=CommitmentType)
def devnet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """Generic commitments fail over to blobs, keccak ones to calldata."""
    is_generic = request.param is CommitmentType.GENERIC
    config = DevnetConfig(
        tmp_path_factory.mktemp("devnet"),
        l1_block_time=1,
        ports=free_ports(),
        batcher=BatcherOptions(
            data_availability=DataAvailability.ALT_DA,
            failover=DataAvailability.BLOBS if is_generic else DataAvailability.CALLDATA,
        ),
        alt_da=local_alt_da(request.param),
        node_follows_sequencer=True,
    )
    with Devnet.live(config) as devnet:
        yield devnet


@pytest.fixture(scope="module")
def peer(devnet: Devnet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with op_node(devnet, tmp_path_factory.mktemp("peer"), flags=altda_flags(devnet)) as peer:
        yield peer


def test_op_node_starts_with_our_alt_da_section_and_reads_it_as_we_do(devnet: Devnet, peer: Peer) -> None:
    client, _ = peer
    devnet.until("op-node's RPC", lambda: client.version() != "", seconds=PATIENCE)
    assert client.rollup_config() == devnet.deployment.rollup


def test_op_node_derives_our_blocks_from_commitments(devnet: Devnet, peer: Peer) -> None:
    devnet.bridge(USER).deposit(ACCOUNTS["second user"].address, 10**18)
    assert_both_derive(devnet, peer, head(devnet) + 5)
    assert set(carriers(devnet)) == {b"\x01"}
    assert_same_safe_heads(devnet, peer)


def test_op_node_follows_batches_to_ethereum_and_back(devnet: Devnet, peer: Peer) -> None:
    assert devnet.da_server is not None
    assert_both_derive(devnet, peer, head(devnet))  # what is committed to so far has been fetched
    devnet.pace.pause("batcher")
    devnet.da_server.stop()
    before = len(inbox(devnet))
    devnet.pace.resume("batcher")
    failed_over_to = b"" if devnet.config.batcher.failover is DataAvailability.BLOBS else b"\x00"
    devnet.until("batches on Ethereum", lambda: failed_over_to in carriers(devnet)[before:], seconds=PATIENCE)
    devnet.da_server.start()
    devnet.until("batches on the DA server", lambda: carriers(devnet)[-1] == b"\x01", seconds=PATIENCE)
    assert_both_derive(devnet, peer, head(devnet))
    assert_same_safe_heads(devnet, peer)


def test_op_node_and_our_node_pass_over_the_same_junk(devnet: Devnet, peer: Peer) -> None:
    """No commitments, commitments of the other type, and data that holds no batches."""
    assert devnet.da_server is not None
    alt_da = devnet.deployment.rollup.alt_da
    assert alt_da is not None
    store = DAClient(devnet.da_server.url)
    junk = [b"\x05junk", b"\x00no frames", b"\x01" + bytes(33), bytes(MAX_INPUT_SIZE + 1)]
    posted = [store.put(data, alt_da.commitment_type).payload for data in junk]
    other = {
        CommitmentType.KECCAK: Commitment(CommitmentType.GENERIC, b"\xff"),
        CommitmentType.GENERIC: Commitment.keccak_of(b"\x00data"),
    }[alt_da.commitment_type]
    devnet.pace.pause("batcher")
    sender = devnet.assembly.l1_sender(KeySigner(BATCHER.key))
    devnet.until("an account at rest", lambda: sender.in_flight() == 0, seconds=PATIENCE)
    for data in (b"\x01", b"\x01\x02\x03", b"\x01\x00short", other.payload, *posted):
        sender.send_call(to=devnet.deployment.rollup.batch_inbox, data=data, what="junk")
    devnet.until("junk on L1", lambda: sender.in_flight() == 0, seconds=PATIENCE)
    devnet.pace.resume("batcher")
    store.close()
    assert_both_derive(devnet, peer, head(devnet))
    assert_same_safe_heads(devnet, peer)


def test_op_node_and_our_node_finalize_the_same_blocks_behind_the_challenge_window(
    devnet: Devnet, peer: Peer
) -> None:
    client, engine = peer
    for node in (devnet.node, client):
        devnet.until(
            f"final blocks of {node.url}",
            lambda node=node: node.sync_status().finalized_l2.number > 0,
            seconds=PATIENCE,
        )
    theirs, alt_da = client.sync_status(), devnet.deployment.rollup.alt_da
    assert alt_da is not None
    final = theirs.finalized_l2
    assert devnet.l2.hash_of(final.number) == engine.l2.hash_of(final.number) == final.hash
    limit = theirs.finalized_l1.number - alt_da.challenge_window
    assert final.number <= devnet.node.safe_head_at_l1_block(limit).safe_head.number


def test_our_node_derives_what_op_batcher_stores_on_our_da_server(
    devnet: Devnet, peer: Peer, tmp_path: Path
) -> None:
    alt_da = devnet.deployment.rollup.alt_da
    assert alt_da is not None
    devnet.pace.pause("batcher")
    before = len(inbox(devnet))
    service = alt_da.commitment_type is CommitmentType.GENERIC
    with op_batcher(devnet, tmp_path, *altda_flags(devnet), f"--altda.da-service={service}".lower()):
        assert_both_derive(devnet, peer, head(devnet) + 3)
    assert set(carriers(devnet)[before:]) == {b"\x01"}


# --- challenges


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """A devnet on which data can be challenged, by `challenges`. Its L1 finalizes nothing, for op-node
    forgets challenges that are final (`docs/findings/alt-da-challenges.md`)."""
    config = DevnetConfig(
        tmp_path_factory.mktemp("disputed"),
        l1_block_time=1,
        ports=free_ports(),
        batcher=BatcherOptions(data_availability=DataAvailability.ALT_DA),
        alt_da=AltDAConfig(CommitmentType.KECCAK, CHALLENGE_WINDOW, RESOLVE_WINDOW, CONTRACT),
    )
    with Devnet.live(config) as devnet:
        devnet.l1.set_lag(safe=2, finalized=10_000)
        yield devnet


@pytest.fixture(scope="module")
def disputing_peer(disputed: Devnet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with op_node(disputed, tmp_path_factory.mktemp("peer"), flags=altda_flags(disputed)) as peer:
        yield peer


class Challenges:
    """The contract, as the challenging account uses it."""

    def __init__(self, devnet: Devnet, abi: list[dict[str, object]]):
        self._devnet = devnet
        self._sender = devnet.assembly.l1_sender(KeySigner(CHALLENGER.key))
        self._contract = Contract(devnet.l1.rpc, CONTRACT, abi)

    def deploy(self, code: bytes) -> None:
        receipt = self._mined(TransactionRequest(None, code, what="the challenge contract"))
        assert receipt.contract == CONTRACT

    def challenge(self, commitment: Commitment, inclusion: int) -> int:
        """The L1 block in which it is challenged."""
        return self._call("challenge", inclusion, commitment.encode())

    def resolve(self, commitment: Commitment, inclusion: int, data: bytes) -> int:
        """The L1 block in which it is resolved."""
        return self._call("resolve", inclusion, commitment.encode(), data)

    def _call(self, function: str, *arguments: object) -> int:
        return self._mined(self._contract.request(function, *arguments)).block.number

    def _mined(self, request: TransactionRequest) -> Receipt:
        sent = self._sender.send(request)
        self._devnet.until(request.what, lambda: self._sender.receipt(sent) is not None, seconds=PATIENCE)
        receipt = self._sender.receipt(sent)
        assert receipt is not None
        assert receipt.succeeded
        return receipt


@pytest.fixture(scope="module")
def challenges(disputed: Devnet) -> Challenges:
    contract = compile_solidity("DataAvailabilityChallenge.sol")["DataAvailabilityChallenge"]
    challenges = Challenges(disputed, contract.abi)
    challenges.deploy(contract.code)
    return challenges


def commit_to_next_blocks(devnet: Devnet) -> tuple[Commitment, int, bytes]:
    """Post a commitment to the blocks after the safe head whose data no server has; the batcher rests.

    Its L1 block, and the data.
    """
    devnet.pace.pause("batcher")
    sender = devnet.assembly.l1_sender(KeySigner(BATCHER.key))
    devnet.until("an account at rest", lambda: sender.in_flight() == 0, seconds=PATIENCE)
    rest = devnet.l1.head.number
    devnet.until(
        "everything derived", lambda: devnet.node.sync_status().current_l1.number > rest, seconds=PATIENCE
    )
    safe = devnet.node.sync_status().safe_l2.number
    batches = [batch_of(block) for block in devnet.l2.blocks(safe + 1, safe + 2)]
    data = encode_batcher_payload(frames_of(batches))
    commitment = Commitment.keccak_of(data)
    sent = sender.send_call(
        to=devnet.deployment.rollup.batch_inbox, data=commitment.payload, what="commitment"
    )
    devnet.until("the commitment", lambda: sender.receipt(sent) is not None, seconds=PATIENCE)
    receipt = sender.receipt(sent)
    assert receipt is not None
    return commitment, receipt.block.number, data


def assert_both_wait(devnet: Devnet, peer: Peer, safe: int) -> None:
    """For two more L1 blocks at least."""
    until = devnet.l1.head.number + 2
    devnet.until("more of L1", lambda: devnet.l1.head.number >= until, seconds=PATIENCE)
    assert devnet.node.sync_status().safe_l2.number == peer[0].sync_status().safe_l2.number == safe


def test_data_that_nobody_has_is_waited_for_and_taken_from_l1_once_a_challenge_is_resolved(
    disputed: Devnet, disputing_peer: Peer, challenges: Challenges
) -> None:
    assert_both_derive(disputed, disputing_peer, 5)
    commitment, inclusion, data = commit_to_next_blocks(disputed)
    safe = disputed.node.sync_status().safe_l2.number
    assert_both_wait(disputed, disputing_peer, safe)
    assert "does not have" in RpcClient(disputed.node.url).call("opcycle_waitingFor")["text"]
    challenges.challenge(commitment, inclusion)
    assert_both_wait(disputed, disputing_peer, safe)
    challenges.resolve(commitment, inclusion, data)
    assert_both_derive(disputed, disputing_peer, safe + 2)
    disputed.pace.resume("batcher")
    assert_both_derive(disputed, disputing_peer, head(disputed))


def test_data_that_nobody_has_is_skipped_once_its_challenge_has_expired(
    disputed: Devnet, disputing_peer: Peer, challenges: Challenges
) -> None:
    assert_both_derive(disputed, disputing_peer, 5)
    commitment, inclusion, _ = commit_to_next_blocks(disputed)
    at = challenges.challenge(commitment, inclusion)
    disputed.until("the end", lambda: disputed.l1.head.number > at + RESOLVE_WINDOW, seconds=PATIENCE)
    disputed.pace.resume("batcher")
    assert_both_derive(disputed, disputing_peer, head(disputed))
    assert_same_safe_heads(disputed, disputing_peer)


def newest_commitment(devnet: Devnet) -> tuple[Commitment, int]:
    """And its L1 block."""
    number, transaction = [(n, tx) for n, tx in inbox(devnet) if tx.data[:1] == b"\x01"][-1]
    return Commitment.decode(transaction.data[1:]), number


def read_beyond(devnet: Devnet, peer: Peer, l1_number: int) -> None:
    for node in (devnet.node, peer[0]):
        devnet.until(
            f"{node.url} beyond L1 block {l1_number}",
            lambda node=node: node.sync_status().current_l1.number > l1_number,
            seconds=PATIENCE,
        )


def test_data_that_was_used_is_left_out_again_once_its_challenge_has_expired(
    disputed: Devnet, disputing_peer: Peer, challenges: Challenges
) -> None:
    assert_both_derive(disputed, disputing_peer, head(disputed))
    commitment, inclusion = newest_commitment(disputed)
    late = inclusion + CHALLENGE_WINDOW - 5  # when it expires, those before it are settled
    disputed.until("a late challenge", lambda: disputed.l1.head.number >= late, seconds=PATIENCE)
    at = challenges.challenge(commitment, inclusion)
    read_beyond(disputed, disputing_peer, at + RESOLVE_WINDOW + 2)
    assert_both_derive(disputed, disputing_peer, head(disputed))
    assert_same_safe_heads(disputed, disputing_peer)
    for node in (disputed.node, disputing_peer[0]):  # its L2 blocks are of later L1 blocks now
        assert node.safe_head_at_l1_block(inclusion).l1_block.number < inclusion
    assert "nobody has published it in time" in (Path(disputed.logs) / "node.log").read_text()


def test_op_node_forgets_an_expired_challenge_that_l1_finalizes_before_earlier_data_is_settled(
    disputed: Devnet, disputing_peer: Peer, challenges: Challenges
) -> None:
    """A known difference (`docs/findings/alt-da-challenges.md`): our node leaves the data out."""
    disputed.l1.set_lag(safe=2, finalized=4)
    assert_both_derive(disputed, disputing_peer, head(disputed))
    commitment, inclusion = newest_commitment(disputed)
    at = challenges.challenge(commitment, inclusion)
    assert at + RESOLVE_WINDOW + 8 < inclusion + CHALLENGE_WINDOW, "too late to show it"
    read_beyond(disputed, disputing_peer, inclusion + CHALLENGE_WINDOW + 2)
    assert_both_derive(disputed, disputing_peer, head(disputed))
    assert disputed.node.safe_head_at_l1_block(inclusion).l1_block.number < inclusion
    assert disputing_peer[0].safe_head_at_l1_block(inclusion).l1_block.number == inclusion
