// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";

/// @title ProxyOwner
/// @notice Who may upgrade the proxy that the calling contract is the logic of.
library ProxyOwner {
    /// @notice The owner of the proxy's admin contract. Reverts outside of a proxy.
    function ofThis() internal view returns (address) {
        return Ownable(ERC1967Utils.getAdmin()).owner();
    }
}
