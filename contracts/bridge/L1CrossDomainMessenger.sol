// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {CrossDomainMessenger} from "./CrossDomainMessenger.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";
import {IDeposits} from "./IDeposits.sol";
import {IL1CrossDomainMessenger} from "./IL1CrossDomainMessenger.sol";
import {IWithdrawals} from "./IWithdrawals.sol";

/// @title L1CrossDomainMessenger
contract L1CrossDomainMessenger layout at 203 is IL1CrossDomainMessenger, CrossDomainMessenger {
    /// @dev Predeploy 0x42…07.
    ICrossDomainMessenger internal constant L2_MESSENGER =
        ICrossDomainMessenger(0x4200000000000000000000000000000000000007);

    /// @dev 208 to 251.
    uint256[44] private __gap;

    /// @inheritdoc IL1CrossDomainMessenger
    IDeposits public portal;

    /// @dev 253.
    uint256 private __gap253;

    /// @inheritdoc IL1CrossDomainMessenger
    ISystemConfig public systemConfig;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IL1CrossDomainMessenger
    function initialize(ISystemConfig _systemConfig, IDeposits _portal) external initializer {
        _requireProxyAdminOrOwner();
        systemConfig = _systemConfig;
        portal = _portal;
        _initializeMessenger(L2_MESSENGER);
    }

    /// @inheritdoc ICrossDomainMessenger
    function paused() public view override returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IL1CrossDomainMessenger
    function superchainConfig() external view returns (ISuperchainConfig) {
        return systemConfig.superchainConfig();
    }

    /// @inheritdoc IL1CrossDomainMessenger
    function PORTAL() external view returns (IDeposits) {
        return portal;
    }

    /// @inheritdoc IL1CrossDomainMessenger
    function version() external pure returns (string memory) {
        return "2.11.1";
    }

    function _send(address _to, uint64 _gasLimit, bytes memory _data) internal override {
        portal.depositTransaction{value: msg.value}(_to, msg.value, _gasLimit, false, _data);
    }

    function _isOtherMessenger() internal view override returns (bool) {
        address from = address(portal);
        return msg.sender == from && IWithdrawals(from).l2Sender() == address(otherMessenger);
    }

    function _isUnsafeTarget(address _target) internal view override returns (bool) {
        return _target == address(this) || _target == address(portal);
    }
}
