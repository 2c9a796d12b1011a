// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "../../contracts/vm/IPreimageOracle.sol";
import {PreimageOracle} from "../../contracts/vm/PreimageOracle.sol";
import {bound, vm} from "./support/Vm.sol";

contract PreimageOracleTest {
    PreimageOracle internal oracle = new PreimageOracle(126_000, 1 days);

    /// @notice Every part, at every offset, is the slice of length ‖ data that its key promises.
    function testFuzz_keccak256_anyPart_isTheSlice(bytes calldata data, uint256 seed) public {
        uint256 offset = bound(seed, 0, data.length + 7);
        oracle.loadKeccak256PreimagePart(offset, data);
        _expectSlice(_key(keccak256(data), 2), data, offset);
    }

    function testFuzz_sha256_anyPart_isTheSlice(bytes calldata data, uint256 seed) public {
        uint256 offset = bound(seed, 0, data.length + 7);
        oracle.loadSha256PreimagePart(offset, data);
        _expectSlice(_key(sha256(data), 4), data, offset);
    }

    function testFuzz_local_anyPart_isTheSlice(bytes32 word, uint256 size, uint256 seed) public {
        size = bound(size, 0, 32);
        uint256 offset = bound(seed, 0, size + 7);
        bytes32 key = oracle.loadLocalData(4, "context", word, size, offset);
        bytes memory data = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            data[i] = word[i];
        }
        _expectSlice(key, data, offset);
    }

    function test_local_keyDiffers_forEachWord_context_andCaller() public {
        bytes32 key = oracle.loadLocalData(4, "context", 0, 8, 0);
        vm.assertEq(key != oracle.loadLocalData(5, "context", 0, 8, 0), true, "word");
        vm.assertEq(key != oracle.loadLocalData(4, "other", 0, 8, 0), true, "context");
        vm.prank(address(0xE1));
        vm.assertEq(key != oracle.loadLocalData(4, "context", 0, 8, 0), true, "caller");
        vm.assertEq(key, oracle.loadLocalData(4, "context", 0, 8, 0), "the same again");
        vm.assertEq(uint8(key[0]), 1, "type");
    }

    function test_offset_atTheEnd_reverts_lastByte_accepted() public {
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.PreimageOracle_OffsetTooHigh.selector, 11, 11));
        oracle.loadKeccak256PreimagePart(11, "abc");
        oracle.loadKeccak256PreimagePart(10, "abc");
    }

    function test_constructor_periodBeyond64Bits_reverts_longest_accepted() public {
        uint256 longest = type(uint64).max;
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.PreimageOracle_PeriodTooLong.selector, longest + 1)
        );
        new PreimageOracle(126_000, longest + 1);
        new PreimageOracle(126_000, longest);
    }

    /// @notice Bug 12 of the list: nothing can be loaded from behind the end, of any kind of preimage.
    function testFuzz_offset_atTheEndOrBehind_reverts(uint256 size, uint256 seed) public {
        size = bound(size, 0, 32);
        uint256 offset = bound(seed, size + 8, type(uint256).max - 32);
        bytes memory refused =
            abi.encodeWithSelector(IPreimageOracle.PreimageOracle_OffsetTooHigh.selector, offset, size + 8);
        vm.expectRevert(refused);
        oracle.loadLocalData(1, "context", 0, size, offset);
        vm.expectRevert(refused);
        oracle.loadSha256PreimagePart(offset, new bytes(size));
        vm.expectRevert(refused);
        oracle.loadKeccak256PreimagePart(offset, new bytes(size));
    }

    function test_local_longerThanAWord_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.PreimageOracle_LocalDataTooLong.selector, 33));
        oracle.loadLocalData(1, "context", 0, 33, 0);
    }

    function test_read_partNotLoaded_reverts() public {
        oracle.loadKeccak256PreimagePart(0, "abc");
        bytes32 key = _key(keccak256("abc"), 2);
        oracle.readPreimage(key, 0);
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.PreimageOracle_NotLoaded.selector, key, 1));
        oracle.readPreimage(key, 1);
    }

    function _expectSlice(bytes32 key, bytes memory data, uint256 offset) private view {
        (bytes32 part, uint256 length) = oracle.readPreimage(key, offset);
        bytes memory whole = abi.encodePacked(uint64(data.length), data);
        vm.assertEq(length, whole.length - offset < 32 ? whole.length - offset : 32, "length");
        for (uint256 i = 0; i < 32; i++) {
            bytes1 expected = offset + i < whole.length ? whole[offset + i] : bytes1(0);
            vm.assertEq(uint8(part[i]), uint8(expected), "byte");
        }
    }

    function _key(bytes32 hash, uint8 kind) private pure returns (bytes32) {
        return bytes32((uint256(hash) << 8 >> 8) | (uint256(kind) << 248));
    }
}
