// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title AddressAliasHelper
/// @notice A contract that deposits from L1 acts on L2 under another address, so that nobody can deploy, on L1,
///         at an address that belongs to somebody else on L2. Spec: "Deposits: Address Aliasing".
library AddressAliasHelper {
    uint160 internal constant OFFSET = uint160(0x1111000000000000000000000000000000001111);

    /// @notice L2 address of an L1 contract; wraps around modulo 2^160.
    function applyL1ToL2Alias(address _l1Address) internal pure returns (address) {
        unchecked {
            return address(uint160(_l1Address) + OFFSET); // wrapping is the definition
        }
    }

    /// @notice Inverse of `applyL1ToL2Alias`.
    function undoL1ToL2Alias(address _l2Address) internal pure returns (address) {
        unchecked {
            return address(uint160(_l2Address) - OFFSET); // wrapping is the definition
        }
    }
}
