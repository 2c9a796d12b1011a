// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "../bridge/ICrossDomainMessenger.sol";

/// @title IL2CrossDomainMessenger
/// @notice What only the messenger on L2 has: its messages travel as withdrawals, and arrive as deposits.
///         See ICrossDomainMessenger for the rest.
interface IL2CrossDomainMessenger {
    /// @notice Set up behind a proxy, once, by whoever may upgrade it.
    function initialize(ICrossDomainMessenger _l1CrossDomainMessenger) external;

    /// @notice Older name of `otherMessenger`.
    function l1CrossDomainMessenger() external view returns (ICrossDomainMessenger);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
