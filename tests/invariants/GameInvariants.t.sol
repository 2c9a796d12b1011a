// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Clock} from "../../contracts/dispute/types/Clock.sol";
import {Position} from "../../contracts/dispute/types/Position.sol";
import {BondDistributionMode, Claim, GameStatus} from "../../contracts/dispute/types/Types.sol";
import {GameHandler} from "./support/GameHandler.sol";
import {Truth} from "./support/Truth.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever liars, freeloaders, guardian and time do to dispute games in which an honest player plays. Names are
///         those of `tests/fuzz/disputes/properties.py`, which has them in full:
///
///         G-1   The honest player wins every game.              G-10  No step counters the truth.
///         G-2   None of its claims is ever countered.           G-12  The leftmost answer that stands counters.
///         G-3   It earns every bond that it is due.             G-13  A clock leaves the extension.
///         G-4   Every game ends.                                G-15  A game is changed by what happens in it only.
///         G-5   A game is decided once.                         G-16  Another block's root loses, a right one never.
///         G-6   A claim is made once in a place.                G-18  Nothing is claimed twice.
///         G-7   WETH is bonds outstanding plus credits.         R-1   The anchor is a true output root.
///         G-9   Refund mode pays back exactly.                  W-1   There is ether behind all WETH.
///
///         The handler holds G-5, G-10, G-16 and G-18 at every call; what the honest player does must succeed, or the run fails.
contract GameInvariants is Truth {
    /// @dev A claim as the contract has it.
    struct Made {
        uint256 parent;
        address counteredBy;
        address claimant;
        uint256 bond;
        uint256 position;
        bytes32 name;
        bool isResolved;
        uint256 used;
        uint256 madeAt;
    }

    GameHandler internal handler;
    address[3] internal players = [honest, liar, address(0xE4)];

    /// @dev For forge: what it may not call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public {
        handler = new GameHandler();
        (registry, weth) = handler.deployed();
        handler.propose(1 << 8); // a lie
        handler.propose(3); // what is right
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function excludeSelectors() public view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(handler);
        selectors[0].selectors = new bytes4[](1);
        selectors[0].selectors[0] = handler.finish.selector;
    }

    function invariant_games() public view {
        uint256 held = 0;
        for (uint256 g = 0; g < handler.count(); ++g) {
            _game(handler.games(g));
            held += weth.balanceOf(address(handler.games(g)));
        }
        (bytes32 root, uint256 number) = registry.getAnchorRoot();
        vm.assertEq(root, handler.trueRoot(number), "R-1");
        vm.assertEq(address(weth).balance, held, "W-1");
    }

    function afterInvariant() public {
        handler.finish();
        invariant_games();
        for (uint256 g = 0; g < handler.count(); ++g) {
            _ended(handler.games(g));
        }
        vm.assertEq(handler.decided(), handler.count(), "G-4");
        vm.assertEq(address(weth).balance, 0, "G-7: nothing is left");
    }

    /*//////////////////////////////////////////////////////////////
                              AT ANY TIME
    //////////////////////////////////////////////////////////////*/

    function _game(IFaultDisputeGame game) private view {
        Made[] memory claims = _claimsOf(game);
        GameStatus status = game.status();
        vm.assertEq(uint8(status), uint8(handler.endedAs(game)), "G-5");
        vm.assertEq(claims.length, 1 + handler.answersIn(game), "G-15");
        if (status != GameStatus.IN_PROGRESS) {
            vm.assertEq(status == GameStatus.DEFENDER_WINS, handler.isRight(game), "G-1");
        }
        uint256 deposits = 0;
        uint256 outstanding = 0;
        for (uint256 i = 0; i < claims.length; ++i) {
            deposits += claims[i].bond;
            if (!claims[i].isResolved) outstanding += claims[i].bond;
            if (claims[i].claimant == honest) vm.assertEq(claims[i].counteredBy, address(0), "G-2");
            for (uint256 j = 0; j < i; ++j) {
                vm.assertTrue(claims[i].name != claims[j].name, "G-6");
            }
            if (claims[i].isResolved) _resolved(game, claims, i);
            vm.assertEq(claims[i].used, i == 0 ? 0 : _used(claims, i), "G-13");
        }
        _money(game, deposits, outstanding);
    }

    /// @dev What a side had used before, and to answer; at the end of its clock less, for the sake of the next answer.
    function _used(Made[] memory claims, uint256 i) private pure returns (uint256 used) {
        Made memory parent = claims[claims[i].parent];
        used = claims[i].madeAt - parent.madeAt;
        if (claims[i].parent != 0) used += claims[parent.parent].used;
        uint256 extension = EXTENSION;
        if (claims[i].position >> (TREE_SPLIT - 1) == 1) extension = 2 * EXTENSION;
        if (claims[i].position >> (TREE_DEPTH - 1) == 1) extension = EXTENSION + PREIMAGE_PERIOD;
        return used < MAX_CLOCK - extension ? used : MAX_CLOCK - extension;
    }

    function _resolved(IFaultDisputeGame game, Made[] memory claims, uint256 i) private view {
        address counter = address(0);
        uint256 leftmost = type(uint256).max;
        bool isAnswered = i == 0;
        for (uint256 j = i + 1; j < claims.length; ++j) {
            if (claims[j].parent != i) continue;
            isAnswered = true;
            vm.assertTrue(claims[j].isResolved, "G-12: answers are settled first");
            if (claims[j].counteredBy != address(0) || claims[j].position >= leftmost) continue;
            (leftmost, counter) = (claims[j].position, claims[j].claimant);
        }
        if (i == 0 && game.l2BlockNumberChallenged()) counter = game.l2BlockNumberChallenger();
        if (isAnswered) vm.assertEq(claims[i].counteredBy, counter, "G-12");
    }

    function _money(IFaultDisputeGame game, uint256 deposits, uint256 outstanding) private view {
        uint256 paid = 0;
        uint256 refunds = 0;
        uint256 credits = 0;
        for (uint256 p = 0; p < players.length; ++p) {
            paid += handler.received(game, players[p]);
            refunds += game.refundModeCredit(players[p]);
            credits += game.normalModeCredit(players[p]);
        }
        uint256 held = weth.balanceOf(address(game));
        vm.assertEq(held + paid, deposits, "G-7: what came in");
        bool isRefund = game.bondDistributionMode() == BondDistributionMode.REFUND;
        vm.assertEq(held, isRefund ? refunds : outstanding + credits, "G-7: what is owed");
    }

    function _claimsOf(IFaultDisputeGame game) private view returns (Made[] memory claims) {
        claims = new Made[](game.claimDataLen());
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim value;
            Position position;
            Clock clock;
            Made memory made = claims[i];
            uint32 parent;
            (parent, made.counteredBy, made.claimant, made.bond, value, position, clock) = game.claimData(i);
            (made.parent, made.position) = (parent, position.raw());
            made.name = keccak256(abi.encode(parent, position, value));
            made.isResolved = game.resolvedSubgames(i);
            (made.used, made.madeAt) = (clock.duration().raw(), clock.timestamp().raw());
        }
    }

    /*//////////////////////////////////////////////////////////////
                               IN THE END
    //////////////////////////////////////////////////////////////*/

    function _ended(IFaultDisputeGame game) private {
        Made[] memory claims = _claimsOf(game);
        bool isRefund = game.bondDistributionMode() == BondDistributionMode.REFUND;
        uint256[3] memory due;
        for (uint256 i = 0; i < claims.length; ++i) {
            bool isEarned = !isRefund && claims[i].counteredBy != address(0);
            address to = isEarned ? claims[i].counteredBy : claims[i].claimant;
            for (uint256 p = 0; p < players.length; ++p) {
                if (players[p] == to) due[p] += claims[i].bond;
            }
            bool isAnswer = i != 0 && claims[i].claimant == honest;
            if (isAnswer) vm.assertEq(claims[claims[i].parent].counteredBy, honest, "G-3: what it answered");
        }
        for (uint256 p = 0; p < players.length; ++p) {
            vm.assertEq(handler.received(game, players[p]), due[p], isRefund ? "G-9" : "G-3");
            if (due[p] == 0) continue;
            (bool again,) = address(game).call(abi.encodeCall(game.claimCredit, (players[p])));
            vm.assertFalse(again, "G-18: twice");
        }
    }
}

