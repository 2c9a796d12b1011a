// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ILegacyMintableERC20} from "../../contracts/bridge/ILegacyMintableERC20.sol";
import {IOptimismMintableERC20} from "../../contracts/bridge/IOptimismMintableERC20.sol";
import {IStandardBridge} from "../../contracts/bridge/IStandardBridge.sol";
import {
    BlocklistCoin,
    CallingCoin,
    EmptyCoin,
    FeeCoin,
    OwnMintable,
    RebasingCoin,
    RefusingCoin,
    SilentCoin,
    YesCoin
} from "./support/OddTokens.sol";
import {StandardBridgeEnd} from "./support/StandardBridgeEnd.sol";
import {vm} from "./support/Vm.sol";

/// @notice Sends a token once more while it is being taken from it.
contract GreedyHolder {
    IStandardBridge internal immutable BRIDGE;
    CallingCoin internal immutable COIN;
    address internal immutable REMOTE;
    bool internal _isInside;

    constructor(IStandardBridge bridge, CallingCoin coin, address remote) {
        (BRIDGE, COIN, REMOTE) = (bridge, coin, remote);
        coin.approve(address(bridge), type(uint256).max);
    }

    function send(uint256 amount) public {
        BRIDGE.bridgeERC20To(address(COIN), REMOTE, address(this), amount, 0, "");
    }

    function tokensToSend() external {
        if (_isInside) return;
        _isInside = true;
        send(10);
        _isInside = false;
    }
}

