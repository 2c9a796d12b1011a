// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    TransparentUpgradeableProxy
} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";

/// @title Proxy
/// @notice OpenZeppelin's transparent proxy under a name of our own, so that tools find its artifact.
/// @dev    Each proxy makes its own ProxyAdmin, owned by `_owner`, at the address of its first CREATE.
contract Proxy is TransparentUpgradeableProxy {
    constructor(address _logic, address _owner, bytes memory _data)
        payable
        TransparentUpgradeableProxy(_logic, _owner, _data)
    {}

    /// @dev A proxy may begin without an initializing call, which OpenZeppelin forbids by default. WARNING: only with
    ///      `Reserved` as its logic, which has nothing that a stranger could initialize first.
    function _unsafeAllowUninitialized() internal pure override returns (bool) {
        return true;
    }
}
