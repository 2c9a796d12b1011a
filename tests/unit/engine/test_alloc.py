"""The genesis state: which contracts are where, what their immutables hold, and the roots over it."""

import pytest
import rlp
from eth_utils.crypto import keccak

from opcycle.artifacts import Artifact, artifact
from opcycle.engine.alloc import (
    ADMIN_SLOT,
    IMPLEMENTATION_SLOT,
    Account,
    predeploy_alloc,
    storage_root,
    trie_root,
    with_immutables,
)
from opcycle.engine.genesis import EMPTY_TRIE_ROOT
from opcycle.engine.system_contracts import CONSOLIDATION_REQUESTS, CREATE2_DEPLOYER, WITHDRAWAL_REQUESTS
from opcycle.protocol import predeploys
from opcycle.protocol.types import Address

OWNER = keccak(text="owner")[12:]
RECIPIENT = keccak(text="recipient")[12:]
MINIMUM, NETWORK = 0x1234_5678_9ABC, 1

PROXIED = {
    predeploys.GAS_PRICE_ORACLE: "GasPriceOracle",
    predeploys.SEQUENCER_FEE_VAULT: "SequencerFeeVault",
    predeploys.L1_BLOCK_NUMBER: "L1BlockNumber",
    predeploys.L1_BLOCK: "L1Block",
    predeploys.L2_TO_L1_MESSAGE_PASSER: "L2ToL1MessagePasser",
    predeploys.BASE_FEE_VAULT: "BaseFeeVault",
    predeploys.L1_FEE_VAULT: "L1FeeVault",
    predeploys.OPERATOR_FEE_VAULT: "OperatorFeeVault",
}


def alloc(*, is_jovian: bool = True) -> dict[Address, Account]:
    return predeploy_alloc(owner=OWNER, vault_immutables=(RECIPIENT, MINIMUM, NETWORK), is_jovian=is_jovian)


def logic_of(predeploy: Address) -> Address:
    """The code namespace of the specs: 0xc0d3…, the last two bytes those of the predeploy."""
    return bytes.fromhex("c0d3" * 9) + predeploy[-2:]


def word(address: Address) -> bytes:
    return bytes(12) + address


def contract(runtime: bytes, immutables: dict[str, list[dict[str, int]]]) -> Artifact:
    return Artifact(name="any", abi=[], bytecode=b"", runtime=runtime, immutables=immutables)


@pytest.mark.parametrize("predeploy", PROXIED, ids=PROXIED.values())
def test_predeploy_alloc__behind_a_proxy__logic_in_the_code_namespace_and_admin_0x18(
    predeploy: bytes,
) -> None:
    state = alloc()
    storage = state[predeploy].storage
    assert storage[IMPLEMENTATION_SLOT] == word(logic_of(predeploy))
    assert storage[ADMIN_SLOT] == word(predeploys.PROXY_ADMIN)
    assert len(state[logic_of(predeploy)].code) == len(artifact(PROXIED[predeploy]).runtime)
    assert state[predeploy].code == artifact("Proxy").runtime
    assert not state[logic_of(predeploy)].storage


def test_predeploy_alloc__slots_of_eip_1967() -> None:
    assert IMPLEMENTATION_SLOT.hex() == "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
    assert ADMIN_SLOT.hex() == "b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103"


def test_predeploy_alloc__proxy_admin_and_weth__plain_contracts() -> None:
    state = alloc()
    assert state[predeploys.PROXY_ADMIN].code == artifact("ProxyAdmin").runtime
    assert state[predeploys.PROXY_ADMIN].storage == {bytes(32): word(OWNER)}
    assert state[predeploys.WETH] == Account(nonce=1, code=artifact("WETH").runtime)


@pytest.mark.parametrize("vault", ["SequencerFeeVault", "BaseFeeVault", "L1FeeVault", "OperatorFeeVault"])
def test_predeploy_alloc__vaults__hold_recipient_and_minimum(vault: str) -> None:
    (predeploy,) = (address for address, name in PROXIED.items() if name == vault)
    code = alloc()[logic_of(predeploy)].code
    assert word(RECIPIENT) in code
    assert MINIMUM.to_bytes(32, "big") in code
    assert code != artifact(vault).runtime


