// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "../../../contracts/bridge/ICrossDomainMessenger.sol";

/// @title Mailbox
/// @notice A target of messages that counts each, refuses some until it is opened, and in the middle of others tries to have
///         another message delivered.
contract Mailbox {
    mapping(uint256 id => uint256 count) public taken;
    mapping(uint256 id => address sender) public senders;
    uint256 public attempts;
    bool public isOpen;

    function set(bool open) external {
        isOpen = open;
    }

    function take(uint256 id) external payable {
        _note(id);
    }

    function takeIfOpen(uint256 id) external payable {
        require(isOpen, "closed");
        _note(id);
    }

    /// @notice Tries to have `relay` delivered meanwhile. Whether that call reverts does not matter; the sender must stay.
    function takeAndRelay(uint256 id, bytes calldata relay) external payable {
        (bool success,) = msg.sender.call(relay);
        if (success) ++attempts;
        _note(id);
    }

    function _note(uint256 id) private {
        ++taken[id];
        senders[id] = ICrossDomainMessenger(msg.sender).xDomainMessageSender();
    }
}
