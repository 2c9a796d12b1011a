"""Which contracts the genesis state has, and that each is as if its initializer had run.

The storage is written without an EVM; here an EVM runs the initializers, and must come to the same.
"""

from contextlib import suppress
from typing import Any

import pytest
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain, Contract, RefusedError
from tests.unit.deploy.configs import L1

from opcycle.artifacts import artifact
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, INITIALIZED_SLOT, Account
from opcycle.engine.predeploy_state import FeeVaultConfig, predeploy_alloc
from opcycle.engine.system_contracts import CONSOLIDATION_REQUESTS, CREATE2_DEPLOYER, WITHDRAWAL_REQUESTS
from opcycle.protocol import predeploys
from opcycle.protocol.types import Address

OWNER, STRANGER = keccak(text="owner")[12:], keccak(text="stranger")[12:]
VAULT = FeeVaultConfig(recipient=keccak(text="recipient")[12:], minimum=0x1234_5678_9ABC, network=1)
VAULT_ARGUMENTS = (VAULT.recipient, VAULT.minimum, VAULT.network)


def predeploy(last: str) -> Address:
    return bytes.fromhex("42" + "00" * 18 + last)


INITIALIZED: dict[Address, tuple[str, tuple[Any, ...]]] = {
    predeploy("07"): ("L2CrossDomainMessenger", (L1.messenger,)),
    predeploy("10"): ("L2StandardBridge", (L1.standard_bridge,)),
    predeploy("11"): ("SequencerFeeVault", VAULT_ARGUMENTS),
    predeploy("12"): ("OptimismMintableERC20Factory", (predeploy("10"),)),
    predeploy("14"): ("L2ERC721Bridge", (L1.erc721_bridge,)),
    predeploy("17"): ("OptimismMintableERC721Factory", (predeploy("14"), L1.chain_id)),
    predeploy("19"): ("BaseFeeVault", VAULT_ARGUMENTS),
    predeploy("1a"): ("L1FeeVault", VAULT_ARGUMENTS),
    predeploy("1b"): ("OperatorFeeVault", VAULT_ARGUMENTS),
}
"""With the arguments of their initializers."""

OTHERS = {
    predeploy("00"): "LegacyMessagePasser",
    predeploy("02"): "DeployerWhitelist",
    predeploy("0f"): "GasPriceOracle",
    predeploy("13"): "L1BlockNumber",
    predeploy("15"): "L1Block",
    predeploy("16"): "L2ToL1MessagePasser",
    predeploy("18"): "ProxyAdmin",
}
PROXIED = OTHERS | {address: name for address, (name, _) in INITIALIZED.items()}


def alloc(*, is_jovian: bool = True) -> dict[Address, Account]:
    return predeploy_alloc(owner=OWNER, l1=L1, vault=VAULT, is_jovian=is_jovian)


def logic_of(address: Address) -> Address:
    """The code namespace of the specs: 0xc0d3…, the last two bytes those of the predeploy."""
    return bytes.fromhex("c0d3" * 9) + address[-2:]


def word(address: Address) -> bytes:
    return bytes(12) + address


def chain_of(state: dict[Address, Account]) -> Chain:
    chain = Chain()
    for address, account in state.items():
        chain.set_code(address, account.code)
        for slot, value in account.storage.items():
            chain.set_storage(address, slot, value)
    return chain


@pytest.fixture
def chain() -> Chain:
    return chain_of(alloc())


def admin_of(chain: Chain) -> Contract:
    Contract(chain, "Proxy", bytes(20))  # for its events
    return Contract(chain, "ProxyAdmin", predeploys.PROXY_ADMIN)


def test_state__proxied__are_all_that_is_behind_a_proxy() -> None:
    state = alloc()
    assert {address for address, account in state.items() if ADMIN_SLOT in account.storage} == set(PROXIED)


@pytest.mark.parametrize("address", PROXIED, ids=PROXIED.values())
def test_state__behind_a_proxy__logic_in_the_code_namespace_and_admin_0x18(address: Address) -> None:
    state = alloc()
    assert state[address].code == artifact("Proxy").runtime
    assert state[address].storage[IMPLEMENTATION_SLOT] == word(logic_of(address))
    assert state[address].storage[ADMIN_SLOT] == word(predeploys.PROXY_ADMIN)
    assert state[logic_of(address)].code == artifact(PROXIED[address]).runtime


