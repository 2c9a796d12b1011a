// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LeafTree} from "../../contracts/vm/LeafTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice The tree as op-challenger has it, which proposers and challengers prove leaves with: its tests' roots (v1.18.1,
///         game/keccak/merkle). Leaf i is 0xff, i mod 256, and zeros.
contract LeafTreeTest {
    bytes32[16] internal branch;

    function test_root_asOpChallengers() public {
        vm.assertEq(_rootOf(0), 0x2733e50f526ec2fa19a22b31e8ed50f23cd1fdf94c9154ed3a7609a2f1ff981f, "none");
        vm.assertEq(_rootOf(1), 0x8285ae2d9ccfc8021051c1ea3dfa5ba8219605d0e28c941f1bc174822eda1154, "one");
        vm.assertEq(_rootOf(2), 0x2f27513ae8b07634c3ac408e55e7b4b6d0dc400e3fa9b2165607d61a84625608, "two");
        vm.assertEq(_rootOf(20), 0x72cdab4557ab96d1246b76e49b1d1a582662ebfceafe2f9c2922304d4fb9db33, "twenty");
        vm.assertEq(
            _rootOf(65_535), 0x9c089c06e4f93c68d74fdfef9255cb75f78b053dabb43749d20e21aa8330092c, "all"
        );
    }

    /// @notice The last leaf of a full tree, with its neighbours.
    function test_rootFrom_asOpChallengers() public view {
        bytes32[16] memory fixedProof = [
            bytes32(0x0000000000000000000000000000000000000000000000000000000000000000),
            bytes32(0x65cf5d60111a84456933bd43218230c6235995be88b274e196e8ffcb88927db6),
            bytes32(0x6a9b869f709b2d34940a0bbe9eea3d502f1e918a4490eb890f1727d6843c055d),
            bytes32(0x02f7a2dbcc9b3d6780f7f72aafd200af423ba438d45c535d2d4e333e43ce98fc),
            bytes32(0x84952e81b8cba49f78e4ee1ef684936b09c1b851ecbe03382afecc04fb98b305),
            bytes32(0x2f9e97e47493214948c70a6b818145a7e9cd84f7ceab384b179559730d7efbac),
            bytes32(0x3414ae9dd358c60fae6b4010fc90af715bcc5d0fdd55cefd5370277de456c4b8),
            bytes32(0x04c3b7e470a22c856003970d95b7015f284a0a09c8bc18e1da02078ded445d58),
            bytes32(0x417e698fd035c879670c381d7bb0815ce67fb854625e502984ae8e2436ede0a9),
            bytes32(0x042abe5eb9668a197d5389e4b225c474a7646950279cbd6d326db073ea120266),
            bytes32(0x34f6ea610e918f37226300a42b22f702f3dd7bd7ae17e9dcb6e7374906b83aef),
            bytes32(0x1c050824157972417b2931f6018ed24e3fe7fedf7c5a502eb26710501d5379d2),
            bytes32(0x529067b7c2a065d285b931d19fd85ad35eb0abf89c1ed40ca836ace2c7ddad9e),
            bytes32(0xfd4d4328beb216713b978c561d4acde2ffe400c60d4b6abe21940c0cff2bf0bc),
            bytes32(0x9b4a92fefca8b04570c15e329cbc6c953dbe30e06607d985882f35fb8cfd986a),
            bytes32(0x6ec52bd9024705f2c1bd913c43550f5c2b3fbba19dee077b4da6aa6cd90d1c3f)
        ];
        bytes32[] memory proof = new bytes32[](16);
        for (uint256 i = 0; i < 16; i++) {
            proof[i] = fixedProof[i];
        }
        bytes32 root = 0x9c089c06e4f93c68d74fdfef9255cb75f78b053dabb43749d20e21aa8330092c;
        vm.assertEq(this.rootFrom(_leaf(65_534), 65_534, proof), root, "root");
        vm.assertTrue(this.rootFrom(_leaf(65_534), 65_535, proof) != root, "from another place");
        vm.assertTrue(this.rootFrom(_leaf(65_533), 65_534, proof) != root, "from another leaf");
    }

    /// @notice Nodes that are kept and taken up again lead to the same tree.
    function testFuzz_saveAndLoad_sameTree(uint8 first, uint8 second) public {
        bytes32[16] memory nodes;
        _add(nodes, 0, first);
        LeafTree.save(branch, first, nodes);
        nodes = LeafTree.load(branch, first);
        uint256 count = uint256(first) + second;
        _add(nodes, first, count);
        LeafTree.save(branch, count, nodes);
        bytes32 root = LeafTree.root(branch, count);
        vm.assertEq(root, _rootOf(count), "root");
    }

    function rootFrom(bytes32 leaf, uint256 index, bytes32[] calldata proof) external pure returns (bytes32) {
        return LeafTree.rootFrom(leaf, index, proof);
    }

    function _rootOf(uint256 count) private returns (bytes32) {
        bytes32[16] memory nodes;
        _add(nodes, 0, count);
        LeafTree.save(branch, count, nodes);
        return LeafTree.root(branch, count);
    }

    function _add(bytes32[16] memory nodes, uint256 from, uint256 to) private pure {
        for (uint256 i = from; i < to; i++) {
            LeafTree.add(nodes, i, _leaf(i));
        }
    }

    function _leaf(uint256 index) private pure returns (bytes32) {
        return bytes32(bytes2(0xff00 | uint16(index % 256)));
    }
}
