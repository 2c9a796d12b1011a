// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Courier
/// @notice Stands for a chain's messenger: notes what is sent, and delivers what the other chain's has noted. What the
///         messengers themselves do is tested with them.
contract Courier {
    struct Message {
        address sender;
        address target;
        uint256 value;
        uint32 minGasLimit;
        bytes data;
    }

    Message[] internal _sent;
    address internal _sender;

    receive() external payable {}

    function sendMessage(address target, bytes calldata data, uint32 minGasLimit) external payable {
        _sent.push(Message(msg.sender, target, msg.value, minGasLimit, data));
    }

    function sent() external view returns (Message[] memory) {
        return _sent;
    }

    function last() external view returns (Message memory) {
        return _sent[_sent.length - 1];
    }

    function xDomainMessageSender() external view returns (address) {
        require(_sender != address(0), "Courier: no message");
        return _sender;
    }

    /// @notice Call a message's target; fails as the target does.
    function deliver(Message calldata message) external {
        _sender = message.sender;
        (bool success, bytes memory returned) = message.target.call{value: message.value}(message.data);
        _sender = address(0);
        if (success) return;
        assembly {
            revert(add(returned, 32), mload(returned))
        }
    }
}
