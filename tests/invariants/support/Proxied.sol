// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Proxy} from "../../../contracts/lib/Proxy.sol";
import {ProxyAdmin} from "../../../contracts/lib/ProxyAdmin.sol";
import {vm} from "./Vm.sol";

/// @title Proxied
/// @notice Puts a contract behind a proxy as a deployment does: upgraded and initialized in one call of its admin.
library Proxied {
    bytes32 private constant ADMIN_SLOT = bytes32(uint256(keccak256("eip1967.proxy.admin")) - 1);

    /// @notice A proxy that nothing stands behind yet, whose admin belongs to `_owner`.
    function reserve(address _owner) internal returns (address) {
        return address(new Proxy(address(new ProxyAdmin(_owner))));
    }

    /// @notice Put `_logic` behind a reserved proxy; `_initialize` is the call of its initializer, empty for none.
    function setUp(address _proxy, address _logic, bytes memory _initialize) internal {
        ProxyAdmin admin = ProxyAdmin(address(uint160(uint256(vm.load(_proxy, ADMIN_SLOT)))));
        vm.prank(admin.owner());
        if (_initialize.length == 0) admin.upgrade(payable(_proxy), _logic);
        else admin.upgradeAndCall(payable(_proxy), _logic, _initialize);
    }

    /// @notice Both at once.
    function deploy(address _logic, address _owner, bytes memory _initialize)
        internal
        returns (address proxy_)
    {
        proxy_ = reserve(_owner);
        setUp(proxy_, _logic, _initialize);
    }
}
