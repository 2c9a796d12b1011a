// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "./IMIPS64.sol";
import {MIPS64Arithmetic} from "./MIPS64Arithmetic.sol";
import {MIPS64Memory} from "./MIPS64Memory.sol";
import {MIPS64State, Machine, State, Thread} from "./MIPS64State.sol";
import {Words} from "./Words.sol";

/// @title MIPS64Instructions
/// @notice The processor's instructions, but for `syscall`.
/// @dev    An instruction is opcode6 ‖ rs5 ‖ rt5 ‖ rd5 ‖ shamt5 ‖ funct6, or opcode6 ‖ rs5 ‖ rt5 ‖ immediate16, or
///         opcode6 ‖ target26. Nothing traps for an overflow, and the addresses of plain loads and stores are rounded down
///         to a multiple of their size. Names as in "MIPS64 Instruction Set", the processor's manual.
library MIPS64Instructions {
    using MIPS64Memory for State;

    /// @dev Which class each of the 64 opcodes belongs to; 0 is none.
    bytes32 private constant OPCODES = hex"1233222244444444" // 00..0F: special, regimm, j jal, beq .. bgtz; addi .. lui
        hex"0000000044665000" // 10..1F: daddi daddiu, ldl ldr, special2
        hex"6666666677777770" // 20..2F: lb .. lwu; sb .. swr
        hex"8000800690009007"; // 30..3F: ll, lld, ld; sc, scd, sd
    uint256 private constant SPECIAL = 1;
    uint256 private constant BRANCH = 2;
    uint256 private constant JUMP = 3;
    uint256 private constant IMMEDIATE = 4;
    uint256 private constant SPECIAL2 = 5;
    uint256 private constant LOAD = 6;
    uint256 private constant STORE = 7;
    uint256 private constant LOAD_LINKED = 8;
    uint256 private constant STORE_CONDITIONAL = 9;

    /// @dev Which class each of the 64 functions of the opcode `special` belongs to; 0 is none.
    bytes32 private constant FUNCTIONS = hex"1011101122330004" // 00..0F: sll .. srav; jr jalr, movz movn, sync
        hex"5555606677777777" // 10..1F: mfhi .. mtlo, dsllv .. dsrav; mult .. ddivu
        hex"8888888800888888" // 20..2F: add .. nor; slt .. dsubu
        hex"0000000060666066"; // 30..3F: dsll .. dsra32
    uint256 private constant SHIFT = 1;
    uint256 private constant JUMP_REGISTER = 2;
    uint256 private constant MOVE_IF = 3;
    uint256 private constant SYNC = 4;
    uint256 private constant HI_LO = 5;
    uint256 private constant SHIFT_DOUBLEWORD = 6;
    uint256 private constant MULTIPLY_OR_DIVIDE = 7;
    uint256 private constant ARITHMETIC = 8;

    uint256 private constant SYSCALL = 0x0C;
    uint256 private constant RETURN_ADDRESS = 31;

    /// @notice The instruction at the active thread's program counter.
    function fetch(Machine memory _machine, bytes calldata _proof) internal pure returns (uint32) {
        uint64 pc = _machine.thread.pc;
        if (pc & 3 != 0) revert IMIPS64.MIPS64_UnalignedPC(pc);
        return uint32(Words.part(_machine.state.load(_proof, MIPS64Memory.INSTRUCTION, pc), pc, 4));
    }

    function isSyscall(uint32 _instruction) internal pure returns (bool) {
        return _instruction >> 26 == 0 && _instruction & 0x3F == SYSCALL;
    }

    /// @notice Execute an instruction of the active thread's.
    function execute(Machine memory _machine, bytes calldata _proof, uint32 _instruction) internal pure {
        Thread memory thread = _machine.thread;
        uint256 opcode = _instruction >> 26;
        uint256 class = _classIn(OPCODES, opcode);
        if (class == BRANCH) return _branch(thread, _instruction);
        if (class == JUMP) return _jump(thread, _instruction);
        if (class == SPECIAL) return _special(thread, _instruction);
        if (class == IMMEDIATE) _immediate(thread, _instruction);
        else if (class == LOAD) _load(_machine, _proof, _instruction);
        else if (class == STORE) _store(_machine, _proof, _instruction);
        else if (class == LOAD_LINKED) _loadLinked(_machine, _proof, _instruction);
        else if (class == STORE_CONDITIONAL) _storeConditional(_machine, _proof, _instruction);
        else if (class == SPECIAL2) _special2(thread, _instruction);
        else revert IMIPS64.MIPS64_UnknownInstruction(thread.pc, _instruction);
        thread.advance();
    }

    function _classIn(bytes32 _table, uint256 _place) private pure returns (uint256) {
        return (uint256(_table) >> (4 * (63 - _place))) & 15;
    }

    /*//////////////////////////////////////////////////////////////
                                OPERANDS
    //////////////////////////////////////////////////////////////*/

    function _rs(Thread memory _thread, uint32 _instruction) private pure returns (uint64) {
        return _thread.register((_instruction >> 21) & 31);
    }

    function _rt(Thread memory _thread, uint32 _instruction) private pure returns (uint64) {
        return _thread.register((_instruction >> 16) & 31);
    }

    function _setRt(Thread memory _thread, uint32 _instruction, uint64 _value) private pure {
        _thread.setRegister((_instruction >> 16) & 31, _value);
    }

    function _setRd(Thread memory _thread, uint32 _instruction, uint64 _value) private pure {
        _thread.setRegister((_instruction >> 11) & 31, _value);
    }

    function _address(Thread memory _thread, uint32 _instruction) private pure returns (uint64) {
        unchecked {
            return _rs(_thread, _instruction) + Words.signed16(_instruction);
        }
    }

    /*//////////////////////////////////////////////////////////////
                           BRANCHES AND JUMPS
    //////////////////////////////////////////////////////////////*/

    /// @dev Go on with the instruction behind, and only then at the target.
    function _goTo(Thread memory _thread, uint64 _target) private pure {
        unchecked {
            if (_thread.nextPC != _thread.pc + 4) {
                revert IMIPS64.MIPS64_JumpInDelaySlot(_thread.pc, _thread.nextPC);
            }
        }
        _thread.pc = _thread.nextPC;
        _thread.nextPC = _target;
    }

    /// @dev j, jal: within the 256 MB of the instruction behind.
    function _jump(Thread memory _thread, uint32 _instruction) private pure {
        uint64 region = _thread.nextPC & ~uint64(0x0FFFFFFF);
        if (_instruction >> 26 == 3) _link(_thread, RETURN_ADDRESS);
        _goTo(_thread, region | (uint64(_instruction & 0x03FFFFFF) << 2));
    }

    function _link(Thread memory _thread, uint256 _register) private pure {
        unchecked {
            _thread.setRegister(_register, _thread.pc + 8);
        }
    }

    function _branch(Thread memory _thread, uint32 _instruction) private pure {
        uint64 rs = _rs(_thread, _instruction);
        uint256 opcode = _instruction >> 26;
        bool isTaken;
        if (opcode == 4) isTaken = rs == _rt(_thread, _instruction); // beq
        else if (opcode == 5) isTaken = rs != _rt(_thread, _instruction); // bne
        else if (opcode == 6) isTaken = int64(rs) <= 0; // blez
        else if (opcode == 7) isTaken = int64(rs) > 0; // bgtz
        else isTaken = _regimm(_thread, _instruction, int64(rs));
        unchecked {
            _goTo(_thread, _thread.pc + (isTaken ? 4 + (Words.signed16(_instruction) << 2) : 8));
        }
    }

    /// @dev Branches by the sign of a register, which the place of rt tells apart; those unknown are never taken.
    function _regimm(Thread memory _thread, uint32 _instruction, int64 _value) private pure returns (bool) {
        uint256 kind = (_instruction >> 16) & 31;
        if (kind == 0x10 || kind == 0x11) _link(_thread, RETURN_ADDRESS); // taken or not
        if (kind == 0x00 || kind == 0x10) return _value < 0; // bltz, bltzal
        if (kind == 0x01 || kind == 0x11) return _value >= 0; // bgez, bgezal
        return false;
    }

    /*//////////////////////////////////////////////////////////////
                               REGISTERS
    //////////////////////////////////////////////////////////////*/

    function _special(Thread memory _thread, uint32 _instruction) private pure {
        uint64 rs = _rs(_thread, _instruction);
        uint64 rt = _rt(_thread, _instruction);
        uint256 funct = _instruction & 0x3F;
        uint256 class = _classIn(FUNCTIONS, funct);
        if (class == JUMP_REGISTER) {
            if (funct == 9) _link(_thread, (_instruction >> 11) & 31); // jalr
            return _goTo(_thread, rs);
        }
        if (class == MOVE_IF) {
            if ((funct == 0x0A) == (rt == 0)) _setRd(_thread, _instruction, rs); // movz, movn
            return _thread.advance();
        }
        uint64 value; // 0 for those that have none
        if (class == ARITHMETIC) value = MIPS64Arithmetic.combine(funct, rs, rt);
        else if (class == SHIFT) value = MIPS64Arithmetic.shift(funct, _instruction, rs, rt);
        else if (class == SHIFT_DOUBLEWORD) value = MIPS64Arithmetic.shift64(funct, _instruction, rs, rt);
        else if (class == HI_LO) value = _hiLo(_thread, funct, rs);
        else if (class == MULTIPLY_OR_DIVIDE) _multiplyOrDivide(_thread, funct, rs, rt);
        else if (class == SYNC) value = rs;
        else revert IMIPS64.MIPS64_UnknownInstruction(_thread.pc, _instruction);
        _setRd(_thread, _instruction, value);
        _thread.advance();
    }

    /// @dev mfhi, mthi, mflo, mtlo.
    function _hiLo(Thread memory _thread, uint256 _funct, uint64 _value) private pure returns (uint64) {
        if (_funct == 0x10) return _thread.hi;
        if (_funct == 0x12) return _thread.lo;
        if (_funct == 0x11) _thread.hi = _value;
        else _thread.lo = _value;
        return 0;
    }

    /// @dev Functions 18 to 1F, with their result in two parts.
    function _multiplyOrDivide(Thread memory _thread, uint256 _funct, uint64 _a, uint64 _b) private pure {
        bool isDivision = _funct & 2 != 0;
        if (!isDivision) {
            (_thread.hi, _thread.lo) = MIPS64Arithmetic.multiply(_funct, _a, _b);
            return;
        }
        if (MIPS64Arithmetic.isZero(_funct, _b)) revert IMIPS64.MIPS64_DivisionByZero(_thread.pc);
        (_thread.hi, _thread.lo) = MIPS64Arithmetic.divide(_funct, _a, _b);
    }

    /// @dev Opcodes 08 to 0F, 18 and 19: `special`'s arithmetic with a number instead of rt, and lui.
    function _immediate(Thread memory _thread, uint32 _instruction) private pure {
        uint256 opcode = _instruction >> 26;
        uint64 number = Words.signed16(_instruction);
        uint64 value;
        if (opcode == 0x0F) {
            value = Words.signed32(number << 16); // lui
        } else {
            uint256 funct = opcode + 0x18; // addi, addiu, andi, ori, xori
            if (opcode >= 0x18) funct = opcode + 0x14; // daddi, daddiu
            else if (opcode >= 0x0C) number = uint16(_instruction); // andi, ori, xori
            else if (opcode >= 0x0A) funct = opcode + 0x20; // slti, sltiu
            value = MIPS64Arithmetic.combine(funct, _rs(_thread, _instruction), number);
        }
        _setRt(_thread, _instruction, value);
    }

    function _special2(Thread memory _thread, uint32 _instruction) private pure {
        uint64 rs = _rs(_thread, _instruction);
        uint256 funct = _instruction & 0x3F;
        uint64 value;
        if (funct == 0x02) value = MIPS64Arithmetic.product(rs, _rt(_thread, _instruction)); // mul
        else if (funct == 0x20) value = MIPS64Arithmetic.leadingZeros(uint32(rs)) - 32; // clz
        else if (funct == 0x21) value = MIPS64Arithmetic.leadingZeros(uint32(~rs)) - 32; // clo
        else if (funct == 0x24) value = MIPS64Arithmetic.leadingZeros(rs); // dclz
        else if (funct == 0x25) value = MIPS64Arithmetic.leadingZeros(~rs); // dclo
        else revert IMIPS64.MIPS64_UnknownInstruction(_thread.pc, _instruction);
        _setRd(_thread, _instruction, value);
    }

    /*//////////////////////////////////////////////////////////////
                                 MEMORY
    //////////////////////////////////////////////////////////////*/

    function _load(Machine memory _machine, bytes calldata _proof, uint32 _instruction) private pure {
        Thread memory thread = _machine.thread;
        uint64 from = _address(thread, _instruction);
        uint64 word = _machine.state.load(_proof, MIPS64Memory.DATA, from);
        uint64 value = _loaded(_instruction >> 26, from, word, _rt(thread, _instruction));
        _setRt(thread, _instruction, value);
    }

    function _store(Machine memory _machine, bytes calldata _proof, uint32 _instruction) private pure {
        uint64 to = _address(_machine.thread, _instruction);
        uint64 word = _machine.state.load(_proof, MIPS64Memory.DATA, to);
        word = _stored(_instruction >> 26, to, word, _rt(_machine.thread, _instruction));
        _machine.state.store(_proof, MIPS64Memory.DATA, to, word);
    }

    /// @dev What a load from an address makes of a register, given the word of memory around the address.
    ///      Loads and stores "left" move bytes from the address up to the end of its unit, "right" those from the unit's
    ///      beginning up to the address: together they move a number that lies across two units.
    function _loaded(uint256 _opcode, uint64 _from, uint64 _word, uint64 _register)
        private
        pure
        returns (uint64)
    {
        if (_opcode == 0x37) return _word; // ld
        if (_opcode == 0x23) return Words.signed32(Words.part(_word, _from, 4)); // lw
        if (_opcode == 0x24) return Words.part(_word, _from, 1); // lbu
        if (_opcode == 0x27) return Words.part(_word, _from, 4); // lwu
        if (_opcode == 0x25) return Words.part(_word, _from, 2); // lhu
        if (_opcode == 0x20) return Words.signed8(Words.part(_word, _from, 1)); // lb
        if (_opcode == 0x21) return Words.signed16(Words.part(_word, _from, 2)); // lh
        if (_opcode == 0x1A) return Words.mergeLeft(_register, _word, _from & 7); // ldl
        if (_opcode == 0x1B) return Words.mergeRight(_register, _word, 8, ~_from & 7); // ldr
        uint64 unit = Words.part(_word, _from, 4);
        if (_opcode == 0x22) return Words.signed32(Words.mergeLeft(_register, unit, _from & 3)); // lwl
        uint64 value = Words.mergeRight(_register, unit, 4, ~_from & 3); // lwr: has a sign only if whole
        return _from & 3 == 3 ? Words.signed32(value) : value;
    }

    /// @dev What a store to an address makes of the word of memory around it.
    function _stored(uint256 _opcode, uint64 _to, uint64 _word, uint64 _register)
        private
        pure
        returns (uint64)
    {
        if (_opcode == 0x3F) return _register; // sd
        if (_opcode == 0x2B) return Words.withPart(_word, _to, 4, _register); // sw
        if (_opcode == 0x28) return Words.withPart(_word, _to, 1, _register); // sb
        if (_opcode == 0x29) return Words.withPart(_word, _to, 2, _register); // sh
        if (_opcode == 0x2C) return Words.mergeRight(_word, _register, 8, _to & 7); // sdl
        if (_opcode == 0x2D) return Words.mergeLeft(_word, _register, ~_to & 7); // sdr
        uint64 unit = Words.part(_word, _to, 4);
        // swl, swr
        unit = _opcode == 0x2A
            ? Words.mergeRight(unit, _register, 4, _to & 3)
            : Words.mergeLeft(unit, _register, ~_to & 3);
        return Words.withPart(_word, _to, 4, unit);
    }

    /// @dev ll, lld: load, and reserve the address for this thread.
    function _loadLinked(Machine memory _machine, bytes calldata _proof, uint32 _instruction) private pure {
        State memory state = _machine.state;
        (uint64 size, uint8 reservation) = _reserved(_instruction);
        uint64 from = _address(_machine.thread, _instruction);
        uint64 word = state.load(_proof, MIPS64Memory.DATA, from);
        state.llReservationStatus = reservation;
        state.llAddress = from;
        state.llOwnerThread = _machine.thread.id;
        _setRt(_machine.thread, _instruction, size == 8 ? word : Words.signed32(Words.part(word, from, 4)));
    }

    /// @dev sc, scd: store if this thread still has its reservation of the address; rt says whether it did.
    function _storeConditional(Machine memory _machine, bytes calldata _proof, uint32 _instruction)
        private
        pure
    {
        State memory state = _machine.state;
        (uint64 size, uint8 reservation) = _reserved(_instruction);
        uint64 to = _address(_machine.thread, _instruction);
        bool isReserved = state.llReservationStatus == reservation && state.llAddress == to
            && state.llOwnerThread == _machine.thread.id;
        if (isReserved) {
            uint64 word = state.load(_proof, MIPS64Memory.DATA, to);
            word = Words.withPart(word, to, size, _rt(_machine.thread, _instruction));
            state.store(_proof, MIPS64Memory.DATA, to, word); // which ends the reservation
        }
        _setRt(_machine.thread, _instruction, isReserved ? 1 : 0);
    }

    function _reserved(uint32 _instruction) private pure returns (uint64 size_, uint8 reservation_) {
        bool isDoubleword = (_instruction >> 26) & 4 != 0;
        return isDoubleword ? (uint64(8), MIPS64State.LL_DOUBLEWORD) : (uint64(4), MIPS64State.LL_WORD);
    }
}
