// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILargePreimages} from "../../contracts/vm/ILargePreimages.sol";
import {Keccak} from "../../contracts/vm/Keccak.sol";
import {PreimageOracle} from "../../contracts/vm/PreimageOracle.sol";
import {Proposals} from "./support/Proposals.sol";
import {vm} from "./support/Vm.sol";

/// @notice When the machine can read a proposed part, and the claimant has its bond back.
contract LargePreimageSqueezesTest is Proposals {
    uint256 internal constant SIZE = 136 * 4 + 50;
    uint256 internal constant BLOCKS = 5;

    function setUp() public {
        deployOracle();
    }

    function test_squeeze_whatWasNeverProposed_reverts() public {
        _expectSqueezeReverts(
            planOf(bytesOf(SIZE)),
            abi.encodeWithSelector(ILargePreimages.LargePreimages_NotProposed.selector, claimant, UUID)
        );
    }

    function test_squeeze_atTheLastSecond_reverts_aSecondLater_accepted() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 8);
        uint256 last = block.timestamp + PERIOD;
        vm.warp(last);
        _expectSqueezeReverts(
            plan, abi.encodeWithSelector(ILargePreimages.LargePreimages_StillOpen.selector, last)
        );
        vm.warp(last + 1);
        uint256 before = claimant.balance;
        squeeze(plan);
        vm.assertEq(claimant.balance, before + BOND, "the claimant's, whoever squeezes");
        vm.assertEq(address(oracle).balance, 0, "nothing stays");
        (bytes32 part, uint256 length) = oracle.readPreimage(keyOf(plan.data), 8);
        vm.assertEq(part, bytes32(plan.data), "part");
        vm.assertEq(length, 32, "length");
        vm.assertEq(oracle.preimageLengths(keyOf(plan.data)), SIZE, "size");
        vm.assertFalse(oracle.preimagePartOk(keyOf(plan.data), 0), "no other part");
    }

    /// @notice Bug 19 of the list.
    function test_squeeze_incomplete_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        begin(SIZE, 0);
        vm.warp(block.timestamp + 10 * PERIOD);
        bytes4 incomplete = ILargePreimages.LargePreimages_Incomplete.selector;
        _expectSqueezeReverts(plan, abi.encodeWithSelector(incomplete, 0, SIZE));
        add(plan, 0, BLOCKS - 1, false);
        _expectSqueezeReverts(plan, abi.encodeWithSelector(incomplete, SIZE - 50, SIZE));
        add(plan, BLOCKS - 1, BLOCKS, true);
        _expectSqueezeReverts(
            plan,
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_StillOpen.selector, block.timestamp + PERIOD
            )
        );
        afterPeriod();
        squeeze(plan);
    }

    function test_squeeze_countered_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 2);
        propose(plan, 0);
        challenge(plan, BLOCKS, 2);
        afterPeriod();
        _expectSqueezeReverts(
            plan, abi.encodeWithSelector(ILargePreimages.LargePreimages_Countered.selector, claimant, UUID)
        );
    }

    /// @notice Bug 23 of the list: neither a challenged proposal nor an accepted one is begun again.
    function test_init_again_afterAChallengeOrASqueeze_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        challenge(plan, BLOCKS, 0);
        bytes memory refused =
            abi.encodeWithSelector(ILargePreimages.LargePreimages_AlreadyProposed.selector, claimant, UUID);
        vm.expectRevert(refused);
        this.beginning();
        deployOracle();
        plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        afterPeriod();
        squeeze(plan);
        vm.expectRevert(refused);
        this.beginning();
    }

    /// @notice Only the last two leaves come to the hash of the whole.
    function test_squeeze_earlierLeaves_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        afterPeriod();
        for (uint256 post = 1; post < BLOCKS - 1; post++) {
            vm.expectRevert(
                abi.encodeWithSelector(ILargePreimages.LargePreimages_NotLast.selector, post, BLOCKS - 1)
            );
            this.squeezing(plan, post - 1, post);
        }
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_NotContiguous.selector, 0, BLOCKS - 1)
        );
        this.squeezing(plan, 0, BLOCKS - 1);
        squeeze(plan);
    }

    function test_squeeze_withAStateOfOnesOwn_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        afterPeriod();
        bytes32 right = plan.leaves[BLOCKS - 2].stateCommitment;
        plan.states[BLOCKS - 2].state[0] ^= 1;
        bytes32 other = keccak256(abi.encode(plan.states[BLOCKS - 2]));
        _expectSqueezeReverts(
            plan, abi.encodeWithSelector(ILargePreimages.LargePreimages_OtherState.selector, other, right)
        );
    }

    function test_squeeze_leavesThatAreNotInTheTree_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), BLOCKS - 2);
        propose(plan, 0);
        afterPeriod();
        Plan memory truth = planOf(bytesOf(SIZE));
        _expectSqueezeReverts(
            truth,
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_NotInTree.selector,
                BLOCKS - 2,
                hashOf(truth.leaves[BLOCKS - 2]),
                rootOf(plan, BLOCKS)
            )
        );
        plan.leaves[BLOCKS - 1].input[0] ^= 0x01;
        Plan memory other = planOf(bytesOf(SIZE));
        other = lieAt(other, BLOCKS - 2);
        bytes32 root = rootOf(other, BLOCKS);
        bytes32[] memory preProof = proofOf(other, BLOCKS, BLOCKS - 2);
        bytes32[] memory proof = proofOf(other, BLOCKS, BLOCKS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_NotInTree.selector,
                BLOCKS - 1,
                hashOf(plan.leaves[BLOCKS - 1]),
                root
            )
        );
        oracle.squeezeLPP(
            claimant,
            UUID,
            plan.states[BLOCKS - 2],
            plan.leaves[BLOCKS - 2],
            preProof,
            plan.leaves[BLOCKS - 1],
            proof
        );
    }

    function test_squeeze_twice_reverts_challenge_afterIt_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        afterPeriod();
        squeeze(plan);
        bytes memory refused =
            abi.encodeWithSelector(ILargePreimages.LargePreimages_Settled.selector, claimant, UUID);
        _expectSqueezeReverts(plan, refused);
        vm.expectRevert(refused);
        this.challenging(plan, BLOCKS, 0, 1, plan.states[0]);
        bytes32[] memory proof = proofOf(plan, BLOCKS, 0);
        vm.expectRevert(refused);
        oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], proof);
    }

    function test_squeeze_bondRefused_reverts() public {
        claimant = address(vm);
        vm.deal(claimant, BOND);
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        afterPeriod();
        _expectSqueezeReverts(
            plan,
            abi.encodeWithSelector(ILargePreimages.LargePreimages_BondRefused.selector, address(vm), BOND)
        );
    }

    /// @notice The longest period that there can be: the sum is no smaller for it.
    function test_squeeze_longestPeriod_reverts() public {
        oracle = new PreimageOracle(MIN_SIZE, type(uint64).max);
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        uint256 last = block.timestamp + type(uint64).max;
        _expectSqueezeReverts(
            plan, abi.encodeWithSelector(ILargePreimages.LargePreimages_StillOpen.selector, last)
        );
    }

    /// @notice What nobody challenges in time is believed: under the hash that its last leaves come to, no other.
    function test_squeeze_unchallengedLie_isNotThePreimage() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        afterPeriod();
        Keccak.StateMatrix memory state;
        state.state[24] ^= 1;
        for (uint256 i = 0; i < BLOCKS - 1; i++) {
            state = absorbed(state, plan.leaves[i].input);
        }
        plan.states[BLOCKS - 2] = state;
        squeeze(plan);
        state = absorbed(state, plan.leaves[BLOCKS - 1].input);
        bytes32 key = bytes32((uint256(Keccak.digest(state)) << 8 >> 8) | (uint256(2) << 248));
        vm.assertTrue(oracle.preimagePartOk(key, 0), "of the lie");
        vm.assertFalse(oracle.preimagePartOk(keyOf(plan.data), 0), "of the bytes");
    }

    function _expectSqueezeReverts(Plan memory plan, bytes memory reason) private {
        vm.expectRevert(reason);
        this.squeezing(plan, plan.leaves.length - 2, plan.leaves.length - 1);
    }

    /// @dev External, so that a revert is expected of the whole of it.
    function squeezing(Plan memory plan, uint256 pre, uint256 post) external {
        squeezeWith(plan, pre, post);
    }

    function challenging(
        Plan memory plan,
        uint256 count,
        uint256 pre,
        uint256 post,
        Keccak.StateMatrix memory state
    ) external {
        challengeWith(plan, count, pre, post, state);
    }

    function beginning() external {
        begin(SIZE, 0);
    }
}
