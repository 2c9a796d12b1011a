// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBigStepper} from "./IBigStepper.sol";

/// @title IMIPS64
/// @notice One step of a 64-bit MIPS processor with threads, a heap and Linux's system calls, as far as a Go program needs
///         them: what cannon runs off chain. Spec: "Cannon Fault Proof Virtual Machine".
/// @dev    The state that `step` takes is the 188 bytes of `State`. The proof is the active thread (298 bytes), the root of
///         the threads below it on its stack (32), and up to three memory proofs of 60 × 32 bytes: of the instruction, of
///         the word that it loads or stores, and of the word after that. What a step does not look at may be left out.
interface IMIPS64 is IBigStepper {
    /// @notice Thrown for rules that this machine does not follow.
    error MIPS64_UnknownStateVersion(uint256 stateVersion);

    /// @notice Thrown if state and proof are not where the canonical ABI encoding has them.
    error MIPS64_NotCanonical(uint256 stateHead, uint256 proofHead);

    /// @notice Thrown for a state that is not one, by its size.
    error MIPS64_WrongStateSize(uint256 size);

    /// @notice Thrown for a state that has neither exited nor not.
    error MIPS64_BadExitFlag(uint8 exited);

    /// @notice Thrown if the proof ends before what the step needs of it.
    error MIPS64_ProofTooShort(uint256 size, uint256 needed);

    /// @notice Thrown for a proof with more than any step needs.
    error MIPS64_ProofTooLong(uint256 size);

    /// @notice Thrown for a state, before or after, that has no thread to run.
    error MIPS64_NoActiveThread(uint64 step);

    /// @notice Thrown if the thread is not the one on top of the active stack.
    error MIPS64_WrongThread(bytes32 root, bytes32 expected);

    /// @notice Thrown if a memory proof does not lead to the memory's root.
    /// @param index  Which of the proofs, from 0.
    error MIPS64_WrongMemory(uint256 index, uint64 addr, bytes32 root, bytes32 expected);

    /// @notice Thrown if the program counter is not at an instruction.
    error MIPS64_UnalignedPC(uint64 pc);

    /// @notice Thrown for an instruction that this machine does not have.
    error MIPS64_UnknownInstruction(uint64 pc, uint32 instruction);

    /// @notice Thrown for a jump or branch right behind another.
    error MIPS64_JumpInDelaySlot(uint64 pc, uint64 nextPC);

    /// @notice Thrown for a division by zero, which has no result.
    error MIPS64_DivisionByZero(uint64 pc);

    /// @notice Thrown for a system call that this machine does not have.
    error MIPS64_UnknownSyscall(uint64 pc, uint64 number);

    /// @notice Which rules the machine follows, by cannon's number: 8 is `multithreaded64-5`.
    function stateVersion() external view returns (uint256 stateVersion_);

    /// @notice Version of the ABI and of the rules.
    function version() external view returns (string memory);
}
