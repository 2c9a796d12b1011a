// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "./IPreimageOracle.sol";

/// @title IBigStepper
/// @notice A machine that can prove one step of itself on chain. A dispute game needs to know no more of it.
interface IBigStepper {
    /// @notice Run one step.
    /// @param _stateData     The state before, whose hash both sides agree on.
    /// @param _proof         What of the state's memory the step touches, with proofs.
    /// @param _localContext  Whose local data the step may read; see IPreimageOracle.
    /// @return postState_    Hash of the state after, its first byte the status (`VMStatuses`).
    function step(bytes calldata _stateData, bytes calldata _proof, bytes32 _localContext)
        external
        returns (bytes32 postState_);

    /// @notice Where the machine reads what is outside of it.
    function oracle() external view returns (IPreimageOracle oracle_);
}
