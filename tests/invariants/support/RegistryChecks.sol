// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDisputeGame} from "../../../contracts/dispute/IDisputeGame.sol";
import {IDisputeGameFactory} from "../../../contracts/dispute/IDisputeGameFactory.sol";
import {IFaultDisputeGame} from "../../../contracts/dispute/IFaultDisputeGame.sol";
import {IAnchorStateRegistry} from "../../../contracts/dispute/IAnchorStateRegistry.sol";
import {GameType} from "../../../contracts/dispute/types/Types.sol";
import {RegistryHandler} from "./RegistryHandler.sol";
import {vm} from "./Vm.sol";

/// @title RegistryChecks
/// @notice What factory and registry say is what a RegistryHandler's model says.
library RegistryChecks {
    function checkRegistry(RegistryHandler handler) external view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            _game(handler, handler.known_(i));
        }
        if (handler.count() == 0) return;
        IAnchorStateRegistry registry = handler.known_(0).game.anchorStateRegistry();
        (, uint256 number) = registry.getAnchorRoot();
        vm.assertEq(number, handler.anchored(), "R-1: block");
        vm.assertEq(address(registry.anchorGame()), handler.anchoredBy(), "R-1: game");
        vm.assertEq(registry.retirementTimestamp(), handler.retiredAt(), "R-2: retirement");
        vm.assertEq(registry.respectedGameType().raw(), handler.respected().raw(), "R-2: respected type");
        _factory(handler, registry.disputeGameFactory());
    }

    function _game(RegistryHandler handler, RegistryHandler.Known memory known) private view {
        IFaultDisputeGame game = known.game;
        IAnchorStateRegistry registry = game.anchorStateRegistry();
        vm.assertEq(registry.isGameRegistered(game), true, "R-2: registered");
        vm.assertEq(registry.isGameRespected(game), known.isRespected, "R-2: respected");
        vm.assertEq(registry.isGameBlacklisted(game), known.isBlacklisted, "R-2: blacklisted");
        vm.assertEq(registry.isGameRetired(game), handler.isRetired(known), "R-2: retired");
        vm.assertEq(registry.isGameProper(game), handler.isProper(known), "R-2: proper");
        vm.assertEq(registry.isGameResolved(game), known.resolvedAt != 0, "R-2: resolved");
        vm.assertEq(registry.isGameFinalized(game), handler.isFinal(known), "R-2: finalized");
        vm.assertEq(registry.isGameClaimValid(game), handler.isValid(known), "R-2: valid");
        vm.assertEq(uint8(game.status()), uint8(handler.statusOf(known)), "G-5");
        vm.assertEq(uint8(game.bondDistributionMode()), uint8(handler.modeOf(known)), "G-8");
    }

    /// @dev F-2: all games, in order, and the latest of each type.
    function _factory(RegistryHandler handler, IDisputeGameFactory factory) private view {
        vm.assertEq(factory.gameCount(), handler.count(), "F-2: count");
        uint256[2] memory ofType;
        for (uint256 i = 0; i < handler.count(); ++i) {
            RegistryHandler.Known memory known = handler.known_(i);
            (GameType gameType,, IDisputeGame game) = factory.gameAtIndex(i);
            vm.assertEq(address(game), address(known.game), "F-2: by number");
            (game,) = factory.games(gameType, known.game.rootClaim(), abi.encode(known.number));
            vm.assertEq(address(game), address(known.game), "F-2: by name");
            ++ofType[255 - gameType.raw()];
        }
        for (uint256 t = 0; t < 2; ++t) {
            IDisputeGameFactory.GameSearchResult[] memory found = factory.findLatestGames(
                GameType.wrap(uint32(255 - t)), handler.count() - 1, type(uint256).max
            );
            vm.assertEq(found.length, ofType[t], "F-2: latest");
        }
    }
}
