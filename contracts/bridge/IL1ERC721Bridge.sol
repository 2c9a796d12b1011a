// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";

/// @title IL1ERC721Bridge
/// @notice What the bridge has on L1 only, where the tokens are. See IERC721Bridge for the rest.
interface IL1ERC721Bridge {
    /// @notice Thrown when a token is to be paid out that was not locked for that pair.
    error L1ERC721Bridge_NotDeposited(address localToken, address remoteToken, uint256 tokenId);

    /// @notice Set up behind a proxy, once.
    function initialize(ICrossDomainMessenger _messenger, ISystemConfig _systemConfig) external;

    /// @notice Whether a token is locked here for a contract on L2.
    function deposits(address _localToken, address _remoteToken, uint256 _tokenId)
        external
        view
        returns (bool);

    /// @notice The chain's parameters.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    function version() external view returns (string memory);
}
