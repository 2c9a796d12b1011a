// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AddressAliasHelper} from "../lib/AddressAliasHelper.sol";
import {EOA} from "../lib/EOA.sol";
import {IDeposits} from "./IDeposits.sol";
import {ResourceMetering} from "./ResourceMetering.sol";

/// @title Deposits
/// @notice What every settlement mode shares of deposits. Never paused: it is how users reach L2 without a sequencer.
abstract contract Deposits is IDeposits {
    using ResourceMetering for ResourceMetering.ResourceParams;

    /// @dev Version of the event's `opaqueData`.
    uint256 internal constant DEPOSIT_VERSION = 0;

    /// @dev Gas on L2 of ETH sent to this contract without a call.
    uint64 internal constant RECEIVE_DEFAULT_GAS_LIMIT = 100_000;

    /// @dev Keeps a deposit gossipable: op-geth's pool takes transactions of up to 128 KiB.
    uint256 internal constant MAX_DATA_LENGTH = 120_000;

    // INVARIANT: `params` lies at slot 1 and the storage of what comes next from slot 50, as upstream has them. Tools
    // read them by slot, and tests write them.

    uint256 private _slot0;
    /// @inheritdoc IDeposits
    ResourceMetering.ResourceParams public params;
    uint256[48] private _slots2To49;

    /// @notice ETH sent here is deposited to its sender. WARNING: a contract's alias, not the contract, would be the
    ///         sender on L2, but the ETH goes to the contract's own address there.
    receive() external payable {
        depositTransaction(msg.sender, msg.value, RECEIVE_DEFAULT_GAS_LIMIT, false, bytes(""));
    }

    /// @inheritdoc IDeposits
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

    /// @inheritdoc IDeposits
    function minimumGasLimit(uint64 _byteCount) public pure returns (uint64) {
        return _byteCount * 40 + 21_000;
    }

    /// @dev Start the market at its lowest price.
    function _openMarket() internal {
        params = ResourceMetering.ResourceParams({
            prevBaseFee: uint128(_marketConfig().minimumBaseFee),
            prevBoughtGas: 0,
            prevBlockNum: uint64(block.number)
        });
    }

    /// @dev The market's parameters, which the chain's SystemConfig keeps.
    function _marketConfig() internal view virtual returns (ResourceMetering.ResourceConfig memory);
}
