// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IStandardBridge} from "../../../contracts/bridge/IStandardBridge.sol";
import {OptimismMintableERC20} from "../../../contracts/bridge/OptimismMintableERC20.sol";
import {OptimismMintableERC20Factory} from "../../../contracts/bridge/OptimismMintableERC20Factory.sol";
import {StandardBridge} from "../../../contracts/bridge/StandardBridge.sol";
import {Bridges} from "./Bridges.sol";
import {Courier} from "./Courier.sol";
import {Coin} from "./OddTokens.sol";
import {vm} from "./Vm.sol";

/// @title StandardBridgeEnd
/// @notice The end of one chain, with a token of that chain's own and one that stands for a token of the other's.
abstract contract StandardBridgeEnd is Bridges {
    /// @dev The token of the other chain.
    address internal constant REMOTE = address(0x7074);

    StandardBridge internal bridge;
    Courier internal courier;
    IStandardBridge internal other;
    OptimismMintableERC20Factory internal factory;
    Coin internal coin;
    OptimismMintableERC20 internal mintable;

    /// @dev Once the four above are set.
    function deployTokens() internal {
        coin = new Coin();
        mintable = OptimismMintableERC20(factory.createOptimismMintableERC20(REMOTE, "Bridged Coin", "COIN"));
        vm.deal(user, 100 ether);
        vm.deal(address(courier), 100 ether);
    }

    /// @dev Without code, and not zero.
    function _somebody(address seed) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(seed)))));
    }

    /// @notice ETH without a call, from the sender of the prank before this.
    function _pay(uint256 value) internal {
        (bool success,) = address(bridge).call{value: value}("");
        vm.assertTrue(success, "sent");
    }

    function _pay(
        address local,
        address remote,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal {
        _deliver(
            0,
            abi.encodeCall(IStandardBridge.finalizeBridgeERC20, (local, remote, from, to, amount, extraData))
        );
    }

    function _deliver(uint256 value, bytes memory data) internal {
        courier.deliver(messageOf(address(other), address(bridge), value, data));
    }

    function _mint(address to, uint256 amount) internal {
        vm.prank(address(bridge));
        mintable.mint(to, amount);
    }

    function _approved(Coin token, uint256 amount) internal {
        token.make(user, amount);
        vm.prank(user);
        token.approve(address(bridge), amount);
    }

    function _lock(Coin token, uint256 amount) internal {
        _approved(token, amount);
        vm.prank(user);
        bridge.bridgeERC20To(address(token), REMOTE, user, amount, 0, "");
    }

    function _assertSentETH(
        address from,
        address to,
        uint256 amount,
        uint32 minGasLimit,
        bytes memory extraData
    ) internal view {
        bytes memory expected = abi.encodeWithSelector(
            IStandardBridge.finalizeBridgeETH.selector, from, to, amount, extraData
        );
        _assertSent(amount, minGasLimit, expected);
    }

    function _assertSentERC20(
        address local,
        address from,
        address to,
        uint256 amount,
        uint32 minGasLimit,
        bytes memory extraData
    ) internal view {
        bytes4 selector = IStandardBridge.finalizeBridgeERC20.selector;
        bytes memory expected = abi.encodeWithSelector(selector, REMOTE, local, from, to, amount, extraData);
        _assertSent(0, minGasLimit, expected);
    }

    function _assertSent(uint256 value, uint32 minGasLimit, bytes memory data) private view {
        Courier.Message memory message = courier.last();
        vm.assertEq(message.sender, address(bridge), "sender");
        vm.assertEq(message.target, address(other), "target");
        vm.assertEq(message.value, value, "value");
        vm.assertEq(uint256(message.minGasLimit), minGasLimit, "gas");
        vm.assertEq(message.data, data, "data");
        vm.assertEq(address(bridge).balance, 0, "no ETH stays");
    }
}
