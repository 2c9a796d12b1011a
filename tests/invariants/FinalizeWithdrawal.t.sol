// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptimismPortal} from "../../contracts/bridge/IOptimismPortal.sol";
import {IWithdrawals} from "../../contracts/bridge/IWithdrawals.sol";
import {SafeCall_InsufficientGas} from "../../contracts/lib/SafeCall.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {IL2OutputOracle} from "../../contracts/oracle/IL2OutputOracle.sol";
import {StorageTrie} from "./support/StorageTrie.sol";
import {System} from "./support/System.sol";
import {DepositingTarget, WithdrawalTarget} from "./support/Targets.sol";
import {bound, vm} from "./support/Vm.sol";

contract FinalizeWithdrawalTest is System {
    using StorageTrie for bytes32;

    WithdrawalTarget internal target;
    Types.WithdrawalTransaction internal withdrawal;

    function setUp() public {
        deploySystem();
        target = new WithdrawalTarget(portal);
        vm.deal(address(portal), 10 ether);
        withdrawal = Types.WithdrawalTransaction({
            nonce: 1 << 240,
            sender: user,
            target: address(target),
            value: 1 ether,
            gasLimit: 300_000,
            data: abi.encodeCall(WithdrawalTarget.note, ())
        });
    }

    /*//////////////////////////////////////////////////////////////
                                THE CALL
    //////////////////////////////////////////////////////////////*/

    function test_finalize_matured_executed() public {
        bytes32 hash = _proveAndMature();
        vm.expectEmit(true, true, true, true, address(portal));
        emit IWithdrawals.WithdrawalFinalized(hash, true);
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.calls(), 1, "called once");
        vm.assertEq(target.caller(), address(portal), "by the portal");
        vm.assertEq(target.l2Sender(), user, "for its sender on L2");
        vm.assertEq(target.value(), 1 ether, "with its value");
        vm.assertEq(target.data(), withdrawal.data, "and its data");
        vm.assertEq(address(portal).balance, 9 ether, "paid once");
        vm.assertEq(portal.l2Sender(), DEFAULT_L2_SENDER, "no sender outside of the call");
        vm.assertTrue(portal.finalizedWithdrawals(hash), "final");
    }

    function test_finalize_twice_reverts() public {
        bytes32 hash = _proveAndMature();
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawals.Withdrawals_AlreadyFinalized.selector, hash));
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.calls(), 1, "called once");
    }

    function test_finalize_plainEther_toAccountWithoutCode() public {
        (withdrawal.target, withdrawal.data) = (address(0xE0A), "");
        _proveAndMature();
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(address(0xE0A).balance, 1 ether, "arrived");
    }

    /// @dev A withdrawal whose target fails is final: its ETH stays in the portal.
    function test_finalize_targetFails_finalAnyway() public {
        bytes[3] memory failures = [
            abi.encodeCall(WithdrawalTarget.fail, ()),
            abi.encodeCall(WithdrawalTarget.burnAll, ()),
            abi.encodeCall(WithdrawalTarget.bomb, ())
        ];
        for (uint256 i = 0; i < failures.length; ++i) {
            (withdrawal.data, withdrawal.nonce) = (failures[i], i);
            bytes32 hash = _proveAndMature();
            vm.expectEmit(true, true, true, true, address(portal));
            emit IWithdrawals.WithdrawalFinalized(hash, false);
            portal.finalizeWithdrawalTransaction{gas: 5_000_000}(withdrawal);
            vm.assertEq(portal.l2Sender(), DEFAULT_L2_SENDER, "no sender outside of the call");
            vm.expectRevert(abi.encodeWithSelector(IWithdrawals.Withdrawals_AlreadyFinalized.selector, hash));
            portal.finalizeWithdrawalTransaction(withdrawal);
        }
        vm.assertEq(address(portal).balance, 10 ether, "nothing was paid");
    }

    /// @dev Gas estimation looks for the least gas that does not revert; it must see that the target fails.
    function test_finalize_targetFails_estimated_reverts() public {
        withdrawal.data = abi.encodeCall(WithdrawalTarget.fail, ());
        _proveAndMature();
        vm.expectRevert(abi.encodeWithSelector(IWithdrawals.Withdrawals_GasEstimation.selector));
        vm.prank(user, address(1));
        portal.finalizeWithdrawalTransaction(withdrawal);

        vm.prank(user, address(2));
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.calls(), 0, "failed, but final");
    }

    /// @dev A loss that waits: nothing is marked as paid before it can be paid.
    function test_finalize_moreThanHeld_waitsForEther() public {
        vm.deal(address(portal), 1 ether - 1);
        bytes32 hash = _proveAndMature();
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawals.Withdrawals_Underfunded.selector, 1 ether, 1 ether - 1)
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertFalse(portal.finalizedWithdrawals(hash), "not lost");

        vm.deal(user, 1);
        vm.prank(user);
        portal.donateETH{value: 1}();
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.value(), 1 ether, "paid later");
    }

    /*//////////////////////////////////////////////////////////////
                                   GAS
    //////////////////////////////////////////////////////////////*/

    /// @dev Whatever gas the finalizer offers: either the target gets what it was promised, or nothing happens.
    function testFuzz_finalize_anyGas_promiseKeptOrReverted(uint256 offered, uint256 promised) public {
        withdrawal.gasLimit = bound(promised, 150_000, 2_000_000);
        bytes32 hash = _proveAndMature();
        offered = bound(offered, withdrawal.gasLimit, withdrawal.gasLimit + 200_000);
        (bool success,) = address(portal).call{gas: offered}(
            abi.encodeCall(portal.finalizeWithdrawalTransaction, withdrawal)
        );
        vm.assertEq(portal.finalizedWithdrawals(hash), success, "finalized if not reverted");
        vm.assertEq(target.calls(), success ? 1 : 0, "and called if finalized");
        // `gas` was read after the target's own dispatch, which takes less than 1,000
        if (success) vm.assertGe(target.gas() + 1_000, withdrawal.gasLimit, "with the gas it was promised");
    }

    function test_finalize_tooLittleGas_reverts() public {
        bytes32 hash = _proveAndMature();
        (bool success, bytes memory answer) = address(portal).call{gas: 355_000}(
            abi.encodeCall(portal.finalizeWithdrawalTransaction, withdrawal)
        );
        vm.assertFalse(success, "the target's 300,000 could not be kept");
        vm.assertEq(bytes32(bytes4(answer)), bytes32(SafeCall_InsufficientGas.selector), "the reason");
        vm.assertFalse(portal.finalizedWithdrawals(hash), "not final");

        portal.finalizeWithdrawalTransaction{gas: 455_000}(withdrawal);
        vm.assertEq(target.calls(), 1, "the promise and the portal's own work");
    }

    function testFuzz_finalize_unpayableGas_reverts(uint256 gasLimit) public {
        withdrawal.gasLimit = bound(gasLimit, uint256(type(uint64).max) + 1, type(uint256).max);
        _proveAndMature();
        (bool success, bytes memory answer) =
            address(portal).call(abi.encodeCall(portal.finalizeWithdrawalTransaction, withdrawal));
        vm.assertFalse(success, "no block has so much gas");
        vm.assertEq(bytes32(bytes4(answer)), bytes32(SafeCall_InsufficientGas.selector), "the reason");
    }

    /*//////////////////////////////////////////////////////////////
                               REENTRANCY
    //////////////////////////////////////////////////////////////*/

    function test_finalize_insideItself_refused() public {
        Types.WithdrawalTransaction memory inner = withdrawal;
        inner.nonce = 2;
        bytes memory again = abi.encodeCall(portal.finalizeWithdrawalTransaction, inner);
        withdrawal.data = abi.encodeCall(WithdrawalTarget.callBack, again);
        withdrawal.gasLimit = 1_000_000;
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (hashOf(withdrawal).keyOf(), hashOf(inner).keyOf());
        uint256 index = proposeRoot(rootOf(outputOf(keys)));
        portal.proveWithdrawalTransaction(
            withdrawal, index, outputOf(keys), StorageTrie.prove(keys, keys[0], false)
        );
        portal.proveWithdrawalTransaction(
            inner, index, outputOf(keys), StorageTrie.prove(keys, keys[1], false)
        );
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);

        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(
            target.answer(),
            abi.encodeWithSelector(IWithdrawals.Withdrawals_Reentrant.selector, user),
            "the inner one is refused"
        );
        vm.assertFalse(portal.finalizedWithdrawals(hashOf(inner)), "not executed");
        portal.finalizeWithdrawalTransaction(inner);
        vm.assertEq(target.calls(), 2, "later it goes through");
    }

    /// @dev The target may deposit: that changes nothing that a withdrawal relies on.
    function test_finalize_targetDeposits_allowed() public {
        (withdrawal.target, withdrawal.data) = (address(new DepositingTarget(portal)), "");
        bytes32 hash = _proveAndMature();
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertTrue(portal.finalizedWithdrawals(hash), "final");
        vm.assertEq(address(portal).balance, 10 ether, "paid out and deposited again");
    }

    /*//////////////////////////////////////////////////////////////
                               NOT NOW
    //////////////////////////////////////////////////////////////*/

    function test_finalize_neverProven_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOptimismPortal.OptimismPortal_NotProven.selector, hashOf(withdrawal))
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
    }

    /// @dev Each field is part of the identity: a proven withdrawal cannot be executed as a slightly other one.
    function testFuzz_finalize_otherField_reverts(uint256 field, uint128 change) public {
        field = bound(field, 0, 5);
        uint256 mask = bound(change, 1, type(uint128).max);
        _proveAndMature();
        if (field == 0) withdrawal.nonce ^= mask;
        if (field == 1) withdrawal.sender = address(uint160(withdrawal.sender) ^ uint160(mask));
        if (field == 2) withdrawal.target = address(uint160(withdrawal.target) ^ uint160(mask));
        if (field == 3) withdrawal.value ^= mask;
        if (field == 4) withdrawal.gasLimit ^= mask;
        if (field == 5) withdrawal.data = abi.encodePacked(withdrawal.data, mask);
        vm.expectRevert(
            abi.encodeWithSelector(IOptimismPortal.OptimismPortal_NotProven.selector, hashOf(withdrawal))
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
    }

    function test_finalize_paused_reverts() public {
        _proveAndMature();
        address[2] memory identifiers = [address(0), address(portal)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(guardian);
            superchain.pause(identifiers[i]);
            vm.expectRevert(abi.encodeWithSelector(IOptimismPortal.OptimismPortal_Paused.selector));
            portal.finalizeWithdrawalTransaction(withdrawal);
            vm.prank(guardian);
            superchain.unpause(identifiers[i]);
        }
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.calls(), 1, "after the pause");
    }

    /// @dev Proven long after the output: the proof's own age counts.
    function test_finalize_youngProof_reverts() public {
        uint256 index = _propose();
        vm.warp(block.timestamp + 2 * FINALIZATION_PERIOD);
        _prove(index);
        uint256 maturesAt = block.timestamp + FINALIZATION_PERIOD;
        vm.warp(maturesAt);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptimismPortal.OptimismPortal_ProofTooYoung.selector, maturesAt, maturesAt
            )
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.warp(maturesAt + 1);
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.calls(), 1, "a second later");
    }

    /// @dev The same root proposed again later: the output's new age counts, not the proof's.
    function test_finalize_youngOutput_reverts() public {
        uint256 index = _propose();
        _prove(index);
        vm.warp(block.timestamp + FINALIZATION_PERIOD - 1);
        vm.prank(challenger);
        oracle.deleteL2Outputs(index);
        _propose();
        uint256 maturesAt = block.timestamp + FINALIZATION_PERIOD;
        vm.warp(maturesAt);
        vm.assertFalse(portal.isOutputFinalized(index), "not yet");
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptimismPortal.OptimismPortal_OutputTooYoung.selector, maturesAt, maturesAt
            )
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.warp(maturesAt + 1);
        vm.assertTrue(portal.isOutputFinalized(index), "a second later");
        portal.finalizeWithdrawalTransaction(withdrawal);
        vm.assertEq(target.calls(), 1, "a second later");
    }

    function test_finalize_outputDeleted_reverts() public {
        uint256 index = _propose();
        _prove(index);
        vm.prank(challenger);
        oracle.deleteL2Outputs(index);
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_NoSuchOutput.selector, index, index)
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
    }

    function test_finalize_outputReplaced_reverts() public {
        uint256 index = _propose();
        _prove(index);
        vm.prank(challenger);
        oracle.deleteL2Outputs(index);
        proposeRoot(keccak256("another"));
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptimismPortal.OptimismPortal_OutputReplaced.selector,
                index,
                rootOf(outputOf(one(hashOf(withdrawal).keyOf()))),
                keccak256("another")
            )
        );
        portal.finalizeWithdrawalTransaction(withdrawal);
    }

    function test_isOutputFinalized_noSuchOutput_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_NoSuchOutput.selector, 0, 0));
        portal.isOutputFinalized(0);
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    function _propose() private returns (uint256) {
        return proposeRoot(rootOf(outputOf(one(hashOf(withdrawal).keyOf()))));
    }

    function _prove(uint256 index) private {
        bytes32[] memory keys = one(hashOf(withdrawal).keyOf());
        portal.proveWithdrawalTransaction(
            withdrawal, index, outputOf(keys), StorageTrie.prove(keys, keys[0], false)
        );
    }

    function _proveAndMature() private returns (bytes32) {
        _prove(_propose());
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);
        return hashOf(withdrawal);
    }
}
