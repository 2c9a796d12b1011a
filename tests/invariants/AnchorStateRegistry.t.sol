// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {AnchorStateRegistry} from "../../contracts/dispute/AnchorStateRegistry.sol";
import {FaultDisputeGame} from "../../contracts/dispute/FaultDisputeGame.sol";
import {IAnchorStateRegistry} from "../../contracts/dispute/IAnchorStateRegistry.sol";
import {IDisputeGame} from "../../contracts/dispute/IDisputeGame.sol";
import {IDisputeGameFactory} from "../../contracts/dispute/IDisputeGameFactory.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Claim, GameType, Proposal} from "../../contracts/dispute/types/Types.sol";
import {LibCWIA} from "solady/utils/legacy/LibCWIA.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

contract AnchorStateRegistryTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;
    IFaultDisputeGame internal game;

    function setUp() public {
        deployGames();
        game = propose(honest, outputAt(BLOCK), BLOCK);
    }

    function test_initialize_anchorIsTheOneGiven() public view {
        (bytes32 root, uint256 number) = registry.getAnchorRoot();
        vm.assertEq(root, outputAt(ANCHOR_BLOCK), "root");
        vm.assertEq(number, ANCHOR_BLOCK, "block");
        (root, number) = registry.anchors(GameType.wrap(0));
        vm.assertEq(root, outputAt(ANCHOR_BLOCK), "root under the old name");
        vm.assertEq(registry.getStartingAnchorRoot().root, outputAt(ANCHOR_BLOCK), "starting root");
        vm.assertEq(address(registry.anchorGame()), address(0), "no game");
        vm.assertEq(registry.respectedGameType().raw(), 255, "respected type");
        vm.assertEq(registry.disputeGameFinalityDelaySeconds(), FINALITY_DELAY, "delay");
        vm.assertEq(address(registry.superchainConfig()), address(superchain), "superchain");
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        registry.initialize(config, factory, Proposal(0, 0), ALPHABET);
    }

    /*//////////////////////////////////////////////////////////////
                               JUDGEMENTS
    //////////////////////////////////////////////////////////////*/

    function test_isGameClaimValid_afterTheDelay_notBefore() public {
        settle(game);
        vm.assertEq(registry.isGameResolved(game), true, "resolved");
        vm.warp(block.timestamp + FINALITY_DELAY);
        vm.assertEq(registry.isGameFinalized(game), false, "not in the last second");
        vm.assertEq(registry.isGameClaimValid(game), false, "so not valid");
        vm.warp(block.timestamp + 1);
        vm.assertEq(registry.isGameFinalized(game), true, "finalized");
        vm.assertEq(registry.isGameClaimValid(game), true, "valid");
    }

    function test_isGameClaimValid_challengerWon_isNot() public {
        attack(game, liar, 0, lieAt(1));
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        vm.assertEq(registry.isGameProper(game), true, "a proper game");
        vm.assertEq(registry.isGameFinalized(game), true, "and final");
        vm.assertEq(registry.isGameClaimValid(game), false, "of a wrong claim");
    }

    function test_isGameRegistered_aCloneOfSomeoneElses_isNot() public {
        bytes memory args =
            abi.encodePacked(liar, lieAt(1), bytes32(0), uint32(255), abi.encode(BLOCK), gameArgs());
        FaultDisputeGame forged = FaultDisputeGame(LibCWIA.clone(address(factory.gameImpls(ALPHABET)), args));
        vm.prank(liar);
        forged.initialize{value: 0}();
        settle(forged);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        vm.assertEq(registry.isGameFinalized(forged), true, "it says that it is final");
        vm.assertEq(registry.isGameRegistered(forged), false, "but the factory did not make it");
        vm.assertEq(registry.isGameClaimValid(forged), false, "so it does not count");
        vm.assertEq(registry.isGameRegistered(game), true, "as this one does");
    }

    function test_isGameRetired_upToTheTimestamp() public {
        vm.assertEq(registry.isGameRetired(game), false, "before");
        vm.prank(guardian);
        registry.updateRetirementTimestamp();
        vm.assertEq(registry.isGameRetired(game), true, "of the same second");
        vm.assertEq(registry.isGameProper(game), false, "so not proper");
        vm.warp(block.timestamp + 1);
        IFaultDisputeGame later = propose(honest, outputAt(BLOCK + 1), BLOCK + 1);
        vm.assertEq(registry.isGameRetired(later), false, "of the next");
    }

    /// @notice Bug 39 of the list: what counts is the respected type when a game began, not now.
    function test_isGameRespected_asWhenTheGameBegan() public {
        vm.prank(guardian);
        registry.setRespectedGameType(GameType.wrap(0));
        IFaultDisputeGame later = propose(honest, outputAt(BLOCK + 1), BLOCK + 1);
        vm.assertEq(registry.isGameRespected(game), true, "began before");
        vm.assertEq(registry.isGameRespected(later), false, "began after");
    }

    function test_isGameProper_notWhilePaused() public {
        vm.assertEq(registry.isGameProper(game), true, "before");
        vm.prank(guardian);
        superchain.pause(address(portal));
        vm.assertEq(registry.isGameProper(game), false, "paused");
    }

    /*//////////////////////////////////////////////////////////////
                                GUARDIAN
    //////////////////////////////////////////////////////////////*/

    function test_guardiansFunctions_forNobodyElse() public {
        bytes memory refused = abi.encodeWithSelector(
            IAnchorStateRegistry.AnchorStateRegistry_OnlyGuardian.selector, owner, guardian
        );
        vm.prank(owner);
        vm.expectRevert(refused);
        registry.setRespectedGameType(GameType.wrap(0));
        vm.prank(owner);
        vm.expectRevert(refused);
        registry.updateRetirementTimestamp();
        vm.prank(owner);
        vm.expectRevert(refused);
        registry.blacklistDisputeGame(game);
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        vm.assertEq(registry.isGameBlacklisted(game), true, "blacklisted");
    }

    /*//////////////////////////////////////////////////////////////
                                 ANCHOR
    //////////////////////////////////////////////////////////////*/

    function test_setAnchorState_byAnyone_ofAValidClaim() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        vm.prank(liar);
        vm.expectEmit(true, false, false, true, address(registry));
        emit IAnchorStateRegistry.AnchorUpdated(game);
        registry.setAnchorState(game);
        vm.assertEq(address(registry.anchorGame()), address(game), "anchor");
    }

    function test_setAnchorState_notValid_reverts() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorStateRegistry.AnchorStateRegistry_InvalidGame.selector, game)
        );
        registry.setAnchorState(game);
    }

    function test_setAnchorState_notNewer_reverts() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        registry.setAnchorState(game);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorStateRegistry.AnchorStateRegistry_NotNewer.selector, BLOCK, BLOCK)
        );
        registry.setAnchorState(game);
    }

    /// @notice Bug 36 of the list: a blacklisted anchor must not stop new games.
    function test_getAnchorRoot_ofABlacklistedGame_newGamesGoOn() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        registry.setAnchorState(game);
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        propose(honest, outputAt(BLOCK + 1), BLOCK + 1);
    }
}
