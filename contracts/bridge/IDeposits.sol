// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IDeposits
/// @notice The L1 side of a deposit: a transaction that L2 must include, because derivation reads it from this
///         contract's event. Spec: "Deposits".
interface IDeposits {
    /// @notice Thrown when a creation names a target.
    error Deposits_CreationTarget(address target);

    /// @notice Thrown when a deposit's gas does not pay for its data.
    error Deposits_GasLimitTooLow(uint64 gasLimit, uint64 minimum);

    /// @notice Thrown when a deposit's data is too long to be gossiped.
    error Deposits_DataTooLong(uint256 length, uint256 maximum);

    /// @notice A deposit. `opaqueData` = mint u256 ‖ value u256 ‖ gas limit u64 ‖ is creation u8 ‖ data.
    event TransactionDeposited(
        address indexed from, address indexed to, uint256 indexed version, bytes opaqueData
    );

    /// @notice Deposit a transaction; the ETH sent along is minted to its sender on L2 even if the transaction fails.
    ///         The sender on L2 is the caller, or, for a contract, its alias.
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
    ) external payable;

    /// @notice Least gas of a deposit with `_byteCount` bytes of data: it pays for what the data costs every node.
    function minimumGasLimit(uint64 _byteCount) external pure returns (uint64);

    /// @notice State of the market for deposit gas; see `ResourceMetering.ResourceParams`.
    function params() external view returns (uint128 prevBaseFee, uint64 prevBoughtGas, uint64 prevBlockNum);
}
