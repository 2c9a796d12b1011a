// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DelayedWETH} from "../../contracts/dispute/DelayedWETH.sol";
import {WethHandler} from "./support/WethHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever holders and owner do to DelayedWETH. Names are those of `tests/fuzz/disputes/properties.py`:
///
///         W-1  There is as much ether as WETH, but for what was recovered.    W-4  Nothing is withdrawn in a pause.
///         W-2  Nobody withdraws before the delay, or more than unlocked.      W-5  No ether is made or lost.
///         W-3  Only the owner holds and recovers, and always can.
///
///         The handler holds W-2 to W-4 at every call: what its model does not allow must be refused.
contract WethInvariants {
    uint256 internal constant PEOPLE = 3;
    WethHandler internal handler;
    DelayedWETH internal weth;

    function setUp() public {
        handler = new WethHandler();
        weth = handler.deployed();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_weth() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i <= PEOPLE; ++i) {
            vm.assertEq(weth.balanceOf(handler.person(i)), handler.balance(i), "W-1: balance");
            sum += handler.balance(i);
        }
        vm.assertEq(weth.totalSupply() + handler.recovered(), sum, "W-1: supply");
        vm.assertEq(address(weth).balance, weth.totalSupply(), "W-1: ether");
        for (uint256 who = 0; who < PEOPLE; ++who) {
            for (uint256 guy = 0; guy < PEOPLE; ++guy) {
                (uint256 amount, uint256 at) = weth.withdrawals(handler.person(who), handler.person(guy));
                vm.assertEq(amount, handler.unlocked(who, guy), "W-2: unlocked");
                vm.assertEq(at, handler.unlockedAt(who, guy), "W-2: since");
            }
        }
    }

    /// @dev The handler is not vacuous: each action does what it is for, and is refused when it must be.
    function test_handler_everyAction() public {
        handler.deposit(0, 10 ether);
        handler.deposit(1, 5 ether - 1);
        handler.transfer(0, 2, 1 ether);
        handler.transfer(0, 2, 9 ether + 1);
        vm.assertEq(handler.refused(), 1, "more than there is");
        handler.withdraw(0, 1, 0);
        vm.assertEq(handler.refused(), 2, "never unlocked");
        handler.unlock(0, 0, 4 ether);
        handler.unlock(1, 2, 1 ether);
        handler.wait(0);
        handler.withdraw(0, 0, 1 ether);
        vm.assertEq(handler.tooEarly(), 1, "too early");
        handler.wait(2);
        handler.withdraw(0, 0, 4 ether + 1);
        vm.assertEq(handler.refused(), 4, "more than was unlocked");
        handler.withdraw(0, 0, 1 ether);
        handler.withdraw(1, 2, 1 ether - 1);
        vm.assertEq(handler.withdrawals(), 2, "withdrawn");
        handler.pause();
        handler.withdraw(0, 0, 1 ether);
        vm.assertEq(handler.refused(), 5, "paused");
        handler.hold(2, 1);
        handler.hold(2, 1 ether - 1);
        vm.assertEq(handler.held(), 2, "held");
        handler.recover(4 << 128);
        vm.assertEq(handler.recovered(), 4, "a part");
        handler.recover(uint256(1 << 200));
        vm.assertEq(address(weth).balance, 0, "whatever there is");
        invariant_weth();
    }
}
