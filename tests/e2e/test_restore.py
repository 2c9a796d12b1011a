"""A devnet comes back to a snapshot: whatever a test did to it, everything is as it was, and goes on so.

What "everything" is, is asked of the op-geths and read from the files here, not by the code that restores.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.builders import signed_transfer

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.deploy.config import Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.leaps import leap
from opcycle.devnet.ports import free_ports
from opcycle.devnet.snapshot import Snapshot, restore, take
from opcycle.engine.geth import GethProcess
from opcycle.errors import CriticalError, UserError
from opcycle.rpc.client import RpcClient, RpcError, RpcUnreachableError
from opcycle.rpc.hexjson import to_hex, to_quantity

USER, OTHER = ACCOUNTS["user"], ACCOUNTS["second user"]
ETHER = 10**18
DAY = 86_400

Damage = Callable[[Devnet], None]


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    directory = tmp_path_factory.mktemp("restore") / "devnet"
    config = DevnetConfig(directory, settlement=Settlement.GAMES, ports=free_ports(), is_restorable=True)
    with Devnet.stepped(config) as devnet:
        devnet.advance(20)
        yield devnet


@pytest.fixture(scope="module")
def start(devnet: Devnet) -> Snapshot:
    return take(devnet)


@pytest.fixture
def before(devnet: Devnet, start: Snapshot) -> dict[str, Any]:
    restore(devnet, start)
    return everything(devnet)


def everything(devnet: Devnet) -> dict[str, Any]:
    """All that anybody could tell one state from another by."""
    l1, l2 = RpcClient(devnet.l1_url), RpcClient(devnet.assembly.l2)
    verifier = RpcClient(f"http://127.0.0.1:{devnet.config.ports.verifier_rpc}")
    directory = devnet.config.directory
    with closing(l1), closing(l2), closing(verifier):
        return {
            "chains": [_chain(rpc) for rpc in (l1, l2, verifier)],
            "pools": [rpc.call("txpool_content") for rpc in (l1, l2, verifier)],
            "nonces": [_nonces(rpc) for rpc in (l1, l2)],
            "finalized L1": devnet.l1.finalized,
            "times": devnet.times,
            "database": _rows(directory / "verifier" / "node.db"),
            "payloads": [(directory / who / "payloads.jsonl").read_bytes() for who in ("l1", "sequencer")],
            "blobs": sorted(file.name for file in (directory / "l1" / "blobs").iterdir()),
            "agents": [stepping.agent.name for stepping in devnet.pace.steppings],
            "status": devnet.node.sync_status(),
        }


def has_changed(devnet: Devnet, before: dict[str, Any]) -> bool:
    try:
        return everything(devnet) != before
    except RpcUnreachableError:
        return True


def future(devnet: Devnet) -> list[str]:
    """What agents and users do next, by its hashes: a deposit, a withdrawal, a game about it."""
    bridge = devnet.bridge(USER)
    bridge.deposit(OTHER.address, ETHER)
    devnet.advance(6)
    sent = bridge.withdraw(OTHER.address, ETHER // 10)
    devnet.advance(20)
    assert bridge.status(sent).withdrawal is not None
    return [to_hex(item) for item in (devnet.l1.head.hash, devnet.l2.block("latest").ref.hash, sent)]


def _chain(rpc: RpcClient) -> list[object]:
    head = rpc.call("eth_getBlockByNumber", "latest", True)
    return [head, *(_label(rpc, label) for label in ("safe", "finalized"))]


def _label(rpc: RpcClient, label: str) -> object:
    try:
        return rpc.call("eth_getHeaderByNumber", label)["hash"]
    except RpcError:
        return None


def _nonces(rpc: RpcClient) -> list[str]:
    calls = [
        ("eth_getTransactionCount", [to_hex(account.address), at])
        for account in ACCOUNTS.values()
        for at in ("latest", "pending")
    ]
    return rpc.batch(calls)


def _rows(file: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(file)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def nothing(_: Devnet) -> None:
    pass


def blocks_on_both_chains(devnet: Devnet) -> None:
    future(devnet)


def thirty_days(devnet: Devnet) -> None:
    future(devnet)
    leap(devnet, 30 * DAY)
    devnet.advance(4)


def a_reorg_below_the_snapshot(devnet: Devnet) -> None:
    devnet.l1.set_lag(safe=20, finalized=30)
    devnet.l1.reorg(3)
    devnet.advance(10)


def a_reorg_above_it(devnet: Devnet) -> None:
    devnet.advance(8)
    devnet.bridge(USER).deposit(OTHER.address, ETHER)
    devnet.advance(2)
    devnet.l1.reorg(2)
    devnet.advance(6)


def transactions_in_both_pools(devnet: Devnet) -> None:
    """Some can be mined, some wait behind a gap that will never be filled."""
    devnet.bridge(USER).deposit(OTHER.address, ETHER)
    devnet.bridge(OTHER).withdraw(USER.address, 1)
    for chain in (devnet.l1.rpc, devnet.l2.rpc):
        nonce = int(chain.call("eth_getTransactionCount", to_hex(USER.address), "pending"), 16)
        chain.call("eth_sendRawTransaction", _behind_a_gap(chain, nonce + 5))


def a_started_block(devnet: Devnet) -> None:
    """As in the future that is to come, but with a transaction that it will not have."""
    devnet.bridge(OTHER).withdraw(USER.address, 1)
    devnet.advance(1)


def stopped_agents(devnet: Devnet) -> None:
    for name in ("batcher", "proposer", "sequencer"):
        devnet.pace.pause(name)
    devnet.pace.remove("challenger")
    devnet.advance(20)


def dead_engines(devnet: Devnet) -> None:
    devnet.advance(10)
    for source in (devnet.sequencer_engine.source, devnet.verifier.engine.source):
        assert isinstance(source, GethProcess)
        source.kill()
    devnet.l1.geth.stop()


def a_block_half_made(devnet: Devnet) -> None:
    """Stored and not the head, as when a test is cut off between two calls."""
    devnet.pace.pause("node")
    devnet.advance(2)
    head = devnet.l2.block("latest").ref
    devnet.sequencer_engine.l2.rpc.call("debug_setHead", to_quantity(head.number - 1))


def _behind_a_gap(chain: RpcClient, nonce: int) -> str:
    raw, _ = signed_transfer(USER, nonce=nonce, chain_id=int(chain.call("eth_chainId"), 16))
    return raw


DAMAGES: list[Damage] = [
    nothing,
    blocks_on_both_chains,
    thirty_days,
    a_reorg_below_the_snapshot,
    a_reorg_above_it,
    transactions_in_both_pools,
    a_started_block,
    stopped_agents,
    dead_engines,
    a_block_half_made,
]


@pytest.fixture(scope="module")
def foretold(devnet: Devnet, start: Snapshot) -> list[str]:
    restore(devnet, start)
    return future(devnet)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_everything_is_as_before_and_goes_on_as_before(
    devnet: Devnet, start: Snapshot, foretold: list[str], before: dict[str, Any], damage: Damage
) -> None:
    damage(devnet)
    assert has_changed(devnet, before) == (damage is not nothing)
    restore(devnet, start)
    after = everything(devnet)
    assert after == before
    assert future(devnet) == foretold


def test_blobs_come_back_and_go(tmp_path: Path) -> None:
    """The pool for blob transactions is another one, and remembers those that are mined, too."""
    options = BatcherOptions(data_availability=DataAvailability.BLOBS)
    config = DevnetConfig(tmp_path / "devnet", ports=free_ports(), is_restorable=True, batcher=options)
    with Devnet.stepped(config) as devnet:
        devnet.advance(20)
        start = take(devnet)
        restore(devnet, start)
        before = everything(devnet)
        assert before["blobs"]
        foretold = future(devnet)
        for steps in (1, 20):
            restore(devnet, start)
            assert everything(devnet) == before
            devnet.advance(steps)
            restore(devnet, start)
            assert future(devnet) == foretold


def test_an_engine_without_its_blocks_says_so(devnet: Devnet, start: Snapshot) -> None:
    restore(devnet, start)
    first = start.sequencer.recent[0].payload.number
    assert first == 1, "its parent is the genesis block, which nothing removes"
    broken = Snapshot(
        start.l1,
        type(start.sequencer)(start.sequencer.heads, start.sequencer.recent[5:]),
        start.verifier,
        start.journal,
        start.database,
        start.times,
    )
    devnet.l2.rpc.call("debug_setHead", "0x1")
    with pytest.raises(CriticalError, match="has lost block 5"):
        restore(devnet, broken)
    restore(devnet, start)
    assert devnet.l2.block("latest").ref.hash == start.sequencer.head.hash


def test_a_devnet_that_was_not_made_for_it_refuses(tmp_path: Path) -> None:
    config = DevnetConfig(tmp_path / "devnet", ports=free_ports())
    with pytest.raises(UserError, match="cannot come back to a snapshot: make it is_restorable"):
        take(Devnet.stepped(config))
