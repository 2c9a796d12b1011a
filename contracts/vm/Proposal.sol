// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What became of a large preimage so far, in one word, which is zero if it was never proposed:
///         completed at u64 ‖ part's offset u32 ‖ claimed size u32 ‖ blocks u32 ‖ bytes u32 ‖ countered u64 (0 or 1).
type Proposal is bytes32;

using LibProposal for Proposal global;

/// @title LibProposal
/// @notice Each field begins as zero and is written once or only grows, within its bits: changes are sums.
library LibProposal {
    function begin(uint32 _partOffset, uint32 _claimedSize) internal pure returns (Proposal) {
        return _of(uint256(_partOffset) << 160 | uint256(_claimedSize) << 128);
    }

    /// @notice With more blocks and bytes. Neither sum reaches 2^32: a proposal is never longer than its claimed size.
    function grown(Proposal _proposal, uint256 _blocks, uint256 _bytes) internal pure returns (Proposal) {
        return _of(_proposal.raw() + (_blocks << 96) + (_bytes << 64));
    }

    function completed(Proposal _proposal, uint256 _timestamp) internal pure returns (Proposal) {
        return _of(_proposal.raw() | _timestamp << 192);
    }

    function countered(Proposal _proposal) internal pure returns (Proposal) {
        return _of(_proposal.raw() | 1);
    }

    /// @notice Seconds since 1970; 0 as long as something is missing.
    function completedAt(Proposal _proposal) internal pure returns (uint256) {
        return _proposal.raw() >> 192;
    }

    /// @notice Offset in length ‖ preimage of the 32 bytes that it is about.
    function partOffset(Proposal _proposal) internal pure returns (uint256) {
        return uint32(_proposal.raw() >> 160);
    }

    /// @notice Bytes that the preimage will have. Never 0 once it was proposed.
    function claimedSize(Proposal _proposal) internal pure returns (uint256) {
        return uint32(_proposal.raw() >> 128);
    }

    /// @notice Leaves of the tree, the padded one included.
    function blocks(Proposal _proposal) internal pure returns (uint256) {
        return uint32(_proposal.raw() >> 96);
    }

    /// @notice Bytes that were added, without the padding.
    function size(Proposal _proposal) internal pure returns (uint256) {
        return uint32(_proposal.raw() >> 64);
    }

    function isCountered(Proposal _proposal) internal pure returns (bool) {
        return uint64(_proposal.raw()) != 0;
    }

    function raw(Proposal _proposal) internal pure returns (uint256) {
        return uint256(Proposal.unwrap(_proposal));
    }

    function _of(uint256 _raw) private pure returns (Proposal) {
        return Proposal.wrap(bytes32(_raw));
    }
}
