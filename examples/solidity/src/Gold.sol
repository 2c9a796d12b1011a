// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Gold
/// @notice A token on L1 that knows nothing of L2.
contract Gold is ERC20 {
    constructor(uint256 _supply) ERC20("Gold", "GOLD") {
        _mint(msg.sender, _supply);
    }
}
