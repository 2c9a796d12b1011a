// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Types} from "../lib/Types.sol";

/// @title L2OutputOracle
/// @notice Output roots at fixed intervals of L2 blocks, from one proposer. For the finalization period the
///         challenger may delete them; after it, withdrawals may rely on them. Spec: Bedrock "Proposals".
contract L2OutputOracle is Initializable {
    using SafeCast for uint256;

    /*//////////////////////////////////////////////////////////////
                                ERRORS
    //////////////////////////////////////////////////////////////*/

    error L2OutputOracle_ZeroParameter(string name);
    error L2OutputOracle_StartInFuture(uint256 startingTimestamp, uint256 blockTimestamp);
    error L2OutputOracle_OnlyProposer(address caller, address proposer);
    error L2OutputOracle_OnlyChallenger(address caller, address challenger);
    error L2OutputOracle_UnexpectedBlockNumber(uint256 l2BlockNumber, uint256 expected);
    error L2OutputOracle_BlockInFuture(uint256 l2Timestamp, uint256 blockTimestamp);
    error L2OutputOracle_ZeroOutputRoot();
    error L2OutputOracle_L1Reorged(uint256 l1BlockNumber, bytes32 expected, bytes32 actual);
    error L2OutputOracle_NoSuchOutput(uint256 index, uint256 nextIndex);
    error L2OutputOracle_AlreadyFinalized(uint256 index, uint256 finalizedAt, uint256 blockTimestamp);
    error L2OutputOracle_NotProposedYet(uint256 l2BlockNumber, uint256 latestBlockNumber);

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
                                STORAGE
    //////////////////////////////////////////////////////////////*/

    /// @notice L2 block and time (seconds) that proposals count from.
    uint256 public startingBlockNumber;
    uint256 public startingTimestamp;

    Types.OutputProposal[] internal l2Outputs;

    /// @notice L2 blocks between two proposals.
    uint256 public submissionInterval;

    /// @notice Seconds between two L2 blocks.
    uint256 public l2BlockTime;

    address public challenger;
    address public proposer;

    /// @notice Seconds during which a proposal may be deleted.
    uint256 public finalizationPeriodSeconds;

    /*//////////////////////////////////////////////////////////////
                             INITIALIZATION
    //////////////////////////////////////////////////////////////*/

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once.
    function initialize(
        uint256 _submissionInterval,
        uint256 _l2BlockTime,
        uint256 _startingBlockNumber,
        uint256 _startingTimestamp,
        address _proposer,
        address _challenger,
        uint256 _finalizationPeriodSeconds
    ) external initializer {
        if (_submissionInterval == 0) {
            revert L2OutputOracle_ZeroParameter("submissionInterval");
        }
        if (_l2BlockTime == 0) revert L2OutputOracle_ZeroParameter("l2BlockTime");
        if (_finalizationPeriodSeconds == 0) {
            revert L2OutputOracle_ZeroParameter("finalizationPeriodSeconds");
        }
        if (_proposer == address(0)) revert L2OutputOracle_ZeroParameter("proposer");
        if (_challenger == address(0)) revert L2OutputOracle_ZeroParameter("challenger");
        if (_startingTimestamp > block.timestamp) {
            revert L2OutputOracle_StartInFuture(_startingTimestamp, block.timestamp);
        }
        submissionInterval = _submissionInterval;
        l2BlockTime = _l2BlockTime;
        startingBlockNumber = _startingBlockNumber;
        startingTimestamp = _startingTimestamp;
        proposer = _proposer;
        challenger = _challenger;
        finalizationPeriodSeconds = _finalizationPeriodSeconds;
    }

    /*//////////////////////////////////////////////////////////////
                          PROPOSE AND CHALLENGE
    //////////////////////////////////////////////////////////////*/

    /// @notice Claim the output root of the next L2 block that is due.
    /// @param _outputRoot     The claim; not zero.
    /// @param _l2BlockNumber  Must be `nextBlockNumber()`, and not after the present.
    /// @param _l1BlockHash    If not zero, the hash that L1 block `_l1BlockNumber` must have: a proposal made on a
    ///                        branch of L1 that was reorged away then reverts. Only the last 256 blocks can be checked.
    /// @param _l1BlockNumber  L1 block of `_l1BlockHash`.
    function proposeL2Output(
        bytes32 _outputRoot,
        uint256 _l2BlockNumber,
        bytes32 _l1BlockHash,
        uint256 _l1BlockNumber
    ) external payable {
        if (msg.sender != proposer) {
            revert L2OutputOracle_OnlyProposer(msg.sender, proposer);
        }
        uint256 expected = nextBlockNumber();
        if (_l2BlockNumber != expected) {
            revert L2OutputOracle_UnexpectedBlockNumber(_l2BlockNumber, expected);
        }
        uint256 l2Timestamp = computeL2Timestamp(_l2BlockNumber);
        if (l2Timestamp >= block.timestamp) {
            revert L2OutputOracle_BlockInFuture(l2Timestamp, block.timestamp);
        }
        if (_outputRoot == bytes32(0)) revert L2OutputOracle_ZeroOutputRoot();
        if (_l1BlockHash != bytes32(0) && blockhash(_l1BlockNumber) != _l1BlockHash) {
            revert L2OutputOracle_L1Reorged(_l1BlockNumber, _l1BlockHash, blockhash(_l1BlockNumber));
        }

        emit OutputProposed(_outputRoot, nextOutputIndex(), _l2BlockNumber, block.timestamp);
        l2Outputs.push(
            Types.OutputProposal({
                outputRoot: _outputRoot,
                timestamp: block.timestamp.toUint128(),
                l2BlockNumber: _l2BlockNumber.toUint128()
            })
        );
    }

    /// @notice Delete the output at `_l2OutputIndex` and all after it, while that output is not final.
    function deleteL2Outputs(uint256 _l2OutputIndex) external {
        if (msg.sender != challenger) revert L2OutputOracle_OnlyChallenger(msg.sender, challenger);
        uint256 nextIndex = l2Outputs.length;
        if (_l2OutputIndex >= nextIndex) revert L2OutputOracle_NoSuchOutput(_l2OutputIndex, nextIndex);
        uint256 finalizedAt = l2Outputs[_l2OutputIndex].timestamp + finalizationPeriodSeconds;
        if (block.timestamp >= finalizedAt) {
            revert L2OutputOracle_AlreadyFinalized(_l2OutputIndex, finalizedAt, block.timestamp);
        }
        // equivalent: pop until l2Outputs.length == _l2OutputIndex. The stale elements are overwritten by later
        // proposals and unreachable until then; not clearing them bounds the cost of a deletion.
        assembly ("memory-safe") {
            sstore(l2Outputs.slot, _l2OutputIndex)
        }
        emit OutputsDeleted(nextIndex, _l2OutputIndex);
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    function version() external pure returns (string memory) {
        return "1.8.0";
    }

    /// @notice The proposal at an index. Reverts for an index that is not there.
    function getL2Output(uint256 _l2OutputIndex) external view returns (Types.OutputProposal memory) {
        if (_l2OutputIndex >= l2Outputs.length) {
            revert L2OutputOracle_NoSuchOutput(_l2OutputIndex, l2Outputs.length);
        }
        return l2Outputs[_l2OutputIndex];
    }

    /// @notice Index of the first proposal whose block is at or after `_l2BlockNumber`.
    function getL2OutputIndexAfter(uint256 _l2BlockNumber) public view returns (uint256) {
        if (l2Outputs.length == 0 || _l2BlockNumber > latestBlockNumber()) {
            revert L2OutputOracle_NotProposedYet(_l2BlockNumber, latestBlockNumber());
        }
        uint256 lo = 0;
        uint256 hi = l2Outputs.length;
        while (lo < hi) {
            uint256 mid = (lo + hi) / 2;
            if (l2Outputs[mid].l2BlockNumber < _l2BlockNumber) lo = mid + 1;
            else hi = mid;
        }
        return lo;
    }

    /// @notice The first proposal whose block is at or after `_l2BlockNumber`.
    function getL2OutputAfter(uint256 _l2BlockNumber) external view returns (Types.OutputProposal memory) {
        return l2Outputs[getL2OutputIndexAfter(_l2BlockNumber)];
    }

    /// @notice Index of the newest proposal. Reverts while there is none.
    function latestOutputIndex() external view returns (uint256) {
        if (l2Outputs.length == 0) revert L2OutputOracle_NoSuchOutput(0, 0);
        return l2Outputs.length - 1;
    }

    /// @notice Index that the next proposal will get.
    function nextOutputIndex() public view returns (uint256) {
        return l2Outputs.length;
    }

    /// @notice L2 block of the newest proposal; the starting block while there is none.
    function latestBlockNumber() public view returns (uint256) {
        return l2Outputs.length == 0 ? startingBlockNumber : l2Outputs[l2Outputs.length - 1].l2BlockNumber;
    }

    /// @notice L2 block that the next proposal must be about.
    function nextBlockNumber() public view returns (uint256) {
        return latestBlockNumber() + submissionInterval;
    }

    /// @notice Time of an L2 block, in seconds.
    function computeL2Timestamp(uint256 _l2BlockNumber) public view returns (uint256) {
        return startingTimestamp + (_l2BlockNumber - startingBlockNumber) * l2BlockTime;
    }

    // The same getters under the names that Bedrock's clients know from its immutables.

    function SUBMISSION_INTERVAL() external view returns (uint256) {
        return submissionInterval;
    }

    function L2_BLOCK_TIME() external view returns (uint256) {
        return l2BlockTime;
    }

    function CHALLENGER() external view returns (address) {
        return challenger;
    }

    function PROPOSER() external view returns (address) {
        return proposer;
    }

    function FINALIZATION_PERIOD_SECONDS() external view returns (uint256) {
        return finalizationPeriodSeconds;
    }
}
