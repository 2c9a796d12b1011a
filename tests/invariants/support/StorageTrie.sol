// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title StorageTrie
/// @notice Builds the storage trie of an L2ToL1MessagePasser and proofs in it, with an RLP of its own: it shares
///         nothing with the code that it tests.
/// @dev    Keys are those of the trie, 32 bytes and all different; every value is 0x01.
library StorageTrie {
    /// @notice The trie's key of a withdrawal: its slot, hashed.
    function keyOf(bytes32 withdrawalHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(withdrawalHash, uint256(0)))));
    }

    function root(bytes32[] memory keys) internal pure returns (bytes32) {
        return keccak256(_node(keys, 0));
    }

    /// @notice The nodes from the root to the leaf of `key`, which is one of `keys`. With `embedded`, nodes shorter
    ///         than 32 bytes are listed too, although their parents contain them.
    function prove(bytes32[] memory keys, bytes32 key, bool embedded)
        internal
        pure
        returns (bytes[] memory proof)
    {
        bytes[] memory path = new bytes[](65);
        uint256 count = 0;
        uint256 depth = 0;
        while (true) {
            bytes memory node = _node(keys, depth);
            if (count == 0 || embedded || node.length >= 32) path[count++] = node;
            if (keys.length == 1) break;
            uint256 fork = _fork(keys, depth);
            if (fork > depth) {
                depth = fork; // an extension; its child is the branch at the fork
                continue;
            }
            keys = _under(keys, depth, _nibble(key, depth));
            ++depth;
        }
        proof = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            proof[i] = path[i];
        }
    }

    /// @notice Keys that make every node above the leaf of `key` a full branch: `depth` branches, 15 siblings each.
    function crowd(bytes32 key, uint256 depth) internal pure returns (bytes32[] memory keys) {
        keys = new bytes32[](1 + 15 * depth);
        keys[0] = key;
        for (uint256 i = 0; i < 15 * depth; ++i) {
            keys[i + 1] = neighbour(key, i / 15, 1 + i % 15);
        }
    }

    /// @notice `key` with `change` (1..15) mixed into the nibble at `index`: they share the nibbles before it.
    function neighbour(bytes32 key, uint256 index, uint256 change) internal pure returns (bytes32) {
        return key ^ bytes32(change << 4 * (63 - index));
    }

    /*//////////////////////////////////////////////////////////////
                                 NODES
    //////////////////////////////////////////////////////////////*/

    function _node(bytes32[] memory keys, uint256 depth) private pure returns (bytes memory) {
        if (keys.length == 0) return hex"80";
        if (keys.length == 1) {
            return _list(abi.encodePacked(_string(_path(keys[0], depth, 64, true)), hex"01"));
        }
        uint256 fork = _fork(keys, depth);
        if (fork > depth) {
            bytes memory path = _string(_path(keys[0], depth, fork, false));
            return _list(abi.encodePacked(path, _reference(_node(keys, fork))));
        }
        bytes memory children;
        for (uint256 nibble = 0; nibble < 16; ++nibble) {
            children = abi.encodePacked(children, _reference(_node(_under(keys, depth, nibble), depth + 1)));
        }
        return _list(abi.encodePacked(children, hex"80"));
    }

    /// @dev A short node stands for itself, a long one is named by its hash.
    function _reference(bytes memory node) private pure returns (bytes memory) {
        return node.length < 32 ? node : abi.encodePacked(hex"a0", keccak256(node));
    }

    /// @dev Hex-prefix encoding of the nibbles [from, to).
    function _path(bytes32 key, uint256 from, uint256 to, bool leaf) private pure returns (bytes memory out) {
        uint256 flag = leaf ? 2 : 0;
        if ((to - from) % 2 == 1) {
            out = abi.encodePacked(uint8((flag + 1) << 4 | _nibble(key, from)));
            ++from;
        } else {
            out = abi.encodePacked(uint8(flag << 4));
        }
        for (; from < to; from += 2) {
            out = abi.encodePacked(out, uint8(_nibble(key, from) << 4 | _nibble(key, from + 1)));
        }
    }

    /// @dev Where the keys, equal before `depth`, first differ.
    function _fork(bytes32[] memory keys, uint256 depth) private pure returns (uint256 fork_) {
        for (fork_ = depth;; ++fork_) {
            for (uint256 i = 1; i < keys.length; ++i) {
                if (_nibble(keys[i], fork_) != _nibble(keys[0], fork_)) return fork_;
            }
        }
    }

    function _under(bytes32[] memory keys, uint256 depth, uint256 nibble)
        private
        pure
        returns (bytes32[] memory found)
    {
        found = new bytes32[](keys.length);
        uint256 count = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            if (_nibble(keys[i], depth) == nibble) found[count++] = keys[i];
        }
        assembly ("memory-safe") {
            mstore(found, count) // shrink to what was found
        }
    }

    function _nibble(bytes32 key, uint256 index) private pure returns (uint256) {
        return uint256(key) >> 4 * (63 - index) & 15;
    }

    /*//////////////////////////////////////////////////////////////
                                  RLP
    //////////////////////////////////////////////////////////////*/

    /// @dev A string of 1..55 bytes.
    function _string(bytes memory data) private pure returns (bytes memory) {
        if (data.length == 1 && uint8(data[0]) < 0x80) return data;
        return abi.encodePacked(uint8(0x80 + data.length), data);
    }

    /// @dev A list of up to 65,535 bytes.
    function _list(bytes memory items) private pure returns (bytes memory) {
        if (items.length < 56) return abi.encodePacked(uint8(0xc0 + items.length), items);
        if (items.length < 256) return abi.encodePacked(hex"f8", uint8(items.length), items);
        return abi.encodePacked(hex"f9", uint16(items.length), items);
    }
}
