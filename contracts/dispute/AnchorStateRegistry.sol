// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {IDisputeGameFactory} from "./IDisputeGameFactory.sol";
import {Claim, GameStatus, GameType, Proposal} from "./types/Types.sol";

/// @title AnchorStateRegistry
contract AnchorStateRegistry is IAnchorStateRegistry, ProxyAdminOwned, Initializable {
    uint256 internal immutable FINALITY_DELAY_SECONDS;

    /// @inheritdoc IAnchorStateRegistry
    ISystemConfig public systemConfig;
    /// @inheritdoc IAnchorStateRegistry
    IDisputeGameFactory public disputeGameFactory;
    /// @inheritdoc IAnchorStateRegistry
    IDisputeGame public anchorGame;
    /// @dev See getStartingAnchorRoot.
    Proposal internal _startingAnchorRoot;
    /// @inheritdoc IAnchorStateRegistry
    mapping(IDisputeGame game => bool isBlacklisted) public disputeGameBlacklist;
    /// @inheritdoc IAnchorStateRegistry
    GameType public respectedGameType;
    /// @inheritdoc IAnchorStateRegistry
    uint64 public retirementTimestamp;

    constructor(uint256 _disputeGameFinalityDelaySeconds) {
        FINALITY_DELAY_SECONDS = _disputeGameFinalityDelaySeconds;
        _disableInitializers();
    }

    /// @inheritdoc IAnchorStateRegistry
    function initialize(
        ISystemConfig _systemConfig,
        IDisputeGameFactory _disputeGameFactory,
        Proposal memory _anchor,
        GameType _startingRespectedGameType
    ) external initializer {
        _requireProxyAdminOrOwner();
        systemConfig = _systemConfig;
        disputeGameFactory = _disputeGameFactory;
        _startingAnchorRoot = _anchor;
        respectedGameType = _startingRespectedGameType;
        retirementTimestamp = uint64(block.timestamp);
    }

    /*//////////////////////////////////////////////////////////////
                                 ANCHOR
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IAnchorStateRegistry
    function setAnchorState(IDisputeGame _game) external {
        if (!isGameClaimValid(_game)) revert AnchorStateRegistry_InvalidGame(_game);
        (, uint256 anchored) = getAnchorRoot();
        uint256 candidate = _game.l2SequenceNumber();
        if (candidate <= anchored) revert AnchorStateRegistry_NotNewer(candidate, anchored);
        anchorGame = _game;
        emit AnchorUpdated(_game);
    }

    /// @inheritdoc IAnchorStateRegistry
    /// @dev The anchor game is not judged again. A blacklisted one would otherwise stop all new games, and a claim that
    ///      was valid when it became the anchor has been relied on already.
    function getAnchorRoot() public view returns (bytes32 root, uint256 l2SequenceNumber) {
        if (address(anchorGame) == address(0)) {
            return (_startingAnchorRoot.root, _startingAnchorRoot.l2SequenceNumber);
        }
        return (anchorGame.rootClaim().raw(), anchorGame.l2SequenceNumber());
    }

    /// @inheritdoc IAnchorStateRegistry
    function anchors(GameType) external view returns (bytes32 root, uint256 l2SequenceNumber) {
        return getAnchorRoot();
    }

    /// @inheritdoc IAnchorStateRegistry
    function getStartingAnchorRoot() external view returns (Proposal memory) {
        return _startingAnchorRoot;
    }

    /*//////////////////////////////////////////////////////////////
                                GUARDIAN
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IAnchorStateRegistry
    function setRespectedGameType(GameType _gameType) external {
        _requireGuardian();
        respectedGameType = _gameType;
        emit RespectedGameTypeSet(_gameType);
    }

    /// @inheritdoc IAnchorStateRegistry
    function updateRetirementTimestamp() external {
        _requireGuardian();
        retirementTimestamp = uint64(block.timestamp);
        emit RetirementTimestampSet(block.timestamp);
    }

    /// @inheritdoc IAnchorStateRegistry
    function blacklistDisputeGame(IDisputeGame _disputeGame) external {
        _requireGuardian();
        disputeGameBlacklist[_disputeGame] = true;
        emit DisputeGameBlacklisted(_disputeGame);
    }

    /*//////////////////////////////////////////////////////////////
                               JUDGEMENTS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IAnchorStateRegistry
    function isGameRegistered(IDisputeGame _game) public view returns (bool) {
        (GameType gameType, Claim rootClaim, bytes memory extraData) = _game.gameData();
        (IDisputeGame registered,) = disputeGameFactory.games(gameType, rootClaim, extraData);
        return registered == _game;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameRespected(IDisputeGame _game) public view returns (bool) {
        return _game.wasRespectedGameTypeWhenCreated();
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameBlacklisted(IDisputeGame _game) public view returns (bool) {
        return disputeGameBlacklist[_game];
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameRetired(IDisputeGame _game) public view returns (bool) {
        return _game.createdAt().raw() <= retirementTimestamp;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameProper(IDisputeGame _game) public view returns (bool) {
        return isGameRegistered(_game) && !isGameBlacklisted(_game) && !isGameRetired(_game) && !paused();
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameResolved(IDisputeGame _game) public view returns (bool) {
        return _game.resolvedAt().raw() != 0 && _game.status() != GameStatus.IN_PROGRESS;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameFinalized(IDisputeGame _game) public view returns (bool) {
        return isGameResolved(_game) && block.timestamp - _game.resolvedAt().raw() > FINALITY_DELAY_SECONDS;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameClaimValid(IDisputeGame _game) public view returns (bool) {
        return isGameProper(_game) && isGameRespected(_game) && isGameFinalized(_game)
            && _game.status() == GameStatus.DEFENDER_WINS;
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IAnchorStateRegistry
    function disputeGameFinalityDelaySeconds() external view returns (uint256) {
        return FINALITY_DELAY_SECONDS;
    }

    /// @inheritdoc IAnchorStateRegistry
    function paused() public view returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IAnchorStateRegistry
    function superchainConfig() external view returns (ISuperchainConfig) {
        return systemConfig.superchainConfig();
    }

    /// @inheritdoc IAnchorStateRegistry
    function version() external pure returns (string memory) {
        return "3.9.0";
    }

    function _requireGuardian() private view {
        address guardian = systemConfig.guardian();
        if (msg.sender != guardian) revert AnchorStateRegistry_OnlyGuardian(msg.sender, guardian);
    }
}
