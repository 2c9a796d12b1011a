// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Wallet
/// @notice An account that is a contract. It makes the calls that it is told, and counts what it is paid, which takes more
///         gas than a plain transfer used to give.
contract Wallet {
    uint256 public payments;

    receive() external payable {
        payments++;
    }

    /// @dev Calldata is target 20 bytes, wei 32 bytes, calldata for the target.
    fallback() external payable {
        address target = address(bytes20(msg.data[:20]));
        (bool success, bytes memory returned) =
            target.call{value: uint256(bytes32(msg.data[20:52]))}(msg.data[52:]);
        assembly ("memory-safe") {
            if iszero(success) { revert(add(returned, 32), mload(returned)) }
            return(add(returned, 32), mload(returned))
        }
    }
}
