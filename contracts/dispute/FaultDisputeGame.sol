// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bisection} from "./Bisection.sol";
import {GameBase} from "./GameBase.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {IFaultDisputeGame} from "./IFaultDisputeGame.sol";
import {Proving} from "./Proving.sol";
import {Settlement} from "./Settlement.sol";
import {Duration, Proposal, Timestamp} from "./types/Types.sol";

/// @title FaultDisputeGame
/// @notice The whole life of a game, part by part: it begins (here), is argued about (Bisection), proven (Proving) and
///         settled (Settlement).
contract FaultDisputeGame is Bisection, Proving, Settlement {
    constructor(GameParameters memory _parameters) GameBase(_parameters) {}

    /// @inheritdoc IDisputeGame
    function initialize() external payable {
        if (_initialized) revert FaultDisputeGame_AlreadyInitialized();
        _initialized = true;
        // More or fewer bytes than the arguments would shift them, and make two games of one claim possible. The clone
        // appends the arguments' length in two bytes.
        uint256 expected = 4 + _argumentsSize() + 2;
        if (msg.data.length != expected) revert FaultDisputeGame_BadArguments(msg.data.length, expected);
        (bytes32 root, uint256 anchored) = anchorStateRegistry().getAnchorRoot();
        if (root == 0) revert FaultDisputeGame_NoAnchor();
        uint256 number = l2SequenceNumber();
        if (number <= anchored || number > type(uint64).max) {
            revert FaultDisputeGame_BadBlockNumber(number, anchored);
        }
        _requireTimeForPreimages();

        startingOutputRoot = Proposal(root, anchored);
        createdAt = Timestamp.wrap(uint64(block.timestamp));
        wasRespectedGameTypeWhenCreated = anchorStateRegistry().respectedGameType() == gameType();
        _stake(gameCreator(), NO_PARENT, rootClaim(), ROOT, Duration.wrap(0));
        _checkProposer();
    }

    /// @dev A clock must hold the extension that a large preimage before the last step may need.
    function _requireTimeForPreimages() private view {
        uint256 period = vm().oracle().challengePeriod();
        uint256 longest = period > type(uint64).max ? period : CLOCK_EXTENSION + period;
        if (longest > MAX_CLOCK_DURATION) revert FaultDisputeGame_BadClock(longest, MAX_CLOCK_DURATION);
    }

    /// @inheritdoc IFaultDisputeGame
    function version() external pure virtual returns (string memory) {
        return "2.4.2";
    }
}
