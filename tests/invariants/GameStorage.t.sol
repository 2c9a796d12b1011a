// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {GameStatus} from "../../contracts/dispute/types/Types.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

/// @title GameStorageTest
/// @notice Where things lie in storage. Other chains and bridges read games by Merkle proofs of these slots, so they are
///         upstream's. What only the contract itself reads may lie elsewhere: a claim takes four slots here, not five.
contract GameStorageTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;
    IFaultDisputeGame internal game;

    function setUp() public {
        deployGames();
        game = propose(honest, outputAt(BLOCK), BLOCK);
    }

    function test_factory_games_atSlots101To105() public view {
        bytes32 uuid = keccak256(abi.encode(ALPHABET, outputAt(BLOCK), abi.encode(BLOCK)));
        bytes32 id = bytes32(
            (uint256(ALPHABET.raw()) << 224) | (block.timestamp << 160) | uint256(uint160(address(game)))
        );
        bytes32 byType = bytes32(uint256(ALPHABET.raw()));
        address at = address(factory);
        vm.assertEq(_word(at, _entry(byType, 101)), _word(address(factory.gameImpls(ALPHABET))), "gameImpls");
        vm.assertEq(_word(at, _entry(byType, 102)), bytes32(uint256(0.08 ether)), "initBonds");
        vm.assertEq(_word(at, _entry(uuid, 103)), id, "games by name");
        vm.assertEq(_word(at, bytes32(uint256(104))), bytes32(uint256(1)), "how many");
        vm.assertEq(_word(at, keccak256(abi.encode(104))), id, "games by number");
        // a long value's slot has twice its length, and one
        vm.assertEq(_word(at, _entry(byType, 105)), bytes32(2 * gameArgs().length + 1), "gameArgs");
    }

    function test_game_timesAndStatus_atSlot0() public {
        uint256 createdAt = block.timestamp;
        vm.assertEq(_word(address(game), bytes32(0)), bytes32((1 << 136) | createdAt), "in progress");
        settle(game);
        uint256 status = uint8(GameStatus.DEFENDER_WINS);
        uint256 expected = (1 << 136) | (status << 128) | (block.timestamp << 64) | createdAt;
        vm.assertEq(_word(address(game), bytes32(0)), bytes32(expected), "decided");
    }

    function test_game_credits_atTheirSlots() public {
        attack(game, liar, 0, lieAt(BLOCK));
        vm.assertEq(_word(address(game), bytes32(uint256(2))), bytes32(uint256(2)), "how many claims");
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.claimCredit(liar);
        bytes32 key = _word(liar);
        vm.assertEq(
            _word(address(game), _entry(key, 3)), bytes32(game.normalModeCredit(liar)), "normalModeCredit"
        );
        vm.assertEq(_word(address(game), bytes32(uint256(8))), outputAt(ANCHOR_BLOCK), "starting root");
        vm.assertEq(_word(address(game), bytes32(uint256(9))), bytes32(ANCHOR_BLOCK), "starting block");
        vm.assertEq(_word(address(game), bytes32(uint256(10))), bytes32(uint256(1)), "respected");
        vm.assertEq(
            _word(address(game), _entry(key, 11)), bytes32(game.refundModeCredit(liar)), "refundModeCredit"
        );
        vm.assertEq(_word(address(game), _entry(key, 12)), bytes32(uint256(1)), "hasUnlockedCredit");
        vm.assertEq(_word(address(game), bytes32(uint256(13))), bytes32(uint256(1)), "bondDistributionMode");
    }

    function test_registry_anchorAndGuardiansWord_atSlots1To6() public {
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        registry.setAnchorState(game);
        vm.prank(guardian);
        registry.blacklistDisputeGame(game);
        address at = address(registry);
        vm.assertEq(_word(at, bytes32(uint256(1))), _word(address(factory)), "factory");
        vm.assertEq(_word(at, bytes32(uint256(2))), _word(address(game)), "anchor game");
        vm.assertEq(_word(at, bytes32(uint256(3))), outputAt(ANCHOR_BLOCK), "first anchor");
        vm.assertEq(_word(at, bytes32(uint256(4))), bytes32(ANCHOR_BLOCK), "its block");
        vm.assertEq(_word(at, _entry(_word(address(game)), 5)), bytes32(uint256(1)), "blacklist");
        uint256 expected = (uint256(registry.retirementTimestamp()) << 32) | ALPHABET.raw();
        vm.assertEq(_word(at, bytes32(uint256(6))), bytes32(expected), "type and retirement");
    }

    function test_preimages_atSlots0To2() public {
        preimages.loadKeccak256PreimagePart(0, "abc");
        bytes32 key = (keccak256("abc") & bytes32(type(uint256).max >> 8)) | bytes32(uint256(2) << 248);
        address at = address(preimages);
        vm.assertEq(_word(at, _entry(key, 0)), bytes32(uint256(3)), "length");
        bytes32 part = bytes32(abi.encodePacked(uint64(3), "abc"));
        vm.assertEq(_word(at, _entry(0, uint256(_entry(key, 1)))), part, "part");
        vm.assertEq(_word(at, _entry(0, uint256(_entry(key, 2)))), bytes32(uint256(1)), "loaded");
    }

    function _word(address where, bytes32 slot) private view returns (bytes32) {
        return vm.load(where, slot);
    }

    function _word(address value) private pure returns (bytes32) {
        return bytes32(uint256(uint160(value)));
    }

    /// @dev The slot of a mapping's entry.
    function _entry(bytes32 key, uint256 mappingSlot) private pure returns (bytes32) {
        return keccak256(abi.encode(key, mappingSlot));
    }
}
