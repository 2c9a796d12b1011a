// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeeVault} from "./FeeVault.sol";

/// @title OperatorFeeVault
/// @notice Collects the operator fees of L2 transactions, from Isthmus. Predeploy 0x42…1B.
contract OperatorFeeVault is FeeVault {}
