// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title DecidedGame
/// @notice A dispute game that is over: its root claim stands.
contract DecidedGame {
    bytes32 public immutable rootClaim;
    uint64 public immutable createdAt = uint64(block.timestamp);
    uint8 public constant status = 2;
    uint32 public constant gameType = 0;

    constructor(bytes32 _rootClaim) {
        rootClaim = _rootClaim;
    }
}

/// @title Outputs
/// @notice What a portal of the `games` mode asks of a registry and its factory, where all games end well. The real ones have
///         a machine of their own, tests/fuzz/disputes.
contract Outputs {
    uint256 public immutable disputeGameFinalityDelaySeconds;

    DecidedGame[] private _games;

    constructor(uint256 _delay) {
        disputeGameFinalityDelaySeconds = _delay;
    }

    /// @notice An output root is claimed, and undisputed.
    function propose(bytes32 _root) external {
        _games.push(new DecidedGame(_root));
    }

    function gameAtIndex(uint256 _index) external view returns (uint32, uint64, DecidedGame) {
        return (0, _games[_index].createdAt(), _games[_index]);
    }

    function disputeGameFactory() external view returns (Outputs) {
        return this;
    }

    function isGameProper(DecidedGame) external pure returns (bool) {
        return true;
    }

    function isGameRespected(DecidedGame) external pure returns (bool) {
        return true;
    }

    function isGameClaimValid(DecidedGame _game) external view returns (bool) {
        return block.timestamp - _game.createdAt() > disputeGameFinalityDelaySeconds;
    }
}
