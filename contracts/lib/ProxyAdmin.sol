// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ProxyAdmin as OpenZeppelinProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";

/// @title ProxyAdmin
/// @notice OpenZeppelin's proxy admin under a name of our own: the L2 predeploy at 0x42…18.
contract ProxyAdmin is OpenZeppelinProxyAdmin {
    constructor(address _owner) OpenZeppelinProxyAdmin(_owner) {}
}
