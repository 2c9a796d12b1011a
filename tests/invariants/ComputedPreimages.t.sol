// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "../../contracts/vm/IPreimageOracle.sol";
import {PreimageOracle} from "../../contracts/vm/PreimageOracle.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice Preimages that are not hashed: L1 computes what their keys ask for. Elements of blobs, results of precompiles.
contract ComputedPreimagesTest {
    PreimageOracle internal oracle = new PreimageOracle(126_000, 1 days);

    /*//////////////////////////////////////////////////////////////
                           ELEMENTS OF BLOBS
    //////////////////////////////////////////////////////////////*/

    /// @dev The blob whose element i is the first 31 bytes of sha256(u32 i), and z those of sha256("z"), by c-kzg.
    uint256 internal constant Z = 0x00594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b;
    uint256 internal constant Y = 0x3eda635ca1832e9e35e4424f145d3a02b96acbd533c7ac828a66391460c61c69;
    bytes internal commitment =
        hex"856cd80da8e9e84028b60aba81735480ea415af3e1c51dcf3036e16b606b04eae5d0514913d41438a02a55ec0cb916c3";
    bytes internal proof =
        hex"aa7913b70abe7ccf048094c38eec59431a6b9e4356dad7c7a58c36f99a31fa9b2d30592c93bd842d0064364346d3140d";
    /// @dev Order of the field of a blob's elements.
    uint256 internal constant MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    function test_blob_anyPart_isTheSlice() public {
        bytes32 key = _key(keccak256(bytes.concat(commitment, bytes32(Z))), 5);
        for (uint256 offset = 0; offset < 40; offset++) {
            oracle.loadBlobPreimagePart(Z, Y, commitment, proof, offset);
            _expectSlice(key, bytes.concat(bytes32(Y)), offset);
        }
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.PreimageOracle_OffsetTooHigh.selector, 40, 40));
        oracle.loadBlobPreimagePart(Z, Y, commitment, proof, 40);
    }

    /// forge-config: default.fuzz.runs = 16
    /// forge-config: ci.fuzz.runs = 16
    function testFuzz_blob_anotherValue_reverts(uint256 y) public {
        if (y == Y) y = 0;
        _expectWrong(Z, y, commitment, proof);
    }

    /// forge-config: default.fuzz.runs = 16
    /// forge-config: ci.fuzz.runs = 16
    function testFuzz_blob_anotherPlace_reverts(uint256 z) public {
        if (z == Z) z = 0;
        _expectWrong(z, Y, commitment, proof);
    }

    /// @notice Numbers that are the same in the field would be other keys, or other preimages of the same key.
    function test_blob_sameInTheField_reverts() public {
        _expectWrong(Z + MODULUS, Y, commitment, proof);
        _expectWrong(Z, Y + MODULUS, commitment, proof);
    }

    function test_blob_anotherCommitmentOrProof_reverts() public {
        _expectWrong(Z, Y, proof, proof);
        _expectWrong(Z, Y, commitment, commitment);
        _expectWrong(Z, Y, new bytes(48), proof);
    }

    function testFuzz_blob_pointOfAnotherSize_reverts(uint8 size) public {
        if (size == 48) size = 49;
        bytes memory point = new bytes(size);
        for (uint256 i = 0; i < size && i < 48; i++) {
            point[i] = commitment[i];
        }
        bytes memory refused =
            abi.encodeWithSelector(IPreimageOracle.PreimageOracle_BadPointSize.selector, size);
        vm.expectRevert(refused);
        oracle.loadBlobPreimagePart(Z, Y, point, proof, 0);
        vm.expectRevert(refused);
        oracle.loadBlobPreimagePart(Z, Y, commitment, point, 0);
    }

    function _expectWrong(uint256 z, uint256 y, bytes memory point, bytes memory opening) private {
        bytes32 versionedHash = bytes32((uint256(sha256(point)) << 8 >> 8) | (uint256(1) << 248));
        vm.expectRevert(
            abi.encodeWithSelector(
                IPreimageOracle.PreimageOracle_WrongBlobElement.selector, versionedHash, z, y
            )
        );
        oracle.loadBlobPreimagePart(z, y, point, opening, 0);
    }

    /*//////////////////////////////////////////////////////////////
                         RESULTS OF PRECOMPILES
    //////////////////////////////////////////////////////////////*/

    address internal constant SHA256 = address(2);
    address internal constant IDENTITY = address(4);
    address internal constant CURVE_ADDITION = address(6);
    address internal constant PAIRING = address(8);

    function testFuzz_precompile_anyPart_isTheSlice(bytes calldata input, uint64 gas_, uint256 seed) public {
        gas_ = uint64(bound(gas_, 10_000, 1_000_000));
        bytes memory result = bytes.concat(bytes1(0x01), input);
        uint256 offset = bound(seed, 0, result.length + 7);
        oracle.loadPrecompilePreimagePart(offset, IDENTITY, gas_, input);
        _expectSlice(_keyOf(IDENTITY, gas_, input), result, offset);
        result = bytes.concat(bytes1(0x01), sha256(input));
        offset = bound(seed, 0, result.length + 7);
        oracle.loadPrecompilePreimagePart(offset, SHA256, gas_, input);
        _expectSlice(_keyOf(SHA256, gas_, input), result, offset);
    }

    /// @dev One that fails takes 63 of 64 parts of all the gas: what is left must pay for storing.
    function test_precompile_fails_isAZero() public {
        bytes memory input = abi.encode(1, 1, 0, 0); // not on the curve
        for (uint256 offset = 0; offset < 9; offset++) {
            oracle.loadPrecompilePreimagePart{gas: 6_000_000}(offset, CURVE_ADDITION, 150, input);
            _expectSlice(_keyOf(CURVE_ADDITION, 150, input), hex"00", offset);
        }
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.PreimageOracle_OffsetTooHigh.selector, 9, 9));
        oracle.loadPrecompilePreimagePart{gas: 6_000_000}(9, CURVE_ADDITION, 150, input);
        bytes memory sum = bytes.concat(bytes1(0x01), abi.encode(1, 2));
        input = abi.encode(1, 2, 0, 0);
        oracle.loadPrecompilePreimagePart(0, CURVE_ADDITION, 150, input);
        _expectSlice(_keyOf(CURVE_ADDITION, 150, input), sum, 0);
    }

    function test_precompile_withoutInput_withoutResult() public {
        oracle.loadPrecompilePreimagePart(8, address(0xE0A), 0, "");
        _expectSlice(_keyOf(address(0xE0A), 0, ""), hex"01", 8);
    }

    /// @notice Each of address, gas and input makes another key.
    function test_precompile_keys() public {
        oracle.loadPrecompilePreimagePart(0, SHA256, 5000, "abc");
        vm.assertTrue(oracle.preimagePartOk(_keyOf(SHA256, 5000, "abc"), 0), "this one");
        vm.assertFalse(oracle.preimagePartOk(_keyOf(SHA256, 5001, "abc"), 0), "gas");
        vm.assertFalse(oracle.preimagePartOk(_keyOf(IDENTITY, 5000, "abc"), 0), "address");
        vm.assertFalse(oracle.preimagePartOk(_keyOf(SHA256, 5000, "abd"), 0), "input");
    }

    /// @notice Bug 5 of the list: with however little gas somebody asks, nothing but the truth is ever loaded. The precompile
    ///         wants so much that a part of 64 of it pays for storing a false result.
    function test_bug5_precompile_anyGas_trueOrRefused() public {
        _expectTrueOrRefused(150, 20_000);
    }

    /// @notice However long the input is, nothing that costs more for it comes between the look at the gas and the call.
    function test_bug5_precompile_longInput_anyGas_trueOrRefused() public {
        _expectTrueOrRefused(1200, 60_000);
    }

    /// @dev Pairs of points at infinity, whose pairing is 1: 45,000 gas and 34,000 for each.
    function _expectTrueOrRefused(uint64 pairs, uint256 step) private {
        uint64 required = 45_000 + pairs * 34_000;
        bytes memory input = new bytes(pairs * 192);
        bytes32 key = _keyOf(PAIRING, required, input);
        uint256 refused = 0;
        for (uint256 gas_ = required; !oracle.preimagePartOk(key, 8); gas_ += step) {
            try oracle.loadPrecompilePreimagePart{gas: gas_}(8, PAIRING, required, input) {
                _expectSlice(key, bytes.concat(bytes1(0x01), bytes32(uint256(1))), 8);
            } catch {
                refused += 1;
            }
        }
        vm.assertGt(refused, 3, "refused");
    }

    function test_precompile_tooLittleGas_isTheNamedError() public {
        // EIP-150 keeps back a part of 64; 100,000 are kept for what surrounds the call
        vm.expectPartialRevert(IPreimageOracle.PreimageOracle_NotEnoughGas.selector);
        oracle.loadPrecompilePreimagePart{gas: 200_000}(0, SHA256, 100_000, "abc");
        oracle.loadPrecompilePreimagePart{gas: 300_000}(0, SHA256, 100_000, "abc");
    }

    function test_precompile_mostGas_isTheNamedError() public {
        vm.expectPartialRevert(IPreimageOracle.PreimageOracle_NotEnoughGas.selector);
        oracle.loadPrecompilePreimagePart(0, SHA256, type(uint64).max, "abc");
    }

    function testFuzz_precompile_offsetAtTheEndOrBehind_reverts(uint256 offset) public {
        offset = bound(offset, 41, type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.PreimageOracle_OffsetTooHigh.selector, offset, 41)
        );
        oracle.loadPrecompilePreimagePart(offset, SHA256, 5000, "abc");
        oracle.loadPrecompilePreimagePart(40, SHA256, 5000, "abc");
    }

    function _keyOf(address precompile, uint64 gas_, bytes memory input) private pure returns (bytes32) {
        return _key(keccak256(bytes.concat(bytes20(precompile), bytes8(gas_), input)), 6);
    }

    function _expectSlice(bytes32 key, bytes memory data, uint256 offset) private view {
        (bytes32 part, uint256 length) = oracle.readPreimage(key, offset);
        bytes memory whole = bytes.concat(bytes8(uint64(data.length)), data);
        vm.assertEq(length, whole.length - offset < 32 ? whole.length - offset : 32, "length");
        for (uint256 i = 0; i < 32; i++) {
            bytes1 expected = offset + i < whole.length ? whole[offset + i] : bytes1(0);
            vm.assertEq(uint8(part[i]), uint8(expected), "byte");
        }
    }

    function _key(bytes32 hash, uint8 kind) private pure returns (bytes32) {
        return bytes32((uint256(hash) << 8 >> 8) | (uint256(kind) << 248));
    }
}
