// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ProxyAdminOwned} from "../../contracts/lib/ProxyAdminOwned.sol";
import {BaseFeeVault} from "../../contracts/predeploys/BaseFeeVault.sol";
import {FeeVault} from "../../contracts/predeploys/FeeVault.sol";
import {L1FeeVault} from "../../contracts/predeploys/L1FeeVault.sol";
import {L2ToL1MessagePasser} from "../../contracts/predeploys/L2ToL1MessagePasser.sol";
import {OperatorFeeVault} from "../../contracts/predeploys/OperatorFeeVault.sol";
import {SequencerFeeVault} from "../../contracts/predeploys/SequencerFeeVault.sol";
import {L2} from "./support/L2.sol";
import {Proxied} from "./support/Proxied.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice The four vaults, each with a recipient on L1 and with one on L2.
contract FeeVaultsTest is L2 {
    address internal constant OWNER = address(0x0111);
    address internal constant RECIPIENT = address(0xFEE);
    uint256 internal constant MINIMUM = 2 ether;

    FeeVault[4] internal onL1;
    FeeVault[4] internal onL2;

    function setUp() public {
        deployL2();
        onL1 = _vaults(RECIPIENT, FeeVault.WithdrawalNetwork.L1);
        onL2 = _vaults(RECIPIENT, FeeVault.WithdrawalNetwork.L2);
    }

    function test_getters_underBothNames() public view {
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(onL1[i].recipient(), RECIPIENT, "recipient");
            vm.assertEq(onL1[i].RECIPIENT(), RECIPIENT, "RECIPIENT");
            vm.assertEq(onL1[i].minWithdrawalAmount(), MINIMUM, "minWithdrawalAmount");
            vm.assertEq(onL1[i].MIN_WITHDRAWAL_AMOUNT(), MINIMUM, "MIN_WITHDRAWAL_AMOUNT");
            vm.assertEq(uint256(onL1[i].withdrawalNetwork()), 0, "0 is L1");
            vm.assertEq(uint256(onL2[i].WITHDRAWAL_NETWORK()), 1, "1 is L2");
            vm.assertEq(onL1[i].version(), "1.6.1", "version");
        }
        vm.assertEq(SequencerFeeVault(payable(address(onL1[0]))).l1FeeWallet(), RECIPIENT, "l1FeeWallet");
    }

    function testFuzz_withdraw_toL2_allOfIt(uint256 value, address caller) public {
        value = bound(value, MINIMUM, 1e30);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 before = RECIPIENT.balance;
            _fund(onL2[i], value);
            _expectWithdrawal(onL2[i], value, caller, FeeVault.WithdrawalNetwork.L2);
            vm.prank(caller);
            vm.assertEq(onL2[i].withdraw(), value, "everything");
            vm.assertEq(RECIPIENT.balance - before, value, "arrived");
            vm.assertEq(address(onL2[i]).balance, 0, "left nothing");
            vm.assertEq(onL2[i].totalProcessed(), value, "totalProcessed");
        }
    }

    function testFuzz_withdraw_toL1_isWithdrawal(uint256 value, address caller) public {
        value = bound(value, MINIMUM, 1e30);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 nonce = messagePasser.messageNonce();
            bytes32 hash =
                keccak256(abi.encode(nonce, address(onL1[i]), RECIPIENT, value, uint256(400_000), bytes("")));
            _fund(onL1[i], value);
            _expectWithdrawal(onL1[i], value, caller, FeeVault.WithdrawalNetwork.L1);
            vm.expectEmit(true, true, true, true, address(messagePasser));
            emit L2ToL1MessagePasser.MessagePassed(
                nonce, address(onL1[i]), RECIPIENT, value, 400_000, "", hash
            );
            vm.prank(caller);
            vm.assertEq(onL1[i].withdraw(), value, "everything");
            vm.assertTrue(messagePasser.sentMessages(hash), "recorded");
            vm.assertEq(onL1[i].totalProcessed(), value, "totalProcessed");
        }
    }

    function test_withdraw_belowMinimum_reverts() public {
        for (uint256 i = 0; i < 4; ++i) {
            _fund(onL1[i], MINIMUM - 1);
            vm.expectRevert(
                abi.encodeWithSelector(FeeVault.FeeVault_BalanceTooLow.selector, MINIMUM - 1, MINIMUM)
            );
            onL1[i].withdraw();

            _fund(onL1[i], 1);
            vm.assertEq(onL1[i].withdraw(), MINIMUM, "a wei more");
        }
    }

    function test_withdraw_recipientRefuses_reverts() public {
        FeeVault vault = _vaults(address(gasPriceOracle), FeeVault.WithdrawalNetwork.L2)[0];
        _fund(vault, MINIMUM);
        vm.expectRevert(
            abi.encodeWithSelector(
                FeeVault.FeeVault_TransferFailed.selector, address(gasPriceOracle), MINIMUM
            )
        );
        vault.withdraw();
        vm.assertEq(address(vault).balance, MINIMUM, "nothing is lost");
    }

    /*//////////////////////////////////////////////////////////////
                                 OWNER
    //////////////////////////////////////////////////////////////*/

    function test_setters_changeWhatWithdrawDoes() public {
        for (uint256 i = 0; i < 4; ++i) {
            FeeVault vault = onL1[i];
            address other = address(uint160(0x200 + i));
            _expectFromOwner(vault);
            emit FeeVault.RecipientUpdated(RECIPIENT, other);
            vault.setRecipient(other);
            _expectFromOwner(vault);
            emit FeeVault.MinWithdrawalAmountUpdated(MINIMUM, 3);
            vault.setMinWithdrawalAmount(3);
            _expectFromOwner(vault);
            emit FeeVault.WithdrawalNetworkUpdated(
                FeeVault.WithdrawalNetwork.L1, FeeVault.WithdrawalNetwork.L2
            );
            vault.setWithdrawalNetwork(FeeVault.WithdrawalNetwork.L2);

            _fund(vault, 2);
            vm.expectRevert(abi.encodeWithSelector(FeeVault.FeeVault_BalanceTooLow.selector, 2, 3));
            vault.withdraw();
            _fund(vault, 1);
            vault.withdraw();
            vm.assertEq(other.balance, 3, "to the other, on L2");
        }
    }

    /// @dev Not even the admin itself, which could do it only by an upgrade.
    function testFuzz_setters_anyButOwner_revert(address caller) public {
        if (caller == OWNER) caller = RECIPIENT;
        bytes[3] memory calls = [
            abi.encodeCall(FeeVault.setRecipient, caller),
            abi.encodeCall(FeeVault.setMinWithdrawalAmount, 0),
            abi.encodeCall(FeeVault.setWithdrawalNetwork, FeeVault.WithdrawalNetwork.L2)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                vm.prank(caller);
                (bool success, bytes memory answer) = address(onL1[i]).call(calls[j]);
                vm.assertFalse(success, "refused");
                vm.assertEq(
                    answer,
                    abi.encodeWithSelector(ProxyAdminOwned.ProxyAdminOwned_NotOwner.selector, caller, OWNER),
                    "the reason"
                );
            }
        }
    }

    function test_initialize_twiceOrTheLogic_reverts() public {
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
            vm.prank(OWNER);
            onL1[i].initialize(OWNER, 0, FeeVault.WithdrawalNetwork.L2);
        }
        FeeVault logic = new BaseFeeVault();
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        logic.initialize(OWNER, 0, FeeVault.WithdrawalNetwork.L2);
    }

    function test_initialize_byAStranger_reverts() public {
        address vault = Proxied.deploy(address(new L1FeeVault()), OWNER, "");
        vm.expectRevert(
            abi.encodeWithSelector(
                ProxyAdminOwned.ProxyAdminOwned_NotAdminOrOwner.selector,
                RECIPIENT,
                FeeVault(payable(vault)).proxyAdmin()
            )
        );
        vm.prank(RECIPIENT);
        FeeVault(payable(vault)).initialize(RECIPIENT, 0, FeeVault.WithdrawalNetwork.L2);
    }

    function test_storage_liesWhereUpstreamsDoes() public {
        FeeVault vault = onL2[0];
        _fund(vault, MINIMUM);
        vault.withdraw();
        vm.assertEq(vm.load(address(vault), bytes32(uint256(0))), bytes32(MINIMUM), "totalProcessed");
        vm.assertEq(vm.load(address(vault), bytes32(uint256(1))), bytes32(MINIMUM), "minWithdrawalAmount");
        vm.assertEq(
            vm.load(address(vault), bytes32(uint256(2))),
            bytes32((uint256(1) << 160) | uint256(uint160(RECIPIENT))),
            "withdrawalNetwork and recipient"
        );
    }

    function _expectFromOwner(FeeVault vault) private {
        vm.prank(OWNER);
        vm.expectEmit(true, true, true, true, address(vault));
    }

    function _vaults(address recipient, FeeVault.WithdrawalNetwork network)
        private
        returns (FeeVault[4] memory)
    {
        bytes memory call = abi.encodeCall(FeeVault.initialize, (recipient, MINIMUM, network));
        return [
            _vault(address(new SequencerFeeVault()), call),
            _vault(address(new BaseFeeVault()), call),
            _vault(address(new L1FeeVault()), call),
            _vault(address(new OperatorFeeVault()), call)
        ];
    }

    function _vault(address logic, bytes memory call) private returns (FeeVault) {
        return FeeVault(payable(Proxied.deploy(logic, OWNER, call)));
    }

    /// @dev By plain ETH, as from anybody; a block's own fees come without a call.
    function _fund(FeeVault vault, uint256 value) private {
        vm.deal(address(this), value);
        (bool success,) = address(vault).call{value: value}("");
        vm.assertTrue(success, "funded");
    }

    function _expectWithdrawal(
        FeeVault vault,
        uint256 value,
        address caller,
        FeeVault.WithdrawalNetwork network
    ) private {
        vm.expectEmit(true, true, true, true, address(vault));
        emit FeeVault.Withdrawal(value, RECIPIENT, caller);
        vm.expectEmit(true, true, true, true, address(vault));
        emit FeeVault.Withdrawal(value, RECIPIENT, caller, network);
    }
}
