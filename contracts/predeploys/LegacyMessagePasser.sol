// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title LegacyMessagePasser
/// @notice Where messages to L1 were noted before Bedrock. Nothing carries them any more: use L2ToL1MessagePasser. Tools
///         still probe the address. Predeploy 0x42…00.
contract LegacyMessagePasser {
    /// @notice Whether keccak256(message ‖ sender) was noted.
    mapping(bytes32 messageHash => bool noted) public sentMessages;

    function version() external pure returns (string memory) {
        return "1.1.2";
    }

    /// @notice Note a message. WARNING: it never arrives on L1.
    function passMessageToL1(bytes memory _message) external {
        sentMessages[keccak256(abi.encodePacked(_message, msg.sender))] = true;
    }
}
