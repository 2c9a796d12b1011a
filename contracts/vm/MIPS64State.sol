// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {VMStatuses} from "../dispute/types/Types.sol";
import {IMIPS64} from "./IMIPS64.sol";
import {PreimageKeys} from "./PreimageKeys.sol";

using MIPS64State for State global;
using MIPS64State for Thread global;
using MIPS64State for Machine global;

/// @notice All that a step depends on, in the order of the 188 bytes that a claim is the hash of; numbers are big-endian.
struct State {
    bytes32 memRoot;
    bytes32 preimageKey; // of the preimage that the program reads
    uint64 preimageOffset; // how far it has read
    uint64 heap; // where the next mapping begins
    uint8 llReservationStatus; // LL_NONE, LL_WORD or LL_DOUBLEWORD
    uint64 llAddress;
    uint64 llOwnerThread;
    uint8 exitCode;
    uint8 exited; // 0 or 1
    uint64 step; // steps made
    uint64 stepsSinceLastContextSwitch;
    uint8 traverseRight; // not 0: the active thread is on the right stack
    bytes32 leftThreadStack;
    bytes32 rightThreadStack;
    uint64 nextThreadID;
}

/// @notice A thread, in the order of the 298 bytes that a stack's root is made of. Eight registers of four times 64 bits
///         each, from the left: the 32 registers of the processor as they lie in those bytes.
struct Thread {
    uint64 id;
    uint8 exitCode;
    bool exited;
    uint64 pc;
    uint64 nextPC;
    uint64 lo;
    uint64 hi;
    uint256[8] registers;
}

/// @notice A state with its active thread, and the root of the threads below that on the active stack.
struct Machine {
    State state;
    Thread thread;
    bytes32 others;
}

