// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FaultDisputeGame} from "./FaultDisputeGame.sol";
import {IPermissionedDisputeGame} from "./IPermissionedDisputeGame.sol";

/// @title PermissionedDisputeGame
/// @notice A fault dispute game between two known parties, for a chain whose proof system nobody relies on yet. Its
///         clone's arguments end with proposer 20 ‖ challenger 20.
contract PermissionedDisputeGame is IPermissionedDisputeGame, FaultDisputeGame {
    uint256 private constant WITH_PARTIES_SIZE = ARGUMENTS_SIZE + 40;

    constructor(GameParameters memory _parameters) FaultDisputeGame(_parameters) {}

    /// @inheritdoc IPermissionedDisputeGame
    function proposer() public pure returns (address) {
        return _getArgAddress(ARGUMENTS_SIZE);
    }

    /// @inheritdoc IPermissionedDisputeGame
    function challenger() public pure returns (address) {
        return _getArgAddress(ARGUMENTS_SIZE + 20);
    }

    function version() external pure override returns (string memory) {
        return "2.4.0";
    }

    function _argumentsSize() internal pure override returns (uint256) {
        return WITH_PARTIES_SIZE;
    }

    /// @dev The factory calls, so only the transaction's origin can tell who proposes.
    function _checkProposer() internal view override {
        if (tx.origin != proposer()) revert PermissionedDisputeGame_NotAParty(tx.origin);
    }

    function _checkParty() internal view override {
        if (msg.sender != proposer() && msg.sender != challenger()) {
            revert PermissionedDisputeGame_NotAParty(msg.sender);
        }
    }
}
