// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Words
/// @notice Bits and bytes of 64-bit words. Byte 0 is the most significant one: the machine is big-endian.
library Words {
    uint64 internal constant ONES = type(uint64).max;

    /// @notice The low 8 bits as a signed number.
    function signed8(uint256 _value) internal pure returns (uint64) {
        return uint64(int64(int8(uint8(_value))));
    }

    /// @notice The low 16 bits as a signed number.
    function signed16(uint256 _value) internal pure returns (uint64) {
        return uint64(int64(int16(uint16(_value))));
    }

    /// @notice The low 32 bits as a signed number.
    function signed32(uint256 _value) internal pure returns (uint64) {
        return uint64(int64(int32(uint32(_value))));
    }

    /// @notice Ones in `_count` bytes from byte `_from` on, zeros elsewhere; all of them lie in the word.
    function span(uint64 _from, uint64 _count) internal pure returns (uint64) {
        unchecked {
            return (ONES << (64 - 8 * _count)) >> (8 * _from);
        }
    }

    /// @notice `_word`, but for the ones of `_mask` what `_other` has there.
    function merge(uint64 _word, uint64 _other, uint64 _mask) internal pure returns (uint64) {
        return (_word & ~_mask) | (_other & _mask);
    }

    /// @notice The part of a word that an address names, if the address is rounded down to a multiple of its size.
    /// @param _size  Bytes of the part: 1, 2, 4 or 8.
    function part(uint64 _word, uint64 _address, uint64 _size) internal pure returns (uint64) {
        unchecked {
            return (_word >> _shift(_address, _size)) & (ONES >> (64 - 8 * _size));
        }
    }

    /// @notice The word with that part replaced.
    function withPart(uint64 _word, uint64 _address, uint64 _size, uint64 _value)
        internal
        pure
        returns (uint64)
    {
        unchecked {
            uint64 shift = _shift(_address, _size);
            return merge(_word, _value << shift, (ONES >> (64 - 8 * _size)) << shift);
        }
    }

    /// @notice `_into` with the bytes of `_from` in it, moved left by `_bytes`; on their right it stays as it is.
    function mergeLeft(uint64 _into, uint64 _from, uint64 _bytes) internal pure returns (uint64) {
        unchecked {
            return merge(_into, _from << (8 * _bytes), ONES << (8 * _bytes));
        }
    }

    /// @notice `_into` with the low `_size` bytes of `_from` in it, moved right by `_bytes`; on their left it stays as it is.
    function mergeRight(uint64 _into, uint64 _from, uint64 _size, uint64 _bytes)
        internal
        pure
        returns (uint64)
    {
        unchecked {
            return merge(_into, _from >> (8 * _bytes), ONES >> (64 - 8 * (_size - _bytes)));
        }
    }

    /// @dev Bits on the right of the part.
    function _shift(uint64 _address, uint64 _size) private pure returns (uint64) {
        unchecked {
            uint64 left = _address & (8 - _size); // bytes on the left of it
            return 8 * (8 - _size - left);
        }
    }
}
