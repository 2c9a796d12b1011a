// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FaultDisputeGame} from "../../contracts/dispute/FaultDisputeGame.sol";
import {GameBase} from "../../contracts/dispute/GameBase.sol";
import {IDisputeGame} from "../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Clock} from "../../contracts/dispute/types/Clock.sol";
import {BondDistributionMode, Claim, Duration, GameStatus} from "../../contracts/dispute/types/Types.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {Games} from "./support/Games.sol";
import {HeavyWallet} from "./support/Targets.sol";
import {vm} from "./support/Vm.sol";

/// @title KnownBugsTest
/// @notice Bugs that dispute games of the OP Stack once had or were found to invite, tried on ours. Numbers are those of
///         docs/known-bugs.md, which names the tests of all the others.
contract KnownBugsTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;
    address internal constant wallet = address(0xE3);

    function setUp() public {
        deployGames();
    }

    /*//////////////////////////////////////////////////////////////
                                 BEGIN
    //////////////////////////////////////////////////////////////*/

    /// @notice 3: a wallet that is a contract owns the root claim that it makes, not whoever sent its transaction.
    function test_rootClaim_isTheFactorysCallers_notTheOrigins() public {
        vm.deal(wallet, 1 ether);
        vm.prank(wallet, liar);
        IDisputeGame made =
            factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(outputAt(BLOCK)), abi.encode(BLOCK));
        IFaultDisputeGame game = IFaultDisputeGame(address(made));
        (,, address claimant,,,,) = game.claimData(0);
        vm.assertEq(claimant, wallet, "claimant");
        vm.assertEq(game.refundModeCredit(wallet), 0.08 ether, "the caller's");
        vm.assertEq(game.refundModeCredit(liar), 0, "not the origin's");
    }

    /// @notice 14, 20: a clock shorter than the longest extension would be set back to before its beginning.
    function test_initialize_clockShorterThanExtensionAndPreimagePeriod_reverts_asLong_accepted() public {
        uint64 longest = EXTENSION + uint64(PREIMAGE_PERIOD);
        _useClock(longest - 1);
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BadClock.selector, longest, longest - 1)
        );
        factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(lieAt(BLOCK)), abi.encode(BLOCK));
        _useClock(longest);
        propose(liar, lieAt(BLOCK), BLOCK);
    }

    function _useClock(uint64 maxClock) private {
        GameBase.GameParameters memory with = parameters();
        with.maxClockDuration = Duration.wrap(maxClock);
        IDisputeGame logic = new FaultDisputeGame(with);
        vm.prank(owner);
        factory.setImplementation(ALPHABET, logic, gameArgs());
    }

    /// @notice 49: where games cost nothing to begin, they still pay everyone their own.
    function test_game_beganWithoutABond_paysTheOthersTheirs() public {
        vm.prank(owner);
        factory.setInitBond(ALPHABET, 0);
        vm.prank(liar);
        IDisputeGame made = factory.create(ALPHABET, Claim.wrap(lieAt(BLOCK)), abi.encode(BLOCK));
        IFaultDisputeGame game = IFaultDisputeGame(address(made));
        uint256 before = honest.balance;
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        settle(game);
        _collect(game, honest);
        vm.assertEq(honest.balance, before, "its own bond, and nothing more");
        vm.assertEq(weth.balanceOf(address(game)), 0, "nothing is left");
    }

    /// @notice 50: what a caller appends to its calldata is no argument of the game.
    function test_arguments_appendedByACaller_areIgnored() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        bytes memory forged = abi.encodePacked(
            honest, outputAt(BLOCK), bytes32(0), ALPHABET, abi.encode(BLOCK + 1), gameArgs()
        );
        bytes memory call =
            abi.encodePacked(IDisputeGame.rootClaim.selector, forged, uint16(forged.length + 2));
        (bool success, bytes memory answer) = address(game).call(call);
        vm.assertEq(success, true, "answered");
        vm.assertEq(abi.decode(answer, (bytes32)), lieAt(BLOCK), "by the game's own arguments");
    }

    /// @notice 50: ETH without calldata, as WETH pays it out, reaches no function of the game.
    function test_etherWithoutCalldata_changesNothing() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        vm.prank(honest);
        (bool success,) = address(game).call{value: 1 ether}("");
        vm.assertEq(success, true, "taken");
        vm.assertEq(game.claimDataLen(), 1, "claims");
        vm.assertEq(weth.balanceOf(address(game)), 0.08 ether, "bonds");
        vm.assertEq(game.refundModeCredit(honest), 0, "no credit");
    }

    /// @notice 52: a zero output root is nothing to start from.
    function test_initialize_zeroAnchor_reverts() public {
        vm.store(address(registry), bytes32(uint256(3)), 0);
        vm.prank(liar);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NoAnchor.selector));
        factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(lieAt(BLOCK)), abi.encode(BLOCK));
    }

    /// @notice 62: whoever initializes the logic itself, with arguments of its own making, has a game that does not
    ///         count, and the factory's games are none the worse.
    function test_initialize_logicItself_countsForNothing() public {
        address logic = address(factory.gameImpls(ALPHABET));
        bytes memory forged =
            abi.encodePacked(liar, lieAt(BLOCK), bytes32(0), ALPHABET, abi.encode(BLOCK), gameArgs());
        bytes memory call =
            abi.encodePacked(IDisputeGame.initialize.selector, forged, uint16(forged.length + 2));
        vm.prank(liar);
        (bool success,) = logic.call(call);
        vm.assertEq(success, true, "initialized");
        bytes memory answer;
        (success, answer) =
            address(registry).staticcall(abi.encodeCall(registry.isGameRegistered, (IDisputeGame(logic))));
        vm.assertEq(success && abi.decode(answer, (bool)), false, "not registered");
        IFaultDisputeGame game = propose(honest, outputAt(BLOCK), BLOCK);
        vm.assertEq(game.claimDataLen(), 1, "another game");
    }

    /*//////////////////////////////////////////////////////////////
                                 CLOCKS
    //////////////////////////////////////////////////////////////*/

    /// @notice 11, 17: made in the last second, each claim down to the deepest leaves its side what the next answer
    ///         needs: twice the extension before the machine must be run, and the period of a large preimage, too,
    ///         before the last step.
    function test_move_late_leavesTheExtensionOfItsDepth() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        for (uint256 depth = 1; depth <= MAX_DEPTH; depth++) {
            uint64 used = game.getChallengerDuration(depth - 1).raw();
            vm.warp(block.timestamp + MAX_CLOCK - 1 - used);
            bytes32 claim = bytes32((uint256(1) << 248) | depth);
            attack(game, depth % 2 == 1 ? honest : liar, depth - 1, claim);
            (,,,,,, Clock clock) = game.claimData(depth);
            uint64 extension = EXTENSION;
            if (depth == SPLIT_DEPTH - 1) extension = 2 * EXTENSION;
            if (depth == MAX_DEPTH - 1) extension = EXTENSION + uint64(PREIMAGE_PERIOD);
            vm.assertEq(clock.duration().raw(), MAX_CLOCK - extension, "used");
        }
    }

    /// @notice 4, 17: a clock with time left is not set back.
    function test_move_early_keepsTheTimeUsed() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        vm.warp(block.timestamp + MAX_CLOCK - EXTENSION);
        uint256 index = attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        (,,,,,, Clock clock) = game.claimData(index);
        vm.assertEq(clock.duration().raw(), MAX_CLOCK - EXTENSION, "used");
    }

    /*//////////////////////////////////////////////////////////////
                                PAYOUT
    //////////////////////////////////////////////////////////////*/

    /// @notice 8: a liar that shows its own wrong block number saves its bond by it, but nobody else loses theirs, and
    ///         the game is lost.
    function test_challengeRootL2Block_byTheLiarItself_costsNobodyElse() public {
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(BLOCK - 1);
        IFaultDisputeGame game = propose(liar, rootOf(output), BLOCK);
        uint256 before = honest.balance;
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        vm.prank(liar);
        game.challengeRootL2Block(output, header);
        settle(game);
        vm.assertEq(uint8(game.status()), uint8(GameStatus.CHALLENGER_WINS), "lost");
        _collect(game, honest);
        vm.assertEq(honest.balance, before, "the other's bond");
    }

    /// @notice 22: a wallet whose receiving costs more than 2,300 gas is paid, by WETH and by a game.
    function test_payout_toAWalletThatNeedsGas() public {
        HeavyWallet heavy = new HeavyWallet();
        vm.deal(address(heavy), 3 ether);
        vm.prank(address(heavy));
        weth.deposit{value: 1 ether}();
        vm.prank(address(heavy));
        weth.unlock(address(heavy), 1 ether);
        vm.warp(block.timestamp + WETH_DELAY);
        vm.prank(address(heavy));
        weth.withdraw(1 ether);
        vm.assertEq(address(heavy).balance, 3 ether, "by WETH");

        IFaultDisputeGame game = propose(address(heavy), outputAt(BLOCK), BLOCK);
        settle(game);
        _collect(game, address(heavy));
        vm.assertEq(address(heavy).balance, 3 ether, "by a game");
        vm.assertEq(heavy.received(), 1.08 ether, "both");
    }

    /// @notice 37: with whatever gas a game is closed, its anchor is never left behind.
    function test_closeGame_withAnyGas_movesTheAnchorOrReverts() public {
        IFaultDisputeGame game = propose(honest, outputAt(BLOCK), BLOCK);
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        bool success = false;
        uint256 given = 20_000;
        for (; !success; given += 200) {
            (success,) = address(game).call{gas: given}(abi.encodeCall(game.closeGame, ()));
        }
        vm.assertLt(given, 1_000_000, "closed");
        vm.assertEq(uint8(game.bondDistributionMode()), uint8(BondDistributionMode.NORMAL), "mode");
        vm.assertEq(address(registry.anchorGame()), address(game), "anchor");
    }

    /// @notice 37: nor by a credit that is claimed with too little gas.
    function test_claimCredit_withAnyGas_movesTheAnchorOrReverts() public {
        IFaultDisputeGame game = propose(honest, outputAt(BLOCK), BLOCK);
        settle(game);
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        bool success = false;
        for (uint256 given = 20_000; !success; given += 200) {
            (success,) = address(game).call{gas: given}(abi.encodeCall(game.claimCredit, (honest)));
        }
        vm.assertEq(address(registry.anchorGame()), address(game), "anchor");
    }

    /// @notice 58: ETH forced into the escrow is nobody's bond.
    function test_weth_forcedEther_isNobodysBalance() public {
        IFaultDisputeGame game = propose(liar, lieAt(BLOCK), BLOCK);
        vm.deal(address(weth), address(weth).balance + 1 ether);
        vm.assertEq(weth.balanceOf(address(game)), 0.08 ether, "balance");
        vm.assertEq(weth.totalSupply(), 1.08 ether, "as WETH9, it counts all ETH here");
    }

    function _collect(IFaultDisputeGame game, address who) private {
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.claimCredit(who);
        vm.warp(block.timestamp + WETH_DELAY);
        game.claimCredit(who);
    }
}
