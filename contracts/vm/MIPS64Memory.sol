// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMIPS64} from "./IMIPS64.sol";
import {MIPS64State, State} from "./MIPS64State.sol";
import {Words} from "./Words.sol";

/// @notice A leaf of memory, 32 bytes at a multiple of 32, and its siblings up to the root: below it first.
struct MemoryProof {
    bytes32 leaf;
    bytes32[59] siblings;
}

/// @title MIPS64Memory
/// @notice The memory: 2^64 bytes, of which a state has the root of a binary tree of keccak256 hashes, and a step's proof
///         what it touches.
library MIPS64Memory {
    /// @dev Which memory proof is whose.
    uint256 internal constant INSTRUCTION = 0;
    uint256 internal constant DATA = 1;
    uint256 internal constant NEXT_DATA = 2;

    uint256 internal constant PROOF_SIZE = 60 * 32;
    uint64 private constant WORD_MASK = ~uint64(7);

    /// @notice The 64-bit word that an address lies in.
    /// @param _index  Which memory proof shows it.
    function load(State memory _state, bytes calldata _proof, uint256 _index, uint64 _address)
        internal
        pure
        returns (uint64)
    {
        MemoryProof calldata proof = _memoryProof(_proof, _index);
        bytes32 root = _rootOf(proof.leaf, _address, proof);
        if (root != _state.memRoot) {
            revert IMIPS64.MIPS64_WrongMemory(_index, _address, root, _state.memRoot);
        }
        return uint64(uint256(proof.leaf) >> _place(_address));
    }

    /// @notice Replace that word, after `load` has checked the proof of it. Whoever has reserved it loses it.
    function store(State memory _state, bytes calldata _proof, uint256 _index, uint64 _address, uint64 _word)
        internal
        pure
    {
        MemoryProof calldata proof = _memoryProof(_proof, _index);
        uint256 place = _place(_address);
        uint256 rest = uint256(proof.leaf) & ~(uint256(Words.ONES) << place);
        _state.memRoot = _rootOf(bytes32(rest | (uint256(_word) << place)), _address, proof);
        if (_state.llAddress & WORD_MASK == _address & WORD_MASK) _release(_state);
    }

    /// @dev Nobody has reserved anything.
    function _release(State memory _state) private pure {
        _state.llReservationStatus = MIPS64State.LL_NONE;
        _state.llAddress = 0;
        _state.llOwnerThread = 0;
    }

    /// @dev Bits on the right of a word, in its leaf.
    function _place(uint64 _address) private pure returns (uint256) {
        return (~_address & 24) << 3;
    }

    /// @dev The root of a memory with this leaf. On the way up, the address has a bit for each level: whether the path
    ///      comes from the right.
    function _rootOf(bytes32 _leaf, uint64 _address, MemoryProof calldata _proof)
        private
        pure
        returns (bytes32 node_)
    {
        node_ = _leaf;
        // equivalent: for (uint256 i = 0; i < 59; i++) {
        //     node_ = (_address >> (5 + i)) & 1 == 0
        //         ? keccak256(bytes.concat(node_, _proof.siblings[i]))
        //         : keccak256(bytes.concat(_proof.siblings[i], node_));
        // }
        // Bit 5 alone is 32 or 0: where the node is put in the first 64 bytes of memory, which are for hashing.
        assembly ("memory-safe") {
            let path := _address
            let end := add(_proof, PROOF_SIZE)
            for { let sibling := add(_proof, 32) } lt(sibling, end) { sibling := add(sibling, 32) } {
                let side := and(path, 32)
                mstore(side, node_)
                mstore(xor(side, 32), calldataload(sibling))
                node_ := keccak256(0, 64)
                path := shr(1, path)
            }
        }
    }

    function _memoryProof(bytes calldata _proof, uint256 _index)
        private
        pure
        returns (MemoryProof calldata proof_)
    {
        uint256 start = MIPS64State.THREAD_WITNESS_SIZE + _index * PROOF_SIZE;
        if (_proof.length < start + PROOF_SIZE) {
            revert IMIPS64.MIPS64_ProofTooShort(_proof.length, start + PROOF_SIZE);
        }
        // equivalent: proof_ = abi.decode(_proof[start:], (MemoryProof)), but without copying it into memory
        assembly ("memory-safe") {
            proof_ := add(_proof.offset, start)
        }
    }
}
