// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";

/// @title IDelayedWETH
/// @notice Where the bonds of all games lie. What a game pays out must be unlocked and waits, so that the owner
///         of the proxy's admin can take it back from a game that was decided wrongly. Spec: "Bond Incentives", DelayedWETH.
interface IDelayedWETH {
    /// @notice Thrown while the chain is paused.
    error DelayedWETH_Paused();

    /// @notice Thrown when less was unlocked than is to be withdrawn.
    error DelayedWETH_NotUnlocked(uint256 asked, uint256 unlocked);

    /// @notice Thrown when what was unlocked has not waited long enough: it may be had from `availableAt` on.
    error DelayedWETH_TooEarly(uint256 availableAt, uint256 blockTimestamp);

    /// @notice Set up behind a proxy, once.
    function initialize(ISystemConfig _systemConfig) external;

    /// @notice Wrap the ETH sent along.
    function deposit() external payable;

    /// @notice Let `_wad` of the caller's balance be withdrawn for `_guy`, on top of what was let before; the wait
    ///         begins anew for all of it.
    function unlock(address _guy, uint256 _wad) external;

    /// @notice Unwrap `_wad` of what the caller unlocked for itself.
    function withdraw(uint256 _wad) external;

    /// @notice Unwrap `_wad` of what the caller unlocked for `_guy`; the caller gets the ETH.
    function withdraw(address _guy, uint256 _wad) external;

    /// @notice Take all ETH, or at most `_wad`, whoever's it is. Only the owner: the last resort.
    function recover(uint256 _wad) external;

    /// @notice Take everything that `_guy` has as a balance. Only the owner.
    function hold(address _guy) external;

    /// @notice Take `_wad` of what `_guy` has as a balance. Only the owner.
    function hold(address _guy, uint256 _wad) external;

    /// @notice What `_owner` unlocked for `_guy`, and when it last did (seconds).
    function withdrawals(address _owner, address _guy)
        external
        view
        returns (uint256 amount, uint256 timestamp);

    /// @notice Seconds between the last unlocking and a withdrawal.
    function delay() external view returns (uint256);

    /// @notice Whose pause holds here.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function config() external view returns (ISuperchainConfig);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
