"""Contracts of somebody's own project, on both chains: deployed, read, sent to, refused by, listened to."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from opcycle.errors import UserError
from opcycle.testing.chain import Chain
from opcycle.testing.contracts import Contract, Event
from opcycle.testing.reverts import ContractRevertedError
from opcycle.testing.rollup import LocalRollup

ROOT = Path(__file__).resolve().parents[2]
PRICE, ETHER = 3 * 10**17, 10**18
NOTE = b"hello".ljust(32, b"\0")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where forge has compiled `contracts/` in the usual way."""
    directory = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "tests/plugin/contracts", directory / "src")
    (directory / "foundry.toml").write_text("[profile.default]\n")
    forge = shutil.which("forge")
    assert forge is not None
    solc = {"FOUNDRY_SOLC": str(ROOT / "tools/solcx/solc-v0.8.30"), "FOUNDRY_OFFLINE": "true"}
    subprocess.run([forge, "build", "--quiet"], cwd=directory, env={**os.environ, **solc}, check=True)
    return directory


@pytest.fixture(params=["L1", "L2"])
def chain(request: pytest.FixtureRequest, devnet: LocalRollup, project: Path) -> Chain:
    found = devnet.l1 if request.param == "L1" else devnet.l2
    found.project = project
    return found


@pytest.fixture
def open_till(chain: Chain, user: LocalAccount) -> Callable[..., Contract]:
    def open_till(*arguments: Any, **options: Any) -> Contract:
        library = chain.deploy("Change", sender=user)
        return chain.deploy("Till", *arguments, sender=user, libraries={"Change": library}, **options)

    return open_till


@pytest.fixture
def till(open_till: Callable[..., Contract]) -> Contract:
    return open_till(PRICE)


def test_a_constructor_takes_arguments_and_ether(
    chain: Chain, open_till: Callable[..., Contract], user: LocalAccount
) -> None:
    till = open_till(PRICE, ether="0.25")
    assert till.price() == PRICE
    assert till.owner() == user.address
    assert chain.balance(till) == ETHER // 4


def test_a_constructor_that_refuses_says_why(open_till: Callable[..., Contract]) -> None:
    with pytest.raises(
        ContractRevertedError, match=r"the constructor of Till reverts with TooLittle\(0, 1\)"
    ):
        open_till(0)


@pytest.mark.parametrize("arguments", [(), ("a lot",), (-1,), (1, 2)])
def test_a_constructor_is_not_given_what_it_does_not_take(
    chain: Chain, user: LocalAccount, open_till: Callable[..., Contract], arguments: tuple[object, ...]
) -> None:
    with pytest.raises(UserError, match=r"the constructor of Till takes \(uint256\), not \("):
        open_till(*arguments)


def test_what_is_sent_is_mined_and_what_is_read_is_new(
    till: Contract, user: LocalAccount, chain: Chain
) -> None:
    before = chain.block_number
    receipt = till.setPrice(7, sender=user)
    assert receipt.succeeded
    assert receipt.block.number > before
    assert till.price() == 7
    assert till.price.call(block=receipt.block.number - 1) == PRICE


def test_an_error_comes_with_its_name_and_arguments(
    till: Contract, user: LocalAccount, devnet: LocalRollup
) -> None:
    stranger = devnet.new_user()
    with pytest.raises(ContractRevertedError, match=r"Till.setPrice reverts with NotTheOwner") as refused:
        till.setPrice(7, sender=stranger)
    assert refused.value.error == "NotTheOwner"
    assert refused.value.arguments == (stranger.address.lower(),)
    with pytest.raises(ContractRevertedError) as refused:
        till.buy(sender=user, wei=5)
    assert (refused.value.error, refused.value.arguments) == ("TooLittle", (5, PRICE))
    with pytest.raises(ContractRevertedError) as refused:
        till.setPrice(1000 * ETHER, sender=user)
    assert (refused.value.error, refused.value.arguments) == ("Error", ("too dear",))
    with pytest.raises(ContractRevertedError) as refused:
        till.setPrice.call(13, sender=user)
    assert (refused.value.error, refused.value.arguments) == ("Panic", (1,))


def test_with_gas_of_ones_own_even_what_reverts_is_mined(
    till: Contract, devnet: LocalRollup, chain: Chain
) -> None:
    stranger = devnet.new_user()
    with pytest.raises(ContractRevertedError) as refused:
        till.setPrice(7, sender=stranger, gas=100_000)
    assert refused.value.error == "NotTheOwner"
    assert chain.nonce(stranger) == 1
    with pytest.raises(ContractRevertedError):
        till.setPrice(7, sender=stranger)
    assert chain.nonce(stranger) == 1, "nothing was sent"


