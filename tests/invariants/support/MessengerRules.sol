// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {CrossDomainMessenger} from "../../../contracts/bridge/CrossDomainMessenger.sol";
import {ICrossDomainMessenger} from "../../../contracts/bridge/ICrossDomainMessenger.sol";
import {ProxyAdminOwned} from "../../../contracts/lib/ProxyAdminOwned.sol";
import {MessageTarget} from "./Messages.sol";
import {MessengerFixture} from "./MessengerFixture.sol";
import {Proxied} from "./Proxied.sol";
import {bound, vm} from "./Vm.sol";

/// @title MessengerRules
/// @notice What both messengers do with messages that meet no obstacle, and with what is none.
abstract contract MessengerRules is MessengerFixture {
    /*//////////////////////////////////////////////////////////////
                                 SENDING
    //////////////////////////////////////////////////////////////*/

    function testFuzz_sendMessage_emitsWhatItIs(
        address sender,
        address to,
        uint256 value,
        bytes memory data,
        uint32 minGasLimit
    ) public {
        value = bound(value, 0, 1e30);
        minGasLimit = uint32(bound(minGasLimit, 0, 15_000_000));
        vm.deal(sender, value);
        vm.expectEmit(true, true, true, true, address(messenger));
        emit ICrossDomainMessenger.SentMessage(to, sender, data, VERSION_1, minGasLimit);
        vm.expectEmit(true, true, true, true, address(messenger));
        emit ICrossDomainMessenger.SentMessageExtension1(sender, value);
        vm.prank(sender);
        messenger.sendMessage{value: value}(to, data, minGasLimit);
        vm.assertEq(messenger.messageNonce(), VERSION_1 | 1, "the next one's nonce");
        vm.assertEq(address(messenger).balance, 0, "the ETH travels on");
    }

    function testFuzz_baseGas_isTheFormula(uint256 length, uint32 minGasLimit) public view {
        length = bound(length, 0, 130_000);
        uint256 size = length + 260;
        uint256 execution = 285_000 + uint256(minGasLimit) * 64 / 63 + 16 * size;
        uint256 floor = 40 * size;
        uint256 expected = 21_000 + (execution > floor ? execution : floor);
        vm.assertEq(messenger.baseGas(new bytes(length), minGasLimit), expected, "baseGas");
    }

    /// @dev From where on calldata's least price is what counts.
    function test_baseGas_floor_fromWhereOn() public view {
        vm.assertEq(messenger.baseGas(new bytes(11_615), 0), 21_000 + 285_000 + 16 * 11_875, "execution");
        vm.assertEq(messenger.baseGas(new bytes(11_616), 0), 21_000 + 40 * 11_876, "floor");
    }

    function test_baseGas_greatest_doesNotOverflow() public view {
        uint256 minGas = uint256(type(uint32).max) * 64 / 63;
        vm.assertEq(
            messenger.baseGas("", type(uint32).max), 21_000 + 285_000 + 16 * 260 + minGas, "the most gas"
        );
    }

    /*//////////////////////////////////////////////////////////////
                                RELAYING
    //////////////////////////////////////////////////////////////*/

    function testFuzz_relay_callsTheTarget(uint240 nonce, address sender, uint256 value, bytes memory extra)
        public
    {
        if (sender == NOBODY) sender = ALICE;
        message.nonce = VERSION_1 | nonce;
        message.sender = sender;
        message.value = bound(value, 0, 1e30);
        message.data = bytes.concat(abi.encodeCall(MessageTarget.note, ()), extra);
        message.minGasLimit = 5_000_000;
        vm.expectEmit(true, true, true, true, address(messenger));
        emit ICrossDomainMessenger.RelayedMessage(message.hash());
        (bool success,) = arrive(message);
        vm.assertTrue(success, "arrives");
        assertStates(message, true, false, "relayed");
        vm.assertEq(target.calls(), 1, "called once");
        vm.assertEq(target.caller(), address(messenger), "by the messenger");
        vm.assertEq(target.sender(), sender, "for its sender");
        vm.assertEq(target.value(), message.value, "with its ETH");
        vm.assertEq(target.data(), message.data, "and its data");
        vm.assertEq(address(messenger).balance, 0, "nothing stays");
    }

    function test_relay_toAccountWithoutCode_paysIt() public {
        (message.target, message.data) = (address(0xE0A), "");
        arrive(message);
        vm.assertEq(address(0xE0A).balance, 1 ether, "arrived");
        assertStates(message, true, false, "relayed");
    }

    function test_xDomainMessageSender_outside_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICrossDomainMessenger.CrossDomainMessenger_NoMessage.selector));
        messenger.xDomainMessageSender();
        arrive(message);
        vm.expectRevert(abi.encodeWithSelector(ICrossDomainMessenger.CrossDomainMessenger_NoMessage.selector));
        messenger.xDomainMessageSender();
    }

    function test_relay_byAnybodyElse_reverts() public {
        address[] memory others = impostors();
        bytes memory withNone = abi.encodeWithSelector(
            ICrossDomainMessenger.CrossDomainMessenger_NotFailed.selector, message.hash()
        );
        bytes memory withEther = abi.encodeWithSelector(
            ICrossDomainMessenger.CrossDomainMessenger_ReplayWithValue.selector, 1 ether
        );
        for (uint256 i = 0; i < others.length; ++i) {
            vm.deal(others[i], 1 ether);
            vm.prank(others[i]);
            (bool success, bytes memory answer) = address(messenger).call{value: 1 ether}(message.relayCall());
            assertRefused(success, answer, withEther);
            vm.prank(others[i]);
            (success, answer) = address(messenger).call(message.relayCall());
            assertRefused(success, answer, withNone);
        }
        assertStates(message, false, false, "refused");
        arrive(message);
        assertStates(message, true, false, "by the other messenger");
    }

    function test_relay_otherValueThanItsOwn_reverts() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 sent = 1 ether - 1 + 2 * i;
            (bool success, bytes memory answer) = arrive(message, sent, 10_000_000);
            assertRefused(
                success,
                answer,
                abi.encodeWithSelector(
                    ICrossDomainMessenger.CrossDomainMessenger_WrongValue.selector, sent, 1 ether
                )
            );
        }
        assertStates(message, false, false, "refused");
    }

    function test_relay_twice_reverts() public {
        arrive(message);
        bytes memory reason = abi.encodeWithSelector(
            ICrossDomainMessenger.CrossDomainMessenger_AlreadyRelayed.selector, message.hash()
        );
        (bool success, bytes memory answer) = arrive(message);
        assertRefused(success, answer, reason);
        (success, answer) = relayAgain(message);
        assertRefused(success, answer, reason);
        vm.assertEq(target.calls(), 1, "called once");
    }

    function test_relay_unsafeTarget_reverts() public {
        address[] memory targets = unsafeTargets();
        for (uint256 i = 0; i < targets.length; ++i) {
            (message.target, message.nonce) = (targets[i], VERSION_1 | i);
            (bool success, bytes memory answer) = arrive(message);
            assertRefused(
                success,
                answer,
                abi.encodeWithSelector(
                    ICrossDomainMessenger.CrossDomainMessenger_UnsafeTarget.selector, targets[i]
                )
            );
            assertStates(message, false, false, "refused");
        }
        message.target = address(uint160(targets[0]) ^ 1);
        arrive(message);
        assertStates(message, true, false, "its neighbour");
    }

    function test_relay_versions_0and1Only() public {
        message.nonce = 7;
        arrive(message);
        assertStates(message, true, false, "version 0");

        for (uint256 version = 2; version < 5; version += 2) {
            message.nonce = (version << 240) | 7;
            (bool success, bytes memory answer) = arrive(message);
            assertRefused(
                success,
                answer,
                abi.encodeWithSelector(
                    ICrossDomainMessenger.CrossDomainMessenger_UnknownVersion.selector, uint16(version)
                )
            );
        }
        assertStates(message, false, false, "refused");
    }

    /// @dev What was relayed before Bedrock cannot be again, under its new identity.
    function test_relay_version0_relayedBeforeBedrock_reverts() public {
        message.nonce = 7;
        vm.store(
            address(messenger), keccak256(abi.encode(message.legacyHash(), uint256(203))), bytes32(uint256(1))
        );
        (bool success, bytes memory answer) = arrive(message);
        assertRefused(
            success,
            answer,
            abi.encodeWithSelector(
                ICrossDomainMessenger.CrossDomainMessenger_LegacyAlreadyRelayed.selector, message.legacyHash()
            )
        );
        message.nonce = 8;
        arrive(message);
        assertStates(message, true, false, "the next one");
    }

    /*//////////////////////////////////////////////////////////////
                             INITIALIZATION
    //////////////////////////////////////////////////////////////*/

    function test_initialize_twice_reverts() public {
        vm.prank(OWNER);
        (bool success, bytes memory answer) = address(messenger).call(initializeCall());
        assertRefused(success, answer, abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
    }

    function test_initialize_logicItself_reverts() public {
        (bool success, bytes memory answer) = newLogic().call(initializeCall());
        assertRefused(success, answer, abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
    }

    function test_initialize_byAStranger_reverts_byTheOwner_accepted() public {
        address fresh = Proxied.deploy(newLogic(), OWNER, "");
        vm.prank(RELAYER);
        (bool success, bytes memory answer) = fresh.call(initializeCall());
        address admin = CrossDomainMessenger(fresh).proxyAdmin();
        assertRefused(
            success,
            answer,
            abi.encodeWithSelector(ProxyAdminOwned.ProxyAdminOwned_NotAdminOrOwner.selector, RELAYER, admin)
        );
        vm.prank(OWNER);
        (success,) = fresh.call(initializeCall());
        vm.assertTrue(success, "by the owner");
    }

    /// @dev Known bug 53: initialized again out of a message's call, the messenger would forget that it is in one.
    function test_bug53_initialize_insideOfAMessage_reverts() public {
        message.data = abi.encodeCall(MessageTarget.callBack, (address(messenger), initializeCall()));
        message.minGasLimit = 2_000_000;
        arrive(message);
        assertStates(message, true, false, "relayed");
        vm.assertEq(
            target.answer(),
            abi.encodeWithSelector(Initializable.InvalidInitialization.selector),
            "inside of the call"
        );
        vm.assertEq(target.senderAfterwards(), ALICE, "the sender stayed");
    }

    /// @dev Known bug 53, where the upgrade is from another messenger: its storage as a message's call leaves it.
    function test_bug53_initialize_takingOverInsideOfAMessage_keepsTheSender() public {
        address taken = Proxied.reserve(OWNER);
        vm.store(taken, bytes32(uint256(204)), bytes32(uint256(uint160(ALICE))));
        vm.store(taken, bytes32(uint256(205)), bytes32(uint256(41)));
        Proxied.setUp(taken, newLogic(), initializeCall());
        vm.assertEq(CrossDomainMessenger(taken).xDomainMessageSender(), ALICE, "the sender stayed");
        vm.assertEq(CrossDomainMessenger(taken).messageNonce(), VERSION_1 | 41, "and the nonce");
    }

    /*//////////////////////////////////////////////////////////////
                                 STORAGE
    //////////////////////////////////////////////////////////////*/

    /// @dev Where upstream's messengers have them.
    function test_storage_isWhereOthersReadIt() public {
        arrive(message);
        messenger.sendMessage(ALICE, "", 0);
        vm.assertEq(_load(keccak256(abi.encode(message.hash(), uint256(203)))), 1, "successfulMessages");
        vm.assertEq(_load(bytes32(uint256(204))), uint256(uint160(NOBODY)), "xDomainMsgSender");
        vm.assertEq(_load(bytes32(uint256(205))), 1, "msgNonce");
        message.data = abi.encodeCall(MessageTarget.fail, ());
        arrive(message);
        vm.assertEq(_load(keccak256(abi.encode(message.hash(), uint256(206)))), 1, "failedMessages");
        vm.assertEq(
            _load(bytes32(uint256(207))), uint256(uint160(address(messenger.otherMessenger()))), "other"
        );
    }

    function test_getters_constants() public view {
        vm.assertEq(messenger.MESSAGE_VERSION(), 1, "MESSAGE_VERSION");
        vm.assertEq(messenger.RELAY_CONSTANT_OVERHEAD(), 200_000, "RELAY_CONSTANT_OVERHEAD");
        vm.assertEq(messenger.RELAY_CALL_OVERHEAD(), 40_000, "RELAY_CALL_OVERHEAD");
        vm.assertEq(messenger.RELAY_RESERVED_GAS(), 40_000, "RELAY_RESERVED_GAS");
        vm.assertEq(messenger.RELAY_GAS_CHECK_BUFFER(), 5_000, "RELAY_GAS_CHECK_BUFFER");
        vm.assertEq(messenger.MIN_GAS_DYNAMIC_OVERHEAD_NUMERATOR(), 64, "NUMERATOR");
        vm.assertEq(messenger.MIN_GAS_DYNAMIC_OVERHEAD_DENOMINATOR(), 63, "DENOMINATOR");
        vm.assertEq(messenger.MIN_GAS_CALLDATA_OVERHEAD(), 16, "MIN_GAS_CALLDATA_OVERHEAD");
        vm.assertEq(messenger.FLOOR_CALLDATA_OVERHEAD(), 40, "FLOOR_CALLDATA_OVERHEAD");
        vm.assertEq(messenger.TX_BASE_GAS(), 21_000, "TX_BASE_GAS");
        vm.assertEq(messenger.ENCODING_OVERHEAD(), 260, "ENCODING_OVERHEAD");
        vm.assertEq(
            address(messenger.OTHER_MESSENGER()), address(messenger.otherMessenger()), "OTHER_MESSENGER"
        );
        vm.assertEq(messenger.proxyAdminOwner(), OWNER, "proxyAdminOwner");
    }

    function _load(bytes32 slot) private view returns (uint256) {
        return uint256(vm.load(address(messenger), slot));
    }
}
