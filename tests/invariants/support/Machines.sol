// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "../../../contracts/vm/IMIPS64.sol";
import {IPreimageOracle} from "../../../contracts/vm/IPreimageOracle.sol";
import {MIPS64} from "../../../contracts/vm/MIPS64.sol";
import {PreimageOracle} from "../../../contracts/vm/PreimageOracle.sol";
import {vm} from "./Vm.sol";

/// @title Machines
/// @notice States of the MIPS64 machine with their proofs, built from the specification and not by the contract's own
///         libraries: the thread that runs, at most four leaves of memory that are not zero, and two stacks of which only
///         roots are known.
abstract contract Machines {
    struct Leaf {
        uint64 place; // address / 32
        bytes32 value;
    }

    /// @dev A state. The memory proofs of a step are of `pc` and of `data`.
    struct Machine {
        Leaf[4] leaves;
        uint256 leafCount;
        uint64 data;
        bytes32 preimageKey;
        uint64 preimageOffset;
        uint64 heap;
        uint8 reservation;
        uint64 reserved;
        uint64 reservedBy;
        uint8 exitCode;
        uint8 exited;
        uint64 step;
        uint64 turn; // steps since the last switch of threads
        uint8 isRight;
        bytes32 active; // root of the active stack; 0: `others` with the thread on top
        bytes32 waiting; // root of the other stack
        uint64 nextThread;
        bytes32 others; // root of the active stack below the thread
        uint64 id;
        uint8 threadExitCode;
        uint8 threadExited;
        uint64 pc;
        uint64 nextPC;
        uint64 lo;
        uint64 hi;
        uint64[32] r;
    }

    bytes32 internal constant NO_THREADS = keccak256(new bytes(64));
    bytes32 internal constant CONTEXT = "context";
    uint256 internal constant WITNESS = 298 + 32;
    uint256 internal constant MEMORY_PROOF = 60 * 32;

    uint64 internal constant PC = 0x1000;
    uint64 internal constant DATA = 0x20000; // an address in the middle of nowhere
    uint64 internal constant ONES = type(uint64).max;

    /// @dev Operands of the instructions below.
    uint256 internal constant RS = 8;
    uint256 internal constant RT = 9;
    uint256 internal constant RD = 10;

    IPreimageOracle internal oracle = new PreimageOracle(126_000, 1 days);
    IMIPS64 internal machine = new MIPS64(oracle, 8);

    bytes32[60] private emptyTrees; // roots, by height

    constructor() {
        for (uint256 i = 1; i < 60; i++) {
            emptyTrees[i] = keccak256(bytes.concat(emptyTrees[i - 1], emptyTrees[i - 1]));
        }
    }

    /*//////////////////////////////////////////////////////////////
                                BUILDING
    //////////////////////////////////////////////////////////////*/

    /// @dev About to execute an instruction, in the middle of a program with other threads on both stacks.
    function at(uint32 instruction) internal pure returns (Machine memory m) {
        m.data = DATA;
        m.preimageKey = keccak256("key");
        m.heap = 0x400000000000;
        m.step = 41;
        m.turn = 17;
        m.nextThread = 5;
        (m.others, m.waiting) = (keccak256("others"), keccak256("waiting"));
        m.id = 3;
        (m.pc, m.nextPC) = (PC, PC + 4);
        for (uint64 i = 1; i < 32; i++) {
            m.r[i] = 0x0101010101010101 * i;
        }
        poke(m, DATA, 0x8182838485868788);
        poke(m, PC, (uint64(instruction) << 32) | 0xFFFFFFFF);
    }

    /// @dev About to execute an instruction with two operands.
    function with(uint32 instruction, uint64 rs, uint64 rt) internal pure returns (Machine memory m) {
        m = at(instruction);
        (m.r[RS], m.r[RT]) = (rs, rt);
    }

    /// @dev About to make a system call.
    function calling(uint64 number, uint64 a0, uint64 a1, uint64 a2)
        internal
        pure
        returns (Machine memory m)
    {
        m = at(0x0C);
        (m.r[2], m.r[4], m.r[5], m.r[6]) = (number, a0, a1, a2);
    }

    /// @dev What a call leaves if all it does is to answer.
    function answers(Machine memory m, uint64 result) internal pure returns (Machine memory after_) {
        after_ = done(m);
        (after_.r[2], after_.r[7]) = (result, 0);
    }

    function failing(Machine memory m, uint64 error) internal pure returns (Machine memory after_) {
        after_ = done(m);
        (after_.r[2], after_.r[7]) = (error, ONES);
    }

    /// @dev What an instruction leaves if all it does is to be over.
    function done(Machine memory m) internal pure returns (Machine memory after_) {
        after_ = turned(m);
        after_.pc = m.nextPC;
        after_.nextPC = m.nextPC + 4;
    }

    /// @dev What any step leaves in which the thread keeps its turn.
    function turned(Machine memory m) internal pure returns (Machine memory after_) {
        after_ = abi.decode(abi.encode(m), (Machine)); // a copy
        after_.step++;
        after_.turn++;
    }

    /// @dev What a step leaves in which the thread goes over to the other stack.
    function yielded(Machine memory m) internal pure returns (Machine memory after_) {
        after_ = abi.decode(abi.encode(m), (Machine));
        after_.active = m.others;
        after_.waiting = keccak256(bytes.concat(m.waiting, keccak256(threadOf(m))));
        after_.turn = 0;
    }

    /// @dev A word of memory at a multiple of 8.
    function poke(Machine memory m, uint64 to, uint64 word) internal pure {
        uint256 i = 0;
        while (i < m.leafCount && m.leaves[i].place != to >> 5) i++;
        if (i == m.leafCount) m.leafCount++;
        m.leaves[i].place = to >> 5;
        uint256 shift = 8 * (24 - to % 32);
        uint256 rest = uint256(m.leaves[i].value) & ~(uint256(ONES) << shift);
        m.leaves[i].value = bytes32(rest | (uint256(word) << shift));
    }

    function special(uint256 funct, uint256 rs, uint256 rt, uint256 rd) internal pure returns (uint32) {
        return uint32((rs << 21) | (rt << 16) | (rd << 11) | funct);
    }

    function immediate(uint256 opcode, uint256 rs, uint256 rt, uint256 number)
        internal
        pure
        returns (uint32)
    {
        return uint32((opcode << 26) | (rs << 21) | (rt << 16) | (number & 0xFFFF));
    }

    /// @dev Load a part of a preimage.
    /// @return  Its key.
    function load(bytes memory data, uint256 offset) internal returns (bytes32) {
        oracle.loadKeccak256PreimagePart(offset, data);
        return (keccak256(data) & bytes32(type(uint256).max >> 8)) | bytes32(uint256(2) << 248);
    }

    /*//////////////////////////////////////////////////////////////
                                CHECKING
    //////////////////////////////////////////////////////////////*/

    function check(Machine memory before, Machine memory expected, string memory what) internal {
        check(before, proofOf(before), expected, what);
    }

    function check(Machine memory before, bytes memory proof, Machine memory expected, string memory what)
        internal
    {
        bytes32 found = machine.step(stateOf(before), proof, CONTEXT);
        vm.assertEq(found, claimOf(expected), what);
    }

    function answer(uint64 number, uint64 a0, uint64 a1, uint64 a2, uint64 result) internal {
        Machine memory m = calling(number, a0, a1, a2);
        check(m, answers(m, result), "answer");
    }

    function fails(uint64 number, uint64 a0, uint64 a1, uint64 a2, uint64 error) internal {
        Machine memory m = calling(number, a0, a1, a2);
        check(m, failing(m, error), "failure");
    }

    function refuse(Machine memory before, bytes memory error) internal {
        refuse(stateOf(before), proofOf(before), error);
    }

    function refuse(bytes memory state, bytes memory proof, bytes memory error) internal {
        vm.expectRevert(error);
        machine.step(state, proof, CONTEXT);
    }

    /*//////////////////////////////////////////////////////////////
                                ENCODING
    //////////////////////////////////////////////////////////////*/

    function claimOf(Machine memory m) internal view returns (bytes32) {
        uint256 status = m.exited == 0 ? 3 : m.exitCode < 2 ? m.exitCode : 2;
        return bytes32((uint256(keccak256(stateOf(m))) << 8 >> 8) | (status << 248));
    }

    function stateOf(Machine memory m) internal view returns (bytes memory) {
        bytes32 active = m.active != 0 ? m.active : keccak256(bytes.concat(m.others, keccak256(threadOf(m))));
        bytes memory head = abi.encodePacked(
            node(m, 59, 0), m.preimageKey, m.preimageOffset, m.heap, m.reservation, m.reserved, m.reservedBy
        );
        return bytes.concat(
            head,
            abi.encodePacked(m.exitCode, m.exited, m.step, m.turn, m.isRight),
            m.isRight == 0 ? abi.encodePacked(active, m.waiting) : abi.encodePacked(m.waiting, active),
            bytes8(m.nextThread)
        );
    }

    function threadOf(Machine memory m) internal pure returns (bytes memory) {
        uint256[8] memory registers;
        for (uint256 i = 0; i < 32; i++) {
            registers[i / 4] = (registers[i / 4] << 64) | m.r[i];
        }
        return abi.encodePacked(m.id, m.threadExitCode, m.threadExited, m.pc, m.nextPC, m.lo, m.hi, registers);
    }

    function proofOf(Machine memory m) internal view returns (bytes memory) {
        return bytes.concat(threadOf(m), m.others, memoryProof(m, m.pc), memoryProof(m, m.data));
    }

    function memoryProof(Machine memory m, uint64 of_) internal view returns (bytes memory) {
        bytes32[60] memory nodes;
        nodes[0] = node(m, 0, of_ >> 5);
        for (uint256 level = 0; level < 59; level++) {
            nodes[level + 1] = node(m, level, (of_ >> (5 + level)) ^ 1);
        }
        return abi.encodePacked(nodes);
    }

    /// @dev A node of the memory's tree, level 0 being leaves.
    function node(Machine memory m, uint256 level, uint256 place) internal view returns (bytes32) {
        for (uint256 i = 0; i < m.leafCount; i++) {
            if (m.leaves[i].place >> level != place) continue;
            if (level == 0) return m.leaves[i].value;
            return keccak256(bytes.concat(node(m, level - 1, 2 * place), node(m, level - 1, 2 * place + 1)));
        }
        return emptyTrees[level];
    }
}
