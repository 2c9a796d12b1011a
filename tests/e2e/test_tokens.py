"""Tokens between real chains: ERC-20 of either chain, ERC-721, and what must not leave."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eth_abi.abi import encode
from tests.e2e.programs import opcycle, running_devnet
from tests.e2e.withdrawing import CLOCK, FINALITY, MATURITY, Place, place_in

from opcycle.artifacts import artifact
from opcycle.bridge.collectibles import Collectibles, Owners
from opcycle.bridge.message_status import Layer
from opcycle.bridge.messages import Messages
from opcycle.bridge.token_bridge import TokenBridge
from opcycle.bridge.token_pairs import Pair
from opcycle.bridge.tokens import Balances, Tokens
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.errors import UserError
from opcycle.l1.contract import Contract
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum

USER = ACCOUNTS["user"].address
SIGNER = KeySigner(ACCOUNTS["user"].key)
RECIPIENT = b"\x78" * 20
WETH = artifact("WETH")
COPY = artifact("OptimismMintableERC721").bytecode
PICTURES = COPY.replace(bytes.fromhex("aecafc23"), b"none").replace(bytes.fromhex("74259ebf"), b"none")
"""A token of L1's own: the same, but it does not say that it stands for another. Its bridge is its maker."""

PICTURE = encode(["address", "uint256", "address", "string", "string"], [USER, 1, USER, "Pictures", "PIC"])


@dataclass
class World:
    """A devnet, and what its user has of tokens."""

    place: Place
    tokens: Tokens = field(init=False)
    collectibles: Collectibles = field(init=False)
    messages: Messages = field(init=False)
    senders: dict[Layer, TransactionManager] = field(init=False)

    def __post_init__(self) -> None:
        assembly = self.place.devnet.assembly
        self.tokens, self.collectibles = assembly.tokens(SIGNER), assembly.collectibles(SIGNER)
        self.messages = assembly.messages(SIGNER)
        self.senders = {Layer.L1: assembly.l1_sender(SIGNER), Layer.L2: assembly.l2_sender(SIGNER)}

    def rpc(self, layer: Layer) -> RpcClient:
        devnet = self.place.devnet
        return devnet.l1.rpc if layer is Layer.L1 else devnet.l2.rpc

    def mined(self, layer: Layer, transaction: Hash) -> Receipt:
        rpc, devnet = self.rpc(layer), self.place.devnet
        devnet.until("a block", lambda: read_receipt(rpc, transaction) is not None, seconds=20)
        receipt = read_receipt(rpc, transaction)
        assert receipt is not None
        assert receipt.succeeded
        return receipt

    def do(self, layer: Layer, request: TransactionRequest) -> Receipt:
        return self.mined(layer, self.senders[layer].send(request))

    def deploy(self, layer: Layer, code: bytes) -> Address:
        made = self.do(layer, TransactionRequest(to=None, data=code)).contract
        assert made is not None
        return made

    def ether(self, layer: Layer, amount: int) -> Address:
        """A token of that chain's, of which the user has some."""
        token = self.deploy(layer, WETH.bytecode)
        self.do(layer, Contract(self.rpc(layer), token, WETH.abi).request("deposit", value=amount))
        return token

    def copy(self, by: TokenBridge, layer: Layer, transaction: Hash) -> Address:
        self.mined(layer, transaction)
        made = by.created(layer, transaction)
        assert made is not None
        return made

    def arrives_on_l2(self, transaction: Hash) -> None:
        self.place.devnet.until(
            "the message", lambda: self.messages.status(transaction).is_relayed, seconds=60
        )

    def approve_and_send(self, to: Layer, pair: Pair, amount: int) -> Hash:
        approval = self.tokens.approve(to, pair, amount)
        assert approval is not None
        self.mined(to.other, approval)
        sent = self.tokens.send(to, pair, amount)
        self.mined(to.other, sent)
        return sent

    def arrive_on_l1(self, *transactions: Hash) -> None:
        """All of them, by one game and one leap of L1; then L2 catches up."""
        place, devnet = self.place, self.place.devnet
        head = devnet.l2.block("latest").ref.number
        devnet.until("safe blocks", lambda: devnet.node.sync_status().safe_l2.number >= head, seconds=60)
        game = place.propose()
        created_at = place.now
        devnet.advance(2)
        proven_at = max([place.prove(transaction) for transaction in transactions])
        place.travel_to(created_at + CLOCK)
        place.decide(game)
        place.travel_to(max(proven_at + MATURITY, place.now + FINALITY) + 1)
        for transaction in transactions:
            self.mined(Layer.L1, place.bridge.finalize(transaction))
            assert self.messages.status(transaction).is_relayed
        l1_time, l2_time = devnet.times
        devnet.travel_l2(l1_time - l2_time)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with place_in(tmp_path_factory.mktemp("tokens") / "devnet") as place:
        yield World(place)


