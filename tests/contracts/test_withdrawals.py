"""Withdrawals on anvil: real Merkle-Patricia proofs against a proposed output, the wait, and the payment."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_utils.crypto import keccak
from tests.contracts.conftest import PERIOD
from tests.contracts.l2_state import L2State, WithdrawalTuple, withdrawal_hash
from tests.contracts.refusals import assert_refused

ETHER = 10**18
VERSION_1 = 1 << 240
TARGET = "0x" + keccak(text="a recipient on L1")[12:].hex()


@pytest.fixture
def withdrawal(who: dict[str, Any]) -> WithdrawalTuple:
    return VERSION_1, who["user"].address, TARGET, ETHER, 100_000, b""


@pytest.fixture
def state(withdrawal: WithdrawalTuple, who: dict[str, Any]) -> L2State:
    other = (VERSION_1 + 1, who["friend"].address, TARGET, 5, 100_000, b"\x01")
    return L2State([withdrawal, other])


@pytest.fixture
def index(portal: Any, who: dict[str, Any], state: L2State, propose: Callable[[bytes], int]) -> int:
    """An output over `state`, and a portal that can pay."""
    portal.donateETH(sender=who["friend"], value=3 * ETHER)
    return propose(state.output_root)


def prove(portal: Any, who: dict[str, Any], state: L2State, item: WithdrawalTuple, index: int) -> None:
    portal.proveWithdrawalTransaction(
        item, index, state.output_parts, state.proof(item), sender=who["friend"]
    )


def test_proven_and_finalized_after_the_window_the_ether_arrives(
    chain: Any, portal: Any, who: dict[str, Any], state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    prove(portal, who, state, withdrawal, index)
    proven_at = portal.provenWithdrawals(withdrawal_hash(withdrawal)).timestamp
    chain.mine(timestamp=proven_at + PERIOD + 1)
    portal.finalizeWithdrawalTransaction(withdrawal, sender=who["friend"])
    assert chain.provider.get_balance(TARGET) == ETHER
    assert portal.finalizedWithdrawals(withdrawal_hash(withdrawal))
    assert_refused(
        portal.finalizeWithdrawalTransaction,
        withdrawal,
        sender=who["friend"],
        error="Withdrawals_AlreadyFinalized",
        withdrawalHash=withdrawal_hash(withdrawal),
    )


def test_not_before_the_window_has_passed(
    chain: Any, portal: Any, who: dict[str, Any], state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    prove(portal, who, state, withdrawal, index)
    matures = portal.provenWithdrawals(withdrawal_hash(withdrawal)).timestamp + PERIOD
    chain.mine(timestamp=matures)
    assert_refused(
        portal.finalizeWithdrawalTransaction,
        withdrawal,
        sender=who["user"],
        error="OptimismPortal_ProofTooYoung",
        maturesAt=matures,
        blockTimestamp=matures,
    )


def test_a_withdrawal_that_l2_does_not_have_is_not_proven(
    portal: Any, who: dict[str, Any], state: L2State, withdrawal: WithdrawalTuple, index: int
) -> None:
    forged = (*withdrawal[:3], 2 * ETHER, *withdrawal[4:])
    assert_refused(
        portal.proveWithdrawalTransaction,
        *(forged, index, state.output_parts, state.proof(withdrawal)),
        sender=who["user"],
        error="Withdrawals_NotInOutput",
        withdrawalHash=withdrawal_hash(forged),
        messagePasserStorageRoot=state.output_parts[2],
    )


def test_a_state_that_was_not_proposed_proves_nothing(
    portal: Any, who: dict[str, Any], withdrawal: WithdrawalTuple, state: L2State, index: int
) -> None:
    other = L2State([withdrawal])
    assert_refused(
        portal.proveWithdrawalTransaction,
        *(withdrawal, index, other.output_parts, other.proof(withdrawal)),
        sender=who["user"],
        error="Withdrawals_WrongOutputRoot",
        fromProof=other.output_root,
        claimed=state.output_root,
    )


def test_after_its_output_was_deleted_a_withdrawal_is_proven_again(
    chain: Any,
    portal: Any,
    oracle: Any,
    who: dict[str, Any],
    state: L2State,
    withdrawal: WithdrawalTuple,
    index: int,
    propose: Callable[[bytes], int],
) -> None:
    prove(portal, who, state, withdrawal, index)
    assert_refused(
        portal.proveWithdrawalTransaction,
        *(withdrawal, index, state.output_parts, state.proof(withdrawal)),
        sender=who["user"],
        error="OptimismPortal_AlreadyProven",
        withdrawalHash=withdrawal_hash(withdrawal),
        l2OutputIndex=index,
    )
    oracle.deleteL2Outputs(index, sender=who["challenger"])
    grown = L2State([*state.withdrawals, (VERSION_1 + 2, *withdrawal[1:])])
    propose(grown.output_root)
    chain.mine(timestamp=chain.pending_timestamp + PERIOD + 10)
    assert_refused(
        portal.finalizeWithdrawalTransaction,
        withdrawal,
        sender=who["user"],
        error="OptimismPortal_OutputReplaced",
        l2OutputIndex=index,
        proven=state.output_root,
        current=grown.output_root,
    )
    prove(portal, who, grown, withdrawal, index)
    chain.mine(timestamp=chain.pending_timestamp + PERIOD + 10)
    portal.finalizeWithdrawalTransaction(withdrawal, sender=who["user"])
    assert chain.provider.get_balance(TARGET) == ETHER


def test_a_pause_stops_proofs_and_payments_and_not_deposits(
    portal: Any,
    superchain_config: Any,
    who: dict[str, Any],
    state: L2State,
    withdrawal: WithdrawalTuple,
    index: int,
) -> None:
    superchain_config.pause("0x" + "00" * 20, sender=who["guardian"])
    assert_refused(
        portal.proveWithdrawalTransaction,
        *(withdrawal, index, state.output_parts, state.proof(withdrawal)),
        sender=who["user"],
        error="OptimismPortal_Paused",
    )
    portal.depositTransaction(TARGET, 0, 100_000, False, b"", sender=who["user"])
    superchain_config.unpause("0x" + "00" * 20, sender=who["guardian"])
    prove(portal, who, state, withdrawal, index)
