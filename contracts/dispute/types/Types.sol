// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Kind of a game: which rules, and which machine proves its last step. 0 is Cannon, 1 permissioned Cannon,
///         254 and 255 are for tests.
type GameType is uint32;

/// @notice What someone says: an output root in the upper tree of a game, a hash of a machine's state in the lower.
type Claim is bytes32;

/// @notice L1 time in seconds.
type Timestamp is uint64;

/// @notice Seconds.
type Duration is uint64;

/// @notice How a game stands. From IN_PROGRESS it moves once, and never again.
enum GameStatus {
    IN_PROGRESS,
    CHALLENGER_WINS,
    DEFENDER_WINS
}

/// @notice Who gets the bonds of a game: those who earned them, or those who paid them. Decided once, when it closes.
enum BondDistributionMode {
    UNDECIDED,
    NORMAL,
    REFUND
}

/// @notice How the machine's run ended, the first byte of a claim about its state.
library VMStatuses {
    uint8 internal constant VALID = 0;
    uint8 internal constant INVALID = 1;
    uint8 internal constant PANIC = 2;
    uint8 internal constant UNFINISHED = 3;
}

/// @notice An output root and the L2 block that it is of.
struct Proposal {
    bytes32 root;
    uint256 l2SequenceNumber;
}

using LibRaw for Claim global;
using LibRaw for GameType global;
using LibRaw for Timestamp global;
using LibRaw for Duration global;
using {isSameClaim as ==, isOtherClaim as !=} for Claim global;
using {isSameType as ==, isOtherType as !=} for GameType global;

/// @title LibRaw
/// @notice The value inside of each type.
library LibRaw {
    function raw(Claim _claim) internal pure returns (bytes32) {
        return Claim.unwrap(_claim);
    }

    function raw(GameType _gameType) internal pure returns (uint32) {
        return GameType.unwrap(_gameType);
    }

    function raw(Timestamp _timestamp) internal pure returns (uint64) {
        return Timestamp.unwrap(_timestamp);
    }

    function raw(Duration _duration) internal pure returns (uint64) {
        return Duration.unwrap(_duration);
    }
}

function isSameClaim(Claim _a, Claim _b) pure returns (bool) {
    return _a.raw() == _b.raw();
}

function isOtherClaim(Claim _a, Claim _b) pure returns (bool) {
    return _a.raw() != _b.raw();
}

function isSameType(GameType _a, GameType _b) pure returns (bool) {
    return _a.raw() == _b.raw();
}

function isOtherType(GameType _a, GameType _b) pure returns (bool) {
    return _a.raw() != _b.raw();
}
