// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {L2ToL1MessagePasser} from "../../contracts/predeploys/L2ToL1MessagePasser.sol";
import {L2} from "./support/L2.sol";
import {bound, vm} from "./support/Vm.sol";

contract L2ToL1MessagePasserTest is L2 {
    address internal constant SENDER = address(0x5E);

    function setUp() public {
        deployL2();
        vm.deal(SENDER, 1e30);
    }

    function testFuzz_initiateWithdrawal_recordedAndEmitted(
        address target,
        uint256 value,
        uint256 gasLimit,
        bytes memory data
    ) public {
        value = bound(value, 0, 1e30);
        bytes32 hash = keccak256(abi.encode(uint256(1) << 240, SENDER, target, value, gasLimit, data));
        vm.expectEmit(true, true, true, true, address(messagePasser));
        emit L2ToL1MessagePasser.MessagePassed(1 << 240, SENDER, target, value, gasLimit, data, hash);
        vm.prank(SENDER);
        messagePasser.initiateWithdrawal{value: value}(target, gasLimit, data);
        vm.assertTrue(messagePasser.sentMessages(hash), "recorded");
        vm.assertEq(messagePasser.messageNonce(), (1 << 240) + 1, "next nonce");
        vm.assertEq(address(messagePasser).balance, value, "the ETH waits to be burned");
    }

    /// @dev What the portal proves on L1: `sentMessages` is at slot 0, the nonce beside it.
    function test_initiateWithdrawal_slots() public {
        vm.prank(SENDER);
        messagePasser.initiateWithdrawal(SENDER, 1, "");
        bytes32 hash =
            keccak256(abi.encode(uint256(1) << 240, SENDER, SENDER, uint256(0), uint256(1), bytes("")));
        vm.assertEq(_load(keccak256(abi.encode(hash, uint256(0)))), 1, "sentMessages");
        vm.assertEq(_load(bytes32(uint256(1))), 1, "msgNonce");
        vm.assertEq(_load(keccak256(abi.encode(~hash, uint256(0)))), 0, "no other");
    }

    /// @dev The same message twice is two withdrawals.
    function test_initiateWithdrawal_twice_differs() public {
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 hash =
                keccak256(abi.encode((1 << 240) + i, SENDER, SENDER, uint256(0), uint256(1), bytes("")));
            vm.assertFalse(messagePasser.sentMessages(hash), "not yet");
            vm.prank(SENDER);
            messagePasser.initiateWithdrawal(SENDER, 1, "");
            vm.assertTrue(messagePasser.sentMessages(hash), "recorded");
        }
    }

    function testFuzz_receive_withdrawsToSender(uint256 value) public {
        value = bound(value, 0, 1e30);
        vm.prank(SENDER);
        (bool success,) = address(messagePasser).call{value: value}("");
        vm.assertTrue(success, "plain ETH");
        bytes32 hash =
            keccak256(abi.encode(uint256(1) << 240, SENDER, SENDER, value, uint256(100_000), bytes("")));
        vm.assertTrue(messagePasser.sentMessages(hash), "recorded");
    }

    function testFuzz_burn_destroysBalance(uint256 value, address caller) public {
        value = bound(value, 0, 1e30);
        vm.deal(address(messagePasser), value);
        vm.expectEmit(true, true, true, true, address(messagePasser));
        emit L2ToL1MessagePasser.WithdrawerBalanceBurnt(value);
        vm.prank(caller);
        messagePasser.burn();
        vm.assertEq(address(messagePasser).balance, 0, "gone");
    }

    function test_getters() public view {
        vm.assertEq(messagePasser.MESSAGE_VERSION(), 1, "MESSAGE_VERSION");
        vm.assertEq(messagePasser.messageNonce(), 1 << 240, "the first nonce has the version on top");
        vm.assertEq(messagePasser.version(), "1.2.0", "version");
    }

    function _load(bytes32 slot) private view returns (uint256) {
        return uint256(vm.load(address(messagePasser), slot));
    }
}
