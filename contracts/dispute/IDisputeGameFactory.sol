// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDisputeGame} from "./IDisputeGame.sol";
import {Claim, GameType, Timestamp} from "./types/Types.sol";

/// @title IDisputeGameFactory
/// @notice Makes dispute games, one for each (type, root claim, extra data), and lists them. Spec: "Dispute Game
///         Factory".
interface IDisputeGameFactory {
    /// @notice A listed game. `metadata` = type u32 ‖ time of creation u64 ‖ address.
    struct GameSearchResult {
        uint256 index;
        bytes32 metadata;
        Timestamp timestamp;
        Claim rootClaim;
        bytes extraData;
    }

    /// @notice Thrown when games of a type cannot be made.
    error DisputeGameFactory_NoImplementation(GameType gameType);

    /// @notice Thrown when the ETH sent is not the bond of a root claim.
    error DisputeGameFactory_IncorrectBond(uint256 sent, uint256 required);

    /// @notice Thrown when the same claim was made before.
    error DisputeGameFactory_GameExists(bytes32 uuid, IDisputeGame game);

    /// @notice A game was made.
    event DisputeGameCreated(
        address indexed disputeProxy, GameType indexed gameType, Claim indexed rootClaim
    );

    /// @notice Games of a type are copies of `impl` from now on.
    event ImplementationSet(address indexed impl, GameType indexed gameType);

    /// @notice Games of a type get these arguments from now on.
    event ImplementationArgsSet(GameType indexed gameType, bytes args);

    /// @notice The bond of a root claim, in wei, from now on.
    event InitBondUpdated(GameType indexed gameType, uint256 indexed newBond);

    /// @notice Set up behind a proxy, once.
    function initialize(address _owner) external;

    /// @notice Claim an output root.
    /// @param _gameType   Rules by which it may be disputed.
    /// @param _rootClaim  The output root.
    /// @param _extraData  abi.encode(L2 block number); the game refuses any other length.
    /// @return proxy_     The game: a clone whose arguments are creator ‖ root claim ‖ L1 head ‖ type u32 ‖ extra
    ///                    data ‖ `gameArgs` of the type; without the type if it has none.
    function create(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        external
        payable
        returns (IDisputeGame proxy_);

    /// @notice Make games of a type copies of `_impl` with no arguments beyond those of the claim; the zero address
    ///         ends their making. Only the owner.
    function setImplementation(GameType _gameType, IDisputeGame _impl) external;

    /// @notice Make games of a type copies of `_impl` with `_args` after those of the claim. Only the owner.
    function setImplementation(GameType _gameType, IDisputeGame _impl, bytes calldata _args) external;

    /// @notice Set the bond of a root claim, in wei. Only the owner.
    function setInitBond(GameType _gameType, uint256 _initBond) external;

    /// @notice The game of a claim and the time of its creation; zeros if there is none.
    function games(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        external
        view
        returns (IDisputeGame proxy, Timestamp timestamp);

    /// @notice A game by the order of creation.
    function gameAtIndex(uint256 _index)
        external
        view
        returns (GameType gameType, Timestamp timestamp, IDisputeGame proxy);

    /// @notice How many games were made.
    function gameCount() external view returns (uint256);

    /// @notice The last `_n` games of a type among the first `_start` + 1, newest first; fewer if there are not as
    ///         many, none if there is no game number `_start`. For callers off chain.
    function findLatestGames(GameType _gameType, uint256 _start, uint256 _n)
        external
        view
        returns (GameSearchResult[] memory games_);

    /// @notice What games of a type are copies of.
    function gameImpls(GameType _gameType) external view returns (IDisputeGame impl);

    /// @notice The arguments that games of a type share.
    function gameArgs(GameType _gameType) external view returns (bytes memory args);

    /// @notice The bond of a root claim, in wei.
    function initBonds(GameType _gameType) external view returns (uint256 bond);

    /// @notice keccak256(abi.encode(type, root claim, extra data)).
    function getGameUUID(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        external
        pure
        returns (bytes32 uuid_);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
