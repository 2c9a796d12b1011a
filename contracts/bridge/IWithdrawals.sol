// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IWithdrawals
/// @notice The L1 side of a withdrawal, whatever decides which output roots count. Spec: "Withdrawals".
interface IWithdrawals {
    /// @notice Thrown when a withdrawal would call the portal in its own name.
    error Withdrawals_BadTarget(address target);

    /// @notice Thrown when the parts given are not those of the claimed output root.
    error Withdrawals_WrongOutputRoot(bytes32 fromProof, bytes32 claimed);

    /// @notice Thrown when a Merkle-Patricia proof does not show the withdrawal.
    error Withdrawals_NotInOutput(bytes32 withdrawalHash, bytes32 messagePasserStorageRoot);

    /// @notice Thrown when a withdrawal was executed before, successfully or not.
    error Withdrawals_AlreadyFinalized(bytes32 withdrawalHash);

    /// @notice Thrown when a withdrawal would execute another one; `l2Sender` started the outer one.
    error Withdrawals_Reentrant(address l2Sender);

    /// @notice Thrown when a withdrawal is worth more than the portal holds: it can be executed later. On a chain whose
    ///         genesis gave ETH away, not all of it is here.
    error Withdrawals_Underfunded(uint256 value, uint256 balance);

    /// @notice Thrown when a failing call is only estimated.
    error Withdrawals_GasEstimation();

    /// @notice A withdrawal was proven (again).
    event WithdrawalProven(bytes32 indexed withdrawalHash, address indexed from, address indexed to);

    /// @notice A withdrawal was executed; `success` is what its target answered. It is final either way.
    event WithdrawalFinalized(bytes32 indexed withdrawalHash, bool success);

    /// @notice Take ETH without depositing it: for migrations.
    function donateETH() external payable;

    /// @notice During a withdrawal, who started it on L2; otherwise 0x…dEaD.
    function l2Sender() external view returns (address);

    /// @notice Whether a withdrawal was executed.
    function finalizedWithdrawals(bytes32 _withdrawalHash) external view returns (bool);
}
