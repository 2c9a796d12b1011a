"""What the reference contracts call the errors that ours have. Ours carry values; theirs are mostly bare.

An error that is not here means the same as one of the same name.
"""

from typing import Any

from eth_utils.crypto import keccak

NAMES = {
    "AnchorStateRegistry_InvalidGame": "AnchorStateRegistry_InvalidAnchorGame",
    "AnchorStateRegistry_NotNewer": "AnchorStateRegistry_InvalidAnchorGame",
    "AnchorStateRegistry_OnlyGuardian": "AnchorStateRegistry_Unauthorized",
    "DelayedWETH_NotUnlocked": "DelayedWETH: insufficient unlocked withdrawal | "
    "DelayedWETH: withdrawal not unlocked",
    "DelayedWETH_Paused": "DelayedWETH: contract is paused",
    "DelayedWETH_TooEarly": "DelayedWETH: withdrawal delay not met",
    "DisputeGameFactory_GameExists": "GameAlreadyExists",
    "DisputeGameFactory_IncorrectBond": "IncorrectBondAmount",
    "DisputeGameFactory_NoImplementation": "NoImplementation",
    "FaultDisputeGame_AboveSplit": "ClaimAboveSplit",
    # Asked first here, so that a second step does not run the machine in vain.
    "FaultDisputeGame_AlreadyCountered": "DuplicateStep | InvalidPrestate | ValidStep | pre-image must exist",
    "FaultDisputeGame_AlreadyInitialized": "AlreadyInitialized",
    "FaultDisputeGame_AlreadyResolved": "ClaimAlreadyResolved",
    "FaultDisputeGame_BadArguments": "BadExtraData",
    "FaultDisputeGame_BadBlockNumber": "UnexpectedRootClaim",
    "FaultDisputeGame_BadClock": "InvalidClockExtension",
    "FaultDisputeGame_BadHeader": "InvalidHeaderRLP",
    "FaultDisputeGame_BadStatus": "UnexpectedRootClaim",
    "FaultDisputeGame_BlockNumberChallenged": "L2BlockNumberChallenged",
    "FaultDisputeGame_BlockNumberMatches": "BlockNumberMatches",
    "FaultDisputeGame_CannotDefendRoot": "CannotDefendRootClaim",
    "FaultDisputeGame_ClaimExists": "ClaimAlreadyExists",
    "FaultDisputeGame_ClaimIsRight": "ValidStep",
    "FaultDisputeGame_ClockExpired": "ClockTimeExceeded",
    "FaultDisputeGame_ClockRunning": "ClockNotExpired",
    "FaultDisputeGame_IncorrectBond": "IncorrectBondAmount",
    "FaultDisputeGame_NoAnchor": "AnchorRootNotFound",
    "FaultDisputeGame_NoCredit": "NoCreditToClaim",
    "FaultDisputeGame_NotAtMaxDepth": "InvalidParent",
    "FaultDisputeGame_NotFinalized": "GameNotFinalized",
    "FaultDisputeGame_NotInProgress": "GameNotInProgress",
    "FaultDisputeGame_NotResolved": "GameNotResolved",
    "FaultDisputeGame_OtherClaim": "InvalidDisputedClaimIndex",
    "FaultDisputeGame_Paused": "GamePaused",
    "FaultDisputeGame_TooDeep": "GameDepthExceeded",
    "FaultDisputeGame_TransferFailed": "BondTransferFailed",
    "FaultDisputeGame_UnknownChain": "UnknownChainId",
    "FaultDisputeGame_UnknownLocalData": "InvalidLocalIdent",
    "FaultDisputeGame_UnresolvedBelow": "OutOfOrderResolution",
    "FaultDisputeGame_WrongOutputRoot": "InvalidOutputRootProof",
    "FaultDisputeGame_WrongPrestate": "InvalidPrestate",
    "MIPS64_BadExitFlag": "InvalidExitedValue",
    "MIPS64_NoActiveThread": "MIPS64: active thread stack is empty",
    "MIPS64_ProofTooShort": "InvalidMemoryProof | MIPS64: invalid thread witness | "
    "MIPS64: insufficient calldata for thread witness | MIPS64Memory: check that there is enough calldata",
    "MIPS64_WrongMemory": "InvalidMemoryProof",
    "MIPS64_WrongThread": "MIPS64: invalid thread witness",
    "OptimismPortal_DisrespectedGame": "OptimismPortal_InvalidDisputeGame",
    "OptimismPortal_GameLost": "OptimismPortal_InvalidDisputeGame",
    "OptimismPortal_ImproperGame": "OptimismPortal_ImproperDisputeGame",
    "OptimismPortal_Paused": "OptimismPortal_CallPaused",
    "OwnableUnauthorizedAccount": "Ownable: caller is not the owner",
    "RLPInvalidEncoding": "MerkleTrie",
    "PermissionedDisputeGame_NotAParty": "BadAuth",
    "ProxyAdminOwned_NotAdminOrOwner": "ProxyAdminOwnedBase_NotProxyAdminOrProxyAdminOwner",
    "ProxyAdminOwned_NotOwner": "DelayedWETH: not owner",
    "PreimageOracle_NotLoaded": "pre-image must exist | InvalidMemoryProof",
    "PreimageOracle_OffsetTooHigh": "PartOffsetOOB",
    "SuperchainConfig_AlreadyPaused": "SuperchainConfig_AlreadyPaused",
    "SuperchainConfig_NotPaused": "SuperchainConfig_NotAlreadyPaused",
    "SuperchainConfig_OnlyGuardian": "SuperchainConfig_OnlyGuardian",
    "Withdrawals_AlreadyFinalized": "OptimismPortal_AlreadyFinalized",
    "Withdrawals_BadTarget": "OptimismPortal_BadTarget",
    "Withdrawals_GasEstimation": "OptimismPortal_GasEstimation",
    "Withdrawals_NotInOutput": "OptimismPortal_InvalidMerkleProof | MerkleTrie",
    "Withdrawals_Reentrant": "OptimismPortal_NoReentrancy",
    "Withdrawals_WrongOutputRoot": "OptimismPortal_InvalidOutputRootProof",
    "WrappedEther_InsufficientAllowance": "",
    "WrappedEther_InsufficientBalance": "",
    "WrappedEther_TransferFailed": " | DelayedWETH: recover failed",
}
"""Ours, and theirs; of a `require`, its text."""

