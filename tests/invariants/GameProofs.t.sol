// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Claim, GameStatus} from "../../contracts/dispute/types/Types.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {IPreimageOracle} from "../../contracts/vm/IPreimageOracle.sol";
import {PreimageKeys} from "../../contracts/vm/PreimageKeys.sol";
import {Games} from "./support/Games.sol";
import {vm} from "./support/Vm.sol";

/// @title GameProofsTest
/// @notice Where arguing ends: steps, local data, the root of the lower tree, and the block number of the root claim.
contract GameProofsTest is Games {
    uint256 internal constant BLOCK = ANCHOR_BLOCK + 16;
    IFaultDisputeGame internal game;

    function setUp() public {
        deployGames();
        game = propose(liar, lieAt(BLOCK), BLOCK);
    }

    /*//////////////////////////////////////////////////////////////
                                  STEP
    //////////////////////////////////////////////////////////////*/

    function test_step_countersAFalseFirstState() public {
        uint256 last = playToTheBottom(game);
        game.addLocalData(4, last, 0);
        vm.prank(honest);
        game.step(last, true, PRESTATE, "");
        vm.assertEq(counteredBy(game, last), honest, "countered");
    }

    function test_step_withoutTheLocalDataOfItsDispute_reverts() public {
        uint256 last = playToTheBottom(game);
        vm.prank(honest);
        bytes32 context = keccak256(abi.encode(lieAt(ANCHOR_BLOCK + 1), uint256(16)));
        bytes32 key = PreimageKeys.local(4, context, address(game));
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.PreimageOracle_NotLoaded.selector, key, 0));
        game.step(last, true, PRESTATE, "");
    }

    function test_step_againstATrueState_reverts() public {
        uint256 last = _playToTheBottomWithTheTruthLast();
        game.addLocalData(4, last, 0);
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_ClaimIsRight.selector, last, letterAt(ANCHOR_BLOCK, 1)
            )
        );
        game.step(last, true, PRESTATE, "");
    }

    /// @notice The true second-last state and the false last one, of two sides: the step between them shows it.
    function test_step_defendsFromATrueState_againstTheOtherSidesNextOne() public {
        uint256 last = _playToTheBottomWithTheTruthLast();
        // claim `last` is the honest one's state 1; the state 2 above it is the liar's and false
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_ClaimIsRight.selector, last, bytes32(uint256(2))
            )
        );
        game.step(last, false, letterState(ANCHOR_BLOCK, 1), "");
    }

    function test_step_otherPrestate_reverts_statusByteAside() public {
        uint256 last = playToTheBottom(game);
        game.addLocalData(4, last, 0);
        bytes memory other = abi.encode(uint256(0x61));
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_WrongPrestate.selector,
                keccak256(other),
                absolutePrestate()
            )
        );
        game.step(last, true, other, "");
    }

    function test_step_twice_reverts() public {
        uint256 last = playToTheBottom(game);
        game.addLocalData(4, last, 0);
        vm.prank(honest);
        game.step(last, true, PRESTATE, "");
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_AlreadyCountered.selector, last, honest)
        );
        game.step(last, true, PRESTATE, "");
    }

    function test_step_aboveTheDeepest_reverts() public {
        uint256 last = playToTheBottom(game);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NotAtMaxDepth.selector, 128)
        );
        game.step(last - 1, true, PRESTATE, "");
    }

    /// @notice Bug 9 of the list: a step after the claim was settled would change who gets a bond that is given away.
    function test_step_afterTheClaimWasSettled_reverts() public {
        uint256 last = playToTheBottom(game);
        game.addLocalData(4, last, 0);
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(last, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_AlreadyResolved.selector, last)
        );
        game.step(last, true, PRESTATE, "");
    }

    function test_step_afterTheDecision_reverts() public {
        uint256 last = playToTheBottom(game);
        settle(game);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_NotInProgress.selector));
        game.step(last, true, PRESTATE, "");
    }

    /// @notice A right root, attacked by the liar down to the first state, which the honest one claims.
    function _playToTheBottomWithTheTruthLast() private returns (uint256 last) {
        game = propose(honest, outputAt(BLOCK), BLOCK);
        attack(game, liar, 0, lieAt(ANCHOR_BLOCK + 8));
        attack(game, honest, 1, outputAt(ANCHOR_BLOCK + 4));
        attack(game, liar, 2, lieAt(ANCHOR_BLOCK + 2));
        attack(game, honest, 3, outputAt(ANCHOR_BLOCK + 1));
        attack(game, liar, 4, bytes32(uint256(1) << 248));
        attack(game, honest, 5, letterAt(ANCHOR_BLOCK, 4));
        attack(game, liar, 6, bytes32(uint256(2)));
        return attack(game, honest, 7, letterAt(ANCHOR_BLOCK, 1));
    }

    /*//////////////////////////////////////////////////////////////
                      ROOT OF THE LOWER TREE
    //////////////////////////////////////////////////////////////*/

    function test_move_rootOfTheLowerTree_attackMustSayThatItFails() public {
        _playToTheSplit();
        for (uint8 status = 0; status < 5; status++) {
            bytes32 claim = bytes32((uint256(status) << 248) | 1);
            if (status == 1 || status == 2) attack(game, honest, 4, claim);
            else _expectBadStatus(4, true, claim, status);
        }
    }

    function test_move_rootOfTheLowerTree_defenseOfTheOwnSidesClaimMustSayThatItFails() public {
        // the honest one defends the liar's claim at the split depth: it disputes its own side's next output
        _playToTheSplit();
        for (uint8 status = 0; status < 5; status++) {
            bytes32 claim = bytes32((uint256(status) << 248) | 1);
            if (status == 0) defend(game, honest, 4, claim);
            else _expectBadStatus(4, false, claim, status);
        }
    }

    function test_defend_rootOfTheLowerTree_reverts() public {
        _playToTheSplit();
        attack(game, honest, 4, letterAt(ANCHOR_BLOCK, 8));
        (Claim disputed, uint256 bond) = quote(game, 5, false);
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_CannotDefendRoot.selector, 32)
        );
        game.defend{value: bond}(disputed, 5, Claim.wrap(bytes32(uint256(9))));
    }

    function _playToTheSplit() private {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        attack(game, liar, 1, lieAt(ANCHOR_BLOCK + 4));
        attack(game, honest, 2, outputAt(ANCHOR_BLOCK + 2));
        attack(game, liar, 3, lieAt(ANCHOR_BLOCK + 1));
    }

    function _expectBadStatus(uint256 parent, bool isAttack, bytes32 claim, uint8 status) private {
        (Claim disputed, uint256 bond) = quote(game, parent, isAttack);
        vm.prank(honest);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BadStatus.selector, claim, status)
        );
        game.move{value: bond}(disputed, parent, Claim.wrap(claim), isAttack);
    }

    /*//////////////////////////////////////////////////////////////
                              LOCAL DATA
    //////////////////////////////////////////////////////////////*/

    function test_addLocalData_firstBlock_startsFromTheAnchor() public {
        uint256 last = playToTheBottom(game);
        bytes32 context = keccak256(abi.encode(lieAt(ANCHOR_BLOCK + 1), uint256(16)));
        _expectLocal(last, context, 1, game.l1Head(), 32);
        _expectLocal(last, context, 2, outputAt(ANCHOR_BLOCK), 32);
        _expectLocal(last, context, 3, lieAt(ANCHOR_BLOCK + 1), 32);
        _expectLocal(last, context, 4, bytes32((ANCHOR_BLOCK + 1) << 192), 8);
        _expectLocal(last, context, 5, bytes32(L2_CHAIN_ID << 192), 8);
    }

    function test_addLocalData_laterBlock_startsFromTheClaimBefore() public {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        defend(game, liar, 1, lieAt(ANCHOR_BLOCK + 12));
        attack(game, honest, 2, outputAt(ANCHOR_BLOCK + 10));
        attack(game, liar, 3, lieAt(ANCHOR_BLOCK + 9));
        uint256 root = attack(game, honest, 4, letterAt(ANCHOR_BLOCK + 8, 8));
        bytes32 context = keccak256(
            abi.encode(outputAt(ANCHOR_BLOCK + 8), uint256(2), lieAt(ANCHOR_BLOCK + 9), uint256(24))
        );
        _expectLocal(root, context, 2, outputAt(ANCHOR_BLOCK + 8), 32);
        _expectLocal(root, context, 3, lieAt(ANCHOR_BLOCK + 9), 32);
        _expectLocal(root, context, 4, bytes32((ANCHOR_BLOCK + 9) << 192), 8);
    }

    /// @notice Bug 18 of the list: a trace must not go on beyond the claimed block.
    function test_addLocalData_beyondTheClaimedBlock_isTheClaimedBlock() public {
        game = propose(liar, lieAt(ANCHOR_BLOCK + 3), ANCHOR_BLOCK + 3);
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 3));
        attack(game, liar, 1, lieAt(ANCHOR_BLOCK + 4));
        defend(game, honest, 2, outputAt(ANCHOR_BLOCK + 6));
        attack(game, liar, 3, lieAt(ANCHOR_BLOCK + 5));
        uint256 root = attack(game, honest, 4, letterAt(ANCHOR_BLOCK + 3, 8));
        bytes32 context =
            keccak256(abi.encode(lieAt(ANCHOR_BLOCK + 4), uint256(4), lieAt(ANCHOR_BLOCK + 5), uint256(20)));
        _expectLocal(root, context, 4, bytes32((ANCHOR_BLOCK + 3) << 192), 8);
    }

    function test_addLocalData_unknownWord_reverts() public {
        uint256 last = playToTheBottom(game);
        for (uint256 i = 0; i < 2; i++) {
            uint256 ident = i == 0 ? 0 : 6;
            vm.expectRevert(
                abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_UnknownLocalData.selector, ident)
            );
            game.addLocalData(ident, last, 0);
        }
    }

    function test_addLocalData_ofTheUpperTree_reverts() public {
        playToTheBottom(game);
        vm.expectRevert(abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_AboveSplit.selector, 16));
        game.addLocalData(1, 4, 0);
    }

    function _expectLocal(uint256 claim, bytes32 context, uint256 ident, bytes32 word, uint256 size) private {
        game.addLocalData(ident, claim, 8);
        bytes32 key = PreimageKeys.local(ident, context, address(game));
        (bytes32 data, uint256 length) = preimages.readPreimage(key, 8);
        vm.assertEq(data, word, "word");
        vm.assertEq(length, size, "size");
    }

    /*//////////////////////////////////////////////////////////////
                    BLOCK NUMBER OF THE ROOT CLAIM
    //////////////////////////////////////////////////////////////*/

    function test_challengeRootL2Block_otherNumber_endsTheArgument_andWins() public {
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(BLOCK - 1);
        game = propose(liar, rootOf(output), BLOCK);
        vm.prank(honest);
        game.challengeRootL2Block(output, header);
        vm.assertEq(game.l2BlockNumberChallenged(), true, "challenged");
        vm.assertEq(game.l2BlockNumberChallenger(), honest, "challenger");
        (Claim disputed, uint256 bond) = quote(game, 0, true);
        vm.prank(liar);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BlockNumberChallenged.selector)
        );
        game.attack{value: bond}(disputed, 0, Claim.wrap(lieAt(1)));
        settle(game);
        vm.assertEq(uint8(game.status()), uint8(GameStatus.CHALLENGER_WINS), "status");
        vm.assertEq(game.normalModeCredit(honest), 0.08 ether, "bond");
    }

    function test_challengeRootL2Block_sameNumber_reverts() public {
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(BLOCK);
        game = propose(liar, rootOf(output), BLOCK);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BlockNumberMatches.selector, BLOCK)
        );
        game.challengeRootL2Block(output, header);
    }

    function test_challengeRootL2Block_otherOutputOrHeader_reverts() public {
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(BLOCK - 1);
        game = propose(liar, rootOf(output), BLOCK);
        (Types.OutputRootProof memory other, bytes memory otherHeader) = outputAndHeader(BLOCK - 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_WrongOutputRoot.selector, rootOf(other), rootOf(output)
            )
        );
        game.challengeRootL2Block(other, header);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFaultDisputeGame.FaultDisputeGame_BadHeader.selector,
                keccak256(otherHeader),
                keccak256(header)
            )
        );
        game.challengeRootL2Block(output, otherHeader);
    }

    /// @notice Bug 10 of the list: the root's bond is given away already, and the decision must fit it.
    function test_challengeRootL2Block_afterTheRootWasSettled_reverts() public {
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(BLOCK - 1);
        game = propose(liar, rootOf(output), BLOCK);
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_AlreadyResolved.selector, 0)
        );
        game.challengeRootL2Block(output, header);
    }

    function test_challengeRootL2Block_twice_reverts() public {
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(BLOCK - 1);
        game = propose(liar, rootOf(output), BLOCK);
        game.challengeRootL2Block(output, header);
        vm.expectRevert(
            abi.encodeWithSelector(IFaultDisputeGame.FaultDisputeGame_BlockNumberChallenged.selector)
        );
        game.challengeRootL2Block(output, header);
    }
}
