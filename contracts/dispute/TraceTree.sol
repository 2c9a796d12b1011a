// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GameBase} from "./GameBase.sol";
import {Position} from "./types/Position.sol";
import {Claim} from "./types/Types.sol";

/// @title TraceTree
/// @notice What the claims above a claim say about other instants. Along a line of claims, each instant that bisection
///         has passed was claimed by someone, at the highest position about it.
abstract contract TraceTree is GameBase {
    /// @dev The two output roots between which the machine of a lower tree computes. `startingPosition` is 0 if the first
    ///      is the anchor, which nobody claimed.
    struct Dispute {
        Claim starting;
        Position startingPosition;
        Claim disputed;
        Position disputedPosition;
    }

    /// @dev The claim about the same instant as `_position`, among `_start` and those above it.
    function _ancestor(Position _position, uint256 _start) internal view returns (ClaimData storage) {
        return _climb(_position.traceAncestor(), _start);
    }

    /// @dev As `_ancestor`, for an instant of the lower tree that `_start` is in.
    function _ancestorInLowerTree(Position _position, uint256 _start)
        internal
        view
        returns (ClaimData storage)
    {
        return _climb(_position.traceAncestorBelow(SPLIT_DEPTH), _start);
    }

    function _ancestorAt(Position _position, uint256 _start) internal view returns (Position) {
        return _ancestor(_position, _start).position;
    }

    /// @dev What the lower tree with `_claimIndex` in it is about.
    function _disputeOf(uint256 _claimIndex) internal view returns (Dispute memory dispute_) {
        ClaimData storage claim = _claimData[_claimIndex];
        if (claim.position.depth() <= SPLIT_DEPTH) revert FaultDisputeGame_AboveSplit(claim.position);
        Position machineRoot;
        uint256 outputIndex = _claimIndex;
        while (claim.position.depth() > SPLIT_DEPTH) {
            machineRoot = claim.position;
            outputIndex = claim.parentIndex;
            claim = _claimData[outputIndex];
        }
        // `claim` is the output root that the lower tree hangs on, at the split depth.
        bool isAttack = machineRoot.parent().raw() == claim.position.raw();
        if (!isAttack) {
            ClaimData storage after_ = _ancestor(claim.position.next(), outputIndex);
            return Dispute(claim.claim, claim.position, after_.claim, after_.position);
        }
        dispute_.disputed = claim.claim;
        dispute_.disputedPosition = claim.position;
        if (claim.position.indexAtDepth() == 0) {
            dispute_.starting = Claim.wrap(startingOutputRoot.root);
        } else {
            ClaimData storage before = _ancestor(claim.position.previous(), outputIndex);
            dispute_.starting = before.claim;
            dispute_.startingPosition = before.position;
        }
    }

    /// @dev Names a dispute, so that local data of one cannot be read in another.
    function _localContext(Dispute memory _dispute) internal pure returns (bytes32) {
        return _dispute.startingPosition.raw() == 0
            ? keccak256(abi.encode(_dispute.disputed, _dispute.disputedPosition))
            : keccak256(
                abi.encode(
                    _dispute.starting, _dispute.startingPosition, _dispute.disputed, _dispute.disputedPosition
                )
            );
    }

    function _climb(Position _to, uint256 _from) private view returns (ClaimData storage ancestor_) {
        ancestor_ = _claimData[_from];
        while (ancestor_.position.raw() != _to.raw()) ancestor_ = _claimData[ancestor_.parentIndex];
    }
}
