// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GasPriceOracle} from "../../contracts/predeploys/GasPriceOracle.sol";
import {L2} from "./support/L2.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Numbers without another source are from op-geth's rollup_cost_test.go.
contract GasPriceOracleTest is L2 {
    /// @dev A transaction that FastLZ makes 202 bytes of.
    bytes internal constant REFERENCE_TX =
        hex"02f901550a758302df1483be21b88304743f94f80e51afb613d764fa61751affd3313c190a86bb870151bd62fd12adb8e41ef24f3f000000000000000000000000000000000000000000000000000000000000006e000000000000000000000000af88d065e77c8cc2239327c5edb3a432268e5831000000000000000000000000000000000000000000000000000000000003c1e5000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000a000000000000000000000000000000000000000000000000000000000000000148c89ed219d02f1a5be012c689b4f5b731827bebe000000000000000000000000c001a033fd89cb37c31b2cba46b6466e040c61fc9b2a3675a7f5f493ebd5ad77c497f8a07cdf65680e238392693019b4092f610222e71b7cec06449cb922b93b6a12744e";

    function setUp() public {
        deployL2();
    }

    /*//////////////////////////////////////////////////////////////
                              L1 DATA FEE
    //////////////////////////////////////////////////////////////*/

    /// @dev 235 FastLZ bytes, 68 of them for the signature.
    function test_getL1Fee_referenceSize() public {
        setL1Attributes(20, 15, 2e6, 3e6, 0, 0);
        bytes memory unsigned = _incompressible(161); // and 6 control bytes
        vm.assertEq(gasPriceOracle.getL1Fee(unsigned), 105_484, "fee");
        vm.assertEq(gasPriceOracle.getL1GasUsed(unsigned), 2463, "gas");
        vm.assertEq(gasPriceOracle.getL1FeeUpperBound(151), 105_484, "151 + 68 + 16 bytes");
    }

    /// @dev Small transactions all count as 100 bytes: up to 170 FastLZ bytes.
    function test_getL1Fee_small_costsMinimum() public {
        setL1Attributes(2, 3, 1e9, 10e6, 0, 0);
        vm.assertEq(gasPriceOracle.getL1Fee(""), 3_203_000, "empty");
        vm.assertEq(gasPriceOracle.getL1Fee(_incompressible(98)), 3_203_000, "170 bytes");
        vm.assertEq(gasPriceOracle.getL1GasUsed(_incompressible(98)), 1600, "gas");
        vm.assertGt(gasPriceOracle.getL1Fee(_incompressible(99)), 3_203_000, "171 bytes");
    }

    function test_getL1GasUsed_fastLz() public pure {
        vm.assertEq(
            gasPriceOracle.getL1GasUsed(REFERENCE_TX), 2932, "(836500 * (202 + 68) - 42585600) * 16 / 1e6"
        );
        vm.assertEq(gasPriceOracle.getL1GasUsed(new bytes(1000)), 1600, "21 bytes");
    }

    function testFuzz_getL1Fee_boundedAbove(bytes memory unsigned) public {
        setL1Attributes(1_368, 810_949, 3 gwei, 1 gwei, 0, 0);
        uint256 fee = gasPriceOracle.getL1Fee(unsigned);
        vm.assertLe(fee, gasPriceOracle.getL1FeeUpperBound(unsigned.length), "upper bound");
        vm.assertGe(fee, gasPriceOracle.getL1Fee(""), "lower bound");
    }

    /// @dev Scalars of 32 bits do not overflow in 32 bits.
    function test_getL1Fee_largestScalars() public {
        setL1Attributes(type(uint32).max, type(uint32).max, 1 gwei, 1 gwei, 0, 0);
        uint256 price = 17 * uint256(type(uint32).max) * 1 gwei;
        vm.assertEq(gasPriceOracle.getL1Fee(""), 100e6 * price / 1e12, "100 bytes");
    }

    /*//////////////////////////////////////////////////////////////
                              OPERATOR FEE
    //////////////////////////////////////////////////////////////*/

    function test_getOperatorFee_isthmus() public {
        setL1Attributes(0, 0, 0, 0, 1_439_103_868, 1_256_417_826_609_331_460);
        vm.assertFalse(gasPriceOracle.isJovian(), "before Jovian");
        vm.assertEq(
            gasPriceOracle.getOperatorFee(1618), 1_256_417_826_611_659_930, "gas * scalar / 1e6 + constant"
        );
    }

    function test_getOperatorFee_jovian() public {
        vm.store(address(gasPriceOracle), bytes32(0), bytes32(uint256(1))); // as the genesis state has it
        setL1Attributes(0, 0, 0, 0, 1_439_103_868, 1_256_417_826_609_331_460);
        vm.assertTrue(gasPriceOracle.isJovian(), "from Jovian");
        vm.assertEq(
            gasPriceOracle.getOperatorFee(1618), 1_256_650_673_615_173_860, "gas * scalar * 100 + constant"
        );
    }

    function testFuzz_getOperatorFee_unset_isZero(uint256 gasUsed) public {
        setL1Attributes(1, 1, 1, 1, 0, 0);
        vm.assertEq(gasPriceOracle.getOperatorFee(gasUsed), 0, "no operator fee");
    }

    /*//////////////////////////////////////////////////////////////
                                GETTERS
    //////////////////////////////////////////////////////////////*/

    function test_getters_ofL1Block() public {
        setL1Attributes(11, 22, 33, 44, 0, 0);
        vm.fee(55);
        vm.assertEq(gasPriceOracle.baseFeeScalar(), 11, "baseFeeScalar");
        vm.assertEq(gasPriceOracle.blobBaseFeeScalar(), 22, "blobBaseFeeScalar");
        vm.assertEq(gasPriceOracle.l1BaseFee(), 33, "l1BaseFee");
        vm.assertEq(gasPriceOracle.blobBaseFee(), 44, "blobBaseFee");
        vm.assertEq(gasPriceOracle.baseFee(), 55, "baseFee");
        vm.assertEq(gasPriceOracle.gasPrice(), 55, "gasPrice");
        vm.assertEq(gasPriceOracle.decimals(), 6, "decimals");
        vm.assertEq(gasPriceOracle.DECIMALS(), 6, "DECIMALS");
        vm.assertEq(gasPriceOracle.version(), "1.6.0", "version");
        vm.assertTrue(gasPriceOracle.isEcotone(), "isEcotone");
        vm.assertTrue(gasPriceOracle.isFjord(), "isFjord");
        vm.assertTrue(gasPriceOracle.isIsthmus(), "isIsthmus");
    }

    function test_getters_ofBedrock_revert() public {
        bytes4 deprecated = GasPriceOracle.GasPriceOracle_Deprecated.selector;
        vm.expectRevert(abi.encodeWithSelector(deprecated, "overhead"));
        gasPriceOracle.overhead();
        vm.expectRevert(abi.encodeWithSelector(deprecated, "scalar"));
        gasPriceOracle.scalar();
    }

    /// @dev Bytes in which nothing repeats: FastLZ makes runs of 32 literals of them, a control byte before each.
    function _incompressible(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            data[i] = keccak256(abi.encode(i / 32))[i % 32];
        }
    }
}
