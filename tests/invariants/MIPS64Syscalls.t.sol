// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "../../contracts/vm/IMIPS64.sol";
import {Machines} from "./support/Machines.sol";
import {vm} from "./support/Vm.sol";

/// @notice System calls: what they answer, and what they do to memory.
contract MIPS64SyscallsTest is Machines {
    uint64 internal constant WORD = 0x8182838485868788; // what `at` puts at DATA
    uint64 internal constant EBADF = 9;
    uint64 internal constant EINVAL = 22;

    /*//////////////////////////////////////////////////////////////
                             FIXED ANSWERS
    //////////////////////////////////////////////////////////////*/

    /// @notice Bug 26 of the list: what is not known is refused, and what is ignored is listed.
    function test_ignoredCalls_succeed_unknownOnes_revert() public {
        uint64[31] memory ignored = [
            uint64(5003),
            5004,
            5005,
            5008,
            5010,
            5011,
            5013,
            5014,
            5015,
            5016,
            5026,
            5027,
            5036,
            5061,
            5087,
            5095,
            5100,
            5102,
            5129,
            5196,
            5208,
            5216,
            5217,
            5220,
            5225,
            5247,
            5257,
            5272,
            5285,
            5287,
            5297
        ];
        uint256 next = 0;
        for (uint64 number = 5003; number < 5300; number++) {
            bool isIgnored = next < 31 && ignored[next] == number;
            if (isIgnored) next++;
            else if (_doesSomething(number)) continue;
            Machine memory m = calling(number, 7, 7, 7);
            if (isIgnored) check(m, answers(m, 0), "ignored");
            else refuse(m, abi.encodeWithSelector(IMIPS64.MIPS64_UnknownSyscall.selector, PC, number));
        }
        vm.assertEq(next, 31, "all of them");
    }

    function test_numbersFarFromTheKnownOnes_revert() public {
        uint64[6] memory numbers = [0, 4999, 5257 + 256, 5257 + 2048, 5257 + (1 << 32), ONES];
        for (uint256 i = 0; i < numbers.length; i++) {
            Machine memory m = calling(numbers[i], 0, 0, 0);
            refuse(m, abi.encodeWithSelector(IMIPS64.MIPS64_UnknownSyscall.selector, PC, numbers[i]));
        }
    }

    function test_calls_withOneAnswer() public {
        answer(5012, 7, 7, 7, 0x400000000000); // brk
        answer(5038, 7, 7, 7, 0); // getpid
        answer(5178, 7, 7, 7, 3); // gettid
        fails(5002, 7, 7, 7, EBADF); // open
    }

    function test_eventfd2_onlyNonBlocking() public {
        answer(5284, 0, 0x80, 0, 100);
        answer(5284, 0, 0x80080, 0, 100);
        fails(5284, 0, 0, 0, EINVAL);
        fails(5284, 0x80, 0x7F, 0x80, EINVAL);
    }

    function test_fcntl_knowsWhichFilesThereAre() public {
        for (uint64 file = 0; file < 7; file++) {
            answer(5070, file, 1, 0, 0);
            answer(5070, file, 3, 0, file == 0 || file == 3 || file == 5 ? 0 : 1);
        }
        for (uint64 command = 1; command < 4; command += 2) {
            fails(5070, 7, command, 0, EBADF);
            fails(5070, 100, command, 0, EBADF);
            fails(5070, ONES, command, 0, EBADF);
        }
        fails(5070, 0, 0, 0, EINVAL);
        fails(5070, 0, 2, 0, EINVAL);
        fails(5070, 7, 4, 0, EINVAL);
    }

    /// @notice Bug 34 of the list: the number in register 2, and all ones in register 7.
    function test_failure_numberIsTheResult_register7SaysSo() public {
        Machine memory m = calling(5002, 0, 0, 0);
        Machine memory after_ = done(m);
        (after_.r[2], after_.r[7]) = (EBADF, ONES);
        check(m, after_, "open");
    }

    /*//////////////////////////////////////////////////////////////
                                MEMORY
    //////////////////////////////////////////////////////////////*/

    function test_mmap_takesPagesFromTheHeap() public {
        uint64[5] memory sizes = [uint64(0), 1, 4095, 4096, 4097];
        uint64[5] memory pages = [uint64(0), 1, 1, 1, 2];
        for (uint256 i = 0; i < 5; i++) {
            Machine memory m = calling(5009, 0, sizes[i], 7);
            Machine memory after_ = answers(m, m.heap);
            after_.heap = m.heap + 4096 * pages[i];
            check(m, after_, "pages");
        }
        answer(5009, 0x1234, 4096, 0, 0x1234); // where the program says
        answer(5009, 0x1234, ONES, 0, 0x1234);
    }

    /// @notice Bug 24 of the list: neither the size nor the sum wraps.
    function test_mmap_beyondTheHeap_fails_upToItsEnd_succeeds() public {
        uint64 heapEnd = 0x600000000000;
        Machine memory m = calling(5009, 0, 4097, 0);
        m.heap = heapEnd - 8192;
        Machine memory after_ = answers(m, m.heap);
        after_.heap = heapEnd;
        check(m, after_, "the last pages");
        m.r[5] = 8193;
        check(m, failing(m, EINVAL), "a page more");
        for (uint64 less = 0; less < 3 * 4096; less += 4095) {
            m.r[5] = ONES - less;
            check(m, failing(m, EINVAL), "so much that it wraps");
        }
        m.heap = ONES - 4095;
        m.r[5] = 4096;
        check(m, failing(m, EINVAL), "a sum that wraps");
        (m.heap, m.r[5]) = (heapEnd + 4096, 0);
        check(m, failing(m, EINVAL), "a heap beyond its end");
    }

    /// @notice Bug 25 of the list: `munmap` succeeds, and what it gives back stays where it is.
    function test_munmap_leavesTheHeap() public {
        answer(5011, 0x400000000000, 4096, 0, 0);
    }

    function test_getrandom_isAFunctionOfTheStep_upToTheWordsEnd() public {
        for (uint64 first = 0; first < 8; first++) {
            for (uint64 count = 0; count < 10; count += 3) {
                Machine memory m = calling(5313, DATA + first, count, 7);
                uint64 taken = count < 8 - first ? count : 8 - first;
                Machine memory after_ = answers(m, taken);
                poke(after_, DATA, _spliced(WORD, _splitmix64(42), first, taken));
                check(m, after_, "random bytes");
            }
        }
        Machine memory all = calling(5313, DATA, ONES, 0);
        Machine memory whole = answers(all, 8);
        poke(whole, DATA, _splitmix64(42));
        check(all, whole, "a word");
    }

    /// @notice Of splitmix64's author: the first numbers from the seed 1234567.
    function test_splitmix64_asPublished() public pure {
        uint64[3] memory known = [6457827717110365317, 3203168211198807973, 9817491932198370423];
        for (uint64 i = 0; i < 3; i++) {
            unchecked {
                vm.assertEq(_splitmix64(1234567 + i * 0x9E3779B97F4A7C15), known[i], "known");
            }
        }
    }

    function test_clock_isTheNumberOfSteps_realTimeIsZero() public {
        uint64[4] memory steps = [uint64(0), 9_999_998, 9_999_999, 123_456_789_012];
        for (uint256 i = 0; i < 4; i++) {
            Machine memory m = calling(5222, 1, DATA + 5, 7);
            m.step = steps[i];
            _checkClock(m, (steps[i] + 1) / 10_000_000, ((steps[i] + 1) % 10_000_000) * 100);
            m.r[4] = 0;
            _checkClock(m, 0, 0);
        }
    }

    function test_clock_acrossTwoLeaves_andAcrossTheEndOfMemory() public {
        uint64[2] memory places = [DATA + 24, ONES - 7];
        for (uint256 i = 0; i < 2; i++) {
            Machine memory m = calling(5222, 1, places[i], 0);
            m.data = places[i];
            m.step = 123_456_789_012;
            _checkClock(m, 12345, 678_901_300);
        }
    }

    function test_clock_otherThanThoseTwo_fails() public {
        fails(5222, 2, DATA, 0, EINVAL);
        fails(5222, ONES, DATA, 0, EINVAL);
    }

    /// @notice The second word is written into the memory that has the first already.
    function test_clock_withAProofOfTheMemoryBefore_reverts() public {
        Machine memory m = calling(5222, 1, DATA, 0);
        m.step = 20_000_000;
        bytes memory proof = bytes.concat(proofOf(m), memoryProof(m, DATA + 8));
        vm.expectPartialRevert(IMIPS64.MIPS64_WrongMemory.selector);
        machine.step(stateOf(m), proof, CONTEXT);
    }

    /// @notice Bug 35 of the list, for each call that writes memory.
    function test_writingCalls_endAReservation_ofTheSameWord() public {
        bytes32 key = load("0123456789", 8);
        for (uint64 reserved = DATA; reserved < DATA + 32; reserved += 7) {
            Machine memory m = calling(5313, DATA, 8, 0); // getrandom
            (m.reservation, m.reserved, m.reservedBy) = (1, reserved, 99);
            Machine memory after_ = answers(m, 8);
            poke(after_, DATA, _splitmix64(42));
            if (reserved < DATA + 8) _free(after_);
            check(m, after_, "getrandom");

            m = calling(5222, 0, DATA, 0); // clock_gettime: two words
            (m.reservation, m.reserved, m.reservedBy) = (2, reserved, 99);
            _checkClock(m, 0, 0);

            m = calling(5000, 5, DATA, 8); // read
            (m.preimageKey, m.preimageOffset) = (key, 8);
            (m.reservation, m.reserved, m.reservedBy) = (1, reserved, 99);
            after_ = answers(m, 8);
            after_.preimageOffset = 16;
            poke(after_, DATA, uint64(bytes8("01234567")));
            if (reserved < DATA + 8) _free(after_);
            check(m, after_, "read");
        }
    }

    /*//////////////////////////////////////////////////////////////
                                HELPERS
    //////////////////////////////////////////////////////////////*/

    function _free(Machine memory m) private pure {
        (m.reservation, m.reserved, m.reservedBy) = (0, 0, 0);
    }

    function _doesSomething(uint64 number) private pure returns (bool) {
        uint64[14] memory numbers =
            [uint64(5009), 5012, 5023, 5034, 5038, 5055, 5058, 5070, 5178, 5194, 5205, 5222, 5284, 5313];
        for (uint256 i = 0; i < numbers.length; i++) {
            if (numbers[i] == number) return true;
        }
        return false;
    }

    function _checkClock(Machine memory m, uint64 seconds_, uint64 nanoseconds) private {
        uint64 first = m.r[5] & ~uint64(7);
        uint64 second;
        unchecked {
            second = first + 8;
        }
        Machine memory between = turned(m);
        poke(between, first, seconds_);
        bytes memory proof = bytes.concat(proofOf(m), memoryProof(between, second));
        Machine memory after_ = answers(m, 0);
        poke(after_, first, seconds_);
        poke(after_, second, nanoseconds);
        uint64 reserved = m.reserved & ~uint64(7);
        if (reserved == first || reserved == second) _free(after_);
        check(m, proof, after_, "the time");
    }

    function _spliced(uint64 word, uint64 other, uint64 first, uint64 count) private pure returns (uint64) {
        for (uint64 i = first; i < first + count; i++) {
            uint64 mask = uint64(0xFF) << (56 - 8 * i);
            word = (word & ~mask) | (other & mask);
        }
        return word;
    }

    function _splitmix64(uint64 seed) private pure returns (uint64 z) {
        unchecked {
            z = seed + 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
