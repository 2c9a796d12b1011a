// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title ResourceMetering
/// @notice The market for gas that deposits buy on L2: an EIP-1559 price per unit, paid by burning gas on L1.
///         Spec: "Guaranteed Gas Fee Market".
library ResourceMetering {
    /// @notice Thrown when the deposits of one block would buy more than the limit.
    error ResourceMetering_LimitReached(uint256 boughtGas, uint256 maxResourceLimit);

    /// @notice State of the market. One slot.
    /// @param prevBaseFee    Wei per unit of L2 gas.
    /// @param prevBoughtGas  L2 gas bought in block `prevBlockNum`.
    /// @param prevBlockNum   L1 block of the last purchase.
    struct ResourceParams {
        uint128 prevBaseFee;
        uint64 prevBoughtGas;
        uint64 prevBlockNum;
    }

    /// @notice Parameters of the market, kept by SystemConfig.
    /// @param maxResourceLimit             L2 gas that the deposits of one L1 block may buy.
    /// @param elasticityMultiplier         Limit over target.
    /// @param baseFeeMaxChangeDenominator  One over the largest change of the price per block.
    /// @param minimumBaseFee               Lowest price, in wei.
    /// @param systemTxMaxGas               L2 gas reserved for the L1-attributes transaction.
    /// @param maximumBaseFee               Highest price, in wei.
    struct ResourceConfig {
        uint32 maxResourceLimit;
        uint8 elasticityMultiplier;
        uint8 baseFeeMaxChangeDenominator;
        uint32 minimumBaseFee;
        uint32 systemTxMaxGas;
        uint128 maximumBaseFee;
    }

    /// @dev What L1's own base fee counts at least, so that gas on a cheap L1 buys no more than this.
    uint256 private constant MIN_L1_BASE_FEE = 1 gwei;

    /// @notice Buy `_amount` of L2 gas: update the price, then burn what the gas spent so far does not cover.
    /// @param _initialGas  Gas left when the transaction's work began.
    function buy(
        ResourceParams storage _params,
        ResourceConfig memory _config,
        uint64 _amount,
        uint256 _initialGas
    ) internal {
        ResourceParams memory market = _params;
        if (block.number > market.prevBlockNum) {
            market.prevBaseFee = _nextBaseFee(market, _config);
            market.prevBoughtGas = 0;
            market.prevBlockNum = uint64(block.number);
        }
        uint256 boughtGas = uint256(market.prevBoughtGas) + _amount;
        if (boughtGas > _config.maxResourceLimit) {
            revert ResourceMetering_LimitReached(boughtGas, _config.maxResourceLimit);
        }
        _params.prevBaseFee = market.prevBaseFee;
        _params.prevBoughtGas = uint64(boughtGas); // at most the limit, a u32
        _params.prevBlockNum = market.prevBlockNum;

        uint256 l1BaseFee = block.basefee > MIN_L1_BASE_FEE ? block.basefee : MIN_L1_BASE_FEE;
        uint256 gasCost = uint256(_amount) * market.prevBaseFee / l1BaseFee;
        uint256 usedGas = _initialGas - gasleft();
        if (gasCost > usedGas) _burnGas(gasCost - usedGas);
    }

    /// @dev The price after the block of the last purchase, and after the empty blocks since.
    function _nextBaseFee(ResourceParams memory _market, ResourceConfig memory _config)
        private
        view
        returns (uint128)
    {
        int256 minimum = int256(uint256(_config.minimumBaseFee));
        int256 maximum = int256(uint256(_config.maximumBaseFee));
        int256 denominator = int256(uint256(_config.baseFeeMaxChangeDenominator));
        int256 target =
            int256(uint256(_config.maxResourceLimit)) / int256(uint256(_config.elasticityMultiplier));
        int256 baseFee = int256(uint256(_market.prevBaseFee));

        int256 gasDelta = int256(uint256(_market.prevBoughtGas)) - target;
        baseFee =
            FixedPointMathLib.clamp(baseFee + baseFee * gasDelta / (target * denominator), minimum, maximum);

        uint256 blocks = block.number - _market.prevBlockNum;
        if (blocks > 1) {
            // (1 - 1/denominator) ^ (empty blocks), in units of 1e18
            int256 decay = FixedPointMathLib.powWad(1e18 - 1e18 / denominator, int256(blocks - 1) * 1e18);
            baseFee = FixedPointMathLib.clamp(baseFee * decay / 1e18, minimum, maximum);
        }
        return uint128(uint256(baseFee)); // within [minimum, maximum], which are at most 2^128 - 1
    }

    /// @dev Gas is burned by doing nothing until it is gone.
    function _burnGas(uint256 _amount) private view {
        uint256 initialGas = gasleft();
        uint256 i = 0;
        while (initialGas - gasleft() < _amount) {
            ++i;
        }
    }
}
