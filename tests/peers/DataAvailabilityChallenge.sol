// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice As much of a DataAvailabilityChallenge as rollup nodes see of one: its events, and calls of resolve.
///         It keeps no windows and takes no bonds: whoever calls is trusted to keep the rules.
/// @dev    Names and types are those of the OP Stack's contract.
contract DataAvailabilityChallenge {
    enum ChallengeStatus {
        Uninitialized,
        Active,
        Resolved,
        Expired
    }

    event ChallengeStatusChanged(
        uint256 indexed challengedBlockNumber, bytes challengedCommitment, ChallengeStatus status
    );

    function challenge(uint256 challengedBlockNumber, bytes calldata challengedCommitment) external {
        emit ChallengeStatusChanged(challengedBlockNumber, challengedCommitment, ChallengeStatus.Active);
    }

    function resolve(uint256 challengedBlockNumber, bytes calldata challengedCommitment, bytes calldata resolveData)
        external
    {
        bytes memory committed = bytes.concat(bytes1(0), keccak256(resolveData));
        require(keccak256(committed) == keccak256(challengedCommitment), "other data");
        emit ChallengeStatusChanged(challengedBlockNumber, challengedCommitment, ChallengeStatus.Resolved);
    }
}
