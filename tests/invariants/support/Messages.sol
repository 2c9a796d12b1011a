// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CrossDomainMessenger} from "../../../contracts/bridge/CrossDomainMessenger.sol";
import {ICrossDomainMessenger} from "../../../contracts/bridge/ICrossDomainMessenger.sol";

/// @notice A message between the messengers.
struct Message {
    uint256 nonce;
    address sender;
    address target;
    uint256 value;
    uint256 minGasLimit;
    bytes data;
}

using Messages for Message global;

/// @title Messages
/// @notice What identifies a message, written out by hand: independent of contracts/lib/Encoding.sol.
library Messages {
    /// @notice The call that relays a message.
    function relayCall(Message memory m) internal pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(
            hex"d764ad0b", m.nonce, _word(m.sender), _word(m.target), m.value, m.minGasLimit, uint256(6 * 32)
        );
        return abi.encodePacked(head, _tail(m.data));
    }

    /// @notice Its identity.
    function hash(Message memory m) internal pure returns (bytes32) {
        return keccak256(relayCall(m));
    }

    /// @notice What identified it before Bedrock.
    function legacyHash(Message memory m) internal pure returns (bytes32) {
        bytes memory head =
            abi.encodePacked(hex"cbd4ece9", _word(m.target), _word(m.sender), uint256(4 * 32), m.nonce);
        return keccak256(abi.encodePacked(head, _tail(m.data)));
    }

    function _word(address value) private pure returns (uint256) {
        return uint256(uint160(value));
    }

    function _tail(bytes memory data) private pure returns (bytes memory) {
        return abi.encodePacked(data.length, data, new bytes((32 - data.length % 32) % 32));
    }
}

/// @notice A target that notes what a messenger calls it with, and may answer by failing, looping or calling back.
contract MessageTarget {
    ICrossDomainMessenger internal immutable MESSENGER;

    uint256 public calls;
    address public caller;
    address public sender;
    address public senderAfterwards;
    uint256 public value;
    uint256 public gas;
    bytes public data;
    bytes public answer;
    bool public isOpen;

    constructor(ICrossDomainMessenger messenger) {
        MESSENGER = messenger;
    }

    receive() external payable {}

    function note() external payable {
        uint256 received = gasleft();
        ++calls;
        (caller, sender, value, gas, data) =
        (msg.sender, MESSENGER.xDomainMessageSender(), msg.value, received, msg.data);
    }

    /// @notice As little as can be: for messages that are long.
    fallback() external payable {
        calls = gasleft();
    }

    function fail() external payable {
        revert("no");
    }

    function open() external {
        isOpen = true;
    }

    function failUntilOpen() external payable {
        require(isOpen, "closed");
        ++calls;
    }

    function burnAll() external payable {
        while (true) {}
    }

    /// @dev A megabyte of return data, which would cost its reader dearly.
    function bomb() external payable {
        assembly {
            revert(0, 1000000)
        }
    }

    /// @notice Call somebody, and keep the answer; then see who the sender is.
    function callBack(address whom, bytes calldata call) external payable {
        ++calls;
        (, answer) = whom.call(call);
        senderAfterwards = MESSENGER.xDomainMessageSender();
    }
}

/// @notice The portal, as far as the messenger on L1 knows it.
contract PortalDouble {
    /// @dev At slot 0.
    address public l2Sender = 0x000000000000000000000000000000000000dEaD;

    function depositTransaction(address, uint256, uint64, bool, bytes calldata) external payable {}
}

/// @notice A wallet, for what comes from a contract.
contract MessageWallet {
    function send(CrossDomainMessenger messenger, address target, bytes calldata data, uint32 minGasLimit)
        external
        payable
    {
        messenger.sendMessage{value: msg.value}(target, data, minGasLimit);
    }
}
