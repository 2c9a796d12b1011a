// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {System} from "./support/System.sol";
import {SystemConfigHandler} from "./support/SystemConfigHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever the owner and others set in the SystemConfig:
///
///         I-CONFIG-1  The gas limit is within its bounds: an L2 block can hold all deposits of an L1 block.
///         I-CONFIG-2  Each change is announced by one event, and nothing else is.
///         I-CONFIG-3  Who reads only the events, as derivation does, knows every parameter.
///         I-CONFIG-4  Only the owner changes anything.
contract SystemConfigInvariants is System {
    SystemConfigHandler internal handler;

    function setUp() public {
        deploySystem();
        handler = new SystemConfigHandler(config);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_systemConfig() public view {
        vm.assertGe(config.gasLimit(), config.minimumGasLimit(), "I-CONFIG-1: not too low");
        vm.assertLe(config.gasLimit(), config.maximumGasLimit(), "I-CONFIG-1: not too high");
        vm.assertEq(handler.events(), handler.changes(), "I-CONFIG-2");
        vm.assertEq(config.owner(), owner, "I-CONFIG-4: the owner stays");
        _announced(0, abi.encode(config.batcherHash()));
        _announced(1, abi.encode(config.overhead(), config.scalar()));
        _announced(2, abi.encode(config.gasLimit()));
        _announced(3, abi.encode(config.unsafeBlockSigner()));
        _announced(4, abi.encodePacked(uint192(0), config.eip1559Denominator(), config.eip1559Elasticity()));
        _announced(5, abi.encodePacked(uint160(0), config.operatorFeeScalar(), config.operatorFeeConstant()));
        _announced(6, abi.encode(config.minBaseFee()));
        _announced(7, abi.encode(config.daFootprintGasScalar()));
    }

    function afterInvariant() public {
        uint256 changes = handler.changes();
        _everySetter();
        vm.assertEq(handler.changes(), changes + 10, "the owner can always set everything");
        invariant_systemConfig();
    }

    /// @dev The handler is not vacuous: each action does what it is for.
    function test_handler_everyAction() public {
        _everySetter();
        vm.assertEq(handler.changes(), 10, "went through");
        vm.assertEq(handler.announced(2), abi.encode(config.minimumGasLimit()), "heard");
        for (uint256 i = 0; i < 4; ++i) {
            handler.setWrongly(i, 0);
        }
        handler.setAsStranger(owner);
        vm.assertEq(handler.refused(), 5, "refused");
        invariant_systemConfig();
    }

    function _everySetter() private {
        handler.setBatcherHash(keccak256("batcher"));
        handler.setBatcher(batcher);
        handler.setGasConfig(1, 2);
        handler.setGasConfigEcotone(3, 4);
        handler.setGasLimit(0);
        handler.setUnsafeBlockSigner(blockSigner);
        handler.setEIP1559Params(5, 6);
        handler.setOperatorFeeScalars(7, 8);
        handler.setMinBaseFee(9);
        handler.setDAFootprintGasScalar(10);
    }

    /// @dev A parameter that was never changed was never announced.
    function _announced(uint256 updateType, bytes memory current) private view {
        bytes memory data = handler.announced(updateType);
        if (data.length != 0) vm.assertEq(data, current, "I-CONFIG-3");
    }
}
