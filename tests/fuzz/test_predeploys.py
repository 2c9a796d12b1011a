"""Predeploys on the real bytecode, from the genesis state that op-geth starts from.

L1Block is set by what `protocol.l1_info` encodes, message passer and `protocol.withdrawals` agree on every
withdrawal, the GasPriceOracle on fees with a formula written anew from the specs.
"""

from collections.abc import Iterator
from functools import cache

import pytest
from eth_utils.crypto import keccak
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.evm import Chain, Contract, RefusedError
from tests.fuzz.fastlz import compressed_length
from tests.unit.deploy.configs import L1, account, valid_config

from opcycle.engine.genesis import L2GenesisConfig, build_l2_genesis
from opcycle.protocol.fastlz import compressed_size
from opcycle.protocol.l1_info import L1Info, L1InfoForm
from opcycle.protocol.predeploys import (
    DEPOSITOR_ACCOUNT,
    GAS_PRICE_ORACLE,
    L1_BLOCK,
    L1_BLOCK_NUMBER,
    L2_TO_L1_MESSAGE_PASSER,
)
from opcycle.protocol.rollup import Fork
from opcycle.protocol.withdrawals import withdrawals_from_logs

ALICE = account("alice")

u16, u32, u64, u256 = (st.integers(0, 2**bits - 1) for bits in (16, 32, 64, 256))
words = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
infos = st.builds(
    L1Info,
    number=u64,
    timestamp=u64,
    base_fee=u256,
    hash=words,
    sequence_number=u64,
    batcher_address=addresses,
    base_fee_scalar=u32,
    blob_base_fee_scalar=u32,
    blob_base_fee=u256,
    operator_fee_scalar=u32,
    operator_fee_constant=u64,
    da_footprint_gas_scalar=u16,
    overhead=words,
    scalar=words,
)
PACKED = (L1InfoForm.ECOTONE, L1InfoForm.ISTHMUS, L1InfoForm.JOVIAN)
GETTERS = {
    "base_fee_scalar": ("baseFeeScalar", PACKED),
    "blob_base_fee_scalar": ("blobBaseFeeScalar", PACKED),
    "blob_base_fee": ("blobBaseFee", PACKED),
    "operator_fee_scalar": ("operatorFeeScalar", PACKED[1:]),
    "operator_fee_constant": ("operatorFeeConstant", PACKED[1:]),
    "da_footprint_gas_scalar": ("daFootprintGasScalar", PACKED[2:]),
    "number": ("number", tuple(L1InfoForm)),
    "timestamp": ("timestamp", tuple(L1InfoForm)),
    "base_fee": ("basefee", tuple(L1InfoForm)),
    "hash": ("hash", tuple(L1InfoForm)),
    "sequence_number": ("sequenceNumber", tuple(L1InfoForm)),
}
"""What each field of L1Info is called in L1Block, and in which forms it is set."""


class L2:
    """The genesis state in an EVM."""

    def __init__(self, newest_fork: Fork) -> None:
        config = valid_config()
        genesis = build_l2_genesis(
            L2GenesisConfig(
                chain_id=config.l2_chain_id,
                timestamp=1_700_000_000,
                gas_limit=config.gas_limit,
                proxy_admin_owner=config.roles.owner,
                l1=L1,
                fee_vault=config.fee_vault,
                newest_fork=newest_fork,
            )
        )
        self.chain = Chain()
        self.chain.set_block(1, 1_700_000_002)
        for address, found in genesis.alloc.items():
            self.chain.set_code(address, found.code)
            for slot, value in found.storage.items():
                self.chain.set_storage(address, slot, value)
        self.chain.set_balance(ALICE, 2**128)
        self.l1_block = Contract(self.chain, "L1Block", L1_BLOCK)
        self.l1_block_number = Contract(self.chain, "L1BlockNumber", L1_BLOCK_NUMBER)
        self.passer = Contract(self.chain, "L2ToL1MessagePasser", L2_TO_L1_MESSAGE_PASSER)
        self.prices = Contract(self.chain, "GasPriceOracle", GAS_PRICE_ORACLE)

    def set_l1_info(self, info: L1Info, form: L1InfoForm = L1InfoForm.JOVIAN) -> None:
        self.chain.send(DEPOSITOR_ACCOUNT, L1_BLOCK, info.encode(form))


@cache
def l2_of(newest_fork: Fork) -> L2:
    return L2(newest_fork)


@pytest.fixture(scope="module")
def l2() -> Iterator[L2]:
    found = l2_of(Fork.JOVIAN)
    snapshot = found.chain.evm.snapshot()
    yield found
    found.chain.evm.revert(snapshot)


