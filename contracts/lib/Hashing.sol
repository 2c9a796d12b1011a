// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Types} from "./Types.sol";

/// @title Hashing
/// @notice The hashes that L1 and L2 must agree on.
library Hashing {
    /// @notice Identity of a withdrawal; its slot in the L2 message passer is keccak256(hash ‖ 0).
    function hashWithdrawal(Types.WithdrawalTransaction memory _tx) internal pure returns (bytes32) {
        return keccak256(abi.encode(_tx.nonce, _tx.sender, _tx.target, _tx.value, _tx.gasLimit, _tx.data));
    }

    /// @notice Output root, version 0.
    function hashOutputRootProof(Types.OutputRootProof memory _proof) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                _proof.version, _proof.stateRoot, _proof.messagePasserStorageRoot, _proof.latestBlockhash
            )
        );
    }
}
