// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FaultDisputeGame} from "../../contracts/dispute/FaultDisputeGame.sol";
import {GameBase} from "../../contracts/dispute/GameBase.sol";
import {IDisputeGame} from "../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Position} from "../../contracts/dispute/types/Position.sol";
import {
    BondDistributionMode,
    Claim,
    Duration,
    GameStatus,
    GameType
} from "../../contracts/dispute/types/Types.sol";
import {Games} from "./support/Games.sol";
import {bound, vm} from "./support/Vm.sol";

/// @title FaultDisputeGameTest
/// @notice Beginning and arguing: what a game refuses, and beside it what it takes.
contract FaultDisputeGameTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;
    IFaultDisputeGame internal game;

    function setUp() public {
        deployGames();
        game = propose(liar, lieAt(BLOCK), BLOCK);
    }

    /*//////////////////////////////////////////////////////////////
                               INITIALIZE
    //////////////////////////////////////////////////////////////*/

    function test_initialize_tellsAllThatItWasGiven() public view {
        vm.assertEq(game.gameCreator(), liar, "creator");
        vm.assertEq(game.rootClaim().raw(), lieAt(BLOCK), "root claim");
        vm.assertEq(game.l1Head(), blockhash(block.number - 1), "L1 head");
        vm.assertEq(game.gameType().raw(), ALPHABET.raw(), "type");
        vm.assertEq(game.l2BlockNumber(), BLOCK, "block");
        vm.assertEq(game.l2SequenceNumber(), BLOCK, "sequence number");
        vm.assertEq(game.extraData(), abi.encode(BLOCK), "extra data");
        vm.assertEq(game.absolutePrestate().raw(), absolutePrestate(), "prestate");
        vm.assertEq(address(game.vm()), address(machine), "vm");
        vm.assertEq(address(game.anchorStateRegistry()), address(registry), "registry");
        vm.assertEq(address(game.weth()), address(weth), "weth");
        vm.assertEq(game.l2ChainId(), L2_CHAIN_ID, "chain id");
        vm.assertEq(game.startingBlockNumber(), ANCHOR_BLOCK, "starting block");
        vm.assertEq(game.startingRootHash(), outputAt(ANCHOR_BLOCK), "starting root");
        vm.assertEq(game.createdAt().raw(), block.timestamp, "created");
        vm.assertEq(game.wasRespectedGameTypeWhenCreated(), true, "respected");
        vm.assertEq(weth.balanceOf(address(game)), 0.08 ether, "bond");
        vm.assertEq(game.refundModeCredit(liar), 0.08 ether, "refund");
    }

    function test_rootClaimByChainId_ofThisChainOnly() public {
        vm.assertEq(game.rootClaimByChainId(L2_CHAIN_ID).raw(), lieAt(BLOCK), "root claim");
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_UnknownChain.selector, L2_CHAIN_ID + 1, L2_CHAIN_ID
            )
        );
        game.rootClaimByChainId(L2_CHAIN_ID + 1);
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_AlreadyInitialized.selector)
        );
        game.initialize();
    }

    function test_initialize_extraDataOfAnotherLength_reverts() public {
        bytes memory padded = abi.encodePacked(abi.encode(BLOCK), uint8(0));
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BadArguments.selector, 251, 250)
        );
        factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(lieAt(1)), padded);
    }

    function test_initialize_blockOfTheAnchor_reverts_nextOne_accepted() public {
        _expectBadBlock(ANCHOR_BLOCK);
        propose(liar, lieAt(1), ANCHOR_BLOCK + 1);
    }

    function test_initialize_blockBeyond64Bits_reverts_lastOne_accepted() public {
        _expectBadBlock(uint256(type(uint64).max) + 1);
        propose(liar, lieAt(1), type(uint64).max);
    }

    function _expectBadBlock(uint256 number) private {
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_BadBlockNumber.selector, number, ANCHOR_BLOCK
            )
        );
        factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(lieAt(1)), abi.encode(number));
    }

    // One expectation a test: of several constructors that must revert, forge looks at the first only.

    function test_constructor_deeperThanPositionsCanSay_reverts_deepest_accepted() public {
        _expectBadDepths(126, 30);
        _construct(125, 30, 3 hours, 3.5 days);
    }

    function test_constructor_upperTreeOfOneLevel_reverts_ofTwo_accepted() public {
        _expectBadDepths(8, 1);
        _construct(8, 2, 3 hours, 3.5 days);
    }

    function test_constructor_lowerTreeOfOneLevel_reverts_ofTwo_accepted() public {
        _expectBadDepths(8, 7);
        _construct(8, 6, 3 hours, 3.5 days);
    }

    function test_constructor_clockShorterThanTwoExtensions_reverts_asLong_accepted() public {
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BadClock.selector, 20, 19));
        _construct(8, 4, 10, 19);
        _construct(8, 4, 10, 20);
    }

    function _expectBadDepths(uint256 maxDepth, uint256 split) private {
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BadDepths.selector, maxDepth, split)
        );
        _construct(maxDepth, split, 3 hours, 3.5 days);
    }

    function _construct(uint256 maxDepth, uint256 split, uint64 extension, uint64 clock) private {
        new FaultDisputeGame(
            GameBase.GameParameters(maxDepth, split, Duration.wrap(extension), Duration.wrap(clock))
        );
    }

    /*//////////////////////////////////////////////////////////////
                                  BONDS
    //////////////////////////////////////////////////////////////*/

    function test_getRequiredBond_asOnEveryChain_atDepth73() public {
        IFaultDisputeGame logic = IFaultDisputeGame(
            address(
                new FaultDisputeGame(
                    GameBase.GameParameters(73, 30, Duration.wrap(3 hours), Duration.wrap(3.5 days))
                )
            )
        );
        // wei, from upstream's deployed code
        uint72[7] memory expected = [
            80000000000000000,
            87594000000000000,
            95908800000000000,
            1215127800000000000,
            1330474000000000000,
            54798270200000000000,
            59999999800000000000
        ];
        uint8[7] memory depths = [0, 1, 2, 30, 31, 72, 73];
        for (uint256 i = 0; i < 7; i++) {
            uint256 bond = logic.getRequiredBond(Position.wrap(uint128(1) << depths[i]));
            vm.assertEq(bond, expected[i], "bond");
        }
        uint256 sum = 0;
        for (uint256 depth = 0; depth <= 73; depth++) {
            sum += logic.getRequiredBond(Position.wrap(uint128(1 << depth)));
        }
        vm.assertEq(sum, 691234694000000000000, "of a whole line");
    }

    function test_getRequiredBond_belowTheDeepest_reverts() public {
        game.getRequiredBond(Position.wrap(1 << 8));
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_TooDeep.selector, 9, 8));
        game.getRequiredBond(Position.wrap(1 << 9));
    }

    /*//////////////////////////////////////////////////////////////
                                  MOVE
    //////////////////////////////////////////////////////////////*/

    function test_attack_recordsClaim_bond_andClock() public {
        vm.warp(block.timestamp + 100);
        uint256 index = attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        (
            uint32 parent,
            address counteredBy_,
            address claimant,
            uint128 bond,
            Claim claim,
            Position position,
        ) = game.claimData(index);
        vm.assertEq(parent, 0, "parent");
        vm.assertEq(counteredBy_, address(0), "countered");
        vm.assertEq(claimant, honest, "claimant");
        vm.assertEq(bond, game.getRequiredBond(Position.wrap(2)), "bond");
        vm.assertEq(claim.raw(), outputAt(ANCHOR_BLOCK + 8), "claim");
        vm.assertEq(position.raw(), 2, "position");
        vm.assertEq(game.subgames(0, 0), 1, "subgame");
        vm.assertEq(weth.balanceOf(address(game)), 0.08 ether + bond, "escrow");
        vm.assertEq(game.getChallengerDuration(index).raw(), 0, "the liar's clock was at 0 with its claim");
        vm.warp(block.timestamp + 50);
        vm.assertEq(game.getChallengerDuration(index).raw(), 50, "and runs");
        uint256 second = attack(game, liar, index, lieAt(ANCHOR_BLOCK + 4));
        vm.assertEq(game.getChallengerDuration(second).raw(), 100, "as the honest one's did before");
    }

    function test_move_claimMovedByAReorg_reverts() public {
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_OtherClaim.selector, outputAt(1), lieAt(BLOCK)
            )
        );
        game.attack{value: 1 ether}(Claim.wrap(outputAt(1)), 0, Claim.wrap(outputAt(2)));
    }

    function test_defend_root_reverts_ofAnAttack_accepted() public {
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_CannotDefendRoot.selector, 1)
        );
        game.defend{value: 0.08 ether}(Claim.wrap(lieAt(BLOCK)), 0, Claim.wrap(outputAt(2)));
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        defend(game, liar, 1, lieAt(ANCHOR_BLOCK + 12));
    }

    function test_move_otherBond_reverts() public {
        (Claim disputed, uint256 bond) = quote(game, 0, true);
        for (uint256 i = 0; i < 2; i++) {
            uint256 sent = i == 0 ? bond - 1 : bond + 1;
            vm.prank(honest);
            vm.expectRevert(
                abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_IncorrectBond.selector, sent, bond)
            );
            game.attack{value: sent}(disputed, 0, Claim.wrap(outputAt(2)));
        }
    }

    function test_move_same_reverts_sameClaimElsewhere_accepted() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        (Claim disputed, uint256 bond) = quote(game, 0, true);
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_ClaimExists.selector, outputAt(ANCHOR_BLOCK + 8), 2, 0
            )
        );
        game.attack{value: bond}(disputed, 0, Claim.wrap(outputAt(ANCHOR_BLOCK + 8)));
        attack(game, liar, 0, lieAt(ANCHOR_BLOCK + 8));
        attack(game, honest, 1, outputAt(ANCHOR_BLOCK + 4));
        attack(game, honest, 2, outputAt(ANCHOR_BLOCK + 4));
    }

    function test_move_inTheLastSecond_accepted_whenTimeIsUp_reverts() public {
        vm.warp(block.timestamp + MAX_CLOCK - 1);
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        vm.warp(block.timestamp + 1);
        (Claim disputed, uint256 bond) = quote(game, 0, true);
        vm.prank(honest);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_ClockExpired.selector, 0));
        game.attack{value: bond}(disputed, 0, Claim.wrap(outputAt(3)));
    }

    function test_move_late_leavesItsSideTheExtension() public {
        vm.warp(block.timestamp + MAX_CLOCK - 1);
        uint256 first = attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        uint256 second = attack(game, liar, first, lieAt(ANCHOR_BLOCK + 4)); // at depth 2: the normal extension
        vm.assertEq(game.getChallengerDuration(second).raw(), MAX_CLOCK - EXTENSION, "one extension is left");
    }

    function test_move_deeperThanTheDeepest_reverts() public {
        uint256 last = playToTheBottom(game);
        (,,,, Claim disputed,,) = game.claimData(last);
        vm.prank(honest);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_TooDeep.selector, 9, 8));
        game.attack{value: 1 ether}(disputed, last, Claim.wrap(bytes32(uint256(1))));
    }
}
