// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title EOA
/// @notice Tells callers that a private key controls from callers that are contracts.
library EOA {
    /// @dev 0xef0100 ‖ address: the code of an account that delegates by EIP-7702.
    uint256 private constant DELEGATION_SIZE = 23;
    bytes3 private constant DELEGATION_PREFIX = 0xef0100;

    /// @notice True if the caller signed this transaction itself or is a key with an EIP-7702 delegation.
    ///         Both own the same address on every chain and need no alias.
    function isSenderEOA() internal view returns (bool) {
        if (msg.sender == tx.origin) return true;
        if (msg.sender.code.length != DELEGATION_SIZE) return false;
        return bytes3(msg.sender.code) == DELEGATION_PREFIX;
    }
}
