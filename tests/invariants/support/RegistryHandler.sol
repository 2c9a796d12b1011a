// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDisputeGame} from "../../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../../contracts/dispute/IFaultDisputeGame.sol";
import {BondDistributionMode, Claim, GameStatus, GameType} from "../../../contracts/dispute/types/Types.sol";
import {Games} from "./Games.sol";
import {bound, vm} from "./Vm.sol";

/// @title RegistryHandler
/// @notice Games of two types begin, are lost or not, and end, while the guardian blacklists, retires, respects and pauses,
///         beside a model that knows before each call whether it must be accepted. A call that ends otherwise fails the run.
contract RegistryHandler is Games {
    /// @dev What the model knows of a game.
    struct Known {
        IFaultDisputeGame game;
        uint256 number;
        uint256 createdAt;
        uint256 resolvedAt;
        bool isRespected;
        bool isBlacklisted;
        bool isLost;
        bool isClosed;
        bool isRefunded;
    }

    GameType internal constant OTHER_TYPE = GameType.wrap(254);
    address internal constant stranger = address(0xE5);
    uint256 internal constant MOST_GAMES = 6;

    Known[] internal known;
    uint256 public anchored = ANCHOR_BLOCK;
    address public anchoredBy;
    uint256 public retiredAt;
    GameType public respected = ALPHABET;

    uint256 public anchorMoves;
    uint256 public closings;
    uint256 public refunds;
    uint256 public refused;
    uint256 public ended;

    constructor() {
        deployGames();
        retiredAt = block.timestamp - 1; // deployGames waits for the next second
        IDisputeGame logic = factory.gameImpls(ALPHABET);
        vm.startPrank(owner);
        factory.setImplementation(OTHER_TYPE, logic, gameArgs());
        factory.setInitBond(OTHER_TYPE, 0.08 ether);
        vm.stopPrank();
    }

    /*//////////////////////////////////////////////////////////////
                                 GAMES
    //////////////////////////////////////////////////////////////*/

    function propose(uint256 seed) public virtual {
        if (known.length < MOST_GAMES) _begin(seed, keccak256(abi.encode("root", known.length)));
    }

    /// @dev Whether there was no such game yet.
    function _begin(uint256 seed, bytes32 root) internal returns (bool isNew) {
        GameType gameType = seed % 4 == 0 ? OTHER_TYPE : ALPHABET;
        uint256 number = anchored + 1 + (seed >> 8) % 5;
        (IDisputeGame made,) = factory.games(gameType, Claim.wrap(root), abi.encode(number));
        if (address(made) != address(0)) return false;
        vm.prank(honest);
        made = factory.create{value: 0.08 ether}(gameType, Claim.wrap(root), abi.encode(number));
        Known storage game = known.push();
        (game.game, game.number) = (IFaultDisputeGame(address(made)), number);
        (game.createdAt, game.isRespected) = (block.timestamp, gameType == respected);
        return true;
    }

    /// @notice Nobody answers: whoever attacks a root claim in time has won.
    function attack(uint256 which) external {
        if (known.length == 0) return;
        Known storage game = known[which % known.length];
        bool inTime = block.timestamp < game.createdAt + MAX_CLOCK && !game.isLost;
        if (!inTime) return;
        attack(game.game, liar, 0, lieAt(1));
        game.isLost = true;
    }

    function settle(uint256 which) public {
        if (known.length == 0) return;
        Known storage game = known[which % known.length];
        if (game.resolvedAt != 0) return;
        for (uint256 i = game.game.claimDataLen(); i > 0; --i) {
            (bool success,) = address(game.game).call(abi.encodeCall(game.game.resolveClaim, (i - 1, 0)));
            if (!success && !game.game.resolvedSubgames(i - 1)) return;
        }
        game.game.resolve();
        game.resolvedAt = block.timestamp;
        ++ended;
    }

    /// @notice G-8: bonds are earned if and only if the game is proper when it closes; R-1: and the anchor moves along.
    function close(uint256 which) public {
        if (known.length == 0) return;
        Known storage game = known[which % known.length];
        bool allowed = game.isClosed || (!registry.paused() && isFinal(game));
        _expect(address(game.game), abi.encodeCall(game.game.closeGame, ()), allowed, "G-8");
        if (!allowed || game.isClosed) return;
        game.isClosed = true;
        game.isRefunded = !isProper(game);
        if (game.isRefunded) ++refunds;
        ++closings;
        if (isValid(game) && game.number > anchored) _anchor(game);
    }

    function setAnchorState(uint256 which) external {
        if (known.length == 0) return;
        Known storage game = known[which % known.length];
        bool allowed = isValid(game) && game.number > anchored;
        vm.prank(stranger);
        _expect(address(registry), abi.encodeCall(registry.setAnchorState, (game.game)), allowed, "R-1");
        if (allowed) _anchor(game);
    }

    function _anchor(Known storage game) private {
        (anchored, anchoredBy) = (game.number, address(game.game));
        ++anchorMoves;
    }

    /*//////////////////////////////////////////////////////////////
                           GUARDIAN AND TIME
    //////////////////////////////////////////////////////////////*/

    function blacklist(uint256 which) external {
        if (known.length == 0 || which % 4 != 0) return;
        Known storage game = known[(which >> 8) % known.length];
        _guard(abi.encodeCall(registry.blacklistDisputeGame, (game.game)));
        game.isBlacklisted = true;
    }

    function retire(uint256 seed) external {
        if (seed % 4 != 0) return;
        _guard(abi.encodeCall(registry.updateRetirementTimestamp, ()));
        retiredAt = block.timestamp;
    }

    function respect(uint256 seed) public {
        respected = seed % 3 == 0 ? OTHER_TYPE : ALPHABET;
        _guard(abi.encodeCall(registry.setRespectedGameType, (respected)));
    }

    /// @dev R-3: the guardian may, and nobody else.
    function _guard(bytes memory call) private {
        vm.prank(stranger);
        _expect(address(registry), call, false, "R-3");
        vm.prank(guardian);
        _expect(address(registry), call, true, "R-3");
    }

    function pause() external {
        vm.startPrank(guardian);
        if (registry.paused()) superchain.unpause(address(0));
        else superchain.pause(address(0));
        vm.stopPrank();
    }

    function wait(uint256 seed) public {
        uint256[4] memory delays = [1, MAX_CLOCK, FINALITY_DELAY, FINALITY_DELAY + 1];
        vm.warp(block.timestamp + (seed % 6 < 4 ? delays[seed % 6] : bound(seed >> 8, 0, 8 days)));
        vm.roll(block.number + 1);
    }

    /*//////////////////////////////////////////////////////////////
                               THE MODEL
    //////////////////////////////////////////////////////////////*/

    function isRetired(Known memory game) public view returns (bool) {
        return game.createdAt <= retiredAt;
    }

    function isProper(Known memory game) public view returns (bool) {
        return !game.isBlacklisted && !isRetired(game) && !superchain.paused(address(0));
    }

    function isFinal(Known memory game) public view returns (bool) {
        return game.resolvedAt != 0 && block.timestamp > game.resolvedAt + FINALITY_DELAY;
    }

    function isValid(Known memory game) public view returns (bool) {
        return isProper(game) && game.isRespected && isFinal(game) && !game.isLost;
    }

    function count() external view returns (uint256) {
        return known.length;
    }

    function known_(uint256 index) external view returns (Known memory) {
        return known[index];
    }

    function modeOf(Known memory game) external pure returns (BondDistributionMode) {
        if (!game.isClosed) return BondDistributionMode.UNDECIDED;
        return game.isRefunded ? BondDistributionMode.REFUND : BondDistributionMode.NORMAL;
    }

    function statusOf(Known memory game) external pure returns (GameStatus) {
        if (game.resolvedAt == 0) return GameStatus.IN_PROGRESS;
        return game.isLost ? GameStatus.CHALLENGER_WINS : GameStatus.DEFENDER_WINS;
    }

    function _expect(address target, bytes memory call, bool allowed, string memory property) internal {
        (bool success,) = target.call(call);
        vm.assertEq(success, allowed, property);
        if (!allowed) ++refused;
    }
}
