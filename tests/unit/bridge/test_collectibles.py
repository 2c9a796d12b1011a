"""A user's ERC-721 tokens, on the real bridges of both chains."""

import pytest
from tests.unit.bridge.token_chains import MAKER, OTHER, USER, World

from opcycle.artifacts import artifact
from opcycle.bridge.collectibles import Collectibles, Owners
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_pairs import Pair, Standard
from opcycle.errors import UserError
from opcycle.protocol import predeploys
from opcycle.rpc.hexjson import checksum

COPY = artifact("OptimismMintableERC721").bytecode
PLAIN = COPY.replace(bytes.fromhex("aecafc23"), b"none").replace(bytes.fromhex("74259ebf"), b"none")
"""The same token, but it does not say that it stands for another."""


@pytest.fixture
def world():
    return World(Standard.ERC721)


@pytest.fixture
def collectibles(world):
    return world.new(Collectibles)


def pictures(world, layer, *token_ids, code=PLAIN, remote=MAKER, minter=MAKER):
    """Pictures of USER's on that chain."""
    named = (("string", "Pictures"), ("string", "PIC"))
    made = (("address", minter), ("uint256", 1), ("address", remote), *named)
    token = world.deploy(layer, code, *made)
    for token_id in token_ids:
        world.do(layer, MAKER, token, "safeMint(address,uint256)", USER, token_id)
    return token


def pair_of(world, collectibles, *token_ids):
    original = pictures(world, Layer.L1, *token_ids)
    return Pair(original, collectibles.created(Layer.L2, collectibles.create(original)))


def test_create__called_as_the_original__again__says_where_it_is(world, collectibles):
    pair = pair_of(world, collectibles)
    assert collectibles.token(Layer.L2, pair.l2).read("name", block="latest") == "Pictures"
    assert collectibles.home(pair) is Layer.L1
    with pytest.raises(UserError, match=f"exists already on L2, at {checksum(pair.l2)}"):
        collectibles.create(pair.l1)
    other = collectibles.created(Layer.L2, collectibles.create(pair.l1, name="Others", symbol="O"))
    assert other != pair.l2


def test_create__of_what_is_no_token__is_refused(collectibles):
    with pytest.raises(UserError, match="does not say its name, symbol: is it an ERC-721 token"):
        collectibles.create(OTHER)


def test_a_picture__there_and_back(world, collectibles):
    pair = pair_of(world, collectibles, 7)
    assert collectibles.owners(pair, 7) == Owners(USER, None)
    assert collectibles.approve(Layer.L2, pair, 7) is not None
    assert collectibles.approve(Layer.L2, pair, 7) is None, "it may already"
    collectibles.deposit(pair, 7)
    world.carry(Layer.L1)
    bridge = collectibles.ends[Layer.L1].bridge
    assert collectibles.owners(pair, 7) == Owners(bridge, USER)
    assert collectibles.approve(Layer.L1, pair, 7) is None, "a copy is burnt"
    collectibles.withdraw(pair, 7, recipient=OTHER)
    world.carry(Layer.L2)
    assert collectibles.owners(pair, 7) == Owners(OTHER, None)


def test_an_operator_needs_no_approval_of_each(world, collectibles):
    pair = pair_of(world, collectibles, 7)
    bridge = collectibles.ends[Layer.L1].bridge
    world.do(Layer.L1, USER, pair.l1, "setApprovalForAll(address,bool)", bridge, True)
    assert collectibles.approve(Layer.L2, pair, 7) is None
    collectibles.deposit(pair, 7)


def test_not_approved__is_refused__and_says_what_to_do(world, collectibles):
    pair = pair_of(world, collectibles, 7)
    with pytest.raises(UserError, match=r"may not take token 7 of .*: approve it first"):
        collectibles.deposit(pair, 7)


def test_anothers_or_nobodys__is_refused(world, collectibles):
    pair = pair_of(world, collectibles)
    world.do(Layer.L1, MAKER, pair.l1, "safeMint(address,uint256)", OTHER, 8)
    with pytest.raises(UserError, match=f"is {checksum(OTHER)}'s on L1, not {checksum(USER)}'s"):
        collectibles.deposit(pair, 8)
    with pytest.raises(UserError, match="has no token 9 on L1"):
        collectibles.deposit(pair, 9)


def test_to_nobody_or_the_bridge__is_refused(world, collectibles):
    pair = pair_of(world, collectibles, 7)
    with pytest.raises(UserError, match="the zero address is nobody's"):
        collectibles.deposit(pair, 7, recipient=bytes(20))
    with pytest.raises(UserError, match="is the bridge itself on L2"):
        collectibles.deposit(pair, 7, recipient=predeploys.L2_ERC721_BRIDGE)


def test_of_l2s_own__is_refused(world, collectibles):
    """Somebody's own copy on L1 does not help: this bridge mints on L2 only."""
    original = pictures(world, Layer.L2, 7)
    bridge = collectibles.ends[Layer.L1].bridge
    copy = pictures(world, Layer.L1, code=COPY, remote=original, minter=bridge)
    with pytest.raises(UserError, match="is a token of L2's own"):
        collectibles.withdraw(Pair(copy, original), 7)


def test_a_copy_whose_original_is_not_locked__is_refused(world, collectibles):
    pair = pair_of(world, collectibles, 7)
    bridge = predeploys.L2_ERC721_BRIDGE
    world.chain(Layer.L2).set_code(bridge, b"")
    world.do(Layer.L2, bridge, pair.l2, "safeMint(address,uint256)", USER, 7)
    world.chain(Layer.L2).set_code(bridge, artifact("L2ERC721Bridge").runtime)
    with pytest.raises(UserError, match=r"token 7 of .* is not locked on L1 for this copy"):
        collectibles.withdraw(pair, 7)


def test_no_copy__is_refused(world, collectibles):
    one, other = pictures(world, Layer.L1, 7), pictures(world, Layer.L2)
    with pytest.raises(UserError, match=r"neither of .* is a copy of the other"):
        collectibles.deposit(Pair(one, other), 7)
