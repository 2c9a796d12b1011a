"""Kills, restarts and junk, on a stepped devnet: the chain goes on, nothing is lost or sent twice."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.e2e.inbox import batches_on_l1

from opcycle.devnet.accounts import ACCOUNTS, TestAccount
from opcycle.devnet.config import DevnetConfig, discard
from opcycle.devnet.devnet import MAX_LAG, Devnet
from opcycle.devnet.ports import free_ports
from opcycle.engine.geth import GethProcess
from opcycle.errors import UserError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.rpc.client import RpcClient

USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]


@pytest.fixture
def config(tmp_path: Path) -> DevnetConfig:
    return DevnetConfig(tmp_path / "devnet", submission_interval=5, ports=free_ports())


@pytest.fixture
def devnet(config: DevnetConfig) -> Iterator[Devnet]:
    with Devnet.stepped(config) as devnet:
        devnet.advance(10)
        yield devnet


def hashes(devnet: Devnet) -> list[bytes | None]:
    """Of the sequencer's chain."""
    return [devnet.l2.hash_of(number) for number in range(devnet.l2.block("latest").ref.number + 1)]


def safe_number(devnet: Devnet) -> int:
    return devnet.node.sync_status().safe_l2.number


def assert_verified(devnet: Devnet, number: int) -> None:
    """The verifier comes to call block `number` safe, and all blocks up to it are the sequencer's."""
    devnet.until(f"safe block {number}", lambda: safe_number(devnet) >= number, seconds=60)
    ours = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in ours
    assert [devnet.verifier.engine.l2.hash_of(n) for n in range(number + 1)] == ours


def child(devnet: Devnet, name: str) -> GethProcess:
    processes = {
        "l1": devnet.l1.geth,
        "sequencer": devnet.sequencer_engine.source,
        "verifier": devnet.verifier.engine.source,
    }
    process = processes[name]
    assert isinstance(process, GethProcess)
    return process


@pytest.mark.parametrize("name", ["l1", "sequencer", "verifier"])
def test_a_killed_op_geth_is_started_again_and_no_block_is_lost(devnet: Devnet, name: str) -> None:
    before, l1_head = hashes(devnet), devnet.l1.head
    child(devnet, name).kill()
    devnet.advance(20)
    assert hashes(devnet)[: len(before)] == before
    assert len(hashes(devnet)) == len(before) + 20
    assert (
        devnet.l1.rpc.call("eth_getHeaderByNumber", hex(l1_head.number))["hash"] == f"0x{l1_head.hash.hex()}"
    )
    assert_verified(devnet, len(before) + 15)
    assert set(batches_on_l1(devnet.deployment.rollup, devnet.l1).values()) == {1}


def test_a_transaction_in_the_pool_survives_the_kill_of_its_op_geth(devnet: Devnet) -> None:
    """op-geth has it back from its own journal; until then the sender's copy is the one that counts."""
    sender = devnet.assembly.l2_sender(KeySigner(USER.key))
    sent = sender.send(TransactionRequest(FRIEND.address, value=1))
    child(devnet, "sequencer").kill()
    devnet.advance(2)
    sender.in_flight()  # sends again what the engine has lost
    devnet.until("the transfer", lambda: sender.receipt(sent) is not None, seconds=30)


def test_a_devnet_goes_on_where_it_was_stopped(config: DevnetConfig) -> None:
    with Devnet.stepped(config) as devnet:
        devnet.advance(20)
        before, addresses = hashes(devnet), devnet.deployment.addresses
    with Devnet.stepped(config) as devnet:
        assert devnet.deployment.addresses == addresses
        devnet.advance(20)
        after = hashes(devnet)
        assert after[: len(before)] == before
        assert len(after) > len(before)
        assert_verified(devnet, len(after) - 10)
        counts = batches_on_l1(devnet.deployment.rollup, devnet.l1)
        assert set(counts.values()) == {1}, "the batcher has posted a block twice"
        assert all(number in counts for number in range(1, len(after) - 9)), "the batcher has left a gap"


