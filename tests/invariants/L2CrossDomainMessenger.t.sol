// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "../../contracts/bridge/ICrossDomainMessenger.sol";
import {L2CrossDomainMessenger} from "../../contracts/predeploys/L2CrossDomainMessenger.sol";
import {L2ToL1MessagePasser} from "../../contracts/predeploys/L2ToL1MessagePasser.sol";
import {L2} from "./support/L2.sol";
import {FailureRules} from "./support/FailureRules.sol";
import {Message} from "./support/Messages.sol";
import {MessengerFixture} from "./support/MessengerFixture.sol";
import {MessengerRules} from "./support/MessengerRules.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice The messenger on L2: messages leave as withdrawals, and arrive as deposits from its counterpart's alias.
abstract contract L2Messenger is MessengerFixture, L2 {
    address internal constant L1_MESSENGER = address(0xA1);
    address internal constant ALIAS = 0x11110000000000000000000000000000000011b2;

    function setUp() public {
        deployL2();
        setUpRules();
    }

    function arrive(Message memory m, uint256 value, uint256 gas)
        internal
        override
        returns (bool success, bytes memory answer)
    {
        vm.deal(ALIAS, value);
        vm.prank(ALIAS);
        return address(messenger).call{value: value, gas: gas}(m.relayCall());
    }

    /// @dev A deposit's own price comes off: 21,000, and 16 for each byte, as if none were zero.
    function gasPaidFor(Message memory m) internal view override returns (uint256) {
        return messenger.baseGas(m.data, uint32(m.minGasLimit)) - 21_000 - 16 * m.relayCall().length;
    }

    /// @dev On L2, the messenger's own address belongs to nobody that L1 knows.
    function impostors() internal pure override returns (address[] memory others) {
        others = new address[](3);
        (others[0], others[1], others[2]) = (L1_MESSENGER, DEPOSITOR, RELAYER);
    }

    function unsafeTargets() internal view override returns (address[] memory targets) {
        targets = new address[](2);
        (targets[0], targets[1]) = (address(messenger), address(messagePasser));
    }

    function newLogic() internal override returns (address) {
        return address(new L2CrossDomainMessenger());
    }

    function initializeCall() internal pure override returns (bytes memory) {
        return abi.encodeCall(L2CrossDomainMessenger.initialize, (ICrossDomainMessenger(L1_MESSENGER)));
    }
}

contract L2MessageFailuresTest is L2Messenger, FailureRules {}

contract L2CrossDomainMessengerTest is L2Messenger, MessengerRules {
    function testFuzz_sendMessage_isAWithdrawal(
        address to,
        uint256 value,
        bytes memory data,
        uint32 minGasLimit
    ) public {
        value = bound(value, 0, 1e30);
        bytes memory call = Message(VERSION_1, ALICE, to, value, minGasLimit, data).relayCall();
        uint256 gasLimit = messenger.baseGas(data, minGasLimit);
        bytes32 hash =
            keccak256(abi.encode(VERSION_1, address(messenger), L1_MESSENGER, value, gasLimit, call));
        vm.deal(ALICE, value);
        vm.expectEmit(true, true, true, true, address(messagePasser));
        emit L2ToL1MessagePasser.MessagePassed(
            VERSION_1, address(messenger), L1_MESSENGER, value, gasLimit, call, hash
        );
        vm.prank(ALICE);
        messenger.sendMessage{value: value}(to, data, minGasLimit);
        vm.assertTrue(messagePasser.sentMessages(hash), "recorded");
    }

    function test_getters() public view {
        L2CrossDomainMessenger l2 = L2CrossDomainMessenger(address(messenger));
        vm.assertEq(l2.version(), "2.2.1", "version");
        vm.assertEq(address(l2.l1CrossDomainMessenger()), L1_MESSENGER, "l1CrossDomainMessenger");
        vm.assertEq(address(l2.otherMessenger()), L1_MESSENGER, "otherMessenger");
        vm.assertFalse(l2.paused(), "L2 is never paused");
    }
}
