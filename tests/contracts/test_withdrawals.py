"""Withdrawals on anvil: real Merkle-Patricia proofs against a proposed output, the wait, and the payment."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.contracts.conftest import PERIOD
from tests.contracts.forwarder import deploy_forwarder
from tests.contracts.l2_state import L2State, WithdrawalTuple, withdrawal_hash
from tests.contracts.refusals import Refusal, refusal, refused
from tests.contracts.snapshots import restored

ETHER = 10**18
VERSION_1 = 1 << 240
TARGET = "0x" + keccak(text="a recipient on L1")[12:].hex()
EVERY_CHAIN = "0x" + "00" * 20

Propose = Callable[[bytes], int]


@pytest.fixture
def withdrawal(user: Any) -> WithdrawalTuple:
    return VERSION_1, user.address, TARGET, ETHER, 100_000, b""


@pytest.fixture
def state(withdrawal: WithdrawalTuple, friend: Any) -> L2State:
    other = (VERSION_1 + 1, friend.address, TARGET, 5, 100_000, b"\x01")
    return L2State([withdrawal, other])


@pytest.fixture
def index(portal: Any, friend: Any, state: L2State, propose: Propose) -> int:
    """An output over `state`, and a portal that can pay."""
    portal.donateETH(sender=friend, value=3 * ETHER)
    return propose(state.output_root)


@pytest.fixture
def prove(portal: Any, friend: Any) -> Callable[[L2State, WithdrawalTuple, int], Any]:
    """Proves a withdrawal, as anybody may; returns Ape's receipt."""

    def prove_withdrawal(state: L2State, item: WithdrawalTuple, index: int) -> Any:
        return portal.proveWithdrawalTransaction(*proof_of(state, item, index), sender=friend)

    return prove_withdrawal


@pytest.fixture
def matured(chain: Any, oracle: Any) -> Callable[[], int]:
    """Lets all that was proven or proposed until now mature; returns the last moment at which it has not."""

    def wait() -> int:
        edge = chain.blocks.head.timestamp + PERIOD
        chain.mine(timestamp=edge)
        return int(edge)

    return wait


def proof_of(state: L2State, item: WithdrawalTuple, index: int) -> tuple[Any, ...]:
    """The arguments of `proveWithdrawalTransaction`."""
    return item, index, state.output_parts, state.proof(item)


def not_in(state: L2State, item: WithdrawalTuple) -> Refusal:
    return refusal(
        "Withdrawals_NotInOutput",
        withdrawalHash=withdrawal_hash(item),
        messagePasserStorageRoot=state.output_parts[2],
    )


def require_unprovable(
    portal: Any, caller: Any, state: L2State, item: Any, index: int, proof: list[bytes]
) -> None:
    """`proof`, of another withdrawal, is refused for `item`."""
    dead_end = state.ends_in_nothing(item, proof)
    found = refused(portal.proveWithdrawalTransaction, item, index, state.output_parts, proof, sender=caller)
    assert found == (refusal("RLPInvalidEncoding") if dead_end else not_in(state, item))
    assert portal.provenWithdrawals(withdrawal_hash(item)).timestamp == 0


def test_a_withdrawal_is_paid_once_its_proof_has_matured_and_only_once(
    chain: Any,
    portal: Any,
    user: Any,
    friend: Any,
    state: L2State,
    withdrawal: WithdrawalTuple,
    index: int,
    prove: Any,
) -> None:
    proven = prove(state, withdrawal, index)
    name = withdrawal_hash(withdrawal)
    assert proven.events == [
        portal.WithdrawalProven(withdrawalHash=name, **{"from": user.address, "to": TARGET})
    ]
    time = chain.blocks.head.timestamp
    assert tuple(portal.provenWithdrawals(name)) == (state.output_root, time, index)

    chain.pending_timestamp = time + PERIOD
    found = refused(portal.finalizeWithdrawalTransaction, withdrawal, sender=user)
    assert found == refusal(
        "OptimismPortal_ProofTooYoung", maturesAt=time + PERIOD, blockTimestamp=time + PERIOD
    )
    paid = portal.finalizeWithdrawalTransaction(withdrawal, sender=friend)
    assert chain.blocks.head.timestamp == time + PERIOD + 1
    assert paid.events == [portal.WithdrawalFinalized(withdrawalHash=name, success=True)]
    assert chain.provider.get_balance(TARGET) == ETHER
    assert (portal.balance, portal.finalizedWithdrawals(name)) == (2 * ETHER, True)

    found = refused(portal.finalizeWithdrawalTransaction, withdrawal, sender=user)
    assert found == refusal("Withdrawals_AlreadyFinalized", withdrawalHash=name)
    assert portal.balance == 2 * ETHER


