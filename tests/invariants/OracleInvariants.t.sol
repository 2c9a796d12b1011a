// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Types} from "../../contracts/lib/Types.sol";
import {OracleHandler} from "./support/OracleHandler.sol";
import {System} from "./support/System.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever proposer, challenger and others do to the L2OutputOracle:
///
///         I-ORACLE-1  Output i is about L2 block start + (i + 1) × interval: none is skipped, none comes twice.
///         I-ORACLE-2  An output that was final once is never deleted and never changes.
///         I-ORACLE-3  Outputs are in the order of L1's time, none is from the future, and each came after its block.
///         I-ORACLE-4  The outputs are exactly those that were proposed and not deleted since.
///         I-ORACLE-5  Each L2 block up to the newest output's is covered by the first output at or after it.
///         I-ORACLE-6  Proposing, deleting and becoming final stay possible.
contract OracleInvariants is System {
    OracleHandler internal handler;

    function setUp() public {
        deploySystem();
        vm.warp(STARTING_TIMESTAMP);
        handler = new OracleHandler(oracle);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_oracle() public view {
        _outputs();
        _finalOutputs();
    }

    function afterInvariant() public {
        (uint256 done, uint256 refused) = (handler.done(), handler.refused());
        handler.complete();
        vm.assertEq(handler.done(), done + 3, "I-ORACLE-6: two proposals and a deletion");
        vm.assertEq(handler.refused(), refused + 1, "I-ORACLE-6: and one that came too late");
        invariant_oracle();
    }

    /// @dev The handler is not vacuous: each action does what it is for.
    function test_handler_everyAction() public {
        handler.propose("root", 1);
        handler.deleteOutputs(0);
        vm.assertEq(handler.done(), 2, "went through");
        for (uint256 fault = 0; fault < 4; ++fault) {
            handler.proposeWrongly(fault, 7);
        }
        handler.deleteOutputs(0);
        vm.assertEq(handler.refused(), 5, "refused");
        handler.propose("root", 0);
        handler.wait(FINALIZATION_PERIOD - 1);
        handler.wait(0);
        vm.assertEq(handler.finalOutputs().length, 1, "final");
    }

    function _outputs() private view {
        Types.OutputProposal[] memory expected = handler.outputs();
        vm.assertEq(oracle.nextOutputIndex(), expected.length, "I-ORACLE-4: how many");
        uint256 before = 0;
        for (uint256 i = 0; i < expected.length; ++i) {
            Types.OutputProposal memory output = oracle.getL2Output(i);
            vm.assertEq(output.l2BlockNumber, STARTING_BLOCK + (i + 1) * SUBMISSION_INTERVAL, "I-ORACLE-1");
            vm.assertEq(output.outputRoot, expected[i].outputRoot, "I-ORACLE-4: root");
            vm.assertEq(output.timestamp, expected[i].timestamp, "I-ORACLE-4: time");
            vm.assertTrue(output.outputRoot != bytes32(0), "I-ORACLE-4: no empty claim");
            vm.assertGe(output.timestamp, before, "I-ORACLE-3: in order");
            vm.assertLe(output.timestamp, block.timestamp, "I-ORACLE-3: not from the future");
            vm.assertLt(
                oracle.computeL2Timestamp(output.l2BlockNumber),
                output.timestamp,
                "I-ORACLE-3: after its block"
            );
            vm.assertEq(oracle.getL2OutputIndexAfter(output.l2BlockNumber), i, "I-ORACLE-5: its own block");
            vm.assertEq(
                oracle.getL2OutputIndexAfter(output.l2BlockNumber - SUBMISSION_INTERVAL + 1),
                i,
                "I-ORACLE-5: the first block after the last output"
            );
            before = output.timestamp;
        }
    }

    function _finalOutputs() private view {
        Types.OutputProposal[] memory expected = handler.finalOutputs();
        vm.assertGe(oracle.nextOutputIndex(), expected.length, "I-ORACLE-2: none deleted");
        for (uint256 i = 0; i < expected.length; ++i) {
            vm.assertEq(
                keccak256(abi.encode(oracle.getL2Output(i))),
                keccak256(abi.encode(expected[i])),
                "I-ORACLE-2: none changed"
            );
        }
    }
}
