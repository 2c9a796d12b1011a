// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCall} from "../lib/SafeCall.sol";
import {L2ToL1MessagePasser} from "./L2ToL1MessagePasser.sol";

/// @title FeeVault
/// @notice Collects one kind of L2 fee until anybody sends it to its recipient, on L1 or on L2. Spec: "Fee Vaults".
abstract contract FeeVault {
    /// @notice Where the recipient is; the numbers are ABI.
    enum WithdrawalNetwork {
        L1,
        L2
    }

    error FeeVault_BalanceTooLow(uint256 balance, uint256 minimum);
    error FeeVault_TransferFailed(address recipient, uint256 value);

    /// @notice Fees left the vault; the first form is Bedrock's.
    event Withdrawal(uint256 value, address to, address from);
    event Withdrawal(uint256 value, address to, address from, WithdrawalNetwork withdrawalNetwork);

    /// @notice Gas on L1 of a withdrawal to there.
    uint32 internal constant WITHDRAWAL_MIN_GAS = 400_000;

    /// @dev 0x42…16
    L2ToL1MessagePasser internal constant MESSAGE_PASSER =
        L2ToL1MessagePasser(payable(0x4200000000000000000000000000000000000016));

    // Set in the genesis state, immutable after it: nobody can redirect fees.
    address internal immutable RECIPIENT_ADDRESS;
    uint256 internal immutable MIN_WITHDRAWAL;
    WithdrawalNetwork internal immutable NETWORK;

    /// @notice Fees that have left the vault, in wei.
    uint256 public totalProcessed;

    constructor(address _recipient, uint256 _minWithdrawalAmount, WithdrawalNetwork _withdrawalNetwork) {
        RECIPIENT_ADDRESS = _recipient;
        MIN_WITHDRAWAL = _minWithdrawalAmount;
        NETWORK = _withdrawalNetwork;
    }

    receive() external payable {}

    function version() external pure returns (string memory) {
        return "1.6.0";
    }

    /// @notice Send everything to the recipient. Anybody may ask for it.
    function withdraw() external returns (uint256 value_) {
        value_ = address(this).balance;
        if (value_ < MIN_WITHDRAWAL) revert FeeVault_BalanceTooLow(value_, MIN_WITHDRAWAL);
        totalProcessed += value_;
        emit Withdrawal(value_, RECIPIENT_ADDRESS, msg.sender);
        emit Withdrawal(value_, RECIPIENT_ADDRESS, msg.sender, NETWORK);
        if (NETWORK == WithdrawalNetwork.L1) {
            MESSAGE_PASSER.initiateWithdrawal{value: value_}(RECIPIENT_ADDRESS, WITHDRAWAL_MIN_GAS, bytes(""));
        } else {
            bool success = SafeCall.callWithMinGas(RECIPIENT_ADDRESS, 0, value_, bytes(""));
            if (!success) revert FeeVault_TransferFailed(RECIPIENT_ADDRESS, value_);
        }
    }

    function recipient() external view returns (address) {
        return RECIPIENT_ADDRESS;
    }

    function minWithdrawalAmount() external view returns (uint256) {
        return MIN_WITHDRAWAL;
    }

    function withdrawalNetwork() external view returns (WithdrawalNetwork) {
        return NETWORK;
    }

    // The same getters under the names of Bedrock's immutables.

    function RECIPIENT() external view returns (address) {
        return RECIPIENT_ADDRESS;
    }

    function MIN_WITHDRAWAL_AMOUNT() external view returns (uint256) {
        return MIN_WITHDRAWAL;
    }

    function WITHDRAWAL_NETWORK() external view returns (WithdrawalNetwork) {
        return NETWORK;
    }
}