@pytest.mark.parametrize(("late", "made_up"), [(60, 60), (2 * MAX_LAG, 0)], ids=["a minute", "two hours"])
def test_a_chain_on_the_machines_time_makes_up_for_a_stop_that_was_not_too_long(
    config: DevnetConfig, monkeypatch: pytest.MonkeyPatch, late: int, made_up: int
) -> None:
    def set_clock(now: int) -> None:
        monkeypatch.setattr("opcycle.devnet.devnet.time", SimpleNamespace(time=lambda: now, sleep=time.sleep))

    config = replace(config, is_wall_clock=True)
    set_clock(1_800_000_000)
    with Devnet.stepped(config) as devnet:
        devnet.advance(20)
        stopped_at = devnet.l2.block("latest").ref.timestamp
    set_clock(stopped_at + late)
    with Devnet.stepped(config) as devnet:
        devnet.settle()
        assert devnet.l2.block("latest").ref.timestamp == stopped_at + made_up


def test_the_same_steps_give_the_same_chains(tmp_path: Path) -> None:
    runs = []
    for name in ("first", "second"):
        with Devnet.stepped(DevnetConfig(tmp_path / name, ports=free_ports())) as devnet:
            devnet.advance(12)
            deposit = devnet.bridge(USER).deposit(FRIEND.address, 10**18)
            devnet.advance(12)
            runs.append((deposit, devnet.l1.head, hashes(devnet), devnet.node.sync_status()))
    assert runs[0] == runs[1]


JUNK = {
    "random bytes": b"\x00" + bytes(range(7, 200)),
    "nothing but a version": b"\x00",
    "another version": b"\x7f" + bytes(64),
    "no data": b"",
    "a frame cut short": b"\x00" + bytes(16) + b"\x00\x00" + b"\x00\x00\x10\x00" + b"only this",
    "a channel of noise": b"\x00"
    + b"\x55" * 16
    + b"\x00\x00"
    + b"\x00\x00\x00\x04"
    + b"\x78\xda\xff\xff"
    + b"\x01",
}


@pytest.mark.parametrize("sender", ["batcher", "third user"])
def test_junk_in_the_inbox_never_stops_the_node(devnet: Devnet, sender: str) -> None:
    account: TestAccount = ACCOUNTS[sender]
    inbox = devnet.deployment.rollup.batch_inbox
    devnet.pace.pause("batcher")
    transactions = devnet.assembly.l1_sender(KeySigner(account.key))
    sent = [
        transactions.send(TransactionRequest(inbox, data, gas=200_000, what=name))
        for name, data in JUNK.items()
    ]
    devnet.advance(4)
    assert all(transactions.receipt(tx) is not None for tx in sent)
    devnet.pace.resume("batcher")
    head = devnet.l2.block("latest").ref.number
    assert_verified(devnet, head)
    verdicts = RpcClient(devnet.node.url).call("opcycle_verdicts", 1000)
    judged = {
        verdict["identity"]: verdict for verdict in verdicts if verdict["subject"] == "batcher transaction"
    }
    reasons = [judged[f"0x{tx.hex()}"]["reason"] for tx in sent]
    if sender == "batcher":
        assert reasons == [
            "MALFORMED_FRAMES",
            "MALFORMED_FRAMES",
            "UNKNOWN_VERSION",
            "EMPTY_DATA",
            "MALFORMED_FRAMES",
            "VALID",
        ]
    else:
        assert set(reasons) == {"OTHER_SENDER"}


def test_one_directory_has_one_devnet_at_a_time(devnet: Devnet, config: DevnetConfig) -> None:
    with pytest.raises(UserError, match="another devnet runs in"):
        Devnet.stepped(config).__enter__()
    with pytest.raises(UserError, match="another devnet runs in"):
        discard(config.directory)


def test_a_chain_is_not_continued_with_other_settings(config: DevnetConfig) -> None:
    with Devnet.stepped(config):
        pass
    other = DevnetConfig(config.directory, submission_interval=5, block_time=2, ports=config.ports)
    with pytest.raises(UserError, match="was made with block_time 1, not 2"):
        Devnet.stepped(other).__enter__()


def test_what_is_no_devnet_is_not_discarded(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="something else than a devnet"):
        discard(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_busy_port_is_one_sentence_and_leaves_nothing_running(devnet: Devnet, tmp_path: Path) -> None:
    other = DevnetConfig(tmp_path / "other", ports=devnet.config.ports)
    with pytest.raises(UserError, match=r"port \d+ is busy"):
        Devnet.stepped(other).__enter__()
    devnet.advance(2)
