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

    /// @dev What each round xors into lane (0, 0), 8 bytes each: bits of a shift register, which make rounds differ.
    bytes private constant ROUND_CONSTANTS = hex"00000000000000010000000000008082800000000000808a8000000080008000"
        hex"000000000000808b000000008000000180000000800080818000000000008009"
        hex"000000000000008a00000000000000880000000080008009000000008000000a"
        hex"000000008000808b800000000000008b80000000000080898000000000008003"
        hex"80000000000080028000000000000080000000000000800a800000008000000a"
        hex"8000000080008081800000000000808000000000800000018000000080008008";

    /// @notice Take one block of 136 bytes into the state.
    function absorb(StateMatrix memory _matrix, bytes calldata _block) internal pure {
        uint64[LANES] memory state = _matrix.state;
        unchecked {
            for (uint256 lane = 0; lane < BLOCK / 8; lane++) {
                state[lane] ^= uint64(_reversed(_block, 8 * lane));
            }
        }
        permute(state);
    }

    /// @notice Hash of the state, each lane as 32 bytes: what a leaf of a large preimage commits to.
    function commitment(StateMatrix memory _matrix) internal pure returns (bytes32 hash_) {
        uint64[LANES] memory state = _matrix.state;
        // equivalent: hash_ = keccak256(abi.encode(_matrix))
        assembly ("memory-safe") {
            hash_ := keccak256(state, 800)
        }
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
        block_ = new bytes(BLOCK);
        // equivalent: block_[i] = _rest[i] for all i < _rest.length
        assembly ("memory-safe") {
            calldatacopy(add(block_, 32), _rest.offset, _rest.length)
        }
        block_[_rest.length] = 0x01;
        block_[BLOCK - 1] |= 0x80;
    }

    /// @notice Keccak-f[1600]: 24 rounds of five steps. Told for a state a, with x and y modulo 5, lanes turned to the left, and
    ///         offset r from the definition's table:
    ///
    ///             theta       c[x] = a[x,0] ^ a[x,1] ^ a[x,2] ^ a[x,3] ^ a[x,4]        parity of a column
    ///                         d[x] = c[x-1] ^ turned(c[x+1], 1)
    ///             rho, pi     b[y, 2x+3y] = turned(a[x,y] ^ d[x], r[x,y])
    ///             chi         a[x,y] = b[x,y] ^ (~b[x+1,y] & b[x+2,y])
    ///             iota        a[0,0] ^= constant of the round
    ///
    /// @dev    The loops are unrolled: a round reads each lane twice and writes it once, into the other of two states. That is
    ///         a twentieth of the gas. tests/invariants/Keccak.t.sol holds it against the loops.
    function permute(uint64[LANES] memory _a) internal pure {
        uint64[LANES] memory other;
        bytes memory constants = ROUND_CONSTANTS;
        assembly ("memory-safe") {
            // c[x], of the lanes from x on
            function column(lanes) -> parity {
                parity := xor(mload(lanes), mload(add(lanes, 160)))
                parity := xor(parity, mload(add(lanes, 320)))
                parity := xor(parity, mload(add(lanes, 480)))
                parity := xor(parity, mload(add(lanes, 640)))
            }
            // turned: twice in a row, so that one shift turns it
            function left(lane, bits) -> turned {
                turned := and(shr(sub(64, bits), mul(lane, 0x10000000000000001)), 0xffffffffffffffff)
            }
            // b of lane i
            function moved(lanes, i, d, bits) -> lane {
                lane := left(xor(mload(add(lanes, shl(5, i))), d), bits)
            }
            // chi
            function putRow(row, b0, b1, b2, b3, b4) {
                mstore(row, xor(b0, and(not(b1), b2)))
                mstore(add(row, 32), xor(b1, and(not(b2), b3)))
                mstore(add(row, 64), xor(b2, and(not(b3), b4)))
                mstore(add(row, 96), xor(b3, and(not(b4), b0)))
                mstore(add(row, 128), xor(b4, and(not(b0), b1)))
            }
            // theta, then a row of b after the other
            function round(from, to, constant_) {
                let d0, d1, d2, d3, d4
                {
                    let c0 := column(from)
                    let c1 := column(add(from, 32))
                    let c2 := column(add(from, 64))
                    let c3 := column(add(from, 96))
                    let c4 := column(add(from, 128))
                    d0 := xor(c4, left(c1, 1))
                    d1 := xor(c0, left(c2, 1))
                    d2 := xor(c1, left(c3, 1))
                    d3 := xor(c2, left(c4, 1))
                    d4 := xor(c3, left(c0, 1))
                }
                putRow(
                    to,
                    moved(from, 0, d0, 0),
                    moved(from, 6, d1, 44),
                    moved(from, 12, d2, 43),
                    moved(from, 18, d3, 21),
                    moved(from, 24, d4, 14)
                )
                putRow(
                    add(to, 160),
                    moved(from, 3, d3, 28),
                    moved(from, 9, d4, 20),
                    moved(from, 10, d0, 3),
                    moved(from, 16, d1, 45),
                    moved(from, 22, d2, 61)
                )
                putRow(
                    add(to, 320),
                    moved(from, 1, d1, 1),
                    moved(from, 7, d2, 6),
                    moved(from, 13, d3, 25),
                    moved(from, 19, d4, 8),
                    moved(from, 20, d0, 18)
                )
                putRow(
                    add(to, 480),
                    moved(from, 4, d4, 27),
                    moved(from, 5, d0, 36),
                    moved(from, 11, d1, 10),
                    moved(from, 17, d2, 15),
                    moved(from, 23, d3, 56)
                )
                putRow(
                    add(to, 640),
                    moved(from, 2, d2, 62),
                    moved(from, 8, d3, 55),
                    moved(from, 14, d4, 39),
                    moved(from, 15, d0, 41),
                    moved(from, 21, d1, 2)
                )
                mstore(to, xor(mload(to), constant_))
            }
            for { let i := 32 } lt(i, 224) { i := add(i, 16) } {
                let pair := mload(add(constants, i))
                round(_a, other, shr(192, pair))
                round(other, _a, and(shr(128, pair), 0xffffffffffffffff))
            }
        }
    }

    /// @dev 32 bytes from `_start` on, in reverse: a lane's first byte is its lowest.
    function _reversed(bytes calldata _data, uint256 _start) private pure returns (uint256) {
        bytes32 word;
        // equivalent: word = bytes32(_data[_start:])
        assembly ("memory-safe") {
            word := calldataload(add(_data.offset, _start))
        }
        return LibBit.reverseBytes(uint256(word));
    }
}
