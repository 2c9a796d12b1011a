// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDeposits} from "../../contracts/bridge/IDeposits.sol";
import {IWithdrawals} from "../../contracts/bridge/IWithdrawals.sol";
import {L1CrossDomainMessenger} from "../../contracts/bridge/L1CrossDomainMessenger.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {Message, MessageTarget, MessageWallet} from "./support/Messages.sol";
import {Proxied} from "./support/Proxied.sol";
import {StorageTrie} from "./support/StorageTrie.sol";
import {System} from "./support/System.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice Messages through the real portal: out as deposits, in as withdrawals.
contract MessagesTest is System {
    using StorageTrie for bytes32;

    address internal constant L2_MESSENGER = 0x4200000000000000000000000000000000000007;
    address internal constant ALIAS_OFFSET = 0x1111000000000000000000000000000000001111;
    uint256 internal constant VERSION_1 = 1 << 240;

    L1CrossDomainMessenger internal messenger;
    MessageTarget internal target;
    Message internal message;

    function setUp() public {
        deploySystem();
        bytes memory call = abi.encodeCall(L1CrossDomainMessenger.initialize, (config, IDeposits(portal)));
        address logic = address(new L1CrossDomainMessenger());
        messenger = L1CrossDomainMessenger(Proxied.deploy(logic, deployer, call));
        target = new MessageTarget(messenger);
        vm.deal(address(portal), 10 ether);
        message = Message(
            VERSION_1, user, address(target), 1 ether, 300_000, abi.encodeCall(MessageTarget.note, ())
        );
    }

    /*//////////////////////////////////////////////////////////////
                                OUTGOING
    //////////////////////////////////////////////////////////////*/

    function testFuzz_sendMessage_isADeposit(address to, uint256 value, bytes memory data, uint32 minGas)
        public
    {
        value = bound(value, 0, 1e30);
        minGas = uint32(bound(minGas, 0, 15_000_000));
        vm.deal(user, value);
        _expectDeposit(Message(VERSION_1, user, to, value, minGas, data));
        vm.prank(user);
        messenger.sendMessage{value: value}(to, data, minGas);
    }

    /// @dev The sender that a message names is whoever called, contract or not: the alias is the messenger's business.
    function test_sendMessage_fromAContract_namesTheContract() public {
        MessageWallet wallet = new MessageWallet();
        _expectDeposit(Message(VERSION_1, address(wallet), address(target), 1 ether, 9, hex"01"));
        wallet.send{value: 1 ether}(messenger, address(target), hex"01", 9);
    }

    /// @dev As the portal sees it, an account that delegates by EIP-7702 is a key's; the messenger names it likewise.
    function test_sendMessage_fromADelegatingAccount_namesTheAccount() public {
        vm.etch(user, abi.encodePacked(hex"ef0100", address(target)));
        vm.deal(user, 1 ether);
        _expectDeposit(Message(VERSION_1, user, address(target), 1 ether, 9, hex"01"));
        vm.prank(user, address(0xB0B));
        messenger.sendMessage{value: 1 ether}(address(target), hex"01", 9);
    }

    /// @dev Whatever the message, its gas is enough for the portal; the longest that fits is as long as this.
    function test_sendMessage_longest_accepted_longer_reverts() public {
        // a deposit carries 120,000 bytes; 228 and padding are the relay's
        messenger.sendMessage(address(target), new bytes(119_744), 0);
        vm.expectRevert(abi.encodeWithSelector(IDeposits.Deposits_DataTooLong.selector, 120_004, 120_000));
        messenger.sendMessage(address(target), new bytes(119_745), 0);
    }

    function _expectDeposit(Message memory m) private {
        uint64 gasLimit = messenger.baseGas(m.data, uint32(m.minGasLimit));
        address from = address(uint160(address(messenger)) + uint160(ALIAS_OFFSET));
        bytes memory opaque = abi.encodePacked(m.value, m.value, gasLimit, false, m.relayCall());
        vm.expectEmit(true, true, true, true, address(portal));
        emit IDeposits.TransactionDeposited(from, L2_MESSENGER, 0, opaque);
    }

    /*//////////////////////////////////////////////////////////////
                                INCOMING
    //////////////////////////////////////////////////////////////*/

    function test_finalize_relaysTheMessage() public {
        _finalize(_prove(), 10_000_000);
        _assertStates(true, false);
        vm.assertEq(target.sender(), user, "for its sender");
        vm.assertEq(target.value(), 1 ether, "with its ETH");
        vm.assertEq(address(portal).balance, 9 ether, "which the portal held");
    }

    function test_finalize_targetFails_waits_thenAnybodyRelaysIt() public {
        message.data = abi.encodeCall(MessageTarget.failUntilOpen, ());
        _finalize(_prove(), 10_000_000);
        _assertStates(false, true);
        vm.assertEq(address(messenger).balance, 1 ether, "its ETH waits at the messenger");

        target.open();
        (bool success,) = address(messenger).call(message.relayCall());
        vm.assertTrue(success, "relayed by this test");
        _assertStates(true, true);
        vm.assertEq(address(target).balance, 1 ether, "paid");
    }

    /// @dev Known bug 55: the portal gives the messenger what the message's sender paid for, or does nothing.
    function testFuzz_bug55_finalize_anyGas_recordedOrNotFinal(uint256 gas, uint32 minGas, uint256 length)
        public
    {
        message.minGasLimit = bound(minGas, 150_000, 2_000_000);
        message.data = bytes.concat(message.data, new bytes(bound(length, 0, 500)));
        Types.WithdrawalTransaction memory withdrawal = _prove();
        gas = bound(gas, 200_000, withdrawal.gasLimit + 300_000);
        bool success = _finalize(withdrawal, gas);
        vm.assertEq(portal.finalizedWithdrawals(hashOf(withdrawal)), success, "final if not reverted");
        _assertStates(success, false);
        vm.assertEq(address(target).balance, success ? 1 ether : 0, "paid if final");
    }

    /// @dev And so for a message of any length.
    function test_bug55_finalize_longMessage_leastGas_recorded() public {
        message.data = new bytes(100_000);
        Types.WithdrawalTransaction memory withdrawal = _prove();
        bytes memory call = abi.encodeCall(portal.finalizeWithdrawalTransaction, (withdrawal));
        uint256 gas = withdrawal.gasLimit;
        bool success;
        for (; !success; gas += 5_000) {
            (success,) = address(portal).call{gas: gas}(call);
        }
        vm.assertGt(gas, withdrawal.gasLimit + 5_000, "less is refused");
        _assertStates(true, false);
    }

    function _withdrawal() private view returns (Types.WithdrawalTransaction memory) {
        return Types.WithdrawalTransaction({
            nonce: VERSION_1,
            sender: L2_MESSENGER,
            target: address(messenger),
            value: message.value,
            gasLimit: messenger.baseGas(message.data, uint32(message.minGasLimit)),
            data: message.relayCall()
        });
    }

    function _prove() private returns (Types.WithdrawalTransaction memory withdrawal) {
        withdrawal = _withdrawal();
        bytes32[] memory keys = one(hashOf(withdrawal).keyOf());
        uint256 index = proposeRoot(rootOf(outputOf(keys)));
        portal.proveWithdrawalTransaction(
            withdrawal, index, outputOf(keys), StorageTrie.prove(keys, keys[0], false)
        );
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);
    }

    function _finalize(Types.WithdrawalTransaction memory withdrawal, uint256 gas)
        private
        returns (bool success)
    {
        (success,) = address(portal).call{gas: gas}(
            abi.encodeCall(portal.finalizeWithdrawalTransaction, (withdrawal))
        );
    }

    function _assertStates(bool relayed, bool failed) private view {
        vm.assertEq(messenger.successfulMessages(message.hash()), relayed, "relayed");
        vm.assertEq(messenger.failedMessages(message.hash()), failed, "failed");
    }

    /*//////////////////////////////////////////////////////////////
                               REENTRANCY
    //////////////////////////////////////////////////////////////*/

    /// @dev Known bug 53: a withdrawal inside of a message's call is refused, so no message arrives inside of another.
    function test_bug53_finalize_insideOfAMessage_refused() public {
        Message memory inner = message;
        inner.nonce = VERSION_1 | 1;
        Types.WithdrawalTransaction memory innerWithdrawal = Types.WithdrawalTransaction({
            nonce: VERSION_1 | 1,
            sender: L2_MESSENGER,
            target: address(messenger),
            value: inner.value,
            gasLimit: messenger.baseGas(inner.data, uint32(inner.minGasLimit)),
            data: inner.relayCall()
        });
        bytes memory again = abi.encodeCall(portal.finalizeWithdrawalTransaction, (innerWithdrawal));
        message.data = abi.encodeCall(MessageTarget.callBack, (address(portal), again));
        message.minGasLimit = 3_000_000;
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (hashOf(_withdrawal()).keyOf(), hashOf(innerWithdrawal).keyOf());
        uint256 index = proposeRoot(rootOf(outputOf(keys)));
        portal.proveWithdrawalTransaction(
            _withdrawal(), index, outputOf(keys), StorageTrie.prove(keys, keys[0], false)
        );
        portal.proveWithdrawalTransaction(
            innerWithdrawal, index, outputOf(keys), StorageTrie.prove(keys, keys[1], false)
        );
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);

        _finalize(_withdrawal(), 10_000_000);
        _assertStates(true, false);
        vm.assertEq(
            target.answer(),
            abi.encodeWithSelector(IWithdrawals.Withdrawals_Reentrant.selector, L2_MESSENGER),
            "the inner one is refused"
        );
        vm.assertFalse(messenger.failedMessages(inner.hash()), "and did not arrive");
        _finalize(innerWithdrawal, 10_000_000);
        vm.assertTrue(messenger.successfulMessages(inner.hash()), "later it does");
    }
}
