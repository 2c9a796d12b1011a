// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LibBit} from "solady/utils/LibBit.sol";

/// @notice A place in the binary tree of a game, as a generalized index: the root is 1, the children of p are 2p and
///         2p + 1.
type Position is uint128;

using LibPosition for Position global;

/// @title LibPosition
/// @notice Moving in the binary tree of a game. A position at depth d with index i among its equals is 2^d + i:
///
///             1                depth 0     The leaves, at the game's greatest depth, stand for instants of a
///         2       3            depth 1     computation, from left to right. A claim at any position is about the
///       4   5   6   7          depth 2     instant of the rightmost leaf below it: its trace index.
///
/// @dev    Positions have at most 126 bits (depth ≤ 125), so that none of the sums below overflows. Spec: "Fault
///         Dispute Game", position.
library LibPosition {
    function raw(Position _position) internal pure returns (uint128) {
        return Position.unwrap(_position);
    }

    /// @notice Levels below the root. The position 0, which is none, counts as depth 0.
    function depth(Position _position) internal pure returns (uint256) {
        uint256 gindex = _position.raw();
        return gindex == 0 ? 0 : LibBit.fls(gindex);
    }

    /// @notice Place among the positions of the same depth, from the left, starting with 0.
    function indexAtDepth(Position _position) internal pure returns (uint256) {
        return uint256(_position.raw()) - (1 << _position.depth());
    }

    function parent(Position _position) internal pure returns (Position) {
        return Position.wrap(_position.raw() >> 1);
    }

    /// @notice The next position to claim: an attack goes to the middle of the left half, a defense to the middle of
    ///         the right.
    function move(Position _position, bool _isAttack) internal pure returns (Position) {
        uint128 from = _isAttack ? _position.raw() : _position.raw() | 1;
        return Position.wrap(from << 1);
    }

    /// @notice The neighbour on the left at the same depth.
    function previous(Position _position) internal pure returns (Position) {
        return Position.wrap(_position.raw() - 1);
    }

    /// @notice The neighbour on the right at the same depth.
    function next(Position _position) internal pure returns (Position) {
        return Position.wrap(_position.raw() + 1);
    }

    /// @notice The rightmost descendant at depth `_maxDepth`; `_maxDepth` is at least the position's own.
    function rightIndex(Position _position, uint256 _maxDepth) internal pure returns (Position) {
        uint256 levels = _maxDepth - _position.depth();
        return Position.wrap(uint128((uint256(_position.raw()) << levels) | ((1 << levels) - 1)));
    }

    /// @notice Which instant a claim at this position is about, in a game with leaves at depth `_maxDepth`.
    function traceIndex(Position _position, uint256 _maxDepth) internal pure returns (uint256) {
        return _position.rightIndex(_maxDepth).indexAtDepth();
    }

    /// @notice The highest position about the same instant: whoever made a claim about it made it there.
    function traceAncestor(Position _position) internal pure returns (Position) {
        uint256 gindex = _position.raw();
        // Going up keeps the instant as long as it comes from the right, so once for each trailing 1.
        uint256 ancestor = gindex >> LibBit.ffs(~gindex);
        return Position.wrap(ancestor == 0 ? 1 : uint128(ancestor));
    }

    /// @notice `traceAncestor`, but below the depth `_top`, to which the position itself must be below: a tree that
    ///         hangs there has no claims of its own above.
    function traceAncestorBelow(Position _position, uint256 _top) internal pure returns (Position) {
        Position ancestor = _position.traceAncestor();
        return ancestor.depth() > _top ? ancestor : ancestor.rightIndex(_top + 1);
    }
}
