// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WETH as SoladyWETH} from "solady/tokens/WETH.sol";

/// @title WETH
/// @notice ETH as an ERC-20 token. Predeploy 0x42…06, without a proxy.
contract WETH is SoladyWETH {
    /// @notice ETH was wrapped, or unwrapped.
    event Deposit(address indexed dst, uint256 wad);
    event Withdrawal(address indexed src, uint256 wad);

    function version() external pure returns (string memory) {
        return "1.1.1";
    }

    function deposit() public payable override {
        super.deposit();
        emit Deposit(msg.sender, msg.value);
    }

    function withdraw(uint256 _wad) public override {
        super.withdraw(_wad);
        emit Withdrawal(msg.sender, _wad);
    }
}
