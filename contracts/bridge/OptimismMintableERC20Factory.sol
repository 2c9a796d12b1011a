// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {IOptimismMintableERC20Factory} from "./IOptimismMintableERC20Factory.sol";
import {OptimismMintableERC20} from "./OptimismMintableERC20.sol";

/// @title OptimismMintableERC20Factory
/// @dev   State lies where upstream's does, and tokens' salts are upstream's.
contract OptimismMintableERC20Factory layout at 1
    is
    IOptimismMintableERC20Factory,
    ProxyAdminOwned,
    Initializable
{
    /// @inheritdoc IOptimismMintableERC20Factory
    address public bridge;

    /// @inheritdoc IOptimismMintableERC20Factory
    mapping(address localToken => address remoteToken) public deployments;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IOptimismMintableERC20Factory
    function initialize(address _bridge) external initializer {
        _requireProxyAdminOrOwner();
        bridge = _bridge;
    }

    /// @inheritdoc IOptimismMintableERC20Factory
    function createStandardL2Token(address _remoteToken, string calldata _name, string calldata _symbol)
        external
        returns (address)
    {
        return createOptimismMintableERC20WithDecimals(_remoteToken, _name, _symbol, 18);
    }

    /// @inheritdoc IOptimismMintableERC20Factory
    function createOptimismMintableERC20(address _remoteToken, string calldata _name, string calldata _symbol)
        external
        returns (address)
    {
        return createOptimismMintableERC20WithDecimals(_remoteToken, _name, _symbol, 18);
    }

    /// @inheritdoc IOptimismMintableERC20Factory
    function createOptimismMintableERC20WithDecimals(
        address _remoteToken,
        string calldata _name,
        string calldata _symbol,
        uint8 _decimals
    ) public returns (address localToken_) {
        if (_remoteToken == address(0)) revert OptimismMintableERC20Factory_NoRemoteToken();
        bytes32 salt = keccak256(abi.encode(_remoteToken, _name, _symbol, _decimals));
        localToken_ =
            address(new OptimismMintableERC20{salt: salt}(bridge, _remoteToken, _name, _symbol, _decimals));
        deployments[localToken_] = _remoteToken;
        emit StandardL2TokenCreated(_remoteToken, localToken_);
        emit OptimismMintableERC20Created(localToken_, _remoteToken, msg.sender);
    }

    /// @inheritdoc IOptimismMintableERC20Factory
    function BRIDGE() external view returns (address) {
        return bridge;
    }

    /// @inheritdoc IOptimismMintableERC20Factory
    function version() external pure returns (string memory) {
        return "1.11.0";
    }
}