# --- L1Block ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", L1InfoForm)
@given(before=infos, info=infos)
def test_l1_block__set_by_any_form__getters_state_it_and_keep_the_rest(
    l2: L2, form: L1InfoForm, before: L1Info, info: L1Info
) -> None:
    l2.set_l1_info(before)
    l2.set_l1_info(info, form)
    for field, (getter, forms) in GETTERS.items():
        expected = getattr(info if form in forms else before, field)
        if form is L1InfoForm.ISTHMUS and getter == "daFootprintGasScalar":
            expected = 0  # in the same word as the operator fee, which is written whole
        assert l2.l1_block.read(getter) == expected, getter
    assert l2.l1_block.read("batcherHash") == info.batcher_address.rjust(32, b"\0")
    assert l2.l1_block_number.read("getL1BlockNumber") == info.number
    if form is L1InfoForm.BEDROCK:
        assert l2.l1_block.read("l1FeeOverhead") == int.from_bytes(info.overhead, "big")
        assert l2.l1_block.read("l1FeeScalar") == int.from_bytes(info.scalar, "big")


@pytest.mark.parametrize("form", L1InfoForm)
@given(info=infos, caller=addresses)
def test_l1_block__set_by_anyone_else__refused(l2: L2, form: L1InfoForm, info: L1Info, caller: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        l2.chain.send(caller, L1_BLOCK, info.encode(form))
    assert refused.value.args == ("L1Block_NotDepositor", (caller,))


@given(info=infos)
def test_l1_block__slots_that_op_geth_reads__hold_the_fees(l2: L2, info: L1Info) -> None:
    l2.set_l1_info(info)
    storage = [l2.chain.storage(L1_BLOCK, slot) for slot in range(9)]
    assert int.from_bytes(storage[1], "big") == info.base_fee
    assert int.from_bytes(storage[3][16:20], "big") == info.base_fee_scalar
    assert int.from_bytes(storage[3][20:24], "big") == info.blob_base_fee_scalar
    assert int.from_bytes(storage[7], "big") == info.blob_base_fee
    assert int.from_bytes(storage[8][18:20], "big") == info.da_footprint_gas_scalar
    assert int.from_bytes(storage[8][20:24], "big") == info.operator_fee_scalar
    assert int.from_bytes(storage[8][24:32], "big") == info.operator_fee_constant


# --- L2ToL1MessagePasser ----------------------------------------------------------------------------


@given(target=addresses, value=st.integers(0, 10**18), gas_limit=u256, data=st.binary(max_size=300))
def test_message_passer__any_withdrawal__event_hash_and_slot_are_those_of_protocol(
    l2: L2, target: bytes, value: int, gas_limit: int, data: bytes
) -> None:
    nonce, held = l2.passer.read("messageNonce"), l2.chain.balance(L2_TO_L1_MESSAGE_PASSER)
    l2.passer.send(ALICE, "initiateWithdrawal", target, gas_limit, data, value=value)
    (found,) = withdrawals_from_logs(l2.chain.logs())
    assert (found.nonce, found.sender, found.target) == (nonce, ALICE, target)
    assert (found.value, found.gas_limit, found.data) == (value, gas_limit, data)
    assert l2.passer.read("sentMessages", found.hash) is True
    assert l2.chain.storage(L2_TO_L1_MESSAGE_PASSER, found.storage_slot) == b"\x01".rjust(32, b"\0")
    assert l2.passer.read("sentMessages", keccak(found.hash)) is False
    assert l2.passer.read("messageNonce") == nonce + 1
    assert nonce >> 240 == 1
    assert l2.chain.balance(L2_TO_L1_MESSAGE_PASSER) == held + value


@given(value=st.integers(0, 10**18))
def test_message_passer__plain_ether__is_withdrawn_to_its_sender_and_can_be_burnt(l2: L2, value: int) -> None:
    l2.chain.send(ALICE, L2_TO_L1_MESSAGE_PASSER, b"", value=value)
    (found,) = withdrawals_from_logs(l2.chain.logs())
    assert (found.target, found.value, found.gas_limit, found.data) == (ALICE, value, 100_000, b"")
    held = l2.chain.balance(L2_TO_L1_MESSAGE_PASSER)
    (event,) = l2.passer.send(ALICE, "burn")
    assert event.args == (held,)
    assert l2.chain.balance(L2_TO_L1_MESSAGE_PASSER) == 0


# --- GasPriceOracle ---------------------------------------------------------------------------------

repetitive = st.lists(
    st.sampled_from((b"\0" * 40, b"abc", b"abcdefghij" * 9, b"\x01", bytes(range(64)))), max_size=40
)
transactions = st.one_of(st.binary(max_size=400), repetitive.map(b"".join))
prices = {
    "base_fee": st.integers(0, 2**64),
    "blob_base_fee": st.integers(0, 2**64),
    "scalar": u32,
    "blob_scalar": u32,
}


def l1_fee(size: int, *, base_fee: int, blob_base_fee: int, scalar: int, blob_scalar: int) -> int:
    """Spec, "Fjord L1-Cost fees": `size` is that of the compressed, signed transaction."""
    estimate = max(100_000_000, 836_500 * size - 42_585_600)
    return estimate * (16 * base_fee * scalar + blob_base_fee * blob_scalar) // 10**12


def with_prices(l2: L2, *, base_fee: int, blob_base_fee: int, scalar: int, blob_scalar: int) -> None:
    l2.set_l1_info(
        L1Info(
            number=1,
            timestamp=1,
            base_fee=base_fee,
            hash=bytes(32),
            sequence_number=0,
            batcher_address=bytes(20),
            base_fee_scalar=scalar,
            blob_base_fee_scalar=blob_scalar,
            blob_base_fee=blob_base_fee,
        )
    )


@given(data=transactions, price=st.fixed_dictionaries(prices))
@example(data=b"", price={"base_fee": 2**64, "blob_base_fee": 0, "scalar": 2**32 - 1, "blob_scalar": 1})
def test_gas_price_oracle__any_transaction__fee_is_that_of_the_specs(
    l2: L2, data: bytes, price: dict[str, int]
) -> None:
    with_prices(l2, **price)
    assert compressed_size(data) == compressed_length(data)
    size = compressed_length(data) + 68
    assert l2.prices.read("getL1Fee", data) == l1_fee(size, **price)
    assert l2.prices.read("getL1GasUsed", data) == max(100_000_000, 836_500 * size - 42_585_600) * 16 // 10**6


@given(data=transactions, price=st.fixed_dictionaries(prices))
def test_gas_price_oracle__upper_bound__is_never_below_the_fee(
    l2: L2, data: bytes, price: dict[str, int]
) -> None:
    with_prices(l2, **price)
    bound = l2.prices.read("getL1FeeUpperBound", len(data))
    size = len(data) + 68
    assert bound == l1_fee(size + size // 255 + 16, **price)
    assert bound >= l2.prices.read("getL1Fee", data)


@pytest.mark.parametrize("fork", [Fork.ISTHMUS, Fork.JOVIAN])
@given(scalar=u32, constant=u64, gas=st.integers(0, 2**64))
def test_gas_price_oracle__operator_fee__is_that_of_the_fork(
    fork: Fork, scalar: int, constant: int, gas: int
) -> None:
    l2 = l2_of(fork)
    info = L1Info(
        1, 1, 1, bytes(32), 0, bytes(20), operator_fee_scalar=scalar, operator_fee_constant=constant
    )
    l2.set_l1_info(info, L1InfoForm.ISTHMUS)
    scaled = gas * scalar * 100 if fork is Fork.JOVIAN else gas * scalar // 10**6
    assert l2.prices.read("getOperatorFee", gas) == scaled + constant


KNOWN_TRANSACTION = bytes.fromhex(
    "02f901550a758302df1483be21b88304743f94f80e51afb613d764fa61751affd3313c190a86bb870151bd62fd12adb8"
    "e41ef24f3f000000000000000000000000000000000000000000000000000000000000006e0000000000000000000000"
    "00af88d065e77c8cc2239327c5edb3a432268e5831000000000000000000000000000000000000000000000000000000"
    "000003c1e500000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000a0000000000000000000000000000000000000000000000000000000"
    "00000000148c89ed219d02f1a5be012c689b4f5b731827bebe000000000000000000000000c001a033fd89cb37c31b2c"
    "ba46b6466e040c61fc9b2a3675a7f5f493ebd5ad77c497f8a07cdf65680e238392693019b4092f610222e71b7cec0644"
    "9cb922b93b6a12744e"
)
"""A transaction of OP Mainnet (0x8eb9dd4e…) that op-geth's own test compresses."""


def test_compressed_length__known_transactions__lengths_of_op_geth() -> None:
    assert compressed_length(b"") == 0
    assert compressed_length(b"\x01" * 1000) == 21
    assert compressed_length(bytes(1000)) == 21
    assert compressed_length(KNOWN_TRANSACTION) == 202
