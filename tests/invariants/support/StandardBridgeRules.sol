// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IStandardBridge} from "../../../contracts/bridge/IStandardBridge.sol";
import {StandardBridgeEnd} from "./StandardBridgeEnd.sol";
import {bound, vm} from "./Vm.sol";

/// @title StandardBridgeRules
/// @notice What is true of the ends of both chains.
abstract contract StandardBridgeRules is StandardBridgeEnd {
    /*//////////////////////////////////////////////////////////////
                              SENDING ETH
    //////////////////////////////////////////////////////////////*/

    function testFuzz_bridgeETHTo_message(
        address sender,
        address to,
        uint256 value,
        uint32 minGasLimit,
        bytes memory extraData
    ) public {
        (sender, value) = (_somebody(sender), bound(value, 0, 1e30));
        vm.deal(sender, value);
        _expectETHInitiated(sender, to, value, extraData);
        vm.prank(sender);
        bridge.bridgeETHTo{value: value}(to, minGasLimit, extraData);
        _assertSentETH(sender, to, value, minGasLimit, extraData);
    }

    function test_bridgeETH_key_goesToItself() public {
        _expectETHInitiated(user, user, 1 ether, "note");
        vm.prank(user, user);
        bridge.bridgeETH{value: 1 ether}(123, "note");
        _assertSentETH(user, user, 1 ether, 123, "note");
    }

    function test_bridgeETH_contract_reverts() public {
        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        bridge.bridgeETH{value: 1 ether}(0, "");
    }

    function test_receive_key_goesToItself_contract_reverts() public {
        _expectETHInitiated(user, user, 1 ether, "");
        vm.prank(user, user);
        _pay(1 ether);
        _assertSentETH(user, user, 1 ether, 200_000, "");

        vm.prank(user);
        (bool success, bytes memory reason) = address(bridge).call{value: 1 ether}("");
        vm.assertFalse(success, "a contract's is refused");
        vm.assertEq(
            reason, abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user), "reason"
        );
    }

    /// @notice A key with code of its own (EIP-7702) is a key, whoever sends its transaction; other code of 23 bytes is
    ///         a contract.
    function test_delegatedKey_isAKey_othersWithAsMuchCode_areNot() public {
        vm.etch(user, abi.encodePacked(hex"ef0100", address(coin)));
        vm.prank(user);
        bridge.bridgeETH{value: 1}(0, "");
        vm.prank(user);
        _pay(1);
        vm.assertEq(courier.sent().length, 2, "both were sent");

        vm.etch(user, abi.encodePacked(hex"600000", address(coin)));
        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        bridge.bridgeETH{value: 1}(0, "");
    }

    /*//////////////////////////////////////////////////////////////
                             SENDING TOKENS
    //////////////////////////////////////////////////////////////*/

    function testFuzz_bridgeERC20To_locks(
        address sender,
        address to,
        uint256 amount,
        uint32 minGasLimit,
        bytes memory extraData
    ) public {
        (sender, to) = (_somebody(sender), _somebody(to));
        coin.make(sender, amount);
        vm.prank(sender);
        coin.approve(address(bridge), amount);
        _expectERC20Initiated(address(coin), sender, to, amount, extraData);
        vm.prank(sender);
        bridge.bridgeERC20To(address(coin), REMOTE, to, amount, minGasLimit, extraData);
        _assertSentERC20(address(coin), sender, to, amount, minGasLimit, extraData);
        vm.assertEq(coin.balanceOf(address(bridge)), amount, "locked");
        vm.assertEq(coin.balanceOf(sender), 0, "taken");
        vm.assertEq(bridge.deposits(address(coin), REMOTE), amount, "counted for the pair");
        vm.assertEq(bridge.deposits(REMOTE, address(coin)), 0, "and for no other");
    }

    function testFuzz_bridgeERC20To_burns(address sender, address to, uint256 amount, bytes memory extraData)
        public
    {
        (sender, to) = (_somebody(sender), _somebody(to));
        _mint(sender, amount);
        _expectERC20Initiated(address(mintable), sender, to, amount, extraData);
        vm.prank(sender);
        bridge.bridgeERC20To(address(mintable), REMOTE, to, amount, 1, extraData);
        _assertSentERC20(address(mintable), sender, to, amount, 1, extraData);
        vm.assertEq(mintable.totalSupply(), 0, "burnt, without an allowance");
        vm.assertEq(bridge.deposits(address(mintable), REMOTE), 0, "not locked");
    }

    function test_bridgeERC20_key_goesToItself_contract_reverts() public {
        _mint(user, 5);
        vm.prank(user, user);
        bridge.bridgeERC20(address(mintable), REMOTE, 5, 9, "note");
        _assertSentERC20(address(mintable), user, user, 5, 9, "note");

        _mint(user, 5);
        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotEOA.selector, user));
        bridge.bridgeERC20(address(mintable), REMOTE, 5, 9, "note");
    }

    function test_bridgeERC20To_toNobody_reverts() public {
        _approved(coin, 5);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_BadRecipient.selector, address(0))
        );
        bridge.bridgeERC20To(address(coin), REMOTE, address(0), 5, 0, "");
    }

    function test_bridgeERC20To_wrongPair_reverts() public {
        _mint(user, 5);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStandardBridge.StandardBridge_WrongPair.selector, address(mintable), NOBODY, REMOTE
            )
        );
        bridge.bridgeERC20To(address(mintable), NOBODY, user, 5, 0, "");
    }

    function test_bridgeERC20To_remoteTokenNotNamed_reverts() public {
        _approved(coin, 5);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NoRemoteToken.selector, address(coin))
        );
        bridge.bridgeERC20To(address(coin), address(0), user, 5, 0, "");
    }

    function test_bridgeERC20To_notAToken_reverts() public {
        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotToken.selector, NOBODY));
        bridge.bridgeERC20To(NOBODY, REMOTE, user, 5, 0, "");
    }

    function test_bridgeERC20To_withoutAllowance_reverts_withoutBalance_reverts() public {
        coin.make(user, 5);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSignature(
                "ERC20InsufficientAllowance(address,uint256,uint256)", address(bridge), 0, 5
            )
        );
        bridge.bridgeERC20To(address(coin), REMOTE, user, 5, 0, "");
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSignature("ERC20InsufficientBalance(address,uint256,uint256)", user, 0, 5)
        );
        bridge.bridgeERC20To(address(mintable), REMOTE, user, 5, 0, "");
    }

    /*//////////////////////////////////////////////////////////////
                               PAYING OUT
    //////////////////////////////////////////////////////////////*/

    function testFuzz_finalizeBridgeETH_pays(address from, uint256 amount, bytes memory extraData) public {
        amount = bound(amount, 0, 100 ether);
        address to = address(0x70);
        _expectETHFinalized(from, to, amount, extraData);
        _deliver(amount, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (from, to, amount, extraData)));
        vm.assertEq(to.balance, amount, "paid");
    }

    function test_finalizeBridgeETH_otherValue_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_WrongValue.selector, 4, 5));
        _deliver(4, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, user, 5, "")));
    }

    function test_finalizeBridgeETH_toTheBridgeOrTheMessenger_reverts() public {
        address[2] memory recipients = [address(bridge), address(courier)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IStandardBridge.StandardBridge_BadRecipient.selector, recipients[i])
            );
            _deliver(5, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, recipients[i], 5, "")));
        }
    }

    function test_finalizeBridgeETH_recipientRefuses_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IStandardBridge.StandardBridge_ETHTransferFailed.selector, address(coin), 5
            )
        );
        _deliver(5, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, address(coin), 5, "")));
    }

    function testFuzz_finalizeBridgeERC20_mints(address from, address to, uint256 amount, bytes memory note)
        public
    {
        to = _somebody(to);
        _expectERC20Finalized(address(mintable), from, to, amount, note);
        _pay(address(mintable), REMOTE, from, to, amount, note);
        vm.assertEq(mintable.balanceOf(to), amount, "minted");
    }

    function testFuzz_finalizeBridgeERC20_unlocks(address from, uint256 locked, uint256 amount) public {
        locked = bound(locked, 0, type(uint128).max);
        amount = bound(amount, 0, locked);
        _lock(coin, locked);
        address to = address(0x70);
        _expectERC20Finalized(address(coin), from, to, amount, "note");
        _pay(address(coin), REMOTE, from, to, amount, "note");
        vm.assertEq(coin.balanceOf(to), amount, "unlocked");
        vm.assertEq(coin.balanceOf(address(bridge)), locked - amount, "the rest stays");
        vm.assertEq(bridge.deposits(address(coin), REMOTE), locked - amount, "and counts");
    }

    /// @notice What was locked for one pair pays for no other, however much of the token is there.
    function test_finalizeBridgeERC20_moreThanWasLockedForThePair_reverts() public {
        _lock(coin, 5);
        coin.make(address(bridge), 100);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStandardBridge.StandardBridge_NotDeposited.selector, address(coin), REMOTE, 6, 5
            )
        );
        _pay(address(coin), REMOTE, user, user, 6, "");
        vm.expectRevert(
            abi.encodeWithSelector(
                IStandardBridge.StandardBridge_NotDeposited.selector, address(coin), NOBODY, 1, 0
            )
        );
        _pay(address(coin), NOBODY, user, user, 1, "");
    }

    function test_finalizeBridgeERC20_wrongPair_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IStandardBridge.StandardBridge_WrongPair.selector, address(mintable), NOBODY, REMOTE
            )
        );
        _pay(address(mintable), NOBODY, user, user, 6, "");
    }

    function test_finalizeBridgeERC20_notAToken_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotDeposited.selector, NOBODY, REMOTE, 1, 0)
        );
        _pay(NOBODY, REMOTE, user, user, 1, "");
    }

    function test_finalize_notTheMessenger_reverts() public {
        bytes memory refused =
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotOtherBridge.selector, user, address(0));
        vm.prank(user);
        vm.expectRevert(refused);
        bridge.finalizeBridgeETH{value: 5}(user, user, 5, "");
        vm.prank(user);
        vm.expectRevert(refused);
        bridge.finalizeBridgeERC20(address(mintable), REMOTE, user, user, 5, "");
    }

    /// @notice Not even this bridge on the other chain's behalf, nor the other chain's messenger itself.
    function test_finalize_anothersMessage_reverts() public {
        address[3] memory senders = [user, address(bridge), address(courier)];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory refused = abi.encodeWithSelector(
                IStandardBridge.StandardBridge_NotOtherBridge.selector, address(courier), senders[i]
            );
            vm.expectRevert(refused);
            courier.deliver(
                messageOf(
                    senders[i],
                    address(bridge),
                    5,
                    abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, user, 5, ""))
                )
            );
            vm.expectRevert(refused);
            courier.deliver(
                messageOf(
                    senders[i],
                    address(bridge),
                    0,
                    abi.encodeCall(
                        IStandardBridge.finalizeBridgeERC20, (address(mintable), REMOTE, user, user, 5, "")
                    )
                )
            );
        }
    }

    function test_getters_underBothNames() public view {
        vm.assertEq(address(bridge.messenger()), address(courier), "messenger");
        vm.assertEq(address(bridge.MESSENGER()), address(courier), "MESSENGER");
        vm.assertEq(address(bridge.otherBridge()), address(other), "otherBridge");
        vm.assertEq(address(bridge.OTHER_BRIDGE()), address(other), "OTHER_BRIDGE");
        vm.assertFalse(bridge.paused(), "paused");
    }

    /*//////////////////////////////////////////////////////////////
                                HELPERS
    //////////////////////////////////////////////////////////////*/

    /// @dev The event of the time before Bedrock that comes before each of the others.
    function _expectLegacyETHInitiated(address from, address to, uint256 amount, bytes memory extraData)
        internal
        virtual;
    function _expectLegacyETHFinalized(address from, address to, uint256 amount, bytes memory extraData)
        internal
        virtual;
    function _expectLegacyERC20Initiated(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal virtual;
    function _expectLegacyERC20Finalized(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal virtual;

    function _expectETHInitiated(address from, address to, uint256 amount, bytes memory extraData) internal {
        _expectLegacyETHInitiated(from, to, amount, extraData);
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IStandardBridge.ETHBridgeInitiated(from, to, amount, extraData);
    }

    function _expectETHFinalized(address from, address to, uint256 amount, bytes memory extraData) internal {
        _expectLegacyETHFinalized(from, to, amount, extraData);
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IStandardBridge.ETHBridgeFinalized(from, to, amount, extraData);
    }

    function _expectERC20Initiated(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal {
        _expectLegacyERC20Initiated(local, from, to, amount, extraData);
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IStandardBridge.ERC20BridgeInitiated(local, REMOTE, from, to, amount, extraData);
    }

    function _expectERC20Finalized(
        address local,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal {
        _expectLegacyERC20Finalized(local, from, to, amount, extraData);
        vm.expectEmit(true, true, true, true, address(bridge));
        emit IStandardBridge.ERC20BridgeFinalized(local, REMOTE, from, to, amount, extraData);
    }
}
