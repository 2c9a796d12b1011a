// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LibZip} from "solady/utils/LibZip.sol";

import {L1Block} from "./L1Block.sol";

/// @title GasPriceOracle
/// @notice What a transaction costs on L2 beyond its gas: the L1 data fee (Fjord's formula) and the operator fee.
///         Chains of this project start with every fork active, so there is one formula and no switch to it; the
///         `isEcotone`-style getters answer for that. Spec: "Fees". Predeploy 0x42…0F.
contract GasPriceOracle {
    error GasPriceOracle_Deprecated(string method);

    /// @notice Fjord's linear regression: bytes in a batch ≈ (intercept + coefficient × FastLZ bytes) / 1e6.
    int32 internal constant COST_INTERCEPT = -42_585_600;
    uint32 internal constant COST_FASTLZ_COEF = 836_500;
    uint256 internal constant MIN_TRANSACTION_SIZE = 100;

    /// @notice Bytes of a signature, which an unsigned transaction lacks.
    uint256 internal constant SIGNATURE_SIZE = 68;

    uint256 public constant DECIMALS = 6;

    /// @dev 0x42…15
    L1Block internal constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);

    /// @notice Whether Jovian's operator fee holds. Fixed by the genesis state: see `genesis.py`.
    bool public isJovian;

    function version() external pure returns (string memory) {
        return "1.6.0";
    }

    function isEcotone() external pure returns (bool) {
        return true;
    }

    function isFjord() external pure returns (bool) {
        return true;
    }

    function isIsthmus() external pure returns (bool) {
        return true;
    }

    /// @notice The L1 data fee of a transaction, in wei.
    /// @param _data  The unsigned transaction, RLP-encoded.
    function getL1Fee(bytes memory _data) external view returns (uint256) {
        return _l1Cost(LibZip.flzCompress(_data).length + SIGNATURE_SIZE);
    }

    /// @notice The most that the L1 data fee of a transaction of this size can be, in wei.
    /// @param _unsignedTxSize  Bytes of the unsigned transaction.
    function getL1FeeUpperBound(uint256 _unsignedTxSize) external view returns (uint256) {
        uint256 size = _unsignedTxSize + SIGNATURE_SIZE;
        return _l1Cost(size + size / 255 + 16); // FastLZ's worst case: one control byte per 255, and a margin
    }

    /// @notice Gas that the transaction would use on L1 as calldata. An estimate; kept for tools.
    function getL1GasUsed(bytes memory _data) external pure returns (uint256) {
        return _linearRegression(LibZip.flzCompress(_data).length + SIGNATURE_SIZE) * 16 / 1e6;
    }

    /// @notice The operator fee of a transaction that uses `_gasUsed`, in wei.
    function getOperatorFee(uint256 _gasUsed) external view returns (uint256) {
        uint256 scaled = uint256(L1_BLOCK.operatorFeeScalar()) * _gasUsed;
        return (isJovian ? scaled * 100 : scaled / 1e6) + L1_BLOCK.operatorFeeConstant();
    }

    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    function l1BaseFee() public view returns (uint256) {
        return L1_BLOCK.basefee();
    }

    function blobBaseFee() public view returns (uint256) {
        return L1_BLOCK.blobBaseFee();
    }

    function baseFeeScalar() public view returns (uint32) {
        return L1_BLOCK.baseFeeScalar();
    }

    function blobBaseFeeScalar() public view returns (uint32) {
        return L1_BLOCK.blobBaseFeeScalar();
    }

    function decimals() external pure returns (uint256) {
        return DECIMALS;
    }

    /// @notice Bedrock's parameters; gone with Ecotone.
    function overhead() external pure returns (uint256) {
        revert GasPriceOracle_Deprecated("overhead");
    }

    function scalar() external pure returns (uint256) {
        revert GasPriceOracle_Deprecated("scalar");
    }

    /// @dev estimated bytes × 1e6 × (16 × base fee × scalar + blob base fee × scalar), over 1e12.
    function _l1Cost(uint256 _fastLzSize) private view returns (uint256) {
        uint256 price =
            uint256(baseFeeScalar()) * 16 * l1BaseFee() + uint256(blobBaseFeeScalar()) * blobBaseFee();
        return _linearRegression(_fastLzSize) * price / 10 ** (DECIMALS * 2);
    }

    /// @dev Estimated bytes, times 1e6; at least those of the smallest transaction.
    function _linearRegression(uint256 _fastLzSize) private pure returns (uint256) {
        int256 estimate = COST_INTERCEPT + int256(uint256(COST_FASTLZ_COEF)) * int256(_fastLzSize);
        int256 minimum = int256(MIN_TRANSACTION_SIZE) * 1e6;
        return uint256(estimate < minimum ? minimum : estimate);
    }
}
