// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {SuperchainConfig} from "../config/SuperchainConfig.sol";
import {SystemConfig} from "../config/SystemConfig.sol";
import {Constants} from "../lib/Constants.sol";
import {Hashing} from "../lib/Hashing.sol";
import {Types} from "../lib/Types.sol";
import {L2OutputOracle} from "../oracle/L2OutputOracle.sol";
import {Deposits} from "./Deposits.sol";
import {ResourceMetering} from "./ResourceMetering.sol";
import {Withdrawals} from "./Withdrawals.sol";

/// @title OptimismPortal
/// @notice The door between L1 and L2 in the `oracle` settlement mode: deposits go in; withdrawals come out once they
///         are proven against an output of the L2OutputOracle and both the proof and the output have aged for the
///         finalization period. Spec: Bedrock "Withdrawals".
contract OptimismPortal is Deposits, Withdrawals, Initializable {
    using SafeCast for uint256;

    /// @notice A proof that waits. Two slots.
    /// @param outputRoot     The output root it was made against.
    /// @param timestamp      When it was made, L1 time in seconds.
    /// @param l2OutputIndex  Index of that output in the oracle.
    struct ProvenWithdrawal {
        bytes32 outputRoot;
        uint128 timestamp;
        uint128 l2OutputIndex;
    }

    error OptimismPortal_Paused();
    error OptimismPortal_AlreadyProven(bytes32 withdrawalHash, uint256 l2OutputIndex);
    error OptimismPortal_NotProven(bytes32 withdrawalHash);
    error OptimismPortal_ProofTooYoung(uint256 maturesAt, uint256 blockTimestamp);
    error OptimismPortal_OutputTooYoung(uint256 maturesAt, uint256 blockTimestamp);
    error OptimismPortal_OutputReplaced(uint256 l2OutputIndex, bytes32 proven, bytes32 current);

    /// @notice A withdrawal was proven (again).
    event WithdrawalProven(bytes32 indexed withdrawalHash, address indexed from, address indexed to);

    L2OutputOracle public l2Oracle;
    SystemConfig public systemConfig;
    SuperchainConfig public superchainConfig;

    /// @notice Proofs that wait, or whose withdrawals were executed.
    mapping(bytes32 withdrawalHash => ProvenWithdrawal proof) public provenWithdrawals;

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once.
    function initialize(
        L2OutputOracle _l2Oracle,
        SystemConfig _systemConfig,
        SuperchainConfig _superchainConfig
    ) external initializer {
        l2Oracle = _l2Oracle;
        systemConfig = _systemConfig;
        superchainConfig = _superchainConfig;
        l2Sender = Constants.DEFAULT_L2_SENDER;
        _openMarket();
    }

    /// @notice Show that L2 recorded a withdrawal, against a proposed output. May be repeated once the output that an
    ///         earlier proof relied on was deleted or replaced.
    /// @param _tx               The withdrawal.
    /// @param _l2OutputIndex    Index of the output in the oracle.
    /// @param _outputRootProof  Preimage of that output's root.
    /// @param _withdrawalProof  Trie nodes from the message passer's storage root to the withdrawal's slot.
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

    /// @notice Execute a proven withdrawal whose proof and output have aged for the finalization period.
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

    function version() external pure returns (string memory) {
        return "2.8.0";
    }

    /// @notice Whether withdrawals may be finalized against an output; reverts for an index that is not there.
    function isOutputFinalized(uint256 _l2OutputIndex) external view returns (bool) {
        uint256 maturesAt =
            l2Oracle.getL2Output(_l2OutputIndex).timestamp + l2Oracle.finalizationPeriodSeconds();
        return block.timestamp > maturesAt;
    }

    /// @notice Whether proving and finalizing are paused, globally or for this chain. Deposits never are.
    function paused() public view returns (bool) {
        return superchainConfig.paused(address(0)) || superchainConfig.paused(address(this));
    }

    function guardian() external view returns (address) {
        return superchainConfig.guardian();
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
