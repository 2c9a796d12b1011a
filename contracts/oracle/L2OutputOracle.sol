// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {Types} from "../lib/Types.sol";
import {IL2OutputOracle} from "./IL2OutputOracle.sol";

/// @title L2OutputOracle
/// @dev   INVARIANT: l2Outputs[i].l2BlockNumber == startingBlockNumber + (i + 1) × submissionInterval.
contract L2OutputOracle is IL2OutputOracle, ProxyAdminOwned, Initializable {
    using SafeCast for uint256;

    /// @inheritdoc IL2OutputOracle
    uint256 public startingBlockNumber;
    /// @inheritdoc IL2OutputOracle
    uint256 public startingTimestamp;

    Types.OutputProposal[] internal l2Outputs;

    /// @inheritdoc IL2OutputOracle
    uint256 public submissionInterval;
    /// @inheritdoc IL2OutputOracle
    uint256 public l2BlockTime;
    /// @inheritdoc IL2OutputOracle
    address public challenger;
    /// @inheritdoc IL2OutputOracle
    address public proposer;
    /// @inheritdoc IL2OutputOracle
    uint256 public finalizationPeriodSeconds;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IL2OutputOracle
    function initialize(
        uint256 _submissionInterval,
        uint256 _l2BlockTime,
        uint256 _startingBlockNumber,
        uint256 _startingTimestamp,
        address _proposer,
        address _challenger,
        uint256 _finalizationPeriodSeconds
    ) external initializer {
        _requireProxyAdminOrOwner();
        if (_submissionInterval == 0 || _l2BlockTime == 0 || _finalizationPeriodSeconds == 0) {
            revert L2OutputOracle_ZeroParameter(_submissionInterval, _l2BlockTime, _finalizationPeriodSeconds);
        }
        if (_proposer == address(0) || _challenger == address(0)) {
            revert L2OutputOracle_ZeroRole(_proposer, _challenger);
        }
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

    /// @inheritdoc IL2OutputOracle
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

    /// @inheritdoc IL2OutputOracle
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

    /// @inheritdoc IL2OutputOracle
    function getL2Output(uint256 _l2OutputIndex) external view returns (Types.OutputProposal memory) {
        if (_l2OutputIndex >= l2Outputs.length) {
            revert L2OutputOracle_NoSuchOutput(_l2OutputIndex, l2Outputs.length);
        }
        return l2Outputs[_l2OutputIndex];
    }

    /// @inheritdoc IL2OutputOracle
    function getL2OutputAfter(uint256 _l2BlockNumber) external view returns (Types.OutputProposal memory) {
        return l2Outputs[getL2OutputIndexAfter(_l2BlockNumber)];
    }

    /// @inheritdoc IL2OutputOracle
    function getL2OutputIndexAfter(uint256 _l2BlockNumber) public view returns (uint256) {
        if (l2Outputs.length == 0 || _l2BlockNumber > latestBlockNumber()) {
            revert("L2OutputOracle: cannot get output for a block that has not been proposed");
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

    /// @inheritdoc IL2OutputOracle
    function latestOutputIndex() external view returns (uint256) {
        if (l2Outputs.length == 0) revert L2OutputOracle_NoSuchOutput(0, 0);
        return l2Outputs.length - 1;
    }

    /// @inheritdoc IL2OutputOracle
    function nextOutputIndex() public view returns (uint256) {
        return l2Outputs.length;
    }

    /// @inheritdoc IL2OutputOracle
    function latestBlockNumber() public view returns (uint256) {
        return l2Outputs.length == 0 ? startingBlockNumber : l2Outputs[l2Outputs.length - 1].l2BlockNumber;
    }

    /// @inheritdoc IL2OutputOracle
    function nextBlockNumber() public view returns (uint256) {
        return latestBlockNumber() + submissionInterval;
    }

    /// @inheritdoc IL2OutputOracle
    function computeL2Timestamp(uint256 _l2BlockNumber) public view returns (uint256) {
        return startingTimestamp + (_l2BlockNumber - startingBlockNumber) * l2BlockTime;
    }

    /// @inheritdoc IL2OutputOracle
    function SUBMISSION_INTERVAL() external view returns (uint256) {
        return submissionInterval;
    }

    /// @inheritdoc IL2OutputOracle
    function L2_BLOCK_TIME() external view returns (uint256) {
        return l2BlockTime;
    }

    /// @inheritdoc IL2OutputOracle
    function PROPOSER() external view returns (address) {
        return proposer;
    }

    /// @inheritdoc IL2OutputOracle
    function CHALLENGER() external view returns (address) {
        return challenger;
    }

    /// @inheritdoc IL2OutputOracle
    function FINALIZATION_PERIOD_SECONDS() external view returns (uint256) {
        return finalizationPeriodSeconds;
    }

    /// @inheritdoc IL2OutputOracle
    function version() external pure returns (string memory) {
        return "1.8.0";
    }
}
