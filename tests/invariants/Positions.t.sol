// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Position} from "../../contracts/dispute/types/Position.sol";
import {bound, vm} from "./support/Vm.sol";

/// @title PositionsTest
/// @notice Each operation on positions against its definition by walking the tree, one level or one leaf at a time.
contract PositionsTest {
    function test_depthAndIndex_ofTheFirstPositions() public pure {
        uint8[8] memory depths = [0, 0, 1, 1, 2, 2, 2, 2];
        uint8[8] memory indices = [0, 0, 0, 1, 0, 1, 2, 3];
        for (uint128 p = 1; p < 8; p++) {
            vm.assertEq(Position.wrap(p).depth(), depths[p], "depth");
            vm.assertEq(Position.wrap(p).indexAtDepth(), indices[p], "index");
        }
    }

    function testFuzz_depth_isTheNumberOfStepsToTheRoot(uint128 seed) public pure {
        Position position = _position(seed);
        uint256 steps = 0;
        for (Position p = position; p.raw() > 1; p = p.parent()) {
            steps++;
        }
        vm.assertEq(position.depth(), steps, "depth");
    }

    function testFuzz_attack_goesToTheLeftChild_defendToTheLeftChildOfTheRightNeighbour(uint128 seed)
        public
        pure
    {
        Position position = _position(seed);
        vm.assertEq(position.move(true).raw(), 2 * uint256(position.raw()), "attack");
        if (position.raw() % 2 == 1) return; // nobody claims at a right child
        vm.assertEq(position.move(false).raw(), 2 * (uint256(position.raw()) + 1), "defend");
    }

    function testFuzz_rightIndex_takesTheRightChildAtEachLevel(uint128 seed, uint256 levels) public pure {
        Position position = _position(seed);
        uint256 maxDepth = bound(levels, position.depth(), 125);
        uint256 expected = position.raw();
        for (uint256 d = position.depth(); d < maxDepth; d++) {
            expected = 2 * expected + 1;
        }
        vm.assertEq(position.rightIndex(maxDepth).raw(), expected, "rightIndex");
        vm.assertEq(position.traceIndex(maxDepth), expected - 2 ** maxDepth, "traceIndex");
    }

    function testFuzz_traceAncestor_isTheHighestWithTheSameInstant(uint128 seed) public pure {
        Position position = _position(seed);
        uint256 leaf = position.depth();
        Position highest = position;
        for (Position p = position; p.raw() >= 1; p = p.parent()) {
            if (p.traceIndex(leaf) == position.traceIndex(leaf)) highest = p;
        }
        vm.assertEq(position.traceAncestor().raw(), highest.raw(), "traceAncestor");
    }

    function testFuzz_traceAncestorBelow_staysInTheLowerTree(uint128 seed, uint256 top) public pure {
        Position position = _position(seed);
        if (position.depth() == 0) return;
        top = bound(top, 0, position.depth() - 1);
        uint256 leaf = position.depth();
        Position highest = position;
        for (Position p = position; p.depth() > top; p = p.parent()) {
            if (p.traceIndex(leaf) == position.traceIndex(leaf)) highest = p;
        }
        vm.assertEq(position.traceAncestorBelow(top).raw(), highest.raw(), "traceAncestorBelow");
    }

    /// @dev Any position of depth 0 to 125, each depth as likely.
    function _position(uint128 seed) private pure returns (Position) {
        uint256 depth = uint256(seed) % 126;
        return Position.wrap(uint128((1 << depth) | (uint256(keccak256(abi.encode(seed))) % (1 << depth))));
    }
}
