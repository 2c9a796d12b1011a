// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFaultDisputeGame} from "../../../contracts/dispute/IFaultDisputeGame.sol";
import {Position} from "../../../contracts/dispute/types/Position.sol";
import {Claim, GameStatus} from "../../../contracts/dispute/types/Types.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {Truth} from "./Truth.sol";
import {vm} from "./Vm.sol";

/// @title HonestPlayer
/// @notice Plays every game by the truth: makes the claims that are true, answers only what stands against them, and steps
///         at the bottom. Spec: "Honest Challenger (Fault Dispute Game)".
/// @dev    Shares no code with the contracts: positions are counted here once more.
abstract contract HonestPlayer is Truth {
    /// @dev A claim, and what the honest player answers to it: at `answer`, 0 for nothing, with `answerValue`.
    struct Seen {
        uint256 parent;
        uint256 position;
        bytes32 value;
        bool isHonest;
        uint256 answer;
        bytes32 answerValue;
    }

    /// @dev A game as the honest player sees it.
    struct Look {
        IFaultDisputeGame game;
        uint256 startingBlock;
        uint256 claimedBlock;
        uint256 safeBlock;
        bytes32 l1Head;
        Seen[] claims;
    }

    /// @notice How many answers were made in a game.
    mapping(IFaultDisputeGame game => uint256 answers) public answersIn;

    uint256 public honestMoves;
    uint256 public honestSteps;
    uint256 public honestBlockChallenges;

    /// @notice Do all that can be done now. Whatever the honest player wants to do must be possible.
    function act(IFaultDisputeGame game) internal {
        if (game.status() != GameStatus.IN_PROGRESS || game.l2BlockNumberChallenged()) return;
        Look memory look = _lookAt(game);
        if (_agrees(look, 0)) {
            if (look.safeBlock < look.claimedBlock) {
                _challengeBlock(look);
                return;
            }
            look.claims[0].isHonest = true;
        }
        for (uint256 i = 0; i < look.claims.length; ++i) {
            if (!_mustCounter(look, i)) continue;
            if (depthOf(look.claims[i].position) == TREE_DEPTH) _step(look, i);
            else _answer(look, i);
        }
    }

    function _lookAt(IFaultDisputeGame game) private view returns (Look memory look) {
        look.game = game;
        look.startingBlock = game.startingBlockNumber();
        look.claimedBlock = game.l2BlockNumber();
        look.l1Head = game.l1Head();
        look.safeBlock = safeAt[look.l1Head];
        look.claims = new Seen[](game.claimDataLen());
        for (uint256 i = 0; i < look.claims.length; ++i) {
            (uint32 parent,,,, Claim value, Position position,) = game.claimData(i);
            look.claims[i] = Seen(parent, position.raw(), value.raw(), false, 0, 0);
        }
    }

    /*//////////////////////////////////////////////////////////////
                               STRATEGY
    //////////////////////////////////////////////////////////////*/

    /// @dev Against the honest player's own claims everything; of what others answer where it answers, too, all that
    ///      could be paid before it.
    function _mustCounter(Look memory look, uint256 i) private pure returns (bool) {
        Seen memory claim = look.claims[i];
        if (i == 0) return !claim.isHonest;
        Seen memory parent = look.claims[claim.parent];
        claim.isHonest =
            parent.answer != 0 && claim.position == parent.answer && claim.value == parent.answerValue;
        if (claim.isHonest) return false;
        if (parent.isHonest) return true;
        return
            parent.answer != 0
                && instantOf(claim.position, TREE_DEPTH) <= instantOf(parent.answer, TREE_DEPTH);
    }

    function _answer(Look memory look, uint256 i) private {
        Seen memory claim = look.claims[i];
        bool isAttack = !_agrees(look, i);
        if (i == 0 && !isAttack) return; // the root claims the end: there is nothing right of it
        claim.answer = isAttack ? claim.position * 2 : claim.position * 2 + 2;
        claim.answerValue = trueClaim(look, i, claim.answer);
        if (look.game
            .claims(keccak256(abi.encodePacked(claim.answerValue, uint128(claim.answer), uint128(i))))) {
            return;
        }
        move(look.game, honest, i, claim.answerValue, isAttack);
        ++answersIn[look.game];
        ++honestMoves;
    }

    function _step(Look memory look, uint256 i) private {
        (, address counteredBy_,,,,,) = look.game.claimData(i);
        if (counteredBy_ != address(0) || look.game.resolvedSubgames(i)) return;
        uint256 position = look.claims[i].position;
        bool isAttack = !_agrees(look, i);
        (Dispute memory dispute, uint256 instant) = _computation(look, i, isAttack ? position : position + 1);
        loadWords(look.game, i);
        vm.prank(honest);
        look.game.step(i, isAttack, stateBefore(dispute, instant), "");
        ++honestSteps;
    }

    function _challengeBlock(Look memory look) private {
        if (look.game.resolvedSubgames(0)) return;
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(look.safeBlock);
        vm.prank(honest);
        look.game.challengeRootL2Block(output, header);
        ++honestBlockChallenges;
    }

    /// @notice Load all that the machine's first step may read.
    function loadWords(IFaultDisputeGame game, uint256 claim) internal {
        for (uint256 ident = 1; ident <= 5; ++ident) {
            game.addLocalData(ident, claim, 8);
        }
    }

    /*//////////////////////////////////////////////////////////////
                                TRUTH
    //////////////////////////////////////////////////////////////*/

    function _agrees(Look memory look, uint256 i) private view returns (bool) {
        return trueClaim(look, i, look.claims[i].position) == look.claims[i].value;
    }

    /// @notice The state from which the machine steps to the instant of a position, for whoever wants to step.
    function trueStateBefore(IFaultDisputeGame game, uint256 i, uint256 position)
        internal
        view
        returns (bytes memory)
    {
        (Dispute memory dispute, uint256 instant) = _computation(_lookAt(game), i, position);
        return stateBefore(dispute, instant);
    }

    /// @notice What is true at the position of an answer to claim `i`, for whoever wants to say it.
    function trueAnswer(IFaultDisputeGame game, uint256 i, uint256 position) internal view returns (bytes32) {
        return trueClaim(_lookAt(game), i, position);
    }

    /// @notice What is true at a position: that of claim `i`, or of an answer to it.
    function trueClaim(Look memory look, uint256 i, uint256 position) internal view returns (bytes32) {
        if (depthOf(position) <= TREE_SPLIT) {
            uint256 number = _blockOf(look, position);
            return rootAt(number < look.safeBlock ? number : look.safeBlock);
        }
        (Dispute memory dispute, uint256 instant) = _computation(look, i, position);
        return stateClaim(dispute, instant);
    }

    function _blockOf(Look memory look, uint256 position) private pure returns (uint256) {
        uint256 number = look.startingBlock + 1 + instantOf(position, TREE_SPLIT);
        return number < look.claimedBlock ? number : look.claimedBlock;
    }

    /// @dev Which computation a position of a lower tree is about, and which instant of it. Whoever attacks the leaf of the
    ///      upper tree disputes it; whoever defends it, the next one.
    function _computation(Look memory look, uint256 i, uint256 position)
        private
        view
        returns (Dispute memory dispute, uint256 instant)
    {
        uint256 depth = depthOf(position);
        uint256 levels = depth - TREE_SPLIT - 1;
        uint256 index = position - (1 << depth);
        instant = ((index % (1 << levels) + 1) << (TREE_DEPTH - depth)) - 1;

        Seen memory leaf = look.claims[_climb(look, i, TREE_SPLIT, type(uint256).max)];
        uint256 leafIndex = leaf.position - (1 << TREE_SPLIT);
        bool isAttack = index >> (levels + 1) == leafIndex;
        if (isAttack && leafIndex == 0) {
            dispute.agreed = rootAt(look.startingBlock);
        } else if (isAttack) {
            dispute.agreed = look.claims[_climb(look, i, TREE_SPLIT, leafIndex - 1)].value;
        } else {
            dispute.agreed = leaf.value;
            leaf = look.claims[_climb(look, i, TREE_SPLIT, leafIndex + 1)];
        }
        dispute.disputed = leaf.value;
        dispute.number = _blockOf(look, leaf.position);
        dispute.l1Head = look.l1Head;
        dispute.safeBlock = look.safeBlock;
    }

    /// @dev The first claim from `i` up that is not below `depth`, and about `instant` if one is given.
    function _climb(Look memory look, uint256 i, uint256 depth, uint256 instant)
        private
        pure
        returns (uint256)
    {
        while (
            depthOf(look.claims[i].position) > depth
                || (instant != type(uint256).max && instantOf(look.claims[i].position, depth) != instant)
        ) {
            i = look.claims[i].parent;
        }
        return i;
    }

    /*//////////////////////////////////////////////////////////////
                              POSITIONS
    //////////////////////////////////////////////////////////////*/

    function depthOf(uint256 position) internal pure returns (uint256 depth) {
        while (position >> (depth + 1) != 0) ++depth;
    }

    /// @notice Which leaf at depth `deepest` is the rightmost below a position, counted from 0.
    function instantOf(uint256 position, uint256 deepest) internal pure returns (uint256) {
        uint256 depth = depthOf(position);
        return ((position - (1 << depth) + 1) << (deepest - depth)) - 1;
    }
}
