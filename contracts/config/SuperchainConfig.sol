// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {ISuperchainConfig} from "./ISuperchainConfig.sol";

/// @title SuperchainConfig
contract SuperchainConfig is ISuperchainConfig, ProxyAdminOwned, Initializable {
    /// @dev About three months.
    uint256 internal constant PAUSE_EXPIRY = 7_884_000;

    /// @inheritdoc ISuperchainConfig
    address public guardian;

    /// @inheritdoc ISuperchainConfig
    mapping(address identifier => uint256 since) public pauseTimestamps;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc ISuperchainConfig
    function initialize(address _guardian) external initializer {
        _requireProxyAdminOrOwner();
        if (_guardian == address(0)) revert SuperchainConfig_ZeroGuardian();
        guardian = _guardian;
        emit ConfigUpdate(UpdateType.GUARDIAN, abi.encode(_guardian));
    }

    /// @inheritdoc ISuperchainConfig
    function pause(address _identifier) external {
        _requireGuardian();
        uint256 since = pauseTimestamps[_identifier];
        if (since != 0) revert SuperchainConfig_AlreadyPaused(_identifier, since);
        pauseTimestamps[_identifier] = block.timestamp;
        emit Paused(_identifier);
    }

    /// @inheritdoc ISuperchainConfig
    function unpause(address _identifier) external {
        _requireGuardian();
        pauseTimestamps[_identifier] = 0;
        emit Unpaused(_identifier);
    }

    /// @inheritdoc ISuperchainConfig
    function extend(address _identifier) external {
        _requireGuardian();
        if (!paused(_identifier)) revert SuperchainConfig_NotPaused(_identifier);
        pauseTimestamps[_identifier] = block.timestamp;
        emit Paused(_identifier);
    }

    /// @inheritdoc ISuperchainConfig
    function paused() external view returns (bool) {
        return paused(address(0));
    }

    /// @inheritdoc ISuperchainConfig
    function paused(address _identifier) public view returns (bool) {
        return block.timestamp < expiration(_identifier);
    }

    /// @inheritdoc ISuperchainConfig
    function pausable(address _identifier) external view returns (bool) {
        return pauseTimestamps[_identifier] == 0;
    }

    /// @inheritdoc ISuperchainConfig
    function expiration(address _identifier) public view returns (uint256) {
        uint256 since = pauseTimestamps[_identifier];
        return since == 0 ? 0 : since + PAUSE_EXPIRY;
    }

    /// @inheritdoc ISuperchainConfig
    function pauseExpiry() external pure returns (uint256) {
        return PAUSE_EXPIRY;
    }

    /// @inheritdoc ISuperchainConfig
    function version() external pure returns (string memory) {
        return "2.4.2";
    }

    function _requireGuardian() private view {
        if (msg.sender != guardian) revert SuperchainConfig_OnlyGuardian(msg.sender, guardian);
    }
}