def test_every_withdrawal_of_a_large_state_has_its_proof(
    portal: Any, user: Any, propose: Propose, prove: Any
) -> None:
    items = [(VERSION_1 + nonce, user.address, TARGET, nonce, 21_000, bytes(nonce)) for nonce in range(200)]
    state = L2State(items)
    index = propose(state.output_root)
    for item in items[::40]:
        prove(state, item, index)
        assert portal.provenWithdrawals(withdrawal_hash(item)).timestamp > 0


@pytest.mark.parametrize("field", range(6), ids=["nonce", "sender", "target", "value", "gas limit", "data"])
def test_a_withdrawal_that_l2_does_not_have_is_not_proven(
    portal: Any, friend: Any, state: L2State, withdrawal: WithdrawalTuple, index: int, field: int
) -> None:
    others = (VERSION_1 + 7, friend.address, friend.address, 3 * ETHER, 0, b"\xff")
    forged = (*withdrawal[:field], others[field], *withdrawal[field + 1 :])
    require_unprovable(portal, friend, state, forged, index, state.proof(withdrawal))


def test_another_withdrawals_proof_proves_nothing(
    portal: Any, friend: Any, state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    require_unprovable(portal, friend, state, withdrawal, index, state.proof(state.withdrawals[1]))


def test_no_proof_proves_nothing(
    portal: Any, friend: Any, state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    found = refused(
        portal.proveWithdrawalTransaction, withdrawal, index, state.output_parts, [], sender=friend
    )
    assert found == not_in(state, withdrawal)


def test_a_state_that_was_not_proposed_proves_nothing(
    portal: Any, friend: Any, state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    other = L2State([withdrawal])
    found = refused(portal.proveWithdrawalTransaction, *proof_of(other, withdrawal, index), sender=friend)
    assert found == refusal(
        "Withdrawals_WrongOutputRoot", fromProof=other.output_root, claimed=state.output_root
    )


def test_an_output_that_is_not_there_proves_nothing(
    portal: Any, friend: Any, state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    beyond = proof_of(state, withdrawal, index + 1)
    found = refused(portal.proveWithdrawalTransaction, *beyond, sender=friend)
    error = keccak(text="L2OutputOracle_NoSuchOutput(uint256,uint256)")[:4]
    data = error + encode(["uint256", "uint256"], [index + 1, index + 1])
    assert found == refusal("", data=data), "the oracle's own error, passed on"


def test_what_was_never_proven_is_not_paid(
    portal: Any, user: Any, withdrawal: WithdrawalTuple, index: int, matured: Any
) -> None:
    matured()
    found = refused(portal.finalizeWithdrawalTransaction, withdrawal, sender=user)
    assert found == refusal("OptimismPortal_NotProven", withdrawalHash=withdrawal_hash(withdrawal))


def test_a_proof_stands_until_its_output_goes(
    portal: Any,
    oracle: Any,
    challenger: Any,
    friend: Any,
    state: L2State,
    withdrawal: WithdrawalTuple,
    index: int,
    prove: Any,
    matured: Any,
    propose: Propose,
) -> None:
    prove(state, withdrawal, index)
    again = proof_of(state, withdrawal, index)
    found = refused(portal.proveWithdrawalTransaction, *again, sender=friend)
    assert found == refusal(
        "OptimismPortal_AlreadyProven", withdrawalHash=withdrawal_hash(withdrawal), l2OutputIndex=index
    )
    oracle.deleteL2Outputs(index, sender=challenger)
    grown = L2State([*state.withdrawals, (VERSION_1 + 2, *withdrawal[1:])])
    propose(grown.output_root)
    matured()
    found = refused(portal.finalizeWithdrawalTransaction, withdrawal, sender=friend)
    assert found == refusal(
        "OptimismPortal_OutputReplaced",
        l2OutputIndex=index,
        proven=state.output_root,
        current=grown.output_root,
    )
    prove(grown, withdrawal, index)
    matured()
    portal.finalizeWithdrawalTransaction(withdrawal, sender=friend)
    assert portal.finalizedWithdrawals(withdrawal_hash(withdrawal))


def test_an_output_proposed_anew_must_mature_anew(
    chain: Any,
    portal: Any,
    oracle: Any,
    challenger: Any,
    friend: Any,
    state: L2State,
    withdrawal: WithdrawalTuple,
    index: int,
    prove: Any,
    propose: Propose,
) -> None:
    prove(state, withdrawal, index)
    proven = chain.blocks.head.timestamp
    oracle.deleteL2Outputs(index, sender=challenger)
    chain.mine(timestamp=proven + 1_000)
    propose(state.output_root)
    matures = chain.blocks.head.timestamp + PERIOD
    chain.pending_timestamp = matures
    assert not portal.isOutputFinalized(index)
    found = refused(portal.finalizeWithdrawalTransaction, withdrawal, sender=friend)
    assert found == refusal("OptimismPortal_OutputTooYoung", maturesAt=matures, blockTimestamp=matures)
    portal.finalizeWithdrawalTransaction(withdrawal, sender=friend)
    assert portal.isOutputFinalized(index)


def test_a_withdrawal_waits_until_the_portal_can_pay(
    portal: Any, user: Any, friend: Any, propose: Propose, prove: Any, matured: Any
) -> None:
    large = (VERSION_1, user.address, TARGET, 2 * ETHER, 100_000, b"")
    state = L2State([large])
    portal.donateETH(sender=friend, value=2 * ETHER - 1)
    prove(state, large, propose(state.output_root))
    matured()
    found = refused(portal.finalizeWithdrawalTransaction, large, sender=friend)
    assert found == refusal("Withdrawals_Underfunded", value=2 * ETHER, balance=2 * ETHER - 1)
    portal.donateETH(sender=friend, value=1)
    portal.finalizeWithdrawalTransaction(large, sender=friend)
    assert portal.balance == 0


def test_a_withdrawal_whose_target_fails_is_final_and_its_ether_stays(
    portal: Any, oracle: Any, user: Any, friend: Any, propose: Propose, prove: Any, matured: Any
) -> None:
    refusing = (VERSION_1, user.address, oracle.address, ETHER, 100_000, b"")
    state = L2State([refusing])
    portal.donateETH(sender=friend, value=ETHER)
    prove(state, refusing, propose(state.output_root))
    matured()
    receipt = portal.finalizeWithdrawalTransaction(refusing, sender=friend)
    name = withdrawal_hash(refusing)
    assert receipt.events == [portal.WithdrawalFinalized(withdrawalHash=name, success=False)]
    assert portal.balance == ETHER
    found = refused(portal.finalizeWithdrawalTransaction, refusing, sender=friend)
    assert found == refusal("Withdrawals_AlreadyFinalized", withdrawalHash=name)


def test_a_withdrawal_does_not_call_the_portal(portal: Any, user: Any, friend: Any, propose: Propose) -> None:
    item = (VERSION_1, user.address, portal.address, 0, 100_000, b"")
    state = L2State([item])
    index = propose(state.output_root)
    found = refused(portal.proveWithdrawalTransaction, *proof_of(state, item, index), sender=friend)
    assert found == refusal("Withdrawals_BadTarget", target=portal)


def test_a_withdrawal_does_not_execute_another(
    chain: Any, portal: Any, user: Any, friend: Any, propose: Propose, prove: Any, matured: Any
) -> None:
    through = deploy_forwarder(chain.provider.web3, portal.address, sender=user)
    inner = (VERSION_1, friend.address, TARGET, ETHER, 50_000, b"")
    call = bytes(portal.finalizeWithdrawalTransaction.encode_input(inner))
    outer = (VERSION_1 + 1, user.address, through, 0, 500_000, call)
    state = L2State([inner, outer])
    portal.donateETH(sender=friend, value=ETHER)
    index = propose(state.output_root)
    prove(state, inner, index)
    prove(state, outer, index)
    matured()
    receipt = portal.finalizeWithdrawalTransaction(outer, sender=friend)
    assert receipt.events == [
        portal.WithdrawalFinalized(withdrawalHash=withdrawal_hash(outer), success=False)
    ]
    assert not portal.finalizedWithdrawals(withdrawal_hash(inner))
    portal.finalizeWithdrawalTransaction(inner, sender=friend)
    assert chain.provider.get_balance(TARGET) == ETHER


def test_the_target_is_called_by_the_portal_in_the_name_of_its_sender_on_l2(
    chain: Any, portal: Any, user: Any, friend: Any, propose: Propose, prove: Any, matured: Any
) -> None:
    asks = deploy_forwarder(chain.provider.web3, portal.address, sender=user)
    item = (VERSION_1, user.address, asks, 0, 200_000, bytes(portal.l2Sender.encode_input()))
    state = L2State([item])
    prove(state, item, propose(state.output_root))
    matured()
    receipt = portal.finalizeWithdrawalTransaction(item, sender=friend)
    frame = chain.provider.make_request(
        "debug_traceTransaction", [receipt.txn_hash, {"tracer": "callTracer"}]
    )
    answers = [call["output"] for call in _calls(frame) if call["to"] == asks.lower()]
    assert answers == ["0x" + user.address[2:].lower().rjust(64, "0")]
    assert portal.l2Sender() == "0x000000000000000000000000000000000000dEaD"


def test_whoever_finalizes_with_too_little_gas_achieves_nothing(
    portal: Any, user: Any, friend: Any, propose: Propose, prove: Any, matured: Any
) -> None:
    hungry = (VERSION_1, user.address, TARGET, 0, 1_000_000, b"")
    state = L2State([hungry])
    prove(state, hungry, propose(state.output_root))
    matured()
    found = refused(portal.finalizeWithdrawalTransaction, hungry, sender=friend, gas=1_000_000)
    assert found == refusal(
        "SafeCall_InsufficientGas", minGas=1_000_000, gasLeft=found.arguments.get("gasLeft")
    )
    assert found.arguments["gasLeft"] < 1_000_000
    portal.finalizeWithdrawalTransaction(hungry, sender=friend, gas=1_300_000)
    assert portal.finalizedWithdrawals(withdrawal_hash(hungry))


def test_a_pause_stops_proofs_and_payments_and_not_deposits(
    chain: Any,
    portal: Any,
    superchain_config: Any,
    guardian: Any,
    user: Any,
    friend: Any,
    state: L2State,
    withdrawal: WithdrawalTuple,
    index: int,
    prove: Any,
    matured: Any,
) -> None:
    with restored(chain):
        superchain_config.pause(EVERY_CHAIN, sender=guardian)
        again = proof_of(state, withdrawal, index)
        found = refused(portal.proveWithdrawalTransaction, *again, sender=friend)
        assert found == refusal("OptimismPortal_Paused")
        portal.depositTransaction(TARGET, 0, 100_000, False, b"", sender=user)
    prove(state, withdrawal, index)
    matured()
    superchain_config.pause(portal, sender=guardian)
    found = refused(portal.finalizeWithdrawalTransaction, withdrawal, sender=friend)
    assert found == refusal("OptimismPortal_Paused")
    superchain_config.unpause(portal, sender=guardian)
    portal.finalizeWithdrawalTransaction(withdrawal, sender=friend)


def test_only_the_guardian_pauses(superchain_config: Any, guardian: Any, owner: Any) -> None:
    for method in (superchain_config.pause, superchain_config.unpause, superchain_config.extend):
        found = refused(method, EVERY_CHAIN, sender=owner)
        assert found == refusal("SuperchainConfig_OnlyGuardian", caller=owner, guardian=guardian)


def _calls(frame: dict[str, Any]) -> list[dict[str, Any]]:
    """A call and all calls below it."""
    return [frame, *(call for inner in frame.get("calls", ()) for call in _calls(inner))]
