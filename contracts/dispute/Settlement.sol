// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GameBase} from "./GameBase.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {IFaultDisputeGame} from "./IFaultDisputeGame.sol";
import {Position} from "./types/Position.sol";
import {BondDistributionMode, GameStatus, Timestamp} from "./types/Types.sol";

/// @title Settlement
/// @notice What follows when time has run out: each claim is settled from the leaves up, the game is decided by its root
///         claim, and the bonds go to those who earned them; or back, if the game turns out not to count.
abstract contract Settlement is GameBase {
    /*//////////////////////////////////////////////////////////////
                                DECISION
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IFaultDisputeGame
    function resolveClaim(uint256 _claimIndex, uint256 _numToResolve) external {
        _requireInProgress();
        uint64 used = getChallengerDuration(_claimIndex).raw();
        if (used < MAX_CLOCK_DURATION) {
            revert FaultDisputeGame_ClockRunning(_claimIndex, getChallengerDuration(_claimIndex));
        }
        if (_claimData[_claimIndex].isResolved) revert FaultDisputeGame_AlreadyResolved(_claimIndex);

        if (_subgames[_claimIndex].length == 0 && _claimIndex != 0) {
            _settle(_claimIndex, _claimData[_claimIndex].counteredBy); // countered by a step, or by nobody
            return;
        }
        ResolutionCheckpoint memory checkpoint = _review(_claimIndex, _numToResolve);
        resolutionCheckpoints[_claimIndex] = checkpoint;
        if (checkpoint.subgameIndex < _subgames[_claimIndex].length) return;
        bool isWrongBlock = _claimIndex == 0 && l2BlockNumberChallenged;
        _settle(_claimIndex, isWrongBlock ? l2BlockNumberChallenger : checkpoint.counteredBy);
    }

    /// @dev Look at further answers to a claim for the leftmost that stands. Of several at one position the first counts.
    function _review(uint256 _claimIndex, uint256 _count)
        private
        view
        returns (ResolutionCheckpoint memory checkpoint_)
    {
        uint32[] storage children = _subgames[_claimIndex];
        checkpoint_ = resolutionCheckpoints[_claimIndex];
        if (!checkpoint_.initialCheckpointComplete) {
            checkpoint_.initialCheckpointComplete = true;
            checkpoint_.leftmostPosition = Position.wrap(type(uint128).max);
            if (_count == 0) _count = children.length;
        }
        uint256 left = children.length - checkpoint_.subgameIndex;
        uint256 end = checkpoint_.subgameIndex + (_count < left ? _count : left);
        for (uint256 i = checkpoint_.subgameIndex; i < end; i++) {
            uint256 childIndex = children[i];
            ClaimData storage child = _claimData[childIndex];
            if (!child.isResolved) revert FaultDisputeGame_UnresolvedBelow(childIndex);
            bool stands = child.counteredBy == address(0);
            if (stands && child.position.raw() < checkpoint_.leftmostPosition.raw()) {
                checkpoint_.counteredBy = child.claimant;
                checkpoint_.leftmostPosition = child.position;
            }
        }
        checkpoint_.subgameIndex = uint32(end);
    }

    /// @dev Settle a claim: its bond goes to whoever countered it, or back to its claimant.
    function _settle(uint256 _claimIndex, address _counteredBy) private {
        ClaimData storage claim = _claimData[_claimIndex];
        claim.counteredBy = _counteredBy;
        claim.isResolved = true;
        normalModeCredit[_counteredBy == address(0) ? claim.claimant : _counteredBy] += claim.bond;
    }

    /// @inheritdoc IDisputeGame
    function resolve() external returns (GameStatus status_) {
        _requireInProgress();
        ClaimData storage root = _claimData[0];
        if (!root.isResolved) revert FaultDisputeGame_UnresolvedBelow(0);
        status_ = root.counteredBy == address(0) ? GameStatus.DEFENDER_WINS : GameStatus.CHALLENGER_WINS;
        status = status_;
        resolvedAt = Timestamp.wrap(uint64(block.timestamp));
        emit Resolved(status_);
    }

    /*//////////////////////////////////////////////////////////////
                                 PAYOUT
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IFaultDisputeGame
    function closeGame() public {
        if (bondDistributionMode != BondDistributionMode.UNDECIDED) return;
        IAnchorStateRegistry registry = anchorStateRegistry();
        bool isValid = registry.isGameClaimValid(this);
        if (isValid) _moveAnchor(registry);
        else _requireCloseable(registry);
        bondDistributionMode = isValid || registry.isGameProper(this)
            ? BondDistributionMode.NORMAL
            : BondDistributionMode.REFUND;
        emit GameClosed(bondDistributionMode);
    }

    /// @dev Asked first and not tried: a caller could give `try` too little gas and so leave the anchor where it is.
    function _moveAnchor(IAnchorStateRegistry _registry) private {
        (, uint256 anchored) = _registry.getAnchorRoot();
        if (l2SequenceNumber() > anchored) _registry.setAnchorState(this);
    }

    /// @dev What is implied for a game whose claim is valid. A pause makes every game improper, and would turn a game
    ///      that counts into one that does not, for good.
    function _requireCloseable(IAnchorStateRegistry _registry) private view {
        if (_registry.paused()) revert FaultDisputeGame_Paused();
        if (resolvedAt.raw() == 0) revert FaultDisputeGame_NotResolved();
        if (!_registry.isGameFinalized(this)) revert FaultDisputeGame_NotFinalized();
    }

    /// @inheritdoc IFaultDisputeGame
    function claimCredit(address _recipient) external {
        closeGame();
        uint256 amount = credit(_recipient);
        if (!hasUnlockedCredit[_recipient]) {
            hasUnlockedCredit[_recipient] = true;
            weth().unlock(_recipient, amount);
            return;
        }
        if (amount == 0) revert FaultDisputeGame_NoCredit(_recipient);
        refundModeCredit[_recipient] = 0;
        normalModeCredit[_recipient] = 0;
        weth().withdraw(_recipient, amount);
        (bool success,) = _recipient.call{value: amount}("");
        if (!success) revert FaultDisputeGame_TransferFailed(_recipient, amount);
    }

    /// @inheritdoc IFaultDisputeGame
    function credit(address _recipient) public view returns (uint256 credit_) {
        return bondDistributionMode == BondDistributionMode.REFUND
            ? refundModeCredit[_recipient]
            : normalModeCredit[_recipient];
    }
}
