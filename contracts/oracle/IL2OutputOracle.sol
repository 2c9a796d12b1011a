// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Types} from "../lib/Types.sol";

/// @title IL2OutputOracle
/// @notice Output roots at fixed intervals of L2 blocks, from one proposer. For the finalization period the
///         challenger may delete them; after it, withdrawals may rely on them. Spec: Bedrock "Proposals".
interface IL2OutputOracle {
    /*//////////////////////////////////////////////////////////////
                                 ERRORS
    //////////////////////////////////////////////////////////////*/

    /// @notice Thrown when an oracle is set up with a zero among these; each of them is a divisor or a delay.
    error L2OutputOracle_ZeroParameter(
        uint256 submissionInterval, uint256 l2BlockTime, uint256 finalizationPeriodSeconds
    );

    /// @notice Thrown when an oracle is set up without one of its two roles.
    error L2OutputOracle_ZeroRole(address proposer, address challenger);

    /// @notice Thrown when an oracle is set up for a chain that starts after the present.
    error L2OutputOracle_StartInFuture(uint256 startingTimestamp, uint256 blockTimestamp);

    /// @notice Thrown when anyone but the proposer proposes.
    error L2OutputOracle_OnlyProposer(address caller, address proposer);

    /// @notice Thrown when anyone but the challenger deletes.
    error L2OutputOracle_OnlyChallenger(address caller, address challenger);

    /// @notice Thrown when a proposal is not about the L2 block that is due.
    error L2OutputOracle_UnexpectedBlockNumber(uint256 l2BlockNumber, uint256 expected);

    /// @notice Thrown when the L2 block that a proposal is about cannot exist yet.
    error L2OutputOracle_BlockInFuture(uint256 l2Timestamp, uint256 blockTimestamp);

    /// @notice Thrown when a proposal's root is zero.
    error L2OutputOracle_ZeroOutputRoot();

    /// @notice Thrown when a proposal was made on a branch of L1 that this is not; `actual` is zero for a block that
    ///         is too old to check.
    error L2OutputOracle_L1Reorged(uint256 l1BlockNumber, bytes32 expected, bytes32 actual);

    /// @notice Thrown when there is no output at an index.
    error L2OutputOracle_NoSuchOutput(uint256 index, uint256 nextIndex);

    /// @notice Thrown when the challenger comes too late.
    error L2OutputOracle_AlreadyFinalized(uint256 index, uint256 finalizedAt, uint256 blockTimestamp);

    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice Emitted for each proposal; `l1Timestamp` in seconds.
    event OutputProposed(
        bytes32 indexed outputRoot,
        uint256 indexed l2OutputIndex,
        uint256 indexed l2BlockNumber,
        uint256 l1Timestamp
    );

    /// @notice Emitted when the challenger deletes the outputs from `newNextOutputIndex` on.
    event OutputsDeleted(uint256 indexed prevNextOutputIndex, uint256 indexed newNextOutputIndex);

    /*//////////////////////////////////////////////////////////////
                          PROPOSE AND CHALLENGE
    //////////////////////////////////////////////////////////////*/

    /// @notice Set up behind a proxy, once. Unlike Bedrock, refuses zero roles and a zero finalization period.
    /// @param _submissionInterval         L2 blocks between two proposals.
    /// @param _l2BlockTime                Seconds between two L2 blocks.
    /// @param _startingBlockNumber        L2 block that proposals count from.
    /// @param _startingTimestamp          Time of that block, in seconds.
    /// @param _proposer                   May propose.
    /// @param _challenger                 May delete.
    /// @param _finalizationPeriodSeconds  Seconds during which a proposal may be deleted.
    function initialize(
        uint256 _submissionInterval,
        uint256 _l2BlockTime,
        uint256 _startingBlockNumber,
        uint256 _startingTimestamp,
        address _proposer,
        address _challenger,
        uint256 _finalizationPeriodSeconds
    ) external;

    /// @notice Claim the output root of the next L2 block that is due. Payable because Bedrock's is: proposers' tools
    ///         know that ABI. Don't send ETH: nothing ever sends it back.
    /// @param _outputRoot     The claim; not zero.
    /// @param _l2BlockNumber  Must be `nextBlockNumber()`, and before the present.
    /// @param _l1BlockHash    If not zero, the hash that L1 block `_l1BlockNumber` must have: a proposal made on a
    ///                        branch of L1 that was reorged away then reverts. Only the last 256 blocks can be checked.
    /// @param _l1BlockNumber  L1 block of `_l1BlockHash`.
    function proposeL2Output(
        bytes32 _outputRoot,
        uint256 _l2BlockNumber,
        bytes32 _l1BlockHash,
        uint256 _l1BlockNumber
    ) external payable;

    /// @notice Delete the output at `_l2OutputIndex` and all after it, while that output is not final.
    function deleteL2Outputs(uint256 _l2OutputIndex) external;

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @notice The proposal at an index. Reverts for an index that is not there.
    function getL2Output(uint256 _l2OutputIndex) external view returns (Types.OutputProposal memory);

    /// @notice The first proposal whose block is at or after `_l2BlockNumber`.
    function getL2OutputAfter(uint256 _l2BlockNumber) external view returns (Types.OutputProposal memory);

    /// @notice Index of the first proposal whose block is at or after `_l2BlockNumber`. Reverts while there is none,
    ///         in Bedrock's words, by which clients know that a withdrawal waits for its output.
    function getL2OutputIndexAfter(uint256 _l2BlockNumber) external view returns (uint256);

    /// @notice Index of the newest proposal. Reverts while there is none.
    function latestOutputIndex() external view returns (uint256);

    /// @notice Index that the next proposal will get.
    function nextOutputIndex() external view returns (uint256);

    /// @notice L2 block of the newest proposal; the starting block while there is none.
    function latestBlockNumber() external view returns (uint256);

    /// @notice L2 block that the next proposal must be about.
    function nextBlockNumber() external view returns (uint256);

    /// @notice Time of an L2 block, in seconds. Reverts before the starting block.
    function computeL2Timestamp(uint256 _l2BlockNumber) external view returns (uint256);

    /// @notice L2 block that proposals count from.
    function startingBlockNumber() external view returns (uint256);

    /// @notice Time of the starting block, in seconds.
    function startingTimestamp() external view returns (uint256);

    /// @notice L2 blocks between two proposals.
    function submissionInterval() external view returns (uint256);

    /// @notice Seconds between two L2 blocks.
    function l2BlockTime() external view returns (uint256);

    /// @notice Who may propose.
    function proposer() external view returns (address);

    /// @notice Who may delete.
    function challenger() external view returns (address);

    /// @notice Seconds during which a proposal may be deleted, and before which no withdrawal may rely on it.
    function finalizationPeriodSeconds() external view returns (uint256);

    /// @notice `submissionInterval` under its older name, which clients of Bedrock ask for.
    function SUBMISSION_INTERVAL() external view returns (uint256);

    /// @notice `l2BlockTime` under its older name.
    function L2_BLOCK_TIME() external view returns (uint256);

    /// @notice `proposer` under its older name.
    function PROPOSER() external view returns (address);

    /// @notice `challenger` under its older name.
    function CHALLENGER() external view returns (address);

    /// @notice `finalizationPeriodSeconds` under its older name.
    function FINALIZATION_PERIOD_SECONDS() external view returns (uint256);

    /// @notice Version of the ABI, by which clients choose how to talk to this contract.
    function version() external view returns (string memory);
}