KNOWN = {"", "Panic", *NAMES, *(name for names in NAMES.values() for name in names.split(" | "))}
"""Errors whose meaning can be told by their name."""

_OUTPUT = "(bytes32,bytes32,bytes32,bytes32)"
_WITHDRAWAL = "(uint256,address,address,uint256,uint256,bytes)"
STRICTER = {
    (keccak(text=signature)[:4], refusal)
    for signature, refusal in (
        (
            f"proveWithdrawalTransaction({_WITHDRAWAL},uint256,{_OUTPUT},bytes[])",
            "Withdrawals_AlreadyFinalized",
        ),
        (f"finalizeWithdrawalTransaction({_WITHDRAWAL})", "Withdrawals_Underfunded"),
        (f"finalizeWithdrawalTransactionExternalProof({_WITHDRAWAL},address)", "Withdrawals_Underfunded"),
        ("step(uint256,bool,bytes,bytes)", "FaultDisputeGame_AlreadyResolved"),
        *(
            (signature, refusal)
            for signature in ("step(uint256,bool,bytes,bytes)", "step(bytes,bytes,bytes32)")
            for refusal in ("MIPS64_ProofTooLong", "MIPS64_WrongStateSize")
        ),
        ("extend(address)", "SuperchainConfig_NotPaused"),
        (f"challengeRootL2Block({_OUTPUT},bytes)", "FaultDisputeGame_AlreadyResolved"),
    )
}
"""Selectors, and why ours refuse where the reference goes on. See docs/findings."""


ASKED_FIRST = {"OptimismPortal_NoReentrancy"}
"""What the reference asks before all else where ours ask it last: another reason may apply as well."""

FIND_LATEST_GAMES = keccak(text="findLatestGames(uint32,uint256,uint256)")[:4]


def only_ours_answer(question: bytes) -> bool:
    """Whether a view is asked for more than the reference has memory for: it takes some for all at once."""
    return question[:4] == FIND_LATEST_GAMES and any(question[-32:-8])


def mean_the_same(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    """Whether two refusals, each a name and its arguments, have the same reason."""
    if ours == theirs:
        return True
    if ours == ("Panic", (0x32,)) and theirs == ("", b""):
        return True  # no such element: a public array's own getter gives no reason
    if ours[0] == theirs[0]:
        return bool(ours[0])
    called = str(theirs[1][0]) if theirs[0] == "Error" else theirs[0]
    if called.startswith("MerkleTrie: "):
        called = "MerkleTrie"
    if called not in KNOWN:
        return True  # a third build's own word: what it means nobody here knows
    return ours[0] in NAMES and called in NAMES[ours[0]].split(" | ")