/// @notice The handler is not vacuous: all that it is for happens.
contract GameHandlerTest {
    function test_everythingHappens() public {
        GameHandler handler = new GameHandler();
        handler.propose(1 << 8); // a lie
        handler.propose(3); // what is right
        handler.propose((2 << 8) | 2); // the root of an earlier block
        handler.look(2);
        vm.assertEq(handler.honestBlockChallenges(), 1, "another block's root");
        for (uint256 seed = 0; seed < 8; ++seed) {
            handler.argueOn(0, seed, 4);
            handler.argueOn(1, seed, 4);
            handler.answer(0, seed << 8);
        }
        vm.assertGt(handler.honestMoves(), 4, "answers to lies");
        vm.assertGt(handler.honestSteps(), 0, "steps against lies");
        vm.assertGt(handler.lies(), 8, "lies");
        vm.assertGt(handler.refused(), 0, "what may not be said");
        handler.challengeBlock(1);
        vm.assertEq(handler.blockChallengesRefused(), 1, "the right block");
        handler.step(0, true);
        handler.step(0, false);
        vm.assertGt(handler.stepsRefused(), 1, "steps against the truth");

        handler.guard(0, 0); // blacklisted
        handler.guard(0, 1); // paused
        handler.wait(0);
        handler.wait(1);
        handler.wait((8 days << 8) | 2);
        handler.resolve(1, 1);
        vm.assertGt(handler.settled(), 1, "settled");
        vm.assertEq(handler.decided(), 0, "in pages");
        handler.finish();
        vm.assertEq(handler.decided(), 3, "decided");
        vm.assertEq(uint8(handler.endedAs(handler.games(0))), uint8(GameStatus.CHALLENGER_WINS), "a lie");
        vm.assertEq(
            uint8(handler.endedAs(handler.games(1))), uint8(GameStatus.DEFENDER_WINS), "what is right"
        );
        vm.assertEq(handler.closed(), 3, "closed");
        vm.assertEq(handler.refunded(), 1, "refunded");
        vm.assertGt(handler.paid(), 3, "paid");
    }
}
