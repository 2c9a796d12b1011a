// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILargePreimages} from "../../contracts/vm/ILargePreimages.sol";
import {Keccak} from "../../contracts/vm/Keccak.sol";
import {Proposals} from "./support/Proposals.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice Who takes the bond of a proposed preimage: whoever shows that a leaf does not follow from the one before it.
contract LargePreimageChallengesTest is Proposals {
    uint256 internal constant SIZE = 136 * 4 + 50;
    uint256 internal constant BLOCKS = 5;

    Plan internal kept;

    function setUp() public {
        deployOracle();
    }

    /// @notice Wherever the first wrong state is, it is found, and the finder gets the bond. None after it can be
    ///         challenged, if it follows from the wrong one.
    function test_challenge_wrongState_takesTheBond() public {
        for (uint256 index = 0; index < BLOCKS; index++) {
            deployOracle();
            _expectTaken(index);
        }
    }

    function _expectTaken(uint256 index) private {
        vm.deal(challenger, 0);
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), index);
        propose(plan, 0);
        for (uint256 i = 0; i < index; i++) {
            _expectRight(plan, i);
        }
        challenge(plan, BLOCKS, index);
        vm.assertEq(challenger.balance, BOND, "bond");
        vm.assertEq(address(oracle).balance, 0, "nothing stays");
        vm.assertTrue(oracle.proposalMetadata(claimant, UUID).isCountered(), "countered");
        vm.assertEq(oracle.proposalBonds(claimant, UUID), 0, "no bond");
    }

    /// @notice A right one cannot be taken from its claimant.
    function test_challenge_anyRightLeaf_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        for (uint256 i = 0; i < BLOCKS; i++) {
            _expectRight(plan, i);
        }
    }

    /// @notice A single wrong state: the leaf after it does not follow from it.
    function test_challenge_theLeafAfterAWrongOne_needsItsState() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        bytes32 right = plan.leaves[2].stateCommitment;
        plan.leaves[2].stateCommitment = bytes32(uint256(right) ^ 1);
        propose(plan, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_OtherState.selector, right, bytes32(uint256(right) ^ 1)
            )
        );
        this.challenging(plan, BLOCKS, 2, 3, plan.states[2]);
        challenge(plan, BLOCKS, 2);
    }

    function test_challenge_withAStateOfOnesOwn_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        Keccak.StateMatrix memory other = copyOf(plan.states[1]);
        other.state[7] ^= 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_OtherState.selector,
                keccak256(abi.encode(other)),
                plan.leaves[1].stateCommitment
            )
        );
        this.challenging(plan, BLOCKS, 1, 2, other);
    }

    function test_challenge_leavesThatAreNotNeighbours_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 3);
        propose(plan, 0);
        uint256[3] memory posts = [uint256(3), 1, 0];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(
                abi.encodeWithSelector(ILargePreimages.LargePreimages_NotContiguous.selector, 1, posts[i])
            );
            this.challenging(plan, BLOCKS, 1, posts[i], plan.states[1]);
        }
        challenge(plan, BLOCKS, 3);
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: nightly.fuzz.runs = 1000
    /// @notice Not with another input, place, or state, and not with those of another leaf's.
    function testFuzz_challenge_leafThatIsNotInTheTree_reverts(uint256 change) public {
        Plan memory plan = planOf(bytesOf(SIZE));
        propose(plan, 0);
        bytes32 root = rootOf(plan, BLOCKS);
        bytes32[] memory preProof = proofOf(plan, BLOCKS, 1);
        bytes32[] memory proof = proofOf(plan, BLOCKS, 2);
        change = bound(change, 0, 136 + 2 + 16 - 1);
        if (change < 136) plan.leaves[2].input[change] ^= 0x01;
        else if (change == 136) plan.leaves[2].index += 1 << 16;
        else if (change == 137) plan.leaves[2].stateCommitment = plan.leaves[3].stateCommitment;
        else proof[change - 138] = keccak256("other");
        vm.expectRevert(
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_NotInTree.selector,
                plan.leaves[2].index,
                hashOf(plan.leaves[2]),
                root
            )
        );
        oracle.challengeLPP(claimant, UUID, plan.states[1], plan.leaves[1], preProof, plan.leaves[2], proof);
    }

    function test_challenge_stateBefore_leafThatIsNotInTheTree_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 2);
        Plan memory truth = planOf(bytesOf(SIZE));
        propose(plan, 0);
        bytes32[] memory preProof = proofOf(plan, BLOCKS, 2);
        bytes32[] memory proof = proofOf(plan, BLOCKS, 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_NotInTree.selector,
                2,
                hashOf(truth.leaves[2]),
                rootOf(plan, BLOCKS)
            )
        );
        oracle.challengeLPP(claimant, UUID, truth.states[2], truth.leaves[2], preProof, plan.leaves[3], proof);
    }

    function test_challenge_proofOfAnotherLength_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        uint256[4] memory lengths = [uint256(0), 15, 17, 1000];
        for (uint256 i = 0; i < 4; i++) {
            vm.expectRevert(
                abi.encodeWithSelector(ILargePreimages.LargePreimages_ProofLength.selector, lengths[i], 16)
            );
            oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], new bytes32[](lengths[i]));
        }
    }

    function test_challenge_blockOfAnotherLength_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        uint256[4] memory lengths = [uint256(0), 135, 137, 272];
        for (uint256 i = 0; i < 4; i++) {
            plan.leaves[0].input = new bytes(lengths[i]);
            vm.expectRevert(
                abi.encodeWithSelector(ILargePreimages.LargePreimages_PartOfABlock.selector, lengths[i])
            );
            oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], new bytes32[](16));
        }
    }

    function test_challengeFirst_laterLeaf_reverts_first_accepted() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        bytes32[] memory proof = proofOf(plan, BLOCKS, 1);
        vm.expectRevert(abi.encodeWithSelector(ILargePreimages.LargePreimages_NotFirst.selector, 1));
        oracle.challengeFirstLPP(claimant, UUID, plan.leaves[1], proof);
        challenge(plan, BLOCKS, 0);
    }

    /// @notice The padding is added by the contract: whoever commits to the state after another one is found out.
    function test_challenge_wrongPadding_takesTheBond() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        bytes memory input = bytes.concat(plan.leaves[BLOCKS - 1].input);
        input[50] = 0x06; // as SHA-3 pads
        plan.leaves[BLOCKS - 1].stateCommitment =
            keccak256(abi.encode(absorbed(plan.states[BLOCKS - 2], input)));
        propose(plan, 0);
        challenge(plan, BLOCKS, BLOCKS - 1);
        vm.assertEq(challenger.balance, BOND, "bond");
    }

    function test_challenge_beforeItIsComplete() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 1);
        begin(SIZE, 0);
        add(plan, 0, 3, false);
        challenge(plan, 3, 1);
        vm.assertEq(challenger.balance, BOND, "bond");
    }

    /// @notice Nobody has squeezed it yet: better late.
    function test_challenge_afterThePeriod() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 1);
        propose(plan, 0);
        afterPeriod();
        challenge(plan, BLOCKS, 1);
        vm.assertEq(challenger.balance, BOND, "bond");
    }

    function test_challenge_twice_reverts() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 1);
        propose(plan, 0);
        challenge(plan, BLOCKS, 1);
        bytes memory refused =
            abi.encodeWithSelector(ILargePreimages.LargePreimages_Countered.selector, claimant, UUID);
        vm.expectRevert(refused);
        this.challenging(plan, BLOCKS, 0, 1, plan.states[0]);
        bytes32[] memory proof = proofOf(plan, BLOCKS, 0);
        vm.expectRevert(refused);
        oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], proof);
    }

    function test_challenge_whatWasNeverProposed_reverts() public {
        Plan memory plan = planOf(bytesOf(SIZE));
        bytes memory refused =
            abi.encodeWithSelector(ILargePreimages.LargePreimages_NotProposed.selector, claimant, UUID);
        vm.expectRevert(refused);
        this.challenging(plan, BLOCKS, 0, 1, plan.states[0]);
        vm.expectRevert(refused);
        oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], new bytes32[](16));
    }

    /// @notice The receiver of a bond may call back: it gets no second one.
    function test_challenge_fromInsideOfThePayment_isPaidOnce() public {
        vm.deal(address(this), 0);
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        vm.prank(claimant, claimant);
        oracle.initLPP{value: BOND}(UUID + 1, 0, 1000); // what it would be paid from
        kept.leaves.push(plan.leaves[0]);
        oracle.challengeFirstLPP(claimant, UUID, plan.leaves[0], proofOf(plan, BLOCKS, 0));
        vm.assertEq(kept.leaves.length, 0, "called back");
        vm.assertEq(address(this).balance, BOND, "one bond");
        vm.assertEq(address(oracle).balance, BOND, "the other stays");
    }

    receive() external payable {
        ILargePreimages.Leaf memory leaf = kept.leaves[0];
        kept.leaves.pop();
        bytes memory again =
            abi.encodeCall(oracle.challengeFirstLPP, (claimant, UUID, leaf, new bytes32[](16)));
        (bool success, bytes memory reason) = address(oracle).call(again);
        vm.assertFalse(success, "refused");
        vm.assertEq(
            reason,
            abi.encodeWithSelector(ILargePreimages.LargePreimages_Countered.selector, claimant, UUID),
            "reason"
        );
    }

    function test_challenge_bondRefused_reverts_andStaysOpen() public {
        Plan memory plan = lieAt(planOf(bytesOf(SIZE)), 0);
        propose(plan, 0);
        challenger = address(vm); // has code, and takes no ether
        vm.expectRevert(
            abi.encodeWithSelector(ILargePreimages.LargePreimages_BondRefused.selector, address(vm), BOND)
        );
        this.challengingFirst(plan);
        challenger = address(0xC4A1);
        challenge(plan, BLOCKS, 0);
        vm.assertEq(challenger.balance, BOND, "bond");
    }

    function _expectRight(Plan memory plan, uint256 index) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ILargePreimages.LargePreimages_LeafIsRight.selector, index, plan.leaves[index].stateCommitment
            )
        );
        if (index == 0) this.challengingFirst(plan);
        else this.challenging(plan, BLOCKS, index - 1, index, plan.states[index - 1]);
    }

    /// @dev External, so that a revert is expected of the whole of it.
    function challenging(
        Plan memory plan,
        uint256 count,
        uint256 pre,
        uint256 post,
        Keccak.StateMatrix memory state
    ) external {
        challengeWith(plan, count, pre, post, state);
    }

    function challengingFirst(Plan memory plan) external {
        challenge(plan, BLOCKS, 0);
    }
}
