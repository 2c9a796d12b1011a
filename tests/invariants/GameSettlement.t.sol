// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDelayedWETH} from "../../contracts/dispute/IDelayedWETH.sol";
import {IDisputeGame} from "../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {BondDistributionMode, Claim, GameStatus} from "../../contracts/dispute/types/Types.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

/// @title GameSettlementTest
/// @notice Who wins, who is paid, and when.
contract GameSettlementTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;
    address internal constant third = address(0xE3);
    IFaultDisputeGame internal game;

    function setUp() public {
        deployGames();
        vm.deal(third, 1e6 ether);
        game = propose(liar, lieAt(BLOCK), BLOCK);
    }

    /*//////////////////////////////////////////////////////////////
                                DECISION
    //////////////////////////////////////////////////////////////*/

    function test_resolve_nobodyAnswers_theRootStands() public {
        settle(game);
        vm.assertEq(uint8(game.status()), uint8(GameStatus.DEFENDER_WINS), "status");
        vm.assertEq(game.normalModeCredit(liar), 0.08 ether, "the bond comes back");
        vm.assertEq(game.resolvedAt().raw(), block.timestamp, "resolvedAt");
    }

    function test_resolve_anAnswerStands_theRootFalls() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(1, 0);
        game.resolveClaim(0, 0);
        vm.expectEmit(true, false, false, true, address(game));
        emit IDisputeGame.Resolved(GameStatus.CHALLENGER_WINS);
        game.resolve();
        uint256 paid = 0.08 ether + game.getRequiredBond(positionOf(game, 1));
        vm.assertEq(game.normalModeCredit(honest), paid, "the honest one has both bonds");
        vm.assertEq(game.normalModeCredit(liar), 0, "the liar has none");
    }

    function test_resolve_stepAtTheBottom_decidesAllTheWayUp() public {
        uint256 last = playToTheBottom(game);
        game.addLocalData(4, last, 0);
        vm.prank(honest);
        game.step(last, true, PRESTATE, "");
        settle(game);
        vm.assertEq(uint8(game.status()), uint8(GameStatus.CHALLENGER_WINS), "status");
        for (uint256 i = 0; i <= last; i++) {
            vm.assertEq(counteredBy(game, i), i % 2 == 0 ? honest : address(0), "even claims are the liar's");
        }
        vm.assertEq(game.normalModeCredit(honest), weth.balanceOf(address(game)), "all bonds");
    }

    function test_resolve_noStepAtTheBottom_theLastWordWins() public {
        playToTheBottom(game);
        settle(game);
        vm.assertEq(uint8(game.status()), uint8(GameStatus.DEFENDER_WINS), "status");
        vm.assertEq(game.normalModeCredit(liar), weth.balanceOf(address(game)), "all bonds");
    }

    function test_resolveClaim_beforeTimeIsUp_reverts_then_accepted() public {
        vm.warp(block.timestamp + MAX_CLOCK - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_ClockRunning.selector, 0, MAX_CLOCK - 1)
        );
        game.resolveClaim(0, 0);
        vm.warp(block.timestamp + 1);
        game.resolveClaim(0, 0);
    }

    function test_resolveClaim_beforeItsAnswers_reverts() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        vm.warp(block.timestamp + MAX_CLOCK);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_UnresolvedBelow.selector, 1)
        );
        game.resolveClaim(0, 0);
        game.resolveClaim(1, 0);
        game.resolveClaim(0, 0);
    }

    function test_resolveClaim_twice_reverts() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(1, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_AlreadyResolved.selector, 1)
        );
        game.resolveClaim(1, 0);
    }

    function test_resolve_beforeTheRoot_reverts() public {
        vm.warp(block.timestamp + MAX_CLOCK);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_UnresolvedBelow.selector, 0)
        );
        game.resolve();
    }

    function test_resolve_twice_reverts() public {
        settle(game);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NotInProgress.selector));
        game.resolve();
    }

    /// @notice The leftmost answer that stands is paid; of several at one position the first. The others get their own
    ///         bonds back.
    function test_resolveClaim_paysTheLeftmostAnswer() public {
        uint256 parent = attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        uint256 right = defend(game, third, parent, lieAt(ANCHOR_BLOCK + 12));
        uint256 left = attack(game, liar, parent, lieAt(ANCHOR_BLOCK + 4));
        uint256 later = attack(game, third, parent, lieAt(4));
        settle(game);
        vm.assertEq(counteredBy(game, parent), liar, "the first of the leftmost");
        vm.assertEq(positionOf(game, left).raw() < positionOf(game, right).raw(), true, "it is left");
        uint256 own =
            game.getRequiredBond(positionOf(game, right)) + game.getRequiredBond(positionOf(game, later));
        vm.assertEq(game.normalModeCredit(third), own, "the others have their own bonds");
    }

    /// @notice Settling page by page, with pages of every size, gives what settling at once gives.
    function testFuzz_resolveClaim_inPages_givesTheSame(uint8 answers, uint8 page) public {
        uint256 count = 1 + answers % 8;
        uint256 size = 1 + page % 8;
        for (uint256 i = 0; i < count; i++) {
            uint256 child = attack(game, i % 2 == 0 ? honest : third, 0, outputAt(i));
            if (i % 3 == 0) attack(game, liar, child, lieAt(i));
        }
        vm.warp(block.timestamp + MAX_CLOCK);
        for (uint256 i = game.claimDataLen() - 1; i > 0; i--) {
            game.resolveClaim(i, 0);
        }
        uint256 calls = 0;
        while (game.getNumToResolve(0) > 0) {
            vm.assertEq(game.resolvedSubgames(0), false, "not before the last page");
            game.resolveClaim(0, size);
            calls++;
        }
        vm.assertEq(calls, (count + size - 1) / size, "pages");
        vm.assertEq(game.resolvedSubgames(0), true, "settled");
        // answers 0, 3 and 6 are countered, so the first that stands is the second
        vm.assertEq(counteredBy(game, 0), count == 1 ? address(0) : third, "counter");
    }

    /*//////////////////////////////////////////////////////////////
                                 PAYOUT
    //////////////////////////////////////////////////////////////*/

    function test_claimCredit_unlocksThenPays() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        uint256 due = game.normalModeCredit(honest);
        uint256 before = honest.balance;
        game.claimCredit(honest);
        vm.assertEq(uint8(game.bondDistributionMode()), uint8(BondDistributionMode.NORMAL), "mode");
        vm.assertEq(game.hasUnlockedCredit(honest), true, "unlocked");
        vm.assertEq(honest.balance, before, "not yet");
        vm.warp(block.timestamp + WETH_DELAY);
        game.claimCredit(honest);
        vm.assertEq(honest.balance, before + due, "paid");
        vm.assertEq(weth.balanceOf(address(game)), 0, "nothing is left");
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NoCredit.selector, honest));
        game.claimCredit(honest);
    }

    function test_claimCredit_beforeTheDelay_reverts() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.claimCredit(liar);
        uint256 availableAt = block.timestamp + WETH_DELAY;
        vm.warp(availableAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDelayedWETH.DelayedWETH_TooEarly.selector, availableAt, availableAt - 1)
        );
        game.claimCredit(liar);
    }

    /// @notice As on every chain, the first call closes the game, whoever it is for.
    function test_claimCredit_nothingEarned_closes_then_reverts() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.claimCredit(liar);
        vm.assertEq(uint8(game.bondDistributionMode()), uint8(BondDistributionMode.NORMAL), "mode");
        vm.warp(block.timestamp + WETH_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NoCredit.selector, liar));
        game.claimCredit(liar);
    }

    function test_closeGame_beforeDecisionAndDelay_reverts_then_accepted() public {
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NotResolved.selector));
        game.closeGame();
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NotFinalized.selector));
        game.closeGame();
        vm.warp(block.timestamp + 1);
        game.closeGame();
        game.closeGame();
    }

    function test_closeGame_movesTheAnchor_forward_only() public {
        IFaultDisputeGame older = propose(honest, outputAt(BLOCK - 5), BLOCK - 5);
        game = propose(honest, outputAt(BLOCK), BLOCK);
        settle(game);
        settle(older);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.closeGame();
        _expectAnchor(outputAt(BLOCK), BLOCK);
        older.closeGame();
        _expectAnchor(outputAt(BLOCK), BLOCK);
    }

    function test_closeGame_ofALostRoot_leavesTheAnchor() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.closeGame();
        _expectAnchor(outputAt(ANCHOR_BLOCK), ANCHOR_BLOCK);
    }

    /// @notice Bug 41 of the list: while paused no game is proper, and one that counts would be refunded for good.
    function test_closeGame_whilePaused_reverts_then_normal() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_Paused.selector));
        game.closeGame();
        vm.prank(guardian);
        superchain.unpause(address(0));
        game.closeGame();
        vm.assertEq(uint8(game.bondDistributionMode()), uint8(BondDistributionMode.NORMAL), "mode");
    }

    function test_claimCredit_blacklisted_everyoneGetsTheirOwnBonds() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        settle(game);
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.claimCredit(liar);
        game.claimCredit(honest);
        vm.assertEq(uint8(game.bondDistributionMode()), uint8(BondDistributionMode.REFUND), "mode");
        uint256 before = liar.balance;
        vm.warp(block.timestamp + WETH_DELAY);
        game.claimCredit(liar);
        game.claimCredit(honest);
        vm.assertEq(liar.balance, before + 0.08 ether, "even the liar");
        vm.assertEq(weth.balanceOf(address(game)), 0, "nothing is left");
    }

    /// @notice Bug 3 of the list: a wallet that is a contract earns its bonds itself, whoever sends its transactions.
    function test_credit_isTheCallers_notTheOrigins() public {
        (Claim disputed, uint256 bond) = quote(game, 0, true);
        vm.prank(third, honest);
        game.attack{value: bond}(disputed, 0, disputed);
        vm.assertEq(game.refundModeCredit(third), bond, "the caller's");
        vm.assertEq(game.refundModeCredit(honest), 0, "not the origin's");
    }

    function _expectAnchor(bytes32 root, uint256 number) private view {
        (bytes32 anchored, uint256 at) = registry.getAnchorRoot();
        vm.assertEq(anchored, root, "anchor");
        vm.assertEq(at, number, "anchor's block");
    }
}
