// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ILegacyMintableERC20} from "../../contracts/bridge/ILegacyMintableERC20.sol";
import {IOptimismMintableERC20} from "../../contracts/bridge/IOptimismMintableERC20.sol";
import {IStandardBridge} from "../../contracts/bridge/IStandardBridge.sol";
import {L2StandardBridge} from "../../contracts/predeploys/L2StandardBridge.sol";
import {OwnMintable} from "./support/OddTokens.sol";
import {StandardBridgeRules} from "./support/StandardBridgeRules.sol";
import {vm} from "./support/Vm.sol";

contract L2StandardBridgeTest is StandardBridgeRules {
    function setUp() public {
        deployBridges();
        (bridge, courier, other, factory) = (l2Bridge, l2Courier, l1Bridge, l2Factory);
        deployTokens();
    }

    function test_initialize_twice_reverts_logicItself_reverts() public {
        L2StandardBridge[2] memory both = [l2Bridge, new L2StandardBridge()];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(L2_ADMIN);
            vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
            both[i].initialize(IStandardBridge(NOBODY));
        }
    }

    function test_getters() public view {
        vm.assertEq(l2Bridge.l1TokenBridge(), address(l1Bridge), "l1TokenBridge");
        vm.assertEq(l2Bridge.version(), "1.13.2", "version");
        vm.assertEq(l2Bridge.proxyAdmin(), L2_ADMIN, "proxyAdmin");
    }

    /// @notice L1 has to keep up: whatever the guardian does, what is on the way arrives here.
    function test_paused_never() public {
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.assertFalse(l2Bridge.paused(), "paused");
        _pay(address(mintable), REMOTE, user, user, 5, "");
    }

    function test_withdraw_ether_key_isBridgeETH_contract_reverts() public {
        _expectETHInitiated(user, user, 3, "note");
        vm.prank(user, user);
        l2Bridge.withdraw{value: 3}(LEGACY_ERC20_ETH, 3, 7, "note");
        _assertSentETH(user, user, 3, 7, "note");

        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        l2Bridge.withdraw{value: 3}(LEGACY_ERC20_ETH, 3, 7, "note");
    }

    function testFuzz_withdrawTo_ether_isBridgeETHTo(address to, uint64 value, bytes memory extraData)
        public
    {
        vm.deal(user, value);
        _expectETHInitiated(user, to, value, extraData);
        vm.prank(user);
        l2Bridge.withdrawTo{value: value}(LEGACY_ERC20_ETH, to, value, 7, extraData);
        _assertSentETH(user, to, value, 7, extraData);
    }

    function test_withdraw_otherValue_reverts() public {
        vm.prank(user, user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_WrongValue.selector, 3, 4));
        l2Bridge.withdraw{value: 3}(LEGACY_ERC20_ETH, 4, 7, "");
        _mint(user, 5);
        vm.prank(user, user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_WrongValue.selector, 3, 0));
        l2Bridge.withdraw{value: 3}(address(mintable), 5, 7, "");
    }

    function test_withdraw_tokens_key_isBridgeERC20_contract_reverts() public {
        _mint(user, 10);
        _expectERC20Initiated(address(mintable), user, user, 5, "note");
        vm.prank(user, user);
        l2Bridge.withdraw(address(mintable), 5, 7, "note");
        _assertSentERC20(address(mintable), user, user, 5, 7, "note");

        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        l2Bridge.withdraw(address(mintable), 5, 7, "note");
    }

    function testFuzz_withdrawTo_tokens_isBridgeERC20To(address to, uint64 amount, bytes memory extraData)
        public
    {
        to = _somebody(to);
        _mint(user, amount);
        _expectERC20Initiated(address(mintable), user, to, amount, extraData);
        vm.prank(user);
        l2Bridge.withdrawTo(address(mintable), to, amount, 7, extraData);
        _assertSentERC20(address(mintable), user, to, amount, 7, extraData);
    }

    /// @notice Tokens of L2's own, no tokens at all, and mintable ones of a kind that came later.
    function test_withdraw_doesNotSayWhatItStandsFor_reverts() public {
        address later = address(new OwnMintable(REMOTE, type(IOptimismMintableERC20).interfaceId));
        address[3] memory tokens = [address(coin), NOBODY, later];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(user, user);
            vm.expectRevert(
                abi.encodeWithSelector(L2StandardBridge.L2StandardBridge_NoL1Token.selector, tokens[i])
            );
            l2Bridge.withdraw(tokens[i], 5, 7, "");
        }
        OwnMintable older = new OwnMintable(REMOTE, type(ILegacyMintableERC20).interfaceId);
        older.make(user, 5);
        vm.prank(user, user);
        l2Bridge.withdraw(address(older), 5, 7, "");
        _assertSentERC20(address(older), user, user, 5, 7, "");
    }

    function _expectLegacyETHInitiated(address from, address to, uint256 amount, bytes memory extraData)
        internal
        override
    {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit L2StandardBridge.WithdrawalInitiated(address(0), LEGACY_ERC20_ETH, from, to, amount, extraData);
    }

    function _expectLegacyETHFinalized(address from, address to, uint256 amount, bytes memory extraData)
        internal
        override
    {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit L2StandardBridge.DepositFinalized(address(0), LEGACY_ERC20_ETH, from, to, amount, extraData);
    }

    function _expectLegacyERC20Initiated(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal override {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit L2StandardBridge.WithdrawalInitiated(REMOTE, local, from, to, amount, extraData);
    }

    function _expectLegacyERC20Finalized(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal override {
        vm.expectEmit(true, true, true, true, address(bridge));
        emit L2StandardBridge.DepositFinalized(REMOTE, local, from, to, amount, extraData);
    }
}
