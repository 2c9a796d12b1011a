// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Keccak} from "../../contracts/vm/Keccak.sol";
import {Sponge} from "./support/Sponge.sol";
import {vm} from "./support/Vm.sol";

contract KeccakTest {
    using Keccak for Keccak.StateMatrix;

    /// @notice The EVM's own keccak256 of anything, block by block.
    function testFuzz_digest_isTheEVMs(bytes calldata data) public view {
        vm.assertEq(this.digestOf(data), keccak256(data), "digest");
    }

    /// @notice Every length around the end of a block, where the padding has one byte, or a block of its own.
    function test_digest_everyLengthUpToThreeBlocks() public view {
        for (uint256 size = 0; size < 3 * 136; size++) {
            bytes memory data = new bytes(size);
            for (uint256 i = 0; i < size; i++) {
                data[i] = bytes1(uint8(size ^ i));
            }
            vm.assertEq(this.digestOf(data), keccak256(data), "digest");
        }
    }

    /// forge-config: default.fuzz.runs = 24
    /// forge-config: ci.fuzz.runs = 24
    /// forge-config: nightly.fuzz.runs = 1000
    /// @notice Any state, the lanes that no block reaches included, as the definition has it.
    function testFuzz_permute_isTheDefinitions(uint64[25] memory state) public pure {
        uint64[25] memory expected;
        for (uint256 i = 0; i < 25; i++) {
            expected[i] = state[i];
        }
        Sponge.permute(expected);
        Keccak.permute(state);
        vm.assertEq(keccak256(abi.encode(state)), keccak256(abi.encode(expected)), "state");
    }

    function test_permute_singleBits_isTheDefinitions() public pure {
        for (uint256 bit = 0; bit < 1600; bit += 97) {
            uint64[25] memory state;
            state[bit / 64] = uint64(1) << uint64(bit % 64);
            testFuzz_permute_isTheDefinitions(state);
        }
    }

    /// @notice The first test vector of the Keccak team: zeros, permuted once and twice.
    function test_permute_zeros_asPublished() public pure {
        uint64[25] memory state;
        Keccak.permute(state);
        vm.assertEq(state[0], 0xF1258F7940E1DDE7, "first lane");
        vm.assertEq(state[24], 0xEAF1FF7B5CECA249, "last lane");
        Keccak.permute(state);
        vm.assertEq(state[0], 0x2D5C954DF96ECB3C, "first lane, twice");
        vm.assertEq(state[24], 0x20D06CD26A8FBF5C, "last lane, twice");
    }

    function testFuzz_commitment_isTheHashOfThePaddedLanes(uint64[25] memory state) public pure {
        bytes memory lanes;
        for (uint256 i = 0; i < 25; i++) {
            lanes = bytes.concat(lanes, bytes24(0), bytes8(state[i]));
        }
        vm.assertEq(Keccak.StateMatrix(state).commitment(), keccak256(lanes), "commitment");
    }

    function test_pad_lastByte_hasBothEnds() public view {
        bytes memory last = this.padded(new bytes(135));
        vm.assertEq(last.length, 136, "length");
        vm.assertEq(uint8(last[135]), 0x81, "both ends");
        last = this.padded(new bytes(134));
        vm.assertEq(uint8(last[134]), 0x01, "beginning");
        vm.assertEq(uint8(last[135]), 0x80, "end");
    }

    /// @dev External, so that its argument is calldata.
    function padded(bytes calldata rest) external pure returns (bytes memory) {
        return Keccak.pad(rest);
    }

    function digestOf(bytes calldata data) external view returns (bytes32) {
        Keccak.StateMatrix memory matrix;
        uint256 start = 0;
        for (; start + 136 <= data.length; start += 136) {
            matrix = this.absorbed(matrix, data[start:start + 136]);
        }
        matrix = this.absorbed(matrix, Keccak.pad(data[start:]));
        return matrix.digest();
    }

    function absorbed(Keccak.StateMatrix memory matrix, bytes calldata input)
        external
        pure
        returns (Keccak.StateMatrix memory)
    {
        matrix.absorb(input);
        return matrix;
    }
}
