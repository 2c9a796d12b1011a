"""What is out of the ordinary on L1, in the eyes of the real op-node: the same blocks as ours."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.rollup import batch_of, frames_of
from tests.peers.following import Followed, followed

from opcycle.batcher.options import BatcherOptions, BatchType
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.keccak import keccak
from opcycle.l1.portal import OptimismPortal
from opcycle.l1.signer import KeySigner
from opcycle.l1.system_config import SystemConfigContract
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.channels import Compression
from opcycle.protocol.frames import FrameError, encode_batcher_payload, parse_frames
from opcycle.protocol.rollup import SystemConfig

ETHER = 10**18
OWNER, NEW_BATCHER = "deployer", "third user"

SMALL_FRAMES = BatcherOptions(batch_type=BatchType.SINGULAR, max_payload_size=400, max_in_flight=1)
"""One transaction for each L1 block."""

SMALL_CHANNELS = BatcherOptions(
    batch_type=BatchType.SPAN, compression=Compression.ZLIB, max_payload_size=400, target_frames=1
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    with followed(tmp_path_factory.mktemp("cases")) as chain:
        chain.devnet.advance(10)
        yield chain


def frames_by_l1_block(chain: Followed, first: int) -> dict[int, list[bytes]]:
    """Of each L1 block, the channels of its frames."""
    found: dict[int, list[bytes]] = defaultdict(list)
    for block in chain.l1_blocks(first):
        for transaction in block.transactions:
            found[block.header.number] += [frame.channel_id for frame in parse_frames(transaction.data)]
    return found


def test_channel_with_frames_in_several_l1_blocks(chain: Followed) -> None:
    first = chain.devnet.l1.head.number
    chain.use_batcher(SMALL_FRAMES)
    chain.l2_traffic(4, size=400)
    chain.devnet.advance(30)
    chain.agree()
    l1_blocks_of: dict[bytes, set[int]] = defaultdict(set)
    for number, channels in frames_by_l1_block(chain, first).items():
        for channel in channels:
            l1_blocks_of[channel].add(number)
    assert max(map(len, l1_blocks_of.values())) >= 3


def test_several_channels_in_one_l1_block(chain: Followed) -> None:
    first = chain.devnet.l1.head.number
    chain.use_batcher(SMALL_CHANNELS)
    chain.devnet.pace.pause("batcher")
    for _ in range(6):
        chain.l2_traffic(1, size=400)
        chain.devnet.advance(2)
    chain.devnet.pace.resume("batcher")
    chain.devnet.advance(6)
    chain.agree()
    assert max(len(set(channels)) for channels in frames_by_l1_block(chain, first).values()) >= 3


@pytest.mark.parametrize(
    ("function", "arguments", "name", "expected"),
    [
        ("setGasLimit", (41_000_000,), "gas_limit", 41_000_000),
        ("setEIP1559Params", (99, 5), "eip_1559_params", bytes([0, 0, 0, 99, 0, 0, 0, 5])),
        ("setOperatorFeeScalars", (7, 11), "operator_fee_params", bytes(23) + b"\x07" + bytes(7) + b"\x0b"),
        ("setMinBaseFee", (1234,), "min_base_fee", 1234),
        ("setDAFootprintGasScalar", (321,), "da_footprint_gas_scalar", 321),
        (
            "setGasConfigEcotone",
            (2000, 900_000),
            "scalar",
            b"\x01" + bytes(23) + (900_000).to_bytes(4, "big") + (2000).to_bytes(4, "big"),
        ),
    ],
)
def test_system_config_changed_on_l1(
    chain: Followed, function: str, arguments: tuple[int, ...], name: str, expected: object
) -> None:
    def config() -> SystemConfig:
        return chain.devnet.l2.block(chain.agree()).system_config

    assert getattr(config(), name) != expected
    contract = SystemConfigContract(chain.devnet.l1.rpc, chain.rollup.l1_system_config).contract
    chain.sender(OWNER).send(contract.request(function, *arguments))
    chain.l2_traffic(2, size=10)
    chain.devnet.advance(10)
    assert getattr(config(), name) == expected


def test_deposits_of_every_kind(chain: Followed) -> None:
    portal = OptimismPortal(chain.devnet.l1.rpc, chain.devnet.deployment.addresses.optimism_portal)
    user, friend = chain.sender("user"), ACCOUNTS["fourth user"].address
    before = chain.devnet.l2.balance(friend)
    leaves_a_byte, reverts = bytes.fromhex("60015f5560015ff3"), bytes.fromhex("5f5ffd")
    gas = 200_000
    user.send(portal.deposit(friend, mint=ETHER, value=ETHER, gas_limit=gas, data=b""))
    user.send(portal.deposit(friend, mint=ETHER, value=3, gas_limit=gas, data=b"with data"))
    user.send(portal.deposit(friend, mint=0, value=10**30, gas_limit=gas, data=b""))  # nobody has that much
    user.send(portal.deposit(None, mint=0, value=0, gas_limit=gas, data=leaves_a_byte))
    user.send(portal.deposit(None, mint=5, value=5, gas_limit=gas, data=reverts))
    first = chain.devnet.l2.block("latest").ref.number
    chain.devnet.advance(10)
    last = chain.agree()
    assert chain.devnet.l2.balance(friend) == before + ETHER + 3
    blocks = chain.devnet.l2.blocks(first, last)
    deposits = [keccak(tx) for block in blocks for tx in block.transactions[1:] if tx[0] == 0x7E]
    receipts = [chain.devnet.l2.receipt(item) for item in deposits]
    assert [receipt.succeeded for receipt in receipts] == [True, True, False, True, False]


@pytest.mark.parametrize("options", [SMALL_FRAMES, BatcherOptions()], ids=["small frames", "whole channels"])
def test_junk_of_the_batchers_own_key_in_between(chain: Followed, options: BatcherOptions) -> None:
    chain.use_batcher(options)
    chain.devnet.advance(4)
    chain.devnet.pace.pause("batcher")
    chain.devnet.advance(4)
    account, stranger = chain.sender("batcher"), chain.sender("proposer")
    good = chain.l1_blocks(chain.devnet.l1.head.number - 10)
    old = [tx.data for block in good for tx in block.transactions]
    junk = [b"\x00", b"\x00junk", b"\x02" + old[0], old[-1], old[0][:-1] + b"\x02", old[0][:-5], b"\x01" * 40]
    for data in junk:
        account.send(TransactionRequest(chain.rollup.batch_inbox, data=data, gas=100_000))
        stranger.send(TransactionRequest(chain.rollup.batch_inbox, data=data, gas=100_000))
        chain.devnet.advance(2)
    chain.devnet.pace.resume("batcher")
    before = chain.devnet.l2.block("latest").ref.number
    chain.devnet.advance(20)
    assert chain.agree() > before
    assert sum(1 for tx in inbox_data(chain) if tx in junk and not is_frames(tx)) >= 2 * 4


def inbox_data(chain: Followed) -> list[bytes]:
    return [
        tx.data for block in chain.l1_blocks(chain.devnet.l1.head.number - 30) for tx in block.transactions
    ]


def is_frames(data: bytes) -> bool:
    try:
        return bool(parse_frames(data))
    except FrameError:
        return False


@pytest.mark.parametrize("depth", [1, 3, 12])
def test_l1_reorg(chain: Followed, depth: int) -> None:
    """The deepest one takes batches along with their L1 origins."""
    chain.devnet.advance(10)
    chain.agree()
    replaced = chain.l1_blocks(chain.devnet.l1.head.number - depth + 1)
    batches = [tx for block in replaced for tx in block.transactions]
    assert len(batches) >= depth // 3
    chain.devnet.l1.reorg(depth)
    chain.l2_traffic(2, size=20)
    chain.devnet.advance(20)
    assert chain.agree() > 0
    now = chain.l1_blocks(replaced[0].header.number)
    assert {block.header.hash for block in replaced}.isdisjoint({block.header.hash for block in now})


def test_batcher_key_rotated(chain: Followed) -> None:
    """What the old key posts from then on counts for nothing, and the same from the new one does."""
    chain.devnet.pace.pause("batcher")
    chain.devnet.advance(4)
    new = ACCOUNTS[NEW_BATCHER].address
    call = keccak(b"setBatcherHash(bytes32)")[:4] + new.rjust(32, b"\0")
    chain.sender(OWNER).send_call(to=chain.rollup.l1_system_config, data=call, what="the new batcher")
    chain.devnet.advance(4)
    before = chain.agree()
    blocks = chain.devnet.l2.blocks(before + 1, before + 3)
    payload = encode_batcher_payload(frames_of([batch_of(block) for block in blocks]))
    for role, safe in (("batcher", before), (NEW_BATCHER, before + 3)):
        chain.sender(role).send(TransactionRequest(chain.rollup.batch_inbox, data=payload))
        chain.devnet.advance(4)
        assert chain.agree() == safe
    chain.devnet.pace.remove("batcher")
    chain.devnet.pace.add(
        chain.devnet.assembly.batcher(KeySigner(ACCOUNTS[NEW_BATCHER].key), BatcherOptions())
    )
    chain.devnet.advance(10)
    assert chain.agree() > before + 3


def test_sequencing_window_passes__deposits_go_in_and_empty_blocks_fill_it(tmp_path: Path) -> None:
    window = 10
    with followed(tmp_path, BatcherOptions(window_margin=2), seq_window=window) as chain:
        chain.devnet.advance(10)
        before = chain.agree()
        chain.devnet.pace.pause("batcher")
        friend = ACCOUNTS["fourth user"].address
        had = chain.devnet.l2.balance(friend)
        chain.devnet.bridge(ACCOUNTS["user"]).deposit(friend, ETHER)
        chain.l2_traffic(3, size=10)  # which nobody posts
        chain.devnet.advance(2 * window + 12)
        forced = chain.catch_up()
        assert forced > before + window
        derived = chain.engine.l2
        assert derived.balance(friend, forced) == had + ETHER
        assert all(not block.user_transactions for block in derived.blocks(before + 1, forced))
