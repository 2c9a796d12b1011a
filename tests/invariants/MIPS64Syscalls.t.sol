// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "../../contracts/vm/IMIPS64.sol";
import {IPreimageOracle} from "../../contracts/vm/IPreimageOracle.sol";
import {Machines} from "./support/Machines.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice System calls: what they answer, what they do to memory, threads and preimages.
contract MIPS64SyscallsTest is Machines {
    uint32 internal constant SYSCALL = 0x0C;
    uint64 internal constant WORD = 0x8182838485868788; // what `at` puts at DATA
    uint64 internal constant EBADF = 9;
    uint64 internal constant EAGAIN = 11;
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
            Machine memory m = _calling(number, 7, 7, 7);
            if (isIgnored) check(m, _answers(m, 0), "ignored");
            else refuse(m, abi.encodeWithSelector(IMIPS64.MIPS64_UnknownSyscall.selector, PC, number));
        }
        vm.assertEq(next, 31, "all of them");
    }

    function test_numbersFarFromTheKnownOnes_revert() public {
        uint64[6] memory numbers = [0, 4999, 5512 + 3, 5000 + 2048, 5003 + (1 << 32), ONES];
        for (uint256 i = 0; i < numbers.length; i++) {
            Machine memory m = _calling(numbers[i], 0, 0, 0);
            refuse(m, abi.encodeWithSelector(IMIPS64.MIPS64_UnknownSyscall.selector, PC, numbers[i]));
        }
    }

    function test_calls_withOneAnswer() public {
        _answer(5012, 7, 7, 7, 0x400000000000); // brk
        _answer(5038, 7, 7, 7, 0); // getpid
        _answer(5178, 7, 7, 7, 3); // gettid
        _fails(5002, 7, 7, 7, EBADF); // open
    }

    function test_eventfd2_onlyNonBlocking() public {
        _answer(5284, 0, 0x80, 0, 100);
        _answer(5284, 0, 0x80080, 0, 100);
        _fails(5284, 0, 0, 0, EINVAL);
        _fails(5284, 0x80, 0x7F, 0x80, EINVAL);
    }

    function test_fcntl_knowsWhichFilesThereAre() public {
        for (uint64 file = 0; file < 7; file++) {
            _answer(5070, file, 1, 0, 0);
            _answer(5070, file, 3, 0, file == 0 || file == 3 || file == 5 ? 0 : 1);
        }
        for (uint64 command = 1; command < 4; command += 2) {
            _fails(5070, 7, command, 0, EBADF);
            _fails(5070, 100, command, 0, EBADF);
            _fails(5070, ONES, command, 0, EBADF);
        }
        _fails(5070, 0, 0, 0, EINVAL);
        _fails(5070, 0, 2, 0, EINVAL);
        _fails(5070, 7, 4, 0, EINVAL);
    }

    /// @notice Bug 34 of the list: the number in register 2, and all ones in register 7.
    function test_failure_numberIsTheResult_register7SaysSo() public {
        Machine memory m = _calling(5002, 0, 0, 0);
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
            Machine memory m = _calling(5009, 0, sizes[i], 7);
            Machine memory after_ = _answers(m, m.heap);
            after_.heap = m.heap + 4096 * pages[i];
            check(m, after_, "pages");
        }
        _answer(5009, 0x1234, 4096, 0, 0x1234); // where the program says
        _answer(5009, 0x1234, ONES, 0, 0x1234);
    }

    /// @notice Bug 24 of the list: neither the size nor the sum wraps.
    function test_mmap_beyondTheHeap_fails_upToItsEnd_succeeds() public {
        uint64 heapEnd = 0x600000000000;
        Machine memory m = _calling(5009, 0, 4097, 0);
        m.heap = heapEnd - 8192;
        Machine memory after_ = _answers(m, m.heap);
        after_.heap = heapEnd;
        check(m, after_, "the last pages");
        m.r[5] = 8193;
        check(m, _failing(m, EINVAL), "a page more");
        for (uint64 less = 0; less < 3 * 4096; less += 4095) {
            m.r[5] = ONES - less;
            check(m, _failing(m, EINVAL), "so much that it wraps");
        }
        m.heap = ONES - 4095;
        m.r[5] = 4096;
        check(m, _failing(m, EINVAL), "a sum that wraps");
        (m.heap, m.r[5]) = (heapEnd + 4096, 0);
        check(m, _failing(m, EINVAL), "a heap beyond its end");
    }

    /// @notice Bug 25 of the list: `munmap` succeeds, and what it gives back stays where it is.
    function test_munmap_leavesTheHeap() public {
        _answer(5011, 0x400000000000, 4096, 0, 0);
    }

    function test_getrandom_isAFunctionOfTheStep_upToTheWordsEnd() public {
        for (uint64 first = 0; first < 8; first++) {
            for (uint64 count = 0; count < 10; count += 3) {
                Machine memory m = _calling(5313, DATA + first, count, 7);
                uint64 taken = count < 8 - first ? count : 8 - first;
                Machine memory after_ = _answers(m, taken);
                poke(after_, DATA, _spliced(WORD, _splitmix64(42), first, taken));
                check(m, after_, "random bytes");
            }
        }
        Machine memory all = _calling(5313, DATA, ONES, 0);
        Machine memory whole = _answers(all, 8);
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
            Machine memory m = _calling(5222, 1, DATA + 5, 7);
            m.step = steps[i];
            _checkClock(m, (steps[i] + 1) / 10_000_000, ((steps[i] + 1) % 10_000_000) * 100);
            m.r[4] = 0;
            _checkClock(m, 0, 0);
        }
    }

    function test_clock_acrossTwoLeaves_andAcrossTheEndOfMemory() public {
        uint64[2] memory places = [DATA + 24, ONES - 7];
        for (uint256 i = 0; i < 2; i++) {
            Machine memory m = _calling(5222, 1, places[i], 0);
            m.data = places[i];
            m.step = 123_456_789_012;
            _checkClock(m, 12345, 678_901_300);
        }
    }

    function test_clock_otherThanThoseTwo_fails() public {
        _fails(5222, 2, DATA, 0, EINVAL);
        _fails(5222, ONES, DATA, 0, EINVAL);
    }

    /// @notice The second word is written into the memory that has the first already.
    function test_clock_withAProofOfTheMemoryBefore_reverts() public {
        Machine memory m = _calling(5222, 1, DATA, 0);
        m.step = 20_000_000;
        bytes memory proof = bytes.concat(proofOf(m), memoryProof(m, DATA + 8));
        vm.expectPartialRevert(IMIPS64.MIPS64_WrongMemory.selector);
        machine.step(stateOf(m), proof, CONTEXT);
    }

    /// @notice Bug 35 of the list, for each call that writes memory.
    function test_writingCalls_endAReservation_ofTheSameWord() public {
        bytes32 key = _load("0123456789", 8);
        for (uint64 reserved = DATA; reserved < DATA + 32; reserved += 7) {
            Machine memory m = _calling(5313, DATA, 8, 0); // getrandom
            (m.reservation, m.reserved, m.reservedBy) = (1, reserved, 99);
            Machine memory after_ = _answers(m, 8);
            poke(after_, DATA, _splitmix64(42));
            if (reserved < DATA + 8) _free(after_);
            check(m, after_, "getrandom");

            m = _calling(5222, 0, DATA, 0); // clock_gettime: two words
            (m.reservation, m.reserved, m.reservedBy) = (2, reserved, 99);
            _checkClock(m, 0, 0);

            m = _calling(5000, 5, DATA, 8); // read
            (m.preimageKey, m.preimageOffset) = (key, 8);
            (m.reservation, m.reserved, m.reservedBy) = (1, reserved, 99);
            after_ = _answers(m, 8);
            after_.preimageOffset = 16;
            poke(after_, DATA, uint64(bytes8("01234567")));
            if (reserved < DATA + 8) _free(after_);
            check(m, after_, "read");
        }
    }

    /*//////////////////////////////////////////////////////////////
                                THREADS
    //////////////////////////////////////////////////////////////*/

    function test_clone_putsAThreadOnTop_whichRunsFirst() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = _calling(5055, 0x50F00, 0xABCD, 7);
            m.isRight = isRight;
            Machine memory parent = _answers(m, m.nextThread);
            Machine memory child = _answers(m, 0);
            child.others = keccak256(bytes.concat(m.others, keccak256(threadOf(parent))));
            (child.id, child.r[29]) = (m.nextThread, 0xABCD);
            (child.nextThread, child.turn) = (m.nextThread + 1, 0);
            check(m, child, "the child");
        }
    }

    function test_clone_inADelaySlot_bothGoOnAtTheTarget() public {
        Machine memory m = _calling(5055, 0x50F00, 0xABCD, 7);
        m.nextPC = 0x8000;
        m.nextThread = ONES;
        Machine memory child = _answers(m, 0);
        Machine memory parent = _answers(m, ONES);
        child.others = keccak256(bytes.concat(m.others, keccak256(threadOf(parent))));
        (child.id, child.r[29], child.nextThread, child.turn) = (ONES, 0xABCD, 0, 0);
        check(m, child, "the child");
    }

    function test_clone_withOtherFlags_endsTheProgram() public {
        uint64[4] memory flags = [0, 0x50F01, 0x10F00, 0x50F00 | (1 << 63)];
        for (uint256 i = 0; i < 4; i++) {
            Machine memory m = _calling(5055, flags[i], 0xABCD, 7);
            Machine memory after_ = turned(m);
            (after_.exited, after_.exitCode) = (1, 2);
            check(m, after_, "panic");
        }
    }

    function test_exit_endsTheThread_theLastOneEndsTheProgram() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = _calling(5058, 0x101, 7, 7);
            m.isRight = isRight;
            Machine memory after_ = turned(m);
            (after_.threadExited, after_.threadExitCode) = (1, 1); // 8 bits of it
            check(m, after_, "with others");
            m.others = after_.others = NO_THREADS;
            check(m, after_, "with others on the other stack");
            m.waiting = after_.waiting = NO_THREADS;
            (after_.exited, after_.exitCode) = (1, 1);
            check(m, after_, "the last");
            m.others = after_.others = keccak256("others");
            (after_.exited, after_.exitCode) = (0, 0);
            check(m, after_, "with others on its own stack");
        }
    }

    function test_exitGroup_endsTheProgram() public {
        Machine memory m = _calling(5205, 0x1FF, 7, 7);
        Machine memory after_ = turned(m);
        (after_.exited, after_.exitCode) = (1, 0xFF);
        check(m, after_, "whatever threads there are");
    }

    function test_yieldingCalls_endTheTurn() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            uint64[3] memory numbers = [uint64(5023), 5034, 5194]; // sched_yield, nanosleep, futex wake
            for (uint256 i = 0; i < 3; i++) {
                Machine memory m = _calling(numbers[i], DATA, 129, 7);
                m.isRight = isRight;
                check(m, yielded(_answers(m, 0)), "yields");
                m.others = NO_THREADS;
                Machine memory after_ = yielded(_answers(m, 0));
                (after_.active, after_.waiting) = (after_.waiting, NO_THREADS);
                after_.isRight = 1 - isRight;
                check(m, after_, "the other stack is next");
            }
        }
    }

    /// @notice Bug 31 of the list: 32 bits of each are compared.
    function test_futexWait_forAnotherValue_fails_forTheSame_yields() public {
        for (uint64 offset = 0; offset < 8; offset++) {
            uint64 value = offset < 4 ? 0x81828384 : 0x85868788;
            Machine memory m = _calling(5194, DATA + offset, 128, value);
            check(m, yielded(_answers(m, 0)), "the same");
            m.r[6] = value | (0x99999999 << 32);
            check(m, yielded(_answers(m, 0)), "the same 32 bits");
            m.r[6] = value ^ 0x80000000;
            check(m, _failing(m, EAGAIN), "another");
            m.r[6] = 0xFFFFFFFF00000000;
            check(m, _failing(m, EAGAIN), "upper bits do not matter");
        }
    }

    function test_futex_ofAnotherKind_fails() public {
        _fails(5194, DATA, 0, 0, EINVAL); // wait, but not private
        _fails(5194, DATA, 127, 0, EINVAL);
        _fails(5194, DATA, 130, 0, EINVAL);
    }

    /*//////////////////////////////////////////////////////////////
                         FILES, HINTS, PREIMAGES
    //////////////////////////////////////////////////////////////*/

    function test_write_toOutputAndHints_takesItAll() public {
        uint64[3] memory files = [uint64(1), 2, 4];
        for (uint256 i = 0; i < 3; i++) {
            _answer(5001, files[i], 0x123, 77, 77);
            _answer(5001, files[i], 0x123, ONES, ONES);
        }
    }

    function test_read_ofInputIsEmpty_ofHintsWhateverIsAsked() public {
        _answer(5000, 0, DATA, 77, 0);
        _answer(5000, 3, DATA, 77, 77);
    }

    function test_readAndWrite_ofOtherFiles_fail() public {
        uint64[7] memory unreadable = [uint64(1), 2, 4, 6, 7, 99, ONES];
        uint64[7] memory unwritable = [uint64(0), 3, 5, 7, 99, 101, ONES];
        for (uint256 i = 0; i < 7; i++) {
            _fails(5000, unreadable[i], DATA, 8, EBADF);
            _fails(5001, unwritable[i], DATA, 8, EBADF);
        }
        _fails(5000, 100, DATA, 8, EAGAIN); // events
        _fails(5001, 100, DATA, 8, EAGAIN);
    }

    /// @notice A key is written in parts of up to a word, and pushes what was there to the left.
    function test_writeOfAKey_comesInFromTheRight() public {
        for (uint64 first = 0; first < 8; first++) {
            for (uint64 count = 0; count < 10; count += 3) {
                Machine memory m = _calling(5001, 6, DATA + first, count);
                m.preimageOffset = 99;
                uint64 taken = count < 8 - first ? count : 8 - first;
                Machine memory after_ = _answers(m, taken);
                after_.preimageOffset = 0;
                for (uint64 i = 0; i < taken; i++) {
                    after_.preimageKey = (after_.preimageKey << 8) | bytes32(uint256(0x81 + first + i));
                }
                check(m, after_, "key");
            }
        }
    }

    function test_writeOfAKey_leavesAReservation() public {
        Machine memory m = _calling(5001, 6, DATA, 8);
        (m.reservation, m.reserved, m.reservedBy) = (1, DATA, 99);
        Machine memory after_ = _answers(m, 8);
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
        Machine memory m = _calling(5000, 5, DATA + first, count);
        (m.preimageKey, m.preimageOffset) = (_load(data, offset), offset);

        uint64 taken = count < 8 - first ? count : 8 - first;
        if (all.length - offset < taken) taken = uint64(all.length - offset);
        uint64 word = WORD;
        for (uint64 i = 0; i < taken; i++) {
            uint64 shift = 56 - 8 * (first + i);
            word = (word & ~(uint64(0xFF) << shift)) | (uint64(uint8(all[offset + i])) << shift);
        }
        Machine memory after_ = _answers(m, taken);
        after_.preimageOffset += taken;
        poke(after_, DATA, word);
        check(m, after_, "copied");
    }

    function test_readOfAPreimage_thatNobodyLoaded_reverts() public {
        Machine memory m = _calling(5000, 5, DATA, 8);
        m.preimageKey = _load("abc", 0);
        m.preimageOffset = 8;
        refuse(m, abi.encodeWithSelector(IPreimageOracle.PreimageOracle_NotLoaded.selector, m.preimageKey, 8));
        m.preimageOffset = 0;
        Machine memory after_ = _answers(m, 8);
        after_.preimageOffset = 8;
        poke(after_, DATA, 3); // its length
        check(m, after_, "loaded");
    }

    /// @notice Local words are the caller's and the context's own.
    function test_readOfALocalWord_isTheCallers_inItsContext() public {
        oracle.loadLocalData(3, CONTEXT, hex"aabbccdd", 4, 8);
        Machine memory m = _calling(5000, 5, DATA, 8);
        (m.preimageKey, m.preimageOffset) = (bytes32((uint256(1) << 248) | 3), 8);
        Machine memory after_ = _answers(m, 4);
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

    /*//////////////////////////////////////////////////////////////
                                HELPERS
    //////////////////////////////////////////////////////////////*/

    function _calling(uint64 number, uint64 a0, uint64 a1, uint64 a2)
        private
        pure
        returns (Machine memory m)
    {
        m = at(SYSCALL);
        (m.r[2], m.r[4], m.r[5], m.r[6]) = (number, a0, a1, a2);
    }

    function _answers(Machine memory m, uint64 result) private pure returns (Machine memory after_) {
        after_ = done(m);
        (after_.r[2], after_.r[7]) = (result, 0);
    }

    function _failing(Machine memory m, uint64 error) private pure returns (Machine memory after_) {
        after_ = done(m);
        (after_.r[2], after_.r[7]) = (error, ONES);
    }

    function _answer(uint64 number, uint64 a0, uint64 a1, uint64 a2, uint64 result) private {
        Machine memory m = _calling(number, a0, a1, a2);
        check(m, _answers(m, result), "answer");
    }

    function _fails(uint64 number, uint64 a0, uint64 a1, uint64 a2, uint64 error) private {
        Machine memory m = _calling(number, a0, a1, a2);
        check(m, _failing(m, error), "failure");
    }

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

    function _load(bytes memory data, uint256 offset) private returns (bytes32) {
        oracle.loadKeccak256PreimagePart(offset, data);
        return (keccak256(data) & bytes32(type(uint256).max >> 8)) | bytes32(uint256(2) << 248);
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
        Machine memory after_ = _answers(m, 0);
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
