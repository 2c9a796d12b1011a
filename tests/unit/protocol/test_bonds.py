"""Bonds by the formula, wei by wei as the contract computes them."""

from eth_abi.abi import encode
from tests.fuzz.evm import Chain, Contract

from opcycle.artifacts import artifact
from opcycle.protocol.bonds import BondCurve

DEEPEST = 125


def test_required__is_the_contracts_at_every_depth_of_every_game() -> None:
    chain, somebody = Chain(), b"\x01" * 20
    chain.set_balance(somebody, 10**20)
    for max_depth in range(4, DEEPEST + 1):
        parameters = encode(["(uint256,uint256,uint64,uint64)"], [(max_depth, 2, 10, 1000)])
        address = chain.evm.deploy("0x" + somebody.hex(), artifact("FaultDisputeGame").bytecode + parameters)
        logic = Contract(chain, "FaultDisputeGame", bytes.fromhex(address[2:]))
        on_chain = [logic.read("getRequiredBond", 1 << depth) for depth in range(max_depth + 1)]
        curve = BondCurve(max_depth)
        assert [curve.required(depth) for depth in range(max_depth + 1)] == on_chain


def test_required__from_low_gas_at_the_root_to_high_gas_at_the_bottom() -> None:
    curve = BondCurve(10, assumed_base_fee=10**9, low_gas=1000, high_gas=1_000_000)
    assert curve.required(0) == 1000 * 10**9
    assert abs(curve.required(10) - 1_000_000 * 10**9) < 10 * 10**9
    assert abs(curve.factor - 1000 ** (1 / 10)) < 1e-9
