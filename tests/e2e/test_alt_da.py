"""Batches on a DA server, on real op-geth: commitments on L1, failover to Ethereum and back, and waiting."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.e2e.programs import OPCYCLE, PATIENCE, opcycle

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.da.server import DAServer
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig, local_alt_da
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.verifier import Verifier
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.protocol.alt_da import Commitment, CommitmentType
from opcycle.protocol.types import L1Transaction
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex

USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
COMMITMENT, FRAMES, BLOBS = "commitment", "frames", "blobs"


@pytest.fixture
def kind() -> CommitmentType:
    """Unless a test asks for the other."""
    return CommitmentType.GENERIC


@pytest.fixture
def config(kind: CommitmentType, tmp_path: Path) -> DevnetConfig:
    return DevnetConfig(
        tmp_path / "devnet",
        submission_interval=5,
        ports=free_ports(),
        batcher=BatcherOptions(data_availability=DataAvailability.ALT_DA),
        alt_da=local_alt_da(kind),
    )


@pytest.fixture
def devnet(config: DevnetConfig) -> Iterator[Devnet]:
    with Devnet.stepped(config) as devnet:
        devnet.advance(10)
        yield devnet


def da_server(devnet: Devnet) -> DAServer:
    assert devnet.da_server is not None
    return devnet.da_server


def head(devnet: Devnet) -> int:
    return devnet.l2.block("latest").ref.number


def assert_verified(devnet: Devnet, verifier: Verifier | None = None) -> None:
    """The verifier comes to call the sequencer's head safe, and has the same blocks up to it."""
    verifier, number = verifier or devnet.verifier, head(devnet)
    devnet.until(
        f"safe block {number}", lambda: verifier.client.sync_status().safe_l2.number >= number, seconds=60
    )
    ours = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in ours
    assert [verifier.engine.l2.hash_of(n) for n in range(number + 1)] == ours


