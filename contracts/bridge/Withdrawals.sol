// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";

import {Constants} from "../lib/Constants.sol";
import {Hashing} from "../lib/Hashing.sol";
import {SafeCall} from "../lib/SafeCall.sol";
import {Types} from "../lib/Types.sol";
import {IWithdrawals} from "./IWithdrawals.sol";

/// @title Withdrawals
/// @notice What every settlement mode shares of withdrawals: one is included in an output root by a Merkle-Patricia
///         proof, and executed at most once. Which output roots count is the mode's own matter.
abstract contract Withdrawals is IWithdrawals {
    /// @inheritdoc IWithdrawals
    address public l2Sender;

    /// @inheritdoc IWithdrawals
    mapping(bytes32 withdrawalHash => bool finalized) public finalizedWithdrawals;

    /// @inheritdoc IWithdrawals
    function donateETH() external payable {}

    /// @dev Check that `_outputRoot` commits to `_tx`, and return its hash.
    function _requireInOutput(
        Types.WithdrawalTransaction memory _tx,
        bytes32 _outputRoot,
        Types.OutputRootProof calldata _outputRootProof,
        bytes[] calldata _withdrawalProof
    ) internal view returns (bytes32 withdrawalHash_) {
        if (_isUnsafeTarget(_tx.target)) {
            revert Withdrawals_BadTarget(_tx.target);
        }
        bytes32 fromProof = Hashing.hashOutputRootProof(_outputRootProof);
        if (fromProof != _outputRoot) revert Withdrawals_WrongOutputRoot(fromProof, _outputRoot);

        withdrawalHash_ = Hashing.hashWithdrawal(_tx);
        // L2ToL1MessagePasser.sentMessages, at slot 0, has `true` there; the trie is keyed by the slot's hash.
        bytes32 slot = keccak256(abi.encode(withdrawalHash_, uint256(0)));
        bytes32 storageRoot = _outputRootProof.messagePasserStorageRoot;
        bool included =
            TrieProof.verify(hex"01", storageRoot, abi.encode(keccak256(abi.encode(slot))), _withdrawalProof);
        if (!included) revert Withdrawals_NotInOutput(withdrawalHash_, storageRoot);
    }

    /// @dev Execute a withdrawal that may be executed now. INVARIANT: at most once, whatever the target does.
    function _execute(Types.WithdrawalTransaction memory _tx, bytes32 _withdrawalHash) internal {
        if (l2Sender != Constants.DEFAULT_L2_SENDER) revert Withdrawals_Reentrant(l2Sender);
        if (finalizedWithdrawals[_withdrawalHash]) revert Withdrawals_AlreadyFinalized(_withdrawalHash);
        if (_tx.value > address(this).balance) {
            revert Withdrawals_Underfunded(_tx.value, address(this).balance);
        }

        finalizedWithdrawals[_withdrawalHash] = true; // before the call, which may come back here
        l2Sender = _tx.sender;
        bool success = SafeCall.callWithMinGas(_tx.target, _tx.gasLimit, _tx.value, _tx.data);
        l2Sender = Constants.DEFAULT_L2_SENDER;
        emit WithdrawalFinalized(_withdrawalHash, success);

        // A failed withdrawal stays executed: its ETH remains here, as on every OP Stack chain. Only gas estimation,
        // which searches for the least gas that does not revert, must see the failure.
        if (!success && tx.origin == Constants.ESTIMATION_ADDRESS) revert Withdrawals_GasEstimation();
    }

    /// @dev Targets that a withdrawal may not call in this contract's name.
    function _isUnsafeTarget(address _target) internal view virtual returns (bool) {
        return _target == address(this);
    }
}
