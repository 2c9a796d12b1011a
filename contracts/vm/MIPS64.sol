// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBigStepper} from "./IBigStepper.sol";
import {IMIPS64} from "./IMIPS64.sol";
import {IPreimageOracle} from "./IPreimageOracle.sol";
import {MIPS64Instructions} from "./MIPS64Instructions.sol";
import {MIPS64Memory} from "./MIPS64Memory.sol";
import {MIPS64State, Machine, State} from "./MIPS64State.sol";
import {MIPS64Syscalls} from "./MIPS64Syscalls.sol";

/// @title MIPS64
/// @notice The order in which a step happens: whose turn it is, which instruction, and what state comes out.
contract MIPS64 is IMIPS64 {
    using MIPS64Instructions for Machine;
    using MIPS64Syscalls for Machine;

    /// @dev cannon's number of `multithreaded64-5`.
    uint256 private constant STATE_VERSION = 8;
    /// @dev Steps of a thread's turn.
    uint64 private constant QUANTUM = 100_000;
    /// @dev Of a thread, the root below it, and all memory proofs.
    uint256 private constant LONGEST_PROOF = MIPS64State.THREAD_WITNESS_SIZE + 3 * MIPS64Memory.PROOF_SIZE;

    /// @inheritdoc IBigStepper
    IPreimageOracle public immutable oracle;

    constructor(IPreimageOracle _oracle, uint256 _stateVersion) {
        if (_stateVersion != STATE_VERSION) revert MIPS64_UnknownStateVersion(_stateVersion);
        oracle = _oracle;
    }

    /// @inheritdoc IMIPS64
    function stateVersion() external pure returns (uint256 stateVersion_) {
        return STATE_VERSION;
    }

    /// @inheritdoc IMIPS64
    function version() external pure returns (string memory) {
        return "1.10.1";
    }

    /// @inheritdoc IBigStepper
    function step(bytes calldata _stateData, bytes calldata _proof, bytes32 _localContext)
        external
        returns (bytes32 postState_)
    {
        State memory state = MIPS64State.decode(_stateData);
        _requireCanonical(_proof.length);
        _requireThread(state);
        if (state.exited == 1) return _publish(state, _stateData);
        _advance(state, _proof, _localContext);
        _requireThread(state);
        return _publish(state, state.encode());
    }

    /// @dev The claim that a state is the one after the step. The state itself is for those who watch.
    function _publish(State memory _state, bytes memory _encoded) private returns (bytes32) {
        // equivalent: log `_encoded` without topics, for which Solidity has no word
        assembly ("memory-safe") {
            log0(add(_encoded, 32), mload(_encoded))
        }
        return _state.claim(_encoded);
    }

    /// @dev One encoding alone stands for a state and its proof: both in their order, right behind each other.
    function _requireCanonical(uint256 _proofSize) private pure {
        (uint256 stateHead, uint256 proofHead) = abi.decode(msg.data[4:], (uint256, uint256));
        if (stateHead != 3 * 32 || proofHead != (3 + 1 + 6) * 32) {
            revert MIPS64_NotCanonical(stateHead, proofHead);
        }
        if (_proofSize > LONGEST_PROOF) revert MIPS64_ProofTooLong(_proofSize);
    }

    function _requireThread(State memory _state) private pure {
        if (_state.activeStack() == MIPS64State.NO_THREADS) revert MIPS64_NoActiveThread(_state.step);
    }

    /// @dev A step is one of: a thread that has ended goes; a thread's turn is over; an instruction is executed.
    function _advance(State memory _state, bytes calldata _proof, bytes32 _localContext) private view {
        unchecked {
            ++_state.step;
        }
        Machine memory machine = MIPS64State.open(_state, _proof);
        if (machine.thread.exited) return machine.drop();
        if (_state.stepsSinceLastContextSwitch >= QUANTUM) return machine.preempt();
        ++_state.stepsSinceLastContextSwitch;
        if (_execute(machine, _proof, _localContext)) machine.preempt();
        else machine.settle();
    }

    /// @dev Execute the active thread's next instruction. True if that ends its turn.
    function _execute(Machine memory _machine, bytes calldata _proof, bytes32 _localContext)
        private
        view
        returns (bool)
    {
        uint32 instruction = _machine.fetch(_proof);
        if (MIPS64Instructions.isSyscall(instruction)) {
            return _machine.execute(_proof, MIPS64Syscalls.Outside(oracle, _localContext));
        }
        _machine.execute(_proof, instruction);
        return false;
    }
}
