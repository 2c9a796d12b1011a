// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {IAnchorStateRegistry} from "../dispute/IAnchorStateRegistry.sol";
import {IDisputeGame} from "../dispute/IDisputeGame.sol";
import {IDisputeGameFactory} from "../dispute/IDisputeGameFactory.sol";
import {GameType} from "../dispute/types/Types.sol";
import {Types} from "../lib/Types.sol";

/// @title IOptimismPortal2
/// @notice What the portal has in the `games` settlement mode only: withdrawals come out once they are proven against the
///         root claim of a dispute game, the proof has matured, and the registry calls the claim valid. Anyone may prove,
///         each for themselves: nobody can spoil another's proof. Spec: "Withdrawals", "Optimism Portal". See IDeposits
///         and IWithdrawals for the rest.
interface IOptimismPortal2 {
    /// @notice Thrown when the guardian has paused withdrawals.
    error OptimismPortal_Paused();

    /// @notice Thrown when a game's outcome will not count: not the factory's, blacklisted or retired.
    error OptimismPortal_ImproperGame(IDisputeGame game);

    /// @notice Thrown when withdrawals did not rely on games of this type when this one began.
    error OptimismPortal_DisrespectedGame(IDisputeGame game);

    /// @notice Thrown when a game's root claim was shown to be wrong.
    error OptimismPortal_GameLost(IDisputeGame game);

    // Clients such as viem tell a withdrawal's status by the name of what `checkWithdrawal` throws. So the next four have
    // the names of every OP Stack portal, and no arguments.

    /// @notice Thrown when a proof is not younger than its game.
    error OptimismPortal_InvalidProofTimestamp();

    /// @notice Thrown when the submitter has proven no such withdrawal.
    error OptimismPortal_Unproven();

    /// @notice Thrown when a proof has not waited long enough.
    error OptimismPortal_ProofNotOldEnough();

    /// @notice Thrown when the registry does not, or not yet, call a game's root claim valid.
    error OptimismPortal_InvalidRootClaim();

    /// @notice Follows each WithdrawalProven, and says whose proof it is.
    event WithdrawalProvenExtension1(bytes32 indexed withdrawalHash, address indexed proofSubmitter);

    /// @notice Set up behind a proxy, once.
    function initialize(ISystemConfig _systemConfig, IAnchorStateRegistry _anchorStateRegistry) external;

    /// @notice Show that L2 recorded a withdrawal, against the root claim of a game. May be repeated, and then counts from
    ///         now, against another game if the first turned out not to count.
    /// @param _tx                The withdrawal.
    /// @param _disputeGameIndex  Index of the game at the factory.
    /// @param _outputRootProof   Preimage of the game's root claim.
    /// @param _withdrawalProof   Trie nodes from the message passer's storage root to the withdrawal's slot. A node
    ///                           shorter than 32 bytes, which its parent contains, may be left out.
    function proveWithdrawalTransaction(
        Types.WithdrawalTransaction memory _tx,
        uint256 _disputeGameIndex,
        Types.OutputRootProof calldata _outputRootProof,
        bytes[] calldata _withdrawalProof
    ) external;

    /// @notice Execute a withdrawal that the caller has proven. Final even if the target fails; reverts if too little gas is
    ///         left to promise the target its gas limit, or if less ETH is here than the withdrawal's value.
    function finalizeWithdrawalTransaction(Types.WithdrawalTransaction memory _tx) external;

    /// @notice Execute a withdrawal that someone else has proven.
    function finalizeWithdrawalTransactionExternalProof(
        Types.WithdrawalTransaction memory _tx,
        address _proofSubmitter
    ) external;

    /// @notice Reverts, with the reason, unless a withdrawal could be executed now with a submitter's proof.
    function checkWithdrawal(bytes32 _withdrawalHash, address _proofSubmitter) external view;

    /// @notice A submitter's proof: the game that it relies on, and when it was made (seconds; 0 if never).
    function provenWithdrawals(bytes32 _withdrawalHash, address _proofSubmitter)
        external
        view
        returns (IDisputeGame disputeGameProxy, uint64 timestamp);

    /// @notice Who has proven a withdrawal, in order; whoever did so again is listed again.
    function proofSubmitters(bytes32 _withdrawalHash, uint256 _index) external view returns (address);

    /// @notice How many entries `proofSubmitters` has.
    function numProofSubmitters(bytes32 _withdrawalHash) external view returns (uint256);

    /// @notice Seconds between a proof and the withdrawal.
    function proofMaturityDelaySeconds() external view returns (uint256);

    /// @notice Seconds between a game's decision and anyone's relying on it.
    function disputeGameFinalityDelaySeconds() external view returns (uint256);

    /// @notice Whether the guardian has declared a game invalid.
    function disputeGameBlacklist(IDisputeGame _disputeGame) external view returns (bool);

    /// @notice The type of game that withdrawals rely on.
    function respectedGameType() external view returns (GameType);

    /// @notice Games that began up to this time (seconds) no longer count.
    function respectedGameTypeUpdatedAt() external view returns (uint64);

    /// @notice Whether proving and finalizing are paused, globally or for this chain. Deposits never are.
    function paused() external view returns (bool);

    /// @notice Who may pause.
    function guardian() external view returns (address);

    /// @notice Which games count.
    function anchorStateRegistry() external view returns (IAnchorStateRegistry);

    /// @notice Where games come from.
    function disputeGameFactory() external view returns (IDisputeGameFactory);

    /// @notice The chain's parameters, among them the market for deposit gas.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    /// @notice Version of the ABI, by which clients choose how to talk to this contract: from 3 on it is the games'.
    function version() external view returns (string memory);
}
