// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GasPriceOracle} from "../../../contracts/predeploys/GasPriceOracle.sol";
import {L1Block} from "../../../contracts/predeploys/L1Block.sol";
import {L1BlockNumber} from "../../../contracts/predeploys/L1BlockNumber.sol";
import {L2ToL1MessagePasser} from "../../../contracts/predeploys/L2ToL1MessagePasser.sol";
import {WETH} from "../../../contracts/predeploys/WETH.sol";
import {vm} from "./Vm.sol";

/// @title L2
/// @notice The predeploys at their addresses, without proxies.
abstract contract L2 {
    address internal constant DEPOSITOR = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;

    WETH internal constant weth = WETH(payable(0x4200000000000000000000000000000000000006));
    GasPriceOracle internal constant gasPriceOracle =
        GasPriceOracle(0x420000000000000000000000000000000000000F);
    L1BlockNumber internal constant l1BlockNumber =
        L1BlockNumber(payable(0x4200000000000000000000000000000000000013));
    L1Block internal constant l1Block = L1Block(0x4200000000000000000000000000000000000015);
    L2ToL1MessagePasser internal constant messagePasser =
        L2ToL1MessagePasser(payable(0x4200000000000000000000000000000000000016));

    function deployL2() internal {
        vm.etch(address(weth), address(new WETH()).code);
        vm.etch(address(gasPriceOracle), address(new GasPriceOracle()).code);
        vm.etch(address(l1BlockNumber), address(new L1BlockNumber()).code);
        vm.etch(address(l1Block), address(new L1Block()).code);
        vm.etch(address(messagePasser), address(new L2ToL1MessagePasser()).code);
    }

    /// @notice What derivation makes of an L1 block: the packed calldata of Jovian's L1-attributes transaction.
    function setL1Attributes(
        uint32 baseFeeScalar,
        uint32 blobBaseFeeScalar,
        uint256 baseFee,
        uint256 blobBaseFee,
        uint32 operatorFeeScalar,
        uint64 operatorFeeConstant
    ) internal {
        bytes memory fees = abi.encodePacked(baseFeeScalar, blobBaseFeeScalar);
        bytes memory origin = abi.encodePacked(uint64(7), uint64(1_700_000_012), uint64(1234));
        bytes memory words = abi.encodePacked(baseFee, blobBaseFee, keccak256("L1"), uint256(uint160(0xBA)));
        bytes memory tail = abi.encodePacked(operatorFeeScalar, operatorFeeConstant, uint16(400));
        vm.prank(DEPOSITOR);
        (bool success,) = address(l1Block).call(bytes.concat(hex"3db6be2b", fees, origin, words, tail));
        vm.assertTrue(success, "setL1BlockValuesJovian");
    }
}
