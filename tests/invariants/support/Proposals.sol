// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILargePreimages} from "../../../contracts/vm/ILargePreimages.sol";
import {Keccak} from "../../../contracts/vm/Keccak.sol";
import {PreimageOracle} from "../../../contracts/vm/PreimageOracle.sol";
import {vm} from "./Vm.sol";

/// @title Proposals
/// @notice An oracle, and people who propose large preimages to it, rightly or wrongly, and challenge them.
abstract contract Proposals {
    uint256 internal constant MIN_SIZE = 200;
    uint256 internal constant PERIOD = 1 hours;
    uint256 internal constant BOND = 0.25 ether;
    uint256 internal constant UUID = 77;

    /// @dev What is proposed, block by block: its leaves as claimed, and the true states after them.
    struct Plan {
        bytes data;
        ILargePreimages.Leaf[] leaves;
        Keccak.StateMatrix[] states;
    }

    PreimageOracle internal oracle;
    address internal claimant = address(0xC1A1);
    address internal challenger = address(0xC4A1);

    function deployOracle() internal {
        oracle = new PreimageOracle(MIN_SIZE, PERIOD);
        vm.deal(claimant, 10 ether);
        vm.warp(1_700_000_000);
    }

    /// @dev The truth about some bytes.
    function planOf(bytes memory data) internal pure returns (Plan memory plan) {
        uint256 blocks = data.length / 136 + 1;
        bytes memory padded = bytes.concat(data, new bytes(blocks * 136 - data.length));
        padded[data.length] |= 0x01;
        padded[padded.length - 1] |= 0x80;
        plan.data = data;
        plan.leaves = new ILargePreimages.Leaf[](blocks);
        plan.states = new Keccak.StateMatrix[](blocks);
        Keccak.StateMatrix memory state;
        for (uint256 i = 0; i < blocks; i++) {
            bytes memory input = slice(padded, 136 * i, 136 * (i + 1));
            state = absorbed(state, input);
            plan.states[i] = state;
            plan.leaves[i] = ILargePreimages.Leaf(input, i, keccak256(abi.encode(state)));
        }
    }

    /// @dev From block `first` on, the states are those after another one. Everything from there on follows.
    function lieAt(Plan memory plan, uint256 first) internal pure returns (Plan memory) {
        Keccak.StateMatrix memory state;
        if (first > 0) state = plan.states[first - 1];
        state = copyOf(state);
        state.state[24] ^= 1;
        for (uint256 i = first; i < plan.leaves.length; i++) {
            state = absorbed(state, plan.leaves[i].input);
            plan.leaves[i].stateCommitment = keccak256(abi.encode(state));
        }
        return plan;
    }

    /// @dev The state after another block. It permutes as the contract does, which Keccak.t.sol holds against the definition.
    function absorbed(Keccak.StateMatrix memory before, bytes memory input)
        internal
        pure
        returns (Keccak.StateMatrix memory state)
    {
        state = copyOf(before);
        for (uint256 i = 0; i < 136; i++) {
            state.state[i / 8] ^= uint64(uint8(input[i])) << uint64(8 * (i % 8));
        }
        Keccak.permute(state.state);
    }

    function bytesOf(uint256 size) internal pure returns (bytes memory data) {
        data = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            data[i] = bytes1(uint8(i * 7 + i / 251 + 1));
        }
    }

    function slice(bytes memory data, uint256 start, uint256 end) internal pure returns (bytes memory part) {
        part = new bytes(end - start);
        for (uint256 i = start; i < end; i++) {
            part[i - start] = data[i];
        }
    }

    function copyOf(Keccak.StateMatrix memory state) internal pure returns (Keccak.StateMatrix memory copy) {
        for (uint256 i = 0; i < 25; i++) {
            copy.state[i] = state.state[i];
        }
    }

    /*//////////////////////////////////////////////////////////////
                               PROPOSING
    //////////////////////////////////////////////////////////////*/

    function begin(uint256 size, uint256 offset) internal {
        vm.prank(claimant, claimant);
        oracle.initLPP{value: BOND}(UUID, uint32(offset), uint32(size));
    }

    /// @dev Add blocks `from` to `to`, without the last of all unless `isEnd`.
    function add(Plan memory plan, uint256 from, uint256 to, bool isEnd) internal {
        bytes memory input = slice(plan.data, 136 * from, isEnd ? plan.data.length : 136 * to);
        bytes32[] memory commitments = commitmentsOf(plan, from, to);
        vm.prank(claimant, claimant);
        oracle.addLeavesLPP(UUID, from, input, commitments, isEnd);
    }

    function commitmentsOf(Plan memory plan, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory commitments)
    {
        commitments = new bytes32[](to - from);
        for (uint256 i = from; i < to; i++) {
            commitments[i - from] = plan.leaves[i].stateCommitment;
        }
    }

    function propose(Plan memory plan, uint256 offset) internal {
        begin(plan.data.length, offset);
        add(plan, 0, plan.leaves.length, true);
    }

    /*//////////////////////////////////////////////////////////////
                         CHALLENGING, SQUEEZING
    //////////////////////////////////////////////////////////////*/

    /// @dev Challenge leaf `index` of the tree that has the first `count` leaves of a plan.
    function challenge(Plan memory plan, uint256 count, uint256 index) internal {
        if (index == 0) {
            bytes32[] memory proof = proofOf(plan, count, 0);
            vm.prank(challenger);
            oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], proof);
        } else {
            challengeWith(plan, count, index - 1, index, plan.states[index - 1]);
        }
    }

    function challengeWith(
        Plan memory plan,
        uint256 count,
        uint256 pre,
        uint256 post,
        Keccak.StateMatrix memory state
    ) internal {
        bytes32[] memory preProof = proofOf(plan, count, pre);
        bytes32[] memory postProof = proofOf(plan, count, post);
        vm.prank(challenger);
        oracle.challengeLPP(claimant, UUID, state, plan.leaves[pre], preProof, plan.leaves[post], postProof);
    }

    function squeeze(Plan memory plan) internal {
        squeezeWith(plan, plan.leaves.length - 2, plan.leaves.length - 1);
    }

    function squeezeWith(Plan memory plan, uint256 pre, uint256 post) internal {
        bytes32[] memory preProof = proofOf(plan, plan.leaves.length, pre);
        bytes32[] memory postProof = proofOf(plan, plan.leaves.length, post);
        oracle.squeezeLPP(
            claimant, UUID, plan.states[pre], plan.leaves[pre], preProof, plan.leaves[post], postProof
        );
    }

    function keyOf(bytes memory data) internal pure returns (bytes32) {
        return bytes32((uint256(keccak256(data)) << 8 >> 8) | (uint256(2) << 248));
    }

    function afterPeriod() internal {
        vm.warp(block.timestamp + PERIOD + 1);
    }

    /*//////////////////////////////////////////////////////////////
                                THE TREE
    //////////////////////////////////////////////////////////////*/

    function hashOf(ILargePreimages.Leaf memory leaf) internal pure returns (bytes32) {
        return keccak256(bytes.concat(leaf.input, bytes32(leaf.index), leaf.stateCommitment));
    }

    /// @dev Root of 2^16 places with the first `count` leaves of a plan in them.
    function rootOf(Plan memory plan, uint256 count) internal pure returns (bytes32) {
        return _node(plan, count, 16, 0);
    }

    function proofOf(Plan memory plan, uint256 count, uint256 index)
        internal
        pure
        returns (bytes32[] memory proof)
    {
        proof = new bytes32[](16);
        for (uint256 height = 0; height < 16; height++) {
            proof[height] = _node(plan, count, height, (index >> height) ^ 1);
        }
    }

    function _node(Plan memory plan, uint256 count, uint256 height, uint256 index)
        private
        pure
        returns (bytes32)
    {
        if (height == 0) return index < count ? hashOf(plan.leaves[index]) : bytes32(0);
        if (index << height >= count) return _emptyNode(height);
        return keccak256(
            abi.encode(
                _node(plan, count, height - 1, 2 * index), _node(plan, count, height - 1, 2 * index + 1)
            )
        );
    }

    function _emptyNode(uint256 height) private pure returns (bytes32 node) {
        for (uint256 i = 0; i < height; i++) {
            node = keccak256(abi.encode(node, node));
        }
    }
}
