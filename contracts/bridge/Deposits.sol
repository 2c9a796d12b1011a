// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AddressAliasHelper} from "../lib/AddressAliasHelper.sol";
import {EOA} from "../lib/EOA.sol";
import {ResourceMetering} from "./ResourceMetering.sol";

/// @title Deposits
/// @notice The L1 side of a deposit: a transaction that L2 must include, because derivation reads it from this
///         contract's event. Spec: "Deposits".
abstract contract Deposits {
    using ResourceMetering for ResourceMetering.ResourceParams;

    error Deposits_CreationTarget(address target);
    error Deposits_GasLimitTooLow(uint64 gasLimit, uint64 minimum);
    error Deposits_DataTooLong(uint256 length, uint256 maximum);

    /// @notice A deposit. `opaqueData` = mint u256 ‖ value u256 ‖ gas limit u64 ‖ is creation u8 ‖ data.
    event TransactionDeposited(
        address indexed from, address indexed to, uint256 indexed version, bytes opaqueData
    );

    /// @notice Version of the event's `opaqueData`.
    uint256 internal constant DEPOSIT_VERSION = 0;

    /// @notice Gas on L2 of ETH sent to this contract without a call.
    uint64 internal constant RECEIVE_DEFAULT_GAS_LIMIT = 100_000;

    /// @dev Keeps a deposit gossipable: op-geth's pool takes transactions of up to 128 KiB.
    uint256 internal constant MAX_DATA_LENGTH = 120_000;

    /// @notice State of the market for deposit gas.
    ResourceMetering.ResourceParams public params;

    /// @notice ETH sent here is deposited to its sender.
    receive() external payable {
        depositTransaction(msg.sender, msg.value, RECEIVE_DEFAULT_GAS_LIMIT, false, bytes(""));
    }

    /// @notice Deposit a transaction; the ETH sent along is minted to its sender on L2 even if the transaction fails.
    /// @param _to          Target on L2; zero for a creation.
    /// @param _value       Wei that the transaction sends on L2.
    /// @param _gasLimit    Gas on L2, bought on the market; at least `minimumGasLimit(_data.length)`.
    /// @param _isCreation  Whether it creates a contract.
    /// @param _data        Calldata or creation code; at most 120,000 bytes.
    function depositTransaction(
        address _to,
        uint256 _value,
        uint64 _gasLimit,
        bool _isCreation,
        bytes memory _data
    ) public payable {
        uint256 initialGas = gasleft();
        if (_isCreation && _to != address(0)) revert Deposits_CreationTarget(_to);
        uint64 minimum = minimumGasLimit(uint64(_data.length));
        if (_gasLimit < minimum) revert Deposits_GasLimitTooLow(_gasLimit, minimum);
        if (_data.length > MAX_DATA_LENGTH) revert Deposits_DataTooLong(_data.length, MAX_DATA_LENGTH);

        address from = EOA.isSenderEOA() ? msg.sender : AddressAliasHelper.applyL1ToL2Alias(msg.sender);
        bytes memory opaqueData = abi.encodePacked(msg.value, _value, _gasLimit, _isCreation, _data);
        emit TransactionDeposited(from, _to, DEPOSIT_VERSION, opaqueData);

        params.buy(_marketConfig(), _gasLimit, initialGas);
    }

    /// @notice Least gas of a deposit with `_byteCount` bytes of data: it pays for what the data costs every node.
    function minimumGasLimit(uint64 _byteCount) public pure returns (uint64) {
        return _byteCount * 40 + 21_000;
    }

    /// @dev Start the market at its lowest price.
    function _openMarket() internal {
        if (params.prevBlockNum != 0) return;
        params = ResourceMetering.ResourceParams({
            prevBaseFee: uint128(_marketConfig().minimumBaseFee),
            prevBoughtGas: 0,
            prevBlockNum: uint64(block.number)
        });
    }

    /// @dev The market's parameters, which the chain's SystemConfig keeps.
    function _marketConfig() internal view virtual returns (ResourceMetering.ResourceConfig memory);
}
