"""A user's ERC-20 tokens, on the real bridges of both chains."""

import pytest
from tests.unit.bridge.token_chains import L1_BRIDGE, MAKER, OTHER, USER, Sender, World

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_pairs import Pair, Standard
from opcycle.bridge.tokens import Balances, Described, Tokens
from opcycle.errors import UserError
from opcycle.protocol import predeploys
from opcycle.rpc.hexjson import checksum

COPY = artifact("OptimismMintableERC20").bytecode


@pytest.fixture
def world():
    return World(Standard.ERC20)


@pytest.fixture
def tokens(world):
    return world.new(Tokens)


def wrapped_ether(world, layer, amount=1000):
    """A token of that chain's, of which USER has some."""
    token = world.deploy(layer, artifact("WETH").bytecode)
    world.do(layer, USER, token, "deposit()", value=amount)
    return token


def of_l1(world, tokens):
    original = wrapped_ether(world, Layer.L1)
    return Pair(original, tokens.created(Layer.L2, tokens.create(original)))


def of_l2(world, tokens):
    original = wrapped_ether(world, Layer.L2)
    return Pair(tokens.created(Layer.L1, tokens.create(original, on=Layer.L1)), original)


def a_copy(world, layer, original, bridge):
    """Somebody's own, made without a factory."""
    named = (("address", bridge), ("address", original), ("string", "Copy"), ("string", "C"), ("uint8", 18))
    return world.deploy(layer, COPY, *named)


def test_create__called_as_the_original__or_as_told(world, tokens):
    original = wrapped_ether(world, Layer.L1)
    made = tokens.created(Layer.L2, tokens.create(original))
    assert tokens.describe(Layer.L2, made) == Described("Wrapped Ether", "WETH", 18)
    assert tokens.home(Pair(original, made)) is Layer.L1
    other = tokens.created(Layer.L2, tokens.create(original, name="Another", symbol="A", decimals=6))
    assert tokens.describe(Layer.L2, other) == Described("Another", "A", 6)


def test_create__again__says_where_it_is(world, tokens):
    pair = of_l1(world, tokens)
    with pytest.raises(UserError, match=f"exists already on L2, at {checksum(pair.l2)}"):
        tokens.create(pair.l1)


def test_create__of_what_is_no_token__is_refused(world, tokens):
    for nothing in (OTHER, L1_BRIDGE):
        with pytest.raises(UserError, match="does not say its name, symbol, decimals"):
            tokens.create(nothing)


def test_create__of_what_does_not_say_all__with_the_rest(world, tokens):
    """Some tokens of old have a name that is no text."""
    told = {"name": "Old", "symbol": "OLD", "decimals": 3}
    for missing in told:
        rest = {what: known for what, known in told.items() if what != missing}
        with pytest.raises(UserError, match=f"does not say its {missing}:"):
            tokens.create(L1_BRIDGE, **rest)
    made = tokens.created(Layer.L2, tokens.create(L1_BRIDGE, **told))
    assert tokens.describe(Layer.L2, made) == Described("Old", "OLD", 3)


def test_created__by_another_transaction__is_refused__none_while_it_is_in_no_block(world, tokens):
    pair = of_l1(world, tokens)
    approved = tokens.approve(Layer.L2, pair, 5)
    with pytest.raises(UserError, match="has made no copy"):
        tokens.created(Layer.L1, approved)
    assert tokens.created(Layer.L1, bytes(32)) is None


def test_a_token_of_l1__there_and_back(world, tokens):
    pair = of_l1(world, tokens)
    assert tokens.approve(Layer.L2, pair, 300) is not None
    assert tokens.approve(Layer.L2, pair, 300) is None, "it may already"
    tokens.deposit(pair, 300)
    world.carry(Layer.L1)
    assert tokens.balances(pair, USER) == Balances(700, 300)
    assert tokens.approve(Layer.L1, pair, 100) is None, "a copy is burnt"
    tokens.withdraw(pair, 100, recipient=OTHER)
    world.carry(Layer.L2)
    assert tokens.balances(pair, USER) == Balances(700, 200)
    assert tokens.balances(pair, OTHER) == Balances(100, 0)


def test_a_token_of_l2__there_and_back(world, tokens):
    pair = of_l2(world, tokens)
    assert tokens.home(pair) is Layer.L2
    tokens.approve(Layer.L1, pair, 300)
    tokens.withdraw(pair, 300)
    world.carry(Layer.L2)
    assert tokens.balances(pair, USER) == Balances(300, 700)
    assert tokens.approve(Layer.L2, pair, 300) is None
    tokens.deposit(pair, 100)
    world.carry(Layer.L1)
    assert tokens.balances(pair, USER) == Balances(200, 800)


def test_least_gas_goes_along(world, tokens):
    pair = of_l1(world, tokens)
    tokens.approve(Layer.L2, pair, 300)
    tokens.deposit(pair, 100)
    assert world.sent(Layer.L1)[2] == 200_000
    tokens.deposit(pair, 100, min_gas=77)
    assert world.sent(Layer.L1)[2] == 77


