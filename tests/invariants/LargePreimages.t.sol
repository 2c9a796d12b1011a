// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILargePreimages} from "../../contracts/vm/ILargePreimages.sol";
import {IPreimageOracle} from "../../contracts/vm/IPreimageOracle.sol";
import {PreimageOracle} from "../../contracts/vm/PreimageOracle.sol";
import {Proposal} from "../../contracts/vm/Proposal.sol";
import {Proposals} from "./support/Proposals.sol";
import {Vm, bound, vm} from "./support/Vm.sol";

/// @notice Beginning a proposal, and adding to it. What happens to it then is in LargePreimageChallenges.t.sol and
///         LargePreimageSqueezes.t.sol.
contract LargePreimagesTest is Proposals {
    function setUp() public {
        deployOracle();
    }

    /*//////////////////////////////////////////////////////////////
                               BEGINNING
    //////////////////////////////////////////////////////////////*/

    function test_init_isListed_andEmpty() public {
        begin(1000, 33);
        Proposal proposal = oracle.proposalMetadata(claimant, UUID);
        vm.assertEq(proposal.raw(), (33 << 160) | (1000 << 128), "offset and size, nothing else");
        (address by, uint256 uuid) = oracle.proposals(0);
        vm.assertEq(by, claimant, "claimant");
        vm.assertEq(uuid, UUID, "uuid");
        vm.assertEq(oracle.proposalCount(), 1, "count");
        vm.assertEq(oracle.proposalBonds(claimant, UUID), BOND, "bond");
        vm.assertEq(oracle.proposalBlocksLen(claimant, UUID), 0, "inputs");
        vm.assertEq(address(oracle).balance, BOND, "held");
    }

    function test_init_bondTooSmall_reverts_exact_accepted_more_isKept() public {
        bytes memory refused =
            abi.encodeWithSelector(ILargePreimages.LargePreimages_BondTooSmall.selector, BOND - 1, BOND);
        vm.prank(claimant, claimant);
        vm.expectRevert(refused);
        oracle.initLPP{value: BOND - 1}(UUID, 0, 1000);
        begin(1000, 0);
        vm.prank(claimant, claimant);
        oracle.initLPP{value: 1 ether}(UUID + 1, 0, 1000);
        vm.assertEq(oracle.proposalBonds(claimant, UUID + 1), 1 ether, "all of it");
    }

    function test_init_byAContract_reverts_byAKey_accepted() public {
        vm.prank(claimant, address(0x0E0A));
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_NotEOA.selector, claimant));
        oracle.initLPP{value: BOND}(UUID, 0, 1000);
        begin(1000, 0);
    }

    function testFuzz_init_offsetAtTheEndOrBehind_reverts_lastByte_accepted(uint32 offset) public {
        offset = uint32(bound(offset, 1008, type(uint32).max));
        vm.prank(claimant, claimant);
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.PreimageOracle_OffsetTooHigh.selector, offset, 1008)
        );
        oracle.initLPP{value: BOND}(UUID, offset, 1000);
        begin(1000, 1007);
    }

    function test_init_smallerThanTheMinimum_reverts_asLarge_accepted() public {
        vm.prank(claimant, claimant);
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_TooSmall.selector, MIN_SIZE - 1, MIN_SIZE)
        );
        oracle.initLPP{value: BOND}(UUID, 0, uint32(MIN_SIZE - 1));
        begin(MIN_SIZE, 0);
    }

    /// @notice One block has no leaf before it, so that it could never be squeezed, and its bond would be lost.
    function test_init_oneBlock_reverts_two_accepted_whateverTheMinimum() public {
        oracle = new PreimageOracle(1, PERIOD);
        vm.prank(claimant, claimant);
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_TooSmall.selector, 135, 136));
        oracle.initLPP{value: BOND}(UUID, 0, 135);
        propose(planOf(bytesOf(136)), 0);
        afterPeriod();
        squeeze(planOf(bytesOf(136)));
    }

    /// @notice 65,535 leaves, and a byte of padding. More could never be completed, and the bond would be lost.
    function testFuzz_init_largerThanTheTree_reverts_asLarge_accepted(uint32 size) public {
        uint256 most = 65_535 * 136 - 1;
        size = uint32(bound(size, most + 1, type(uint32).max));
        vm.prank(claimant, claimant);
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_TooLarge.selector, size, most));
        oracle.initLPP{value: BOND}(UUID, 0, size);
        begin(most, 0);
    }

    /// @notice Bug 13 of the list: the second bond would take the first one's place.
    function test_init_twice_reverts_otherNameOrOtherClaimant_accepted() public {
        begin(1000, 0);
        vm.prank(claimant, claimant);
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_AlreadyProposed.selector, claimant, UUID)
        );
        oracle.initLPP{value: BOND}(UUID, 1, 2000);
        vm.prank(claimant, claimant);
        oracle.initLPP{value: BOND}(UUID + 1, 0, 1000);
        vm.deal(challenger, 1 ether);
        vm.prank(challenger, challenger);
        oracle.initLPP{value: BOND}(UUID, 0, 1000);
        vm.assertEq(address(oracle).balance, 3 * BOND, "three bonds");
    }

    /*//////////////////////////////////////////////////////////////
                                 ADDING
    //////////////////////////////////////////////////////////////*/

    function test_add_withoutAProposal_reverts() public {
        Plan memory plan = planOf(bytesOf(300));
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_NotProposed.selector, claimant, UUID)
        );
        this.adding(plan, 0, 1, false);
        begin(300, 0);
        add(plan, 0, 1, false);
    }

    function test_add_byAContract_reverts() public {
        begin(300, 0);
        vm.prank(claimant, address(0x0E0A));
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_NotEOA.selector, claimant));
        oracle.addLeavesLPP(UUID, 0, new bytes(136), new bytes32[](1), false);
    }

    function test_add_otherThanTheNextBlock_reverts_next_accepted() public {
        Plan memory plan = planOf(bytesOf(500));
        begin(500, 0);
        add(plan, 0, 1, false);
        for (uint256 start = 0; start < 3; start += 2) {
            vm.expectRevert(
                abi.encodeWithSelector(ILargePreimages.LargePreimages_OtherBlock.selector, start, 1)
            );
            this.adding(plan, start, start + 1, false);
        }
        add(plan, 1, 2, false);
    }

    function test_add_partOfABlock_reverts_atTheEnd_accepted() public {
        Plan memory plan = planOf(bytesOf(300));
        begin(300, 0);
        vm.prank(claimant, claimant);
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_PartOfABlock.selector, 300));
        oracle.addLeavesLPP(UUID, 0, plan.data, new bytes32[](2), false);
        add(plan, 0, 3, true);
    }

    function testFuzz_add_moreOrFewerCommitmentsThanBlocks_reverts(uint8 count, bool isEnd) public {
        uint256 blocks = isEnd ? 4 : 3;
        if (count == blocks) count += 1;
        begin(408, 0);
        vm.prank(claimant, claimant);
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_CommitmentCount.selector, count, blocks)
        );
        oracle.addLeavesLPP(UUID, 0, new bytes(408), new bytes32[](count), isEnd);
        vm.prank(claimant, claimant);
        oracle.addLeavesLPP(UUID, 0, new bytes(408), new bytes32[](blocks), isEnd);
    }

    function test_add_longerThanClaimed_reverts() public {
        begin(300, 0);
        vm.prank(claimant, claimant);
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_SizeMismatch.selector, 408, 300)
        );
        oracle.addLeavesLPP(UUID, 0, new bytes(408), new bytes32[](3), false);
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: nightly.fuzz.runs = 1000
    function testFuzz_finalize_anotherSizeThanClaimed_reverts(uint256 size) public {
        size = bound(size, 0, 600);
        if (size == 300) size = 301;
        begin(300, 0);
        vm.prank(claimant, claimant);
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_SizeMismatch.selector, size, 300)
        );
        oracle.addLeavesLPP(UUID, 0, new bytes(size), new bytes32[](size / 136 + 1), true);
        add(planOf(bytesOf(300)), 0, 3, true);
    }

    function test_add_afterTheEnd_reverts() public {
        Plan memory plan = planOf(bytesOf(300));
        propose(plan, 0);
        bytes memory refused =
            abi.encodeWithSelector(ILargePreimages.LargePreimages_Complete.selector, block.timestamp);
        vm.prank(claimant, claimant);
        vm.expectRevert(refused);
        oracle.addLeavesLPP(UUID, 3, "", new bytes32[](0), false);
        vm.prank(claimant, claimant);
        vm.expectRevert(refused);
        oracle.addLeavesLPP(UUID, 3, "", new bytes32[](1), true);
    }

    function test_add_afterALeafWasChallenged_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(500)), 1);
        begin(500, 0);
        add(plan, 0, 2, false);
        challenge(plan, 2, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_Countered.selector, claimant, UUID)
        );
        this.adding(plan, 2, 4, true);
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: nightly.fuzz.runs = 1000
    /// @notice Also in inputs of nothing but the padding, or of nothing at all.
    function testFuzz_add_inAnyInputs_sameTree(uint256 size, uint256 first, uint256 second) public {
        size = bound(size, MIN_SIZE, 900);
        Plan memory plan = planOf(bytesOf(size));
        first = bound(first, 0, plan.leaves.length - 1);
        second = bound(second, first, plan.leaves.length - 1);
        begin(size, 0);
        vm.assertEq(oracle.getTreeRootLPP(claimant, UUID), rootOf(plan, 0), "empty");
        add(plan, 0, first, false);
        vm.assertEq(oracle.getTreeRootLPP(claimant, UUID), rootOf(plan, first), "first");
        add(plan, first, second, false);
        vm.assertEq(oracle.getTreeRootLPP(claimant, UUID), rootOf(plan, second), "second");
        vm.warp(block.timestamp + 5);
        add(plan, second, plan.leaves.length, true);
        vm.assertEq(oracle.getTreeRootLPP(claimant, UUID), rootOf(plan, plan.leaves.length), "all");
        Proposal proposal = oracle.proposalMetadata(claimant, UUID);
        vm.assertEq(proposal.completedAt(), block.timestamp, "completed at");
        vm.assertEq(proposal.blocks(), plan.leaves.length, "blocks");
        vm.assertEq(proposal.size(), size, "bytes");
        vm.assertEq(proposal.claimedSize(), size, "claimed");
        vm.assertFalse(proposal.isCountered(), "countered");
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: nightly.fuzz.runs = 1000
    /// @notice A part may lie in several inputs: wherever they end, it is the slice of length ‖ preimage.
    function testFuzz_part_inAnyInputs_isTheSlice(uint256 size, uint256 split, uint256 offset) public {
        size = bound(size, MIN_SIZE, 700);
        offset = bound(offset, 0, size + 7);
        Plan memory plan = planOf(bytesOf(size));
        split = bound(split, 0, plan.leaves.length - 1);
        _expectPart(plan, split, offset);
    }

    function test_part_acrossTheEndOfAnInput_isTheSlice() public {
        Plan memory plan = planOf(bytesOf(300));
        for (uint256 offset = 136 + 8 - 33; offset <= 136 + 9; offset++) {
            deployOracle();
            _expectPart(plan, 1, offset);
        }
    }

    /// @notice Behind an input there may be anything in the calldata. It does not become part of the preimage.
    function test_part_atTheEnd_withoutWhatFollowsInCalldata() public {
        Plan memory plan = planOf(bytesOf(300));
        begin(300, 300 + 7);
        bytes memory call = abi.encodeCall(
            oracle.addLeavesLPP, (UUID, 0, plan.data, commitmentsOf(plan, 0, plan.leaves.length), true)
        );
        uint256 end = 4 + 5 * 32 + 32 + 300; // selector, heads, length of the input, input
        vm.assertEq(uint8(call[end - 1]), uint8(plan.data[299]), "last byte");
        for (uint256 i = 0; i < 20; i++) {
            vm.assertEq(uint8(call[end + i]), 0, "filled up with zeros");
            call[end + i] = 0xff;
        }
        vm.prank(claimant, claimant);
        (bool success,) = address(oracle).call(call);
        vm.assertTrue(success, "accepted");
        bytes32 part = oracle.proposalParts(claimant, UUID);
        vm.assertEq(part, bytes32(bytes1(plan.data[299])), "nothing but the last byte");
    }

    function test_add_logsTheCallerAndTheCalldata() public {
        Plan memory plan = planOf(bytesOf(300));
        begin(300, 0);
        vm.recordLogs();
        vm.roll(1234);
        add(plan, 0, 2, false);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "one log");
        vm.assertEq(logs[0].topics.length, 0, "no topics");
        vm.assertEq(logs[0].emitter, address(oracle), "by the oracle");
        bytes memory call = abi.encodeCall(
            oracle.addLeavesLPP, (UUID, 0, slice(plan.data, 0, 272), commitmentsOf(plan, 0, 2), false)
        );
        vm.assertEq(logs[0].data, bytes.concat(bytes20(claimant), call), "caller and calldata");
        vm.assertEq(oracle.proposalBlocksLen(claimant, UUID), 1, "one input");
        vm.assertEq(oracle.proposalBlocks(claimant, UUID, 0), 1234, "in this block");
    }

    /*//////////////////////////////////////////////////////////////
                                THE TREE
    //////////////////////////////////////////////////////////////*/

    function test_zeroHashes_eachOfTwoBelow() public view {
        bytes32 node = 0;
        for (uint256 height = 0; height < 16; height++) {
            vm.assertEq(oracle.zeroHashes(height), node, "node");
            node = keccak256(abi.encode(node, node));
        }
        vm.assertEq(oracle.getTreeRootLPP(claimant, UUID), node, "of the root's height");
    }

    function test_zeroHashes_aboveTheTree_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_TooHigh.selector, 16));
        oracle.zeroHashes(16);
        oracle.zeroHashes(15);
    }

    /// @notice Of each full subtree the root is there, by its height.
    function test_branches_areTheFullSubtrees() public {
        Plan memory plan = planOf(bytesOf(136 * 5 + 1));
        propose(plan, 0);
        bytes32 two = _pair(hashOf(plan.leaves[0]), hashOf(plan.leaves[1]));
        bytes32 twoMore = _pair(hashOf(plan.leaves[2]), hashOf(plan.leaves[3]));
        bytes32 last = _pair(hashOf(plan.leaves[4]), hashOf(plan.leaves[5]));
        vm.assertEq(oracle.proposalBranches(claimant, UUID, 1), last, "6 = 4 + 2: two");
        vm.assertEq(oracle.proposalBranches(claimant, UUID, 2), _pair(two, twoMore), "four");
    }

    function test_constants() public view {
        vm.assertEq(oracle.MIN_BOND_SIZE(), 0.25 ether, "bond");
        vm.assertEq(oracle.KECCAK_TREE_DEPTH(), 16, "depth");
        vm.assertEq(oracle.MAX_LEAF_COUNT(), 65_535, "leaves");
        vm.assertEq(oracle.minProposalSize(), MIN_SIZE, "minimum");
        vm.assertEq(oracle.challengePeriod(), PERIOD, "period");
        vm.assertEq(oracle.version(), "1.1.5", "version");
    }

    function _pair(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encode(left, right));
    }

    function _expectPart(Plan memory plan, uint256 split, uint256 offset) private {
        begin(plan.data.length, offset);
        add(plan, 0, split, false);
        add(plan, split, plan.leaves.length, true);
        bytes memory whole = bytes.concat(bytes8(uint64(plan.data.length)), plan.data, bytes32(0));
        bytes32 expected = bytes32(slice(whole, offset, offset + 32));
        vm.assertEq(oracle.proposalParts(claimant, UUID), expected, "proposed");
        afterPeriod();
        squeeze(plan);
        (bytes32 part, uint256 length) = oracle.readPreimage(keyOf(plan.data), offset);
        vm.assertEq(part, expected, "read");
        uint256 left = plan.data.length + 8 - offset;
        vm.assertEq(length, left < 32 ? left : 32, "length");
    }

    /// @dev External, so that a revert is expected of the whole of it.
    function adding(Plan memory plan, uint256 from, uint256 to, bool isEnd) external {
        add(plan, from, to, isEnd);
    }
}
