// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeeVault} from "./FeeVault.sol";

/// @title BaseFeeVault
/// @notice Collects the base fees of L2 transactions. Predeploy 0x42…19.
contract BaseFeeVault is FeeVault {}