def test_without_an_allowance__is_refused__and_says_what_to_do(world, tokens):
    pair = of_l1(world, tokens)
    tokens.approve(Layer.L2, pair, 299)
    with pytest.raises(UserError, match=r"may take 299 of .*, not 300: approve it first"):
        tokens.deposit(pair, 300)


def test_more_than_one_has__is_refused(world, tokens):
    pair = of_l1(world, tokens)
    with pytest.raises(UserError, match=r"has 1000 of .* on L1, not 1001"):
        tokens.deposit(pair, 1001)
    with pytest.raises(UserError, match=r"has 0 of .* on L2, not 1"):
        tokens.withdraw(pair, 1)


def test_nothing__is_refused(world, tokens):
    pair = of_l1(world, tokens)
    with pytest.raises(UserError, match="nothing to send"):
        tokens.deposit(pair, 0)


def test_to_nobody_or_the_bridge__is_refused(world, tokens):
    pair = of_l1(world, tokens)
    tokens.approve(Layer.L2, pair, 5)
    with pytest.raises(UserError, match="the zero address is nobody's"):
        tokens.deposit(pair, 5, recipient=bytes(20))
    with pytest.raises(UserError, match="is the bridge itself on L2"):
        tokens.deposit(pair, 5, recipient=predeploys.L2_STANDARD_BRIDGE)


def test_no_contract_there__is_refused(world, tokens):
    pair = of_l1(world, tokens)
    for wrong, on in ((Pair(OTHER, pair.l2), "L1"), (Pair(pair.l1, OTHER), "L2")):
        with pytest.raises(UserError, match=f"{checksum(OTHER)} is no token on {on}"):
            tokens.deposit(wrong, 5)


def test_no_copy__is_refused(world, tokens):
    one, other = wrapped_ether(world, Layer.L1), wrapped_ether(world, Layer.L2)
    with pytest.raises(UserError, match=r"neither of .* is a copy of the other.*opcycle token create"):
        tokens.deposit(Pair(one, other), 5)


def test_two_copies__are_refused(world, tokens):
    pair, other = of_l1(world, tokens), of_l2(world, tokens)
    with pytest.raises(UserError, match="are both copies"):
        tokens.deposit(Pair(other.l1, pair.l2), 5)


def test_a_copy_of_another__is_refused__and_says_of_what(world, tokens):
    pair = of_l1(world, tokens)
    another = wrapped_ether(world, Layer.L1)
    with pytest.raises(UserError, match=f"stands for {checksum(pair.l1)}, not for {checksum(another)}"):
        tokens.deposit(Pair(another, pair.l2), 5)


def test_a_copy_of_another_bridges__is_refused(world, tokens):
    original = wrapped_ether(world, Layer.L1)
    copy = a_copy(world, Layer.L2, original, MAKER)
    with pytest.raises(UserError, match=f"is minted by {checksum(MAKER)}, not by L2's bridge"):
        tokens.deposit(Pair(original, copy), 5)
    own = a_copy(world, Layer.L2, original, predeploys.L2_STANDARD_BRIDGE)
    assert tokens.home(Pair(original, own)) is Layer.L1, "with the right bridge it is as good as a factory's"


def test_more_than_is_locked_for_the_copy__is_refused(world, tokens):
    """Minted by whoever is allowed to; the original's bridge never heard of it."""
    pair = of_l2(world, tokens)
    world.chain(Layer.L1).set_code(L1_BRIDGE, b"")
    world.do(Layer.L1, L1_BRIDGE, pair.l1, "mint(address,uint256)", USER, 5)
    world.chain(Layer.L1).set_code(L1_BRIDGE, artifact("L1StandardBridge").runtime)
    with pytest.raises(UserError, match=r"only 0 of .* is locked on L2 for this copy, which is less than 5"):
        tokens.deposit(pair, 5)


def test_without_a_key__is_refused(world, tokens):
    pair = of_l1(world, tokens)
    reader = world.new(Tokens, senders={})
    assert reader.balances(pair, USER) == Balances(1000, 0)
    with pytest.raises(UserError, match="sending on L1 needs an account"):
        reader.deposit(pair, 5)


def test_a_chain_without_bridges__is_told(world):
    world.chain(Layer.L2).set_code(predeploys.L2_STANDARD_BRIDGE, b"")
    with pytest.raises(UserError, match="has no bridge for ERC-20 tokens on L2"):
        _ = world.new(Tokens).ends


def test_what_the_contracts_refuse__comes_in_words(world, tokens):
    """The tokens go between the question and the sending."""
    pair = of_l1(world, tokens)
    tokens.approve(Layer.L2, pair, 5)
    tokens.deposit(pair, 5)
    world.carry(Layer.L1)

    class Slow(Sender):
        def send(self, request):
            world.do(Layer.L2, USER, pair.l2, "transfer(address,uint256)", OTHER, 5)
            return super().send(request)

    slow = world.new(Tokens, senders={Layer.L2: Slow(world.rpcs[Layer.L2])})
    with pytest.raises(UserError, match=r"has less of the token: send less \(ERC20InsufficientBalance"):
        slow.withdraw(pair, 5)
