// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {IPermissionedDisputeGame} from "../../contracts/dispute/IPermissionedDisputeGame.sol";
import {PermissionedDisputeGame} from "../../contracts/dispute/PermissionedDisputeGame.sol";
import {Claim} from "../../contracts/dispute/types/Types.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

contract PermissionedDisputeGameTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;

    function setUp() public {
        deployGames();
        vm.prank(owner);
        factory.setImplementation(
            ALPHABET, new PermissionedDisputeGame(parameters()), abi.encodePacked(gameArgs(), liar, honest)
        );
    }

    function test_initialize_byTheProposer_namesBothParties() public {
        IPermissionedDisputeGame game = IPermissionedDisputeGame(address(propose(liar, lieAt(BLOCK), BLOCK)));
        vm.assertEq(game.proposer(), liar, "proposer");
        vm.assertEq(game.challenger(), honest, "challenger");
    }

    function test_initialize_byAnyoneElse_reverts() public {
        vm.prank(honest, honest);
        vm.expectRevert(_refusal(honest));
        factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
    }

    function test_move_byAParty_accepted_byAnyoneElse_reverts() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        (Claim disputed, uint256 bond) = quote(game, 1, true);
        vm.deal(user, 1 ether);
        vm.prank(user);
        vm.expectRevert(_refusal(user));
        game.attack{value: bond}(disputed, 1, Claim.wrap(lieAt(1)));
        attack(game, liar, 1, lieAt(1));
    }

    function test_step_byAParty_accepted_byAnyoneElse_reverts() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        uint256 last = playToTheBottom(game);
        game.addLocalData(4, last, 0);
        vm.prank(user);
        vm.expectRevert(_refusal(user));
        game.step(last, true, PRESTATE, "");
        vm.prank(honest);
        game.step(last, true, PRESTATE, "");
    }

    function _refusal(address who) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IPermissionedDisputeGame.PermissionedDisputeGame_NotAParty.selector, who);
    }
}
