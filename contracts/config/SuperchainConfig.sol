// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

/// @title SuperchainConfig
/// @notice The guardian and its pause. A pause is global (identifier 0) or of one chain (its portal's address), and
///         ends by itself, so that a lost guardian cannot lock funds. Spec: "Superchain Configuration".
contract SuperchainConfig is Initializable {
    error SuperchainConfig_OnlyGuardian(address caller, address guardian);
    error SuperchainConfig_ZeroGuardian();
    error SuperchainConfig_AlreadyPaused(address identifier, uint256 since);
    error SuperchainConfig_NotPaused(address identifier);

    event Paused(address identifier);
    event Unpaused(address identifier);
    event PauseExtended(address identifier);

    /// @notice Seconds after which a pause ends by itself (about three months).
    uint256 internal constant PAUSE_EXPIRY = 7_884_000;

    address public guardian;

    /// @notice L1 time (seconds) at which the pause of an identifier began; 0 if it was never paused or was unpaused.
    ///         An expired pause keeps its time, so that it can only be renewed after an explicit unpause.
    mapping(address identifier => uint256 since) public pauseTimestamps;

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once.
    function initialize(address _guardian) external initializer {
        if (_guardian == address(0)) revert SuperchainConfig_ZeroGuardian();
        guardian = _guardian;
    }

    /// @notice Begin a pause of `_identifier` (0: of everything).
    function pause(address _identifier) external {
        _requireGuardian();
        uint256 since = pauseTimestamps[_identifier];
        if (since != 0) revert SuperchainConfig_AlreadyPaused(_identifier, since);
        pauseTimestamps[_identifier] = block.timestamp;
        emit Paused(_identifier);
    }

    /// @notice End a pause, or clear one that has expired.
    function unpause(address _identifier) external {
        _requireGuardian();
        pauseTimestamps[_identifier] = 0;
        emit Unpaused(_identifier);
    }

    /// @notice Let a pause that holds now last a full period from now.
    function extend(address _identifier) external {
        _requireGuardian();
        if (!_holds(_identifier)) revert SuperchainConfig_NotPaused(_identifier);
        pauseTimestamps[_identifier] = block.timestamp;
        emit PauseExtended(_identifier);
    }

    function version() external pure returns (string memory) {
        return "2.4.2";
    }

    /// @notice Whether everything is paused.
    function paused() external view returns (bool) {
        return _holds(address(0));
    }

    /// @notice Whether `_identifier` is paused itself. The global pause is asked with identifier 0.
    function paused(address _identifier) external view returns (bool) {
        return _holds(_identifier);
    }

    /// @notice Whether `pause` would succeed now for the guardian.
    function pausable(address _identifier) external view returns (bool) {
        return pauseTimestamps[_identifier] == 0;
    }

    /// @notice When the pause of `_identifier` ends by itself, in seconds; 0 if there is none.
    function expiration(address _identifier) external view returns (uint256) {
        uint256 since = pauseTimestamps[_identifier];
        return since == 0 ? 0 : since + PAUSE_EXPIRY;
    }

    function pauseExpiry() external pure returns (uint256) {
        return PAUSE_EXPIRY;
    }

    function _holds(address _identifier) private view returns (bool) {
        uint256 since = pauseTimestamps[_identifier];
        return since != 0 && block.timestamp < since + PAUSE_EXPIRY;
    }

    function _requireGuardian() private view {
        if (msg.sender != guardian) revert SuperchainConfig_OnlyGuardian(msg.sender, guardian);
    }
}
