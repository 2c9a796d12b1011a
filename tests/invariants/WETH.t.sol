// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WrappedEther} from "../../contracts/lib/WrappedEther.sol";
import {L2} from "./support/L2.sol";
import {Vm, bound, vm} from "./support/Vm.sol";

/// @notice ETH as a token, on L2 and beneath DelayedWETH.
contract WETHTest is L2 {
    address internal constant OWNER = address(0x0E);
    address internal constant SPENDER = address(0x5E);

    function setUp() public {
        deployL2();
        vm.deal(OWNER, 100 ether);
    }

    function testFuzz_deposit_mints(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.expectEmit(true, true, true, true, address(weth));
        emit WrappedEther.Deposit(OWNER, value);
        vm.prank(OWNER);
        weth.deposit{value: value}();
        _assertHeld(value);
    }

    function testFuzz_receive_mints(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.expectEmit(true, true, true, true, address(weth));
        emit WrappedEther.Deposit(OWNER, value);
        vm.prank(OWNER);
        (bool success,) = address(weth).call{value: value}("");
        vm.assertTrue(success, "plain ETH");
        _assertHeld(value);
    }

    function testFuzz_withdraw_burns(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.prank(OWNER);
        weth.deposit{value: 100 ether}();
        vm.expectEmit(true, true, true, true, address(weth));
        emit WrappedEther.Withdrawal(OWNER, value);
        vm.prank(OWNER);
        weth.withdraw(value);
        _assertHeld(100 ether - value);
        vm.assertEq(OWNER.balance, value, "ETH again");
    }

    function test_withdraw_moreThanHeld_reverts() public {
        vm.prank(OWNER);
        weth.deposit{value: 1 ether}();
        vm.expectRevert(
            abi.encodeWithSelector(
                WrappedEther.WrappedEther_InsufficientBalance.selector, OWNER, 1 ether + 1, 1 ether
            )
        );
        vm.prank(OWNER);
        weth.withdraw(1 ether + 1);
    }

    function test_withdraw_holderRefuses_reverts() public {
        vm.prank(OWNER);
        weth.deposit{value: 1 ether}();
        vm.prank(OWNER);
        weth.transfer(address(gasPriceOracle), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                WrappedEther.WrappedEther_TransferFailed.selector, address(gasPriceOracle), 1 ether
            )
        );
        vm.prank(address(gasPriceOracle));
        weth.withdraw(1 ether);
    }

    function test_transferFrom_allowance() public {
        vm.prank(OWNER);
        weth.deposit{value: 1 ether}();
        vm.expectRevert(
            abi.encodeWithSelector(
                WrappedEther.WrappedEther_InsufficientAllowance.selector, OWNER, SPENDER, 1 ether, 0
            )
        );
        vm.prank(SPENDER);
        weth.transferFrom(OWNER, SPENDER, 1 ether);

        vm.prank(OWNER);
        weth.approve(SPENDER, 1 ether);
        vm.prank(SPENDER);
        weth.transferFrom(OWNER, SPENDER, 1 ether);
        vm.assertEq(weth.balanceOf(SPENDER), 1 ether, "moved");
    }

    function test_transferFrom_greatestAllowance_isNeverUsedUp() public {
        vm.prank(OWNER);
        weth.deposit{value: 2 ether}();
        vm.prank(OWNER);
        weth.approve(SPENDER, type(uint256).max);
        vm.prank(SPENDER);
        weth.transferFrom(OWNER, SPENDER, 1 ether);
        vm.assertEq(weth.allowance(OWNER, SPENDER), type(uint256).max, "greatest");
        vm.prank(OWNER);
        weth.approve(SPENDER, type(uint256).max - 1);
        vm.prank(SPENDER);
        weth.transferFrom(OWNER, SPENDER, 1 ether);
        vm.assertEq(weth.allowance(OWNER, SPENDER), type(uint256).max - 1 - 1 ether, "used");
    }

    function test_transferFrom_oneself_needsNoAllowance() public {
        vm.prank(OWNER);
        weth.deposit{value: 1 ether}();
        vm.prank(OWNER);
        weth.transferFrom(OWNER, SPENDER, 1 ether);
        vm.assertEq(weth.balanceOf(SPENDER), 1 ether, "moved");
    }

    function test_fallback_ethWithData_mints() public {
        vm.prank(OWNER);
        (bool success,) = address(weth).call{value: 1}("no function of this name");
        vm.assertTrue(success, "ETH with data");
        _assertHeld(1);
    }

    /// @notice As WETH9: ERC-20 libraries log a Transfer from or to nobody besides.
    function test_wrapping_logsOneEventEach() public {
        vm.recordLogs();
        vm.prank(OWNER);
        weth.deposit{value: 1}();
        vm.prank(OWNER);
        weth.withdraw(1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2, "events");
        vm.assertEq(logs[0].topics[0], WrappedEther.Deposit.selector, "wrapped");
        vm.assertEq(logs[1].topics[0], WrappedEther.Withdrawal.selector, "unwrapped");
    }

    function test_metadata() public view {
        vm.assertEq(weth.name(), "Wrapped Ether", "name");
        vm.assertEq(weth.symbol(), "WETH", "symbol");
        vm.assertEq(weth.decimals(), 18, "decimals");
        vm.assertEq(weth.version(), "1.1.1", "version");
    }

    function _assertHeld(uint256 value) private view {
        vm.assertEq(weth.balanceOf(OWNER), value, "balance");
        vm.assertEq(weth.totalSupply(), value, "supply");
        vm.assertEq(address(weth).balance, value, "backed by ETH");
    }
}
