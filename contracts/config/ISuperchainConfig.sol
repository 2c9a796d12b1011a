// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title ISuperchainConfig
/// @notice The guardian and its pause. A pause is global (identifier 0) or of one chain (its portal's address), and
///         ends by itself, so that a lost guardian cannot lock funds. Spec: "Superchain Configuration".
interface ISuperchainConfig {
    /// @notice What a ConfigUpdate changes.
    enum UpdateType {
        GUARDIAN
    }

    /// @notice Thrown when anyone but the guardian asks.
    error SuperchainConfig_OnlyGuardian(address caller, address guardian);

    /// @notice Thrown when there would be no guardian.
    error SuperchainConfig_ZeroGuardian();

    /// @notice Thrown when a pause began at `since` and was neither extended nor ended since, even if it has expired.
    error SuperchainConfig_AlreadyPaused(address identifier, uint256 since);

    /// @notice Thrown when there is no pause to extend: it never began, was ended, or has expired.
    error SuperchainConfig_NotPaused(address identifier);

    /// @notice A pause began, or counts from now again.
    event Paused(address identifier);

    /// @notice A pause was ended.
    event Unpaused(address identifier);

    /// @notice Emitted at set-up.
    event ConfigUpdate(UpdateType indexed updateType, bytes data);

    /// @notice Set up behind a proxy, once.
    function initialize(address _guardian) external;

    /// @notice Begin a pause of `_identifier` (0: of everything).
    function pause(address _identifier) external;

    /// @notice End a pause, or clear one that has expired.
    function unpause(address _identifier) external;

    /// @notice Let a pause that holds now last a full period from now. Unlike upstream's, never starts one: a pause
    ///         that has expired has ended.
    function extend(address _identifier) external;

    /// @notice Whether everything is paused.
    function paused() external view returns (bool);

    /// @notice Whether `_identifier` is paused itself. The global pause is asked for with identifier 0.
    function paused(address _identifier) external view returns (bool);

    /// @notice Whether `pause` would succeed now for the guardian.
    function pausable(address _identifier) external view returns (bool);

    /// @notice When the pause of `_identifier` ends by itself, in seconds; 0 if there is none.
    function expiration(address _identifier) external view returns (uint256);

    /// @notice Seconds after which a pause ends by itself.
    function pauseExpiry() external view returns (uint256);

    /// @notice L1 time (seconds) at which the pause of an identifier began; 0 if it never did or was ended. An
    ///         expired pause keeps its time: it can only be renewed after an explicit `unpause`.
    function pauseTimestamps(address _identifier) external view returns (uint256);

    /// @notice Who may pause.
    function guardian() external view returns (address);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
