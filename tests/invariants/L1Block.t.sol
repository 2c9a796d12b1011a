// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {L1Block} from "../../contracts/predeploys/L1Block.sol";
import {L2} from "./support/L2.sol";
import {vm} from "./support/Vm.sol";

/// @notice L1Block and L1BlockNumber, set by transactions of real chains.
contract L1BlockTest is L2 {
    string internal json = vm.readFile("tests/invariants/vectors/l1_attributes.json");

    function setUp() public {
        deployL2();
    }

    /// @dev Bedrock's, Ecotone's, Isthmus' and Jovian's transactions, each read back by every getter it sets.
    function test_setL1BlockValues_realTransactions_everyGetter() public {
        uint256 count = 0;
        for (string memory at = _case(0); vm.keyExistsJson(json, at); at = _case(count)) {
            _set(DEPOSITOR, vm.parseJsonBytes(json, string.concat(at, ".calldata")));
            vm.assertEq(l1Block.number(), _uint(at, "number"), "number");
            vm.assertEq(l1Block.timestamp(), _uint(at, "time"), "timestamp");
            vm.assertEq(l1Block.basefee(), _uint(at, "base_fee"), "basefee");
            vm.assertEq(l1Block.hash(), vm.parseJsonBytes32(json, string.concat(at, ".block_hash")), "hash");
            vm.assertEq(l1Block.sequenceNumber(), _uint(at, "sequence_number"), "sequenceNumber");
            address batcher = vm.parseJsonAddress(json, string.concat(at, ".batcher"));
            vm.assertEq(l1Block.batcherHash(), bytes32(uint256(uint160(batcher))), "batcherHash");
            _assertIfThere(at, "overhead", l1Block.l1FeeOverhead());
            _assertIfThere(at, "scalar", l1Block.l1FeeScalar());
            _assertIfThere(at, "base_fee_scalar", l1Block.baseFeeScalar());
            _assertIfThere(at, "blob_base_fee_scalar", l1Block.blobBaseFeeScalar());
            _assertIfThere(at, "blob_base_fee", l1Block.blobBaseFee());
            _assertIfThere(at, "operator_fee_scalar", l1Block.operatorFeeScalar());
            _assertIfThere(at, "operator_fee_constant", l1Block.operatorFeeConstant());
            _assertIfThere(at, "da_footprint_gas_scalar", l1Block.daFootprintGasScalar());
            ++count;
        }
        vm.assertEq(count, 17, "cases");
    }

    /// @dev The slots from which op-geth takes the L1 data fee and the operator fee; from its rollup_cost.go.
    function testFuzz_setL1BlockValues_slots_areConsensus(
        uint32 baseFeeScalar,
        uint32 blobBaseFeeScalar,
        uint256 baseFee,
        uint256 blobBaseFee,
        uint32 operatorFeeScalar,
        uint64 operatorFeeConstant
    ) public {
        setL1Attributes(
            baseFeeScalar, blobBaseFeeScalar, baseFee, blobBaseFee, operatorFeeScalar, operatorFeeConstant
        );
        _assertSlot(0, abi.encodePacked(uint128(0), uint64(1_700_000_012), uint64(1234)));
        _assertSlot(1, abi.encode(baseFee));
        _assertSlot(2, abi.encode(keccak256("L1")));
        _assertSlot(3, abi.encodePacked(uint128(0), baseFeeScalar, blobBaseFeeScalar, uint64(7)));
        _assertSlot(4, abi.encode(0xBA));
        _assertSlot(7, abi.encode(blobBaseFee));
        _assertSlot(8, abi.encodePacked(uint144(0), uint16(400), operatorFeeScalar, operatorFeeConstant));
    }

    function testFuzz_setL1BlockValues_anyButDepositor_reverts(address caller) public {
        if (caller == DEPOSITOR) caller = address(this);
        for (uint256 i = 0; vm.keyExistsJson(json, _case(i)); ++i) {
            bytes memory call = vm.parseJsonBytes(json, string.concat(_case(i), ".calldata"));
            vm.prank(caller);
            (bool success, bytes memory answer) = address(l1Block).call(call);
            vm.assertFalse(success, "refused");
            vm.assertEq(
                answer, abi.encodeWithSelector(L1Block.L1Block_NotDepositor.selector, caller), "the reason"
            );
        }
        vm.assertEq(l1Block.number(), 0, "nothing was set");
        vm.assertEq(l1Block.DEPOSITOR_ACCOUNT(), DEPOSITOR, "who may");
    }

    function test_l1BlockNumber_howeverAsked() public {
        setL1Attributes(0, 0, 0, 0, 0, 0);
        vm.assertEq(l1BlockNumber.getL1BlockNumber(), 1234, "by name");
        (, bytes memory answer) = address(l1BlockNumber).call(hex"12345678");
        vm.assertEq(answer, abi.encode(1234), "by any other name");
        (, answer) = address(l1BlockNumber).call("");
        vm.assertEq(answer, abi.encode(1234), "by none");
        vm.assertEq(l1BlockNumber.version(), "1.1.3", "version");
        vm.assertEq(l1Block.version(), "1.9.0", "version");
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    function _set(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool success,) = address(l1Block).call(call);
        vm.assertTrue(success, "set");
    }

    function _assertSlot(uint256 slot, bytes memory expected) private view {
        vm.assertEq(vm.load(address(l1Block), bytes32(slot)), bytes32(expected), "slot");
    }

    function _assertIfThere(string memory at, string memory key, uint256 actual) private view {
        if (vm.keyExistsJson(json, string.concat(at, ".", key))) vm.assertEq(actual, _uint(at, key), key);
    }

    function _uint(string memory at, string memory key) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(at, ".", key));
    }

    function _case(uint256 index) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "]");
    }
}
