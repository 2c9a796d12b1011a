// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";
import {IL1StandardBridge} from "./IL1StandardBridge.sol";
import {IStandardBridge} from "./IStandardBridge.sol";
import {StandardBridge} from "./StandardBridge.sol";

/// @title L1StandardBridge
/// @notice The L1 end of the bridge for ETH, which the portal keeps, and for tokens, which are kept here.
/// @dev    State lies where upstream's does.
contract L1StandardBridge layout at 2 is IL1StandardBridge, StandardBridge, ProxyAdminOwned, Initializable {
    IStandardBridge internal constant L2_STANDARD_BRIDGE =
        IStandardBridge(0x4200000000000000000000000000000000000010);

    /// @dev 5 to 51.
    uint256[47] private __gap;

    /// @inheritdoc IL1StandardBridge
    ISystemConfig public systemConfig;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IL1StandardBridge
    function initialize(ICrossDomainMessenger _messenger, ISystemConfig _systemConfig) external initializer {
        _requireProxyAdminOrOwner();
        messenger = _messenger;
        otherBridge = L2_STANDARD_BRIDGE;
        systemConfig = _systemConfig;
    }

    /// @inheritdoc IL1StandardBridge
    function depositETH(uint32 _minGasLimit, bytes calldata _extraData) external payable {
        _requireEOA();
        _initiateBridgeETH(msg.sender, _minGasLimit, _extraData);
    }

    /// @inheritdoc IL1StandardBridge
    function depositETHTo(address _to, uint32 _minGasLimit, bytes calldata _extraData) external payable {
        _initiateBridgeETH(_to, _minGasLimit, _extraData);
    }

    /// @inheritdoc IL1StandardBridge
    function depositERC20(
        address _l1Token,
        address _l2Token,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external {
        _requireEOA();
        _initiateBridgeERC20(_l1Token, _l2Token, msg.sender, _amount, _minGasLimit, _extraData);
    }

    /// @inheritdoc IL1StandardBridge
    function depositERC20To(
        address _l1Token,
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external {
        _initiateBridgeERC20(_l1Token, _l2Token, _to, _amount, _minGasLimit, _extraData);
    }

    /// @inheritdoc IL1StandardBridge
    function finalizeETHWithdrawal(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        external
        payable
    {
        finalizeBridgeETH(_from, _to, _amount, _extraData);
    }

    /// @inheritdoc IL1StandardBridge
    function finalizeERC20Withdrawal(
        address _l1Token,
        address _l2Token,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) external {
        finalizeBridgeERC20(_l1Token, _l2Token, _from, _to, _amount, _extraData);
    }

    /// @inheritdoc IL1StandardBridge
    function l2TokenBridge() external view returns (address) {
        return address(otherBridge);
    }

    /// @inheritdoc IStandardBridge
    function paused() public view override returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IL1StandardBridge
    function superchainConfig() external view returns (ISuperchainConfig) {
        return systemConfig.superchainConfig();
    }

    /// @inheritdoc IL1StandardBridge
    function version() external pure returns (string memory) {
        return "2.8.2";
    }

    function _emitLegacyETHInitiated(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        internal
        override
    {
        emit ETHDepositInitiated(_from, _to, _amount, _extraData);
    }

    function _emitLegacyETHFinalized(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        internal
        override
    {
        emit ETHWithdrawalFinalized(_from, _to, _amount, _extraData);
    }

    function _emitLegacyERC20Initiated(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) internal override {
        emit ERC20DepositInitiated(_localToken, _remoteToken, _from, _to, _amount, _extraData);
    }

    function _emitLegacyERC20Finalized(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) internal override {
        emit ERC20WithdrawalFinalized(_localToken, _remoteToken, _from, _to, _amount, _extraData);
    }
}
