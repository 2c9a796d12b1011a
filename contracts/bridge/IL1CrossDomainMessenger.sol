// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {IDeposits} from "./IDeposits.sol";

/// @title IL1CrossDomainMessenger
/// @notice What only the messenger on L1 has: its messages travel as deposits, and arrive as withdrawals.
///         See ICrossDomainMessenger for the rest.
interface IL1CrossDomainMessenger {
    /// @notice Set up behind a proxy, once, by whoever may upgrade it.
    function initialize(ISystemConfig _systemConfig, IDeposits _portal) external;

    /// @notice The chain's portal, of either settlement mode.
    function portal() external view returns (IDeposits);

    /// @notice Older name of `portal`.
    function PORTAL() external view returns (IDeposits);

    /// @notice The chain's parameters, among them its pause.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
