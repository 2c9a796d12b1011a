// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Proxy} from "../../../contracts/lib/Proxy.sol";

/// @title Proxied
/// @notice Puts a contract behind a proxy as a deployment does: upgraded and initialized in one call of its admin.
library Proxied {
    /// @notice The proxy of `_logic`, whose admin belongs to `_owner`; `_initialize` is the call of its initializer.
    function deploy(address _logic, address _owner, bytes memory _initialize) internal returns (address) {
        return address(new Proxy(_logic, _owner, _initialize));
    }
}
