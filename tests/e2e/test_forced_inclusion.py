"""Batches that do not reach L1 in time (the sequencing window is short here): L1 overrules the sequencer.

Derivation fills in empty blocks with the users' deposits. The sequencer leaves its own branch and goes on
from there, and so do the batcher and everybody who asks the node.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Hash

USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
RECEIVER = b"\x77" * 20
WINDOW = 10
ETHER = 10**18


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    """Of an ordinary devnet, with another sequencing window in its rollup.json."""
    config = DevnetConfig(tmp_path / "devnet", ports=free_ports())
    with Devnet.stepped(config):
        pass
    file = config.deployment / "rollup.json"
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | {"seq_window_size": WINDOW}))
    with Devnet.stepped(config) as devnet:
        devnet.advance(6)
        yield devnet


def hashes(devnet: Devnet, last: int) -> list[Hash | None]:
    return [devnet.l2.hash_of(number) for number in range(last + 1)]


def assert_agreed(devnet: Devnet) -> None:
    """Everything that the sequencer has made up to now becomes safe."""
    head = devnet.l2.block("latest").ref
    devnet.until("the head to be safe", lambda: safe_number(devnet) >= head.number, seconds=60)
    theirs = [devnet.verifier.engine.l2.hash_of(number) for number in range(head.number + 1)]
    assert hashes(devnet, head.number) == theirs


def safe_number(devnet: Devnet) -> int:
    return devnet.node.sync_status().safe_l2.number


@pytest.mark.parametrize("away", [("batcher",), ("sequencer", "batcher")], ids=" and ".join)
def test_window_expires__deposits_are_forced_in_and_the_chain_goes_on_from_there(
    devnet: Devnet, away: tuple[str, ...]
) -> None:
    devnet.until("a first safe block", lambda: safe_number(devnet) > 0, seconds=60)
    for name in away:
        devnet.pace.pause(name)
    l2_sender = devnet.assembly.l2_sender(KeySigner(FRIEND.key))  # a deposit would use up its sender's nonce
    transfer = l2_sender.send(TransactionRequest(RECEIVER, value=1))
    deposit = devnet.bridge(USER).deposit(RECEIVER, ETHER)
    devnet.advance(4)
    made_alone = devnet.l2.block("latest").ref
    assert (l2_sender.receipt(transfer) is not None) == ("sequencer" not in away)

    devnet.advance(2 * WINDOW + 8)
    node_l2 = devnet.verifier.engine.l2
    forced = devnet.node.sync_status().safe_l2
    assert forced.number > made_alone.number
    assert node_l2.balance(RECEIVER) == ETHER
    assert not any(block.user_transactions for block in node_l2.blocks(1, forced.number))
    if "sequencer" not in away:
        assert devnet.l2.hash_of(made_alone.number) == node_l2.hash_of(made_alone.number) != made_alone.hash

    for name in away:
        devnet.pace.resume(name)
    devnet.advance(10)
    assert_agreed(devnet)
    assert safe_number(devnet) > forced.number
    assert l2_sender.receipt(transfer) is not None
    assert devnet.bridge(USER).deposit_status(deposit).l2_receipt is not None
    assert node_l2.balance(RECEIVER) == ETHER + 1
