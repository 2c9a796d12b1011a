// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

import {Hashing} from "../lib/Hashing.sol";
import {Types as BridgeTypes} from "../lib/Types.sol";
import {IPreimageOracle} from "../vm/IPreimageOracle.sol";
import {IFaultDisputeGame} from "./IFaultDisputeGame.sol";
import {TraceTree} from "./TraceTree.sol";
import {Position} from "./types/Position.sol";
import {Claim} from "./types/Types.sol";

/// @title Proving
/// @notice Where arguing ends: one step of the machine, or a look into the root claim itself.
abstract contract Proving is TraceTree {
    using RLP for Memory.Slice;

    /// @dev Which local word is which.
    uint256 private constant L1_HEAD = 1;
    uint256 private constant STARTING_OUTPUT_ROOT = 2;
    uint256 private constant DISPUTED_OUTPUT_ROOT = 3;
    uint256 private constant DISPUTED_BLOCK_NUMBER = 4;
    uint256 private constant CHAIN_ID = 5;

    /// @dev Place of the block number in a header.
    uint256 private constant HEADER_NUMBER = 8;

    /// @inheritdoc IFaultDisputeGame
    function step(uint256 _claimIndex, bool _isAttack, bytes calldata _stateData, bytes calldata _proof)
        external
    {
        _checkParty();
        _requireInProgress();
        ClaimData storage claim = _claimData[_claimIndex];
        if (claim.position.depth() != MAX_GAME_DEPTH) revert FaultDisputeGame_NotAtMaxDepth(claim.position);
        if (claim.counteredBy != address(0)) {
            revert FaultDisputeGame_AlreadyCountered(_claimIndex, claim.counteredBy);
        }
        if (claim.isResolved) revert FaultDisputeGame_AlreadyResolved(_claimIndex);

        (Claim prestate, Claim poststate, Position postPosition) = _around(claim, _isAttack);
        // The status byte of a state is no part of what a claim about its hash says.
        if (keccak256(_stateData) << 8 != prestate.raw() << 8) {
            revert FaultDisputeGame_WrongPrestate(keccak256(_stateData), prestate);
        }
        bytes32 context = _localContext(_disputeOf(_claimIndex));
        bool isRight = vm().step(_stateData, _proof, context) == poststate.raw();
        // A state that the claimant's own side claimed must not follow, for the step to counter; one that the other
        // side claimed must.
        bool isSameSide = (claim.position.depth() - postPosition.depth()) % 2 == 0;
        if (isRight == isSameSide) revert FaultDisputeGame_ClaimIsRight(_claimIndex, poststate);
        claim.counteredBy = msg.sender;
    }

    /// @dev The states that a step at the deepest claim goes from and to. An attack steps to the claim, a defense from it.
    function _around(ClaimData storage _claim, bool _isAttack)
        private
        view
        returns (Claim prestate_, Claim poststate_, Position postPosition_)
    {
        Position position = _claim.position.move(_isAttack);
        uint256 parentIndex = _claim.parentIndex;
        if (!_isAttack) {
            ClaimData storage after_ = _ancestorInLowerTree(position.next(), parentIndex);
            return (_claim.claim, after_.claim, after_.position);
        }
        bool isFirst = position.indexAtDepth() % (1 << (MAX_GAME_DEPTH - SPLIT_DEPTH)) == 0;
        prestate_ =
            isFirst ? absolutePrestate() : _ancestorInLowerTree(position.previous(), parentIndex).claim;
        return (prestate_, _claim.claim, _claim.position);
    }

    /// @inheritdoc IFaultDisputeGame
    function addLocalData(uint256 _ident, uint256 _execLeafIdx, uint256 _partOffset) external {
        _requireInProgress();
        Dispute memory dispute = _disputeOf(_execLeafIdx);
        (bytes32 word, uint256 size) = _localWord(_ident, dispute);
        IPreimageOracle oracle = vm().oracle();
        oracle.loadLocalData(_ident, _localContext(dispute), word, size, _partOffset);
    }

    /// @dev A local word, left-aligned, and its length in bytes.
    function _localWord(uint256 _ident, Dispute memory _dispute) private view returns (bytes32, uint256) {
        if (_ident == L1_HEAD) return (l1Head(), 32);
        if (_ident == STARTING_OUTPUT_ROOT) return (_dispute.starting.raw(), 32);
        if (_ident == DISPUTED_OUTPUT_ROOT) return (_dispute.disputed.raw(), 32);
        if (_ident == CHAIN_ID) return (bytes32(l2ChainId() << 192), 8);
        if (_ident != DISPUTED_BLOCK_NUMBER) revert FaultDisputeGame_UnknownLocalData(_ident);
        // All instants after the claimed block are about that block: there is nothing to compute beyond it.
        uint256 instant = _dispute.disputedPosition.traceIndex(SPLIT_DEPTH);
        uint256 number = startingOutputRoot.l2SequenceNumber + instant + 1;
        if (number > l2SequenceNumber()) number = l2SequenceNumber();
        return (bytes32(number << 192), 8);
    }

    /// @inheritdoc IFaultDisputeGame
    function challengeRootL2Block(
        BridgeTypes.OutputRootProof calldata _outputRootProof,
        bytes calldata _headerRLP
    ) external {
        _requireInProgress();
        if (l2BlockNumberChallenged) revert FaultDisputeGame_BlockNumberChallenged();
        if (_claimData[0].isResolved) revert FaultDisputeGame_AlreadyResolved(0);
        bytes32 outputRoot = Hashing.hashOutputRootProof(_outputRootProof);
        if (outputRoot != rootClaim().raw()) {
            revert FaultDisputeGame_WrongOutputRoot(outputRoot, rootClaim());
        }
        bytes32 headerHash = keccak256(_headerRLP);
        if (headerHash != _outputRootProof.latestBlockhash) {
            revert FaultDisputeGame_BadHeader(headerHash, _outputRootProof.latestBlockhash);
        }
        uint256 number = RLP.decodeList(_headerRLP)[HEADER_NUMBER].readUint256();
        if (number == l2SequenceNumber()) revert FaultDisputeGame_BlockNumberMatches(number);
        l2BlockNumberChallenger = msg.sender;
        l2BlockNumberChallenged = true;
    }
}
