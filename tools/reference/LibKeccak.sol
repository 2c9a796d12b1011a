// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title LibKeccak
/// @notice In place of the reference's library for keccak256 in steps, which no package registry has: the same functions,
///         told as FIPS 202 tells them, in loops. It costs more gas than the original.
library LibKeccak {
    /// @dev Lane x + 5 y is column x, row y.
    struct StateMatrix {
        uint64[25] state;
    }

    uint256 private constant BLOCK = 136;

    /// @dev 24 words of 8 bytes: what each round adds to the first lane.
    bytes private constant ROUNDS =
        hex"00000000000000010000000000008082800000000000808a8000000080008000000000000000808b0000000080000001"
        hex"80000000800080818000000000008009000000000000008a00000000000000880000000080008009000000008000000a"
        hex"000000008000808b800000000000008b8000000000008089800000000000800380000000000080028000000000000080"
        hex"000000000000800a800000008000000a8000000080008081800000000000808000000000800000018000000080008008";

    /// @dev By how many bits each lane is turned.
    bytes private constant TURNS = hex"00013e1c1b242c063714030a2b1927292d0f150812023d380e";

    function absorb(StateMatrix memory _matrix, bytes memory _block) internal pure {
        require(_block.length == BLOCK, "a block has 136 bytes");
        for (uint256 i = 0; i < BLOCK; i++) {
            _matrix.state[i / 8] ^= uint64(uint8(_block[i])) << uint64(8 * (i % 8));
        }
    }

    function permutation(StateMatrix memory _matrix) internal pure {
        for (uint256 round = 0; round < 24; round++) {
            _theta(_matrix.state);
            _matrix.state = _chi(_rhoAndPi(_matrix.state));
            _matrix.state[0] ^= _word(round);
        }
    }

    function squeeze(StateMatrix memory _matrix) internal pure returns (bytes32 hash_) {
        for (uint256 i = 0; i < 32; i++) {
            uint256 octet = uint8(_matrix.state[i / 8] >> uint64(8 * (i % 8)));
            hash_ |= bytes32(octet << (248 - 8 * i));
        }
    }

    function pad(bytes calldata _data) internal pure returns (bytes memory) {
        return padMemory(_data);
    }

    function padMemory(bytes memory _data) internal pure returns (bytes memory padded_) {
        bytes memory padding = new bytes(BLOCK - _data.length % BLOCK);
        padding[0] = 0x01;
        padding[padding.length - 1] |= 0x80;
        padded_ = bytes.concat(_data, padding);
    }

    function _theta(uint64[25] memory _lanes) private pure {
        uint64[5] memory columns;
        for (uint256 i = 0; i < 25; i++) {
            columns[i % 5] ^= _lanes[i];
        }
        for (uint256 i = 0; i < 25; i++) {
            _lanes[i] ^= columns[(i + 4) % 5] ^ _turn(columns[(i + 1) % 5], 1);
        }
    }

    function _rhoAndPi(uint64[25] memory _lanes) private pure returns (uint64[25] memory moved_) {
        for (uint256 i = 0; i < 25; i++) {
            (uint256 x, uint256 y) = (i % 5, i / 5);
            moved_[y + 5 * ((2 * x + 3 * y) % 5)] = _turn(_lanes[i], uint8(TURNS[i]));
        }
    }

    function _chi(uint64[25] memory _lanes) private pure returns (uint64[25] memory mixed_) {
        for (uint256 i = 0; i < 25; i++) {
            uint256 row = i - i % 5;
            mixed_[i] = _lanes[i] ^ (~_lanes[row + (i + 1) % 5] & _lanes[row + (i + 2) % 5]);
        }
    }

    function _turn(uint64 _lane, uint64 _bits) private pure returns (uint64) {
        return _bits == 0 ? _lane : (_lane << _bits) | (_lane >> (64 - _bits));
    }

    function _word(uint256 _round) private pure returns (uint64 word_) {
        for (uint256 i = 0; i < 8; i++) {
            word_ = (word_ << 8) | uint8(ROUNDS[8 * _round + i]);
        }
    }
}
