// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {IDisputeGame} from "../../contracts/dispute/IDisputeGame.sol";
import {IDisputeGameFactory} from "../../contracts/dispute/IDisputeGameFactory.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Claim, GameType, Timestamp} from "../../contracts/dispute/types/Types.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

/// @notice Tells all that follows the selector in its calldata.
contract ArgumentsGame {
    function initialize() external payable {}

    function arguments() external pure returns (bytes memory) {
        return msg.data[4:];
    }
}

contract DisputeGameFactoryTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;

    function setUp() public {
        deployGames();
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        factory.initialize(liar);
    }

    /*//////////////////////////////////////////////////////////////
                                CREATION
    //////////////////////////////////////////////////////////////*/

    function test_create_listsTheGame_underItsNameAndNumber() public {
        IFaultDisputeGame game = propose(honest, outputAt(BLOCK), BLOCK);
        vm.assertEq(factory.gameCount(), 1, "count");
        (GameType gameType, Timestamp at, IDisputeGame found) = factory.gameAtIndex(0);
        vm.assertEq(gameType.raw(), 255, "type");
        vm.assertEq(at.raw(), block.timestamp, "time");
        vm.assertEq(address(found), address(game), "by number");
        (found, at) = factory.games(ALPHABET, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
        vm.assertEq(address(found), address(game), "by name");
        vm.assertEq(at.raw(), block.timestamp, "time by name");
        (found,) = factory.games(ALPHABET, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK + 1));
        vm.assertEq(address(found), address(0), "another name");
    }

    function test_create_emits() public {
        vm.expectEmit(false, true, true, true, address(factory));
        emit IDisputeGameFactory.DisputeGameCreated(address(0), ALPHABET, Claim.wrap(outputAt(BLOCK)));
        propose(honest, outputAt(BLOCK), BLOCK);
    }

    function test_create_sameAgain_reverts_otherBlock_accepted() public {
        IFaultDisputeGame game = propose(honest, outputAt(BLOCK), BLOCK);
        bytes32 uuid = keccak256(abi.encode(uint32(255), outputAt(BLOCK), abi.encode(BLOCK)));
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputeGameFactory.DisputeGameFactory_GameExists.selector, uuid, address(game)
            )
        );
        factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
        propose(honest, outputAt(BLOCK), BLOCK + 1);
    }

    function test_create_otherBond_reverts() public {
        for (uint256 i = 0; i < 2; i++) {
            uint256 sent = i == 0 ? 0.08 ether - 1 : 0.08 ether + 1;
            vm.prank(honest);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IDisputeGameFactory.DisputeGameFactory_IncorrectBond.selector, sent, 0.08 ether
                )
            );
            factory.create{value: sent}(ALPHABET, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
        }
    }

    /// @notice Bug 1 of the list: type 256 + 255 must not pass for 255.
    function test_create_unknownType_reverts() public {
        GameType other = GameType.wrap(256 + 255);
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGameFactory.DisputeGameFactory_NoImplementation.selector, other)
        );
        factory.create{value: 0.08 ether}(other, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
    }

    /// @notice Where everything is that a clone is told, byte by byte, as games of other makers read it.
    function test_create_arguments_atTheirPlaces() public {
        ArgumentsGame game = _createArgumentsGame("arguments");
        bytes memory expected = abi.encodePacked(
            honest, outputAt(BLOCK), blockhash(block.number - 1), uint32(254), abi.encode(BLOCK), "arguments"
        );
        vm.assertEq(game.arguments(), abi.encodePacked(expected, uint16(expected.length + 2)), "arguments");
    }

    function test_create_implementationWithoutArguments_isNotToldItsType() public {
        ArgumentsGame game = _createArgumentsGame("");
        bytes memory expected =
            abi.encodePacked(honest, outputAt(BLOCK), blockhash(block.number - 1), abi.encode(BLOCK));
        vm.assertEq(game.arguments(), abi.encodePacked(expected, uint16(expected.length + 2)), "arguments");
    }

    function _createArgumentsGame(bytes memory args) private returns (ArgumentsGame) {
        IDisputeGame logic = IDisputeGame(address(new ArgumentsGame()));
        vm.prank(owner);
        factory.setImplementation(GameType.wrap(254), logic, args);
        vm.prank(honest);
        IDisputeGame made = factory.create(GameType.wrap(254), Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
        return ArgumentsGame(address(made));
    }

    /*//////////////////////////////////////////////////////////////
                                 OWNER
    //////////////////////////////////////////////////////////////*/

    function test_setImplementation_setInitBond_onlyOwner() public {
        bytes memory refused =
            abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, liar);
        vm.prank(liar);
        vm.expectRevert(refused);
        factory.setImplementation(ALPHABET, IDisputeGame(liar));
        vm.prank(liar);
        vm.expectRevert(refused);
        factory.setImplementation(ALPHABET, IDisputeGame(liar), "");
        vm.prank(liar);
        vm.expectRevert(refused);
        factory.setInitBond(ALPHABET, 0);
        vm.prank(owner);
        factory.setInitBond(ALPHABET, 1);
        vm.assertEq(factory.initBonds(ALPHABET), 1, "bond");
    }

    /// @notice Bug 50 of the list: arguments meant for one implementation must not reach another.
    function test_setImplementation_withoutArguments_forgetsThoseBefore() public {
        vm.assertEq(factory.gameArgs(ALPHABET), gameArgs(), "arguments");
        vm.prank(owner);
        factory.setImplementation(ALPHABET, IDisputeGame(address(0xF1)));
        vm.assertEq(address(factory.gameImpls(ALPHABET)), address(0xF1), "implementation");
        vm.assertEq(factory.gameArgs(ALPHABET).length, 0, "no arguments");
    }

    /*//////////////////////////////////////////////////////////////
                                 SEARCH
    //////////////////////////////////////////////////////////////*/

    function test_findLatestGames_newestFirst_ofOneType() public {
        GameType other = GameType.wrap(254);
        IDisputeGame logic = factory.gameImpls(ALPHABET);
        vm.prank(owner);
        factory.setImplementation(other, logic, gameArgs());
        for (uint256 i = 0; i < 6; i++) {
            vm.prank(honest);
            factory.create{value: i % 3 == 2 ? 0 : 0.08 ether}(
                i % 3 == 2 ? other : ALPHABET, Claim.wrap(outputAt(BLOCK + i)), abi.encode(BLOCK + i)
            );
        }
        IDisputeGameFactory.GameSearchResult[] memory found = factory.findLatestGames(ALPHABET, 5, 3);
        vm.assertEq(found.length, 3, "as many as asked for");
        vm.assertEq(found[0].index, 4, "newest");
        vm.assertEq(found[1].index, 3, "the one before");
        vm.assertEq(found[2].index, 1, "without the other type");
        vm.assertEq(found[0].rootClaim.raw(), outputAt(BLOCK + 4), "root claim");
        vm.assertEq(found[0].extraData, abi.encode(BLOCK + 4), "extra data");
        vm.assertEq(factory.findLatestGames(ALPHABET, 5, 100).length, 4, "all there are");
        vm.assertEq(factory.findLatestGames(ALPHABET, 1, 100).length, 2, "up to a number");
        vm.assertEq(factory.findLatestGames(ALPHABET, 6, 1).length, 0, "no such number");
    }

    /// @notice Bug 38 of the list: however many are asked for, memory is for those that can be.
    function test_findLatestGames_absurdCount_costsNoMore() public {
        propose(honest, outputAt(BLOCK), BLOCK);
        uint256 before = gasleft();
        factory.findLatestGames(ALPHABET, 0, type(uint256).max);
        vm.assertLt(before - gasleft(), 100_000, "gas");
    }
}
