// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {IAnchorStateRegistry} from "../dispute/IAnchorStateRegistry.sol";
import {IDisputeGame} from "../dispute/IDisputeGame.sol";
import {IDisputeGameFactory} from "../dispute/IDisputeGameFactory.sol";
import {GameStatus, GameType} from "../dispute/types/Types.sol";
import {Constants} from "../lib/Constants.sol";
import {Hashing} from "../lib/Hashing.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {Types} from "../lib/Types.sol";
import {Deposits} from "./Deposits.sol";
import {IOptimismPortal2} from "./IOptimismPortal2.sol";
import {ResourceMetering} from "./ResourceMetering.sol";
import {Withdrawals} from "./Withdrawals.sol";

/// @title OptimismPortal2
/// @notice The door between L1 and L2 in the `games` settlement mode: deposits go in, withdrawals come out.
/// @dev    Storage lies where upstream's does.
contract OptimismPortal2 is IOptimismPortal2, Deposits, Withdrawals, ProxyAdminOwned, Initializable {
    /// @dev See IOptimismPortal2.provenWithdrawals. One slot.
    struct ProvenWithdrawal {
        IDisputeGame disputeGameProxy;
        uint64 timestamp;
    }

    uint256 internal immutable PROOF_MATURITY_DELAY_SECONDS;

    uint256[3] private _slots52To54;
    /// @inheritdoc IOptimismPortal2
    ISystemConfig public systemConfig;
    uint256 private _slot56;
    /// @inheritdoc IOptimismPortal2
    mapping(bytes32 withdrawalHash => mapping(address submitter => ProvenWithdrawal proof)) public
        provenWithdrawals;
    uint256[2] private _slots58To59;
    /// @inheritdoc IOptimismPortal2
    mapping(bytes32 withdrawalHash => address[] submitters) public proofSubmitters;
    uint256 private _slot61;
    /// @inheritdoc IOptimismPortal2
    IAnchorStateRegistry public anchorStateRegistry;

    constructor(uint256 _proofMaturityDelaySeconds) {
        PROOF_MATURITY_DELAY_SECONDS = _proofMaturityDelaySeconds;
        _disableInitializers();
    }

    /// @inheritdoc IOptimismPortal2
    function initialize(ISystemConfig _systemConfig, IAnchorStateRegistry _anchorStateRegistry)
        external
        initializer
    {
        _requireProxyAdminOrOwner();
        systemConfig = _systemConfig;
        anchorStateRegistry = _anchorStateRegistry;
        l2Sender = Constants.DEFAULT_L2_SENDER;
        _openMarket();
    }

    /*//////////////////////////////////////////////////////////////
                              WITHDRAWALS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IOptimismPortal2
    function proveWithdrawalTransaction(
        Types.WithdrawalTransaction memory _tx,
        uint256 _disputeGameIndex,
        Types.OutputRootProof calldata _outputRootProof,
        bytes[] calldata _withdrawalProof
    ) external {
        _requireNotPaused();
        (,, IDisputeGame game) = disputeGameFactory().gameAtIndex(_disputeGameIndex);
        _requireProvableAgainst(game);
        bytes32 withdrawalHash =
            _requireInOutput(_tx, game.rootClaim().raw(), _outputRootProof, _withdrawalProof);
        if (finalizedWithdrawals[withdrawalHash]) revert Withdrawals_AlreadyFinalized(withdrawalHash);

        provenWithdrawals[withdrawalHash][msg.sender] = ProvenWithdrawal(game, uint64(block.timestamp));
        proofSubmitters[withdrawalHash].push(msg.sender);
        emit WithdrawalProven(withdrawalHash, _tx.sender, _tx.target);
        emit WithdrawalProvenExtension1(withdrawalHash, msg.sender);
    }

    /// @dev A proof against a game that cannot count would only make its submitter wait in vain.
    function _requireProvableAgainst(IDisputeGame _game) private view {
        if (!anchorStateRegistry.isGameProper(_game)) revert OptimismPortal_ImproperGame(_game);
        if (!anchorStateRegistry.isGameRespected(_game)) revert OptimismPortal_DisrespectedGame(_game);
        if (_game.status() == GameStatus.CHALLENGER_WINS) revert OptimismPortal_GameLost(_game);
        // Not in the game's own block, where whoever made the game could make it again after an L1 reorg.
        uint64 createdAt = _game.createdAt().raw();
        if (block.timestamp <= createdAt) {
            revert OptimismPortal_InvalidProofTimestamp();
        }
    }

    /// @inheritdoc IOptimismPortal2
    function finalizeWithdrawalTransaction(Types.WithdrawalTransaction memory _tx) external {
        finalizeWithdrawalTransactionExternalProof(_tx, msg.sender);
    }

    /// @inheritdoc IOptimismPortal2
    function finalizeWithdrawalTransactionExternalProof(
        Types.WithdrawalTransaction memory _tx,
        address _proofSubmitter
    ) public {
        _requireNotPaused();
        bytes32 withdrawalHash = Hashing.hashWithdrawal(_tx);
        checkWithdrawal(withdrawalHash, _proofSubmitter);
        _execute(_tx, withdrawalHash);
    }

    /// @inheritdoc IOptimismPortal2
    function checkWithdrawal(bytes32 _withdrawalHash, address _proofSubmitter) public view {
        if (finalizedWithdrawals[_withdrawalHash]) revert Withdrawals_AlreadyFinalized(_withdrawalHash);
        ProvenWithdrawal memory proof = provenWithdrawals[_withdrawalHash][_proofSubmitter];
        if (proof.timestamp == 0) revert OptimismPortal_Unproven();
        uint64 createdAt = proof.disputeGameProxy.createdAt().raw();
        if (proof.timestamp <= createdAt) revert OptimismPortal_InvalidProofTimestamp();
        uint256 maturesAt = proof.timestamp + PROOF_MATURITY_DELAY_SECONDS;
        if (block.timestamp <= maturesAt) revert OptimismPortal_ProofNotOldEnough();
        if (!anchorStateRegistry.isGameClaimValid(proof.disputeGameProxy)) {
            revert OptimismPortal_InvalidRootClaim();
        }
    }

    /// @inheritdoc IOptimismPortal2
    function numProofSubmitters(bytes32 _withdrawalHash) external view returns (uint256) {
        return proofSubmitters[_withdrawalHash].length;
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IOptimismPortal2
    function proofMaturityDelaySeconds() external view returns (uint256) {
        return PROOF_MATURITY_DELAY_SECONDS;
    }

    /// @inheritdoc IOptimismPortal2
    function disputeGameFinalityDelaySeconds() external view returns (uint256) {
        return anchorStateRegistry.disputeGameFinalityDelaySeconds();
    }

    /// @inheritdoc IOptimismPortal2
    function disputeGameBlacklist(IDisputeGame _disputeGame) external view returns (bool) {
        return anchorStateRegistry.disputeGameBlacklist(_disputeGame);
    }

    /// @inheritdoc IOptimismPortal2
    function respectedGameType() external view returns (GameType) {
        return anchorStateRegistry.respectedGameType();
    }

    /// @inheritdoc IOptimismPortal2
    function respectedGameTypeUpdatedAt() external view returns (uint64) {
        return anchorStateRegistry.retirementTimestamp();
    }

    /// @inheritdoc IOptimismPortal2
    function paused() public view returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IOptimismPortal2
    function guardian() external view returns (address) {
        return systemConfig.guardian();
    }

    /// @inheritdoc IOptimismPortal2
    function disputeGameFactory() public view returns (IDisputeGameFactory) {
        return anchorStateRegistry.disputeGameFactory();
    }

    /// @inheritdoc IOptimismPortal2
    function superchainConfig() external view returns (ISuperchainConfig) {
        return systemConfig.superchainConfig();
    }

    /// @inheritdoc IOptimismPortal2
    function version() external pure returns (string memory) {
        return "5.6.1";
    }

    function _marketConfig() internal view override returns (ResourceMetering.ResourceConfig memory) {
        return systemConfig.resourceConfig();
    }

    function _requireNotPaused() private view {
        if (paused()) revert OptimismPortal_Paused();
    }
}
