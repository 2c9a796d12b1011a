// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "../../contracts/vm/IPreimageOracle.sol";
import {Machines} from "./support/Machines.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice System calls by which a program reads and writes: output, hints, preimages.
contract MIPS64PreimagesTest is Machines {
    uint64 internal constant WORD = 0x8182838485868788; // what `at` puts at DATA
    uint64 internal constant EBADF = 9;
    uint64 internal constant EAGAIN = 11;

    function test_write_toOutputAndHints_takesItAll() public {
        uint64[3] memory files = [uint64(1), 2, 4];
        for (uint256 i = 0; i < 3; i++) {
            answer(5001, files[i], 0x123, 77, 77);
            answer(5001, files[i], 0x123, ONES, ONES);
        }
    }

    function test_read_ofInputIsEmpty_ofHintsWhateverIsAsked() public {
        answer(5000, 0, DATA, 77, 0);
        answer(5000, 3, DATA, 77, 77);
    }

    function test_readAndWrite_ofOtherFiles_fail() public {
        uint64[7] memory unreadable = [uint64(1), 2, 4, 6, 7, 99, ONES];
        uint64[7] memory unwritable = [uint64(0), 3, 5, 7, 99, 101, ONES];
        for (uint256 i = 0; i < 7; i++) {
            fails(5000, unreadable[i], DATA, 8, EBADF);
            fails(5001, unwritable[i], DATA, 8, EBADF);
        }
        fails(5000, 100, DATA, 8, EAGAIN); // events
        fails(5001, 100, DATA, 8, EAGAIN);
    }

    /// @notice A key is written in parts of up to a word, and pushes what was there to the left.
    function test_writeOfAKey_comesInFromTheRight() public {
        for (uint64 first = 0; first < 8; first++) {
            for (uint64 count = 0; count < 10; count += 3) {
                Machine memory m = calling(5001, 6, DATA + first, count);
                m.preimageOffset = 99;
                uint64 taken = count < 8 - first ? count : 8 - first;
                Machine memory after_ = answers(m, taken);
                after_.preimageOffset = 0;
                for (uint64 i = 0; i < taken; i++) {
                    after_.preimageKey = (after_.preimageKey << 8) | bytes32(uint256(0x81 + first + i));
                }
                check(m, after_, "key");
            }
        }
    }

    function test_writeOfAKey_leavesAReservation() public {
        Machine memory m = calling(5001, 6, DATA, 8);
        (m.reservation, m.reserved, m.reservedBy) = (1, DATA, 99);
        Machine memory after_ = answers(m, 8);
        (after_.preimageKey, after_.preimageOffset) = ((m.preimageKey << 64) | bytes32(uint256(WORD)), 0);
        check(m, after_, "reading is no writing");
    }

    /// @notice Every part of a preimage, its length in front, to every place of a word.
    function testFuzz_readOfAPreimage_copiesUpToTheWordsEnd(uint256 seed) public {
        bytes memory data = "What the program wants to know: 41 bytes.";
        uint64 offset = uint64(bound(seed, 0, data.length + 7));
        uint64 first = uint64((seed >> 8) % 8);
        uint64 count = uint64((seed >> 16) % 12);
        bytes memory all = bytes.concat(bytes8(uint64(data.length)), data);
        Machine memory m = calling(5000, 5, DATA + first, count);
        (m.preimageKey, m.preimageOffset) = (load(data, offset), offset);

        uint64 taken = count < 8 - first ? count : 8 - first;
        if (all.length - offset < taken) taken = uint64(all.length - offset);
        uint64 word = WORD;
        for (uint64 i = 0; i < taken; i++) {
            uint64 shift = 56 - 8 * (first + i);
            word = (word & ~(uint64(0xFF) << shift)) | (uint64(uint8(all[offset + i])) << shift);
        }
        Machine memory after_ = answers(m, taken);
        after_.preimageOffset += taken;
        poke(after_, DATA, word);
        check(m, after_, "copied");
    }

    function test_readOfAPreimage_thatNobodyLoaded_reverts() public {
        Machine memory m = calling(5000, 5, DATA, 8);
        m.preimageKey = load("abc", 0);
        m.preimageOffset = 8;
        refuse(m, abi.encodeWithSelector(IPreimageOracle.PreimageOracle_NotLoaded.selector, m.preimageKey, 8));
        m.preimageOffset = 0;
        Machine memory after_ = answers(m, 8);
        after_.preimageOffset = 8;
        poke(after_, DATA, 3); // its length
        check(m, after_, "loaded");
    }

    /// @notice Local words are the caller's and the context's own.
    function test_readOfALocalWord_isTheCallers_inItsContext() public {
        oracle.loadLocalData(3, CONTEXT, hex"aabbccdd", 4, 8);
        Machine memory m = calling(5000, 5, DATA, 8);
        (m.preimageKey, m.preimageOffset) = (bytes32((uint256(1) << 248) | 3), 8);
        Machine memory after_ = answers(m, 4);
        after_.preimageOffset = 12;
        poke(after_, DATA, 0xAABBCCDD85868788);
        check(m, after_, "read");

        bytes memory state = stateOf(m);
        bytes memory proof = proofOf(m);
        vm.expectPartialRevert(IPreimageOracle.PreimageOracle_NotLoaded.selector);
        machine.step(state, proof, "other context");
        vm.expectPartialRevert(IPreimageOracle.PreimageOracle_NotLoaded.selector);
        vm.prank(address(0xE1));
        machine.step(state, proof, CONTEXT);
    }
}
