// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBigStepper} from "../../contracts/vm/IBigStepper.sol";
import {IMIPS64} from "../../contracts/vm/IMIPS64.sol";
import {MIPS64} from "../../contracts/vm/MIPS64.sol";
import {Machines} from "./support/Machines.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice What happens in a step around its instruction: witnesses, turns, the end of threads and of the program.
contract MIPS64Test is Machines {
    uint32 internal constant NOP = 0;
    uint64 internal constant QUANTUM = 100_000;

    function test_constructor_otherRules_reverts_thoseOfCannon_accepted() public {
        for (uint256 number = 0; number < 12; number++) {
            if (number != 8) {
                vm.expectRevert(abi.encodeWithSelector(IMIPS64.MIPS64_UnknownStateVersion.selector, number));
            }
            MIPS64 made = new MIPS64(oracle, number);
            if (number == 8) vm.assertEq(made.stateVersion(), 8, "version");
        }
        vm.assertEq(address(machine.oracle()), address(oracle), "oracle");
    }

    function test_step_logsTheStateThatItClaims() public {
        Machine memory m = at(NOP);
        vm.recordLogs();
        machine.step(stateOf(m), proofOf(m), CONTEXT);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "one log");
        vm.assertEq(logs[0].topics.length, 0, "without topics");
        vm.assertEq(logs[0].data, stateOf(done(m)), "the state");
    }

    /*//////////////////////////////////////////////////////////////
                               WITNESSES
    //////////////////////////////////////////////////////////////*/

    function test_state_ofAnotherSize_reverts() public {
        Machine memory m = at(NOP);
        bytes memory state = stateOf(m);
        refuse(_cut(state, 187), proofOf(m), _error(IMIPS64.MIPS64_WrongStateSize.selector, 187));
        refuse(bytes.concat(state, hex"00"), proofOf(m), _error(IMIPS64.MIPS64_WrongStateSize.selector, 189));
        refuse("", proofOf(m), _error(IMIPS64.MIPS64_WrongStateSize.selector, 0));
        check(m, done(m), "188 bytes");
    }

    function test_proof_cutAnywhere_reverts() public {
        Machine memory m = at(immediate(0x23, 0, RT, 0)); // lw: needs both memory proofs
        m.data = 0;
        bytes memory proof = proofOf(m);
        for (uint256 size = 0; size < proof.length; size += 97) {
            uint256 needed = WITNESS;
            if (size >= WITNESS) needed += MEMORY_PROOF;
            if (size >= WITNESS + MEMORY_PROOF) needed += MEMORY_PROOF;
            refuse(
                stateOf(m),
                _cut(proof, size),
                abi.encodeWithSelector(IMIPS64.MIPS64_ProofTooShort.selector, size, needed)
            );
        }
        Machine memory after_ = done(m);
        after_.r[RT] = 0;
        check(m, after_, "whole");
    }

    function test_proof_longerThanThreeMemoryProofs_reverts_asLong_accepted() public {
        Machine memory m = at(NOP);
        uint256 most = WITNESS + 3 * MEMORY_PROOF;
        bytes memory proof = bytes.concat(proofOf(m), new bytes(MEMORY_PROOF));
        vm.assertEq(proof.length, most, "size");
        refuse(
            stateOf(m), bytes.concat(proof, hex"00"), _error(IMIPS64.MIPS64_ProofTooLong.selector, most + 1)
        );
        check(m, proof, done(m), "longest");
    }

    function test_proof_notNeeded_mayBeLeftOut() public {
        Machine memory m = at(NOP);
        check(m, _cut(proofOf(m), WITNESS + MEMORY_PROOF), done(m), "no data");
        m.exited = 1;
        check(m, "", m, "no thread");
    }

    /// @notice Both arguments moved by a word, which decodes to the same, and heads that overlap.
    function test_encoding_notCanonical_reverts_canonical_accepted() public {
        Machine memory m = at(NOP);
        bytes memory canonical = abi.encodeCall(machine.step, (stateOf(m), proofOf(m), CONTEXT));
        vm.assertEq(_call(canonical), abi.encode(claimOf(done(m))), "canonical");
        bytes memory state = bytes.concat(bytes32(uint256(188)), stateOf(m), bytes4(0));
        bytes memory proof = abi.encode(proofOf(m));
        proof = _from(proof, 32);

        bytes memory gap = bytes.concat(_head(128, 352), bytes32(0), state, proof);
        vm.assertEq(_call(gap), _notCanonical(128, 352), "a gap before both");
        gap = bytes.concat(_head(96, 352), state, bytes32(0), proof);
        vm.assertEq(_call(gap), _notCanonical(96, 352), "a gap between");
        bytes memory swapped = bytes.concat(_head(96 + proof.length, 96), proof, state);
        vm.assertEq(_call(swapped), _notCanonical(96 + proof.length, 96), "the other way round");
        vm.assertEq(
            _call(bytes.concat(_head(96, 320), state, proof)), abi.encode(claimOf(done(m))), "by hand"
        );
    }

    function test_thread_otherThanOnTop_reverts() public {
        Machine memory m = at(NOP);
        bytes memory state = stateOf(m);
        bytes32 right = keccak256(bytes.concat(m.others, keccak256(threadOf(m))));
        m.r[31] ^= 1;
        bytes32 wrong = keccak256(bytes.concat(m.others, keccak256(threadOf(m))));
        refuse(state, proofOf(m), abi.encodeWithSelector(IMIPS64.MIPS64_WrongThread.selector, wrong, right));
        m.r[31] ^= 1;
        m.others = keccak256("other others");
        wrong = keccak256(bytes.concat(m.others, keccak256(threadOf(m))));
        refuse(state, proofOf(m), abi.encodeWithSelector(IMIPS64.MIPS64_WrongThread.selector, wrong, right));
    }

    /// @notice Each bit of a proof counts, for the instruction as for the data.
    function testFuzz_memoryProof_withAnyWrongBit_reverts(uint256 seed) public {
        Machine memory m = at(immediate(0x37, 0, RT, 0)); // ld
        m.data = 0;
        bytes memory proof = proofOf(m);
        uint256 place = WITNESS + seed % (2 * MEMORY_PROOF);
        proof[place] ^= bytes1(uint8(1 << ((seed >> 128) % 8)));
        (bool success, bytes memory result) =
            address(machine).call(abi.encodeCall(machine.step, (stateOf(m), proof, CONTEXT)));
        vm.assertFalse(success, "a wrong bit");
        vm.assertEq(bytes32(bytes4(result)), bytes32(IMIPS64.MIPS64_WrongMemory.selector), "the error");
    }

    function test_memoryProof_ofAnotherAddress_reverts() public {
        Machine memory m = at(immediate(0x37, RS, RT, 0)); // ld
        (m.r[RS], m.data) = (DATA, DATA + 32);
        bytes32 root = node(m, 59, 0);
        (bool success, bytes memory result) =
            address(machine).call(abi.encodeCall(machine.step, (stateOf(m), proofOf(m), CONTEXT)));
        vm.assertFalse(success, "a neighbour's proof");
        (uint256 index, uint64 where,, bytes32 expected) =
            abi.decode(_from(result, 4), (uint256, uint64, bytes32, bytes32));
        vm.assertEq(index, 1, "which proof");
        vm.assertEq(where, DATA, "address");
        vm.assertEq(expected, root, "root");
    }

    /// @notice Bug 30 of the list.
    function test_exitFlag_neither0nor1_reverts() public {
        Machine memory m = at(NOP);
        for (uint256 flag = 2; flag < 256; flag += 127) {
            m.exited = uint8(flag);
            refuse(m, _error(IMIPS64.MIPS64_BadExitFlag.selector, flag));
        }
        m.exited = 1;
        check(m, m, "exited");
        m.exited = 0;
        check(m, done(m), "running");
    }

    /*//////////////////////////////////////////////////////////////
                                THE END
    //////////////////////////////////////////////////////////////*/

    function test_exitedProgram_staysAsItIs_withTheStatusOfItsExitCode() public {
        Machine memory m = at(NOP);
        m.exited = 1;
        for (uint256 exitCode = 0; exitCode < 256; exitCode += 1 + exitCode / 3) {
            m.exitCode = uint8(exitCode);
            check(m, m, "exited");
            bytes32 claim = machine.step(stateOf(m), "", CONTEXT);
            vm.assertEq(uint8(claim[0]), exitCode < 2 ? exitCode : 2, "status");
        }
        m.exited = 0;
        vm.assertEq(uint8(machine.step(stateOf(m), proofOf(m), CONTEXT)[0]), 3, "unfinished");
    }

    function test_exitedProgram_withoutThreads_reverts() public {
        Machine memory m = at(NOP);
        (m.exited, m.active) = (1, NO_THREADS);
        refuse(m, _error(IMIPS64.MIPS64_NoActiveThread.selector, m.step));
        m.active = keccak256("any");
        check(m, m, "with threads");
    }

    function test_emptyActiveStack_reverts_onEitherSide() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = at(NOP);
            (m.isRight, m.active) = (isRight, NO_THREADS);
            refuse(m, _error(IMIPS64.MIPS64_NoActiveThread.selector, m.step));
            m.active = 0;
            m.waiting = NO_THREADS;
            check(m, done(m), "the other stack may be empty");
        }
    }

    /*//////////////////////////////////////////////////////////////
                                 TURNS
    //////////////////////////////////////////////////////////////*/

    function test_endedThread_goes_withoutAnInstruction() public {
        Machine memory m = at(0xFFFFFFFF); // which would be refused
        m.threadExited = 1;
        Machine memory after_ = turned(m);
        (after_.active, after_.turn) = (m.others, 0);
        check(m, _cut(proofOf(m), WITNESS), after_, "gone");
        m.turn = QUANTUM;
        check(m, after_, "whatever its turn");
    }

    function test_endedThread_lastOfItsStack_theOtherStackIsNext() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = at(NOP);
            (m.isRight, m.threadExited, m.others) = (isRight, 1, NO_THREADS);
            Machine memory after_ = turned(m);
            (after_.active, after_.waiting) = (m.waiting, NO_THREADS);
            (after_.isRight, after_.turn) = (1 - isRight, 0);
            check(m, after_, "the other stack");
            m.waiting = NO_THREADS;
            refuse(m, _error(IMIPS64.MIPS64_NoActiveThread.selector, m.step + 1));
        }
    }

    function test_turn_isOverAfter100000Steps_notBefore() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = at(NOP);
            m.isRight = isRight;
            m.turn = QUANTUM - 1;
            check(m, done(m), "the last of the turn");
            m.turn = QUANTUM;
            Machine memory after_ = yielded(m);
            after_.step++;
            check(m, _cut(proofOf(m), WITNESS), after_, "over");
            m.turn = ONES;
            check(m, after_, "long over");
        }
    }

    function test_turn_isOver_lastOfItsStack_theOtherStackIsNext() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = at(NOP);
            (m.isRight, m.turn, m.others) = (isRight, QUANTUM, NO_THREADS);
            Machine memory after_ = yielded(m);
            (after_.active, after_.waiting) = (after_.waiting, NO_THREADS);
            after_.isRight = 1 - isRight;
            after_.step++;
            check(m, after_, "the other stack");
        }
    }

    function test_step_isCounted_andWraps() public {
        Machine memory m = at(NOP);
        m.step = ONES;
        Machine memory after_ = abi.decode(abi.encode(m), (Machine));
        (after_.step, after_.pc, after_.nextPC) = (0, m.nextPC, m.nextPC + 4);
        after_.turn++;
        check(m, after_, "as 64 bits do");
    }

    function test_side_anyByteButZero_isRight_andStaysThatByte() public {
        Machine memory m = at(NOP);
        m.isRight = 2;
        check(m, done(m), "right");
        m.turn = QUANTUM;
        m.others = NO_THREADS;
        Machine memory after_ = yielded(m);
        (after_.active, after_.waiting, after_.isRight) = (after_.waiting, NO_THREADS, 0);
        after_.step++;
        check(m, after_, "left after it");
    }

    /*//////////////////////////////////////////////////////////////
                               INSTRUCTION
    //////////////////////////////////////////////////////////////*/

    function test_instruction_isTheHalfOfItsWord() public {
        Machine memory m = at(NOP);
        poke(m, PC, (uint64(immediate(0x09, 0, RT, 1)) << 32) | immediate(0x09, 0, RT, 2)); // addiu
        Machine memory after_ = done(m);
        after_.r[RT] = 1;
        check(m, after_, "the first");
        (m.pc, m.nextPC) = (PC + 4, PC + 8);
        after_ = done(m);
        after_.r[RT] = 2;
        check(m, after_, "the second");
    }

    function test_programCounter_unaligned_reverts() public {
        Machine memory m = at(NOP);
        for (uint64 offset = 1; offset < 4; offset++) {
            m.pc = PC + offset;
            refuse(m, _error(IMIPS64.MIPS64_UnalignedPC.selector, PC + offset));
        }
        m.pc = PC;
        check(m, done(m), "aligned");
    }

    /*//////////////////////////////////////////////////////////////
                                HELPERS
    //////////////////////////////////////////////////////////////*/

    function _error(bytes4 selector, uint256 value) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, value);
    }

    function _notCanonical(uint256 state, uint256 proof) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMIPS64.MIPS64_NotCanonical.selector, state, proof);
    }

    function _head(uint256 state, uint256 proof) private pure returns (bytes memory) {
        return abi.encodePacked(IBigStepper.step.selector, state, proof, CONTEXT);
    }

    function _call(bytes memory data) private returns (bytes memory result) {
        (, result) = address(machine).call(data);
    }

    function _cut(bytes memory data, uint256 size) private pure returns (bytes memory part) {
        part = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            part[i] = data[i];
        }
    }

    function _from(bytes memory data, uint256 start) private pure returns (bytes memory part) {
        part = new bytes(data.length - start);
        for (uint256 i = start; i < data.length; i++) {
            part[i - start] = data[i];
        }
    }
}
