// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Duration, Timestamp} from "./Types.sol";

/// @notice A claim's chess clock: seconds its side had used (upper 64 bits) when it was made (lower 64 bits).
type Clock is uint128;

using LibClock for Clock global;

/// @title LibClock
/// @notice A claim's chess clock: duration u64 ‖ timestamp u64.
library LibClock {
    function wrap(Duration _duration, Timestamp _timestamp) internal pure returns (Clock) {
        return Clock.wrap((uint128(_duration.raw()) << 64) | _timestamp.raw());
    }

    /// @notice Seconds that the claim's side had used.
    function duration(Clock _clock) internal pure returns (Duration) {
        return Duration.wrap(uint64(Clock.unwrap(_clock) >> 64));
    }

    /// @notice When the claim was made.
    function timestamp(Clock _clock) internal pure returns (Timestamp) {
        return Timestamp.wrap(uint64(Clock.unwrap(_clock)));
    }
}
