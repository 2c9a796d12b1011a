// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeeVault} from "./FeeVault.sol";

/// @title SequencerFeeVault
/// @notice Collects tips: the priority fees of L2 transactions. Predeploy 0x42…11.
contract SequencerFeeVault is FeeVault {
    /// @notice `recipient` under its name of before Bedrock.
    function l1FeeWallet() external view returns (address) {
        return recipient;
    }
}
