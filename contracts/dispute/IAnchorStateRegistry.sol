// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {IDisputeGameFactory} from "./IDisputeGameFactory.sol";
import {GameType, Proposal} from "./types/Types.sol";

/// @title IAnchorStateRegistry
/// @notice Which games count, and the newest output root that one of them has settled: the anchor, from which new
///         games start. Spec: "Anchor State Registry".
interface IAnchorStateRegistry {
    /// @notice Thrown when anyone but the guardian asks.
    error AnchorStateRegistry_OnlyGuardian(address caller, address guardian);

    /// @notice Thrown when a game's claim has not been settled as valid, or no longer counts.
    error AnchorStateRegistry_InvalidGame(IDisputeGame game);

    /// @notice Thrown when a game's claim is not about a newer block than the anchor's.
    error AnchorStateRegistry_NotNewer(uint256 l2SequenceNumber, uint256 anchored);

    /// @notice The anchor is a game's root claim from now on.
    event AnchorUpdated(IDisputeGame indexed game);

    /// @notice The guardian has declared a game invalid.
    event DisputeGameBlacklisted(IDisputeGame indexed disputeGame);

    /// @notice Withdrawals rely on games of this type from now on.
    event RespectedGameTypeSet(GameType gameType);

    /// @notice Games that began up to this time no longer count.
    event RetirementTimestampSet(uint256 timestamp);

    /// @notice Set up behind a proxy, once. Games that began before no longer count.
    function initialize(
        ISystemConfig _systemConfig,
        IDisputeGameFactory _disputeGameFactory,
        Proposal memory _startingAnchorRoot,
        GameType _startingRespectedGameType
    ) external;

    /// @notice Make a game's root claim the anchor: anyone may, if the claim is valid and newer.
    function setAnchorState(IDisputeGame _game) external;

    /// @notice Choose the type of game that withdrawals rely on. Only the guardian.
    function setRespectedGameType(GameType _gameType) external;

    /// @notice Let no game count that began up to now. Only the guardian.
    function updateRetirementTimestamp() external;

    /// @notice Declare a game invalid, for good. Only the guardian.
    function blacklistDisputeGame(IDisputeGame _disputeGame) external;

    /// @notice The anchor: an output root, and the number of the L2 block that it is of.
    function getAnchorRoot() external view returns (bytes32 root, uint256 l2SequenceNumber);

    /// @notice The anchor, as clients of older versions ask for it; the same for every type.
    function anchors(GameType _gameType) external view returns (bytes32 root, uint256 l2SequenceNumber);

    /// @notice The anchor at set-up.
    function getStartingAnchorRoot() external view returns (Proposal memory);

    /// @notice The game whose root claim is the anchor; zero while it is the one of set-up.
    function anchorGame() external view returns (IDisputeGame);

    /// @notice Whether the factory made the game.
    function isGameRegistered(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the game's type was respected when it began.
    function isGameRespected(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the guardian has declared the game invalid.
    function isGameBlacklisted(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the game began no later than `retirementTimestamp`.
    function isGameRetired(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the game's outcome may count: registered, not blacklisted, not retired, and nothing is paused.
    function isGameProper(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the game was decided.
    function isGameResolved(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the game was decided longer ago than `disputeGameFinalityDelaySeconds`.
    function isGameFinalized(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the game's root claim can be relied on: proper, respected, finalized and defended.
    function isGameClaimValid(IDisputeGame _game) external view returns (bool);

    /// @notice Whether the guardian has declared the game invalid.
    function disputeGameBlacklist(IDisputeGame _game) external view returns (bool);

    /// @notice The type of game that withdrawals rely on.
    function respectedGameType() external view returns (GameType);

    /// @notice Games that began up to this time (seconds) no longer count.
    function retirementTimestamp() external view returns (uint64);

    /// @notice Seconds between a game's decision and anyone's relying on it.
    function disputeGameFinalityDelaySeconds() external view returns (uint256);

    /// @notice Whether the chain is paused.
    function paused() external view returns (bool);

    /// @notice The chain's parameters, and whether it is paused.
    function systemConfig() external view returns (ISystemConfig);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    /// @notice Where games come from.
    function disputeGameFactory() external view returns (IDisputeGameFactory);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
