// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {Types} from "../lib/Types.sol";
import {IL2OutputOracle} from "../oracle/IL2OutputOracle.sol";

/// @title IOptimismPortal
/// @notice What the portal has in the `oracle` settlement mode only: withdrawals come out once they are proven against
///         an output of the L2OutputOracle and both the proof and the output have aged for the finalization period.
///         Spec: Bedrock "Withdrawals". See IDeposits and IWithdrawals for the rest.
interface IOptimismPortal {
    /// @notice Thrown when the guardian has paused withdrawals.
    error OptimismPortal_Paused();

    /// @notice Thrown when an earlier proof is as good as this one; proving again would only start its wait again.
    error OptimismPortal_AlreadyProven(bytes32 withdrawalHash, uint256 l2OutputIndex);

    /// @notice Thrown when a withdrawal was never proven.
    error OptimismPortal_NotProven(bytes32 withdrawalHash);

    /// @notice Thrown when a proof has not waited long enough: it matures after `maturesAt`.
    error OptimismPortal_ProofTooYoung(uint256 maturesAt, uint256 blockTimestamp);

    /// @notice Thrown when the output is still open to challenge: it matures after `maturesAt`.
    error OptimismPortal_OutputTooYoung(uint256 maturesAt, uint256 blockTimestamp);

    /// @notice Thrown when the output that a proof relied on was deleted and another took its place: prove again.
    error OptimismPortal_OutputReplaced(uint256 l2OutputIndex, bytes32 proven, bytes32 current);

    /// @notice Set up behind a proxy, once.
    function initialize(
        IL2OutputOracle _l2Oracle,
        ISystemConfig _systemConfig,
        ISuperchainConfig _superchainConfig
    ) external;

    /// @notice Show that L2 recorded a withdrawal, against a proposed output. May be repeated once the output that an
    ///         earlier proof relied on was deleted or replaced.
    /// @param _tx               The withdrawal.
    /// @param _l2OutputIndex    Index of the output in the oracle.
    /// @param _outputRootProof  Preimage of that output's root.
    /// @param _withdrawalProof  Trie nodes from the message passer's storage root to the withdrawal's slot. A node
    ///                          shorter than 32 bytes, which its parent contains, may be left out.
    function proveWithdrawalTransaction(
        Types.WithdrawalTransaction memory _tx,
        uint256 _l2OutputIndex,
        Types.OutputRootProof calldata _outputRootProof,
        bytes[] calldata _withdrawalProof
    ) external;

    /// @notice Execute a proven withdrawal whose proof and output have aged for the finalization period. Final even
    ///         if the target fails; reverts if too little gas is left to promise the target its gas limit, or if less
    ///         ETH is here than the withdrawal's value.
    function finalizeWithdrawalTransaction(Types.WithdrawalTransaction memory _tx) external;

    /// @notice Proofs that wait, or whose withdrawals were executed.
    /// @return outputRoot     The output root that it was made against.
    /// @return timestamp      When it was made, L1 time in seconds; 0 if never.
    /// @return l2OutputIndex  Index of that output in the oracle.
    function provenWithdrawals(bytes32 _withdrawalHash)
        external
        view
        returns (bytes32 outputRoot, uint128 timestamp, uint128 l2OutputIndex);

    /// @notice Whether withdrawals may be finalized against an output; reverts for an index that is not there.
    function isOutputFinalized(uint256 _l2OutputIndex) external view returns (bool);

    /// @notice Whether proving and finalizing are paused, globally or for this chain. Deposits never are.
    function paused() external view returns (bool);

    /// @notice Who may pause.
    function guardian() external view returns (address);

    /// @notice Where outputs are proposed.
    function l2Oracle() external view returns (IL2OutputOracle);

    /// @notice The chain's parameters, among them the market for deposit gas.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    /// @notice Version of the ABI, by which clients choose how to talk to this contract: 2 is the oracle's.
    function version() external view returns (string memory);
}
