"""The upgrade transactions of every fork, one fork after the other, executed in an EVM with their own gas.

The proxies of our genesis are OpenZeppelin's, which obey only their admin; those of OP Stack chains obey the
zero address too. That step is done by hand here.
"""

from dataclasses import dataclass

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain, RefusedError
from tests.unit.deploy.configs import L1, valid_config

from opcycle.engine.alloc import IMPLEMENTATION_SLOT
from opcycle.engine.genesis import L2GenesisConfig, build_l2_genesis
from opcycle.protocol.deposits import DepositTransaction
from opcycle.protocol.l1_info import L1Info, L1InfoForm
from opcycle.protocol.predeploys import (
    BEACON_ROOTS,
    DEPOSITOR_ACCOUNT,
    GAS_PRICE_ORACLE,
    HISTORY_STORAGE,
    L1_BLOCK,
    OPERATOR_FEE_VAULT,
)
from opcycle.protocol.rollup import Fork
from opcycle.protocol.upgrades import UPGRADES

NEWEST_FORM = {
    Fork.ECOTONE: L1InfoForm.ECOTONE,
    Fork.FJORD: L1InfoForm.ECOTONE,
    Fork.ISTHMUS: L1InfoForm.ISTHMUS,
    Fork.JOVIAN: L1InfoForm.JOVIAN,
}
INFO = L1Info(
    number=7,
    timestamp=1_700_000_000,
    base_fee=9,
    hash=b"\x11" * 32,
    sequence_number=3,
    batcher_address=b"\x0b" * 20,
    base_fee_scalar=1_368,
    blob_base_fee_scalar=810_949,
    blob_base_fee=5,
    operator_fee_scalar=17,
    operator_fee_constant=19,
    da_footprint_gas_scalar=400,
)


@dataclass
class History:
    """A chain that has gone through some forks."""

    chain: Chain

    def execute(self, deposit: DepositTransaction) -> None:
        if deposit.to is None:
            self.chain.evm.deploy(to_checksum_address(deposit.sender), deposit.data, gas=deposit.gas)
        elif deposit.sender == bytes(20):
            assert self.has_code(deposit.data[16:]), "the new implementation has been deployed"
            self.chain.set_storage(deposit.to, IMPLEMENTATION_SLOT, deposit.data[4:])
        else:
            self.chain.send(deposit.sender, deposit.to, deposit.data, gas=deposit.gas)

    def upgrade(self, fork: Fork) -> None:
        for deposit in UPGRADES[fork]:
            self.execute(deposit)

    def read(self, address: bytes, getter: str) -> int:
        return int.from_bytes(self.chain.call(bytes(20), address, keccak(text=f"{getter}()")[:4]), "big")

    def has_code(self, address: bytes) -> bool:
        return any(self.chain.evm.basic(to_checksum_address(address)).code or b"")


@pytest.fixture
def history() -> History:
    """Our proxies, without the contracts that forks deploy beside them."""
    config = valid_config()
    genesis = build_l2_genesis(
        L2GenesisConfig(
            chain_id=config.l2_chain_id,
            timestamp=1_700_000_000,
            gas_limit=config.gas_limit,
            proxy_admin_owner=config.roles.owner,
            l1=L1,
            fee_vault=config.fee_vault,
            newest_fork=Fork.ISTHMUS,
        )
    )
    chain = Chain()
    for address, found in genesis.alloc.items():
        if address in (BEACON_ROOTS, HISTORY_STORAGE):
            continue
        chain.set_code(address, found.code)
        for slot, value in found.storage.items():
            chain.set_storage(address, slot, value)
    return History(chain)


def test_upgrades__in_order__each_makes_l1_block_and_oracle_those_of_its_fork(history: History) -> None:
    forks = list(UPGRADES)
    for index, fork in enumerate(forks):
        history.upgrade(fork)
        history.chain.send(DEPOSITOR_ACCOUNT, L1_BLOCK, INFO.encode(NEWEST_FORM[fork]))
        assert history.read(L1_BLOCK, "blobBaseFeeScalar") == 810_949
        for known in forks[: index + 1]:
            assert history.read(GAS_PRICE_ORACLE, f"is{known.title()}") == 1, (fork, known)
    assert history.read(L1_BLOCK, "operatorFeeConstant") == 19
    assert history.read(L1_BLOCK, "daFootprintGasScalar") == 400


@pytest.mark.parametrize("fork", [Fork.ISTHMUS, Fork.JOVIAN])
def test_l1_block__before_the_upgrade__does_not_know_the_form_of_the_fork(
    history: History, fork: Fork
) -> None:
    for older in list(UPGRADES)[: list(UPGRADES).index(fork)]:
        history.upgrade(older)
    with pytest.raises(RefusedError):
        history.chain.send(DEPOSITOR_ACCOUNT, L1_BLOCK, INFO.encode(NEWEST_FORM[fork]))
    history.upgrade(fork)
    history.chain.send(DEPOSITOR_ACCOUNT, L1_BLOCK, INFO.encode(NEWEST_FORM[fork]))


def test_upgrades__contracts_of_ethereum__are_where_ethereum_has_them(history: History) -> None:
    assert not history.has_code(BEACON_ROOTS)
    history.upgrade(Fork.ECOTONE)
    assert history.has_code(BEACON_ROOTS)
    history.upgrade(Fork.FJORD)
    assert not history.has_code(HISTORY_STORAGE)
    history.upgrade(Fork.ISTHMUS)
    assert history.has_code(HISTORY_STORAGE)
    assert history.read(OPERATOR_FEE_VAULT, "WITHDRAWAL_NETWORK") == 1
