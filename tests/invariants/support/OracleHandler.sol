// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Types} from "../../../contracts/lib/Types.sol";
import {L2OutputOracle} from "../../../contracts/oracle/L2OutputOracle.sol";
import {System} from "./System.sol";
import {bound, vm} from "./Vm.sol";

/// @title OracleHandler
/// @notice Proposes, deletes and waits at random, beside a model: a plain list. Every action has one outcome that the
///         model knows before; an action that reverts by itself, or ends otherwise, fails the run.
contract OracleHandler is System {
    Types.OutputProposal[] internal model;
    Types.OutputProposal[] internal final_;

    /// @notice Proposals and deletions that went through, and ones that were refused.
    uint256 public done;
    uint256 public refused;

    constructor(L2OutputOracle oracle_) {
        oracle = oracle_;
    }

    function propose(bytes32 root, uint256 late) public {
        uint256 number = STARTING_BLOCK + (model.length + 1) * SUBMISSION_INTERVAL;
        uint256 due = STARTING_TIMESTAMP + (number - STARTING_BLOCK) * L2_BLOCK_TIME;
        if (block.timestamp <= due) vm.warp(due + 1);
        _wait(bound(late, 0, 100));
        if (root == 0) root = keccak256("root");
        vm.prank(proposer);
        oracle.proposeL2Output(root, number, bytes32(0), 0);
        model.push(Types.OutputProposal(root, uint128(block.timestamp), uint128(number)));
        ++done;
    }

    /// @notice A proposal with one thing wrong: who, which block, when, what.
    function proposeWrongly(uint256 fault, uint256 by) external {
        fault = bound(fault, 0, 3);
        uint256 number = oracle.nextBlockNumber();
        uint256 due = oracle.computeL2Timestamp(number);
        if (fault == 2 && block.timestamp > due) fault = 0; // too late to be too early
        if (fault == 1) number = number == by ? by + 1 : by;
        if (fault == 2) vm.warp(due);
        bytes32 root = fault == 3 ? bytes32(0) : keccak256("root");
        vm.prank(fault == 0 ? challenger : proposer);
        _refused(abi.encodeCall(oracle.proposeL2Output, (root, number, bytes32(0), 0)));
        _settle();
    }

    /// @notice The challenger tries to delete any output, or one that is not there.
    function deleteOutputs(uint256 index) public {
        index = bound(index, 0, model.length);
        bytes memory call = abi.encodeCall(oracle.deleteL2Outputs, index);
        vm.prank(challenger);
        if (index == model.length || block.timestamp >= model[index].timestamp + FINALIZATION_PERIOD) {
            return _refused(call);
        }
        oracle.deleteL2Outputs(index);
        while (model.length > index) model.pop();
        ++done;
    }

    function wait(uint256 seconds_) external {
        _wait(bound(seconds_, 1, FINALIZATION_PERIOD));
    }

    /// @notice One output that is proposed and deleted, and one that becomes final.
    function complete() external {
        propose("wrong", 0);
        deleteOutputs(model.length - 1);
        propose("right", 0);
        _wait(FINALIZATION_PERIOD);
        deleteOutputs(model.length - 1);
    }

    function outputs() external view returns (Types.OutputProposal[] memory) {
        return model;
    }

    /// @notice Outputs that were final at some time.
    function finalOutputs() external view returns (Types.OutputProposal[] memory) {
        return final_;
    }

    function _wait(uint256 seconds_) private {
        vm.warp(block.timestamp + seconds_);
        _settle();
    }

    /// @dev Remember what has become final.
    function _settle() private {
        while (
            final_.length < model.length
                && block.timestamp >= model[final_.length].timestamp + FINALIZATION_PERIOD
        ) {
            final_.push(model[final_.length]);
        }
    }

    function _refused(bytes memory call) private {
        (bool success,) = address(oracle).call(call);
        vm.assertFalse(success, "must be refused");
        ++refused;
    }
}
