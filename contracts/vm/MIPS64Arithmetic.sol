// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LibBit} from "solady/utils/LibBit.sol";

import {Words} from "./Words.sol";

/// @title MIPS64Arithmetic
/// @notice What instructions calculate, by the number of their function. 32-bit results have their sign in the upper
///         half; nothing traps.
library MIPS64Arithmetic {
    /// @notice Functions 20 to 2F: sums, differences, logic, comparisons.
    function combine(uint256 _funct, uint64 _a, uint64 _b) internal pure returns (uint64) {
        unchecked {
            if (_funct == 0x2D || _funct == 0x2C) return _a + _b; // daddu, dadd
            if (_funct == 0x21 || _funct == 0x20) return Words.signed32(_a + _b); // addu, add
            if (_funct == 0x25) return _a | _b; // or
            if (_funct == 0x24) return _a & _b; // and
            if (_funct == 0x2A) return int64(_a) < int64(_b) ? 1 : 0; // slt
            if (_funct == 0x2B) return _a < _b ? 1 : 0; // sltu
            if (_funct == 0x26) return _a ^ _b; // xor
            if (_funct == 0x27) return ~(_a | _b); // nor
            if (_funct == 0x22 || _funct == 0x23) return Words.signed32(_a - _b); // sub, subu
            return _a - _b; // dsub, dsubu
        }
    }

    /// @notice Functions 00 to 07: 0 is left, 2 right and 3 right with the sign; by the instruction's amount, or with bit 2
    ///         by a register's.
    function shift(uint256 _funct, uint32 _instruction, uint64 _byRegister, uint64 _value)
        internal
        pure
        returns (uint64)
    {
        uint64 amount = _funct & 4 == 0 ? (_instruction >> 6) & 31 : _byRegister & 31;
        if (_funct & 3 == 0) return Words.signed32(_value << amount);
        if (_funct & 3 == 2) return Words.signed32(uint32(_value) >> amount);
        return uint64(int64(int32(uint32(_value)) >> amount));
    }

    /// @notice The same of 64 bits: functions 14 to 17 by a register's amount, those from 38 on by the instruction's, with
    ///         bit 2 by 32 more.
    function shift64(uint256 _funct, uint32 _instruction, uint64 _byRegister, uint64 _value)
        internal
        pure
        returns (uint64)
    {
        uint64 amount = _byRegister & 63;
        if (_funct >= 0x38) amount = ((_instruction >> 6) & 31) + (_funct & 4 == 0 ? 0 : 32);
        if (_funct & 3 == 0) return _value << amount;
        if (_funct & 3 == 2) return _value >> amount;
        return uint64(int64(_value) >> amount);
    }

    /// @notice Functions 18, 19, 1C, 1D. Bit 0: without signs; bit 2: of 64 bits.
    /// @dev    Operands and results fit into 256 bits, so that one calculation does for all four.
    function multiply(uint256 _funct, uint64 _a, uint64 _b) internal pure returns (uint64 hi_, uint64 lo_) {
        unchecked {
            int256 whole = _number(_funct, _a) * _number(_funct, _b);
            return _parts(_funct, whole >> (_is64(_funct) ? 64 : 32), whole);
        }
    }

    /// @notice Functions 1A, 1B, 1E, 1F, as `multiply`: the remainder, with the sign of `_a`, and the quotient. `_b` is not
    ///         zero.
    function divide(uint256 _funct, uint64 _a, uint64 _b) internal pure returns (uint64 hi_, uint64 lo_) {
        int256 a = _number(_funct, _a);
        int256 b = _number(_funct, _b);
        return _parts(_funct, a % b, a / b);
    }

    function isZero(uint256 _funct, uint64 _value) internal pure returns (bool) {
        return _number(_funct, _value) == 0;
    }

    /// @dev An operand of these functions.
    function _number(uint256 _funct, uint64 _value) private pure returns (int256) {
        bool isUnsigned = _funct & 1 != 0;
        if (!_is64(_funct)) {
            return isUnsigned ? int256(uint256(uint32(_value))) : int256(int32(uint32(_value)));
        }
        return isUnsigned ? int256(uint256(_value)) : int256(int64(_value));
    }

    /// @dev Their results, as registers have them.
    function _parts(uint256 _funct, int256 _high, int256 _low) private pure returns (uint64, uint64) {
        if (_is64(_funct)) return (uint64(uint256(_high)), uint64(uint256(_low)));
        return (Words.signed32(uint256(_high)), Words.signed32(uint256(_low)));
    }

    function _is64(uint256 _funct) private pure returns (bool) {
        return _funct & 4 != 0;
    }

    /// @notice The low 32 bits of a product.
    function product(uint64 _a, uint64 _b) internal pure returns (uint64) {
        unchecked {
            return Words.signed32(_a * _b);
        }
    }

    /// @notice Zeros on the left of a number of 64 bits.
    function leadingZeros(uint64 _value) internal pure returns (uint64) {
        return uint64(LibBit.clz(_value) - 192);
    }
}
