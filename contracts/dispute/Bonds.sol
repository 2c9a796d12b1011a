// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Bonds
/// @notice What a claim costs at each depth: 200 gwei × 400,000 gas × 750^(depth / greatest depth), so that whoever
///         answers is paid for the work at any depth, up to a step of 300 million gas. Spec: "Bond Incentives".
library Bonds {
    uint256 internal constant ASSUMED_BASE_FEE = 200 gwei;
    uint256 internal constant LOW_GAS = 400_000;
    uint256 internal constant HIGH_GAS = 300_000_000;

    /// @notice The logarithm, in WAD, of the factor from one level to the next.
    /// @dev    Not simply ln(750) / depth: the factor is rounded between, as on every chain, and so are the bonds.
    function lnOfFactor(uint256 _maxGameDepth) internal pure returns (int256) {
        int256 lnOfRange = FixedPointMathLib.lnWad(int256(HIGH_GAS / LOW_GAS * FixedPointMathLib.WAD));
        uint256 perLevel = FixedPointMathLib.WAD / _maxGameDepth;
        uint256 exponent = FixedPointMathLib.mulWad(uint256(lnOfRange), perLevel);
        return FixedPointMathLib.lnWad(FixedPointMathLib.expWad(int256(exponent)));
    }

    /// @notice The bond, in wei, of a claim at `_depth`.
    function required(uint256 _depth, int256 _lnOfFactor) internal pure returns (uint256) {
        uint256 multiple = uint256(FixedPointMathLib.expWad(_lnOfFactor * int256(_depth)));
        return ASSUMED_BASE_FEE * FixedPointMathLib.mulWad(LOW_GAS, multiple);
    }
}
