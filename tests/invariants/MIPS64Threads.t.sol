// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Machines} from "./support/Machines.sol";

/// @notice System calls that are about threads: new ones, their end, waiting.
contract MIPS64ThreadsTest is Machines {
    uint64 internal constant EAGAIN = 11;
    uint64 internal constant EINVAL = 22;

    function test_clone_putsAThreadOnTop_whichRunsFirst() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = calling(5055, 0x50F00, 0xABCD, 7);
            m.isRight = isRight;
            Machine memory parent = answers(m, m.nextThread);
            Machine memory child = answers(m, 0);
            child.others = keccak256(bytes.concat(m.others, keccak256(threadOf(parent))));
            (child.id, child.r[29]) = (m.nextThread, 0xABCD);
            (child.nextThread, child.turn) = (m.nextThread + 1, 0);
            check(m, child, "the child");
        }
    }

    function test_clone_inADelaySlot_bothGoOnAtTheTarget() public {
        Machine memory m = calling(5055, 0x50F00, 0xABCD, 7);
        m.nextPC = 0x8000;
        m.nextThread = ONES;
        Machine memory child = answers(m, 0);
        Machine memory parent = answers(m, ONES);
        child.others = keccak256(bytes.concat(m.others, keccak256(threadOf(parent))));
        (child.id, child.r[29], child.nextThread, child.turn) = (ONES, 0xABCD, 0, 0);
        check(m, child, "the child");
    }

    function test_clone_withOtherFlags_endsTheProgram() public {
        uint64[4] memory flags = [0, 0x50F01, 0x10F00, 0x50F00 | (1 << 63)];
        for (uint256 i = 0; i < 4; i++) {
            Machine memory m = calling(5055, flags[i], 0xABCD, 7);
            Machine memory after_ = turned(m);
            (after_.exited, after_.exitCode) = (1, 2);
            check(m, after_, "panic");
        }
    }

    function test_exit_endsTheThread_theLastOneEndsTheProgram() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            Machine memory m = calling(5058, 0x101, 7, 7);
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
        Machine memory m = calling(5205, 0x1FF, 7, 7);
        Machine memory after_ = turned(m);
        (after_.exited, after_.exitCode) = (1, 0xFF);
        check(m, after_, "whatever threads there are");
    }

    function test_yieldingCalls_endTheTurn() public {
        for (uint8 isRight = 0; isRight < 2; isRight++) {
            uint64[3] memory numbers = [uint64(5023), 5034, 5194]; // sched_yield, nanosleep, futex wake
            for (uint256 i = 0; i < 3; i++) {
                Machine memory m = calling(numbers[i], DATA, 129, 7);
                m.isRight = isRight;
                check(m, yielded(answers(m, 0)), "yields");
                m.others = NO_THREADS;
                Machine memory after_ = yielded(answers(m, 0));
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
            Machine memory m = calling(5194, DATA + offset, 128, value);
            check(m, yielded(answers(m, 0)), "the same");
            m.r[6] = value | (0x99999999 << 32);
            check(m, yielded(answers(m, 0)), "the same 32 bits");
            m.r[6] = value ^ 0x80000000;
            check(m, failing(m, EAGAIN), "another");
            m.r[6] = 0xFFFFFFFF00000000;
            check(m, failing(m, EAGAIN), "upper bits do not matter");
        }
    }

    function test_futex_ofAnotherKind_fails() public {
        fails(5194, DATA, 0, 0, EINVAL); // wait, but not private
        fails(5194, DATA, 127, 0, EINVAL);
        fails(5194, DATA, 130, 0, EINVAL);
    }
}
