// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "../../contracts/bridge/ICrossDomainMessenger.sol";
import {IDeposits} from "../../contracts/bridge/IDeposits.sol";
import {L1CrossDomainMessenger} from "../../contracts/bridge/L1CrossDomainMessenger.sol";
import {FailureRules} from "./support/FailureRules.sol";
import {Message, MessageTarget, PortalDouble} from "./support/Messages.sol";
import {MessengerFixture} from "./support/MessengerFixture.sol";
import {MessengerRules} from "./support/MessengerRules.sol";
import {System} from "./support/System.sol";
import {vm} from "./support/Vm.sol";

/// @notice The messenger on L1, whose portal says whatever is asked of it.
abstract contract L1Messenger is MessengerFixture, System {
    address internal constant L2_MESSENGER = 0x4200000000000000000000000000000000000007;

    PortalDouble internal door;

    function setUp() public {
        deploySystem();
        door = new PortalDouble();
        setUpRules();
    }

    function arrive(Message memory m, uint256 value, uint256 gas)
        internal
        override
        returns (bool success, bytes memory answer)
    {
        return arriveFrom(L2_MESSENGER, m, value, gas);
    }

    function arriveFrom(address l2Sender, Message memory m, uint256 value, uint256 gas)
        internal
        returns (bool success, bytes memory answer)
    {
        vm.store(address(door), bytes32(0), bytes32(uint256(uint160(l2Sender))));
        vm.deal(address(door), value);
        vm.prank(address(door));
        (success, answer) = address(messenger).call{value: value, gas: gas}(m.relayCall());
        vm.store(address(door), bytes32(0), bytes32(uint256(uint160(NOBODY))));
    }

    /// @dev The portal gives all of it.
    function gasPaidFor(Message memory m) internal view override returns (uint256) {
        return messenger.baseGas(m.data, uint32(m.minGasLimit));
    }

    /// @dev The portal, outside of a withdrawal; the messenger on L2 under its address on L1.
    function impostors() internal view override returns (address[] memory others) {
        others = new address[](3);
        (others[0], others[1], others[2]) = (address(door), L2_MESSENGER, RELAYER);
    }

    function unsafeTargets() internal view override returns (address[] memory targets) {
        targets = new address[](2);
        (targets[0], targets[1]) = (address(messenger), address(door));
    }

    function newLogic() internal override returns (address) {
        return address(new L1CrossDomainMessenger());
    }

    function initializeCall() internal view override returns (bytes memory) {
        return abi.encodeCall(L1CrossDomainMessenger.initialize, (config, IDeposits(address(door))));
    }
}

contract L1MessageFailuresTest is L1Messenger, FailureRules {}

contract L1CrossDomainMessengerTest is L1Messenger, MessengerRules {
    /// @dev Anybody on L2 can have the portal call the messenger: only one of them is the messenger there.
    function testFuzz_relay_withdrawalOfAnybodyElse_reverts(address l2Sender) public {
        if (l2Sender == L2_MESSENGER) l2Sender = ALICE;
        message.value = 0;
        (bool success, bytes memory answer) = arriveFrom(l2Sender, message, 0, 10_000_000);
        assertRefused(
            success,
            answer,
            abi.encodeWithSelector(
                ICrossDomainMessenger.CrossDomainMessenger_NotFailed.selector, message.hash()
            )
        );
    }

    function test_relay_paused_reverts_sendingGoesOn() public {
        message.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        arrive(message);
        target.open();
        address[2] memory identifiers = [address(0), address(portal)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(guardian);
            superchain.pause(identifiers[i]);
            vm.assertTrue(messenger.paused(), "paused");
            bytes memory reason =
                abi.encodeWithSelector(ICrossDomainMessenger.CrossDomainMessenger_Paused.selector);
            (bool success, bytes memory answer) = relayAgain(message);
            assertRefused(success, answer, reason);
            message.nonce ^= 1;
            (success, answer) = arrive(message);
            assertRefused(success, answer, reason);
            message.nonce ^= 1;
            messenger.sendMessage(ALICE, "", 0);
            vm.prank(guardian);
            superchain.unpause(identifiers[i]);
        }
        vm.assertFalse(messenger.paused(), "after the pause");
        relayAgain(message);
        assertStates(message, true, true, "after the pause");
    }

    function test_storage_portalAndConfig() public view {
        vm.assertEq(_at(252), address(door), "portal");
        vm.assertEq(_at(254), address(config), "systemConfig");
    }

    function test_getters() public view {
        L1CrossDomainMessenger l1 = L1CrossDomainMessenger(address(messenger));
        vm.assertEq(l1.version(), "2.11.1", "version");
        vm.assertEq(address(l1.otherMessenger()), L2_MESSENGER, "otherMessenger");
        vm.assertEq(address(l1.portal()), address(door), "portal");
        vm.assertEq(address(l1.PORTAL()), address(door), "PORTAL");
        vm.assertEq(address(l1.systemConfig()), address(config), "systemConfig");
        vm.assertEq(address(l1.superchainConfig()), address(superchain), "superchainConfig");
    }

    function _at(uint256 slot) private view returns (address) {
        return address(uint160(uint256(vm.load(address(messenger), bytes32(slot)))));
    }
}
