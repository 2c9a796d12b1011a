"""`opcycle token` on the real bridges of two small chains, between which messages arrive at once."""

import json
from collections import Counter
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from tests.unit.bridge.test_collectibles import pictures
from tests.unit.bridge.test_tokens import wrapped_ether
from tests.unit.bridge.token_chains import OTHER, USER, World

from opcycle.bridge.collectibles import Collectibles
from opcycle.bridge.message_status import Layer, MessageStatus, NotSentYet, Relayed
from opcycle.bridge.token_pairs import Standard
from opcycle.bridge.tokens import Tokens
from opcycle.cli import where
from opcycle.cli.tokens import token
from opcycle.errors import UserError
from opcycle.rpc.hexjson import checksum


class Chain:
    """What a command needs of one."""

    def __init__(self, world):
        self.world = world
        self.signer = SimpleNamespace(address=USER)
        self.assembly = SimpleNamespace(
            tokens=lambda signer: world.new(Tokens),
            collectibles=lambda signer: world.new(Collectibles),
        )
        self.messages = self
        self.asked = Counter()

    def status(self, transaction):
        """It arrives when somebody asks again."""
        (origin,) = (layer for layer in Layer if "0x" + transaction.hex() in self.world.rpcs[layer].receipts)
        self.asked[transaction] += 1
        if self.asked[transaction] == 1:
            return MessageStatus(None, origin.other, NotSentYet(origin))
        if self.asked[transaction] == 2:
            self.world.carry(origin)
        return MessageStatus("a message", origin.other, Relayed(origin.other))


@pytest.fixture
def run(monkeypatch):
    """Of a world's chain: what `opcycle token …` prints, or UserError."""

    def in_world(world):
        chain = Chain(world)
        monkeypatch.setattr(where, "_find", lambda *_: chain)

        def run(*arguments):
            done = CliRunner(mix_stderr=False).invoke(token, arguments)
            if done.exception is not None:
                raise done.exception
            return done.stdout

        return run

    return in_world


def test_erc20__a_copy__there__balances__and_back(run):
    world = World(Standard.ERC20)
    opcycle = run(world)
    original = checksum(wrapped_ether(world, Layer.L1, 10**18))
    copy = json.loads(opcycle("create", original, "--json"))["token"]
    done = json.loads(opcycle("deposit", original, copy, "0.3", "--json"))
    assert done["status"] == "relayed on L2"
    assert done["approval"] is not None
    assert opcycle("balance", original, copy) == "L1  0.7\nL2  0.3\n"
    done = json.loads(opcycle("withdraw", original, copy, "0.1", "--to", "0x" + OTHER.hex(), "--json"))
    assert done["approval"] is None
    assert json.loads(opcycle("balance", original, copy, "--json")) == {"L1": "0.7", "L2": "0.2"}
    assert opcycle("balance", original, copy, "--of", "0x" + OTHER.hex()) == "L1  0.1\nL2  0\n"


def test_erc20_of_l2__its_copy_is_made_on_l1__called_as_told(run):
    world = World(Standard.ERC20)
    original = checksum(wrapped_ether(world, Layer.L2))
    told = ("--on", "l1", "--name", "Another", "--symbol", "A")
    copy, where_ = run(world)("create", original, *told).strip().split(" ", 1)
    assert where_ == "on L1"
    found = world.new(Tokens).describe(Layer.L1, bytes.fromhex(copy[2:]))
    assert (found.name, found.symbol, found.decimals) == ("Another", "A", 18)


def test_erc721__by_its_id(run):
    world = World(Standard.ERC721)
    opcycle = run(world)
    original = checksum(pictures(world, Layer.L1, 0))
    copy = json.loads(opcycle("create", original, "--nft", "--json"))["token"]
    assert "relayed on L2" in opcycle("deposit", original, copy, "--id", "0")
    assert opcycle("balance", original, copy, "--id", "0").endswith(f"L2  {checksum(USER)}\n")
    assert "relayed on L1" in opcycle("withdraw", original, copy, "--id", "0")
    assert opcycle("balance", original, copy, "--id", "0") == f"L1  {checksum(USER)}\nL2  nobody's\n"


def test_no_wait__the_message_is_still_on_its_way(run):
    world = World(Standard.ERC20)
    opcycle = run(world)
    original = checksum(wrapped_ether(world, Layer.L1))
    copy = json.loads(opcycle("create", original, "--json"))["token"]
    told = ("deposit", original, copy, "0.000000000000000005")
    assert opcycle(*told, "--no-wait").endswith("waiting for an L1 block\n")
    assert opcycle(*told).endswith("relayed on L2\n")


def test_neither_amount_nor_id__or_both__is_refused(run):
    opcycle = run(World(Standard.ERC20))
    for told in ((), ("1", "--id", "7")):
        with pytest.raises(UserError, match="say either how much, or which token"):
            opcycle("deposit", checksum(USER), checksum(OTHER), *told)


def test_a_copy_of_erc721_on_l1__is_refused(run):
    with pytest.raises(UserError, match="are made on L2 only"):
        run(World(Standard.ERC721))("create", checksum(USER), "--nft", "--on", "l1")
