// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {IOptimismPortal2} from "../../contracts/bridge/IOptimismPortal2.sol";
import {IWithdrawals} from "../../contracts/bridge/IWithdrawals.sol";
import {OptimismPortal} from "../../contracts/bridge/OptimismPortal.sol";
import {IDisputeGame} from "../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {GameType} from "../../contracts/dispute/types/Types.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {Games} from "./support/Games.sol";
import {StorageTrie} from "./support/StorageTrie.sol";
import {WithdrawalTarget} from "./support/Targets.sol";
import {vm} from "./support/Vm.sol";

/// @title GameWithdrawalsTest
/// @notice Withdrawals against the root claims of games: which games, whose proofs, and when.
contract GameWithdrawalsTest is Games {
    using StorageTrie for bytes32;

    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;

    Types.WithdrawalTransaction internal withdrawal;
    bytes32 internal withdrawalHash;
    Types.OutputRootProof internal output;
    bytes[] internal proof;
    IFaultDisputeGame internal game;

    function setUp() public {
        deployGames();
        withdrawal = Types.WithdrawalTransaction({
            nonce: 1 << 240, sender: user, target: address(0x7A), value: 1 ether, gasLimit: 100_000, data: ""
        });
        withdrawalHash = hashOf(withdrawal);
        bytes32[] memory keys = new bytes32[](1);
        keys[0] = withdrawalHash.keyOf();
        output = outputOf(keys);
        proof = StorageTrie.prove(keys, keys[0], false);
        vm.deal(address(gamesPortal), 5 ether);
        game = propose(honest, rootOf(output), BLOCK);
        vm.warp(block.timestamp + 1);
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        gamesPortal.initialize(config, registry);
    }

    function test_views_areThoseOfTheRegistry() public view {
        vm.assertEq(address(gamesPortal.disputeGameFactory()), address(factory), "factory");
        vm.assertEq(gamesPortal.disputeGameFinalityDelaySeconds(), FINALITY_DELAY, "finality delay");
        vm.assertEq(gamesPortal.proofMaturityDelaySeconds(), MATURITY_DELAY, "maturity delay");
        vm.assertEq(gamesPortal.respectedGameType().raw(), 255, "type");
        vm.assertEq(gamesPortal.respectedGameTypeUpdatedAt(), registry.retirementTimestamp(), "retirement");
        vm.assertEq(gamesPortal.guardian(), guardian, "guardian");
    }

    /*//////////////////////////////////////////////////////////////
                                  PROVE
    //////////////////////////////////////////////////////////////*/

    function test_prove_recordsGameTimeAndSubmitter() public {
        vm.expectEmit(true, true, true, true, address(gamesPortal));
        emit IWithdrawals.WithdrawalProven(withdrawalHash, user, address(0x7A));
        vm.expectEmit(true, true, true, true, address(gamesPortal));
        emit IOptimismPortal2.WithdrawalProvenExtension1(withdrawalHash, honest);
        _prove(honest, 0);
        (IDisputeGame against, uint64 at) = gamesPortal.provenWithdrawals(withdrawalHash, honest);
        vm.assertEq(address(against), address(game), "game");
        vm.assertEq(at, block.timestamp, "time");
        vm.assertEq(gamesPortal.numProofSubmitters(withdrawalHash), 1, "count");
        vm.assertEq(gamesPortal.proofSubmitters(withdrawalHash, 0), honest, "submitter");
    }

    function test_prove_inTheGamesOwnBlock_reverts() public {
        propose(honest, rootOf(output), BLOCK + 1);
        _expectRefusal(
            1, abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_InvalidProofTimestamp.selector)
        );
        vm.warp(block.timestamp + 1);
        _prove(honest, 1);
    }

    function test_prove_improperGame_reverts() public {
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        _expectRefusal(0, abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_ImproperGame.selector, game));
    }

    function test_prove_disrespectedGame_reverts() public {
        vm.prank(guardian);
        registry.setRespectedGameType(GameType.wrap(0));
        IFaultDisputeGame other = propose(honest, rootOf(output), BLOCK + 1);
        vm.warp(block.timestamp + 1);
        _expectRefusal(
            1, abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_DisrespectedGame.selector, other)
        );
        _prove(honest, 0);
    }

    function test_prove_lostGame_reverts() public {
        attack(game, liar, 0, lieAt(1));
        settle(game);
        _expectRefusal(0, abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_GameLost.selector, game));
    }

    function test_prove_otherOutput_reverts() public {
        IFaultDisputeGame other = propose(liar, lieAt(BLOCK), BLOCK);
        vm.warp(block.timestamp + 1);
        _expectRefusal(
            1,
            abi.encodeWithSelector(
                IWithdrawals.Withdrawals_WrongOutputRoot.selector, rootOf(output), other.rootClaim()
            )
        );
    }

    function test_prove_whilePaused_reverts() public {
        vm.prank(guardian);
        superchain.pause(address(0));
        _expectRefusal(0, abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_Paused.selector));
    }

    /// @notice Bug 43 of the list: events about a withdrawal that is over.
    function test_prove_afterFinalization_reverts() public {
        _prove(honest, 0);
        _mature();
        _finalize(honest);
        _expectRefusal(
            0, abi.encodeWithSelector(IWithdrawals.Withdrawals_AlreadyFinalized.selector, withdrawalHash)
        );
    }

    /// @notice Bug 42 of the list: a withdrawal may not act in the portal's own name.
    function test_prove_targetIsThePortal_reverts() public {
        withdrawal.target = address(gamesPortal);
        _expectRefusal(
            0, abi.encodeWithSelector(IWithdrawals.Withdrawals_BadTarget.selector, address(gamesPortal))
        );
    }

    /// @notice Bug 60 of the list: a proof whose game turns out not to count is worth nothing, and another can be made
    ///         against another game at once.
    function test_prove_again_gameBlacklisted_againstAnotherGame() public {
        _prove(honest, 0);
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        IFaultDisputeGame other = propose(honest, rootOf(output), BLOCK + 1);
        vm.warp(block.timestamp + 1);
        _prove(honest, 1);
        settle(game);
        settle(other);
        vm.warp(block.timestamp + MATURITY_DELAY + 1);
        _finalize(honest);
        vm.assertEq(address(0x7A).balance, 1 ether, "paid");
    }

    function test_prove_again_startsItsOwnWaitAnew_andNobodyElses() public {
        _prove(honest, 0);
        uint256 first = block.timestamp;
        vm.warp(first + 5 days);
        _prove(liar, 0);
        _prove(liar, 0);
        (, uint64 at) = gamesPortal.provenWithdrawals(withdrawalHash, honest);
        vm.assertEq(at, first, "the other's proof");
        (, at) = gamesPortal.provenWithdrawals(withdrawalHash, liar);
        vm.assertEq(at, first + 5 days, "its own");
        vm.assertEq(gamesPortal.numProofSubmitters(withdrawalHash), 3, "each is listed");
    }

    /*//////////////////////////////////////////////////////////////
                                FINALIZE
    //////////////////////////////////////////////////////////////*/

    function test_finalize_afterBothDelays_pays() public {
        _prove(honest, 0);
        _mature();
        _finalize(honest);
        vm.assertEq(address(0x7A).balance, 1 ether, "paid");
        vm.assertEq(gamesPortal.finalizedWithdrawals(withdrawalHash), true, "finalized");
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawals.Withdrawals_AlreadyFinalized.selector, withdrawalHash)
        );
        _finalize(honest);
    }

    function test_finalize_immatureProof_reverts() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        _prove(honest, 0);
        uint256 maturesAt = block.timestamp + MATURITY_DELAY;
        vm.warp(maturesAt);
        vm.expectRevert(abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_ProofNotOldEnough.selector));
        _finalize(honest);
        vm.warp(maturesAt + 1);
        _finalize(honest);
    }

    function test_finalize_gameNotFinal_reverts() public {
        _prove(honest, 0);
        vm.warp(block.timestamp + MATURITY_DELAY + 1);
        _expectNotValid();
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY);
        _expectNotValid();
        vm.warp(block.timestamp + 1);
        _finalize(honest);
    }

    function test_finalize_gameLostOrBlacklisted_reverts() public {
        _prove(honest, 0);
        attack(game, liar, 0, lieAt(1));
        _mature();
        _expectNotValid();
    }

    function test_finalize_blacklistedAfterItsEnd_reverts() public {
        _prove(honest, 0);
        _mature();
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        _expectNotValid();
    }

    function test_finalize_withSomeoneElsesProof_onlyIfNamed() public {
        _prove(honest, 0);
        _mature();
        vm.expectRevert(abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_Unproven.selector));
        _finalize(user);
        vm.prank(user);
        gamesPortal.finalizeWithdrawalTransactionExternalProof(withdrawal, honest);
        vm.assertEq(address(0x7A).balance, 1 ether, "paid");
    }

    /// @notice Bugs 53 and 56 of the list: neither the same nor another withdrawal can be executed inside of one.
    function test_finalize_insideOfAnother_refused() public {
        WithdrawalTarget target = new WithdrawalTarget(OptimismPortal(payable(address(gamesPortal))));
        Types.WithdrawalTransaction memory inner = withdrawal;
        withdrawal.nonce += 1;
        withdrawal.target = address(target);
        withdrawal.gasLimit = 1_000_000;
        withdrawal.data = abi.encodeCall(
            WithdrawalTarget.callBack,
            (abi.encodeCall(gamesPortal.finalizeWithdrawalTransactionExternalProof, (inner, honest)))
        );
        bytes32[] memory keys = new bytes32[](2);
        keys[0] = hashOf(inner).keyOf();
        keys[1] = hashOf(withdrawal).keyOf();
        output = outputOf(keys);
        game = propose(honest, rootOf(output), BLOCK + 1);
        vm.warp(block.timestamp + 1);
        vm.startPrank(honest);
        gamesPortal.proveWithdrawalTransaction(inner, 1, output, StorageTrie.prove(keys, keys[0], false));
        gamesPortal.proveWithdrawalTransaction(withdrawal, 1, output, StorageTrie.prove(keys, keys[1], false));
        vm.stopPrank();
        _mature();
        _finalize(honest);
        vm.assertEq(target.calls(), 1, "called");
        vm.assertEq(
            target.answer(),
            abi.encodeWithSelector(IWithdrawals.Withdrawals_Reentrant.selector, user),
            "the inner one is refused"
        );
        gamesPortal.finalizeWithdrawalTransactionExternalProof(inner, honest);
        vm.assertEq(address(0x7A).balance, 1 ether, "and executed by itself");
    }

    function test_finalize_whilePaused_reverts() public {
        _prove(honest, 0);
        _mature();
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.expectRevert(abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_Paused.selector));
        _finalize(honest);
    }

    function _mature() private {
        settle(game);
        vm.warp(block.timestamp + MATURITY_DELAY + 1);
    }

    function _expectNotValid() private {
        vm.expectRevert(abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_InvalidRootClaim.selector));
        gamesPortal.checkWithdrawal(withdrawalHash, honest);
        vm.expectRevert(abi.encodeWithSelector(IOptimismPortal2.OptimismPortal_InvalidRootClaim.selector));
        _finalize(honest);
    }

    function _expectRefusal(uint256 index, bytes memory reason) private {
        vm.expectRevert(reason);
        _prove(honest, index);
    }

    function _prove(address submitter, uint256 index) private {
        vm.prank(submitter);
        gamesPortal.proveWithdrawalTransaction(withdrawal, index, output, proof);
    }

    function _finalize(address sender) private {
        vm.prank(sender);
        gamesPortal.finalizeWithdrawalTransaction(withdrawal);
    }
}
