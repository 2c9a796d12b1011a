"""Settlement on the real bytecode: OptimismPortal, L2OutputOracle, SuperchainConfig beside a second telling.

The machine deposits, proposes, deletes, proves with real Merkle proofs, finalizes, pauses and lets time pass,
by those who may and by those who may not. What each step answers (events, or the custom error with its
arguments) and the state after it must be the model's. That includes:

    P1  No ether is made or lost: the portal pays out what was withdrawn, to the withdrawal's target, no more.
    P2  A withdrawal is executed at most once, whatever its target does while it is called.
    P3  Never before its proof and its output have both aged for more than the finalization period.
    P4  No proof outlives its output: once that is deleted or replaced, the withdrawal must be proven again,
        and its wait starts again.
    P5  Outside of a withdrawal the portal acts for nobody; inside, no second one can be executed.
    P6  A target gets the gas that it was promised, or the withdrawal stays to be executed later.
    P7  Only a genuine Merkle proof, from an output's storage root, proves a withdrawal.
    O1  Outputs lie exactly one interval apart; only the proposer adds them, only to the end, never for the
        future.
    O2  Only the challenger deletes, never an output that is final.
    M1  The price of deposit gas stays within its bounds, the gas bought in a block below the limit.
    M2  A deposit burns the L1 gas that its L2 gas costs.
    M3  The depositor on L2 is the caller, or, for a contract, its alias.
    S1  While everything or the portal is paused nothing is proven or finalized; another chain's pause changes
        nothing; a pause ends by itself. Only the guardian pauses. Deposits go on.
"""

from typing import Any

import pytest
from tests.fuzz.settlement_machine import ATTACKS, SettlementMachine, Start
from tests.fuzz.settlement_model import Output, Proof, SettlementModel
from tests.fuzz.tally import run_and_count, run_until_it_fails

DEEDS = (
    "wait",
    "wait_for_an_edge",
    "deposit",
    "aliased deposit",
    "send_ether",
    "donate",
    "propose",
    "delete_outputs",
    "withdraw",
    "prove",
    "prove again",
    "finalize, paid",
    "finalize, target failed",
    "finalize_with_little_gas",
    "starving, in vain",
    "starving, gas measured",
    *ATTACKS,
    "pause",
    "extend",
    "unpause",
)

REFUSALS = (
    "Deposits_CreationTarget",
    "Deposits_DataTooLong",
    "Deposits_GasLimitTooLow",
    "ResourceMetering_LimitReached",
    "L2OutputOracle_AlreadyFinalized",
    "L2OutputOracle_BlockInFuture",
    "L2OutputOracle_L1Reorged",
    "L2OutputOracle_NoSuchOutput",
    "L2OutputOracle_OnlyChallenger",
    "L2OutputOracle_OnlyProposer",
    "L2OutputOracle_UnexpectedBlockNumber",
    "L2OutputOracle_ZeroOutputRoot",
    "OptimismPortal_AlreadyProven",
    "OptimismPortal_NotProven",
    "OptimismPortal_OutputReplaced",
    "OptimismPortal_OutputTooYoung",
    "OptimismPortal_Paused",
    "OptimismPortal_ProofTooYoung",
    "SafeCall_InsufficientGas",
    "Withdrawals_AlreadyFinalized",
    "Withdrawals_BadTarget",
    "Withdrawals_GasEstimation",
    "Withdrawals_NotInOutput",
    "Withdrawals_Underfunded",
    "Withdrawals_WrongOutputRoot",
    "SuperchainConfig_AlreadyPaused",
    "SuperchainConfig_NotPaused",
    "SuperchainConfig_OnlyGuardian",
)


def variant(**attributes: Any) -> type[SettlementMachine]:
    """The machine from another start, or with another model."""
    return type("Variant", (SettlementMachine,), attributes)


def test_settlement__whatever_anybody_does__contracts_and_model_agree() -> None:
    run_and_count(*(variant(start=start) for start in Start), deeds=DEEDS, refusals=REFUSALS)


class EarlyModel(SettlementModel):
    """P3 flipped: ripe at, not after, the end of the period."""

    def has_aged(self, since: int) -> bool:
        return self.now >= since + self.setup.period


class ForgetfulModel(SettlementModel):
    """P4 flipped: a proof outlives its output once another has taken its place."""

    def still_stands(self, proof: Proof) -> bool:
        return proof.index < len(self.outputs)


class RepeatingModel(SettlementModel):
    """P2 flipped: a withdrawal may be executed again."""

    def was_finalized(self, hash_: bytes) -> bool:
        return False


class LateModel(SettlementModel):
    """O2 flipped: an output may still be deleted in the second in which it becomes final."""

    def is_final(self, output: Output) -> bool:
        return self.now > output.timestamp + self.setup.period


class PlainModel(SettlementModel):
    """M3 flipped: contracts have no alias."""

    def l2_sender_of(self, depositor: bytes) -> bytes:
        return depositor


class SteadyModel(SettlementModel):
    """M1 flipped: empty blocks do not lower the price."""

    def empty_blocks(self) -> int:
        return 0


class FrozenModel(SettlementModel):
    """S1 flipped: another chain's pause stops this one's withdrawals."""

    def pauses_portal(self, identifier: bytes) -> bool:
        return True


@pytest.mark.parametrize(
    ("flipped", "start"),
    [
        (EarlyModel, Start.DUE),
        (ForgetfulModel, Start.REPLACED),
        (RepeatingModel, Start.RIPE),
        (LateModel, Start.DUE),
        (PlainModel, Start.EMPTY),
        (SteadyModel, Start.EMPTY),
        (FrozenModel, Start.PROVEN),
    ],
)
def test_settlement__one_rule_of_the_model_is_flipped__the_machine_notices(
    flipped: type[SettlementModel], start: Start
) -> None:
    with pytest.raises(AssertionError):
        run_until_it_fails(variant(model_type=flipped, start=start))
