// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFaultDisputeGame} from "./IFaultDisputeGame.sol";
import {TraceTree} from "./TraceTree.sol";
import {Position} from "./types/Position.sol";
import {Claim, Duration, Timestamp, VMStatuses} from "./types/Types.sol";

/// @title Bisection
/// @notice Arguing: claims against claims, each with its bond and within the time of its side.
abstract contract Bisection is TraceTree {
    /// @inheritdoc IFaultDisputeGame
    function attack(Claim _disputed, uint256 _parentIndex, Claim _claim) external payable {
        move(_disputed, _parentIndex, _claim, true);
    }

    /// @inheritdoc IFaultDisputeGame
    function defend(Claim _disputed, uint256 _parentIndex, Claim _claim) external payable {
        move(_disputed, _parentIndex, _claim, false);
    }

    /// @inheritdoc IFaultDisputeGame
    function move(Claim _disputed, uint256 _challengeIndex, Claim _claim, bool _isAttack) public payable {
        _checkParty();
        _requireInProgress();
        ClaimData storage parent = _claimData[_challengeIndex];
        if (parent.claim != _disputed) revert FaultDisputeGame_OtherClaim(_disputed, parent.claim);
        Position position = parent.position.move(_isAttack);
        _checkPlace(_claim, _challengeIndex, parent.position, position, _isAttack);
        uint256 bond = getRequiredBond(position);
        if (msg.value != bond) revert FaultDisputeGame_IncorrectBond(msg.value, bond);
        Duration used = _clockAfterMove(_challengeIndex, position.depth());
        _pushClaim(_claim, _challengeIndex, position, used);
        emit Move(_challengeIndex, _claim, msg.sender);
    }

    /// @dev Whether this claim may be made at all.
    function _checkPlace(
        Claim _claim,
        uint256 _challengeIndex,
        Position _parent,
        Position _position,
        bool _isAttack
    ) private view {
        uint256 depth = _position.depth();
        // The root of a tree claims how it all ends: agreeing with that leaves nothing to argue about.
        bool isRoot = _challengeIndex == 0 || depth == SPLIT_DEPTH + 2;
        if (isRoot && !_isAttack) revert FaultDisputeGame_CannotDefendRoot(_parent);
        if (_challengeIndex == 0 && l2BlockNumberChallenged) revert FaultDisputeGame_BlockNumberChallenged();
        if (depth > MAX_GAME_DEPTH) revert FaultDisputeGame_TooDeep(depth, MAX_GAME_DEPTH);
        if (depth == SPLIT_DEPTH + 1) _checkStatus(_claim, _challengeIndex, _parent, _isAttack);
    }

    /// @dev The root of a lower tree says how the machine ends that checks the disputed output root. Whoever attacks
    ///      that output root must say that it fails. A defense of the claim before disputes the output root after it:
    ///      if the same side made that one, it must say that it fails, else that it succeeds.
    function _checkStatus(Claim _claim, uint256 _parentIndex, Position _parent, bool _isAttack) private view {
        uint8 status = uint8(_claim.raw()[0]);
        Position disputed = _ancestorAt(_parent.next(), _parentIndex);
        bool mustFail = _isAttack || disputed.depth() % 2 == SPLIT_DEPTH % 2;
        bool fails = status == VMStatuses.INVALID || status == VMStatuses.PANIC;
        if (mustFail ? !fails : status != VMStatuses.VALID) {
            revert FaultDisputeGame_BadStatus(_claim, status);
        }
    }

    /// @dev Seconds that the side to move will have used once its claim stands. Close to its end a clock is set back, so
    ///      that the other side's last move can be answered: it keeps at least the extension of the next move.
    function _clockAfterMove(uint256 _challengeIndex, uint256 _depth) private view returns (Duration) {
        uint64 used = getChallengerDuration(_challengeIndex).raw();
        if (used == MAX_CLOCK_DURATION) revert FaultDisputeGame_ClockExpired(_challengeIndex);
        uint64 extension = CLOCK_EXTENSION;
        if (_depth == MAX_GAME_DEPTH - 1) {
            extension += uint64(vm().oracle().challengePeriod()); // the step may need a large preimage
        } else if (_depth == SPLIT_DEPTH - 1) {
            extension += CLOCK_EXTENSION; // the machine must be run for the first time
        }
        uint64 most = MAX_CLOCK_DURATION - extension;
        return Duration.wrap(used < most ? used : most);
    }

    /// @dev Add a claim of the caller's with the ETH sent as its bond. Two equal answers to one claim may not be, but the
    ///      same claim at the same position may answer several.
    function _pushClaim(Claim _claim, uint256 _parentIndex, Position _position, Duration _used) private {
        bytes32 claimHash = keccak256(abi.encodePacked(_claim, _position, uint128(_parentIndex)));
        if (claims[claimHash]) revert FaultDisputeGame_ClaimExists(_claim, _position, _parentIndex);
        claims[claimHash] = true;
        _subgames[_parentIndex].push(uint32(_claimData.length));
        _stake(msg.sender, uint32(_parentIndex), _claim, _position, _used);
    }

    /// @dev Record a claim and put its bond away.
    function _stake(address _claimant, uint32 _parentIndex, Claim _claim, Position _position, Duration _used)
        internal
    {
        _claimData.push(
            ClaimData({
                position: _position,
                parentIndex: _parentIndex,
                timestamp: Timestamp.wrap(uint64(block.timestamp)),
                isResolved: false,
                claimant: _claimant,
                duration: _used,
                counteredBy: address(0),
                bond: uint96(msg.value),
                claim: _claim
            })
        );
        refundModeCredit[_claimant] += msg.value;
        weth().deposit{value: msg.value}();
    }
}
