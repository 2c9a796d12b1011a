// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AnchorStateRegistry} from "../../../contracts/dispute/AnchorStateRegistry.sol";
import {DelayedWETH} from "../../../contracts/dispute/DelayedWETH.sol";
import {IDisputeGame} from "../../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../../contracts/dispute/IFaultDisputeGame.sol";
import {Position} from "../../../contracts/dispute/types/Position.sol";
import {BondDistributionMode, Claim, GameStatus} from "../../../contracts/dispute/types/Types.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {HonestPlayer} from "./HonestPlayer.sol";
import {bound, vm} from "./Vm.sol";

/// @title GameHandler
/// @notice Several games at once: the honest player against liars who claim anything anywhere, copy what is true, step where
///         they must not, and settle whatever they can, while time passes in leaps and up to the last second.
/// @dev    Before time passes the last second in which a claim can be answered, the honest player has acted: that is all
///         that it needs to win. What must not succeed is tried all the same, and fails the run if it does.
contract GameHandler is HonestPlayer {
    address internal constant freeloader = address(0xE4);
    uint256 internal constant MOST_GAMES = 4;
    uint256 internal constant MOST_CLAIMS = 40;

    IFaultDisputeGame[] public games;
    mapping(IFaultDisputeGame game => mapping(address who => uint256 wei_)) public received;
    mapping(IFaultDisputeGame game => GameStatus status) public endedAs;
    uint256 public lies;
    uint256 public refused;
    uint256 public stepsRefused;
    uint256 public blockChallengesRefused;
    uint256 public settled;
    uint256 public decided;
    uint256 public closed;
    uint256 public refunded;
    uint256 public paid;

    constructor() {
        deployGames();
        deployTruth();
        vm.deal(freeloader, 1e6 ether);
    }

    /*//////////////////////////////////////////////////////////////
                                 GAMES
    //////////////////////////////////////////////////////////////*/

    /// @notice A root claim: right, a lie, the root of an earlier block than it says, or of one that L1 does not know yet.
    function propose(uint256 seed) public {
        if (games.length == MOST_GAMES) return;
        (, uint256 anchored) = registry.getAnchorRoot();
        uint256 number = anchored + 1 + seed % 4; // as far as claims can tell blocks apart
        if (number > ANCHOR_BLOCK + KNOWN_BLOCKS) return;
        uint256 kind = (seed >> 8) % 4;
        uint256 safe = kind == 2 ? number - 1 : number + (seed >> 16) % 3;
        vm.roll(block.number + 1);
        vm.setBlockhash(block.number - 1, keccak256(abi.encode("L1", block.number)));
        safeAt[blockhash(block.number - 1)] = safe;
        outputs.setSafe(blockhash(block.number - 1), safe);
        bytes32 root = kind == 0 || kind == 3 ? rootAt(number) : kind == 1 ? _lie(seed) : rootAt(safe);
        (IDisputeGame made,) = factory.games(ALPHABET, Claim.wrap(root), abi.encode(number));
        if (address(made) != address(0)) return;
        games.push(propose(kind == 0 ? honest : liar, root, number));
    }

    /// @notice The honest player looks at a game.
    function look(uint256 which) public {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (exists) act(game);
    }

    /*//////////////////////////////////////////////////////////////
                                 LIARS
    //////////////////////////////////////////////////////////////*/

    /// @notice Somebody answers any claim with a lie, with what is true there, or with what was said elsewhere.
    function answer(uint256 which, uint256 seed) public {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists || game.claimDataLen() >= MOST_CLAIMS) return;
        uint256 answer_ = game.claimDataLen();
        _tryToAnswer(game, (seed >> 8) % answer_, seed);
        if (game.claimDataLen() == answer_) return;
        // two that stand in one place: against what the honest player may have left alone
        _tryToAnswer(game, answer_, (1 << 40) + (2 << 32) + 2);
        _tryToAnswer(game, answer_, (1 << 40) + (2 << 32) + (1 << 16) + 1);
    }

    /// @notice Honest player and liars take turns, the liars always at the newest true claim: so arguments reach the bottom.
    function argueOn(uint256 which, uint256 seed, uint256 turns) external {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists) return;
        for (turns = bound(turns, 1, 4); turns > 0 && game.claimDataLen() < MOST_CLAIMS; --turns) {
            act(game);
            uint256 parent = game.claimDataLen() - 1;
            while (parent > 0 && _claimantOf(game, parent) != honest) --parent;
            seed = uint256(keccak256(abi.encode(seed)));
            _tryToAnswer(game, parent, seed);
        }
    }

    function _tryToAnswer(IFaultDisputeGame game, uint256 parent, uint256 seed) private {
        (,,,, Claim disputed, Position position,) = game.claimData(parent);
        uint256 at = position.raw();
        if (depthOf(at) == TREE_DEPTH) return;
        bool isAttack = parent == 0 || depthOf(at) == TREE_SPLIT + 1 || seed % 3 != 0;
        at = isAttack ? at * 2 : at * 2 + 2;
        bytes32 value = _valueFor(game, parent, at, seed);
        address who = seed % 2 == 0 ? liar : freeloader;
        uint256 bond = game.getRequiredBond(Position.wrap(uint128(at)));
        vm.prank(who);
        (bool success,) = address(game).call{value: bond}(
            abi.encodeCall(game.move, (disputed, parent, Claim.wrap(value), isAttack))
        );
        if (!success) {
            ++refused;
            return;
        }
        ++answersIn[game];
        ++lies;
    }

    /// @notice Somebody says that a right root claim is another block's; G-16: never with success.
    function challengeBlock(uint256 which) external {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists || game.rootClaim().raw() != rootAt(game.l2BlockNumber())) return;
        (Types.OutputRootProof memory output, bytes memory header) = outputAndHeader(game.l2BlockNumber());
        vm.prank(liar);
        (bool success,) = address(game).call(abi.encodeCall(game.challengeRootL2Block, (output, header)));
        vm.assertFalse(success, "G-16");
        ++blockChallengesRefused;
    }

    /// @notice Somebody steps against the true claims at the bottom, with true states; G-10: never with success.
    function step(uint256 which, bool isAttack) external {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists || game.status() != GameStatus.IN_PROGRESS) return;
        for (uint256 i = 0; i < game.claimDataLen(); ++i) {
            (,, address claimant,,, Position position,) = game.claimData(i);
            if (claimant != honest || depthOf(position.raw()) != TREE_DEPTH) continue;
            loadWords(game, i);
            bytes memory state = trueStateBefore(game, i, isAttack ? position.raw() : position.raw() + 1);
            vm.prank(liar);
            (bool success,) = address(game).call(abi.encodeCall(game.step, (i, isAttack, state, "")));
            vm.assertFalse(success, "G-10");
            ++stepsRefused;
        }
    }

    /// @dev A lie, what is true there, or what somebody said elsewhere.
    function _valueFor(IFaultDisputeGame game, uint256 parent, uint256 at, uint256 seed)
        private
        view
        returns (bytes32 value)
    {
        uint256 kind = (seed >> 32) % 8;
        if (kind == 0) value = trueAnswer(game, parent, at);
        else if (kind == 1) value = _valueOf(game, (seed >> 64) % game.claimDataLen());
        else value = _lie(seed >> 16);
        if (kind != 0 && depthOf(at) == TREE_SPLIT + 1) value = withStatus(value, uint8((seed >> 40) % 3));
    }

    function _claimantOf(IFaultDisputeGame game, uint256 i) private view returns (address claimant) {
        (,, claimant,,,,) = game.claimData(i);
    }

    function _valueOf(IFaultDisputeGame game, uint256 i) private view returns (bytes32) {
        (,,,, Claim value,,) = game.claimData(i);
        return value.raw();
    }

    function _lie(uint256 seed) private pure returns (bytes32) {
        return withStatus(keccak256(abi.encode("lie", seed % 7)), UNFINISHED);
    }

    /*//////////////////////////////////////////////////////////////
                                  TIME
    //////////////////////////////////////////////////////////////*/

    /// @notice Time passes: to the last second in which the honest player can still answer all, or with its answers given.
    function wait(uint256 seed) public {
        uint256 slack = _slack();
        uint256 time = bound(seed >> 8, 0, EXTENSION);
        if (seed % 8 == 0) time = slack;
        if (seed % 8 == 1) time = slack + 1;
        if (seed % 8 == 2) time = bound(seed >> 8, 0, 8 days);
        if (time > slack) lookAtAll();
        vm.warp(block.timestamp + time);
    }

    function lookAtAll() public {
        for (uint256 i = 0; i < games.length; ++i) {
            act(games[i]);
        }
    }

    /// @dev Seconds until the first clock that has time left has none.
    function _slack() private view returns (uint256 slack) {
        slack = 8 days;
        for (uint256 g = 0; g < games.length; ++g) {
            if (games[g].status() != GameStatus.IN_PROGRESS) continue;
            for (uint256 i = 0; i < games[g].claimDataLen(); ++i) {
                uint256 used = games[g].getChallengerDuration(i).raw();
                if (used < MAX_CLOCK && MAX_CLOCK - 1 - used < slack) slack = MAX_CLOCK - 1 - used;
            }
        }
    }

    /*//////////////////////////////////////////////////////////////
                              SETTLEMENT
    //////////////////////////////////////////////////////////////*/

    /// @notice Somebody settles what can be, page by page, and decides.
    function resolve(uint256 which, uint256 page) public {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists || game.status() != GameStatus.IN_PROGRESS) return;
        for (uint256 i = game.claimDataLen(); i > 0; --i) {
            (bool success,) = address(game).call(abi.encodeCall(game.resolveClaim, (i - 1, page % 4)));
            if (success) ++settled;
        }
        bool isSettled = game.resolvedSubgames(0);
        (bool done,) = address(game).call(abi.encodeCall(game.resolve, ()));
        vm.assertEq(done, isSettled, "G-5: decided as soon as the root is settled, and not before");
        if (!done) return;
        endedAs[game] = game.status();
        ++decided;
    }

    /// @notice Somebody claims a credit, for anybody.
    function claimCredit(uint256 which, uint256 whose) public {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists) return;
        bool wasOpen = game.bondDistributionMode() == BondDistributionMode.UNDECIDED;
        address who = [honest, liar, freeloader][whose % 3];
        uint256 due = game.credit(who);
        uint256 before = who.balance;
        (bool success,) = address(game).call(abi.encodeCall(game.claimCredit, (who)));
        if (!success) return;
        if (wasOpen) ++closed;
        if (wasOpen && game.bondDistributionMode() == BondDistributionMode.REFUND) ++refunded;
        if (who.balance == before) return;
        vm.assertEq(who.balance - before, due, "G-18: what is due");
        received[game][who] += due;
        ++paid;
    }

    /// @notice The guardian declares a game invalid, or pauses, or goes on.
    function guard(uint256 which, uint256 seed) external {
        (IFaultDisputeGame game, bool exists) = _game(which);
        if (!exists) return;
        vm.startPrank(guardian);
        if (seed % 4 == 0) registry.blacklistDisputeGame(game);
        else if (registry.paused()) superchain.unpause(address(0));
        else if (seed % 4 == 1) superchain.pause(address(0));
        vm.stopPrank();
    }

    /*//////////////////////////////////////////////////////////////
                                THE END
    //////////////////////////////////////////////////////////////*/

    /// @notice The honest player answers all, and then nobody does anything but settle and collect.
    function finish() external {
        if (registry.paused()) {
            vm.prank(guardian);
            superchain.unpause(address(0));
        }
        lookAtAll();
        vm.warp(block.timestamp + MAX_CLOCK);
        for (uint256 g = 0; g < games.length; ++g) {
            if (games[g].status() != GameStatus.IN_PROGRESS) continue;
            for (uint256 i = games[g].claimDataLen(); i > 0; --i) {
                if (!games[g].resolvedSubgames(i - 1)) games[g].resolveClaim(i - 1, MOST_CLAIMS);
            }
            resolve(g, 0);
        }
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        _collect();
        vm.warp(block.timestamp + WETH_DELAY);
        _collect();
    }

    function _collect() private {
        for (uint256 g = 0; g < games.length; ++g) {
            for (uint256 who = 0; who < 3; ++who) {
                claimCredit(g, who);
            }
        }
    }

    function deployed() external view returns (AnchorStateRegistry, DelayedWETH) {
        return (registry, weth);
    }

    function isRight(IFaultDisputeGame game) external view returns (bool) {
        uint256 number = game.l2BlockNumber();
        return game.rootClaim().raw() == rootAt(number) && number <= safeAt[game.l1Head()];
    }

    function trueRoot(uint256 number) external view returns (bytes32) {
        return rootAt(number);
    }

    function count() external view returns (uint256) {
        return games.length;
    }

    function _game(uint256 which) private view returns (IFaultDisputeGame, bool) {
        if (games.length == 0) return (IFaultDisputeGame(address(0)), false);
        return (games[which % games.length], true);
    }
}