/// @title MIPS64State
/// @notice States and threads as bytes, registers, and the two stacks of threads.
/// @dev    A stack's root is keccak256(root of the threads below ‖ keccak256(thread on top)). Threads take turns from the
///         top of the active stack, each going over to the other one after its turn; when none is left, the other stack
///         becomes the active one.
library MIPS64State {
    using EfficientHashLib for bytes32;

    uint256 internal constant THREAD_SIZE = 298;
    /// @dev Of a thread and the root of those below it.
    uint256 internal constant THREAD_WITNESS_SIZE = THREAD_SIZE + 32;
    /// @dev The root of an empty stack: keccak256(abi.encode(0, 0)).
    bytes32 internal constant NO_THREADS = 0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5;

    uint8 internal constant LL_NONE = 0;
    uint8 internal constant LL_WORD = 1;
    uint8 internal constant LL_DOUBLEWORD = 2;

    uint256 private constant STATE_SIZE = 188;

    /*//////////////////////////////////////////////////////////////
                                 BYTES
    //////////////////////////////////////////////////////////////*/

    function decode(bytes calldata _data) internal pure returns (State memory state_) {
        if (_data.length != STATE_SIZE) revert IMIPS64.MIPS64_WrongStateSize(_data.length);
        state_.memRoot = bytes32(_wordAt(_data, 0));
        state_.preimageKey = bytes32(_wordAt(_data, 32));
        state_.preimageOffset = _uint64At(_data, 64);
        state_.heap = _uint64At(_data, 72);
        state_.llReservationStatus = uint8(_data[80]);
        state_.llAddress = _uint64At(_data, 81);
        state_.llOwnerThread = _uint64At(_data, 89);
        state_.exitCode = uint8(_data[97]);
        state_.exited = uint8(_data[98]);
        state_.step = _uint64At(_data, 99);
        state_.stepsSinceLastContextSwitch = _uint64At(_data, 107);
        state_.traverseRight = uint8(_data[115]);
        state_.leftThreadStack = bytes32(_wordAt(_data, 116));
        state_.rightThreadStack = bytes32(_wordAt(_data, 148));
        state_.nextThreadID = _uint64At(_data, 180);
        if (state_.exited > 1) revert IMIPS64.MIPS64_BadExitFlag(state_.exited);
    }

    /// @dev The number at a place that lies within the data.
    function _uint64At(bytes calldata _data, uint256 _at) private pure returns (uint64) {
        return uint64(_wordAt(_data, _at) >> 192);
    }

    function _wordAt(bytes calldata _data, uint256 _at) private pure returns (uint256 word_) {
        // equivalent: word_ = uint256(bytes32(_data[_at:])), without looking at the data's length each time
        assembly ("memory-safe") {
            word_ := calldataload(add(_data.offset, _at))
        }
    }

    function encode(State memory _state) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                _state.memRoot,
                _state.preimageKey,
                _state.preimageOffset,
                _state.heap,
                _state.llReservationStatus,
                _state.llAddress,
                _state.llOwnerThread
            ),
            abi.encodePacked(
                _state.exitCode,
                _state.exited,
                _state.step,
                _state.stepsSinceLastContextSwitch,
                _state.traverseRight,
                _state.leftThreadStack,
                _state.rightThreadStack,
                _state.nextThreadID
            )
        );
    }

    /// @notice What a claim about a state with this encoding says: its hash, but the status in the first byte.
    function claim(State memory _state, bytes memory _encoded) internal pure returns (bytes32) {
        return PreimageKeys.ofType(keccak256(_encoded), _status(_state));
    }

    function _status(State memory _state) private pure returns (uint8) {
        if (_state.exited == 0) return VMStatuses.UNFINISHED;
        return _state.exitCode < VMStatuses.PANIC ? _state.exitCode : VMStatuses.PANIC;
    }

    /// @notice The thread that `_data` begins with; there are at least its 298 bytes.
    function decodeThread(bytes calldata _data) internal pure returns (Thread memory thread_) {
        thread_.id = _uint64At(_data, 0);
        thread_.exitCode = uint8(_data[8]);
        thread_.exited = _data[9] != 0;
        thread_.pc = _uint64At(_data, 10);
        thread_.nextPC = _uint64At(_data, 18);
        thread_.lo = _uint64At(_data, 26);
        thread_.hi = _uint64At(_data, 34);
        thread_.registers = abi.decode(_data[42:], (uint256[8]));
    }

    function hash(Thread memory _thread) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                _thread.id,
                _thread.exitCode,
                _thread.exited,
                _thread.pc,
                _thread.nextPC,
                _thread.lo,
                _thread.hi,
                _thread.registers
            )
        );
    }

    /*//////////////////////////////////////////////////////////////
                               REGISTERS
    //////////////////////////////////////////////////////////////*/

    function register(Thread memory _thread, uint256 _number) internal pure returns (uint64) {
        return uint64(_thread.registers[_number >> 2] >> _place(_number));
    }

    /// @notice Register 0 stays what it is.
    function setRegister(Thread memory _thread, uint256 _number, uint64 _value) internal pure {
        if (_number == 0) return;
        uint256 place = _place(_number);
        uint256 others = _thread.registers[_number >> 2] & ~(uint256(type(uint64).max) << place);
        _thread.registers[_number >> 2] = others | (uint256(_value) << place);
    }

    /// @dev Bits on the right of a register, among its four.
    function _place(uint256 _number) private pure returns (uint256) {
        return (~_number & 3) << 6;
    }

    /// @notice Go on to the next instruction.
    function advance(Thread memory _thread) internal pure {
        unchecked {
            _thread.pc = _thread.nextPC;
            _thread.nextPC += 4;
        }
    }

    /*//////////////////////////////////////////////////////////////
                                THREADS
    //////////////////////////////////////////////////////////////*/

    function activeStack(State memory _state) internal pure returns (bytes32) {
        return _state.traverseRight != 0 ? _state.rightThreadStack : _state.leftThreadStack;
    }

    function _setActiveStack(State memory _state, bytes32 _root) private pure {
        if (_state.traverseRight != 0) _state.rightThreadStack = _root;
        else _state.leftThreadStack = _root;
    }

    /// @notice The machine in a state, with the active thread that `_proof` begins with.
    function open(State memory _state, bytes calldata _proof)
        internal
        pure
        returns (Machine memory machine_)
    {
        if (_proof.length < THREAD_WITNESS_SIZE) {
            revert IMIPS64.MIPS64_ProofTooShort(_proof.length, THREAD_WITNESS_SIZE);
        }
        bytes32 others = bytes32(_proof[THREAD_SIZE:]);
        bytes32 root = others.hash(keccak256(_proof[:THREAD_SIZE]));
        if (root != _state.activeStack()) revert IMIPS64.MIPS64_WrongThread(root, _state.activeStack());
        return Machine(_state, decodeThread(_proof), others);
    }

    /// @notice Put the active thread back where it was, changed as it is.
    function settle(Machine memory _machine) internal pure {
        _setActiveStack(_machine.state, _machine.others.hash(_machine.thread.hash()));
    }

    /// @notice End the active thread's turn: it waits on the other stack for the next.
    function preempt(Machine memory _machine) internal pure {
        State memory state = _machine.state;
        bytes32 threadHash = _machine.thread.hash();
        if (state.traverseRight != 0) state.leftThreadStack = state.leftThreadStack.hash(threadHash);
        else state.rightThreadStack = state.rightThreadStack.hash(threadHash);
        _machine.drop();
    }

    /// @notice Take the active thread from its stack.
    function drop(Machine memory _machine) internal pure {
        State memory state = _machine.state;
        _setActiveStack(state, _machine.others);
        if (_machine.others == NO_THREADS) state.traverseRight = state.traverseRight != 0 ? 0 : 1;
        state.stepsSinceLastContextSwitch = 0;
    }

    /// @notice Put a new thread on top of the active one, and let it run first.
    function spawn(Machine memory _machine, Thread memory _child) internal pure {
        _machine.others = _machine.others.hash(_machine.thread.hash());
        _machine.thread = _child;
        _machine.state.stepsSinceLastContextSwitch = 0;
    }

    /// @notice Whether no other thread is left.
    function isAlone(Machine memory _machine) internal pure returns (bool) {
        State memory state = _machine.state;
        bytes32 waiting = state.traverseRight != 0 ? state.leftThreadStack : state.rightThreadStack;
        return waiting == NO_THREADS && _machine.others == NO_THREADS;
    }
}
