// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {SafeCall} from "../lib/SafeCall.sol";
import {L2ToL1MessagePasser} from "./L2ToL1MessagePasser.sol";

/// @title FeeVault
/// @notice Collects one kind of L2 fee until anybody sends it to its recipient, on L1 or on L2. Spec: "Fee Vaults".
/// @dev    Storage lies where upstream's does.
abstract contract FeeVault is ProxyAdminOwned, Initializable {
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

    event MinWithdrawalAmountUpdated(uint256 oldWithdrawalAmount, uint256 newWithdrawalAmount);
    event RecipientUpdated(address oldRecipient, address newRecipient);
    event WithdrawalNetworkUpdated(
        WithdrawalNetwork oldWithdrawalNetwork, WithdrawalNetwork newWithdrawalNetwork
    );

    /// @notice Gas on L1 of a withdrawal to there.
    uint32 internal constant WITHDRAWAL_MIN_GAS = 400_000;

    /// @dev 0x42…16
    L2ToL1MessagePasser internal constant MESSAGE_PASSER =
        L2ToL1MessagePasser(payable(0x4200000000000000000000000000000000000016));

    /// @notice Fees that have left the vault, in wei.
    uint256 public totalProcessed;

    /// @notice Below this balance, in wei, nothing leaves the vault.
    uint256 public minWithdrawalAmount;

    /// @notice Whom the fees belong to.
    address public recipient;

    /// @notice Where the recipient is.
    WithdrawalNetwork public withdrawalNetwork;

    constructor() {
        _disableInitializers();
    }

    receive() external payable {}

    /// @notice Set up behind a proxy, once.
    function initialize(
        address _recipient,
        uint256 _minWithdrawalAmount,
        WithdrawalNetwork _withdrawalNetwork
    ) external initializer {
        _requireProxyAdminOrOwner();
        recipient = _recipient;
        minWithdrawalAmount = _minWithdrawalAmount;
        withdrawalNetwork = _withdrawalNetwork;
    }

    /// @notice Send everything to the recipient. Anybody may ask for it.
    function withdraw() external returns (uint256 value_) {
        value_ = address(this).balance;
        if (value_ < minWithdrawalAmount) revert FeeVault_BalanceTooLow(value_, minWithdrawalAmount);
        totalProcessed += value_;
        (address to, WithdrawalNetwork network) = (recipient, withdrawalNetwork);
        emit Withdrawal(value_, to, msg.sender);
        emit Withdrawal(value_, to, msg.sender, network);
        if (network == WithdrawalNetwork.L1) {
            MESSAGE_PASSER.initiateWithdrawal{value: value_}(to, WITHDRAWAL_MIN_GAS, bytes(""));
        } else {
            bool success = SafeCall.callWithMinGas(to, 0, value_, bytes(""));
            if (!success) revert FeeVault_TransferFailed(to, value_);
        }
    }

    /*//////////////////////////////////////////////////////////////
                        OWNER OF THE PROXY ADMIN
    //////////////////////////////////////////////////////////////*/

    /// @notice Let less, or only more, leave the vault at a time.
    function setMinWithdrawalAmount(uint256 _newMinWithdrawalAmount) external {
        _requireProxyAdminOwner();
        emit MinWithdrawalAmountUpdated(minWithdrawalAmount, _newMinWithdrawalAmount);
        minWithdrawalAmount = _newMinWithdrawalAmount;
    }

    /// @notice From now on the fees are another's, those that the vault holds already included.
    function setRecipient(address _newRecipient) external {
        _requireProxyAdminOwner();
        emit RecipientUpdated(recipient, _newRecipient);
        recipient = _newRecipient;
    }

    /// @notice Say where the recipient is.
    function setWithdrawalNetwork(WithdrawalNetwork _newWithdrawalNetwork) external {
        _requireProxyAdminOwner();
        emit WithdrawalNetworkUpdated(withdrawalNetwork, _newWithdrawalNetwork);
        withdrawalNetwork = _newWithdrawalNetwork;
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    function version() external pure returns (string memory) {
        return "1.6.1";
    }

    // The getters under the names of Bedrock's immutables.

    function RECIPIENT() external view returns (address) {
        return recipient;
    }

    function MIN_WITHDRAWAL_AMOUNT() external view returns (uint256) {
        return minWithdrawalAmount;
    }

    function WITHDRAWAL_NETWORK() external view returns (WithdrawalNetwork) {
        return withdrawalNetwork;
    }
}
