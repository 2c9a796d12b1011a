// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CrossDomainMessenger} from "../../../contracts/bridge/CrossDomainMessenger.sol";
import {ICrossDomainMessenger} from "../../../contracts/bridge/ICrossDomainMessenger.sol";
import {Message, MessageTarget} from "./Messages.sol";
import {MessengerFixture} from "./MessengerFixture.sol";
import {bound, vm} from "./Vm.sol";

/// @notice A target that relays the message that calls it, once it is open.
contract SelfRelayer {
    CrossDomainMessenger internal immutable MESSENGER;

    uint256 public calls;
    bool public innerSucceeded;
    bytes internal relay;

    constructor(CrossDomainMessenger messenger) {
        MESSENGER = messenger;
    }

    function open(bytes calldata call) external {
        relay = call;
    }

    function go() external payable {
        require(relay.length > 0, "closed");
        ++calls;
        (innerSucceeded,) = address(MESSENGER).call(relay);
    }
}

/// @title FailureRules
/// @notice What becomes of messages whose target fails, whose gas is too little, or that call back: none is lost.
abstract contract FailureRules is MessengerFixture {
    /*//////////////////////////////////////////////////////////////
                             FAILING, AGAIN
    //////////////////////////////////////////////////////////////*/

    function test_relay_targetFails_waits_thenAnybodyRelaysIt() public {
        message.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        vm.expectEmit(true, true, true, true, address(messenger));
        emit ICrossDomainMessenger.FailedRelayedMessage(message.hash());
        (bool success,) = arrive(message);
        vm.assertTrue(success, "the arrival itself does not fail");
        assertStates(message, false, true, "failed");
        vm.assertEq(address(messenger).balance, 1 ether, "its ETH waits");

        (success,) = relayAgain(message);
        assertStates(message, false, true, "failed again");
        vm.assertEq(address(messenger).balance, 1 ether, "its ETH still waits");

        target.open();
        vm.expectEmit(true, true, true, true, address(messenger));
        emit ICrossDomainMessenger.RelayedMessage(message.hash());
        (success,) = relayAgain(message);
        assertStates(message, true, true, "relayed in the end");
        vm.assertEq(address(target).balance, 1 ether, "with its ETH");

        (bool again, bytes memory answer) = relayAgain(message);
        assertRefused(
            again,
            answer,
            abi.encodeWithSelector(
                ICrossDomainMessenger.CrossDomainMessenger_AlreadyRelayed.selector, message.hash()
            )
        );
        vm.assertEq(target.calls(), 1, "once");
    }

    function test_relayAgain_withValue_reverts() public {
        message.data = abi.encodeCall(MessageTarget.fail, ());
        arrive(message);
        (bool success, bytes memory answer) = relayAgain(message, 1, 10_000_000);
        assertRefused(
            success,
            answer,
            abi.encodeWithSelector(
                ICrossDomainMessenger.CrossDomainMessenger_ReplayWithValue.selector, uint256(1)
            )
        );
        (success,) = relayAgain(message);
        vm.assertTrue(success, "without any");
    }

    function test_relay_failedBefore_doesNotArriveAgain() public {
        message.data = abi.encodeCall(MessageTarget.fail, ());
        arrive(message);
        (bool success, bytes memory answer) = arrive(message);
        assertRefused(
            success,
            answer,
            abi.encodeWithSelector(
                ICrossDomainMessenger.CrossDomainMessenger_AlreadyReceived.selector, message.hash()
            )
        );
        vm.assertEq(address(messenger).balance, 1 ether, "its ETH came once");
    }

    /// @dev Each field is part of the identity: a failed message cannot be relayed as a slightly other one.
    function testFuzz_relayAgain_otherField_reverts(uint256 field, uint128 change) public {
        field = bound(field, 0, 5);
        uint256 mask = bound(change, 1, type(uint128).max);
        message.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        arrive(message);
        target.open();
        Message memory other = message;
        if (field == 0) other.nonce ^= mask;
        if (field == 1) other.sender = address(uint160(other.sender) ^ uint160(mask));
        if (field == 2) other.target = address(uint160(other.target) ^ uint160(mask));
        if (field == 3) other.value ^= mask;
        if (field == 4) other.minGasLimit ^= mask;
        if (field == 5) other.data = abi.encodePacked(other.data, mask);
        (bool success, bytes memory answer) = relayAgain(other);
        assertRefused(
            success,
            answer,
            abi.encodeWithSelector(
                ICrossDomainMessenger.CrossDomainMessenger_NotFailed.selector, other.hash()
            )
        );
        (success,) = relayAgain(message);
        assertStates(message, true, true, "the message itself");
    }

    /// @dev Bytes after a call's arguments are no part of the message.
    function testFuzz_relayAgain_bytesAppended_sameMessage(bytes memory appended) public {
        message.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        arrive(message);
        target.open();
        vm.prank(RELAYER);
        (bool success,) = address(messenger).call(bytes.concat(message.relayCall(), appended));
        vm.assertTrue(success, "relayed");
        assertStates(message, true, true, "the message itself");
    }

    /// @dev Gas estimation looks for the least gas that does not revert; it must see that the target fails.
    function test_relayAgain_fails_estimated_reverts() public {
        message.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        arrive(message);
        bytes memory reason = abi.encodeWithSelector(
            ICrossDomainMessenger.CrossDomainMessenger_GasEstimation.selector, message.hash()
        );
        vm.prank(RELAYER, address(1));
        (bool success, bytes memory answer) = address(messenger).call(message.relayCall());
        assertRefused(success, answer, reason);
        vm.prank(RELAYER, address(2));
        (success,) = address(messenger).call(message.relayCall());
        vm.assertTrue(success, "nobody else");

        target.open();
        vm.prank(RELAYER, address(1));
        (success, answer) = address(messenger).call{gas: 300_000}(message.relayCall());
        assertRefused(success, answer, reason);
        vm.prank(RELAYER, address(1));
        (success,) = address(messenger).call{gas: 500_000}(message.relayCall());
        vm.assertTrue(success, "nor when it succeeds");
    }

    /*//////////////////////////////////////////////////////////////
                                   GAS
    //////////////////////////////////////////////////////////////*/

    /// @dev Known bug 55. A message that arrives with what its sender paid for is recorded, and its target, if it is
    ///      called, has what was promised.
    function testFuzz_bug55_relay_gasPaidFor_isNeverLost(uint256 gas, uint32 promised, uint256 length)
        public
    {
        // `note` takes less than its 150,000, so that it does not fail for want of its own
        message.minGasLimit = bound(promised, 150_000, 3_000_000);
        length = bound(length, 0, 500);
        message.data = bytes.concat(abi.encodeCall(MessageTarget.note, ()), new bytes(length));
        uint256 paid = gasPaidFor(message);
        gas = bound(gas, paid, paid + 100_000);
        (bool success,) = arrive(message, 1 ether, gas);
        vm.assertTrue(success, "recorded");
        assertStates(message, true, false, "relayed");
        // `gas` was read after the target's own dispatch, which takes less than 1,000
        vm.assertGe(target.gas() + 1_000, message.minGasLimit, "with the gas it was promised");
    }

    /// @dev The same of messages as long as a deposit can carry.
    function testFuzz_bug55_relay_longMessage_isNeverLost(uint256 length, uint32 promised) public {
        message.minGasLimit = bound(promised, 30_000, 3_000_000);
        message.data = new bytes(bound(length, 4, 119_744));
        (bool success,) = arrive(message, 1 ether, gasPaidFor(message));
        vm.assertTrue(success, "recorded");
        assertStates(message, true, false, "relayed");
        vm.assertGe(target.calls() + 1_000, message.minGasLimit, "with the gas it was promised");
    }

    /// @dev With less, as long as the relay itself can be paid: the target is called with its promise, or not at all.
    function testFuzz_bug55_relay_anyGas_promiseKeptOrWaits(uint256 gas, uint32 promised) public {
        message.minGasLimit = bound(promised, 150_000, 3_000_000);
        gas = bound(gas, 100_000, gasPaidFor(message));
        (bool success,) = arrive(message, 1 ether, gas);
        vm.assertTrue(success, "recorded");
        bool relayed = messenger.successfulMessages(message.hash());
        assertStates(message, relayed, !relayed, "one of both");
        vm.assertEq(target.calls(), relayed ? 1 : 0, "called if relayed");
        if (relayed) vm.assertGe(target.gas() + 1_000, message.minGasLimit, "with the gas it was promised");
        vm.assertEq(address(messenger).balance, relayed ? 0 : 1 ether, "else its ETH waits");
    }

    function test_relay_tooLittleGas_waits_thenRelayedWithEnough() public {
        arrive(message, 1 ether, 350_000);
        assertStates(message, false, true, "the target's 300,000 could not be kept");
        vm.assertEq(target.calls(), 0, "not called");
        relayAgain(message, 0, 350_000);
        assertStates(message, false, true, "nor when relayed again");
        relayAgain(message, 0, 500_000);
        assertStates(message, true, true, "the promise, and the relay's own work");
    }

    function testFuzz_relay_unpayableGas_waits(uint256 minGasLimit) public {
        message.minGasLimit = bound(minGasLimit, uint256(type(uint32).max) + 1, type(uint256).max);
        (bool success,) = arrive(message);
        vm.assertTrue(success, "no block has so much gas");
        assertStates(message, false, true, "recorded");
    }

    /// @dev A target may use all of its gas, or answer with a megabyte: it is recorded all the same.
    function test_relay_targetUsesAllGas_waits() public {
        bytes[2] memory attacks =
            [abi.encodeCall(MessageTarget.burnAll, ()), abi.encodeCall(MessageTarget.bomb, ())];
        for (uint256 i = 0; i < attacks.length; ++i) {
            for (uint256 gas = 600_000; gas <= 5_000_000; gas += 1_100_000) {
                (message.data, message.nonce) = (attacks[i], VERSION_1 | gas);
                (bool success,) = arrive(message, 1 ether, gas);
                vm.assertTrue(success, "recorded");
                assertStates(message, false, true, "failed");
            }
        }
    }

    /*//////////////////////////////////////////////////////////////
                               REENTRANCY
    //////////////////////////////////////////////////////////////*/

    /// @dev Known bugs 54 and 56: a message relayed inside of another neither changes the outer one's sender nor makes
    ///      it fail, and is not lost itself.
    function test_bug54_bug56_relay_insideOfAnother_outerGoesOn_innerWaits() public {
        Message memory inner = message;
        (inner.nonce, inner.sender) = (VERSION_1 | 8, address(0xB0B));
        inner.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        arrive(inner);
        target.open();

        message.data = abi.encodeCall(MessageTarget.callBack, (address(messenger), inner.relayCall()));
        message.minGasLimit = 2_000_000;
        (bool success,) = arrive(message);
        vm.assertTrue(success, "the outer one");
        assertStates(message, true, false, "the outer one");
        vm.assertEq(target.senderAfterwards(), ALICE, "whose sender stayed");
        assertStates(inner, false, true, "the inner one waits");
        vm.assertEq(target.calls(), 1, "and was not called");

        relayAgain(inner);
        assertStates(inner, true, true, "later it is relayed");
        vm.assertEq(target.calls(), 2, "once");
    }

    /// @dev Known bug 54: nobody can make a message fail for good by relaying it out of its own call.
    function test_bug54_relay_insideOfItself_relayedOnce() public {
        // its data has its own relay in it, but for that data: the target puts it together
        SelfRelayer relayer = new SelfRelayer(messenger);
        message.target = address(relayer);
        message.data = abi.encodeCall(SelfRelayer.go, ());
        message.minGasLimit = 1_000_000;
        arrive(message);
        assertStates(message, false, true, "closed");

        relayer.open(message.relayCall());
        (bool success,) = relayAgain(message);
        vm.assertTrue(success, "relayed again");
        vm.assertEq(relayer.calls(), 1, "called once");
        vm.assertTrue(relayer.innerSucceeded(), "inside, it only failed");
        assertStates(message, true, true, "relayed");
        vm.assertEq(address(relayer).balance, 1 ether, "paid once");
        (success,) = relayAgain(message);
        vm.assertFalse(success, "never again");
    }

    /// @dev Sending out of a message's call is what bridges do.
    function test_sendMessage_insideOfAMessage_allowed() public {
        message.data = abi.encodeCall(
            MessageTarget.callBack,
            (address(messenger), abi.encodeCall(messenger.sendMessage, (ALICE, "", 0)))
        );
        message.minGasLimit = 5_000_000;
        arrive(message);
        assertStates(message, true, false, "relayed");
        vm.assertEq(messenger.messageNonce(), VERSION_1 | 1, "sent");
        vm.assertEq(target.senderAfterwards(), ALICE, "the sender stayed");
    }
}
