// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @dev Levels of a LeafTree below its root. The length of an array cannot be a constant of a library.
uint256 constant TREE_DEPTH = 16;

/// @title LeafTree
/// @notice A Merkle tree of 2^16 places that is filled from the left. Of what is full, only the roots of its largest
///         subtrees are kept: one of 2^height leaves, in `branch[height]`, for each bit of the number of leaves that is 1.
///         What is empty hashes to constants. As the deposit contract of the beacon chain has it, the place on the far
///         right stays empty.
library LeafTree {
    uint256 internal constant MAX_LEAVES = 65_535;

    /// @notice Add a leaf to a tree of `_count` leaves, less than `MAX_LEAVES`.
    function add(bytes32[TREE_DEPTH] memory _branch, uint256 _count, bytes32 _leaf) internal pure {
        // equivalent: uint256 height = 0;
        //             for (; _count >> height & 1 == 1; height++) _leaf = hashPair(_branch[height], _leaf);
        //             _branch[height] = _leaf;
        assembly ("memory-safe") {
            let place := _branch
            for {} and(_count, 1) { _count := shr(1, _count) } {
                mstore(0, mload(place))
                mstore(32, _leaf)
                _leaf := keccak256(0, 64)
                place := add(place, 32)
            }
            mstore(place, _leaf)
        }
    }

    /// @notice The nodes that a tree of `_count` leaves keeps; others are zero.
    function load(bytes32[TREE_DEPTH] storage _branch, uint256 _count)
        internal
        view
        returns (bytes32[TREE_DEPTH] memory branch_)
    {
        for (uint256 height = 0; height < TREE_DEPTH; height++) {
            if (_count >> height & 1 == 1) branch_[height] = _branch[height];
        }
    }

    /// @notice Keep the nodes of a tree of `_count` leaves.
    function save(bytes32[TREE_DEPTH] storage _branch, uint256 _count, bytes32[TREE_DEPTH] memory _nodes)
        internal
    {
        for (uint256 height = 0; height < TREE_DEPTH; height++) {
            if (_count >> height & 1 == 1) _branch[height] = _nodes[height];
        }
    }

    /// @notice Root of a tree of `_count` leaves.
    function root(bytes32[TREE_DEPTH] storage _branch, uint256 _count) internal view returns (bytes32 root_) {
        bytes32 empty = 0;
        for (uint256 height = 0; height < TREE_DEPTH; height++) {
            root_ = _count >> height & 1 == 1 ? hashPair(_branch[height], root_) : hashPair(root_, empty);
            empty = hashPair(empty, empty);
        }
    }

    /// @notice Root of the tree in which the leaf at `_index` has these neighbours on its way up.
    function rootFrom(bytes32 _leaf, uint256 _index, bytes32[] calldata _proof)
        internal
        pure
        returns (bytes32 root_)
    {
        root_ = _leaf;
        for (uint256 height = 0; height < TREE_DEPTH; height++) {
            bytes32 beside = _proof[height];
            root_ = _index >> height & 1 == 1 ? hashPair(beside, root_) : hashPair(root_, beside);
        }
    }

    /// @notice Root of an empty subtree of 2^`_height` leaves.
    function emptyRoot(uint256 _height) internal pure returns (bytes32 root_) {
        for (uint256 height = 0; height < _height; height++) {
            root_ = hashPair(root_, root_);
        }
    }

    function hashPair(bytes32 _left, bytes32 _right) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(_left, _right);
    }
}
