// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Constants
/// @notice Values that more than one contract shares.
library Constants {
    /// @notice `l2Sender` outside of a withdrawal; not zero, so that setting it costs the same every time.
    address internal constant DEFAULT_L2_SENDER = 0x000000000000000000000000000000000000dEaD;

    /// @notice An origin that nobody can sign for; a failing call from it reverts, so that gas estimation sees it.
    address internal constant ESTIMATION_ADDRESS = address(1);

    /// @notice Sender of the L1-attributes deposit.
    address internal constant DEPOSITOR_ACCOUNT = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;

    /// @notice Stands for ETH where an ABI wants the address of a token.
    address internal constant ETHER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
}