def test_tokens_of_l1_and_of_l2_and_a_picture__there_and_back(world: World) -> None:
    tokens, collectibles = world.tokens, world.collectibles
    of_l1 = world.ether(Layer.L1, 1000)
    first = Pair(of_l1, world.copy(tokens, Layer.L2, tokens.create(of_l1)))
    of_l2 = world.ether(Layer.L2, 1000)
    second = Pair(world.copy(tokens, Layer.L1, tokens.create(of_l2, on=Layer.L1)), of_l2)
    pictures = world.deploy(Layer.L1, PICTURES + PICTURE)
    third = Pair(pictures, world.copy(collectibles, Layer.L2, collectibles.create(pictures)))
    world.do(Layer.L1, collectibles.token(Layer.L1, pictures).request("safeMint", USER, 7))

    world.arrives_on_l2(world.approve_and_send(Layer.L2, first, 300))
    assert tokens.balances(first, USER) == Balances(700, 300)
    approval = collectibles.approve(Layer.L2, third, 7)
    assert approval is not None
    world.mined(Layer.L1, approval)
    world.arrives_on_l2(collectibles.deposit(third, 7, recipient=USER))
    locked = Owners(collectibles.ends[Layer.L1].bridge, USER)
    assert collectibles.owners(third, 7) == locked

    away = world.approve_and_send(Layer.L1, second, 400)
    back = tokens.withdraw(first, 100, recipient=RECIPIENT)
    world.mined(Layer.L2, back)
    picture = collectibles.withdraw(third, 7, recipient=RECIPIENT)
    world.mined(Layer.L2, picture)
    assert collectibles.owners(third, 7) == Owners(locked.l1, None)
    world.arrive_on_l1(away, back, picture)
    assert tokens.balances(second, USER) == Balances(400, 600)
    assert tokens.balances(first, USER) == Balances(700, 200)
    assert tokens.balances(first, RECIPIENT) == Balances(100, 0)
    assert collectibles.owners(third, 7) == Owners(RECIPIENT, None)

    world.arrives_on_l2(tokens.deposit(second, 150))
    assert tokens.balances(second, USER) == Balances(250, 750)


def test_a_wrong_pair__is_refused_here__and_by_the_other_bridge_if_sent_all_the_same(world: World) -> None:
    """What was locked stays, and the message can be relayed again, to no avail."""
    tokens = world.tokens
    one, other = world.ether(Layer.L1, 10), world.ether(Layer.L1, 10)
    copy = world.copy(tokens, Layer.L2, tokens.create(one))
    with pytest.raises(UserError, match=f"stands for {checksum(one)}, not for {checksum(other)}"):
        tokens.deposit(Pair(other, copy), 5)

    bridge = Contract(world.rpc(Layer.L1), tokens.ends[Layer.L1].bridge, artifact("L1StandardBridge").abi)
    world.do(Layer.L1, tokens.token(Layer.L1, other).request("approve", bridge.address, 5))
    request = bridge.request("bridgeERC20", other, copy, 5, 200_000, b"")
    sent = world.do(Layer.L1, request).transaction
    world.place.devnet.until("the message", lambda: world.messages.status(sent).has_failed, seconds=60)
    assert tokens.token(Layer.L2, copy).read("totalSupply", block="latest") == 0
    assert bridge.read("deposits", other, copy, block="latest") == 5
    with pytest.raises(UserError, match="target still fails"):
        world.messages.relay_again(sent)


def test_commands__a_copy_a_deposit_balances_and_a_withdrawal(tmp_path: Path) -> None:
    where = ("--data", str(tmp_path / "chain"), "--json")
    with running_devnet("--data", str(tmp_path / "chain"), "--auto-ports"):
        endpoints = json.loads((tmp_path / "chain" / "endpoints.json").read_text())
        token = _wrapped_ether(endpoints["l1"])
        copy = _said("token", "create", token, *where)["token"]
        sent = _said("token", "deposit", token, copy, "0.3", *where)
        assert sent["approval"].startswith("0x")
        assert sent["status"] == "relayed on L2"
        assert _said("token", "balance", token, copy, *where) == {"L1": "0.7", "L2": "0.3"}
        back = _said("token", "withdraw", token, copy, "0.1", *where)
        assert back["approval"] is None
        assert "waiting for" in back["status"]
        assert _said("token", "balance", token, copy, *where) == {"L1": "0.7", "L2": "0.2"}
        refused = opcycle("token", "deposit", token, copy, "0.71", *where)
        assert refused.returncode == 1
        assert "send less" in refused.stderr


def _said(*arguments: str) -> dict[str, str]:
    done = opcycle(*arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _wrapped_ether(l1: str) -> str:
    """A token of L1's, of which the user has one."""
    rpc = RpcClient(l1)
    chain_id = int(rpc.call("eth_chainId"), 16)
    sender = TransactionManager(rpc, SIGNER, chain_id=chain_id)
    made = sender.send(TransactionRequest(to=None, data=WETH.bytecode))
    receipt = _mined(rpc, made)
    assert receipt.contract is not None
    _mined(rpc, sender.send(Contract(rpc, receipt.contract, WETH.abi).request("deposit", value=10**18)))
    return checksum(receipt.contract)


def _mined(rpc: RpcClient, transaction: Hash) -> Receipt:
    found: Receipt | None = None
    while found is None:
        found = read_receipt(rpc, transaction)
    return found
