// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Encoding
/// @notice How a message between the messengers is written: it is the call that relays it, and its hash is its identity.
///         The version of that call is in the message's nonce. Spec: "Cross Domain Messaging".
library Encoding {
    /// @dev From the start of an encoded call in memory to the length of its last argument, `_message`:
    ///      the call's own length, the selector, six words.
    uint256 private constant MESSAGE_OFFSET = 32 + 4 + 6 * 32;

    /// @notice A nonce that says which version of a message it belongs to: version u16 ‖ nonce u240.
    function encodeVersionedNonce(uint240 _nonce, uint16 _version) internal pure returns (uint256) {
        return uint256(_version) << 240 | _nonce;
    }

    /// @notice Version of the message that a nonce belongs to.
    function versionOf(uint256 _versionedNonce) internal pure returns (uint16) {
        return uint16(_versionedNonce >> 240);
    }

    /// @notice A message of before Bedrock. It commits neither to value nor to gas.
    function encodeCrossDomainMessageV0(
        address _target,
        address _sender,
        bytes calldata _message,
        uint256 _nonce
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSignature(
            "relayMessage(address,address,bytes,uint256)", _target, _sender, _message, _nonce
        );
    }

    /// @notice A message as they are today: a call of ICrossDomainMessenger.relayMessage.
    function encodeCrossDomainMessageV1(
        uint256 _nonce,
        address _sender,
        address _target,
        uint256 _value,
        uint256 _minGasLimit,
        bytes calldata _message
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSignature(
            "relayMessage(uint256,address,address,uint256,uint256,bytes)",
            _nonce,
            _sender,
            _target,
            _value,
            _minGasLimit,
            _message
        );
    }

    /// @notice `_message` inside of `encodeCrossDomainMessageV1`'s result: not a copy, which costs more than it looks
    ///         like when the message is long.
    function messageIn(bytes memory _encoded) internal pure returns (bytes memory message_) {
        // equivalent to a slice: the ABI writes bytes as memory has them, the length before the data
        assembly ("memory-safe") {
            message_ := add(_encoded, MESSAGE_OFFSET)
        }
    }
}