def inbox(devnet: Devnet) -> list[L1Transaction]:
    rollup = devnet.deployment.rollup
    blocks = L1Reader(devnet.l1.rpc).blocks(
        0,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    return [tx for block in blocks for tx in block.transactions]


def posted(devnet: Devnet) -> list[str]:
    """What each transaction to the inbox carries, oldest first."""
    names = {b"": BLOBS, b"\x00": FRAMES, b"\x01": COMMITMENT}
    return [names[tx.data[:1]] for tx in inbox(devnet)]


@pytest.mark.parametrize("kind", CommitmentType)
def test_the_verifier_has_the_sequencers_hashes_from_commitments_alone(
    devnet: Devnet, kind: CommitmentType
) -> None:
    devnet.bridge(USER).deposit(FRIEND.address, 10**18)
    devnet.advance(10)
    assert_verified(devnet)
    assert set(posted(devnet)) == {COMMITMENT}
    assert {Commitment.decode(tx.data[1:]).kind for tx in inbox(devnet)} == {kind}
    assert_explained(devnet)


def assert_explained(devnet: Devnet) -> None:
    """What happened to a commitment, under its transaction."""
    transaction = inbox(devnet)[0]
    (tree,) = RpcClient(devnet.node.url).call("opcycle_explain", to_hex(transaction.hash))
    (carrier,) = [child for child in tree["children"] if child["subject"] == "batcher transaction"]
    assert [verdict["detail"] for verdict in carrier["verdicts"]] == [
        f"1 frames behind {Commitment.decode(transaction.data[1:])}"
    ]


def test_l2_is_final_only_when_nobody_can_challenge_any_more(devnet: Devnet) -> None:
    devnet.until("final blocks", lambda: devnet.node.sync_status().finalized_l2.number > 0, seconds=120)
    status, alt_da = devnet.node.sync_status(), devnet.deployment.rollup.alt_da
    assert alt_da is not None
    derived_from = [
        devnet.node.safe_head_at_l1_block(status.finalized_l1.number - distance).safe_head
        for distance in (alt_da.challenge_window, alt_da.challenge_window - 1)
    ]
    assert derived_from[0] == status.finalized_l2.id
    assert derived_from[1].number >= status.finalized_l2.number


@pytest.mark.parametrize(
    ("kind", "failover", "carrier"),
    [
        (CommitmentType.KECCAK, DataAvailability.CALLDATA, FRAMES),
        (CommitmentType.GENERIC, DataAvailability.BLOBS, BLOBS),
    ],
)
def test_batches_go_to_ethereum_while_the_da_server_is_down_and_back_to_it_after(
    config: DevnetConfig, failover: DataAvailability, carrier: str
) -> None:
    options = replace(config.batcher, failover=failover)
    with Devnet.stepped(replace(config, batcher=options)) as devnet:
        devnet.advance(10)
        assert_verified(devnet)
        da_server(devnet).stop()
        before = len(posted(devnet))
        devnet.advance(10)
        assert_verified(devnet)
        assert carrier in posted(devnet)[before:]
        assert posted(devnet)[-1] == carrier
        da_server(devnet).start()
        devnet.advance(10)
        assert_verified(devnet)
        assert posted(devnet)[-1] == COMMITMENT
        log = (devnet.config.directory / "logs" / "batcher.log").read_text()
        assert log.count("batches go to Ethereum") == log.count("the DA server is back") == 1
        with devnet.rebuilt_verifier() as rebuilt:
            assert_verified(devnet, rebuilt)


def test_a_node_whose_da_server_is_down_waits_and_skips_nothing(devnet: Devnet) -> None:
    devnet.pace.pause("node")
    devnet.advance(10)
    da_server(devnet).stop()
    devnet.pace.resume("node")
    safe = devnet.node.sync_status().safe_l2
    devnet.advance(10)
    assert devnet.node.sync_status().safe_l2 == safe
    assert "no DA server answers" in RpcClient(devnet.node.url).call("opcycle_waitingFor")["text"]
    da_server(devnet).start()
    assert_verified(devnet)


def test_data_that_the_da_server_has_lost_is_waited_for_by_a_node_that_needs_it(devnet: Devnet) -> None:
    assert_verified(devnet)
    files = sorted((devnet.config.directory / "da-server").iterdir())
    hidden = [file.rename(file.with_name(f".{file.name}")) for file in files]
    with devnet.rebuilt_verifier() as rebuilt:
        devnet.settle()
        waits = RpcClient(rebuilt.url).call("opcycle_waitingFor")
        assert "which the DA server does not have" in waits["text"]
        assert rebuilt.client.sync_status().safe_l2.number == 0
        for file in hidden:
            file.rename(file.with_name(file.name[1:]))
        devnet.advance(2)
        assert_verified(devnet, rebuilt)


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[None]:
    """An `opcycle` command with the batcher's key, until Ctrl-C."""
    key = {"OPCYCLE_PRIVATE_KEY": to_hex(ACCOUNTS["batcher"].key)}
    with log.open("wb") as output:
        process = subprocess.Popen([OPCYCLE, *arguments], stdout=output, stderr=output, env=os.environ | key)
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def test_server_and_batcher_as_processes_of_their_own_and_decode_beside_them(tmp_path: Path) -> None:
    config = DevnetConfig(
        tmp_path / "devnet", ports=free_ports(), alt_da=local_alt_da(CommitmentType.GENERIC)
    )
    with Devnet.live(config) as devnet, ExitStack() as stack:
        devnet.pace.pause("batcher")
        devnet.until("an account at rest", lambda: not batcher_in_flight(devnet), seconds=PATIENCE)
        da_server(devnet).stop()
        server = ("--data", str(tmp_path / "inputs"), "--port", str(config.ports.da_server))
        stack.enter_context(
            running("da-server", *server, "--commitments", "generic", log=tmp_path / "server.log")
        )
        assembly, url = devnet.assembly, da_server(devnet).url
        places = ("--l1", assembly.l1, "--l2", assembly.l2, "--node", assembly.node)
        batcher = (
            "batcher",
            "--deployment",
            str(config.deployment),
            *places,
            "--data-availability",
            "alt-da",
        )
        without = opcycle(*batcher, env={"OPCYCLE_PRIVATE_KEY": to_hex(ACCOUNTS["batcher"].key)})
        assert (without.returncode, "the batcher needs --da-server URL" in without.stderr) == (1, True)
        before = len(inbox(devnet))
        stack.enter_context(running(*batcher, "--da-server", url, log=tmp_path / "batcher.log"))
        devnet.until("commitments", lambda: len(inbox(devnet)) > before + 1, seconds=PATIENCE)
        assert_verified(devnet)
        assert set(posted(devnet)[before:]) == {COMMITMENT}
        decode = ("decode", "--l1", assembly.l1, "--tx", to_hex(inbox(devnet)[-1].hash))
        assert "no DA server was asked" in opcycle(*decode).stdout
        assert "1 batch (1 s" in opcycle(*decode, "--da-server", url).stdout


def batcher_in_flight(devnet: Devnet) -> int:
    return devnet.assembly.l1_sender(KeySigner(ACCOUNTS["batcher"].key)).in_flight()
