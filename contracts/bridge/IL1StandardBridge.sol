// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";

/// @title IL1StandardBridge
/// @notice What the bridge has on L1 only: the names of the time before Bedrock, which most callers still use. See
///         IStandardBridge for what they do.
interface IL1StandardBridge {
    // Each comes before the event of IStandardBridge that says the same.
    event ETHDepositInitiated(address indexed from, address indexed to, uint256 amount, bytes extraData);
    event ETHWithdrawalFinalized(address indexed from, address indexed to, uint256 amount, bytes extraData);
    event ERC20DepositInitiated(
        address indexed l1Token,
        address indexed l2Token,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );
    event ERC20WithdrawalFinalized(
        address indexed l1Token,
        address indexed l2Token,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );

    /// @notice Set up behind a proxy, once.
    function initialize(ICrossDomainMessenger _messenger, ISystemConfig _systemConfig) external;

    /// @notice See IStandardBridge.bridgeETH.
    function depositETH(uint32 _minGasLimit, bytes calldata _extraData) external payable;

    /// @notice See IStandardBridge.bridgeETHTo.
    function depositETHTo(address _to, uint32 _minGasLimit, bytes calldata _extraData) external payable;

    /// @notice See IStandardBridge.bridgeERC20.
    function depositERC20(
        address _l1Token,
        address _l2Token,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external;

    /// @notice See IStandardBridge.bridgeERC20To.
    function depositERC20To(
        address _l1Token,
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external;

    /// @notice See IStandardBridge.finalizeBridgeETH.
    function finalizeETHWithdrawal(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        external
        payable;

    /// @notice See IStandardBridge.finalizeBridgeERC20.
    function finalizeERC20Withdrawal(
        address _l1Token,
        address _l2Token,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) external;

    /// @notice See IStandardBridge.otherBridge.
    function l2TokenBridge() external view returns (address);

    /// @notice The chain's parameters.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    function version() external view returns (string memory);
}
