// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LibBit} from "solady/utils/LibBit.sol";

/// @title Keccak
/// @notice keccak256 one block at a time: the EVM's own hashes in one go only. The sponge's state is 25 lanes of 64 bits,
///         lane (x, y) at x + 5y, bytes in a lane in little-endian order. Blocks of 136 bytes are xored into its first 17
///         lanes, and after each the state is permuted. "The Keccak reference", version 3.0; FIPS 202 with padding 0x01.
library Keccak {
    /// @notice The sponge between two blocks.
    struct StateMatrix {
        uint64[25] state;
    }

    /// @notice Bytes of a block.
    uint256 internal constant BLOCK = 136;

    uint256 private constant LANES = 25;
    uint256 private constant ROUNDS = 24;

    /// @dev What each round xors into lane (0, 0), 8 bytes each: bits of a shift register, which make rounds differ.
    bytes private constant ROUND_CONSTANTS = hex"00000000000000010000000000008082800000000000808a8000000080008000"
        hex"000000000000808b000000008000000180000000800080818000000000008009"
        hex"000000000000008a00000000000000880000000080008009000000008000000a"
        hex"000000008000808b800000000000008b80000000000080898000000000008003"
        hex"80000000000080028000000000000080000000000000800a800000008000000a"
        hex"8000000080008081800000000000808000000000800000018000000080008008";

    /// @notice Thrown for a block that has not 136 bytes.
    error Keccak_BadBlock(uint256 size);

    /// @notice Take one block into the state.
    function absorb(StateMatrix memory _matrix, bytes memory _block) internal pure {
        if (_block.length != BLOCK) revert Keccak_BadBlock(_block.length);
        uint64[LANES] memory state = _matrix.state;
        for (uint256 lane = 0; lane < BLOCK / 8; lane++) {
            state[lane] ^= uint64(LibBit.reverseBytes(uint256(_wordAt(_block, 8 * lane))));
        }
        permute(state);
    }

    /// @notice What a leaf of a large preimage commits to.
    function commitment(StateMatrix memory _matrix) internal pure returns (bytes32) {
        return keccak256(abi.encode(_matrix));
    }

    /// @notice The hash of everything absorbed, if the last block was padded.
    function digest(StateMatrix memory _matrix) internal pure returns (bytes32) {
        uint64[LANES] memory state = _matrix.state;
        uint256 lanes =
            uint256(state[3]) << 192 | uint256(state[2]) << 128 | uint256(state[1]) << 64 | state[0];
        return bytes32(LibBit.reverseBytes(lanes));
    }

    /// @notice The last block of a preimage: what is left of it, less than a block, and the padding 1 0 … 0 1, in which the
    ///         first bit of a byte is its lowest.
    function pad(bytes calldata _rest) internal pure returns (bytes memory block_) {
        block_ = bytes.concat(_rest, new bytes(BLOCK - _rest.length));
        block_[_rest.length] = 0x01;
        block_[BLOCK - 1] |= 0x80;
    }

    /// @notice Keccak-f[1600].
    function permute(uint64[LANES] memory _a) internal pure {
        bytes memory constants = ROUND_CONSTANTS;
        for (uint256 round = 0; round < ROUNDS; round++) {
            _theta(_a);
            _rhoAndPi(_a);
            _chi(_a);
            _a[0] ^= uint64(bytes8(_wordAt(constants, 8 * round))); // iota
        }
    }

    /// @dev Each lane takes in the parities of two columns beside its own.
    function _theta(uint64[LANES] memory _a) private pure {
        uint64[5] memory parity;
        for (uint256 x = 0; x < 5; x++) {
            parity[x] = _a[x] ^ _a[x + 5] ^ _a[x + 10] ^ _a[x + 15] ^ _a[x + 20];
        }
        for (uint256 x = 0; x < 5; x++) {
            uint64 beside = parity[(x + 4) % 5] ^ _rotate(parity[(x + 1) % 5], 1);
            for (uint256 y = 0; y < LANES; y += 5) {
                _a[x + y] ^= beside;
            }
        }
    }

    /// @dev Each lane but (0, 0) goes to the place of the next on a tour of all others, (x, y) to (y, 2x + 3y), turned by
    ///      the triangular number of its step.
    function _rhoAndPi(uint64[LANES] memory _a) private pure {
        (uint256 x, uint256 y) = (1, 0);
        uint64 moving = _a[1];
        for (uint256 step = 1; step < LANES; step++) {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            uint256 to = x + 5 * y;
            (_a[to], moving) = (_rotate(moving, step * (step + 1) / 2 % 64), _a[to]);
        }
    }

    /// @dev Each lane takes in the two after it in its row: the only step that is not linear.
    function _chi(uint64[LANES] memory _a) private pure {
        for (uint256 y = 0; y < LANES; y += 5) {
            (uint64 first, uint64 second) = (_a[y], _a[y + 1]);
            _a[y] ^= ~_a[y + 1] & _a[y + 2];
            _a[y + 1] ^= ~_a[y + 2] & _a[y + 3];
            _a[y + 2] ^= ~_a[y + 3] & _a[y + 4];
            _a[y + 3] ^= ~_a[y + 4] & first;
            _a[y + 4] ^= ~first & second;
        }
    }

    function _rotate(uint64 _lane, uint256 _bits) private pure returns (uint64) {
        return _lane << uint64(_bits) | _lane >> uint64(64 - _bits);
    }

    function _wordAt(bytes memory _data, uint256 _start) private pure returns (bytes32 word_) {
        // equivalent: word_ = bytes32(_data[_start:_start + 32]), which memory has no slices for
        assembly ("memory-safe") {
            word_ := mload(add(add(_data, 32), _start))
        }
    }
}
