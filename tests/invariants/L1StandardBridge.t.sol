// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ICrossDomainMessenger} from "../../contracts/bridge/ICrossDomainMessenger.sol";
import {IL1StandardBridge} from "../../contracts/bridge/IL1StandardBridge.sol";
import {IStandardBridge} from "../../contracts/bridge/IStandardBridge.sol";
import {L1StandardBridge} from "../../contracts/bridge/L1StandardBridge.sol";
import {ProxyAdminOwned} from "../../contracts/lib/ProxyAdminOwned.sol";
import {StandardBridgeRules} from "./support/StandardBridgeRules.sol";
import {vm} from "./support/Vm.sol";

contract L1StandardBridgeTest is StandardBridgeRules {
    function setUp() public {
        deployBridges();
        (bridge, courier, other, factory) = (l1Bridge, l1Courier, l2Bridge, l1Factory);
        deployTokens();
    }

    /*//////////////////////////////////////////////////////////////
                                SET-UP
    //////////////////////////////////////////////////////////////*/

    function test_initialize_twice_reverts_logicItself_reverts() public {
        L1StandardBridge[2] memory both = [l1Bridge, new L1StandardBridge()];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(deployer);
            vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
            both[i].initialize(ICrossDomainMessenger(NOBODY), config);
        }
    }

    function test_initialize_bySomeoneElse_reverts() public {
        L1StandardBridge fresh = L1StandardBridge(payable(address(0xF7E5)));
        vm.etch(address(fresh), address(new L1StandardBridge()).code);
        address admin = l1Bridge.proxyAdmin();
        vm.store(address(fresh), ADMIN_SLOT, bytes32(uint256(uint160(admin))));
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(ProxyAdminOwned.ProxyAdminOwned_NotAdminOrOwner.selector, user, admin)
        );
        fresh.initialize(ICrossDomainMessenger(NOBODY), config);
        vm.prank(deployer);
        fresh.initialize(ICrossDomainMessenger(NOBODY), config);
        vm.assertEq(address(fresh.messenger()), NOBODY, "by the admin's owner");
    }

    /// @notice Its messenger and its other bridge are both nobody, and so is the sender of no message.
    function test_logicItself_paysNothingOut() public {
        L1StandardBridge logic = new L1StandardBridge();
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotOtherBridge.selector, user, address(0))
        );
        logic.finalizeBridgeERC20(address(mintable), REMOTE, user, user, 5, "");
    }

    function test_getters() public view {
        vm.assertEq(l1Bridge.l2TokenBridge(), address(l2Bridge), "l2TokenBridge");
        vm.assertEq(address(l1Bridge.systemConfig()), address(config), "systemConfig");
        vm.assertEq(address(l1Bridge.superchainConfig()), address(superchain), "superchainConfig");
        vm.assertEq(l1Bridge.version(), "2.8.2", "version");
        vm.assertEq(l1Bridge.proxyAdminOwner(), deployer, "proxyAdminOwner");
    }

    /*//////////////////////////////////////////////////////////////
                           NAMES OF OTHER TIMES
    //////////////////////////////////////////////////////////////*/

    function test_depositETH_key_isBridgeETH_contract_reverts() public {
        _expectETHInitiated(user, user, 3, "note");
        vm.prank(user, user);
        l1Bridge.depositETH{value: 3}(7, "note");
        _assertSentETH(user, user, 3, 7, "note");

        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        l1Bridge.depositETH{value: 3}(7, "note");
    }

    function testFuzz_depositETHTo_isBridgeETHTo(address to, uint64 value, bytes memory extraData) public {
        vm.deal(user, value);
        _expectETHInitiated(user, to, value, extraData);
        vm.prank(user);
        l1Bridge.depositETHTo{value: value}(to, 7, extraData);
        _assertSentETH(user, to, value, 7, extraData);
    }

    function test_depositERC20_key_isBridgeERC20_contract_reverts() public {
        _approved(coin, 10);
        _expectERC20Initiated(address(coin), user, user, 5, "note");
        vm.prank(user, user);
        l1Bridge.depositERC20(address(coin), REMOTE, 5, 7, "note");
        _assertSentERC20(address(coin), user, user, 5, 7, "note");

        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        l1Bridge.depositERC20(address(coin), REMOTE, 5, 7, "note");
    }

    function testFuzz_depositERC20To_isBridgeERC20To(address to, uint64 amount, bytes memory extraData)
        public
    {
        to = _somebody(to);
        _approved(coin, amount);
        _expectERC20Initiated(address(coin), user, to, amount, extraData);
        vm.prank(user);
        l1Bridge.depositERC20To(address(coin), REMOTE, to, amount, 7, extraData);
        _assertSentERC20(address(coin), user, to, amount, 7, extraData);
    }

    function test_finalizeETHWithdrawal_isFinalizeBridgeETH() public {
        address to = address(0x70);
        bytes memory call = abi.encodeCall(IL1StandardBridge.finalizeETHWithdrawal, (user, to, 5, "note"));
        _expectETHFinalized(user, to, 5, "note");
        _deliver(5, call);
        vm.assertEq(to.balance, 5, "paid");

        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotOtherBridge.selector, user, address(0))
        );
        l1Bridge.finalizeETHWithdrawal{value: 5}(user, to, 5, "note");
    }

    function test_finalizeERC20Withdrawal_isFinalizeBridgeERC20() public {
        _lock(coin, 5);
        bytes memory call = abi.encodeCall(
            IL1StandardBridge.finalizeERC20Withdrawal, (address(coin), REMOTE, NOBODY, user, 5, "note")
        );
        _expectERC20Finalized(address(coin), NOBODY, user, 5, "note");
        _deliver(0, call);
        vm.assertEq(coin.balanceOf(user), 5, "paid");

        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotOtherBridge.selector, user, address(0))
        );
        l1Bridge.finalizeERC20Withdrawal(address(coin), REMOTE, NOBODY, user, 5, "note");
    }

    /*//////////////////////////////////////////////////////////////
                                 PAUSE
    //////////////////////////////////////////////////////////////*/

    function test_paused_paysNothingOut_andStillTakesIn() public {
        _lock(coin, 5);
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.assertTrue(l1Bridge.paused(), "paused");
        bytes memory refused = abi.encodeWithSelector(IStandardBridge.StandardBridge_Paused.selector);
        vm.expectRevert(refused);
        _deliver(5, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, user, 5, "")));
        vm.expectRevert(refused);
        _pay(address(coin), REMOTE, user, user, 5, "");
        vm.expectRevert(refused);
        _pay(address(mintable), REMOTE, user, user, 5, "");

        _lock(coin, 5);
        vm.prank(user);
        l1Bridge.bridgeETHTo{value: 5}(user, 0, "");

        vm.prank(guardian);
        superchain.unpause(address(0));
        _pay(address(coin), REMOTE, user, user, 10, "");
    }

    function _expectLegacyETHInitiated(address from, address to, uint256 amount, bytes memory extraData)
        internal
        override
    {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IL1StandardBridge.ETHDepositInitiated(from, to, amount, extraData);
    }

    function _expectLegacyETHFinalized(address from, address to, uint256 amount, bytes memory extraData)
        internal
        override
    {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IL1StandardBridge.ETHWithdrawalFinalized(from, to, amount, extraData);
    }

    function _expectLegacyERC20Initiated(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal override {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IL1StandardBridge.ERC20DepositInitiated(local, REMOTE, from, to, amount, extraData);
    }

    function _expectLegacyERC20Finalized(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal override {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IL1StandardBridge.ERC20WithdrawalFinalized(local, REMOTE, from, to, amount, extraData);
    }
}