/// @notice Tokens that do not behave, at either end: whatever they do, they harm nobody but those who hold them.
abstract contract OddTokens is StandardBridgeEnd {
    function test_ownMintable_ofEitherKind_mintedForItsPairOnly() public {
        bytes4[2] memory ids =
            [type(ILegacyMintableERC20).interfaceId, type(IOptimismMintableERC20).interfaceId];
        for (uint256 i = 0; i < 2; ++i) {
            OwnMintable own = new OwnMintable(REMOTE, ids[i]);
            _pay(address(own), REMOTE, user, user, 5, "");
            vm.assertEq(own.balanceOf(user), 5, "minted");
            vm.prank(user);
            bridge.bridgeERC20To(address(own), REMOTE, user, 5, 0, "");
            vm.assertEq(own.totalSupply(), 0, "burnt");
            vm.expectRevert(
                abi.encodeWithSelector(
                    IStandardBridge.StandardBridge_WrongPair.selector, address(own), NOBODY, REMOTE
                )
            );
            _pay(address(own), NOBODY, user, user, 5, "");
        }
    }

    /// @notice ERC-165 wants a no to 0xffffffff: who says yes to everything is locked like any token.
    function test_saysYesToEverything_isLocked() public {
        YesCoin yes = new YesCoin();
        _lock(yes, 5);
        vm.assertEq(bridge.deposits(address(yes), REMOTE), 5, "locked");
    }

    /// @notice An address that answers with what it was asked is not a token either.
    function test_precompileThatEchoes_reverts() public {
        address identity = address(4);
        vm.prank(user);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.StandardBridge_NotToken.selector, identity));
        bridge.bridgeERC20To(identity, REMOTE, user, 5, 0, "");
    }

    function test_silentToken_bothWays() public {
        SilentCoin silent = new SilentCoin();
        silent.make(user, 5);
        vm.prank(user);
        silent.approve(address(bridge), 5);
        vm.prank(user);
        bridge.bridgeERC20To(address(silent), REMOTE, user, 5, 0, "");
        vm.assertEq(silent.balanceOf(address(bridge)), 5, "locked");
        _pay(address(silent), REMOTE, user, user, 5, "");
        vm.assertEq(silent.balanceOf(user), 5, "unlocked");
    }

    function test_tokenThatSaysNo_reverts() public {
        RefusingCoin refusing = new RefusingCoin();
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing))
        );
        bridge.bridgeERC20To(address(refusing), REMOTE, user, 5, 0, "");
    }

    function test_tokenThatDoesNotMove_reverts() public {
        EmptyCoin empty = new EmptyCoin();
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotWhole.selector, address(empty), 0, 5)
        );
        bridge.bridgeERC20To(address(empty), REMOTE, user, 5, 0, "");
    }

    function test_feeOnTransfer_refused_withoutTheFee_accepted_onTheWayBack_theRecipientsLoss() public {
        FeeCoin fee = new FeeCoin();
        _approved(fee, 100);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_NotWhole.selector, address(fee), 90, 100)
        );
        bridge.bridgeERC20To(address(fee), REMOTE, user, 100, 0, "");

        fee.setFee(false);
        vm.prank(user);
        bridge.bridgeERC20To(address(fee), REMOTE, user, 100, 0, "");
        _lock(fee, 100);
        fee.setFee(true);
        _pay(address(fee), REMOTE, user, user, 100, "");
        vm.assertEq(fee.balanceOf(user), 90, "the recipient's loss");
        vm.assertEq(fee.balanceOf(address(bridge)), 100, "nobody else's");
        vm.assertEq(bridge.deposits(address(fee), REMOTE), 100, "which is still theirs");
    }

    /// @notice The last to withdraw waits, and of other tokens nothing is missing.
    function test_rebasing_shrunk_theLastWaits_untilSomebodyMakesUpForIt() public {
        RebasingCoin rebasing = new RebasingCoin();
        _lock(rebasing, 100);
        _lock(coin, 100);
        rebasing.rebase(50);
        bytes memory short = abi.encodeWithSignature(
            "ERC20InsufficientBalance(address,uint256,uint256)", address(bridge), 100, 120
        );
        vm.expectRevert(short);
        _pay(address(rebasing), REMOTE, user, user, 60, "");
        _pay(address(rebasing), REMOTE, user, user, 40, "");
        rebasing.rebase(200);
        _pay(address(rebasing), REMOTE, user, user, 30, "");
        vm.assertEq(coin.balanceOf(address(bridge)), 100, "others");
    }

    function test_blocklist_waits_untilUnblocked() public {
        BlocklistCoin list = new BlocklistCoin();
        _lock(list, 5);
        list.setBlocked(user, true);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "BlocklistCoin: blocked"));
        _pay(address(list), REMOTE, user, user, 5, "");
        vm.assertEq(bridge.deposits(address(list), REMOTE), 5, "kept");
        list.setBlocked(user, false);
        _pay(address(list), REMOTE, user, user, 5, "");
        vm.assertEq(list.balanceOf(user), 5, "paid");
    }

    /// @notice ETH that somebody forced into the bridge pays for no message that brings less than it says.
    function test_forcedEther_paysNobody() public {
        vm.deal(address(bridge), 10 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IStandardBridge.StandardBridge_WrongValue.selector, 0, 10 ether)
        );
        _deliver(0, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, user, 10 ether, "")));
        _deliver(1 ether, abi.encodeCall(IStandardBridge.finalizeBridgeETH, (user, NOBODY, 1 ether, "")));
        vm.assertEq(NOBODY.balance, 1 ether, "paid by the message");
        vm.assertEq(address(bridge).balance, 10 ether, "not by the bridge");
    }

    /// @notice Counted twice, what is sent inside of another sending would be somebody else's.
    function test_tokenThatCallsItsHolder_isCountedOnce() public {
        CallingCoin calling = new CallingCoin();
        GreedyHolder greedy = new GreedyHolder(bridge, calling, REMOTE);
        calling.make(address(greedy), 100);
        greedy.send(30);
        vm.assertEq(courier.sent().length, 2, "one inside of the other");
        vm.assertEq(calling.balanceOf(address(bridge)), 40, "moved");
        vm.assertEq(bridge.deposits(address(calling), REMOTE), 40, "counted");
    }
}

contract OddTokensOnL1Test is OddTokens {
    function setUp() public {
        deployBridges();
        (bridge, courier, other, factory) = (l1Bridge, l1Courier, l2Bridge, l1Factory);
        deployTokens();
    }
}

contract OddTokensOnL2Test is OddTokens {
    function setUp() public {
        deployBridges();
        (bridge, courier, other, factory) = (l2Bridge, l2Courier, l1Bridge, l2Factory);
        deployTokens();
    }
}
