// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IPermissionedDisputeGame
/// @notice What a game between two known parties has beside IFaultDisputeGame. Spec: "Permissioned Dispute Game".
interface IPermissionedDisputeGame {
    /// @notice Thrown when anyone else wants to propose, move or step.
    error PermissionedDisputeGame_NotAParty(address caller);

    /// @notice The only one who may make games; it may argue, too.
    function proposer() external view returns (address);

    /// @notice The only other one who may argue.
    function challenger() external view returns (address);
}
