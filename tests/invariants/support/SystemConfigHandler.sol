// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SystemConfig} from "../../../contracts/config/SystemConfig.sol";
import {System} from "./System.sol";
import {Vm, bound, vm} from "./Vm.sol";

/// @title SystemConfigHandler
/// @notice The owner and strangers change parameters at random. Beside them a reader, like derivation, who knows only
///         the events: `announced` is the data of the newest ConfigUpdate of each type.
contract SystemConfigHandler is System {
    bytes32 internal constant CONFIG_UPDATE = keccak256("ConfigUpdate(uint256,uint8,bytes)");

    mapping(uint256 updateType => bytes data) public announced;

    uint256 public changes;
    uint256 public events;
    uint256 public refused;

    constructor(SystemConfig config_) {
        config = config_;
    }

    function setBatcherHash(bytes32 hash) external {
        _change(abi.encodeWithSignature("setBatcherHash(bytes32)", hash));
    }

    function setBatcher(address batcher_) external {
        _change(abi.encodeWithSignature("setBatcherHash(address)", batcher_));
    }

    function setGasConfig(uint256 overhead, uint248 scalar) external {
        _change(abi.encodeCall(config.setGasConfig, (overhead, scalar)));
    }

    function setGasConfigEcotone(uint32 base, uint32 blob) external {
        _change(abi.encodeCall(config.setGasConfigEcotone, (base, blob)));
    }

    function setGasLimit(uint64 limit) external {
        uint256 allowed = bound(limit, config.minimumGasLimit(), config.maximumGasLimit());
        _change(abi.encodeCall(config.setGasLimit, uint64(allowed)));
    }

    function setUnsafeBlockSigner(address signer) external {
        _change(abi.encodeCall(config.setUnsafeBlockSigner, signer));
    }

    function setEIP1559Params(uint32 denominator, uint32 elasticity) external {
        denominator = uint32(bound(denominator, 1, type(uint32).max));
        elasticity = uint32(bound(elasticity, 1, type(uint32).max));
        _change(abi.encodeCall(config.setEIP1559Params, (denominator, elasticity)));
    }

    function setOperatorFeeScalars(uint32 scalar, uint64 constant_) external {
        _change(abi.encodeCall(config.setOperatorFeeScalars, (scalar, constant_)));
    }

    function setMinBaseFee(uint64 fee) external {
        _change(abi.encodeCall(config.setMinBaseFee, fee));
    }

    function setDAFootprintGasScalar(uint16 scalar) external {
        _change(abi.encodeCall(config.setDAFootprintGasScalar, scalar));
    }

    /// @notice The owner with a value out of bounds.
    function setWrongly(uint256 which, uint256 value) external {
        bytes[4] memory calls = [
            abi.encodeCall(config.setGasLimit, uint64(bound(value, 0, config.minimumGasLimit() - 1))),
            abi.encodeCall(
                config.setGasLimit, uint64(bound(value, config.maximumGasLimit() + 1, type(uint64).max))
            ),
            abi.encodeCall(config.setEIP1559Params, (0, uint32(value))),
            abi.encodeCall(config.setGasConfig, (0, value | 1 << 248))
        ];
        _refused(owner, calls[which % 4]);
    }

    /// @notice Anybody else with a value within them.
    function setAsStranger(address stranger) external {
        if (stranger == owner) stranger = user;
        _refused(stranger, abi.encodeCall(config.setGasLimit, config.maximumGasLimit()));
    }

    /// @dev The owner's call, and what a reader of L1 learns from it.
    function _change(bytes memory call) private {
        vm.recordLogs();
        vm.prank(owner);
        (bool success,) = address(config).call(call);
        vm.assertTrue(success, "the owner may");
        ++changes;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != CONFIG_UPDATE || logs[i].topics[1] != bytes32(0)) continue;
            announced[uint256(logs[i].topics[2])] = abi.decode(logs[i].data, (bytes));
            ++events;
        }
    }

    function _refused(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool success,) = address(config).call(call);
        vm.assertFalse(success, "must be refused");
        ++refused;
    }
}
