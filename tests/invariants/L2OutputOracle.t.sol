// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {Types} from "../../contracts/lib/Types.sol";
import {IL2OutputOracle} from "../../contracts/oracle/IL2OutputOracle.sol";
import {L2OutputOracle} from "../../contracts/oracle/L2OutputOracle.sol";
import {System} from "./support/System.sol";
import {bound, vm} from "./support/Vm.sol";

contract L2OutputOracleTest is System {
    bytes32 internal constant ROOT = keccak256("root");
    bytes4 internal zero = IL2OutputOracle.L2OutputOracle_ZeroParameter.selector;

    function setUp() public {
        deploySystem();
    }

    /*//////////////////////////////////////////////////////////////
                               INITIALIZE
    //////////////////////////////////////////////////////////////*/

    function test_initialize_getters_underBothNames() public view {
        vm.assertEq(oracle.submissionInterval(), SUBMISSION_INTERVAL, "submissionInterval");
        vm.assertEq(oracle.SUBMISSION_INTERVAL(), SUBMISSION_INTERVAL, "SUBMISSION_INTERVAL");
        vm.assertEq(oracle.l2BlockTime(), L2_BLOCK_TIME, "l2BlockTime");
        vm.assertEq(oracle.L2_BLOCK_TIME(), L2_BLOCK_TIME, "L2_BLOCK_TIME");
        vm.assertEq(oracle.startingBlockNumber(), STARTING_BLOCK, "startingBlockNumber");
        vm.assertEq(oracle.startingTimestamp(), STARTING_TIMESTAMP, "startingTimestamp");
        vm.assertEq(oracle.proposer(), proposer, "proposer");
        vm.assertEq(oracle.PROPOSER(), proposer, "PROPOSER");
        vm.assertEq(oracle.challenger(), challenger, "challenger");
        vm.assertEq(oracle.CHALLENGER(), challenger, "CHALLENGER");
        vm.assertEq(oracle.finalizationPeriodSeconds(), FINALIZATION_PERIOD, "finalizationPeriodSeconds");
        vm.assertEq(oracle.FINALIZATION_PERIOD_SECONDS(), FINALIZATION_PERIOD, "FINALIZATION_PERIOD_SECONDS");
        vm.assertEq(oracle.version(), "1.8.0", "version");
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        oracle.initialize(1, 1, 0, 0, proposer, challenger, 1);
    }

    function test_initialize_logicItself_reverts() public {
        L2OutputOracle logic = new L2OutputOracle();
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        logic.initialize(1, 1, 0, 0, proposer, challenger, 1);
    }

    function test_initialize_smallestParameters_accepted() public {
        L2OutputOracle fresh = _initialized(1, 1, block.timestamp, proposer, challenger, 1, "");
        vm.assertEq(fresh.nextBlockNumber(), 1, "the smallest oracle");
    }

    function test_initialize_zeroParameter_reverts() public {
        _initialized(0, 2, 0, proposer, challenger, 3, abi.encodeWithSelector(zero, 0, 2, 3));
        _initialized(1, 0, 0, proposer, challenger, 3, abi.encodeWithSelector(zero, 1, 0, 3));
        _initialized(1, 2, 0, proposer, challenger, 0, abi.encodeWithSelector(zero, 1, 2, 0));
    }

    function test_initialize_zeroRole_reverts() public {
        bytes4 zeroRole = IL2OutputOracle.L2OutputOracle_ZeroRole.selector;
        _initialized(
            1, 1, 0, address(0), challenger, 1, abi.encodeWithSelector(zeroRole, address(0), challenger)
        );
        _initialized(1, 1, 0, proposer, address(0), 1, abi.encodeWithSelector(zeroRole, proposer, address(0)));
    }

    function test_initialize_startInFuture_reverts() public {
        uint256 start = block.timestamp + 1;
        _initialized(
            1,
            1,
            start,
            proposer,
            challenger,
            1,
            abi.encodeWithSelector(
                IL2OutputOracle.L2OutputOracle_StartInFuture.selector, start, block.timestamp
            )
        );
    }

    /*//////////////////////////////////////////////////////////////
                                PROPOSE
    //////////////////////////////////////////////////////////////*/

    function test_proposeL2Output_due_storedAndEmitted() public {
        uint256 number = STARTING_BLOCK + SUBMISSION_INTERVAL;
        vm.expectEmit(true, true, true, true, address(oracle));
        emit IL2OutputOracle.OutputProposed(ROOT, 0, number, block.timestamp);
        _propose(ROOT, number);
        Types.OutputProposal memory output = oracle.getL2Output(0);
        vm.assertEq(output.outputRoot, ROOT, "outputRoot");
        vm.assertEq(output.timestamp, block.timestamp, "timestamp");
        vm.assertEq(output.l2BlockNumber, number, "l2BlockNumber");
        vm.assertEq(oracle.latestOutputIndex(), 0, "latestOutputIndex");
        vm.assertEq(oracle.nextOutputIndex(), 1, "nextOutputIndex");
        vm.assertEq(oracle.latestBlockNumber(), number, "latestBlockNumber");
        vm.assertEq(oracle.nextBlockNumber(), number + SUBMISSION_INTERVAL, "nextBlockNumber");
    }

    function testFuzz_proposeL2Output_otherCaller_reverts(address caller) public {
        if (caller == proposer) caller = challenger;
        uint256 number = oracle.nextBlockNumber();
        vm.expectRevert(
            abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_OnlyProposer.selector, caller, proposer)
        );
        vm.prank(caller);
        oracle.proposeL2Output(ROOT, number, bytes32(0), 0);
    }

    function testFuzz_proposeL2Output_otherBlock_reverts(uint256 number) public {
        uint256 expected = oracle.nextBlockNumber();
        if (number == expected) number = expected - 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IL2OutputOracle.L2OutputOracle_UnexpectedBlockNumber.selector, number, expected
            )
        );
        _propose(ROOT, number);
    }

    function test_proposeL2Output_blockOfThisSecond_reverts() public {
        uint256 number = oracle.nextBlockNumber();
        uint256 due = oracle.computeL2Timestamp(number);
        vm.warp(due);
        vm.expectRevert(
            abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_BlockInFuture.selector, due, due)
        );
        _propose(ROOT, number);

        vm.warp(due + 1);
        _propose(ROOT, number);
        vm.assertEq(oracle.nextOutputIndex(), 1, "a second later");
    }

    function test_proposeL2Output_zeroRoot_reverts() public {
        uint256 number = oracle.nextBlockNumber();
        vm.expectRevert(abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_ZeroOutputRoot.selector));
        _propose(bytes32(0), number);
    }

    function test_proposeL2Output_l1Hash_checked() public {
        uint256 number = oracle.nextBlockNumber();
        (bytes32 kept, bytes32 reorged) = (keccak256("kept"), keccak256("reorged"));
        vm.setBlockhash(block.number - 1, kept);
        vm.expectRevert(
            abi.encodeWithSelector(
                IL2OutputOracle.L2OutputOracle_L1Reorged.selector, block.number - 1, reorged, kept
            )
        );
        vm.prank(proposer);
        oracle.proposeL2Output(ROOT, number, reorged, block.number - 1);

        vm.prank(proposer);
        oracle.proposeL2Output(ROOT, number, kept, block.number - 1);
        vm.assertEq(oracle.nextOutputIndex(), 1, "on the branch that stayed");
    }

    function test_proposeL2Output_l1BlockTooOld_reverts() public {
        uint256 number = oracle.nextBlockNumber();
        vm.expectRevert(
            abi.encodeWithSelector(
                IL2OutputOracle.L2OutputOracle_L1Reorged.selector, block.number - 257, ROOT, bytes32(0)
            )
        );
        vm.prank(proposer);
        oracle.proposeL2Output(ROOT, number, ROOT, block.number - 257);
    }

    /*//////////////////////////////////////////////////////////////
                                 DELETE
    //////////////////////////////////////////////////////////////*/

    function test_deleteL2Outputs_middle_deletesItAndLater() public {
        _proposeMany(4);
        vm.expectEmit(true, true, true, true, address(oracle));
        emit IL2OutputOracle.OutputsDeleted(4, 1);
        vm.prank(challenger);
        oracle.deleteL2Outputs(1);
        vm.assertEq(oracle.nextOutputIndex(), 1, "nextOutputIndex");
        vm.assertEq(oracle.latestBlockNumber(), STARTING_BLOCK + SUBMISSION_INTERVAL, "latestBlockNumber");
        _expectNoSuchOutput(1, 1);
        oracle.getL2Output(1);
    }

    function test_deleteL2Outputs_thenPropose_replaces() public {
        _proposeMany(2);
        vm.prank(challenger);
        oracle.deleteL2Outputs(0);
        _propose(keccak256("right"), oracle.nextBlockNumber());
        vm.assertEq(oracle.getL2Output(0).outputRoot, keccak256("right"), "replaced");
        vm.assertEq(
            oracle.getL2Output(0).l2BlockNumber, STARTING_BLOCK + SUBMISSION_INTERVAL, "same block as before"
        );
    }

    function testFuzz_deleteL2Outputs_otherCaller_reverts(address caller) public {
        if (caller == challenger) caller = proposer;
        _proposeMany(1);
        vm.expectRevert(
            abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_OnlyChallenger.selector, caller, challenger)
        );
        vm.prank(caller);
        oracle.deleteL2Outputs(0);
    }

    function test_deleteL2Outputs_beyondLast_reverts() public {
        _proposeMany(2);
        _expectNoSuchOutput(2, 2);
        vm.prank(challenger);
        oracle.deleteL2Outputs(2);
    }

    function test_deleteL2Outputs_lastSecond_isTheLast() public {
        _proposeMany(2);
        uint256 finalizedAt = block.timestamp + FINALIZATION_PERIOD;
        vm.warp(finalizedAt);
        vm.expectRevert(
            abi.encodeWithSelector(
                IL2OutputOracle.L2OutputOracle_AlreadyFinalized.selector, 1, finalizedAt, finalizedAt
            )
        );
        vm.prank(challenger);
        oracle.deleteL2Outputs(1);

        vm.warp(finalizedAt - 1);
        vm.prank(challenger);
        oracle.deleteL2Outputs(1);
        vm.assertEq(oracle.nextOutputIndex(), 1, "a second earlier");
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    function test_latestOutputIndex_none_reverts() public {
        _expectNoSuchOutput(0, 0);
        oracle.latestOutputIndex();
    }

    function test_latestBlockNumber_none_isStart() public view {
        vm.assertEq(oracle.latestBlockNumber(), STARTING_BLOCK, "the starting block");
    }

    function testFuzz_getL2OutputIndexAfter_coveredBlock_firstThatCovers(uint256 count, uint256 number)
        public
    {
        count = bound(count, 1, 12);
        number = bound(number, 0, STARTING_BLOCK + count * SUBMISSION_INTERVAL);
        _proposeMany(count);
        uint256 index = oracle.getL2OutputIndexAfter(number);
        vm.assertGe(oracle.getL2Output(index).l2BlockNumber, number, "covers");
        if (index > 0) vm.assertLt(oracle.getL2Output(index - 1).l2BlockNumber, number, "is the first");
        vm.assertEq(
            oracle.getL2OutputAfter(number).outputRoot, oracle.getL2Output(index).outputRoot, "same output"
        );
    }

    function testFuzz_getL2OutputIndexAfter_uncoveredBlock_reverts(uint256 count, uint256 number) public {
        count = bound(count, 0, 5);
        uint256 latest = STARTING_BLOCK + count * SUBMISSION_INTERVAL;
        number = bound(number, count == 0 ? 0 : latest + 1, type(uint256).max);
        _proposeMany(count);
        // the words by which viem's getWithdrawalStatus knows that a withdrawal waits to be proven
        vm.expectRevert(bytes("L2OutputOracle: cannot get output for a block that has not been proposed"));
        oracle.getL2OutputIndexAfter(number);
    }

    function test_computeL2Timestamp_startAndNext() public view {
        vm.assertEq(oracle.computeL2Timestamp(STARTING_BLOCK), STARTING_TIMESTAMP, "start");
        vm.assertEq(oracle.computeL2Timestamp(STARTING_BLOCK + 1), STARTING_TIMESTAMP + L2_BLOCK_TIME, "next");
    }

    function test_computeL2Timestamp_beforeStart_reverts() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        oracle.computeL2Timestamp(STARTING_BLOCK - 1);
    }

    function _propose(bytes32 root, uint256 number) private {
        vm.prank(proposer);
        oracle.proposeL2Output(root, number, bytes32(0), 0);
    }

    function _proposeMany(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            proposeRoot(keccak256(abi.encode("output", i)));
        }
    }

    function _expectNoSuchOutput(uint256 index, uint256 next) private {
        vm.expectRevert(
            abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_NoSuchOutput.selector, index, next)
        );
    }

    /// @dev A new oracle, or, with `refusal`, the check that there is none.
    function _initialized(
        uint256 interval,
        uint256 blockTime,
        uint256 start,
        address proposer_,
        address challenger_,
        uint256 period,
        bytes memory refusal
    ) private returns (L2OutputOracle) {
        address logic = address(new L2OutputOracle());
        bytes memory call = abi.encodeCall(
            L2OutputOracle.initialize, (interval, blockTime, 0, start, proposer_, challenger_, period)
        );
        address proxy = emptyProxy();
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(deployer);
        proxyAdmin.upgradeAndCall(payable(proxy), logic, call);
        return L2OutputOracle(proxy);
    }
}
