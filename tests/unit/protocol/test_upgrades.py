"""Upgrade transactions: to the byte those of op-node and kona, and only in the first block of their fork."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.vectors.read import unhex, vector

from opcycle.protocol.rollup import Fork
from opcycle.protocol.upgrades import UPGRADES, upgrade_transactions

HASHES = vector("upgrade_hashes.json")
TIME = CONFIG.genesis_time + 100


def activating(*forks, time=TIME):
    return replace(CONFIG, fork_times=CONFIG.fork_times | dict.fromkeys(forks, time))


@pytest.mark.parametrize("fork", UPGRADES)
def test_upgrades__of_each_fork__have_the_transaction_hashes_of_other_nodes(fork):
    assert [deposit.hash for deposit in UPGRADES[fork]] == [unhex(text) for text in HASHES[fork]]


def test_upgrades__vectors__are_all_there():
    assert list(HASHES) == list(UPGRADES)
    assert [len(deposits) for deposits in UPGRADES.values()] == [6, 3, 8, 5]


@pytest.mark.parametrize(
    ("fork", "position", "implementation"),
    [
        (Fork.ECOTONE, 2, "07dbe8500fc591d1852b76fee44d5a05e13097ff"),
        (Fork.ECOTONE, 3, "b528d11cc114e026f138fe568744c6d45ce6da7a"),
        (Fork.FJORD, 1, "a919894851548179a0750865e7974da599c0fac7"),
        (Fork.ISTHMUS, 3, "ff256497d61dcd71a9e9ff43967c13fde1f72d12"),
        (Fork.ISTHMUS, 4, "93e57a196454cb919193fa9946f14943cf733845"),
        (Fork.ISTHMUS, 5, "4fa2be8cd41504037f1838bce3bcc93bc68ff537"),
        (Fork.JOVIAN, 1, "3ba4007f5c922fbb33c454b41ea7a1f11e83df2c"),
        (Fork.JOVIAN, 3, "4f1db3c6abd250ba86e0928471a8f7db3afd88f1"),
    ],
)
def test_upgrades__proxy_update__points_to_the_implementation_that_the_specs_name(
    fork, position, implementation
):
    assert UPGRADES[fork][position].data.hex() == "3659cfe6" + "00" * 12 + implementation


@pytest.mark.parametrize("fork", UPGRADES)
def test_upgrade_transactions__first_block_of_the_fork__all_of_them_and_none_beside(fork):
    config = activating(fork)
    assert upgrade_transactions(config, TIME) == UPGRADES[fork]
    assert upgrade_transactions(config, TIME - CONFIG.block_time) == ()
    assert upgrade_transactions(config, TIME + CONFIG.block_time) == ()


def test_upgrade_transactions__activation_between_two_blocks__are_in_the_later():
    config = activating(Fork.FJORD, time=TIME - 1)
    assert upgrade_transactions(config, TIME) == UPGRADES[Fork.FJORD]


def test_upgrade_transactions__two_forks_at_once__the_older_first():
    config = activating(Fork.FJORD, Fork.ECOTONE)
    assert upgrade_transactions(config, TIME) == UPGRADES[Fork.ECOTONE] + UPGRADES[Fork.FJORD]


@pytest.mark.parametrize("fork", sorted(set(Fork) - set(UPGRADES)))
def test_upgrade_transactions__forks_that_deploy_nothing__none(fork):
    assert upgrade_transactions(activating(fork), TIME) == ()


def test_upgrade_transactions__active_from_genesis__none_ever():
    assert upgrade_transactions(CONFIG, CONFIG.genesis_time) == ()
    assert upgrade_transactions(CONFIG, TIME) == ()
