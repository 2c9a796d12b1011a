// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ISuperchainConfig} from "../../contracts/config/ISuperchainConfig.sol";
import {SuperchainConfig} from "../../contracts/config/SuperchainConfig.sol";
import {System} from "./support/System.sol";
import {vm} from "./support/Vm.sol";

contract SuperchainConfigTest is System {
    uint256 internal constant EXPIRY = 7_884_000;
    address internal constant CHAIN = address(0xC1);

    function setUp() public {
        deploySystem();
    }

    function test_initialize_guardian_setAndEmitted() public {
        (address proxy, address logic) = (emptyProxy(), address(new SuperchainConfig()));
        vm.expectEmit(true, true, true, true, proxy);
        emit ISuperchainConfig.ConfigUpdate(ISuperchainConfig.UpdateType.GUARDIAN, abi.encode(user));
        setUpProxy(proxy, logic, abi.encodeCall(SuperchainConfig.initialize, user));
        vm.assertEq(SuperchainConfig(proxy).guardian(), user, "guardian");
        vm.assertEq(SuperchainConfig(proxy).pauseExpiry(), EXPIRY, "pauseExpiry");
        vm.assertEq(SuperchainConfig(proxy).version(), "2.4.2", "version");
    }

    function test_initialize_zeroGuardian_reverts() public {
        (address payable proxy, address logic) = (emptyProxy(), address(new SuperchainConfig()));
        bytes memory call = abi.encodeCall(SuperchainConfig.initialize, address(0));
        vm.expectRevert(abi.encodeWithSelector(ISuperchainConfig.SuperchainConfig_ZeroGuardian.selector));
        vm.prank(deployer);
        proxyAdmin.upgradeAndCall(proxy, logic, call);
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        superchain.initialize(user);
    }

    function test_pause_oneChain_pausesNoOther() public {
        vm.expectEmit(true, true, true, true, address(superchain));
        emit ISuperchainConfig.Paused(CHAIN);
        vm.prank(guardian);
        superchain.pause(CHAIN);
        vm.assertTrue(superchain.paused(CHAIN), "the chain");
        vm.assertFalse(superchain.paused(), "not everything");
        vm.assertFalse(superchain.paused(user), "no other");
        vm.assertFalse(superchain.pausable(CHAIN), "not again");
        vm.assertTrue(superchain.pausable(user), "another may be");
        vm.assertEq(superchain.expiration(CHAIN), block.timestamp + EXPIRY, "expiration");
        vm.assertEq(superchain.expiration(user), 0, "no expiration");
    }

    function test_pause_global_isIdentifierZero() public {
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.assertTrue(superchain.paused(), "paused()");
        vm.assertTrue(superchain.paused(address(0)), "paused(0)");
    }

    function test_pause_twice_reverts() public {
        vm.prank(guardian);
        superchain.pause(CHAIN);
        uint256 since = block.timestamp;
        vm.warp(since + EXPIRY + 1); // not even after it expired: somebody must look first
        vm.expectRevert(
            abi.encodeWithSelector(ISuperchainConfig.SuperchainConfig_AlreadyPaused.selector, CHAIN, since)
        );
        vm.prank(guardian);
        superchain.pause(CHAIN);

        vm.prank(guardian);
        superchain.unpause(CHAIN);
        vm.prank(guardian);
        superchain.pause(CHAIN);
        vm.assertTrue(superchain.paused(CHAIN), "after unpause");
    }

    function test_paused_expires_lastSecond() public {
        vm.prank(guardian);
        superchain.pause(CHAIN);
        uint256 since = block.timestamp;
        vm.warp(since + EXPIRY - 1);
        vm.assertTrue(superchain.paused(CHAIN), "the last second");
        vm.warp(since + EXPIRY);
        vm.assertFalse(superchain.paused(CHAIN), "expired");
    }

    function test_unpause_paused_emitted() public {
        vm.prank(guardian);
        superchain.pause(CHAIN);
        vm.expectEmit(true, true, true, true, address(superchain));
        emit ISuperchainConfig.Unpaused(CHAIN);
        vm.prank(guardian);
        superchain.unpause(CHAIN);
        vm.assertFalse(superchain.paused(CHAIN), "unpaused");
        vm.assertEq(superchain.pauseTimestamps(CHAIN), 0, "forgotten");
    }

    function test_extend_paused_fullPeriodAgain() public {
        vm.prank(guardian);
        superchain.pause(CHAIN);
        vm.warp(block.timestamp + EXPIRY - 1);
        vm.expectEmit(true, true, true, true, address(superchain));
        emit ISuperchainConfig.Paused(CHAIN);
        vm.prank(guardian);
        superchain.extend(CHAIN);
        vm.assertEq(superchain.expiration(CHAIN), block.timestamp + EXPIRY, "from now");
    }

    function test_extend_neverPausedOrExpired_reverts() public {
        _expectNotPaused();
        vm.prank(guardian);
        superchain.extend(CHAIN);

        vm.prank(guardian);
        superchain.pause(CHAIN);
        vm.warp(block.timestamp + EXPIRY);
        _expectNotPaused();
        vm.prank(guardian);
        superchain.extend(CHAIN);
    }

    function testFuzz_anyButGuardian_reverts(address caller) public {
        if (caller == guardian) caller = owner;
        bytes memory refusal = abi.encodeWithSelector(
            ISuperchainConfig.SuperchainConfig_OnlyGuardian.selector, caller, guardian
        );
        vm.expectRevert(refusal);
        vm.prank(caller);
        superchain.pause(CHAIN);
        vm.expectRevert(refusal);
        vm.prank(caller);
        superchain.unpause(CHAIN);
        vm.expectRevert(refusal);
        vm.prank(caller);
        superchain.extend(CHAIN);
    }

    function _expectNotPaused() private {
        vm.expectRevert(abi.encodeWithSelector(ISuperchainConfig.SuperchainConfig_NotPaused.selector, CHAIN));
    }
}
