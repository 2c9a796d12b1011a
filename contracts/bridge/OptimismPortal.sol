// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {Constants} from "../lib/Constants.sol";
import {Hashing} from "../lib/Hashing.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {Types} from "../lib/Types.sol";
import {IL2OutputOracle} from "../oracle/IL2OutputOracle.sol";
import {Deposits} from "./Deposits.sol";
import {IOptimismPortal} from "./IOptimismPortal.sol";
import {ResourceMetering} from "./ResourceMetering.sol";
import {Withdrawals} from "./Withdrawals.sol";

/// @title OptimismPortal
/// @notice The door between L1 and L2 in the `oracle` settlement mode: deposits go in, withdrawals come out.
/// @dev    Storage lies where upstream's did.
contract OptimismPortal is IOptimismPortal, Deposits, Withdrawals, ProxyAdminOwned, Initializable {
    using SafeCast for uint256;

    /// @dev See IOptimismPortal.provenWithdrawals. Two slots.
    struct ProvenWithdrawal {
        bytes32 outputRoot;
        uint128 timestamp;
        uint128 l2OutputIndex;
    }

    /// @inheritdoc IOptimismPortal
    mapping(bytes32 withdrawalHash => ProvenWithdrawal proof) public provenWithdrawals;
    bool private _byte0OfSlot53;
    /// @inheritdoc IOptimismPortal
    ISuperchainConfig public superchainConfig;
    /// @inheritdoc IOptimismPortal
    IL2OutputOracle public l2Oracle;
    /// @inheritdoc IOptimismPortal
    ISystemConfig public systemConfig;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IOptimismPortal
    function initialize(
        IL2OutputOracle _l2Oracle,
        ISystemConfig _systemConfig,
        ISuperchainConfig _superchainConfig
    ) external initializer {
        _requireProxyAdminOrOwner();
        l2Oracle = _l2Oracle;
        systemConfig = _systemConfig;
        superchainConfig = _superchainConfig;
        l2Sender = Constants.DEFAULT_L2_SENDER;
        _openMarket();
    }

    /// @inheritdoc IOptimismPortal
    function proveWithdrawalTransaction(
        Types.WithdrawalTransaction memory _tx,
        uint256 _l2OutputIndex,
        Types.OutputRootProof calldata _outputRootProof,
        bytes[] calldata _withdrawalProof
    ) external {
        _requireNotPaused();
        bytes32 outputRoot = l2Oracle.getL2Output(_l2OutputIndex).outputRoot;
        bytes32 withdrawalHash = _requireInOutput(_tx, outputRoot, _outputRootProof, _withdrawalProof);
        ProvenWithdrawal memory earlier = provenWithdrawals[withdrawalHash];
        if (earlier.timestamp != 0 && _currentRoot(earlier.l2OutputIndex) == earlier.outputRoot) {
            revert OptimismPortal_AlreadyProven(withdrawalHash, earlier.l2OutputIndex);
        }

        provenWithdrawals[withdrawalHash] = ProvenWithdrawal({
            outputRoot: outputRoot,
            timestamp: block.timestamp.toUint128(),
            l2OutputIndex: _l2OutputIndex.toUint128()
        });
        emit WithdrawalProven(withdrawalHash, _tx.sender, _tx.target);
    }

    /// @inheritdoc IOptimismPortal
    function finalizeWithdrawalTransaction(Types.WithdrawalTransaction memory _tx) external {
        _requireNotPaused();
        bytes32 withdrawalHash = Hashing.hashWithdrawal(_tx);
        ProvenWithdrawal memory proof = provenWithdrawals[withdrawalHash];
        if (proof.timestamp == 0) revert OptimismPortal_NotProven(withdrawalHash);
        uint256 period = l2Oracle.finalizationPeriodSeconds();
        if (block.timestamp <= proof.timestamp + period) {
            revert OptimismPortal_ProofTooYoung(proof.timestamp + period, block.timestamp);
        }
        Types.OutputProposal memory output = l2Oracle.getL2Output(proof.l2OutputIndex);
        if (output.outputRoot != proof.outputRoot) {
            revert OptimismPortal_OutputReplaced(proof.l2OutputIndex, proof.outputRoot, output.outputRoot);
        }
        if (block.timestamp <= output.timestamp + period) {
            revert OptimismPortal_OutputTooYoung(output.timestamp + period, block.timestamp);
        }

        _execute(_tx, withdrawalHash);
    }

    /// @inheritdoc IOptimismPortal
    function isOutputFinalized(uint256 _l2OutputIndex) external view returns (bool) {
        uint256 maturesAt =
            l2Oracle.getL2Output(_l2OutputIndex).timestamp + l2Oracle.finalizationPeriodSeconds();
        return block.timestamp > maturesAt;
    }

    /// @inheritdoc IOptimismPortal
    function paused() public view returns (bool) {
        return superchainConfig.paused(address(0)) || superchainConfig.paused(address(this));
    }

    /// @inheritdoc IOptimismPortal
    function guardian() external view returns (address) {
        return superchainConfig.guardian();
    }

    /// @inheritdoc IOptimismPortal
    function version() external pure returns (string memory) {
        return "2.8.0";
    }

    function _marketConfig() internal view override returns (ResourceMetering.ResourceConfig memory) {
        return systemConfig.resourceConfig();
    }

    /// @dev The root at an index now; zero if the challenger deleted it.
    function _currentRoot(uint256 _l2OutputIndex) private view returns (bytes32) {
        if (_l2OutputIndex >= l2Oracle.nextOutputIndex()) return bytes32(0);
        return l2Oracle.getL2Output(_l2OutputIndex).outputRoot;
    }

    function _requireNotPaused() private view {
        if (paused()) revert OptimismPortal_Paused();
    }
}