@pytest.mark.parametrize("address", INITIALIZED, ids=[name for name, _ in INITIALIZED.values()])
def test_state__with_an_initializer__storage_is_what_it_leaves(address: Address) -> None:
    state = alloc()
    name, arguments = INITIALIZED[address]
    wanted = state[address].storage
    proxy = {slot: wanted[slot] for slot in (IMPLEMENTATION_SLOT, ADMIN_SLOT)}
    chain = chain_of({**state, address: Account(nonce=1, code=state[address].code, storage=proxy)})
    call = Contract(chain, name, address).encode("initialize", *arguments)
    admin_of(chain).send(OWNER, "upgradeAndCall", address, logic_of(address), call)
    slots = {INITIALIZED_SLOT, *wanted, *(number.to_bytes(32, "big") for number in range(300))}
    assert {slot: word for slot in slots if any(word := chain.storage(address, slot))} == wanted


@pytest.mark.parametrize("address", INITIALIZED, ids=[name for name, _ in INITIALIZED.values()])
def test_state__with_an_initializer__nobody_can_call_it(chain: Chain, address: Address) -> None:
    name, arguments = INITIALIZED[address]
    for place in (address, logic_of(address)):
        for caller in (OWNER, STRANGER, bytes(20)):
            with pytest.raises(RefusedError, match="InvalidInitialization"):
                Contract(chain, name, place).send(caller, "initialize", *arguments)


def test_state__proxy_admin__only_its_owner_upgrades_even_itself(chain: Chain) -> None:
    admin = admin_of(chain)
    assert admin.read("owner") == OWNER
    assert Contract(chain, "ProxyAdmin", logic_of(admin.address)).read("owner") == bytes(20)
    other = logic_of(predeploys.L1_BLOCK)
    for address in (predeploys.GAS_PRICE_ORACLE, admin.address):
        with pytest.raises(RefusedError, match="OwnableUnauthorizedAccount"):
            admin.send(STRANGER, "upgrade", address, other)
    admin.send(OWNER, "upgrade", predeploys.GAS_PRICE_ORACLE, other)
    assert admin.read("getProxyImplementation", predeploys.GAS_PRICE_ORACLE) == other
    admin.send(OWNER, "upgrade", admin.address, other)
    assert chain.storage(admin.address, IMPLEMENTATION_SLOT) == word(other)


@pytest.mark.parametrize("address", PROXIED, ids=PROXIED.values())
def test_state__every_proxy__takes_an_upgrade_of_a_fork_from_the_zero_address_only(
    chain: Chain, address: Address
) -> None:
    """Forks of the OP Stack upgrade predeploys by deposits from there."""
    proxy, other = Contract(chain, "Proxy", address), logic_of(predeploys.WETH)
    for stranger in (STRANGER, OWNER, predeploys.DEPOSITOR_ACCOUNT):
        before = chain.storage(address, IMPLEMENTATION_SLOT)
        with suppress(RefusedError):  # some logic takes any call, and does nothing
            proxy.send(stranger, "upgradeTo", other)
        assert chain.storage(address, IMPLEMENTATION_SLOT) == before
    chain.set_code(other, artifact("WETH").runtime)
    proxy.send(bytes(20), "upgradeTo", other)
    assert chain.storage(address, IMPLEMENTATION_SLOT) == word(other)


def test_state__weth__plain_contract() -> None:
    assert alloc()[predeploys.WETH] == Account(nonce=1, code=artifact("WETH").runtime)


@pytest.mark.parametrize(("is_jovian", "flag"), [(True, 1), (False, 0)])
def test_state__gas_price_oracle__knows_whether_it_is_jovian(is_jovian: bool, flag: int) -> None:
    storage = alloc(is_jovian=is_jovian)[predeploys.GAS_PRICE_ORACLE].storage
    assert int.from_bytes(storage.get(bytes(32), b""), "big") == flag


def test_state__system_contracts__those_of_an_l2_and_not_those_of_validators() -> None:
    state = alloc()
    assert {predeploys.BEACON_ROOTS, predeploys.HISTORY_STORAGE, CREATE2_DEPLOYER} <= state.keys()
    assert not {WITHDRAWAL_REQUESTS, CONSOLIDATION_REQUESTS} & state.keys()
    assert keccak(state[CREATE2_DEPLOYER].code).hex() == (
        "2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"
    ), "the code hash that it has on every public chain"


def test_state__every_account__nonce_one_as_a_created_contract_has() -> None:
    assert {account.nonce for account in alloc().values()} == {1}
    assert all(account.code and not account.balance for account in alloc().values())
    assert all(any(value) for account in alloc().values() for value in account.storage.values())
