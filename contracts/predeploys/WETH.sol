// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WrappedEther} from "../lib/WrappedEther.sol";

/// @title WETH
/// @notice ETH as an ERC-20 token. Predeploy 0x42…06, without a proxy.
contract WETH is WrappedEther {
    function version() external pure returns (string memory) {
        return "1.1.1";
    }
}
