// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";

/// @title ProxyAdminOwned
/// @notice A contract behind a proxy that knows who may upgrade it: the proxy's admin, and that admin's owner.
abstract contract ProxyAdminOwned {
    /// @notice Thrown when somebody else calls what only the admin or its owner may.
    error ProxyAdminOwned_NotAdminOrOwner(address caller, address admin);

    /// @notice Thrown when somebody else calls what only the admin's owner may.
    error ProxyAdminOwned_NotOwner(address caller, address owner);

    /// @notice The admin of the proxy that this call came through; zero if it came through none.
    function proxyAdmin() public view returns (address) {
        return ERC1967Utils.getAdmin();
    }

    /// @notice The owner of the proxy's admin contract. Reverts outside of a proxy.
    function proxyAdminOwner() public view returns (address) {
        return Ownable(proxyAdmin()).owner();
    }

    /// @dev For initializers: whoever else finds a proxy between its upgrade and its initialization gets nothing.
    function _requireProxyAdminOrOwner() internal view {
        if (msg.sender != proxyAdmin() && msg.sender != proxyAdminOwner()) {
            revert ProxyAdminOwned_NotAdminOrOwner(msg.sender, proxyAdmin());
        }
    }

    function _requireProxyAdminOwner() internal view {
        if (msg.sender != proxyAdminOwner()) revert ProxyAdminOwned_NotOwner(msg.sender, proxyAdminOwner());
    }
}
