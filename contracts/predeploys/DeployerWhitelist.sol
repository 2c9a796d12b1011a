// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title DeployerWhitelist
/// @notice Who might create contracts on L2, long ago: for ever everybody, since the list has no owner here. Tools still
///         probe the address. Predeploy 0x42…02.
contract DeployerWhitelist {
    /// @notice Thrown by everything that its owner could do.
    error DeployerWhitelist_NotOwner(address caller, address owner);

    /// @notice Nobody, so that the list is switched off.
    address public constant owner = address(0);

    function version() external pure returns (string memory) {
        return "1.1.2";
    }

    function whitelist(address) external pure returns (bool) {
        return false;
    }

    function isDeployerAllowed(address) external pure returns (bool) {
        return true;
    }

    function setWhitelistedDeployer(address, bool) external view {
        _refuse();
    }

    function setOwner(address) external view {
        _refuse();
    }

    function enableArbitraryContractDeployment() external view {
        _refuse();
    }

    function _refuse() private view {
        revert DeployerWhitelist_NotOwner(msg.sender, owner);
    }
}
