// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CrossDomainMessenger} from "../../../contracts/bridge/CrossDomainMessenger.sol";
import {Message, MessageTarget} from "./Messages.sol";
import {Proxied} from "./Proxied.sol";
import {vm} from "./Vm.sol";

/// @title MessengerFixture
/// @notice A messenger of either chain, for rules that both keep; what differs is how a message arrives.
abstract contract MessengerFixture {
    address internal constant ALICE = address(0xA11CE);
    address internal constant RELAYER = address(0x5E1A);
    address internal constant OWNER = address(0xD0);
    address internal constant NOBODY = 0x000000000000000000000000000000000000dEaD;
    uint256 internal constant VERSION_1 = 1 << 240;

    CrossDomainMessenger internal messenger;
    MessageTarget internal target;
    Message internal message;

    /// @dev The other messenger's call arrives: with which ETH, and how much gas.
    function arrive(Message memory m, uint256 value, uint256 gas)
        internal
        virtual
        returns (bool success, bytes memory answer);

    /// @dev What there is to relay a message with, if exactly its `baseGas` was paid on the way.
    function gasPaidFor(Message memory m) internal view virtual returns (uint256);

    /// @dev Somebody who is not the other messenger, but as near to it as can be.
    function impostors() internal virtual returns (address[] memory);

    function unsafeTargets() internal view virtual returns (address[] memory);

    /// @dev Another one of the same kind.
    function newLogic() internal virtual returns (address);

    /// @dev The call of the initializer that sets it up.
    function initializeCall() internal view virtual returns (bytes memory);

    function setUpRules() internal {
        messenger = CrossDomainMessenger(Proxied.deploy(newLogic(), OWNER, initializeCall()));
        target = new MessageTarget(messenger);
        message = Message(
            VERSION_1 | 7, ALICE, address(target), 1 ether, 300_000, abi.encodeCall(MessageTarget.note, ())
        );
    }

    function arrive(Message memory m) internal returns (bool success, bytes memory answer) {
        return arrive(m, m.value, 10_000_000);
    }

    function relayAgain(Message memory m, uint256 value, uint256 gas)
        internal
        returns (bool success, bytes memory answer)
    {
        vm.deal(RELAYER, value);
        vm.prank(RELAYER);
        return address(messenger).call{value: value, gas: gas}(m.relayCall());
    }

    function relayAgain(Message memory m) internal returns (bool success, bytes memory answer) {
        return relayAgain(m, 0, 10_000_000);
    }

    function assertStates(Message memory m, bool relayed, bool failed, string memory why) internal view {
        vm.assertEq(messenger.successfulMessages(m.hash()), relayed, string.concat(why, ": relayed"));
        vm.assertEq(messenger.failedMessages(m.hash()), failed, string.concat(why, ": failed"));
        vm.assertEq(messenger.successfulMessages(bytes32(0)), false, "no other");
    }

    /// @dev And nothing is recorded.
    function assertRefused(bool success, bytes memory answer, bytes memory reason) internal pure {
        vm.assertFalse(success, "should have been refused");
        vm.assertEq(answer, reason, "the reason");
    }
}
