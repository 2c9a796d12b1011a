// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeeVault} from "./FeeVault.sol";

/// @title L1FeeVault
/// @notice Collects the L1 data fees of L2 transactions. Predeploy 0x42…1A.
contract L1FeeVault is FeeVault {}
