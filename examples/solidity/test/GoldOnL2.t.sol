// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IL1StandardBridge} from "opcycle/bridge/IL1StandardBridge.sol"; // for its ABI, which pytest wants
import {IStandardBridge} from "opcycle/bridge/IStandardBridge.sol";

import {Gold} from "../src/Gold.sol";
import {GoldOnL2} from "../src/GoldOnL2.sol";

interface Vm {
    function prank(address sender) external;
    function expectRevert(bytes calldata data) external;
}

/// @notice What can be tested without a chain. The rest, both chains and a week between them: test_gold.py.
contract GoldOnL2Test {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    GoldOnL2 private gold = new GoldOnL2(address(new Gold(1)));

    function test_bridge_knowsIt() external view {
        require(gold.supportsInterface(0xec4fc8e3), "IOptimismMintableERC20");
        require(!gold.supportsInterface(0xffffffff), "ERC-165");
    }

    function test_mint_byBridge_countsHolders() external {
        _mint(address(1), 5);
        _mint(address(2), 5);
        require(gold.holders() == 2, "two");
        vm.prank(address(1));
        gold.transfer(address(2), 5);
        require(gold.holders() == 1, "all at one");
        vm.prank(address(2));
        gold.transfer(address(2), 10);
        require(gold.holders() == 1, "to themselves");
    }

    function test_mint_byAnybodyElse_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(GoldOnL2.NotTheBridge.selector, address(this)));
        gold.mint(address(this), 1);
    }

    function _mint(address _to, uint256 _amount) private {
        vm.prank(gold.bridge());
        gold.mint(_to, _amount);
    }
}