@pytest.mark.parametrize(("is_jovian", "flag"), [(True, 1), (False, 0)])
def test_predeploy_alloc__gas_price_oracle__knows_whether_it_is_jovian(is_jovian: bool, flag: int) -> None:
    storage = alloc(is_jovian=is_jovian)[predeploys.GAS_PRICE_ORACLE].storage
    assert int.from_bytes(storage.get(bytes(32), b""), "big") == flag


def test_predeploy_alloc__system_contracts__those_of_an_l2_and_not_those_of_validators() -> None:
    state = alloc()
    assert {predeploys.BEACON_ROOTS, predeploys.HISTORY_STORAGE, CREATE2_DEPLOYER} <= state.keys()
    assert not {WITHDRAWAL_REQUESTS, CONSOLIDATION_REQUESTS} & state.keys()
    assert keccak(state[CREATE2_DEPLOYER].code).hex() == (
        "2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"
    ), "the code hash that it has on every public chain"


def test_predeploy_alloc__every_account__nonce_one_as_a_created_contract_has() -> None:
    assert {account.nonce for account in alloc().values()} == {1}
    assert all(account.code and not account.balance for account in alloc().values())


def test_with_immutables__declaration_order__fills_every_place() -> None:
    spots = {
        "20": [{"start": 40, "length": 32}],
        "7": [{"start": 0, "length": 32}, {"start": 80, "length": 32}],
    }
    code = with_immutables(contract(b"\xff" * 120, spots), [b"\x11" * 20, 5])
    first, second = bytes(12) + b"\x11" * 20, (5).to_bytes(32, "big")
    assert code == first + b"\xff" * 8 + second + b"\xff" * 8 + first + b"\xff" * 8


@pytest.mark.parametrize("values", [[], [1, 2]])
def test_with_immutables__another_number_of_values__value_error(values: list[int]) -> None:
    one = contract(bytes(32), {"1": [{"start": 0, "length": 32}]})
    assert with_immutables(one, [1]) == (1).to_bytes(32, "big")
    with pytest.raises(ValueError, match="zip"):
        with_immutables(one, values)


def test_trie_root__nothing__root_of_the_empty_trie() -> None:
    assert trie_root({}) == storage_root({}) == EMPTY_TRIE_ROOT
    assert EMPTY_TRIE_ROOT.hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"


def test_storage_root__one_slot__hash_of_its_leaf() -> None:
    slot, value = b"\x07".rjust(32, b"\0"), 0x1234
    leaf = rlp.encode([b"\x20" + keccak(slot), rlp.encode(b"\x12\x34")])
    assert storage_root({slot: value.to_bytes(32, "big")}) == keccak(leaf)


def test_storage_root__order_of_slots__does_not_matter() -> None:
    slots = {bytes([n]) * 32: bytes(31) + bytes([n]) for n in range(1, 40)}
    assert storage_root(slots) == storage_root(dict(reversed(slots.items())))
    assert storage_root(slots) != storage_root({**slots, b"\x01" * 32: bytes(31) + b"\xff"})


def test_account__rlp__nonce_balance_storage_root_code_hash() -> None:
    account = Account(balance=256, nonce=3, code=b"\x5f", storage={bytes(32): (1).to_bytes(32, "big")})
    assert rlp.decode(account.encode()) == [
        b"\x03",
        b"\x01\x00",
        storage_root({bytes(32): (1).to_bytes(32, "big")}),
        keccak(b"\x5f"),
    ]
    assert rlp.decode(Account().encode()) == [b"", b"", EMPTY_TRIE_ROOT, keccak(b"")]


def test_account__json__only_what_is_there() -> None:
    assert Account(balance=10**18).to_json() == {"balance": "0xde0b6b3a7640000"}
    slot, value = b"\x01" * 32, b"\x02" * 32
    assert Account(nonce=1, code=b"\xfe", storage={slot: value}).to_json() == {
        "balance": "0x0",
        "nonce": "0x1",
        "code": "0xfe",
        "storage": {"0x" + "01" * 32: "0x" + "02" * 32},
    }
