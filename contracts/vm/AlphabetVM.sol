// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBigStepper} from "./IBigStepper.sol";
import {IPreimageOracle} from "./IPreimageOracle.sol";
import {PreimageKeys} from "./PreimageKeys.sol";

/// @title AlphabetVM
/// @notice The smallest machine that a game can be played about: it counts. A state is (instant, letter) and each step adds
///         one to both. It proves nothing about L2, and every state of it says that the output root in dispute is wrong.
///         WARNING: for tests only. What op-challenger's trace type `alphabet` runs; upstream's test contract of this
///         name differs in its first step, which does not count.
/// @dev    From the first state the machine begins at instant 16 × (disputed block number - 1), so that the traces of
///         neighbouring blocks do not share states.
contract AlphabetVM is IBigStepper {
    uint256 private constant DISPUTED_BLOCK_NUMBER = 4;
    uint8 private constant INVALID = 1;

    /// @notice The first state; its first byte is the status "unfinished".
    bytes32 public immutable ABSOLUTE_PRESTATE;

    /// @inheritdoc IBigStepper
    IPreimageOracle public immutable oracle;

    constructor(bytes32 _absolutePrestate, IPreimageOracle _oracle) {
        ABSOLUTE_PRESTATE = _absolutePrestate;
        oracle = _oracle;
    }

    /// @inheritdoc IBigStepper
    function step(bytes calldata _stateData, bytes calldata, bytes32 _localContext)
        external
        view
        returns (bytes32 postState_)
    {
        (uint256 instant, uint256 letter) = keccak256(_stateData) << 8 == ABSOLUTE_PRESTATE << 8
            ? _begin(abi.decode(_stateData, (uint256)), _localContext)
            : abi.decode(_stateData, (uint256, uint256));
        return PreimageKeys.ofType(keccak256(abi.encode(instant + 1, letter + 1)), INVALID);
    }

    function _begin(uint256 _letter, bytes32 _localContext) private view returns (uint256, uint256) {
        bytes32 key = PreimageKeys.local(DISPUTED_BLOCK_NUMBER, _localContext, msg.sender);
        (bytes32 data,) = oracle.readPreimage(key, 0); // length u64 ‖ block number u64
        uint256 before = uint64(uint256(data) >> 128) - 1;
        return (before << 4, _letter + (before << 4));
    }
}