def test_overloads_are_told_apart_by_their_arguments(till: Contract, user: LocalAccount) -> None:
    till.buy(sender=user, ether=1)
    till.buy(NOTE, sender=user, ether=1)
    till.function("buy(bytes32)")(NOTE, sender=user, ether=1)
    assert [event.args["note"] for event in till.events("Sold")] == [bytes(32), NOTE, NOTE]
    with pytest.raises(UserError, match=r"Till.buy is buy\(bytes32\) or buy\(\); it does not take \(1, 2\)"):
        till.buy(1, 2, sender=user)


def test_events_are_of_all_time_or_of_one_transaction(till: Contract, user: LocalAccount) -> None:
    first = till.buy(sender=user, ether=1)
    till.close(sender=user)
    sold = Event("Sold", {"buyer": user.address, "amount": PRICE, "note": bytes(32)})
    assert till.events() == [sold, Event("Closed", {})]
    assert till.events(receipt=first) == [sold]
    assert till.events("Closed", receipt=first) == []
    with pytest.raises(UserError, match="Till has no event 'Opened'; it has Closed, Sold"):
        till.events("Opened")


def test_structs_lists_and_several_values(till: Contract, user: LocalAccount) -> None:
    till.buy(sender=user, ether=1)
    assert till.sale(0) == ((user.address, PRICE), True)
    assert till.buyers([(user, 1), (till, 2)]) == [user.address, till.address]


def test_a_function_named_like_ours_is_still_there(till: Contract) -> None:
    assert till.function("call")() is False
    with pytest.raises(AttributeError, match="Till has no function 'sell'; it has buy, buyers, call, close"):
        till.sell()


def test_nobody_sends_by_accident(till: Contract) -> None:
    with pytest.raises(
        UserError, match=r"Till.close changes state: say who sends it, sender=user; or only try"
    ):
        till.close()


def test_only_accounts_send(till: Contract, user: LocalAccount, chain: Chain) -> None:
    for send in (till.close, lambda sender: chain.send(sender, user, wei=1)):
        with pytest.raises(UserError, match="cannot send: it has no key; give an account"):
            send(sender=user.address)


def test_ether_for_a_function_that_takes_none_is_refused(till: Contract, user: LocalAccount) -> None:
    for function in (till.price, till.close):
        with pytest.raises(ContractRevertedError):
            function(sender=user, wei=1)


def test_a_contract_is_found_again_by_its_address(chain: Chain, till: Contract, user: LocalAccount) -> None:
    again = chain.contract(till.address, "Till")
    assert again.price() == PRICE
    with pytest.raises(UserError, match=rf"{chain.name} has no contract at {user.address}"):
        chain.contract(user, "Till")


def test_the_chains_speak_web3(chain: Chain, till: Contract, user: LocalAccount, devnet: LocalRollup) -> None:
    web3 = chain.web3
    assert web3.eth.chain_id == chain.chain_id
    assert web3.eth.get_balance(user.address) == chain.balance(user)
    same = web3.eth.contract(till.address, abi=till.abi)  # type: ignore[call-overload]
    assert same.functions.price().call() == PRICE
    transaction = same.functions.setPrice(9).build_transaction(
        {"from": user.address, "nonce": web3.eth.get_transaction_count(user.address)}
    )
    sent = web3.eth.send_raw_transaction(user.sign_transaction(transaction).raw_transaction)
    devnet.advance(seconds=2)
    assert web3.eth.get_transaction_receipt(sent)["status"] == 1
    assert till.price() == 9


def test_both_chains_start_alike_in_each_test(chain: Chain, user: LocalAccount) -> None:
    """Runs after tests that have deployed and sent from the same account."""
    assert chain.nonce(user) == 0
    assert chain.balance(user) == 100 * ETHER


def test_ether_is_sent_and_refused(chain: Chain, user: LocalAccount, devnet: LocalRollup) -> None:
    other = devnet.new_user()
    receipt = chain.send(user, other, ether="0.5")
    assert chain.balance(other) == 100 * ETHER + ETHER // 2
    assert chain.balance(user) <= 100 * ETHER - ETHER // 2 - receipt.fee
    with pytest.raises(UserError, match="insufficient funds"):
        chain.send(user, other, ether=1000)
