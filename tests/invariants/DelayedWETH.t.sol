// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {IDelayedWETH} from "../../contracts/dispute/IDelayedWETH.sol";
import {ProxyAdminOwned} from "../../contracts/lib/ProxyAdminOwned.sol";
import {WrappedEther} from "../../contracts/lib/WrappedEther.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

contract DelayedWETHTest is Games {
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    function setUp() public {
        deployGames();
        vm.prank(honest);
        weth.deposit{value: 10 ether}();
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        weth.initialize(config);
    }

    function test_withdraw_afterTheDelay_notBefore() public {
        vm.prank(honest);
        weth.unlock(honest, 4 ether);
        uint256 availableAt = block.timestamp + WETH_DELAY;
        vm.warp(availableAt - 1);
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(IDelayedWETH.DelayedWETH_TooEarly.selector, availableAt, availableAt - 1)
        );
        weth.withdraw(4 ether);
        vm.warp(availableAt);
        uint256 before = honest.balance;
        vm.prank(honest);
        weth.withdraw(4 ether);
        vm.assertEq(honest.balance, before + 4 ether, "paid");
        vm.assertEq(weth.balanceOf(honest), 6 ether, "balance");
    }

    function test_withdraw_moreThanUnlocked_reverts() public {
        vm.prank(honest);
        weth.unlock(honest, 4 ether);
        vm.warp(block.timestamp + WETH_DELAY);
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(IDelayedWETH.DelayedWETH_NotUnlocked.selector, 4 ether + 1, 4 ether)
        );
        weth.withdraw(4 ether + 1);
    }

    function test_withdraw_nothing_neverUnlocked_reverts_unlocked_accepted() public {
        vm.prank(liar);
        vm.expectRevert(abi.encodeWithSelector(IDelayedWETH.DelayedWETH_NotUnlocked.selector, 0, 0));
        weth.withdraw(0);
        vm.prank(liar);
        weth.unlock(liar, 0);
        vm.warp(block.timestamp + WETH_DELAY);
        vm.prank(liar);
        weth.withdraw(0);
    }

    /// @notice Not even the contract that holds an allowance of most other tokens' everywhere.
    function test_allowance_ofNobodyWhomTheOwnerDidNotApprove() public {
        vm.assertEq(weth.allowance(honest, PERMIT2), 0, "not approved");
        vm.prank(PERMIT2);
        vm.expectRevert(
            abi.encodeWithSelector(
                WrappedEther.WrappedEther_InsufficientAllowance.selector, honest, PERMIT2, 1, 0
            )
        );
        weth.transferFrom(honest, liar, 1);
        vm.prank(honest);
        weth.approve(PERMIT2, 1);
        vm.prank(PERMIT2);
        weth.transferFrom(honest, liar, 1);
    }

    function test_config_isTheSuperchains() public view {
        vm.assertEq(address(weth.config()), address(superchain), "config");
    }

    function test_unlock_again_addsUp_andWaitsAnew() public {
        vm.prank(honest);
        weth.unlock(honest, 4 ether);
        vm.warp(block.timestamp + WETH_DELAY);
        vm.prank(honest);
        weth.unlock(honest, 1 ether);
        (uint256 amount, uint256 timestamp) = weth.withdrawals(honest, honest);
        vm.assertEq(amount, 5 ether, "together");
        vm.assertEq(timestamp, block.timestamp, "from now");
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDelayedWETH.DelayedWETH_TooEarly.selector, block.timestamp + WETH_DELAY, block.timestamp
            )
        );
        weth.withdraw(1);
    }

    function test_withdraw_unlockedBySomeoneElse_givesNothing() public {
        vm.prank(liar);
        weth.unlock(honest, 4 ether);
        vm.warp(block.timestamp + WETH_DELAY);
        vm.prank(honest);
        vm.expectRevert(abi.encodeWithSelector(IDelayedWETH.DelayedWETH_NotUnlocked.selector, 1, 0));
        weth.withdraw(1);
    }

    function test_withdraw_whilePaused_reverts() public {
        vm.prank(honest);
        weth.unlock(honest, 4 ether);
        vm.warp(block.timestamp + WETH_DELAY);
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.prank(honest);
        vm.expectRevert(abi.encodeWithSelector(IDelayedWETH.DelayedWETH_Paused.selector));
        weth.withdraw(1);
    }

    function test_hold_andRecover_onlyOwnerOfTheProxy() public {
        bytes memory refused =
            abi.encodeWithSelector(ProxyAdminOwned.ProxyAdminOwned_NotOwner.selector, guardian, deployer);
        vm.prank(guardian);
        vm.expectRevert(refused);
        weth.hold(honest);
        vm.prank(guardian);
        vm.expectRevert(refused);
        weth.hold(honest, 1);
        vm.prank(guardian);
        vm.expectRevert(refused);
        weth.recover(1);

        vm.prank(deployer);
        weth.hold(honest, 1 ether);
        vm.assertEq(weth.balanceOf(deployer), 1 ether, "a part");
        vm.prank(deployer);
        weth.hold(honest);
        vm.assertEq(weth.balanceOf(honest), 0, "all");
        uint256 before = deployer.balance;
        vm.prank(deployer);
        weth.recover(type(uint256).max);
        vm.assertEq(deployer.balance, before + 10 ether, "whatever there is");
    }
}
