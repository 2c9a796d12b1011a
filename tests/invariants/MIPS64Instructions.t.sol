// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "../../contracts/vm/IMIPS64.sol";
import {Machines} from "./support/Machines.sol";

/// @notice Registers, branches and jumps, and which instructions there are.
contract MIPS64InstructionsTest is Machines {
    uint64 internal constant MIN64 = 1 << 63;
    uint64 internal constant MARK = 0x1234567890ABCDEF;

    /*//////////////////////////////////////////////////////////////
                           REGISTERS
    //////////////////////////////////////////////////////////////*/

    /// @notice Register 0 is 0 whatever is written to it; it is also only read.
    function test_register0_isNotWritten() public {
        Machine memory m = with(special(0x21, RS, RT, 0), 1, 2); // addu
        check(m, done(m), "addu");
        m = with(immediate(0x09, RS, 0, 7), 1, 0); // addiu
        check(m, done(m), "addiu");
        m = with(special(0x09, RS, 0, 0), 0x4000, 0); // jalr
        check(m, _gone(m, 0x4000), "jalr");
        m = with(immediate(0x23, 0, 0, 0), 0, 0); // lw
        m.data = 0;
        check(m, done(m), "lw");
    }

    function test_eachRegister_isReadAndWritten() public {
        for (uint256 register = 1; register < 32; register++) {
            Machine memory m = at(immediate(0x19, register, register, 1)); // daddiu
            Machine memory after_ = done(m);
            after_.r[register] = 0x0101010101010101 * uint64(register) + 1;
            check(m, after_, "the same");
        }
    }

    /*//////////////////////////////////////////////////////////////
                           BRANCHES AND JUMPS
    //////////////////////////////////////////////////////////////*/

    function test_branches_byTwoRegisters() public {
        _branches(4, RT, 7, 7, true); // beq
        _branches(4, RT, 7, 7 | (1 << 32), false);
        _branches(5, RT, 7, 7 | (1 << 32), true); // bne
        _branches(5, RT, 7, 7, false);
    }

    function test_branches_bySign() public {
        uint64[4] memory values = [MIN64, ONES, 0, 1];
        for (uint256 i = 0; i < 4; i++) {
            _branches(6, 0, values[i], 0, i < 3); // blez
            _branches(7, 0, values[i], 0, i == 3); // bgtz
            _branches(1, 0, values[i], 0, i < 2); // bltz
            _branches(1, 1, values[i], 0, i >= 2); // bgez
        }
    }

    /// @notice Bugs 29 and 33 of the list: both exist, and link whether they branch or not.
    function test_branchAndLink_linksTakenOrNot() public {
        uint64[2] memory values = [ONES, 0];
        for (uint256 i = 0; i < 2; i++) {
            // bltzal, bgezal
            for (uint256 kind = 0x10; kind <= 0x11; kind++) {
                Machine memory m = with(immediate(1, RS, kind, 0x10), values[i], 0);
                bool isTaken = (i == 0) == (kind == 0x10);
                Machine memory after_ = _gone(m, isTaken ? PC + 4 + 0x40 : PC + 8);
                after_.r[31] = PC + 8;
                check(m, after_, "and link");
            }
        }
    }

    function test_branch_ofUnknownKind_isNotTaken() public {
        for (uint256 kind = 2; kind < 32; kind++) {
            if (kind == 0x10 || kind == 0x11) continue;
            _branches(1, kind, ONES, 0, false);
            _branches(1, kind, 0, 0, false);
        }
    }

    function test_branch_backwards_andAcrossTheEnds() public {
        Machine memory m = at(immediate(4, 0, 0, 0x8000)); // beq
        check(m, _gone(m, 0xFFFFFFFFFFFE1004), "backwards");
        m = at(immediate(4, 0, 0, 0x7FFF));
        check(m, _gone(m, PC + 4 + 0x1FFFC), "forwards");
        m = at(0);
        poke(m, ONES - 7, immediate(4, 0, 0, 2)); // the last instruction of memory
        (m.pc, m.nextPC) = (ONES - 3, 0);
        Machine memory after_ = turned(m);
        (after_.pc, after_.nextPC) = (0, 8);
        check(m, after_, "beyond the end");
    }

    /// @notice Bug 29 of the list: within the region of the instruction behind, of 64 bits.
    function test_jump_staysInItsRegion() public {
        Machine memory m = at((2 << 26) | 0x03FFFFFF); // j
        check(m, _gone(m, 0x0FFFFFFC), "j");
        uint64[2] memory places = [0xFFFFFFFF_8FFFFFF8, 0x1234_0FFFFFFC];
        for (uint256 i = 0; i < 2; i++) {
            m = at(0);
            poke(m, places[i] & ~uint64(7), i == 0 ? uint64((3 << 26) | 1) << 32 : (3 << 26) | 1); // jal
            (m.pc, m.nextPC) = (places[i], places[i] + 4);
            Machine memory after_ = _gone(m, i == 0 ? 0xFFFFFFFF_80000004 : 0x1234_10000004);
            after_.r[31] = places[i] + 8;
            check(m, after_, "jal");
        }
    }

    function test_jump_toARegister() public {
        Machine memory m = with(special(0x08, RS, 0, 0), MARK, 0); // jr
        check(m, _gone(m, MARK), "jr");
        m = with(special(0x08, RS, 0, RD), MARK, 0);
        check(m, _gone(m, MARK), "jr links nothing");
        m = with(special(0x09, RS, 0, RD), MARK, 0); // jalr
        Machine memory after_ = _gone(m, MARK);
        after_.r[RD] = PC + 8;
        check(m, after_, "jalr");
        m = with(special(0x09, RS, 0, RS), MARK, 0);
        after_ = _gone(m, MARK);
        after_.r[RS] = PC + 8;
        check(m, after_, "jalr, from and to one register");
    }

    function test_delaySlot_isExecuted_butDoesNotJump() public {
        Machine memory m = with(special(0x21, RS, RT, RD), 1, 2); // addu
        m.nextPC = 0x8000;
        Machine memory after_ = done(m);
        after_.r[RD] = 3;
        check(m, after_, "executed");
        uint32[6] memory jumps = [
            special(0x08, RS, 0, 0),
            special(0x09, RS, 0, RD),
            2 << 26,
            3 << 26,
            immediate(5, 0, 0, 1), // not taken
            immediate(1, RS, 0x11, 1)
        ];
        for (uint256 i = 0; i < 6; i++) {
            m = at(jumps[i]);
            Machine memory free = m;
            m.nextPC = 0x8000;
            refuse(m, abi.encodeWithSelector(IMIPS64.MIPS64_JumpInDelaySlot.selector, PC, 0x8000));
            free.nextPC = PC + 4;
            machine.step(stateOf(free), proofOf(free), CONTEXT);
        }
    }

    /*//////////////////////////////////////////////////////////////
                                UNKNOWN
    //////////////////////////////////////////////////////////////*/

    function test_unknownInstructions_revert_knownOnes_areExecuted() public {
        // a bit for each opcode, function of `special`, and function of `special2`, that exists
        uint64 opcodes = 0x9191_7FFF_1F00_FFFF;
        uint64 functions = 0xDD00_FCFF_FFDF_9FDD;
        for (uint256 i = 0; i < 64; i++) {
            _exists(immediate(i, 0, 0, 0), opcodes >> i & 1 == 1 || i == 0x1C);
            if (i != 0x0C) _exists(special(i, RS, RT, 0), functions >> i & 1 == 1);
            bool isKnown = i == 2 || i == 0x20 || i == 0x21 || i == 0x24 || i == 0x25;
            _exists(special(i, RS, RT, 0) | (0x1C << 26), isKnown);
        }
    }

    function _exists(uint32 instruction, bool isKnown) private {
        if (instruction == 0x1C << 26) return; // `special2` without a function
        Machine memory m = at(instruction);
        m.data = 0;
        bytes memory error =
            abi.encodeWithSelector(IMIPS64.MIPS64_UnknownInstruction.selector, PC, instruction);
        if (isKnown) machine.step(stateOf(m), proofOf(m), CONTEXT);
        else refuse(m, error);
    }

    /*//////////////////////////////////////////////////////////////
                            HELPERS
    //////////////////////////////////////////////////////////////*/

    function _gone(Machine memory m, uint64 target) private pure returns (Machine memory after_) {
        after_ = turned(m);
        (after_.pc, after_.nextPC) = (m.nextPC, target);
    }

    function _branches(uint256 opcode, uint256 rt, uint64 rsValue, uint64 rtValue, bool isTaken) private {
        Machine memory m = with(immediate(opcode, RS, rt, 0x10), rsValue, rtValue);
        check(m, _gone(m, isTaken ? PC + 4 + 0x40 : PC + 8), "branch");
    }
}
