// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title LibKeccak
/// @notice In place of the reference's library for keccak256 in steps, which no package registry has. What names it
///         compiles; what calls it, large preimages in parts, always reverts.
library LibKeccak {
    struct StateMatrix {
        uint64[25] state;
    }

    error LibKeccak_NotHere();

    function pad(bytes calldata) internal pure returns (bytes memory) {
        revert LibKeccak_NotHere();
    }

    function padMemory(bytes memory) internal pure returns (bytes memory) {
        revert LibKeccak_NotHere();
    }

    function absorb(StateMatrix memory, bytes memory) internal pure {
        revert LibKeccak_NotHere();
    }

    function permutation(StateMatrix memory) internal pure {
        revert LibKeccak_NotHere();
    }

    function squeeze(StateMatrix memory) internal pure returns (bytes32) {
        revert LibKeccak_NotHere();
    }
}
