// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {L2} from "./support/L2.sol";
import {MessagePasserHandler, WETHHandler} from "./support/L2Handlers.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever is sent through the L2ToL1MessagePasser:
///
///         I-PASSER-1  The nonce counts the messages, its version on top: no two messages are the same.
///         I-PASSER-2  Every message stays recorded under the hash that L1 computes.
///         I-PASSER-3  ETH that is withdrawn is here or burned; nothing else ever leaves.
contract MessagePasserInvariants is L2 {
    MessagePasserHandler internal handler;

    function setUp() public {
        deployL2();
        handler = new MessagePasserHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_messagePasser() public view {
        vm.assertEq(messagePasser.messageNonce(), (1 << 240) + handler.count(), "I-PASSER-1");
        for (uint256 i = 0; i < handler.count(); ++i) {
            vm.assertTrue(messagePasser.sentMessages(handler.hash(i)), "I-PASSER-2");
        }
        vm.assertEq(address(messagePasser).balance, handler.sent() - handler.burned(), "I-PASSER-3");
    }

    function afterInvariant() public {
        uint256 count = handler.count();
        handler.initiateWithdrawal(address(0xA0), address(0xB0), 1 ether, 1, "");
        handler.sendEther(address(0xA0), 1 ether);
        vm.assertEq(handler.count(), count + 2, "I-PASSER-1: two more");
        invariant_messagePasser();
        handler.burn();
        vm.assertEq(address(messagePasser).balance, 0, "I-PASSER-3: burned");
        invariant_messagePasser();
    }
}

/// @notice Whatever holders do with WETH:
///
///         I-WETH-1  Supply and ETH held are the same.
///         I-WETH-2  Each holder has what it wrapped and got, less what it unwrapped and gave.
///         I-WETH-3  Everything can be unwrapped.
contract WETHInvariants is L2 {
    WETHHandler internal handler;

    function setUp() public {
        deployL2();
        handler = new WETHHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_weth() public view {
        vm.assertEq(weth.totalSupply(), address(weth).balance, "I-WETH-1");
        vm.assertEq(weth.totalSupply(), handler.total(), "I-WETH-2: all of them");
        for (uint160 i = 0xA0; i < 0xA3; ++i) {
            vm.assertEq(weth.balanceOf(address(i)), handler.balances(address(i)), "I-WETH-2: each");
        }
    }

    function afterInvariant() public {
        handler.deposit(0, 1 ether, false);
        handler.deposit(1, 1 ether, true);
        handler.transfer(0, 2, 1 ether, false);
        handler.transfer(1, 2, 1 ether, true);
        invariant_weth();
        uint256 withdrawals = handler.withdrawals();
        for (uint256 who = 0xA0; who < 0xA3; ++who) {
            handler.withdrawTooMuch(who - 0xA0, 0);
            handler.withdraw(who - 0xA0, handler.balances(address(uint160(who))));
        }
        vm.assertEq(handler.withdrawals(), withdrawals + 3, "I-WETH-3: three withdrawals");
        vm.assertEq(weth.totalSupply(), 0, "I-WETH-3: nothing is left");
        invariant_weth();
    }
}
