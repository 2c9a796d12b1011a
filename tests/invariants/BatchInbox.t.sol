// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchInbox} from "../../contracts/inbox/BatchInbox.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice Whatever is sent to the BatchInbox:
///
///         I-INBOX-1  Any payload with a version byte is taken, in silence.
///         I-INBOX-2  Nothing is emitted: nodes read calldata.
///         I-INBOX-3  `appendBatch` cannot be mistaken for a raw payload.
///         I-INBOX-4  It never holds ETH.
///         I-INBOX-5  A raw payload of any length is taken with next to no gas.
contract BatchInboxTest {
    BatchInbox internal inbox = new BatchInbox();

    function testFuzz_fallback_anyPayload_accepted(bytes calldata payload) public {
        vm.recordLogs();
        (bool success, bytes memory answer) = address(inbox).call(bytes.concat(hex"00", payload));
        vm.assertTrue(success, "I-INBOX-1: frames");
        vm.assertEq(answer.length, 0, "I-INBOX-1: no answer");
        (success,) = address(inbox).call(bytes.concat(hex"01", payload));
        vm.assertTrue(success, "I-INBOX-1: commitment");
        vm.assertEq(vm.getRecordedLogs().length, 0, "I-INBOX-2: no events");
    }

    function testFuzz_appendBatch_anyPayload_accepted(bytes calldata payload) public {
        vm.recordLogs();
        inbox.appendBatch(payload);
        vm.assertEq(vm.getRecordedLogs().length, 0, "I-INBOX-2: no events");
    }

    function test_appendBatch_selector_isNoPayload() public pure {
        vm.assertTrue(uint8(BatchInbox.appendBatch.selector[0]) > 1, "I-INBOX-3: 0x96 is no version byte");
    }

    function test_appendBatch_truncatedArgument_reverts() public {
        (bool success,) = address(inbox).call(abi.encodePacked(BatchInbox.appendBatch.selector, uint256(32)));
        vm.assertFalse(success, "an argument without its length");
    }

    function testFuzz_fallback_ether_refused(uint256 value) public {
        value = bound(value, 1, 1000 ether);
        vm.deal(address(this), value);
        (bool success,) = address(inbox).call{value: value}(hex"00");
        vm.assertFalse(success, "I-INBOX-4: raw");
        (success,) = address(inbox).call{value: value}("");
        vm.assertFalse(success, "I-INBOX-4: plain");
        vm.assertEq(address(inbox).balance, 0, "I-INBOX-4: holds nothing");
    }

    /// @dev op-batcher leaves little for execution; see BatchInbox.
    function test_fallback_thousandGas_isEnough() public {
        (bool success,) = address(inbox).call{gas: 1000}(bytes.concat(hex"00", new bytes(120_000)));
        vm.assertTrue(success, "I-INBOX-5");
    }
}
