// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "../../contracts/vm/IMIPS64.sol";
import {Machines} from "./support/Machines.sol";

/// @notice What instructions calculate, with the values at which signs and carries change.
contract MIPS64ArithmeticTest is Machines {
    uint64 internal constant MIN32 = 0xFFFFFFFF80000000; // the least 32-bit number, as a register has it
    uint64 internal constant MAX32 = 0x7FFFFFFF;
    uint64 internal constant MIN64 = 1 << 63;
    uint64 internal constant MAX64 = (1 << 63) - 1;
    uint64 internal constant MARK = 0x1234567890ABCDEF;

    /*//////////////////////////////////////////////////////////////
                               ARITHMETIC
    //////////////////////////////////////////////////////////////*/

    /// @notice Bug 28 of the list: nothing traps.
    function test_addition_of32bits_wraps_andHasASign() public {
        // add, addu
        for (uint256 funct = 0x20; funct <= 0x21; funct++) {
            _gives(funct, 2, 3, 5);
            _gives(funct, MAX32, 1, MIN32);
            _gives(funct, MIN32, ONES, MAX32);
            _gives(funct, 0xFFFFFFFF, 1, 0);
            _gives(funct, 0x123400000001, 0x567800000002, 3); // upper halves do not matter
        }
        // sub, subu
        for (uint256 funct = 0x22; funct <= 0x23; funct++) {
            _gives(funct, 5, 3, 2);
            _gives(funct, 3, 5, ONES - 1);
            _gives(funct, MIN32, 1, MAX32);
            _gives(funct, MAX32, ONES, MIN32);
        }
    }

    function test_addition_of64bits_wraps() public {
        // dadd, daddu
        for (uint256 funct = 0x2C; funct <= 0x2D; funct++) {
            _gives(funct, MAX32, 1, 1 << 31);
            _gives(funct, MAX64, 1, MIN64);
            _gives(funct, ONES, 1, 0);
        }
        // dsub, dsubu
        for (uint256 funct = 0x2E; funct <= 0x2F; funct++) {
            _gives(funct, 0, 1, ONES);
            _gives(funct, MIN64, 1, MAX64);
            _gives(funct, 1 << 32, 1, 0xFFFFFFFF);
        }
    }

    function test_addition_ofAConstant_hasItsSign() public {
        // addi, addiu
        for (uint256 opcode = 0x08; opcode <= 0x09; opcode++) {
            _givesWith(opcode, 1, 0x7FFF, 0x8000);
            _givesWith(opcode, 1, 0x8000, 0xFFFFFFFFFFFF8001);
            _givesWith(opcode, MAX32, 1, MIN32);
        }
        // daddi, daddiu
        for (uint256 opcode = 0x18; opcode <= 0x19; opcode++) {
            _givesWith(opcode, MAX32, 1, 1 << 31);
            _givesWith(opcode, 0, 0x8000, 0xFFFFFFFFFFFF8000);
            _givesWith(opcode, ONES, 1, 0);
        }
    }

    function test_logic() public {
        _gives(0x24, 0xF0F0F0F0F0F0F0F0, MARK, 0x1030507090A0C0E0); // and
        _gives(0x25, 0xF0F0F0F0F0F0F0F0, 0x0FFF000000000001, 0xFFFFF0F0F0F0F0F1); // or
        _gives(0x26, ONES, MARK, ~MARK); // xor
        _gives(0x27, 0xF0F0F0F0F0F0F0F0, 0x0F0F0F0F00000000, 0x000000000F0F0F0F); // nor
        _givesWith(0x0C, ONES, 0x8001, 0x8001); // andi, without a sign
        _givesWith(0x0D, 0xFFFF0000, 0x8001, 0xFFFF8001); // ori
        _givesWith(0x0E, ONES, 0x8001, 0xFFFFFFFFFFFF7FFE); // xori
        _givesWith(0x0F, 0, 0x7FFF, 0x7FFF0000); // lui
        _givesWith(0x0F, 0, 0x8000, MIN32);
    }

    function test_comparison_withAndWithoutSigns() public {
        _gives(0x2A, ONES, 0, 1); // slt
        _gives(0x2A, 0, ONES, 0);
        _gives(0x2A, MIN64, MAX64, 1);
        _gives(0x2A, 7, 7, 0);
        _gives(0x2B, ONES, 0, 0); // sltu
        _gives(0x2B, 0, ONES, 1);
        _gives(0x2B, 7, 7, 0);
        _givesWith(0x0A, ONES - 1, 0xFFFF, 1); // slti
        _givesWith(0x0A, ONES, 0xFFFF, 0);
        _givesWith(0x0A, 0, 0x8000, 0);
        _givesWith(0x0B, 0, 0x8000, 1); // sltiu: with its sign, but compared without
        _givesWith(0x0B, ONES, 0x8000, 0);
    }

    function test_moves_onCondition() public {
        _gives(0x0A, MARK, 0, MARK); // movz
        _keeps(0x0A, MARK, 1);
        _gives(0x0B, MARK, 1 << 63, MARK); // movn
        _keeps(0x0B, MARK, 0);
    }

    function test_multiplication_ofWords() public {
        _gives2(0x02, 7, 6, 42); // mul
        _gives2(0x02, MAX32, 2, ONES - 1);
        _gives2(0x02, 0x10000, 0x10000, 0);
        _gives2(0x02, MIN32, ONES, MIN32);
    }

    function test_leadingBits_areCounted() public {
        _gives2(0x20, 0, 0, 32); // clz
        _gives2(0x20, 0xFFFFFFFF00000001, 0, 31);
        _gives2(0x20, 0x80000000, 0, 0);
        _gives2(0x21, ONES, 0, 32); // clo
        _gives2(0x21, 0xFFFFFFFE, 0, 31);
        _gives2(0x21, 0xFFFFFFFF00000000, 0, 0);
        _gives2(0x24, 0, 0, 64); // dclz
        _gives2(0x24, 1, 0, 63);
        _gives2(0x24, 0xFFFFFFFF, 0, 32);
        _gives2(0x25, ONES, 0, 64); // dclo
        _gives2(0x25, 0xFFFFFFFF00000000, 0, 32);
        _gives2(0x25, MAX64, 0, 0);
    }

    /*//////////////////////////////////////////////////////////////
                                 SHIFTS
    //////////////////////////////////////////////////////////////*/

    /// @notice Bugs 29 and 32 of the list: a shifted word has its sign in the upper half.
    function test_shift_ofWords_hasASign() public {
        _shifts(0x00, 0xABCD00000001, 31, MIN32); // sll
        _shifts(0x00, 0x40000000, 1, MIN32);
        _shifts(0x00, 0x8000000000000003, 1, 6);
        _shifts(0x00, 0xFFFFFFFF, 0, ONES);
        _shifts(0x02, 0xABCD80000000, 31, 1); // srl
        _shifts(0x02, 0xABCD80000000, 0, MIN32);
        _shifts(0x02, 0xABCD80000000, 4, 0x08000000);
        _shifts(0x03, 0xABCD80000000, 31, ONES); // sra
        _shifts(0x03, 0xABCD40000000, 30, 1);
        _shifts(0x03, 0xFFFFFFFF7FFFFFFF, 0, MAX32);
    }

    function test_shift_ofWords_byARegister_takesFiveBits() public {
        for (uint64 more = 0; more < 128; more += 32) {
            _gives(0x04, 31 + more, 1, MIN32); // sllv
            _gives(0x04, 1 + more, 0x40000000, MIN32);
            _gives(0x06, 31 + more, 0xABCD80000000, 1); // srlv
            _gives(0x06, more, 0x80000000, MIN32);
            _gives(0x07, 31 + more, 0xABCD80000000, ONES); // srav
            _gives(0x07, 4 + more, 0xFFFFFFFF70000000, 0x07000000);
        }
    }

    function test_shift_ofDoublewords() public {
        _shifts(0x38, 1, 31, 1 << 31); // dsll
        _shifts(0x38, MIN64 | 1, 1, 2);
        _shifts(0x3A, MIN64, 31, 1 << 32); // dsrl
        _shifts(0x3B, MIN64, 31, 0xFFFFFFFF00000000); // dsra
        _shifts(0x3C, 1, 31, MIN64); // dsll32
        _shifts(0x3C, 0x1_0000_0001, 0, 1 << 32);
        _shifts(0x3E, MIN64, 31, 1); // dsrl32
        _shifts(0x3F, MIN64, 31, ONES); // dsra32
        _shifts(0x3F, MAX64, 0, MAX32);
    }

    function test_shift_ofDoublewords_byARegister_takesSixBits() public {
        for (uint64 more = 0; more < 256; more += 64) {
            _gives(0x14, 63 + more, 1, MIN64); // dsllv
            _gives(0x14, 32 + more, 1, 1 << 32);
            _gives(0x16, 63 + more, MIN64, 1); // dsrlv
            _gives(0x17, 63 + more, MIN64, ONES); // dsrav
            _gives(0x17, 62 + more, MAX64, 1);
        }
    }

    /*//////////////////////////////////////////////////////////////
                               HI AND LO
    //////////////////////////////////////////////////////////////*/

    function test_multiplication_intoHiAndLo() public {
        _leaves(0x18, 7, 6, 0, 42); // mult
        _leaves(0x18, MIN32, MIN32, 0x40000000, 0);
        _leaves(0x18, ONES, 2, ONES, ONES - 1);
        _leaves(0x18, 0xABCD00000002, 0x80000000, ONES, 0);
        _leaves(0x19, ONES, ONES, 0xFFFFFFFFFFFFFFFE, 1); // multu
        _leaves(0x19, 0x80000000, 2, 1, 0);
        _leaves(0x19, 0x80000000, 1, 0, MIN32);
        _leaves(0x1C, ONES, ONES, 0, 1); // dmult
        _leaves(0x1C, MIN64, 2, ONES, 0);
        _leaves(0x1C, MIN64, MIN64, 1 << 62, 0);
        _leaves(0x1D, ONES, ONES, ONES - 1, 1); // dmultu
        _leaves(0x1D, MIN64, 2, 1, 0);
    }

    function test_division_intoLo_withTheRemainderInHi() public {
        _leaves(0x1A, 7, 2, 1, 3); // div
        _leaves(0x1A, ONES - 6, 2, ONES, ONES - 2); // -7 / 2 = -3, rest -1
        _leaves(0x1A, 7, ONES - 1, 1, ONES - 2); // 7 / -2 = -3, rest 1
        _leaves(0x1A, MIN32, ONES, 0, MIN32); // which has no other result
        _leaves(0x1A, 0xABCD00000007, 0x123400000002, 1, 3);
        _leaves(0x1B, ONES, 2, 1, MAX32); // divu
        _leaves(0x1B, 0xFFFFFFFE, 0xFFFFFFFF, ONES - 1, 0);
        _leaves(0x1E, ONES - 6, 2, ONES, ONES - 2); // ddiv
        _leaves(0x1E, MIN64, ONES, 0, MIN64);
        _leaves(0x1F, ONES, 2, 1, MAX64); // ddivu
        _leaves(0x1F, 7, ONES, 7, 0);
    }

    function test_division_byZero_reverts_byOne_isDone() public {
        for (uint256 funct = 0x1A; funct < 0x20; funct += funct == 0x1B ? 3 : 1) {
            Machine memory m = with(special(funct, RS, RT, 0), 9, 0);
            refuse(m, abi.encodeWithSelector(IMIPS64.MIPS64_DivisionByZero.selector, PC));
            _leaves(funct, 9, 1, 0, 9);
        }
        Machine memory words = with(special(0x1B, RS, RT, 0), 9, 1 << 32); // zero, of 32 bits
        refuse(words, abi.encodeWithSelector(IMIPS64.MIPS64_DivisionByZero.selector, PC));
        _leaves(0x1F, 1 << 32, 1 << 32, 0, 1);
    }

    function test_moves_fromAndToHiAndLo() public {
        Machine memory m = at(special(0x10, 0, 0, RD)); // mfhi
        (m.hi, m.lo) = (MARK, 77);
        Machine memory after_ = done(m);
        after_.r[RD] = MARK;
        check(m, after_, "mfhi");
        m = at(special(0x12, 0, 0, RD)); // mflo
        (m.hi, m.lo) = (77, MARK);
        after_ = done(m);
        after_.r[RD] = MARK;
        check(m, after_, "mflo");
        m = with(special(0x11, RS, 0, 0), MARK, 0); // mthi
        after_ = done(m);
        after_.hi = MARK;
        check(m, after_, "mthi");
        m = with(special(0x13, RS, 0, 0), MARK, 0); // mtlo
        after_ = done(m);
        after_.lo = MARK;
        check(m, after_, "mtlo");
    }

    /// @notice cannon's rule for what no compiler writes: what has no result clears its rd, and `sync` copies rs.
    function test_rd_ofInstructionsWithoutOne() public {
        Machine memory m = with(special(0x18, RS, RT, RD), 3, 5); // mult
        Machine memory after_ = done(m);
        (after_.lo, after_.r[RD]) = (15, 0);
        check(m, after_, "mult");
        m = with(special(0x11, RS, 0, RD), MARK, 0); // mthi
        after_ = done(m);
        (after_.hi, after_.r[RD]) = (MARK, 0);
        check(m, after_, "mthi");
        m = with(special(0x0F, RS, 0, RD), MARK, 0); // sync
        after_ = done(m);
        after_.r[RD] = MARK;
        check(m, after_, "sync");
        m = at(special(0x0F, 0, 0, 0));
        check(m, done(m), "sync as it is written");
    }

    /*//////////////////////////////////////////////////////////////
                            HELPERS
    //////////////////////////////////////////////////////////////*/

    function _gives(uint256 funct, uint64 rs, uint64 rt, uint64 rd) private {
        _givesTo(with(special(funct, RS, RT, RD), rs, rt), RD, rd);
    }

    function _gives2(uint256 funct, uint64 rs, uint64 rt, uint64 rd) private {
        _givesTo(with(special(funct, RS, RT, RD) | (0x1C << 26), rs, rt), RD, rd);
    }

    function _givesWith(uint256 opcode, uint64 rs, uint256 number, uint64 rt) private {
        _givesTo(with(immediate(opcode, RS, RT, number), rs, MARK), RT, rt);
    }

    function _shifts(uint256 funct, uint64 rt, uint256 amount, uint64 rd) private {
        _givesTo(with(special(funct, 0, RT, RD) | uint32(amount << 6), MARK, rt), RD, rd);
    }

    function _givesTo(Machine memory m, uint256 register, uint64 value) private {
        Machine memory after_ = done(m);
        after_.r[register] = value;
        check(m, after_, "result");
    }

    function _keeps(uint256 funct, uint64 rs, uint64 rt) private {
        Machine memory m = with(special(funct, RS, RT, RD), rs, rt);
        check(m, done(m), "nothing");
    }

    function _leaves(uint256 funct, uint64 rs, uint64 rt, uint64 hi, uint64 lo) private {
        Machine memory m = with(special(funct, RS, RT, 0), rs, rt);
        Machine memory after_ = done(m);
        (after_.hi, after_.lo) = (hi, lo);
        check(m, after_, "hi and lo");
    }
}
