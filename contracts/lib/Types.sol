// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Types
/// @notice The structs that cross contracts, in the field order that the OP Stack's ABIs have.
library Types {
    /// @notice A claim about L2's state, as the oracle keeps it.
    /// @param outputRoot     Hash over state root, message passer storage root and block hash.
    /// @param timestamp      L1 time of the proposal, in seconds.
    /// @param l2BlockNumber  The L2 block that the claim is about.
    struct OutputProposal {
        bytes32 outputRoot;
        uint128 timestamp;
        uint128 l2BlockNumber;
    }

    /// @notice The preimage of an output root. Spec: "L2 Output Commitment Construction".
    struct OutputRootProof {
        bytes32 version;
        bytes32 stateRoot;
        bytes32 messagePasserStorageRoot;
        bytes32 latestBlockhash;
    }

    /// @notice A message from L2 to L1. Spec: "Withdrawals".
    /// @param nonce     Message nonce, its version in the top two bytes.
    /// @param sender    Who called the L2 message passer.
    /// @param target    Whom L1 calls.
    /// @param value     Wei sent along.
    /// @param gasLimit  Gas that the call on L1 must at least get.
    /// @param data      Calldata.
    struct WithdrawalTransaction {
        uint256 nonce;
        address sender;
        address target;
        uint256 value;
        uint256 gasLimit;
        bytes data;
    }
}
