// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Claim, GameStatus, GameType, Timestamp} from "./types/Types.sol";

/// @title IDisputeGame
/// @notice A dispute over one output root, as the factory, the anchor registry and the portal see it. Spec: "Dispute
///         Game Interface".
interface IDisputeGame {
    /// @notice The game was decided.
    event Resolved(GameStatus indexed status);

    /// @notice Begin; the factory calls it once, with the bond of the root claim.
    function initialize() external payable;

    /// @notice Decide the game, once everything below the root claim is.
    function resolve() external returns (GameStatus);

    /// @notice When the game began.
    function createdAt() external view returns (Timestamp);

    /// @notice When the game was decided; 0 before.
    function resolvedAt() external view returns (Timestamp);

    /// @notice Whether and how the game was decided.
    function status() external view returns (GameStatus);

    /// @notice The rules, and the machine that proves the last step.
    function gameType() external view returns (GameType);

    /// @notice Who made the root claim.
    function gameCreator() external view returns (address);

    /// @notice The output root in dispute.
    function rootClaim() external view returns (Claim);

    /// @notice The root claim for one of several chains; of games over one chain, the root claim for this one only.
    function rootClaimByChainId(uint256 _chainId) external view returns (Claim);

    /// @notice Hash of the L1 block before the game's: what was on L1 by then decides who is right.
    function l1Head() external view returns (bytes32);

    /// @notice The number of the L2 block whose output root is claimed.
    function l2SequenceNumber() external view returns (uint256);

    /// @notice What the factory was given beside the root claim: abi.encode(l2SequenceNumber).
    function extraData() external view returns (bytes memory);

    /// @notice Type, root claim and extra data, which together name the game at the factory.
    function gameData() external view returns (GameType, Claim, bytes memory);

    /// @notice Whether withdrawals relied on games of this type when this one began.
    function wasRespectedGameTypeWhenCreated() external view returns (bool);
}
