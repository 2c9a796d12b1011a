// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VMStatuses} from "../dispute/types/Types.sol";
import {IMIPS64} from "./IMIPS64.sol";
import {IPreimageOracle} from "./IPreimageOracle.sol";
import {MIPS64Memory} from "./MIPS64Memory.sol";
import {MIPS64State, Machine, State, Thread} from "./MIPS64State.sol";
import {PreimageKeys} from "./PreimageKeys.sol";
import {Words} from "./Words.sol";

/// @title MIPS64Syscalls
/// @notice The system calls that a Go program makes, as far as it needs them; numbers are Linux's (n64).
/// @dev    Register 2 has the call's number and then its result, 4 to 6 its arguments. Register 7 is 0 after it, or all
///         ones if it failed; then register 2 has the error's number.
library MIPS64Syscalls {
    using MIPS64Memory for State;

    uint256 private constant RESULT = 2;
    uint256 private constant ARGUMENT = 4;
    uint256 private constant FAILED = 7;
    uint256 private constant STACK_POINTER = 29;

    uint64 private constant READ = 5000;
    uint64 private constant WRITE = 5001;
    uint64 private constant OPEN = 5002;
    uint64 private constant MMAP = 5009;
    uint64 private constant BRK = 5012;
    uint64 private constant SCHED_YIELD = 5023;
    uint64 private constant NANOSLEEP = 5034;
    uint64 private constant GETPID = 5038;
    uint64 private constant CLONE = 5055;
    uint64 private constant EXIT = 5058;
    uint64 private constant FCNTL = 5070;
    uint64 private constant GETTID = 5178;
    uint64 private constant FUTEX = 5194;
    uint64 private constant EXIT_GROUP = 5205;
    uint64 private constant CLOCK_GETTIME = 5222;
    uint64 private constant EVENTFD2 = 5284;
    uint64 private constant GETRANDOM = 5313;

    /// @dev Register 7 after a call that failed, and error numbers.
    uint64 private constant FAILURE = type(uint64).max;
    uint64 private constant EBADF = 9;
    uint64 private constant EAGAIN = 11;
    uint64 private constant EINVAL = 22;

    /// @dev File descriptors.
    uint64 private constant STDIN = 0;
    uint64 private constant STDOUT = 1;
    uint64 private constant STDERR = 2;
    uint64 private constant HINT_READ = 3;
    uint64 private constant HINT_WRITE = 4;
    uint64 private constant PREIMAGE_READ = 5;
    uint64 private constant PREIMAGE_WRITE = 6;
    uint64 private constant EVENT = 100;

    uint64 private constant PROGRAM_BREAK = 0x4000_0000_0000;
    uint64 private constant HEAP_END = 0x6000_0000_0000;
    uint64 private constant PAGE_MASK = 4095;

    /// @dev CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM.
    uint64 private constant THREAD_FLAGS = 0x50F00;
    uint64 private constant FUTEX_WAIT_PRIVATE = 128;
    uint64 private constant FUTEX_WAKE_PRIVATE = 129;
    uint64 private constant EFD_NONBLOCK = 0x80;
    uint64 private constant F_GETFD = 1;
    uint64 private constant F_GETFL = 3;
    uint64 private constant CLOCK_REALTIME = 0;
    uint64 private constant CLOCK_MONOTONIC = 1;

    /// @dev Steps in a second, and nanoseconds in a step.
    uint64 private constant HZ = 10_000_000;
    uint64 private constant NANOSECONDS = 100;

    /// @dev What is not needed succeeds without doing anything: which of the calls from 5000 and from 5256 on.
    uint256 private constant IGNORED_FROM = 5000;
    uint256 private constant IGNORED = (1 << 3) // close
        | (1 << 4) // stat
        | (1 << 5) // fstat
        | (1 << 8) // lseek
        | (1 << 10) // mprotect
        | (1 << 11) // munmap
        | (1 << 13) // rt_sigaction
        | (1 << 14) // rt_sigprocmask
        | (1 << 15) // ioctl
        | (1 << 16) // pread64
        | (1 << 26) // mincore
        | (1 << 27) // madvise
        | (1 << 36) // setitimer
        | (1 << 61) // uname
        | (1 << 87) // readlink
        | (1 << 95) // getrlimit
        | (1 << 100) // getuid
        | (1 << 102) // getgid
        | (1 << 129) // sigaltstack
        | (1 << 196) // sched_getaffinity
        | (1 << 208) // epoll_ctl
        | (1 << 216) // timer_create
        | (1 << 217) // timer_settime
        | (1 << 220) // timer_delete
        | (1 << 225) // tgkill
        | (1 << 247); // openat
    uint256 private constant IGNORED_HIGH = (1 << 1) // readlinkat
        | (1 << 16) // epoll_pwait
        | (1 << 29) // epoll_create1
        | (1 << 31) // pipe2
        | (1 << 41); // prlimit64

    /// @dev What a call reads besides the machine.
    struct Outside {
        IPreimageOracle oracle;
        bytes32 localContext;
    }

    /// @dev Of the registers.
    struct Call {
        uint64 number;
        uint64 a0;
        uint64 a1;
        uint64 a2;
    }

    /// @notice Execute the active thread's system call.
    /// @return yields_  Whether that ends its turn.
    function execute(Machine memory _machine, bytes calldata _proof, Outside memory _outside)
        internal
        view
        returns (bool yields_)
    {
        Thread memory thread = _machine.thread;
        State memory state = _machine.state;
        Call memory call = Call({
            number: thread.register(RESULT),
            a0: thread.register(ARGUMENT),
            a1: thread.register(ARGUMENT + 1),
            a2: thread.register(ARGUMENT + 2)
        });
        uint64 result;
        uint64 failed;
        if (call.number == READ) (result, failed) = _read(state, _proof, call, _outside);
        else if (call.number == WRITE) (result, failed) = _write(state, _proof, call);
        else if (call.number == FUTEX) (result, failed, yields_) = _futex(state, _proof, call);
        else if (call.number == SCHED_YIELD || call.number == NANOSLEEP) yields_ = true;
        else if (call.number == MMAP) (result, failed) = _mmap(state, call);
        else if (call.number == CLOCK_GETTIME) (result, failed) = _clockGettime(state, _proof, call);
        else if (call.number == GETRANDOM) result = _getrandom(state, _proof, call);
        else if (call.number == GETTID) result = thread.id;
        else if (call.number == CLONE) return _clone(_machine, _proof, call);
        else if (call.number == EXIT) return _exit(_machine, uint8(call.a0));
        else if (call.number == EXIT_GROUP) return _exitProgram(state, uint8(call.a0));
        else (result, failed) = _fixed(call, thread.pc);
        _return(thread, result, failed);
    }

    function _return(Thread memory _thread, uint64 _result, uint64 _failed) private pure {
        _thread.setRegister(RESULT, _result);
        _thread.setRegister(FAILED, _failed);
        _thread.advance();
    }

    /*//////////////////////////////////////////////////////////////
                                THREADS
    //////////////////////////////////////////////////////////////*/

    /// @dev A new thread, which runs first. What it begins as differs from its parent in the stack pointer and in what the
    ///      call returns. Other ways to clone end the program.
    function _clone(Machine memory _machine, bytes calldata _proof, Call memory _call)
        private
        pure
        returns (bool)
    {
        State memory state = _machine.state;
        if (_call.a0 != THREAD_FLAGS) return _exitProgram(state, VMStatuses.PANIC);
        Thread memory child = MIPS64State.decodeThread(_proof);
        child.id = state.nextThreadID;
        child.exitCode = 0;
        child.setRegister(STACK_POINTER, _call.a1);
        _return(child, 0, 0);
        _return(_machine.thread, state.nextThreadID, 0);
        unchecked {
            ++state.nextThreadID;
        }
        _machine.spawn(child);
        return false;
    }

    /// @dev The last thread takes the program with it.
    function _exit(Machine memory _machine, uint8 _exitCode) private pure returns (bool) {
        _machine.thread.exited = true;
        _machine.thread.exitCode = _exitCode;
        if (_machine.isAlone()) _exitProgram(_machine.state, _exitCode);
        return false;
    }

    function _exitProgram(State memory _state, uint8 _exitCode) private pure returns (bool) {
        _state.exited = 1;
        _state.exitCode = _exitCode;
        return false;
    }

    /// @dev Whoever waits, or wakes others, ends its turn: it looks again in its next one. A futex has 32 bits.
    function _futex(State memory _state, bytes calldata _proof, Call memory _call)
        private
        pure
        returns (uint64 result_, uint64 failed_, bool yields_)
    {
        if (_call.a1 == FUTEX_WAKE_PRIVATE) return (0, 0, true);
        if (_call.a1 != FUTEX_WAIT_PRIVATE) return (EINVAL, FAILURE, false);
        uint64 word = _state.load(_proof, MIPS64Memory.DATA, _call.a0);
        if (Words.part(word, _call.a0, 4) != uint32(_call.a2)) return (EAGAIN, FAILURE, false);
        return (0, 0, true);
    }

    /*//////////////////////////////////////////////////////////////
                                 FILES
    //////////////////////////////////////////////////////////////*/

    /// @dev Read from the preimage that was asked for, at most up to the end of a word of memory.
    function _read(State memory _state, bytes calldata _proof, Call memory _call, Outside memory _outside)
        private
        view
        returns (uint64 result_, uint64 failed_)
    {
        if (_call.a0 == STDIN) return (0, 0);
        if (_call.a0 == HINT_READ) return (_call.a2, 0); // whatever it says, nobody looks at it
        if (_call.a0 == EVENT) return (EAGAIN, FAILURE);
        if (_call.a0 != PREIMAGE_READ) return (EBADF, FAILURE);
        (bytes32 data, uint256 size) = _outside.oracle
            .readPreimage(_keyOutside(_state.preimageKey, _outside.localContext), _state.preimageOffset);
        uint64 first = _call.a1 & 7;
        result_ = _atMost(_least(size, _call.a2), first);
        _put(_state, _proof, _call.a1, uint64(bytes8(data)) >> (8 * first), result_);
        unchecked {
            _state.preimageOffset += result_;
        }
        return (result_, 0);
    }

    /// @dev Local data is the caller's own: the game's.
    function _keyOutside(bytes32 _key, bytes32 _localContext) private view returns (bytes32) {
        if (uint8(_key[0]) != PreimageKeys.LOCAL) return _key;
        return PreimageKeys.local(uint256(_key), _localContext, msg.sender);
    }

    /// @dev Ask for a preimage: its key comes in from the right, at most up to the end of a word of memory at once.
    function _write(State memory _state, bytes calldata _proof, Call memory _call)
        private
        pure
        returns (uint64 result_, uint64 failed_)
    {
        if (_call.a0 == STDOUT || _call.a0 == STDERR || _call.a0 == HINT_WRITE) return (_call.a2, 0);
        if (_call.a0 == EVENT) return (EAGAIN, FAILURE);
        if (_call.a0 != PREIMAGE_WRITE) return (EBADF, FAILURE);
        uint64 word = _state.load(_proof, MIPS64Memory.DATA, _call.a1);
        uint64 first = _call.a1 & 7;
        result_ = _atMost(_call.a2, first);
        uint64 written = (word << (8 * first)) >> (64 - 8 * result_);
        _state.preimageKey = (_state.preimageKey << (8 * result_)) | bytes32(uint256(written));
        _state.preimageOffset = 0;
    }

    /// @dev Whether a file can be read or written, for those that exist.
    function _fcntl(uint64 _file, uint64 _command) private pure returns (uint64, uint64) {
        if (_command != F_GETFD && _command != F_GETFL) return (EINVAL, FAILURE);
        if (_file > PREIMAGE_WRITE) return (EBADF, FAILURE);
        bool isRead = _file == STDIN || _file == HINT_READ || _file == PREIMAGE_READ;
        return (_command == F_GETFD || isRead ? 0 : 1, 0);
    }

    /*//////////////////////////////////////////////////////////////
                         MEMORY, TIME AND CHANCE
    //////////////////////////////////////////////////////////////*/

    /// @dev Memory from the heap, in pages, unless the program says where; it is never given back.
    function _mmap(State memory _state, Call memory _call) private pure returns (uint64, uint64) {
        if (_call.a0 != 0) return (_call.a0, 0);
        uint256 size = (uint256(_call.a1) + PAGE_MASK) & ~uint256(PAGE_MASK);
        uint64 start = _state.heap;
        if (start + size > HEAP_END) return (EINVAL, FAILURE);
        _state.heap = uint64(start + size);
        return (start, 0);
    }

    /// @dev Seconds and nanoseconds, in two words: the time since the program's start, or zero.
    function _clockGettime(State memory _state, bytes calldata _proof, Call memory _call)
        private
        pure
        returns (uint64, uint64)
    {
        if (_call.a0 != CLOCK_REALTIME && _call.a0 != CLOCK_MONOTONIC) return (EINVAL, FAILURE);
        uint64 steps = _call.a0 == CLOCK_MONOTONIC ? _state.step : 0;
        _replace(_state, _proof, MIPS64Memory.DATA, _call.a1, steps / HZ);
        unchecked {
            _replace(_state, _proof, MIPS64Memory.NEXT_DATA, _call.a1 + 8, (steps % HZ) * NANOSECONDS);
        }
        return (0, 0);
    }

    function _replace(State memory _state, bytes calldata _proof, uint256 _index, uint64 _to, uint64 _word)
        private
        pure
    {
        _state.load(_proof, _index, _to);
        _state.store(_proof, _index, _to, _word);
    }

    /// @dev Random bytes, at most up to the end of a word of memory: they depend on the number of steps alone.
    function _getrandom(State memory _state, bytes calldata _proof, Call memory _call)
        private
        pure
        returns (uint64 count_)
    {
        count_ = _atMost(_call.a1, _call.a0 & 7);
        _put(_state, _proof, _call.a0, _splitmix64(_state.step), count_);
    }

    /// @dev Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators".
    function _splitmix64(uint64 _seed) private pure returns (uint64 z_) {
        unchecked {
            z_ = _seed + 0x9E3779B97F4A7C15;
            z_ = (z_ ^ (z_ >> 30)) * 0xBF58476D1CE4E5B9;
            z_ = (z_ ^ (z_ >> 27)) * 0x94D049BB133111EB;
            return z_ ^ (z_ >> 31);
        }
    }

    /// @dev Replace `_count` bytes of memory, all in one word, by what `_bytes` has in their places.
    function _put(State memory _state, bytes calldata _proof, uint64 _to, uint64 _bytes, uint64 _count)
        private
        pure
    {
        uint64 word = _state.load(_proof, MIPS64Memory.DATA, _to);
        word = Words.merge(word, _bytes, Words.span(_to & 7, _count));
        _state.store(_proof, MIPS64Memory.DATA, _to, word);
    }

    /// @dev `_count`, or what is left of a word from byte `_first` on.
    function _atMost(uint256 _count, uint64 _first) private pure returns (uint64) {
        return uint64(_least(_count, 8 - _first));
    }

    function _least(uint256 _a, uint256 _b) private pure returns (uint256) {
        return _a < _b ? _a : _b;
    }

    /*//////////////////////////////////////////////////////////////
                             FIXED ANSWERS
    //////////////////////////////////////////////////////////////*/

    /// @dev Calls whose answer does not depend on memory, and which change nothing.
    function _fixed(Call memory _call, uint64 _pc) private pure returns (uint64, uint64) {
        if (_isIgnored(_call.number) || _call.number == GETPID) return (0, 0);
        if (_call.number == BRK) return (PROGRAM_BREAK, 0);
        if (_call.number == OPEN) return (EBADF, FAILURE);
        if (_call.number == FCNTL) return _fcntl(_call.a0, _call.a1);
        if (_call.number == EVENTFD2) {
            return _call.a1 & EFD_NONBLOCK == 0 ? (EINVAL, FAILURE) : (EVENT, uint64(0));
        }
        revert IMIPS64.MIPS64_UnknownSyscall(_pc, _call.number);
    }

    function _isIgnored(uint64 _number) private pure returns (bool) {
        if (_number < IGNORED_FROM || _number > IGNORED_FROM + 511) return false;
        uint256 place = _number - IGNORED_FROM;
        return ((place < 256 ? IGNORED : IGNORED_HIGH) >> (place & 255)) & 1 == 1;
    }
}
