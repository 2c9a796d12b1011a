// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title BatchInbox
/// @notice Where the batcher posts L2's data. It stores nothing and emits nothing: nodes read the calldata of
///         top-level transactions to this address, from the batcher that SystemConfig names. Spec: "Batcher
///         Transaction Format".
///
///         payload = version u8 ‖ …        0: frames; 1: an alt-DA commitment
///
/// @dev Deliberately without checks, storage and events. A receipt's status plays no role in derivation, which judges
///      the payload itself; and op-batcher sets a gas limit that leaves next to nothing for execution: 6 gas for a
///      zero byte and 24 for another one, none at all in older versions and for blobs. Don't send ETH: it is refused.
contract BatchInbox {
    /// @notice The payload as the raw calldata; what every OP Stack node reads.
    fallback() external {}

    /// @notice The payload as an argument. Only this project's derivation reads it, see ARCHITECTURE: op-node sees a
    ///         first byte of 0x96 and ignores the transaction.
    function appendBatch(bytes calldata) external {}
}
